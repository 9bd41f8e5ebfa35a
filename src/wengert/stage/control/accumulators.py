"""Lists that grow in a loop: what each pass appends is stacked, and the last items can be read back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from wengert.ir import Array
from wengert.record import Box
from wengert.record.integers import constant_difference
from wengert.stage.control.streams import affine_item
from wengert.stage.state.bodies import Body, Final, final_of
from wengert.stage.state.giving_up import GiveUp
from wengert.stage.values.frames import Frame, Look, leaf_type, rebuild
from wengert.stage.values.grown import grown_in
from wengert.stage.values.joining import Mismatch, join
from wengert.stage.values.stacked import lazy_element
from wengert.stage.values.unknown import Unknown


class Accumulator:
    """A list to which each pass appends the same number of items.

    In a trial, the items that are there already cannot be read, but for the last ones: these are carried.
    """

    def __init__(self, items: list[Any], per_pass: int) -> None:
        self.items = items
        self.per_pass = per_pass
        self.begun = len(items)
        self.depth = 0  # how many of the last items are read back
        self.first: list[Final] = []  # the last items before the loop
        self.tail: list[list[Any]] = []  # the inputs in their place, in the trial at hand
        self.tail_kinds: list[list[Array]] = []
        self.index: Any = None
        self.look: Look | None = None
        self.shown: list[Any] = []  # what is in the list when a pass begins
        self.appended: list[Final] = []

    def enter(self, body: Body, index: Box) -> None:
        """Hide the items, and put inputs of the body in the place of the last ones."""
        self.index, self.tail = index, []
        body.journal.note_contents(self.items)
        if self.depth > self.begun:
            raise GiveUp("it reads items of a list that are not there in the first passes")
        self.look = body.look
        shown = self.items if body.look is None else body.look(self.items)
        self.first = [final_of(None, item, self.look) for item in shown[self.begun - self.depth :]]
        for item in self.first:
            item.let_go()
        if len(self.tail_kinds) != self.depth:
            self.tail_kinds = [[leaf_type(leaf) for leaf in item.leaves] for item in self.first]
        last = []
        for item, kinds in zip(self.first, self.tail_kinds, strict=True):
            inputs = [body.level.add_input(kind, vague=True) for kind in kinds]
            self.tail.append(inputs)
            last.append(rebuild(item.frame, iter(inputs)))
        hidden = Unknown("an item is read of a list to which the loop appends")
        self.shown = [hidden] * (self.begun - self.depth) + last
        list.__setitem__(self.items, slice(None), self.shown)

    def length(self) -> Any:
        """The length of the list at this moment of a pass."""
        if grown_in(self.items[:1]) is not None:
            raise GiveUp("it asks for the length of a list that has grown in a loop before")
        return affine_item(len(self.items), self.per_pass, self.index)

    def read(self, index: Any) -> Any:
        """An item, by a number that is plain or abstract."""
        if type(index) is int:
            position = index + len(self.items) if index < 0 else None
            if position is None:
                raise GiveUp("it reads an item by its number in a list to which it appends")
        else:
            difference = constant_difference(index, self.length())
            if difference is None or difference >= 0:
                raise GiveUp("it reads items of a list to which it appends")
            position = difference + len(self.items)
        if position < self.begun - self.depth:
            self.depth = self.begun - position if position >= 0 else self.begun + 1
            raise Deeper(f"it reads the last {self.depth} items of a list")
        return self.items[position]

    def finish(self) -> None:
        """At the end of a pass: note what it has appended."""
        kept = len(self.items) >= self.begun and all(a is b for a, b in zip(self.shown, self.items, strict=False))
        if not kept or len(self.items) != self.begun + self.per_pass:
            raise GiveUp("it does not append the same number of items to a list in each pass")
        self.shown = []
        self.appended = [final_of(None, item, self.look) for item in self.items[self.begun :]]

    def learn(self) -> bool:
        """Fit the types of the last items to what a pass leaves; whether they have changed."""
        changed = False
        for number, (first, after) in enumerate(zip(self.first, self.after(), strict=True)):
            if first.frame != after.frame:
                raise Mismatch("the items that are appended to a list are not like those in it")
            kinds = [
                _joined(None if isinstance(a, Box) else a, b, kind)
                for a, b, kind in zip(first.leaves, after.leaves, self.tail_kinds[number], strict=True)
            ]
            changed = changed or kinds != self.tail_kinds[number]
            self.tail_kinds[number] = kinds
        return changed

    def after(self) -> list[Final]:
        """The last items at the end of a pass, as many as are read back."""
        begin = [replace(item, leaves=inputs) for item, inputs in zip(self.first, self.tail, strict=True)]
        return [*begin, *self.appended][len(self.appended) :]

    def fits(self) -> bool:
        """Whether the first pass can begin with the items that are there."""
        return all(
            _joined(leaf, None, kind) == kind
            for item, kinds in zip(self.first, self.tail_kinds, strict=True)
            for leaf, kind in zip(item.leaves, kinds, strict=True)
        )


def _joined(first: Any, leaf: Any, kind: Array) -> Array:
    value = first if leaf is None else leaf
    return join(first, leaf, kind, leaf_type(value)) if leaf is not None else join(first, None, leaf_type(value), kind)


class Deeper(GiveUp):
    """More of the last items of a list are read than were thought of."""


Row = tuple[Frame, list[Any], list[Array], list[bool]]  # the numbers of an item, and which of them are stacks


def filled(items: list[Any], before: list[Any], rows: list[Row], passes: int) -> None:
    """Append the items of all passes, each to be read from its stack when it is used."""
    added = []
    for number in range(passes):
        for frame, stacks, kinds, stacked in rows:
            leaves = [
                lazy_element(stack, kind, number) if lazy else stack() if callable(stack) else stack
                for stack, kind, lazy in zip(stacks, kinds, stacked, strict=True)
            ]
            added.append(rebuild(frame, iter(leaves)))
    list.__setitem__(items, slice(None), [*before, *added])
