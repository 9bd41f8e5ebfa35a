"""Sequences in memory: buffers that grow, kept from use to use until the call ends.

A sequence of arrays is an address and a count. One of sequences has the starts and lengths of its items among all items
of theirs, which follow each other in any order.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from wengert.ir import Array, Seq, Sequence
from wengert.native.builders.values import Val, code_of, itemsize
from wengert.native.planning.views import Place, c_layout
from wengert.native.scope import Scope


@dataclass(frozen=True)
class Items:
    """A sequence: `data` is the address of arrays one after another, or of what all sequences in it are made of."""

    type: Seq
    count: Val
    data: Val | Items
    starts: Val | None = None
    lengths: Val | None = None

    def registers(self) -> list[Val]:
        """All that changes from one sequence to another."""
        if isinstance(self.data, Items):
            assert self.starts is not None
            assert self.lengths is not None
            return [self.count, self.starts, self.lengths, *self.data.registers()]
        return [self.count, self.data]

    def of(self, registers: list[Val]) -> Items:
        """The sequence of the same type with these registers, which are taken off the list."""
        count = registers.pop(0)
        if not isinstance(self.data, Items):
            return Items(self.type, count, registers.pop(0))
        starts, lengths = registers.pop(0), registers.pop(0)
        return Items(self.type, count, self.data.of(registers), starts, lengths)


def element_size(kind: Array) -> int:
    """The bytes of an array of this type."""
    code = code_of(kind.dtype)
    assert code is not None
    return kind.size * itemsize(code)


def nothing(low: Scope, kind: Seq) -> Items:
    """A sequence without items, which stands for zeros."""
    zero, null = low.b.constant(0, "i8"), low.b.null
    if isinstance(kind.item, Seq):
        return Items(kind, zero, nothing(low, kind.item), null, null)
    return Items(kind, zero, null)


def value_of(low: Scope, x: Any) -> Items:
    """A sequence of the list; as a literal there are only empty ones."""
    if isinstance(x, Sequence):
        assert not len(x)
        return nothing(low, x.type)
    found: Items = low.sequence(x)
    return found


def item(low: Scope, x: Items, index: Val) -> Place | Items:
    """An item: zero in an empty sequence."""
    b, empty = low.b, low.b.compare("eq", x.count, low.b.constant(0, "i8"))
    if isinstance(x.data, Items):
        assert x.starts is not None
        assert x.lengths is not None
        zero = low.assembly.module.constant([0], "i8")
        step = b.op("mul", index, b.constant(8, "i8"))
        start, length = (b.load(b.select(empty, zero, b.offset(p, step)), "i8") for p in (x.starts, x.lengths))
        return part(low, x.data, start, length)
    assert isinstance(x.type.item, Array)
    code = code_of(x.type.dtype)
    assert code is not None
    size = element_size(x.type.item)
    zeros = low.assembly.module.zeros(size)
    step = b.select(empty, b.constant(0, "i8"), b.constant(size, "i8"))  # the same in all trips of a loop
    return Place(b.offset(b.select(empty, zeros, x.data), b.op("mul", index, step)), c_layout(x.type.item.shape, code))


def part(low: Scope, x: Items, start: Val, count: Val) -> Items:
    """So many items from one on."""
    b = low.b
    if isinstance(x.data, Items):
        assert x.starts is not None
        assert x.lengths is not None
        step = b.op("mul", start, b.constant(8, "i8"))
        return Items(x.type, count, x.data, b.offset(x.starts, step), b.offset(x.lengths, step))
    assert isinstance(x.type.item, Array)
    step = b.op("mul", start, b.constant(element_size(x.type.item), "i8"))
    return Items(x.type, count, b.offset(x.data, step))


class Growing:
    """A sequence that is being made; its buffers are found by the addresses of their slots in the frame."""

    def __init__(self, low: Scope, kind: Seq) -> None:
        self.low, self.kind = low, kind
        low.b.need_growth()
        self.count = low.b.variable(low.b.constant(0, "i8"))
        self.inner = Growing(low, kind.item) if isinstance(kind.item, Seq) else None
        self.slots = [self._slot() for _ in range(2 if self.inner else 1)]

    def _slot(self) -> Val:
        number = self.low.assembly.heaps
        self.low.assembly.heaps += 1
        return self.low.frame.heap(self.low.b, number)

    def clear(self) -> None:
        """Begin anew."""
        self.low.b.put(self.count, self.low.b.constant(0, "i8"))
        if self.inner is not None:
            self.inner.clear()

    def _room(self, slot: Val, count: Val, size: int) -> Val:
        b = self.low.b
        wanted = b.op("mul", count, b.constant(size, "i8"))
        found = b.call("@wengert.grow", "p", [slot, wanted])
        status = self.low.assembly.fail(lambda numbers: MemoryError("a loop keeps more than there is room for"), None)
        with b.when(b.compare("sgt", wanted, b.constant(0, "i8"))):  # items without elements take none
            b.guard(b.compare("eq", found, b.null), status)
        return found

    @property
    def size(self) -> int:
        """Bytes of an item that is an array."""
        assert isinstance(self.kind.item, Array)
        return element_size(self.kind.item)

    def reserve(self, count: Val) -> None:
        """Room for so many items, which are then put at their indices."""
        self.low.b.put(self.count, count)
        for slot in self.slots:
            self._room(slot, count, 8 if self.inner else self.size)

    def _data(self, slot: Val) -> Val:
        return self.low.b.load(slot, "p")

    def target(self, index: Val) -> Place:
        """Where the array at an index goes."""
        b = self.low.b
        code = code_of(self.kind.dtype)
        assert code is not None
        assert isinstance(self.kind.item, Array)
        at = b.offset(self._data(self.slots[0]), b.op("mul", index, b.constant(self.size, "i8")))
        return Place(at, c_layout(self.kind.item.shape, code))

    @property
    def present(self) -> Val:
        """The number of items now."""
        return self.low.b.get(self.count)

    def put(self, index: Val, x: Items) -> None:
        """Copy a sequence to an index."""
        assert self.inner is not None
        begin = self.inner.present
        self.inner.extend(x)
        self.mark(index, begin)

    def mark(self, index: Val, begin: Val) -> None:
        """The item at an index is what the inner sequence has got from `begin` on."""
        assert self.inner is not None
        b, step = self.low.b, self.low.b.op("mul", index, self.low.b.constant(8, "i8"))
        starts, lengths = (b.offset(self._data(slot), step) for slot in self.slots)
        b.store(begin, starts)
        b.store(b.op("sub", self.inner.present, begin), lengths)

    def following(self) -> Val:
        """The index of another item."""
        b = self.low.b
        index = b.get(self.count)
        count = b.op("add", index, b.constant(1, "i8"))
        for slot in self.slots:
            self._room(slot, count, 8 if self.inner else self.size)
        b.put(self.count, count)
        return index

    def append(self) -> Place:
        """Where the next array goes."""
        return self.target(self.following())

    def more(self, count: Val) -> Val:
        """The address of so many more items that are arrays, after those that are there."""
        b = self.low.b
        before = b.get(self.count)
        after = b.op("add", before, count)
        found = self._room(self.slots[0], after, self.size)
        b.put(self.count, after)
        return b.offset(found, b.op("mul", before, b.constant(self.size, "i8")))

    def note(self, begin: Val) -> None:
        """Another item, which is what the inner sequence has got from `begin` on."""
        self.mark(self.following(), begin)

    def append_sequence(self, x: Items) -> None:
        """Copy a sequence to the end."""
        self.put(self.following(), x)

    def extend(self, x: Items) -> None:
        """Copy all items of a sequence of the same type to the end."""
        b = self.low.b
        if isinstance(x.data, Items):
            with b.loop(b.constant(0, "i8"), x.count) as index:
                one = item(self.low, x, index)
                assert isinstance(one, Items)
                self.append_sequence(one)
            return
        before = b.get(self.count)
        total = b.op("add", before, x.count)
        found = self._room(self.slots[0], total, self.size)
        size = b.constant(self.size, "i8")
        b.copy(b.offset(found, b.op("mul", before, size)), x.data, b.op("mul", x.count, size))
        b.put(self.count, total)

    def result(self) -> Items:
        """The sequence as it is now."""
        b = self.low.b
        if self.inner is None:
            return Items(self.kind, b.get(self.count), self._data(self.slots[0]))
        starts, lengths = map(self._data, self.slots)
        return Items(self.kind, b.get(self.count), self.inner.result(), starts, lengths)
