"""What there is to do with sequences beside reading them in a loop, item by item or all elements at once."""

from __future__ import annotations

from typing import Any

from wengert.ir import Line
from wengert.native import moves
from wengert.native.builders.values import PARTS, Val, code_of, itemsize
from wengert.native.planning.views import Layout, Place
from wengert.native.scope import Scope
from wengert.native.sequences import Growing, Items, item, value_of


def _zero(low: Scope) -> Val:
    return low.b.constant(0, "i8")


def total(low: Scope, line: Line) -> Any:
    """The sum of two sequences, item by item; an empty one stands for zeros."""
    (out,) = line.outputs
    a, b = (value_of(low, x) for x in line.inputs)
    growing = Growing(low, out.type)
    growing.clear()
    _sum(low, growing, a, b)
    low.sequences[out] = growing.result()


def _sum(low: Scope, growing: Growing, a: Items, b: Items) -> None:
    e = low.b
    empty_a, empty_b = (e.compare("eq", x.count, _zero(low)) for x in (a, b))
    one = low.e.logical_or(empty_a, empty_b)

    def copied() -> None:
        growing.extend(_chosen(low, empty_a, b, a))

    def added() -> None:
        if isinstance(a.data, Items):
            with e.loop(_zero(low), a.count) as index:
                x, y = item(low, a, index), item(low, b, index)
                assert isinstance(x, Items)
                assert isinstance(y, Items)
                assert growing.inner is not None
                begin = e.get(growing.inner.count)
                _sum(low, growing.inner, x, y)
                growing.note(begin)
            return
        assert isinstance(b.data, Val)
        first = growing.more(a.count)
        code = code_of(a.type.dtype) or ""
        part = PARTS.get(code, code)
        numbers = e.op("mul", a.count, e.constant(growing.size // itemsize(part), "i8"))
        size = e.constant(itemsize(part), "i8")
        with e.loop(_zero(low), numbers) as index:
            step = e.op("mul", index, size)
            summands = [e.load(e.offset(p, step), part) for p in (a.data, b.data)]
            e.store(low.e.add(*summands), e.offset(first, step))

    e.branches(low.e.convert(one, "i8"), [added, copied])


def _chosen(low: Scope, condition: Val, a: Items, b: Items) -> Items:
    pairs = zip(a.registers(), b.registers(), strict=True)
    return a.of([low.b.select(condition, x, y) for x, y in pairs])


def choice(low: Scope, line: Line) -> Any:
    """Item by item from the one or the other sequence; the shorter one is continued by zeros."""
    mask, *sides = line.inputs
    (out,) = line.outputs
    growing = Growing(low, out.type)
    growing.clear()
    a, b = (value_of(low, x) for x in sides)
    _choose(low, growing, low.place(mask), a, b)
    low.sequences[out] = growing.result()


def _choose(low: Scope, growing: Growing, mask: Place, a: Items, b: Items) -> None:
    e = low.b
    longest = low.e.maximum(a.count, b.count)
    with e.loop(_zero(low), longest) as index:
        there = [e.compare("slt", index, x.count) for x in (a, b)]
        found = [item(low, _cut(low, x, here), index) for x, here in zip((a, b), there, strict=True)]
        x, y = found
        if isinstance(x, Items) and isinstance(y, Items):
            assert growing.inner is not None
            begin = e.get(growing.inner.count)
            _choose(low, growing.inner, mask, x, y)
            growing.note(begin)
        else:
            assert isinstance(x, Place)
            assert isinstance(y, Place)
            _pick(low, growing.append(), mask, x, y)


def _pick(low: Scope, target: Place, mask: Place, x: Place, y: Place) -> None:
    """One array or the other, as the mask says for each entry of their leading axes."""
    e = low.b
    strides = (*mask.layout.strides, *(0,) * (len(x.shape) - len(mask.shape)))
    axes = moves.merged_axes(target.layout, x.layout, y.layout, Layout(x.shape, strides, "b1"))

    def one(lanes: int, at: tuple[Val, ...]) -> None:
        values = (e.load(p, x.code) for p in at[1:3])
        e.store(low.e.where(e.load(at[3], "b1"), *values), at[0])

    moves.nest(e, axes, (target.pointer, x.pointer, y.pointer, low.address(mask)), (), one)


def _cut(low: Scope, x: Items, here: Val) -> Items:
    """The sequence, or an empty one, whose items are zeros."""
    registers = x.registers()
    return x.of([low.b.select(here, registers[0], _zero(low)), *registers[1:]])


def spread(low: Scope, line: Line) -> Any:
    """The arrays in a sequence repeated along a new axis."""
    axis = line.params["axis"]

    def copy(target: Place, source: Place) -> None:
        layout = source.layout
        at = len(layout.shape) + 1 + axis
        shape = (*layout.shape[:at], target.shape[at], *layout.shape[at:])
        strides = (*layout.strides[:at], 0, *layout.strides[at:])
        moves.move(low.e, target, Place(source.pointer, layout._replace(shape=shape, strides=strides)))

    _each(low, line, copy)


def shrink(low: Scope, line: Line) -> Any:
    """The arrays in a sequence summed along an axis."""
    axis, b = line.params["axis"], low.b

    def sums(target: Place, source: Place) -> None:
        layout = source.layout
        at = axis % len(layout.shape)
        n, step = layout.shape[at], layout.strides[at]
        rest = Layout(
            layout.shape[:at] + layout.shape[at + 1 :], layout.strides[:at] + layout.strides[at + 1 :], layout.code
        )

        def one(lanes: int, where: tuple[Val, ...]) -> None:
            found = b.variable(b.constant(0, layout.code))
            with b.loop(0, n) as k:
                x = b.load(b.offset(where[1], b.op("mul", k, b.constant(step, "i8"))), layout.code)
                b.put(found, low.e.add(b.get(found), x))
            b.store(b.get(found), where[0])

        moves.nest(b, moves.merged_axes(target.layout, rest), (target.pointer, source.pointer), (), one)

    _each(low, line, sums)


def _each(low: Scope, line: Line, function: Any) -> None:
    (x,), (out,) = line.inputs, line.outputs
    growing = Growing(low, out.type)
    growing.clear()
    _each_in(low, growing, value_of(low, x), function)
    low.sequences[out] = growing.result()


def _each_in(low: Scope, growing: Growing, x: Items, function: Any) -> None:
    with low.b.loop(_zero(low), x.count) as index:
        found = item(low, x, index)
        if isinstance(found, Items):
            assert growing.inner is not None
            begin = low.b.get(growing.inner.count)
            _each_in(low, growing.inner, found, function)
            growing.note(begin)
        else:
            function(growing.append(), found)

