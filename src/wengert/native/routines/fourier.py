"""Fourier transforms by the compiled loops that numpy.fft itself calls, one axis after another.

Real transforms are complex ones: of what is real, the first half is kept; what is to become real is first mirrored.
"""

from __future__ import annotations

import importlib
from typing import Any

from wengert.ir import Line
from wengert.native import moves
from wengert.native.builders.values import DTYPES, Val, code_of, itemsize
from wengert.native.machine.ufuncs import compiled_loop
from wengert.native.planning.views import Layout, Place, c_layout
from wengert.native.routines.gufuncs import emit
from wengert.native.scope import Scope

INVERSE = ("ifftn", "irfftn")


def transform(low: Scope, line: Line, name: str) -> Any:
    """One of fftn, ifftn, rfftn, irfftn."""
    params, out = line.params, low.place(line.outputs[0])
    part = "f8" if out.code in ("f8", "c16") else "f4"
    code = "c16" if part == "f8" else "c8"
    if low.b.language != "llvm" or _loop(name in INVERSE, code, part) is None:
        return NotImplemented
    source = low.place(line.inputs[0])
    ndim = len(source.shape)
    steps = [(axis % ndim, length) for axis, length in zip(params["axes"], params["s"], strict=True)]
    # the real axis is the first that is done, or the last where the result is real
    order = [*reversed(steps[:-1]), steps[-1]] if name == "irfftn" else steps[::-1]
    source = _copied(low, source, code)
    for k, (axis, length) in enumerate(order):
        if name == "irfftn" and k == len(order) - 1:
            source = _mirrored(low, source, axis, length)
        target = low.temporary((*source.shape[:axis], length, *source.shape[axis + 1 :]), code)
        _along(low, name in INVERSE, source, target, axis, _factor(params["norm"], name in INVERSE, length), part)
        source = _cut(target, axis, length // 2 + 1) if name == "rfftn" and k == 0 else target
    if name == "irfftn":
        source = Place(source.pointer, source.layout._replace(code=part))
    moves.move(low.e, out, source)
    return None


def _loop(inverse: bool, code: str, part: str) -> Any:
    library: Any = importlib.import_module("numpy.fft._pocketfft_umath")
    function = getattr(library, "ifft" if inverse else "fft", None)
    loop = compiled_loop(function, (DTYPES[code], DTYPES[part])) if function is not None else None
    return loop if loop is not None and code_of(loop.dtypes[-1]) == code else None


def _factor(norm: str, inverse: bool, length: int) -> float:
    if norm == "ortho":
        return float(length**-0.5)
    return 1.0 / length if inverse == (norm == "backward") else 1.0


def _copied(low: Scope, place: Place, code: str) -> Place:
    if place.code == code:
        return place
    found = low.temporary(place.shape, code)
    moves.move(low.e, found, place)
    return found


def _cut(place: Place, axis: int, count: int) -> Place:
    shape = (*place.shape[:axis], count, *place.shape[axis + 1 :])
    return Place(place.pointer, place.layout._replace(shape=shape))


def _mirrored(low: Scope, half: Place, axis: int, length: int) -> Place:
    """The bins of a real signal of this length: those of the first half, zeros beyond, and their mirror images."""
    whole = low.temporary((*half.shape[:axis], length, *half.shape[axis + 1 :]), half.code)
    given = min(half.shape[axis], length // 2 + 1)
    if given < length // 2 + 1:
        low.fill(whole, 0)
    moves.move(low.e, _cut(whole, axis, given), _cut(half, axis, given))
    mirror = min(given, (length - 1) // 2 + 1) - 1  # bins that have an image: not the first, nor the middle one
    if mirror > 0:
        images = _stretch(whole, axis, length - 1, -1, mirror)
        moves.move(low.e, images, _stretch(half, axis, 1, 1, mirror), low.e.conjugate)
    for bin_ in (0, length // 2) if length % 2 == 0 else (0,):  # is real, whatever is given
        if bin_ < given:
            place = _stretch(whole, axis, bin_, 1, 1)
            moves.move(low.e, place, place, lambda v: _real(low, v))
    return whole


def _real(low: Scope, value: Val) -> Val:
    part = low.b.parts(value)[0]
    return low.b.join([part, low.e.like(0, part)], value.code)


def _stretch(place: Place, axis: int, first: int, step: int, count: int) -> Place:
    """So many bins from one on, forwards or backwards."""
    layout = place.layout
    stride = layout.strides[axis]
    strides = (*layout.strides[:axis], step * stride, *layout.strides[axis + 1 :])
    shape = (*layout.shape[:axis], count, *layout.shape[axis + 1 :])
    return Place(place.pointer, Layout(shape, strides, layout.code, layout.offset + first * stride))


def _along(low: Scope, inverse: bool, source: Place, target: Place, axis: int, factor: float, part: str) -> None:
    loop = _loop(inverse, source.code, part)
    scale = Place(low.b.alloca(itemsize(part)), c_layout((), part))
    low.fill(scale, factor)
    outer = []
    for place in (source, target):
        shape, strides = (whole[:axis] + whole[axis + 1 :] for whole in (place.shape, place.layout.strides))
        outer.append(Layout(shape, strides, place.code))
    still = Layout(outer[0].shape, (0,) * len(outer[0].shape), part)
    lengths = [source.shape[axis], target.shape[axis]]
    inner = [source.layout.strides[axis], target.layout.strides[axis]]
    low.assembly.cost += 10 * source.layout.size
    emit(low, loop.function, loop.data, [source, scale, target], [outer[0], still, outer[1]], lengths, inner)
