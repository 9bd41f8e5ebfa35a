"""Lists whose items are read and written by numbers that are not known yet: the items are stacked, and read from there.

A write gives another stack; the items of the list are then parts of that one, each read when it is used. So what was
read before stays as it was, and a loop carries the stack.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from wengert.errors import StagingError
from wengert.functions import as_array
from wengert.ir import Array, Var, has_order, users_line
from wengert.primitives import getitem
from wengert.record import GROUND, Box, ground
from wengert.stage.values.frames import Frame, containers, flatten, leaf_type, rebuild
from wengert.stage.values.joining import Mismatch, cast, join
from wengert.stage.values.places import UNBOUND


class NoStack(Exception):
    """Items that cannot be stacked: the message says why."""


@dataclass(frozen=True)
class Rows:
    """Items that differ in their numbers only, stacked: for each number of an item its type and its stack."""

    frame: Frame
    kinds: tuple[Array, ...]
    stacks: tuple[Any, ...]
    count: int
    known: bool = False  # whether the items are already read from the stacks

    def item(self, index: Any) -> Any:
        """The item of a number, which may be abstract."""
        return rebuild(self.frame, iter([element(*row, index) for row in zip(self.stacks, self.kinds, strict=True)]))

    def items(self) -> list[Any]:
        """All of them, each to be read when it is used."""
        pairs = list(zip(self.stacks, self.kinds, strict=True))
        return [rebuild(self.frame, iter([lazy_element(*pair, i) for pair in pairs])) for i in range(self.count)]

    def written(self, index: Any, value: Any) -> Rows:
        """With another item in the place of one."""
        leaves, frame = flatten(value)
        if frame != self.frame:
            raise NoStack(f"what is written is {frame}, and an item of it is {self.frame}")
        kinds, stacks = [], []
        for leaf, stack, kind in zip(leaves, self.stacks, self.kinds, strict=True):
            joined = _joined(leaf, None, leaf_type(leaf), kind)
            new = _another(cast(stack, Array(stack.shape, joined.dtype)))
            new[index] = leaf
            kinds.append(joined)
            stacks.append(new)
        return Rows(frame, tuple(kinds), tuple(stacks), self.count)

    def of_types(self, kinds: tuple[Array, ...]) -> Rows:
        """With numbers of these types."""
        stacks = [cast(stack, Array(stack.shape, kind.dtype)) for stack, kind in zip(self.stacks, kinds, strict=True)]
        return Rows(self.frame, kinds, tuple(stacks), self.count)


def rows_of(items: Any, exactly: bool = False) -> Rows:
    """The items of a list or tuple, stacked; `NoStack` if they are not alike, or not `exactly` of one type."""
    found = [flatten(value) for value in items]
    frame = found[0][1]
    if any(map(containers, items)):
        raise NoStack("its items are objects that may be changed")
    if any(other != frame for _, other in found):
        raise NoStack("its items are different things")
    columns = list(zip(*(row for row, _ in found), strict=True))
    kinds = tuple(map(_kind_of, columns))
    if exactly and any(leaf_type(x) != kind for column, kind in zip(columns, kinds, strict=True) for x in column):
        raise NoStack("its items are numbers of different types")
    known = [_known_stack(column) for column in columns]
    stacks = [
        stack if stack is not None else ground(as_array([cast(x, kind) for x in column]))
        for stack, kind, column in zip(known, kinds, columns, strict=True)
    ]
    return Rows(frame, kinds, tuple(stacks), len(found), all(stack is not None for stack in known))


def _kind_of(column: tuple[Any, ...]) -> Array:
    """The type of the same number of all items."""
    kind = leaf_type(column[0])
    for value in column[1:]:
        found = leaf_type(value)
        kind = kind if found == kind else _joined(column[0], value, kind, found)
    return kind


def _joined(a: Any, b: Any, first: Array, second: Array) -> Array:
    try:
        return join(a, b, first, second)
    except Mismatch:
        raise NoStack("its items are numbers of different types") from None


def _known_stack(column: tuple[Any, ...]) -> Box | None:
    """The stack that all numbers of a column are read from, each in its place; None if there is none."""
    base = column[0].base if type(column[0]) is Box else None
    if base is None or base.shape[:1] != (len(column),):
        return None
    for number, x in enumerate(column):
        if type(x) is not Box or x.base is not base or x.read != (getitem, (), {"index": (number,)}):
            return None
    return base


def _another(stack: Any) -> Any:
    """An array that can be written without changing a stack."""
    return np.copy(stack) if not isinstance(stack, Box) or stack.level is GROUND else stack.snapshot()


def element(stack: Any, kind: Array, index: Any) -> Any:
    """An item of a stack, as a Python number where it was one."""
    found = stack[index]
    if kind.weak and isinstance(found, Box):
        found.ssa.weaken()
    return found.item() if kind.weak and isinstance(found, np.generic) else found


def lazy_element(stack: Box, kind: Array, number: int) -> Box:
    """An item of a stack that is read only when it is used."""
    box = Box(stack.level, Var(type=kind))
    box.ssa.vague = has_order(kind)
    box.attach(stack, getitem, (), {"index": (number,)})
    box.seen = -1
    return box


@dataclass(frozen=True, eq=False)
class Stacked:
    """All items of a list, as stacks of numbers of some types."""

    container: list[Any]
    frame: Frame
    kinds: tuple[Array, ...]

    @property
    def key(self) -> tuple[Any, ...]:
        return ("stacked", id(self.container))

    @property
    def name(self) -> str:
        return "a list"

    def get(self) -> Any:
        return self.read(self.container)

    def read(self, items: Any) -> Any:
        """What is in the place, where the program reads these items."""
        try:
            rows = rows_of(items)
            return rows.of_types(self.kinds).stacks if rows.frame == self.frame else UNBOUND
        except (NoStack, IndexError):
            return UNBOUND

    def put(self, value: Any) -> None:
        list.__setitem__(self.container, slice(None), self.over(value).items())


    def over(self, stacks: Iterable[Any]) -> Rows:
        """The items, from their stacks."""
        own = [Box(x.level, x.ssa) for x in map(ground, stacks)]  # so that they are there as long as the items are
        return Rows(self.frame, self.kinds, tuple(own), len(self.container))


def place_of(items: list[Any], shown: Any) -> Stacked | None:
    """A list whose items are alike, as a place of stacks; `shown` is what is in it as the program reads it."""
    try:
        rows = rows_of(shown)
    except (NoStack, IndexError):
        return None
    return Stacked(items, rows.frame, rows.kinds)


def write_item(items: list[Any], shown: Any, index: Any, value: Any) -> None:
    """`items[index] = value` at an abstract number; `shown` is what is in the list as the program reads it."""
    if not items:
        raise IndexError("list assignment index out of range")
    try:
        rows = rows_of(shown).written(index, value)
    except NoStack as why:
        raise StagingError(
            f"an item of a list is written at a number that is not known yet, but {why}. Use an array{users_line()}"
        ) from None
    list.__setitem__(items, slice(None), rows.items())
