"""Running sums, products and extrema, linear recurrences, and positions of extrema: loops along one axis."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from wengert.ir import Line
from wengert.native import moves
from wengert.native.builders.elements import knows
from wengert.native.builders.values import PARTS, Val, itemsize
from wengert.native.planning.views import Layout, Place
from wengert.native.scope import Scope

Body = Callable[[int, int, list[int], tuple[Val, ...]], None]


def along(place: Place, axis: int) -> tuple[Layout, int, int]:
    """The other axes, and the length and stride of this one."""
    layout = place.layout
    at = axis % len(layout.shape)
    shape, strides = (whole[:at] + whole[at + 1 :] for whole in (layout.shape, layout.strides))
    rest = Layout(shape, strides, layout.code)
    return rest, layout.shape[at], layout.strides[at]


def _converted(low: Scope, x: Any, code: str, shape: tuple[int, ...]) -> Place:
    place = low.place(x)
    if place.code != code:
        found = low.temporary(place.shape, code)
        moves.move(low.e, found, place)
        place = found
    return moves.broadcast_to(place, shape)


def _sweep(low: Scope, places: list[Place], axis: int, body: Body) -> None:
    """`body(lanes, n, strides, addresses)` for each line along the axis, or for as many at once as a vector holds."""
    parts = [along(p, axis) for p in places]
    axes = moves.merged_axes(*(rest for rest, _, _ in parts))
    pointers = tuple(low.b.offset(p.pointer, p.layout.offset) for p in places)
    strides = [stride for _, _, stride in parts]
    n = parts[0][1]
    moves.nest(low.b, axes, pointers, tuple(p.code for p in places), lambda lanes, at: body(lanes, n, strides, at))


def _align(code: str) -> int | None:
    return None if code in PARTS else itemsize(code)


def _at(low: Scope, pointer: Val, index: Val, stride: int) -> Val:
    return low.b.offset(pointer, low.b.op("mul", index, low.b.constant(stride, "i8")))


def scan(low: Scope, line: Line, combine: str) -> Any:
    """Each element combined with all before it."""
    b, out = low.b, low.place(line.outputs[0])
    code = out.code
    if not knows(combine, code):
        return NotImplemented
    x = _converted(low, line.inputs[0], code, out.shape)
    two = getattr(low.e, combine)

    def body(lanes: int, n: int, strides: list[int], at: tuple[Val, ...]) -> None:
        first = b.load(at[1], code, lanes, align=_align(code))
        total = b.variable(first)
        b.store(first, at[0])
        if n == 1:
            return
        with b.loop(1, n) as index:
            found = b.load(_at(low, at[1], index, strides[1]), code, lanes, align=_align(code))
            found = two(b.get(total), found)
            b.put(total, found)
            b.store(found, _at(low, at[0], index, strides[0]))

    _sweep(low, [out, x], line.params["axis"], body)
    return None


def recurrence(low: Scope, line: Line) -> Any:
    """s_k = a_k s_{k-1} + b_k, s_{-1} = 0, where an exact zero wins in the product."""
    b, e, out = low.b, low.e, low.place(line.outputs[0])
    code = out.code
    drive, factor = (_converted(low, x, code, out.shape) for x in line.inputs)

    def body(lanes: int, n: int, strides: list[int], at: tuple[Val, ...]) -> None:
        total = b.variable(b.constant(0, code, lanes))
        with b.loop(0, n) as index:
            d, a = (
                b.load(_at(low, at[k], index, strides[k]), code, lanes, align=_align(code)) for k in (1, 2)
            )
            found = e.add(e.times(a, b.get(total)), d)
            b.put(total, found)
            b.store(found, _at(low, at[0], index, strides[0]))

    _sweep(low, [out, drive, factor], line.params["axis"], body)
    return None


def position(low: Scope, line: Line, better: str) -> Any:
    """Where the first extremum is, or the first nan."""
    b, e = low.b, low.e
    x, out = low.place(line.inputs[0]), low.place(line.outputs[0])
    axis = line.params["axis"]
    if x.code in PARTS or x.layout.size == 0:
        return NotImplemented
    rest, n, stride = along(x, axis)
    target = Layout(rest.shape, _squeezed(out, axis, len(x.shape)), out.code)
    axes = moves.merged_axes(target, rest)
    pointers = (low.address(out), low.address(x))

    def body(lanes: int, at: tuple[Val, ...]) -> None:
        best, where = b.variable(b.load(at[1], x.code)), b.variable(b.constant(0, "i8"))
        if n > 1:
            with b.loop(1, n) as index:
                found, now = b.load(_at(low, at[1], index, stride), x.code), b.get(best)
                wins = getattr(e, better)(found, now)
                if x.code[0] == "f":
                    wins = e.logical_or(wins, e.isnan(found))
                    wins = e.logical_and(wins, e.logical_not(e.isnan(now)))
                b.put(best, b.select(wins, found, now))
                b.put(where, b.select(wins, index, b.get(where)))
        b.store(e.convert(b.get(where), out.code), at[0])

    moves.nest(b, axes, pointers, (), body)
    return None


def _squeezed(out: Place, axis: int, ndim: int) -> tuple[int, ...]:
    strides = out.layout.strides
    if len(strides) < ndim:
        return strides
    at = axis % ndim
    return strides[:at] + strides[at + 1 :]
