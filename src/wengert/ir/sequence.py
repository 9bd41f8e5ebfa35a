"""The value of a `Seq`: items of one type in a buffer that grows, sequences of sequences flat with offsets."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from wengert.ir.types import Array, Seq

ROOM = 8  # items that a new buffer has room for


class Sequence:
    """A sequence of arrays of one shape, or of sequences. Nobody appends to it once it is the value of a line.

    Attributes
    ----------
    type
        Its `Seq` type.
    buffer
        Items that are arrays: an array whose first `count` rows are the items; the rest is room to grow. Items that are
        sequences: all that is in them one after another, again as a `Sequence`.
    offsets
        Items that are sequences: where each of them begins in `buffer`, and the end of the last; else `None`.

    Examples
    --------
    >>> scalars = Seq(Array((), np.dtype(float)))
    >>> ragged = Sequence(Seq(scalars), [Sequence(scalars, [1.0]), Sequence(scalars, [2.0, 3.0])])
    >>> len(ragged), [part.rows().tolist() for part in ragged], ragged.offsets
    (2, [[1.0], [2.0, 3.0]], [0, 1, 3])
    """

    __slots__ = ("buffer", "count", "offsets", "type")

    def __init__(self, type: Seq, items: Iterable[Any] = ()) -> None:
        self.type = type
        self.count = 0
        self.buffer: Any
        self.offsets: list[int] | None
        if isinstance(type.item, Seq):
            self.buffer, self.offsets = Sequence(type.item), [0]
        else:
            self.buffer, self.offsets = np.empty((0, *type.item.shape), type.item.dtype), None
        for item in items:
            self.append(item)

    @classmethod
    def filled(cls, type: Seq, rows: np.ndarray[Any, Any]) -> Sequence:
        """The sequence of arrays whose items are the rows of an array, which it takes over."""
        out = cls(type)
        out.buffer, out.count = rows, len(rows)
        return out

    def append(self, item: Any) -> None:
        """Add an item at the end."""
        if self.offsets is not None:
            self.buffer.extend(item)
            self.offsets.append(self.buffer.count)
        else:
            self._reserve(1)
            self.buffer[self.count] = item
        self.count += 1

    def extend(self, other: Sequence) -> None:
        """Add the items of another sequence of the same type."""
        if self.offsets is None:
            self._reserve(other.count)
            self.buffer[self.count : self.count + other.count] = other.rows()
            self.count += other.count
        else:
            for item in other:
                self.append(item)

    def rows(self) -> np.ndarray[Any, Any]:
        """The items as one array, where they are arrays."""
        rows: np.ndarray[Any, Any] = self.buffer[: self.count]
        return rows

    def item(self, index: int) -> Any:
        """An item; zero in an empty sequence, which stands for zeros of any length."""
        if self.count == 0:
            kind = self.type.item
            return Sequence(kind) if isinstance(kind, Seq) else np.zeros(kind.shape, kind.dtype)[()]
        if self.offsets is None:
            return self.buffer[index]
        return self.buffer.part(self.offsets[index], self.offsets[index + 1])

    def part(self, start: int, stop: int) -> Sequence:
        """The items from `start` to before `stop`, in the same buffer where they are arrays."""
        if self.offsets is None:
            return Sequence.filled(self.type, self.buffer[start:stop])
        return Sequence(self.type, (self.item(k) for k in range(start, stop)))

    @property
    def dtype(self) -> np.dtype[Any]:
        """The dtype of the arrays in it."""
        return self.type.dtype

    @property
    def nbytes(self) -> int:
        """The size of the items in bytes, without the room to grow."""
        if self.offsets is None:
            return self.rows().nbytes
        return int(self.buffer.nbytes) + 8 * len(self.offsets)

    def __len__(self) -> int:
        return self.count

    def __iter__(self) -> Any:
        return (self.item(k) for k in range(self.count))

    def __repr__(self) -> str:
        return f"Sequence({self.type}, {self.count} items)"

    def _reserve(self, more: int) -> None:
        room = len(self.buffer)
        if self.count + more > room:
            assert isinstance(self.type.item, Array)
            buffer = np.empty((max(ROOM, 2 * room, self.count + more), *self.type.item.shape), self.type.dtype)
            buffer[: self.count] = self.rows()
            self.buffer = buffer
