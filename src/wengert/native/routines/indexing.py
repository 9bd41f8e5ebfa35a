"""Reading and writing at places that are known when the program runs: gather, scatter, scatter-add."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from wengert.ir import Line, Var, dtype_of
from wengert.native import moves
from wengert.native.builders.elements import spread
from wengert.native.builders.intervals import FAR
from wengert.native.builders.values import PARTS, Val, itemsize
from wengert.native.planning.views import Layout, Place, layout_of, phantom, view_layout
from wengert.native.scope import Scope
from wengert.primitives.index import SLOT, Window, block, slots

Body = Callable[[int, Val, Val], None]  # lanes, the address in the array, the address in what is read or written


class Places:
    """The elements of an array that an index names."""

    def __init__(self, low: Scope, line: Line, array: Place, arrays: tuple[Any, ...]) -> None:
        self.low, self.line = low, line
        if any(dtype_of(a).kind == "b" for a in arrays):
            raise LookupError("a mask")
        layout, pointer = array.layout, array.pointer
        for primitive, params in line.params.get("path", ()):
            count = slots(params["index"]) if "index" in params else 0
            if count:
                layout, pointer, left = self._moved(layout, pointer, params["index"], arrays[:count], True)
                assert not left
            else:
                found = view_layout(layout, primitive, params)
                if found is None:
                    raise LookupError("a copy on the way")
                layout = found
            arrays = arrays[count:]
        index = line.params["index"]
        before, _ = block(index, len(layout.shape))
        ndim = len(layout.shape)
        whole, pointer, self.arrays = self._moved(layout, pointer, index, arrays, False)
        self.array = Place(pointer, whole)
        self.slots = _result_axes(index, ndim)
        self.axes = [axis for part, axis in _own_axes(index, ndim) if part is SLOT]  # as the user counts them
        self.basic = [a for a in range(len(whole.shape)) if a not in self.slots]
        self.block = np.broadcast_shapes(*(low.shape(a) for a in self.arrays))
        rest = [whole.shape[a] for a in self.basic]
        self.before = min(before, len(rest))
        self.shape = (*rest[: self.before], *self.block, *rest[self.before :])
        self.lengths = [whole.shape[a] for a in self.slots]

    def _moved(
        self, layout: Layout, pointer: Val, index: Any, arrays: tuple[Any, ...], single: bool
    ) -> tuple[Layout, Val, tuple[Any, ...]]:
        """What slices, integers and windows leave of an array; single numbers in slots too, if `single`.

        The layout is that of windows and numbers at 0; how far they are away is added to the address.
        """
        if any(type(part) is bool for part in index):
            raise LookupError("a truth")
        template, left, given = [], [], iter(arrays)
        own = (axis for _, axis in _own_axes(index, len(layout.shape)))
        axes = dict(zip(_numbers_of_parts(index), own, strict=True))
        for i, part in enumerate(index):
            if part is SLOT and not single:
                left.append(next(given))
                part = slice(None)
            elif part is SLOT or type(part) is Window:
                x, n, stride = next(given), layout.shape[axes[i]], layout.strides[axes[i]]
                if self.low.shape(x) != ():
                    raise LookupError("an index array on the way")
                start = self.low.e.convert(self.low.elements(x).flat[0], "i8")
                reach = (part.size - 1) * part.step + 1 if type(part) is Window else 1
                pointer = self._advanced(pointer, start, n, reach, stride, axes[i], type(part) is Window)
                part = part.at(0) if type(part) is Window else 0
            template.append(part)
        full = tuple(template) if Ellipsis in template else (*template, Ellipsis)
        return layout_of(phantom(layout)[full]), pointer, tuple(left)

    def _advanced(self, pointer: Val, start: Val, n: int, reach: int, stride: int, axis: int, window: bool) -> Val:
        """The address moved on to where a window or a number begins, which has to be inside."""
        b, low = self.low.b, self.low
        if not window:
            start = self._inside(start, axis, n)
        elif reach > 0 and not self._is_within(start, 0, n - reach):
            wrong = b.compare("ugt", start, b.constant(n - reach, "i8"))
            low.guard_index(wrong, start, axis, n, self.line, reach)
        return b.offset(pointer, b.op("mul", start, b.constant(stride, "i8")))

    def _is_within(self, index: Val, least: int, greatest: int) -> bool:
        """Whether an index is known to be within bounds."""
        known = self.low.b.intervals.of(index)
        return known is not None and least <= known[0] and known[1] <= greatest

    def _inside(self, index: Val, axis: int, n: int) -> Val:
        """An index, which may count from the end, counted from the front; an IndexError where it is out of bounds."""
        b, given = self.low.b, index
        if not self._is_within(index, 0, FAR):
            negative = b.compare("slt", index, b.constant(0, "i8"))
            index = b.select(negative, b.op("add", index, b.constant(n, "i8")), index)
        if not self._is_within(given, -n, n - 1):
            self.low.guard_index(b.compare("uge", index, b.constant(n, "i8")), given, axis, n, self.line)
        return index

    # -- addresses -----------------------------------------------------------------------------------------------------

    def offset_of(self, numbers: list[Val]) -> Val | int:
        """The offset of the elements at these indices; an IndexError where one is out of bounds."""
        b, e = self.low.b, self.low.e
        total: Val | int = 0
        for number, slot, axis, n in zip(numbers, self.slots, self.axes, self.lengths, strict=True):
            at = self._inside(e.convert(number, "i8"), axis, n)
            part = b.op("mul", at, b.constant(self.array.layout.strides[slot], "i8"))
            total = part if isinstance(total, int) else b.op("add", total, part)
        return total

    @property
    def start(self) -> Val:
        """The address of the first element."""
        return self.low.b.offset(self.array.pointer, self.array.layout.offset)

    def tiny(self) -> Iterator[tuple[tuple[int, ...], Val]]:
        """Each element that is named, by its index in what is read, with its address."""
        b = self.low.b
        arrays: Any = np.broadcast_arrays(*(self.low.elements(a) for a in self.arrays))
        layout = self.array.layout
        for at in np.ndindex(self.block):
            pointer = b.offset(self.start, self.offset_of([a[at] for a in arrays]))
            for rest in np.ndindex(*(layout.shape[a] for a in self.basic)):
                step = sum(i * layout.strides[a] for i, a in zip(rest, self.basic, strict=True))
                yield (*rest[: self.before], *at, *rest[self.before :]), b.offset(pointer, step)

    def visit(self, other: Place, body: Body) -> None:
        """Loops over all elements that are named and those of another array of the shape of what is read."""
        low, b = self.low, self.low.b
        arrays = [moves.broadcast_to(low.place(a), self.block) for a in self.arrays]
        block_axes = range(self.before, self.before + len(self.block))
        strides = other.layout.strides
        outer = Layout(self.block, tuple(strides[a] for a in block_axes), other.code)
        rest = [a for a in range(len(strides)) if a not in block_axes]
        layout = self.array.layout
        inner_own = Layout(
            tuple(layout.shape[a] for a in self.basic), tuple(layout.strides[a] for a in self.basic), layout.code
        )
        inner_other = Layout(inner_own.shape, tuple(strides[a] for a in rest), other.code)
        inner = moves.merged_axes(inner_own, inner_other)
        axes = moves.merged_axes(outer, *(a.layout for a in arrays))
        pointers = tuple(b.offset(p.pointer, p.layout.offset) for p in (other, *arrays))

        def at_index(at: tuple[Val, ...]) -> None:
            numbers = [b.load(p, a.code) for p, a in zip(at[1:], arrays, strict=True)]
            pointer = b.offset(self.start, self.offset_of(numbers))
            moves.nest(low.b, inner, (pointer, at[0]), (layout.code, other.code), lambda lanes, two: body(lanes, *two))

        moves.nest(low.b, axes, pointers, (), lambda lanes, at: at_index(at))


def _numbers_of_parts(index: Any) -> list[int]:
    return [i for i, part in enumerate(index) if part is not None and part is not Ellipsis]


def _own_axes(index: Any, ndim: int) -> list[tuple[Any, int]]:
    """The parts of an index that name an axis, with that axis of the array."""
    found, axis = [], 0
    for part in index:
        if part is Ellipsis:
            axis += ndim - len(_numbers_of_parts(index))
        elif part is not None:
            found.append((part, axis))
            axis += 1
    return found


def _result_axes(index: Any, ndim: int) -> list[int]:
    """Where the axes of the slots are in what slices and integers leave."""
    axis, found = 0, []
    for part in index:
        if part is SLOT:
            found.append(axis)
        axis += ndim - len(_numbers_of_parts(index)) if part is Ellipsis else not isinstance(part, int)
    return found


def _places(low: Scope, line: Line, array: Place, arrays: tuple[Any, ...]) -> Places | None:
    try:
        return Places(low, line, array, arrays)
    except LookupError:
        return None


def gather(low: Scope, line: Line) -> Any:
    """`x[index]` with index arrays."""
    x, *arrays = line.inputs
    out = line.outputs[0]
    places = _places(low, line, low.place(x), tuple(arrays))
    if places is None or places.shape != out.type.shape:
        return NotImplemented
    code = places.array.code
    if out.type.size <= low.plan.tiny:
        found = np.empty(out.type.shape, object)
        for at, pointer in places.tiny():
            found[at] = low.b.load(pointer, code)
        low.set_elements(out, found)
        return None
    size = itemsize(code)
    places.visit(
        low.place(out),
        lambda lanes, own, other: low.b.store(
            low.b.load(own, code, lanes, align=None if code in PARTS else size), other
        ),
    )
    return None


def write(low: Scope, line: Line) -> Any:
    """`base` with `value` written at an index."""
    return _update(low, line, add=False)


def add_at(low: Scope, line: Line) -> Any:
    """`base` with `value` added at an index, as often as it names an element."""
    return _update(low, line, add=True)


def _update(low: Scope, line: Line, add: bool) -> Any:
    base, value, *arrays = line.inputs
    out, b, e = line.outputs[0], low.b, low.e
    target = low.updated(base, out)
    places = _places(low, line, target, tuple(arrays))
    if places is None:
        return NotImplemented
    if 0 in places.shape:
        return None
    code = places.array.code
    if code[0] != "c" and dtype_of(value).kind == "c":
        return NotImplemented
    if low.is_scalar(value) if type(value) is Var else np.size(value) == 1:
        one = e.convert(low.elements(value).flat[0], code)
        other = Place(target.pointer, Layout(places.shape, (0,) * len(places.shape), code))

        def store(lanes: int, own: Val, _: Val) -> None:
            wide = spread(e, one, lanes)
            b.store(e.add(b.load(own, code, lanes, align=_align(code)), wide) if add else wide, own)

        places.visit(other, store)
        return None
    source = low.place(value)
    other = moves.broadcast_to(source, places.shape)
    if low.shares(value, out):
        copied = low.temporary(places.shape, source.code)
        moves.move(low.e, copied, other)
        other = copied

    def carry(lanes: int, own: Val, from_: Val) -> None:
        found = e.convert(b.load(from_, other.code, lanes, align=_align(other.code)), code)
        b.store(e.add(b.load(own, code, lanes, align=_align(code)), found) if add else found, own)

    places.visit(other, carry)
    return None


def _align(code: str) -> int | None:
    return None if code in PARTS else itemsize(code)
