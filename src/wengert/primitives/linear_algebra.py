"""Solve, Cholesky and norms: rows of the third kind.

M. B. Giles, "Collected matrix derivative results for forward and reverse mode algorithmic differentiation", 2008.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from wengert.ir import Array, Composite, Primitive, Routine, dtype_of, register, shape_of
from wengert.primitives.determinants import check_square, inv, regular
from wengert.primitives.hermitian import half_hermitian
from wengert.primitives.products import conjugate, flip_matrix
from wengert.primitives.roots import squared_size
from wengert.primitives.shape import reduce_sum, reshape, sum_to, transpose


def real_dtype(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """The dtype of the absolute values of such numbers."""
    return np.zeros(0, dtype).real.dtype


# -- solve -------------------------------------------------------------------------------------------------------------


def _apply(function: Any, a: Any, b: Any, vector: bool) -> Any:
    """A matrix function of `(a, b)` where `b` is one vector or, if `vector`, a stack of them."""
    return function(a, b[..., None])[..., 0] if vector and len(shape_of(b)) > 1 else function(a, b)


def _solve_type(a: Array, b: Array) -> Array:
    check_square("solve", a.shape)
    core = b.shape if b.ndim == 1 else b.shape[-2:]
    if core[0] != a.shape[-1]:
        raise ValueError(f"np.linalg.solve: matrices of shape {a.shape} and right-hand sides {b.shape} do not fit")
    return Array((*np.broadcast_shapes(a.shape[:-2], b.shape[:-2]), *core), np.result_type(a.dtype, b.dtype))


def _solve_jvp(y: Any, xs: Any, dxs: Any) -> Any:
    """Of `a y = b`: `a dy = db - da y`."""
    (a, b), (da, db) = xs, dxs
    vector = len(shape_of(b)) == 1
    moved = None if da is None else _apply(np.matmul, da, y, vector)
    if moved is None:
        return solve(a, db)
    return _apply(solve, a, -moved if db is None else db - moved, vector)


def _solve_transpose(ct: Any, a: Any, b: Any) -> Any:
    return sum_to(_apply(solve, flip_matrix(a), ct, len(shape_of(b)) == 1), shape_of(b))


def _solve_batch(size: int, args: Any, batched: Any) -> Any:
    """Where only `b` differs between the items, its vectors become columns: each matrix is factorized once."""
    (a, b), (a_batched, b_batched) = args, batched
    p, q = len(shape_of(a)) - a_batched, len(shape_of(b)) - b_batched
    if q == 1 and not a_batched:
        columns = solve(a, b.T)
        ndim = len(shape_of(columns))
        return transpose(columns, axes=(ndim - 1, *range(ndim - 1)))
    if q == 1 and not b_batched:
        return solve(a, b)
    if q == 2 and p == 2 and not a_batched:
        rows, count = shape_of(b)[1:]
        merged = reshape(transpose(b, axes=(1, 0, 2)), shape=(rows, size * count))
        return transpose(reshape(solve(a, merged), shape=(rows, size, count)), axes=(1, 0, 2))
    rank = max(p, q, 2)
    if a_batched:
        a = reshape(a, shape=(size, *(1,) * (rank - p), *shape_of(a)[1:]))
    if q == 1:
        b = reshape(b, shape=(size, *(1,) * (rank - 2), shape_of(b)[1], 1))
    elif b_batched:
        b = reshape(b, shape=(size, *(1,) * (rank - q), *shape_of(b)[1:]))
    out = solve(a, b)
    return out[..., 0] if q == 1 else out


def _solve_samples(rng: np.random.Generator) -> Any:
    shapes = (
        ((3, 3), (3,)), ((3, 3), (3, 2)), ((2, 3, 3), (3,)), ((2, 3, 3), (3, 2)), ((3, 3), (2, 3, 4)),
        ((4, 1, 2, 2), (3, 2, 1)), ((0, 2, 2), (2, 1)),
    )  # fmt: skip
    return [((regular(rng, *a), rng.standard_normal(b)), {}) for a, b in shapes]


solve: Primitive = register(
    Primitive(
        "solve",
        np.linalg.solve,
        _solve_type,
        jvp=_solve_jvp,
        transposes=(None, _solve_transpose),
        batch=_solve_batch,
        symbol="{0} \\ {1}",
        undoes=(1, lambda y, a, b: _apply(np.matmul, a, y, len(shape_of(b)) == 1)),
        order="any",
        samples=_solve_samples,
        python="np.linalg.solve({0}, {1})",
        native=Routine(
            "linalg", options=(lambda line: "solve1" if len(shape_of(line.inputs[1])) == 1 else "solve",)
        ),
    )
)


# -- Cholesky ----------------------------------------------------------------------------------------------------------


def _cholesky_type(a: Array, upper: bool) -> Array:
    check_square("cholesky", a.shape)
    return a


def _cholesky_jvp(y: Any, xs: Any, dxs: Any, upper: bool) -> Any:
    """Of `L Lᴴ = A`: `dL = L Φ(L⁻¹ dA L⁻ᴴ)`, where Φ takes the lower triangle and half of the diagonal.

    `A` is one Hermitian matrix, not two triangles of which one is ignored: the Hermitian part of `dA` counts.
    """
    lower = conjugate(flip_matrix(y)) if upper else y
    da = half_hermitian(dxs[0])
    back = inv(lower, strict=True)
    n = shape_of(y)[-1]
    phi = np.tri(n, dtype=real_dtype(dtype_of(y)))
    phi[np.diag_indices(n)] = 0.5
    dl = lower @ (back @ da @ conjugate(flip_matrix(back)) * phi)
    return conjugate(flip_matrix(dl)) if upper else dl


def _positive(rng: np.random.Generator, *shape: int) -> Any:
    a = rng.standard_normal(shape)
    return a @ np.swapaxes(a, -1, -2) + np.eye(shape[-1])


def _by_triangle(line: Any) -> str:
    return "cholesky_up" if line.params["upper"] else "cholesky_lo"


def cholesky_row(prefix: str, evaluate: Callable[..., Any], stacks: bool) -> Primitive:
    """The row of a library's `cholesky(a, upper)`, which takes `stacks` of matrices or not."""
    shapes = ((3, 3), (1, 1), (2, 3, 3), (0, 2, 2))
    row: Primitive = register(
        Primitive(
            f"{prefix}cholesky",
            evaluate,
            _cholesky_type,
            jvp=_cholesky_jvp,
            batch=(lambda size, args, batched, upper: row(args[0], upper=upper)) if stacks else None,
            order="any",
            samples=lambda rng: [
                ((_positive(rng, *shape),), {"upper": upper})
                for shape in shapes[: None if stacks else 2]
                for upper in (False, True)
            ],
            native=Routine("linalg", options=(_by_triangle,)),
        )
    )
    return row


cholesky = cholesky_row("", lambda a, upper: np.linalg.cholesky(a, upper=upper), stacks=True)


# -- norm --------------------------------------------------------------------------------------------------------------


def _norm(x: Any, axis: Any) -> Any:
    return np.linalg.norm(x) if axis is None else np.sqrt(np.add.reduce((x.conj() * x).real, axis=axis))


def kept_shape(shape: tuple[int, ...], axis: Any) -> tuple[int, ...]:
    """The shape with length 1 along the axes of a norm, `None` for all."""
    gone = range(len(shape)) if axis is None else [a % len(shape) for a in axis]
    return tuple(1 if i in gone else n for i, n in enumerate(shape))


def _norm_type(x: Array, axis: Any) -> Array:
    gone = range(x.ndim) if axis is None else [a % x.ndim for a in axis]
    return Array(tuple(n for i, n in enumerate(x.shape) if i not in gone), real_dtype(x.dtype))


def _all_axes(x: Any, fewer: int = 0) -> tuple[int, ...]:
    return tuple(range(fewer - len(shape_of(x)), 0))


def _norm_jvp(y: Any, xs: Any, dxs: Any, axis: Any) -> Any:
    """`dy = Re Σ conj(x) dx / y`, and 0 where y = 0, the least subgradient: there x / inf = 0."""
    (x,), (dx,) = xs, dxs
    length = reshape(np.where(y == 0, np.inf, y), shape=kept_shape(shape_of(x), axis))
    unit = conjugate(x) / length
    moved = np.real(unit * dx) if dtype_of(x).kind == "c" else unit * dx
    return reduce_sum(moved, axis=_all_axes(x) if axis is None else axis)


norm: Primitive = register(
    Primitive(
        "norm",
        _norm,
        _norm_type,
        jvp=_norm_jvp,
        batch=lambda size, args, batched, axis: norm(args[0], axis=_all_axes(args[0], 1) if axis is None else axis),
        square=lambda x, axis: reduce_sum(squared_size(x), axis=_all_axes(x) if axis is None else axis),
        symbol="‖{0}‖",
        order="any",
        samples=lambda rng: [
            ((rng.standard_normal(shape),), {"axis": axis})
            for shape, axis in (
                ((3,), None), ((2, 3), None), ((), None), ((2, 3), (-1,)), ((2, 3, 4), (-3, -1)), ((0, 3), (-1,)),
                ((3,), (-1,)),
            )
        ],
        native=Composite(
            lambda x, axis: np.sqrt(reduce_sum(squared_size(x), axis=_all_axes(x) if axis is None else axis))
        ),
    )
)  # fmt: skip
