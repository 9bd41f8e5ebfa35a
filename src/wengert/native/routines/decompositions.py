"""Eigenvalues, singular values and QR by the compiled loops of numpy.linalg, in double precision as there."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from typing import Any

from wengert.ir import Line
from wengert.native import moves
from wengert.native.builders.values import Val
from wengert.native.planning.views import Layout, Place
from wengert.native.routines.gufuncs import on_places
from wengert.native.routines.linalg import raise_where_nan
from wengert.native.scope import Scope

DOUBLE = {"f4": "f8", "c8": "c16"}


def decomposition(low: Scope, line: Line, name: str) -> Any:
    """One of svd, svdvals, eigh, eigvalsh, eig, eigvals, qr."""
    a, outs = low.place(line.inputs[0]), [low.place(v) for v in line.outputs]
    if low.b.language != "llvm" or a.code not in ("f4", "f8", "c8", "c16"):
        return NotImplemented
    if name == "qr":
        return _qr(low, line, a, outs)
    loop = {
        "svd": "svd_f" if line.params.get("full") else "svd_s",
        "svdvals": "svd",
        "eigh": "eigh_lo" if line.params.get("lower") else "eigh_up",
        "eigvalsh": "eigvalsh_lo" if line.params.get("lower") else "eigvalsh_up",
    }.get(name, name)
    if not _call(low, loop, [_doubled(low, a)], outs[:3]):
        return NotImplemented
    if name == "svd":  # the values once more, with a zero for each vector beyond them
        values, padded = outs[1], outs[3]
        low.fill(padded, 0)
        shape = (*padded.shape[:-1], values.shape[-1])
        moves.move(low.e, Place(padded.pointer, padded.layout._replace(shape=shape)), values)
    raise_where_nan(low, line)
    return None


def _call(low: Scope, name: str, ins: Sequence[Place], outs: Sequence[Place]) -> bool:
    library: Any = importlib.import_module("numpy.linalg._umath_linalg")
    function = getattr(library, name, None)
    return function is not None and on_places(low, function, list(ins), list(outs))


def _doubled(low: Scope, a: Place) -> Place:
    """The matrices in double precision."""
    return _copied(low, a) if a.code in DOUBLE else a


def _copied(low: Scope, a: Place) -> Place:
    found = low.temporary(a.shape, DOUBLE.get(a.code, a.code))
    moves.move(low.e, found, a)
    return found


def _qr(low: Scope, line: Line, a: Place, outs: Sequence[Place]) -> Any:
    """Householder reflections, which replace the matrix; then Q is multiplied out, and R cut out."""
    q, r, free = outs
    *stack, m, n = a.shape
    if not m or not n:
        return NotImplemented
    work = _copied(low, a)
    factors = low.temporary((*stack, min(m, n)), work.code)
    complete = line.params["full"] and m > n
    if not _call(low, "qr_r_raw", [work], [factors]):
        return NotImplemented
    if not _call(low, "qr_complete" if complete else "qr_reduced", [work, factors], [q]):
        return NotImplemented
    low.fill(r, 0)
    low.fill(free, 0)
    b = low.b
    parts = [Layout(p.shape[:-2], p.layout.strides[:-2], p.code) for p in (r, work)]

    def triangle(lanes: int, at: tuple[Val, ...]) -> None:
        with b.loop(0, min(m, n)) as i, b.loop(i, b.constant(n, "i8")) as j:
            places = []
            for p, pointer in zip((r, work), at, strict=True):
                down, right = p.layout.strides[-2:]
                row = b.offset(pointer, b.op("mul", i, b.constant(down, "i8")))
                places.append(b.offset(row, b.op("mul", j, b.constant(right, "i8"))))
            b.store(low.e.convert(b.load(places[1], work.code), r.code), places[0])

    moves.nest(b, moves.merged_axes(*parts), (low.address(r), low.address(work)), (), triangle)
    return None
