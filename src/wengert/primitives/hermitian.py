"""Hermitian matrices, of which LAPACK reads one triangle."""

from __future__ import annotations

from typing import Any

import numpy as np

from wengert.ir import Array, Composite, Primitive, dtype_of, register, shape_of
from wengert.primitives.discrete import discrete
from wengert.primitives.products import conjugate, flip_matrix

SAME = 1e-8  # triangles that differ by less, relative to the largest element, mirror each other but for rounding


def adjoint(x: Any) -> Any:
    """The conjugate transpose of each matrix."""
    return conjugate(flip_matrix(x))


def half_hermitian(x: Any) -> Any:
    """The Hermitian part of each matrix."""
    return (x + adjoint(x)) / 2


def _flip(x: Any, conjugated: bool) -> Any:
    return adjoint(x) if conjugated else flip_matrix(x)


def _from_triangle(x: Any, lower: bool, conjugated: bool) -> Any:
    """The matrix that a triangle stands for."""
    n = shape_of(x)[-1]
    strict = np.tri(n, n, -1, dtype=bool)
    diagonal = np.real(x) if conjugated and dtype_of(x).kind == "c" else x
    return np.where(strict if lower else strict.T, x, np.where(np.eye(n, dtype=bool), diagonal, _flip(x, conjugated)))


def _mirrors(x: Any, conjugated: bool) -> Any:
    size = np.max(np.abs(x), axis=(-2, -1), keepdims=True, initial=0)
    return np.abs(x - _flip(x, conjugated)) <= SAME * size


_agreeing = discrete(
    "mirrors",
    _mirrors,
    lambda x, conjugated: Array(x.shape, np.dtype(bool)),
    samples=lambda rng: [((np.array([[1.0, 2.0], [2.0, 3.0]]),), {"conjugated": True})],
    native=Composite(_mirrors),
)


def _mirrored_jvp(y: Any, xs: Any, dxs: Any, lower: bool, conjugated: bool) -> Any:
    """Where both triangles agree the matrix counts as one Hermitian matrix, of which neither triangle is ignored: both
    share the derivative. Where they do not, only one was read.
    """
    (x,), (dx,) = xs, dxs
    shared = (dx + _flip(dx, conjugated)) / 2
    return np.where(_agreeing(x, conjugated=conjugated), shared, _from_triangle(dx, lower, conjugated))


mirrored: Primitive = register(
    Primitive(
        "mirrored",
        _from_triangle,
        lambda x, lower, conjugated: x,
        jvp=_mirrored_jvp,
        batch=lambda size, args, batched, lower, conjugated: mirrored(args[0], lower=lower, conjugated=conjugated),
        samples=lambda rng: [
            ((rng.standard_normal((3, 3)),), {"lower": True, "conjugated": True}),
            ((rng.standard_normal((2, 3, 3)) + 1j * rng.standard_normal((2, 3, 3)),),
             {"lower": False, "conjugated": True}),
            ((rng.standard_normal((3, 3)) + 1j * rng.standard_normal((3, 3)),), {"lower": False, "conjugated": False}),
            ((rng.standard_normal((0, 0)),), {"lower": False, "conjugated": False}),
        ],
        native=Composite(_from_triangle),
    )
)  # fmt: skip
