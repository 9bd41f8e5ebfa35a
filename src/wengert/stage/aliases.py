"""Arrays of which it is not known whether they are one: after a choice, a name may show one array or another.

Reading them is safe. Writing into one would have to change the other, or not: that raises.
"""

from __future__ import annotations

import weakref
from collections.abc import Iterable
from typing import Any, NamedTuple

from wengert.record import Box


class Doubt(NamedTuple):
    """Why two things may be one, and the loop that has made them two, if that could be unrolled."""

    reason: str
    loop: Any = None


class Aliases:
    """For each array those that may be the same."""

    def __init__(self) -> None:
        self._others: dict[int, tuple[Any, list[tuple[Any, Doubt]]]] = {}

    def add(self, box: Box, others: Iterable[Box], reason: Doubt) -> None:
        """Note that an array may be one of the others."""
        for other in others:
            if other is not box:
                self._note(box, other, reason)
                self._note(other, box, reason)

    def _note(self, box: Box, other: Box, reason: Doubt) -> None:
        known = self._others.get(id(box))
        if known is None or known[0]() is not box:
            known = self._others[id(box)] = (weakref.ref(box), [])
        known[1].append((weakref.ref(other), reason))

    def doubt(self, box: Box) -> Doubt | None:
        """Why a write might have to show in another array that is still in use; None if it need not."""
        known = self._others.get(id(box))
        if known is None or known[0]() is not box:
            return None
        return next((reason for other, reason in known[1] if other() is not None), None)
