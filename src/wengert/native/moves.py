"""Copies and fills of arrays in memory, of any strides."""

from __future__ import annotations

from collections.abc import Callable

from wengert.native.builders.elements import spread
from wengert.native.builders.emit import Emitter
from wengert.native.builders.llvm import Builder
from wengert.native.builders.values import PARTS, Val, itemsize
from wengert.native.planning.views import Layout, Place

Axes = list[tuple[int, tuple[int, ...]]]  # lengths, and the strides of each array


def merged_axes(*layouts: Layout) -> Axes:
    """The axes of arrays of one shape, those of length 1 left out, neighbours joined where all step evenly."""
    axes: Axes = []
    for i, n in enumerate(layouts[0].shape):
        if n == 1:
            continue
        steps = tuple(layout.strides[i] for layout in layouts)
        if axes and all(outer == inner * n for outer, inner in zip(axes[-1][1], steps, strict=True)):
            axes[-1] = (axes[-1][0] * n, steps)
        else:
            axes.append((n, steps))
    return axes


def fill(e: Emitter, place: Place, value: Val) -> None:
    """Write one value everywhere."""
    axes = merged_axes(place.layout)
    pointer = e.b.offset(place.pointer, place.layout.offset)
    nest(e.b, axes, (pointer,), (place.code,), lambda lanes, at: e.b.store(spread(e, value, lanes), at[0]), True)


def move(e: Emitter, target: Place, source: Place, function: Callable[[Val], Val] | None = None) -> None:
    """Copy an array, or a function of its elements, to a place of the same shape."""
    if target.layout.size == 0:
        return
    axes = merged_axes(target.layout, source.layout)
    pointers = tuple(e.b.offset(p.pointer, p.layout.offset) for p in (target, source))
    same = target.code == source.code and function is None

    def one(lanes: int, at: tuple[Val, ...]) -> None:
        size = itemsize(source.code)
        value = e.b.load(at[1], source.code, lanes, align=size if source.code not in PARTS else None)
        if function is not None:
            value = function(value)
        e.b.store(value if same else e.convert(value, target.code), at[0])

    nest(e.b, axes, pointers, (target.code, source.code), one, function is None)


def broadcast_to(source: Place, shape: tuple[int, ...]) -> Place:
    """The place as an array of this shape, with strides of zero along repeated axes."""
    layout = source.layout
    extra = len(shape) - len(layout.shape)
    if extra < 0:  # leading axes of length 1 too many
        layout = layout._replace(shape=layout.shape[-extra:], strides=layout.strides[-extra:])
        extra = 0
    strides = (0,) * extra + tuple(
        0 if n == 1 else s for n, s in zip(layout.shape, layout.strides, strict=True)
    )
    return Place(source.pointer, layout._replace(shape=shape, strides=strides))


def nest(
    b: Builder, axes: Axes, pointers: tuple[Val, ...], codes: tuple[str, ...],
    body: Callable[[int, tuple[Val, ...]], None], again: bool = False,
) -> None:  # fmt: skip
    """Loops over axes, in vectors where all arrays have their elements in a row.

    `again` says that elements may be done twice, so that the last vector can overlap the one before.
    """
    if not axes:
        body(1, pointers)
        return
    (n, steps), rest = axes[0], axes[1:]

    def turn(index: Val, lanes: int) -> None:
        at = tuple(
            b.offset(p, b.op("mul", index, b.constant(step, "i8"))) if step else p
            for p, step in zip(pointers, steps, strict=True)
        )
        if rest:
            nest(b, rest, at, codes, body, again)
        else:
            body(lanes, at)

    even = bool(codes) and all(
        step == itemsize(code) and code not in PARTS for step, code in zip(steps, codes, strict=True)
    )
    if not rest and even and n >= b.lanes and (again or n % b.lanes == 0):
        with b.loop(0, n, b.lanes) as index:
            last = b.constant(n - b.lanes, "i8")
            turn(b.select(b.compare("slt", index, last), index, last) if n % b.lanes else index, b.lanes)
        return
    done = 0
    if not rest and even and n >= b.lanes:
        done = n - n % b.lanes
        with b.loop(0, done, b.lanes) as index:
            turn(index, b.lanes)
    if done < n:
        with b.loop(done, n) as index:
            turn(index, 1)
