"""What a loop goes through, by number: ranges, arrays, lists of numbers, `zip`, `enumerate`, `reversed`."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from wengert.errors import StagingError
from wengert.ir import users_line
from wengert.record import Box, ground
from wengert.stage.recording import current_recording, is_abstract
from wengert.stage.tables import ITEMS
from wengert.stage.values.masked import Masked
from wengert.stage.values.stacked import NoStack, Rows, rows_of


@dataclass(frozen=True)
class Stream:
    """Items that are found by their number, which may be abstract.

    Attributes
    ----------
    length
        How many there are: an int, or an abstract one.
    item
        The item of a number.
    """

    length: Any
    item: Callable[[Any], Any]

    def after(self, count: int) -> Stream:
        """Without the first ones."""
        return Stream(self.length - count, lambda index: self.item(index + count)) if count else self


class NoStream(Exception):
    """Something that cannot be gone through by number: the message says why."""


class TracedRange:
    """A `range` with an abstract bound."""

    def __iter__(self) -> Iterator[Any]:
        raise StagingError(f"a range with a bound that is not known yet cannot be written out{users_line()}")

    def __init__(self, start: Any, stop: Any, step: Any) -> None:
        self.start, self.stop, self.step = start, stop, step

    @property
    def length(self) -> Any:
        """The number of items."""
        if not is_abstract(self.step):
            if self.step == 0:
                raise ValueError("range() arg 3 must not be zero")
            span = self.stop - self.start if self.step > 0 else self.start - self.stop
            count = span if abs(self.step) == 1 else (span + abs(self.step) - 1) // abs(self.step)
        else:
            count = -((self.start - self.stop) // self.step)
        return weak_integer(np.maximum(count, 0))

    def item(self, index: Any) -> Any:
        """The item of a number."""
        return affine_item(self.start, self.step, index)


def weak_integer(x: Any) -> Any:
    """An integer as Python's own."""
    if isinstance(x, Box):
        x.ssa.weaken()
    return x


def affine_item(start: Any, step: Any, index: Any) -> Any:
    """`start + step * index`, without what changes nothing."""
    if type(step) is not int or step != 1:
        index = index * step
    return index if type(start) is int and start == 0 else start + index


class Parts:
    """`zip(...)`, `enumerate(...)` or `reversed(...)`: an iterator that still knows what it was made of."""

    def __init__(self, kind: type, parts: tuple[Any, ...], options: dict[str, Any]) -> None:
        self.kind, self.parts, self.options = kind, parts, options
        self._iterator: Iterator[Any] | None = None

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        if self._iterator is None:
            self._iterator = iter(self.kind(*map(plainly_iterable, self.parts), **self.options))
        return next(self._iterator)

    @property
    def is_new(self) -> bool:
        """Whether nothing has been taken from it yet."""
        return self._iterator is None


def plainly_iterable(x: Any) -> Any:
    """What Python can iterate over."""
    if isinstance(x, TracedRange):
        raise NoStream("its bounds are abstract")
    return x


def stream_of(x: Any) -> Stream:
    """The items of something by number; `NoStream` if that cannot be."""
    if isinstance(x, range):
        start, step = x.start, x.step
        return Stream(len(x), lambda index: affine_item(start, step, index))
    if isinstance(x, TracedRange):
        return Stream(x.length, x.item)
    if isinstance(x, np.ndarray):
        x = ground(x)
    if isinstance(x, Box):
        if not x.shape:
            raise TypeError("iteration over a 0-d array")
        return Stream(x.shape[0], lambda index: x[index])
    if type(x) in (list, tuple):
        return _of_list(x)
    if type(x) is Masked and x.ndim == 1:
        front = x.in_front
        return Stream(x.count, lambda index: front[index])
    if isinstance(x, Parts) and x.is_new:
        return _of_parts(x)
    raise NoStream(f"it goes through a {type(x).__name__}")


def _of_parts(x: Parts) -> Stream:
    inner = [stream_of(part) for part in x.parts]
    if x.kind is enumerate:
        (one,), start = inner, x.options.get("start", 0)
        return Stream(one.length, lambda index: (affine_item(start, 1, index), one.item(index)))
    if x.kind is reversed:
        (one,) = inner
        return Stream(one.length, lambda index: one.item(one.length - 1 - index))
    lengths = [one.length for one in inner]
    if x.options.get("strict") and len(set(map(str, lengths))) > 1:
        raise NoStream("the parts of zip(strict=True) have different lengths")
    known = [length for length in lengths if type(length) is int]
    length = min(known) if len(known) == len(lengths) else None
    if length is None:
        if len({id(one.ssa) if isinstance(one, Box) else one for one in lengths}) > 1:
            raise NoStream("zip goes through something of abstract length")
        length = lengths[0]
    return Stream(length, lambda index: tuple([one.item(index) for one in inner]))


def _of_list(x: Any) -> Stream:
    """A list of values that differ in their numbers only: these are stacked."""
    if not x:
        return Stream(0, lambda index: x[index])
    try:
        rows = rows_of(x, exactly=True)
    except NoStack as why:
        raise NoStream(f"it goes through a {type(x).__name__}, and {why}") from None
    return Stream(len(x), functools.partial(_item_of_rows, rows)) if rows.kinds else Stream(len(x), lambda index: x[0])


def _item_of_rows(rows: Rows, index: Any) -> Any:
    recording = current_recording()
    if recording is not None and not rows.known:
        recording.lend(list(rows.stacks))
    return rows.item(index)


def item_of(items: Any, index: Any) -> Any:
    """An item of a list or tuple, by an abstract number."""
    if not items:
        raise IndexError(f"{type(items).__name__} index out of range")
    try:
        return _item_of_rows(rows_of(items), index)
    except NoStack as why:
        raise StagingError(
            f"an item of a {type(items).__name__} is read at a number that is not known yet, but {why}. Put what is "
            f"alike in all items into an array{users_line()}"
        ) from None


ITEMS[list] = ITEMS[tuple] = item_of
