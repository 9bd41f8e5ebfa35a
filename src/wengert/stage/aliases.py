"""Arrays of which it is not known whether they are one: after a choice, a name may show one array or another.

Reading them is safe. Writing into one would have to change the other, or not: that raises.
"""

from __future__ import annotations

import weakref
from collections.abc import Iterable
from typing import Any

from wengert.errors import StagingError
from wengert.ir import users_line
from wengert.record import Box


class Aliases:
    """For each array those that may be the same."""

    def __init__(self) -> None:
        self._others: dict[int, tuple[Any, list[tuple[Any, str]]]] = {}

    def add(self, box: Box, others: Iterable[Box], reason: str) -> None:
        """Note that an array may be one of the others."""
        for other in others:
            if other is not box:
                self._note(box, other, reason)
                self._note(other, box, reason)

    def _note(self, box: Box, other: Box, reason: str) -> None:
        known = self._others.get(id(box))
        if known is None or known[0]() is not box:
            known = self._others[id(box)] = (weakref.ref(box), [])
        known[1].append((weakref.ref(other), reason))

    def check_write(self, box: Box) -> None:
        """Raise StagingError if a write might have to show in another array that is still in use."""
        known = self._others.get(id(box))
        if known is None or known[0]() is not box:
            return
        for other, reason in known[1]:
            if other() is not None:
                raise StagingError(f"{reason}. Write into a copy: x = x.copy(){users_line()}")
