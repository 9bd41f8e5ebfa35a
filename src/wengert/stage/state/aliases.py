"""Arrays of which it is not known whether they are one: after a choice, a name may show one array or another.

Reading them is safe. Writing into one would have to change the other, or not: that raises.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from wengert.record import Box


class Doubt(NamedTuple):
    """Why two things may be one, and the loop that has made them two, if that could be unrolled."""

    reason: str
    loop: Any = None


class Shown(NamedTuple):
    """An array that can be written, as it was known at some moment: it may be gone since."""

    key: tuple[int, int]  # tells it from all others: its identity, and when it was born
    ref: Callable[[], Box | None]
    is_part: bool  # of it a part is shown

    @property
    def number(self) -> int:
        """Its identity."""
        return self.key[0]

    @property
    def born(self) -> int:
        """When it was born."""
        return self.key[1]


def shown(box: Box) -> Shown:
    """The array that a Box stands for, or is a view of."""
    root = box.root()
    return Shown((id(root), root.born), weakref.ref(root), root is not box)


def closure(one: Shown, kin: Mapping[tuple[int, int], list[Shown]]) -> list[Shown]:
    """An array, and those that it may be."""
    found = [one]
    for each in found:  # grows
        found += [other for other in kin.get(each.key, ()) if all(other.key != x.key for x in found)]
    return found


class Aliases:
    """For each array those that may be the same."""

    def __init__(self) -> None:
        self._others: dict[int, tuple[Any, list[tuple[Any, Doubt]]]] = {}
        self.kin: dict[tuple[int, int], list[Shown]] = {}  # all that an array has been in doubt about

    def add(self, box: Box, others: Iterable[Box], reason: Doubt) -> None:
        """Note that an array may be one of the others."""
        for other in others:
            self.kin.setdefault(shown(box).key, []).append(shown(other))
            if other is not box:
                self._note(box, other, reason)
                self._note(other, box, reason)

    def may_be(self, box: Box, others: Sequence[Shown], reason: Doubt) -> None:
        """Note that an array may be one of others, some of which may be gone."""
        self.kin.setdefault(shown(box).key, []).extend(others)
        every = {one.key: one.ref() for other in others for one in closure(other, self.kin)}
        self.add(box, [one for one in every.values() if one is not None], reason)

    def repeats(self, box: Box, reason: Doubt) -> None:
        """Note that one array has several parts of another."""
        self._note(box, box, reason)

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
