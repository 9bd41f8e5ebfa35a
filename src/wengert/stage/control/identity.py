"""Which arrays are one after a loop: names exchange them from pass to pass, and lists keep those of earlier passes.

A loop carries arrays by value, so after it there are new ones. What a pass does with the objects is the same each time
(`prev, cur = cur, new`), so it is repeated here with tokens in the place of arrays. Places with a token in common show
one array in the program: neither may be written then, as the other would not change. A place whose only token is an
array from before the loop still shows that one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any

from wengert.record import Box
from wengert.stage.control.lifting import Lift
from wengert.stage.state.aliases import Shown, closure
from wengert.stage.state.bodies import Final

EXACT = 48  # passes that are repeated one by one
WINDOW = 24  # passes any of which may be the last one, if that is not known: all cycles of so many names are in it

Slot = tuple[Any, int]  # a place, by anything that tells it from others, and the number of an array in it
Tokens = frozenset[Any]
State = dict[Slot, Tokens]


class Identities:
    """The arrays in the places of a loop.

    Parameters
    ----------
    lifts
        What is carried by value.
    others
        What else a pass leaves: names that it binds first, and, with `True`, items that it appends to lists.
    kin
        For arrays of the pass those that they may be, by identity.
    began
        When the pass began: what is older was there before the loop.
    """

    def __init__(
        self,
        lifts: Iterable[Lift],
        others: Iterable[tuple[Final, bool]],
        kin: Mapping[tuple[int, int], list[Shown]],
        began: int,
    ) -> None:
        self._lifts = list(lifts)
        self._others = list(others)
        self._kin = kin
        self._began = began
        self._stands_for = {key: (id(one.final), i) for one in self._lifts for key, i in one.given.items()}
        self._parts: set[Any] = set()  # arrays of which parts are shown
        self.repeated: set[Slot] = set()  # lists in which one array is more than once
        self.before: dict[Any, Callable[[], Box | None]] = {}  # arrays from before the loop, by their tokens

    def after(self, passes: Any) -> list[State]:
        """What may be in the places after so many passes; the number may be unknown."""
        state: State = {}
        for lift in self._lifts:
            for i, one in enumerate(lift.initial.arrays):
                state[id(lift.final), i] = frozenset() if one is None else self._old(one)
        known = type(passes) is int
        count = min(passes, EXACT) if known else WINDOW
        first = count if known and passes <= EXACT else count - WINDOW + 1
        found: list[State] = []
        kept: State = {}
        for number in range(count):
            new = {(id(lift.final), i): t for lift in self._lifts for i, t in self._left(lift.final, state, number)}
            for final, grows in self._others:
                for i, tokens in self._left(final, state, number):
                    slot = (id(final), i)
                    if grows and tokens & kept.get(slot, frozenset()):
                        self.repeated.add(slot)
                    kept[slot] = kept.get(slot, frozenset()) | tokens if grows else tokens
            state = new
            if number + 1 >= first:
                found.append({**state, **kept})
        return found

    def _left(self, final: Final, state: State, number: int) -> Iterator[tuple[int, Tokens]]:
        for i, one in enumerate(final.arrays):
            if one is not None:
                yield i, frozenset().union(*(self._of(each, state, number) for each in closure(one, self._kin)))

    def _of(self, one: Shown, state: State, number: int) -> Tokens:
        if one.key in self._stands_for:
            tokens = state.get(self._stands_for[one.key], frozenset())
            if one.is_part:
                self._parts |= tokens
            return tokens
        return self._old(one) if one.born < self._began else frozenset([(one.key, number)])

    def _old(self, one: Shown) -> Tokens:
        self.before[one.key] = one.ref
        if one.is_part:
            self._parts.add(one.key)
        return frozenset([one.key])


    def survivor(self, slot: Slot, states: Sequence[State]) -> Box | None:
        """The array from before the loop that a place shows, if it is one for sure."""
        tokens = {state.get(slot, frozenset()) for state in states}
        if len(tokens) != 1:
            return None
        (found,) = tokens
        ref = self.before.get(next(iter(found))) if len(found) == 1 and not found & self._parts else None
        return None if ref is None else ref()


def in_common(states: Iterable[State]) -> set[tuple[Slot, Slot]]:
    """The pairs of places that may show one array."""
    found: set[tuple[Slot, Slot]] = set()
    for state in states:
        holders: dict[Any, list[Slot]] = {}
        for slot, tokens in state.items():
            for token in tokens:
                holders.setdefault(token, []).append(slot)
        for slots in holders.values():
            found.update(combinations(slots, 2))
    return found
