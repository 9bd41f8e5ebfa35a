"""Linear algebra by the compiled loops that numpy.linalg itself calls, LAPACK below.

They mark what has no result (a singular matrix, say) with nan. Where there is a nan, `evaluate` is called for the
exception that NumPy raises.
"""

from __future__ import annotations

import importlib
from typing import Any

from wengert.ir import Line
from wengert.native import moves, python_calls
from wengert.native.builders.values import PARTS, Val
from wengert.native.planning.views import Layout, Place
from wengert.native.routines import gufuncs
from wengert.native.scope import Scope


def linalg(low: Scope, line: Line, name: Any, checked: bool = True) -> Any:
    """The loop of this name, or of the one that `name(line)` says."""
    library: Any = importlib.import_module("numpy.linalg._umath_linalg")
    function = getattr(library, name if isinstance(name, str) else name(line), None)
    if function is None or gufuncs.call(low, line, function) is NotImplemented:
        return NotImplemented
    if checked:
        raise_where_nan(low, line)
    return None


def raise_where_nan(low: Scope, line: Line) -> None:
    """Call `evaluate` for its exception if there is a nan in the first output."""
    b = low.b
    wrong = b.variable(b.constant(False, "b1"))
    place = low.place(line.outputs[0])
    code = PARTS.get(place.code, place.code)
    count = place.layout.size * (2 if place.code in PARTS else 1)
    flat = Layout((count,), (int(code[1:]),), code)
    with b.loop(0, count) as index:
        at = b.offset(low.address(place), b.op("mul", index, b.constant(flat.strides[0], "i8")))
        b.put(wrong, low.e.logical_or(b.get(wrong), low.e.isnan(b.load(at, code))))
    with b.when(b.get(wrong)), low.apart():
        python_calls.emit(low, line, because="")


def substitution(low: Scope, line: Line) -> Any:
    """The solution of a triangular system, row by row; Python is called where SciPy would complain."""
    params, b, e = line.params, low.b, low.e
    t, right, y = low.place(line.inputs[0]), low.place(line.inputs[1]), low.place(line.outputs[0])
    trans, lower, n = params["trans"], params["lower"], t.shape[-1]
    if t.code != y.code or right.code != y.code or low.b.language != "llvm":
        return NotImplemented
    low.assembly.cost += t.layout.size * max(1, right.layout.size // max(n, 1))
    down, across = t.layout.strides if trans in ("N", "conj") else t.layout.strides[::-1]
    forwards = lower == (trans in ("N", "conj"))
    conjugated = trans in ("C", "conj") and t.code in PARTS
    wrong = b.variable(b.constant(False, "b1"))
    row = Layout(y.shape[1:], y.layout.strides[1:], y.code)
    columns = moves.merged_axes(row)

    def suspect(place: Place) -> None:
        def one(lanes: int, at: tuple[Val, ...]) -> None:
            for part in b.parts(b.load(at[0], place.code)):
                b.put(wrong, e.logical_or(b.get(wrong), e.logical_not(e.isfinite(part))))

        moves.nest(b, moves.merged_axes(place.layout), (low.address(place),), (), one)

    def element(i: Val, j: Val) -> Val:
        at = b.offset(low.address(t), b.op("mul", i, b.constant(down, "i8")))
        found = b.load(b.offset(at, b.op("mul", j, b.constant(across, "i8"))), t.code)
        return e.conjugate(found) if conjugated else found

    def row_of(i: Val) -> Val:
        return b.offset(low.address(y), b.op("mul", i, b.constant(y.layout.strides[0], "i8")))

    def number(k: Val) -> Val:
        return k if forwards else b.op("sub", b.constant(n - 1, "i8"), k)

    moves.move(e, y, right)
    suspect(t)
    suspect(right)
    with b.loop(b.constant(0, "i8"), b.constant(n, "i8")) as k:
        i = number(k)
        with b.loop(b.constant(0, "i8"), k) as m:
            j = number(m)
            factor = element(i, j)

            def less(lanes: int, at: tuple[Val, ...], factor: Val = factor) -> None:
                other = e.multiply(factor, b.load(at[1], y.code))
                b.store(e.subtract(b.load(at[0], y.code), other), at[0])

            moves.nest(b, moves.merged_axes(row, row), (row_of(i), row_of(j)), (), less)
        if not params["unit"]:
            pivot = element(i, i)
            b.put(wrong, e.logical_or(b.get(wrong), e.equal(pivot, e.like(0, pivot))))

            def over(lanes: int, at: tuple[Val, ...], pivot: Val = pivot) -> None:
                b.store(e.divide(b.load(at[0], y.code), pivot), at[0])

            moves.nest(b, columns, (row_of(i),), (), over)
    with b.when(b.get(wrong)), low.apart():
        python_calls.emit(low, line, because="")
    return None
