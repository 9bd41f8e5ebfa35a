"""Cofactors: polynomials of small matrices; else det(a) a⁻ᵀ, exact as the determinant where that is not zero."""

from __future__ import annotations

import importlib
from typing import Any

from wengert.ir import Array, Line, Primitive, Var
from wengert.native import moves, python_calls
from wengert.native.builders.values import Val
from wengert.native.planning.views import Layout, Place
from wengert.native.routines import gufuncs
from wengert.native.scope import Scope
from wengert.primitives import minors


def cofactors(low: Scope, line: Line) -> Any:
    """Of stacks of matrices, or their derivatives along a direction."""
    out = low.place(line.outputs[0])
    if out.shape[-1] > minors.LARGEST:
        return NotImplemented if len(line.inputs) > 1 else _by_inverse(low, line)
    form = minors.cofactors if len(line.inputs) == 1 else minors.cofactors_along
    places = [moves.broadcast_to(low.place(x), out.shape) for x in line.inputs]
    if any(p.code != out.code for p in places):
        return NotImplemented
    places.append(out)
    cores = [p.layout._replace(shape=p.shape[-2:], strides=p.layout.strides[-2:], offset=0) for p in places]
    outer = [Layout(p.shape[:-2], p.layout.strides[:-2], p.code) for p in places]
    pointers = tuple(low.b.offset(p.pointer, p.layout.offset) for p in places)

    def one(lanes: int, at: tuple[Val, ...]) -> None:
        *given, target = (Place(pointer, core) for pointer, core in zip(at, cores, strict=True))
        low.write_elements(target, form(low.e, *map(low.read_elements, given)))

    moves.nest(low.b, moves.merged_axes(*outer), pointers, (), one)
    return None


def _by_inverse(low: Scope, line: Line) -> Any:
    """By the loops of numpy.linalg; by Python where there is no inverse."""
    library: Any = importlib.import_module("numpy.linalg._umath_linalg")
    b, (a,), (out,) = low.b, line.inputs, line.outputs
    target = low.place(out)
    found = []
    for name, shape in (("inv", target.shape), ("det", target.shape[:-2])):
        var = Var(type=Array(shape, out.type.dtype))
        low.places[var] = low.temporary(shape, target.code)
        inner = line._replace(primitive=Primitive.table[name], inputs=(a,), outputs=(var,))
        if gufuncs.call(low, inner, getattr(library, name)) is NotImplemented:
            return NotImplemented
        found.append(low.places[var])
    inverse, determinant = found
    n, strides = target.shape[-1], inverse.layout.strides
    turned = Layout((n, n), strides[:-3:-1], target.code)
    straight = Layout((n, n), target.layout.strides[-2:], target.code)
    outer = [
        Layout(p.shape[: len(p.shape) - k], p.layout.strides[: len(p.shape) - k], p.code)
        for p, k in ((target, 2), (inverse, 2), (determinant, 0))
    ]
    pointers = tuple(b.offset(p.pointer, p.layout.offset) for p in (target, inverse, determinant))
    wrong = b.variable(b.constant(False, "b1"))

    def one(lanes: int, at: tuple[Val, ...]) -> None:
        factor = b.load(at[2], target.code)
        b.put(wrong, low.e.logical_or(b.get(wrong), low.e.isnan(b.load(at[1], target.code))))
        moves.move(low.e, Place(at[0], straight), Place(at[1], turned), lambda x: _scaled(low, x, factor))

    moves.nest(b, moves.merged_axes(*outer), pointers, (), one)
    with b.when(b.get(wrong), likely=False), low.apart():
        python_calls.emit(low, line, because="")
    return None


def _scaled(low: Scope, x: Val, factor: Val) -> Val:
    return low.e.multiply(x, low.e.splat(factor, x.lanes))
