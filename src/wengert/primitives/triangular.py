"""SciPy's solvers of structured systems, and the LU factorization.

They are called as `scipy.linalg.name`: SciPy imports that part of itself when it is first asked for.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy

from wengert.errors import UnsupportedError
from wengert.ir import Array, Composite, Primitive, Routine, dtype_of, register, shape_of
from wengert.primitives.determinants import regular
from wengert.primitives.discrete import discrete, one_by_one
from wengert.primitives.linear_algebra import solve
from wengert.primitives.orthogonal import lower_part, upper_part
from wengert.primitives.products import conjugate, flip_matrix
from wengert.primitives.shape import reshape, transpose

TRANSPOSED = {"N": "T", "T": "N", "C": "conj", "conj": "C"}  # with "conj", the matrix is only conjugated


def _solve_type(a: Array, b: Array, **options: Any) -> Array:
    if len(a.shape) != 2 or a.shape[0] != a.shape[1]:
        raise ValueError("expected square matrix")
    if b.ndim not in (1, 2) or b.shape[0] != a.shape[0]:
        raise ValueError(f"shapes of a {a.shape} and b {b.shape} are incompatible")
    return Array(b.shape, np.result_type(a.dtype, b.dtype))


def columns_batch(function: Any) -> Any:
    """The `batch` column of a solver: right-hand sides of the same matrix become its columns."""

    def batch(size: int, args: Any, batched: Any, **params: Any) -> Any:
        (a, b), (a_batched, _) = args, batched
        if a_batched:
            raise LookupError
        shape = shape_of(b)[1:]
        ndim = len(shape) + 1
        merged = reshape(transpose(b, axes=(1, 0, *range(2, ndim))), shape=(shape[0], size * int(np.prod(shape[1:]))))
        out = reshape(function(a, merged, **params), shape=(shape[0], size, *shape[1:]))
        return transpose(out, axes=(1, 0, *range(2, ndim)))

    return batch


# -- one triangle ------------------------------------------------------------------------------------------------------


def _triangle(t: Any, lower: bool, unit: bool) -> Any:
    """The elements of the matrix that are read."""
    offset = -1 if unit else 0
    n = shape_of(t)[-1]
    read = np.tri(n, n, offset, dtype=bool)
    return np.where(read if lower else read.T, t, 0.0)


def _triangular(t: Any, b: Any, trans: str, lower: bool, unit: bool, check_finite: bool) -> Any:
    if trans == "conj":
        t, trans = np.conjugate(t), "N"
    return scipy.linalg.solve_triangular(t, b, trans, lower, unit, check_finite=check_finite)


def _triangular_product(y: Any, t: Any, b: Any, trans: str, lower: bool, unit: bool, check_finite: bool) -> Any:
    """op(T) y, of the triangle that is read."""
    t = _triangle(t, lower, unit)
    t = flip_matrix(t) if trans in "TC" else t
    return (conjugate(t) if trans in ("C", "conj") else t) @ y


def _triangular_jvp(y: Any, xs: Any, dxs: Any, **options: Any) -> Any:
    """Of `op(T) y = b`: `op(T) dy = db - op(dT) y`, where only the triangle that is read counts."""
    (t, _), (dt, moved) = xs, dxs
    if dt is not None:
        change = _triangular_product(y, dt, None, **options)
        moved = -change if moved is None else moved - change
    return solve_triangular(t, moved, **{**options, "check_finite": False})


def _triangular_transpose(ct: Any, t: Any, b: Any, **options: Any) -> Any:
    return solve_triangular(t, ct, **{**options, "trans": TRANSPOSED[options["trans"]], "check_finite": False})


solve_triangular: Primitive = register(
    Primitive(
        "solve_triangular",
        _triangular,
        _solve_type,
        jvp=_triangular_jvp,
        transposes=(None, _triangular_transpose),
        batch=columns_batch(lambda a, b, **options: solve_triangular(a, b, **options)),
        undoes=(1, _triangular_product),
        order="any",
        samples=lambda rng: [
            (
                (regular(rng, 3, 3), rng.standard_normal(shape)),
                {"trans": trans, "lower": i % 2 == 0, "unit": i == 2, "check_finite": True},
            )
            for i, (trans, shape) in enumerate((("N", (3,)), ("T", (3, 2)), ("C", (3,)), ("conj", (3, 1))))
        ],
        native=Routine("substitution"),
    )
)


# -- structure that a solver makes use of ------------------------------------------------------------------------------


def _structured_product(y: Any, a: Any, b: Any, transposed: bool, **options: Any) -> Any:
    return (flip_matrix(a) if transposed else a) @ y


def _structured_jvp(y: Any, xs: Any, dxs: Any, transposed: bool, **options: Any) -> Any:
    (a, _), (da, moved) = xs, dxs
    if da is not None:
        change = _structured_product(y, da, None, transposed)
        moved = -change if moved is None else moved - change
    return solve(flip_matrix(a) if transposed else a, moved)


def _general(a: Any, b: Any, transposed: bool, assume_a: str = "gen", lower: bool = False) -> Any:
    """The general solver; of one for positive definite matrices it is asked that it finds out whether they are."""
    if assume_a in ("pos", "positive definite"):
        raise UnsupportedError("the solver for positive definite matrices")
    return solve(flip_matrix(a) if transposed else a, b)


# The matrix is full, although only a part of it may be read: what is not read mirrors the rest, or is zero.
structured_solve: Primitive = register(
    Primitive(
        "structured_solve",
        lambda a, b, **options: scipy.linalg.solve(a, b, **options),
        _solve_type,
        jvp=_structured_jvp,
        transposes=(
            None,
            lambda ct, a, b, transposed, **options: solve(a if transposed else flip_matrix(a), ct),
        ),
        batch=columns_batch(lambda a, b, **options: structured_solve(a, b, **options)),
        undoes=(1, _structured_product),
        order="any",
        samples=lambda rng: [
            ((regular(rng, 3, 3), rng.standard_normal(shape)), {"assume_a": "gen", "transposed": transposed})
            for shape, transposed in (((3,), False), ((3, 2), True))
        ],
        native=Composite(_general),
    )
)


# -- LU ----------------------------------------------------------------------------------------------------------------


def _order(pivots: Any, rows: int) -> Any:
    order = np.arange(rows)
    for i, j in enumerate(pivots):
        order[[i, j]] = order[[j, i]]
    return order


def _lu_samples(rng: np.random.Generator) -> Any:
    return [((rng.standard_normal(shape) + 2 * np.eye(*shape),), {}) for shape in ((3, 3), (4, 2), (2, 3))]


lu_pivots = discrete(
    "lu_pivots",
    lambda a: scipy.linalg.lu_factor(a)[1],
    lambda a: Array((min(a.shape),), np.dtype(np.int32)),
    samples=_lu_samples,
    batch=one_by_one,
)

pivot_order = discrete(
    "pivot_order",  # of the rows, after all exchanges that the pivots tell
    _order,
    lambda pivots, rows: Array((rows,), np.dtype(np.intp)),
    samples=lambda rng: [((np.array([2, 1, 2], np.int32),), {"rows": 4})],
    batch=one_by_one,
)


def _lu_jvp(y: Any, xs: Any, dxs: Any) -> Any:
    """Of `A = L U`: with `X = L⁻¹ dA U⁻¹`, `L⁻¹ dL` is what X has below the diagonal and `dU U⁻¹` the rest; the
    factors are filled up to square ones by the unit matrix.
    """
    m, n = shape_of(y)
    k = min(m, n)
    low, up = lower_part(y), upper_part(y)
    dtype = dtype_of(y)
    square_low = low[:, :k] if m == k else np.concatenate([low, np.zeros((m, m - k), dtype)], axis=1)
    square_low = square_low + np.eye(m, dtype=dtype)
    square_up = np.concatenate([up, np.eye(n, dtype=dtype)[k:]]) if n > k else up[:k]
    options = {"trans": "N", "check_finite": False}
    x = solve_triangular(square_low, dxs[0], lower=True, unit=True, **options)
    x = flip_matrix(
        solve_triangular(square_up, flip_matrix(x), **{**options, "trans": "T"}, lower=False, unit=False)
    )
    dlow = square_low @ lower_part(x)
    dup = upper_part(x)[:k] @ square_up
    if m > k:
        dup = np.concatenate([dup, np.zeros((m - k, n), dtype)])
    return lower_part(dlow) + dup


# Of rows that are in their final order, both factors in one matrix.
lu_packed: Primitive = register(
    Primitive(
        "lu_packed",
        lambda a: scipy.linalg.lu_factor(a)[0],
        lambda a: a,
        jvp=_lu_jvp,
        order="any",
        samples=lambda rng: [((rng.standard_normal(s) + 9 * np.eye(*s),), {}) for s in ((3, 3), (4, 2), (2, 3))],
    )
)
