"""The compiled loops of generalized ufuncs, on stacks of matrices and vectors."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from wengert.ir import Line
from wengert.native import moves
from wengert.native.builders.elements import types_of
from wengert.native.builders.values import DTYPES, Val, code_of
from wengert.native.machine.ufuncs import CompiledLoop, compiled_loop
from wengert.native.planning.views import Layout, Place
from wengert.native.scope import Scope


def cores(ufunc: np.ufunc) -> list[list[str]]:
    """The names of the core axes of each operand."""
    found = re.findall(r"\(([^)]*)\)", str(ufunc.signature).replace(" ", ""))
    return [[name for name in core.split(",") if name] for core in found]


def call(low: Scope, line: Line, ufunc: np.ufunc | None = None) -> Any:
    """A line whose `evaluate` is the ufunc, or is computed by it."""
    function = line.primitive.evaluate if ufunc is None else ufunc
    if low.b.language != "llvm" or not isinstance(function, np.ufunc) or function.signature is None:
        return NotImplemented
    loop = compiled_loop(function, tuple(t.dtype for t in types_of(line)))
    if loop is None:
        return NotImplemented
    codes = [code_of(d) for d in loop.dtypes]
    if None in codes:
        return NotImplemented
    places = []
    for k, (value, code) in enumerate(zip((*line.inputs, *line.outputs), codes, strict=True)):
        place = low.place(value)
        assert code is not None
        if place.code != code:
            if k >= function.nin:
                return NotImplemented
            converted = low.temporary(place.shape, code)
            moves.move(low.e, converted, place)
            place = converted
        places.append(place)
    return None if _on_cores(low, loop, function, places) else NotImplemented


def on_places(low: Scope, function: np.ufunc, ins: list[Place], outs: list[Place]) -> bool:
    """The ufunc on arrays in memory, which are brought to its types; False if it has no loop for them."""
    loop = compiled_loop(function, tuple(DTYPES[p.code] for p in ins))
    codes = [code_of(d) for d in loop.dtypes] if loop is not None else [None]
    if loop is None or None in codes:
        return False
    given = []
    for place, code in zip(ins, codes, strict=False):
        assert code is not None
        given.append(place if place.code == code else low.temporary(place.shape, code))
        if given[-1] is not place:
            moves.move(low.e, given[-1], place)
    found = []
    for place, code in zip(outs, codes[len(ins) :], strict=True):
        assert code is not None
        found.append(place if place.code == code else low.temporary(place.shape, code))
    if not _on_cores(low, loop, function, [*given, *found]):
        return False
    for place, result in zip(outs, found, strict=True):
        if result is not place:
            moves.move(low.e, place, result)
    return True


def _on_cores(low: Scope, loop: CompiledLoop, function: np.ufunc, places: list[Place]) -> bool:
    core_names = cores(function)
    lengths: dict[str, int] = {}
    given: set[str] = set()
    stacks = []
    inner: list[int] = []
    for k, (place, names) in enumerate(zip(places, core_names, strict=True)):
        present = names if len(place.shape) >= len(names) else [n for n in names if not n.endswith("?")]
        if k >= function.nin:  # optional axes that the operands lack are not in the output either
            present = [n for n in names if not n.endswith("?") or n in given]
        given.update(present)
        at = len(place.shape) - len(present)
        if at < 0:
            return False
        axes = iter(zip(place.shape[at:], place.layout.strides[at:], strict=True))
        for name in names:
            n, stride = next(axes) if name in present else (1, 0)
            if lengths.setdefault(name, n) != n and k < function.nin:
                return False
            inner.append(stride)
        stacks.append(Layout(place.shape[:at], place.layout.strides[:at], place.code))
    shape = np.broadcast_shapes(*(s.shape for s in stacks))
    outer = [moves.broadcast_to(Place(p.pointer, s), shape).layout for p, s in zip(places, stacks, strict=True)]
    ordered: list[str] = []
    for names in core_names:
        ordered.extend(n for n in names if n not in ordered)
    emit(low, loop.function, loop.data, places, outer, [lengths[n] for n in ordered], inner)
    return True


def emit(
    low: Scope, function: int, data: int, places: list[Place], outer: list[Layout], lengths: list[int],
    inner: list[int],
) -> None:  # fmt: skip
    """Calls of a loop along the axes that are not its core's."""
    b, count = low.b, len(places)
    low.assembly.cost += 100 * max(lengths, default=1) ** 2
    pointer = b.slot(low.assembly.address(("loop", function, data), lambda: function))
    context = b.slot(low.assembly.address(("data", function, data), lambda: data))
    axes = moves.merged_axes(*outer)
    block = b.alloca(8 * (2 * count + 1 + len(lengths) + len(inner)))
    dims, steps = 8 * count, 8 * (count + 1 + len(lengths))
    start = tuple(b.offset(p.pointer, p.layout.offset) for p in places)

    def one(n: int, strides: tuple[int, ...], at: tuple[Val, ...]) -> None:
        for i, value in enumerate(at):
            b.store(value, b.offset(block, 8 * i))
        for i, size in enumerate((n, *lengths)):
            b.store(b.constant(size, "i8"), b.offset(block, dims + 8 * i))
        for i, step in enumerate((*strides, *inner)):
            b.store(b.constant(step, "i8"), b.offset(block, steps + 8 * i))
        b.call_address(pointer, None, [block, b.offset(block, dims), b.offset(block, steps), context])

    if len(axes) <= 1:
        n, strides = axes[0] if axes else (1, (0,) * count)
        one(n, strides, start)
        return
    *front, (n, strides) = axes
    moves.nest(b, front, start, (), lambda lanes, at: one(n, strides, at))
