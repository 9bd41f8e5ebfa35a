"""Products of vectors and matrices, bilinear: matmul, vecdot, matvec, vecmat, cross.

Cotangents are paired without conjugation (Σ ct·dz), so the transpose of `x @ y` in x is `ct @ yᵀ` for complex numbers
too; where NumPy conjugates an operand, its cotangent is conjugated.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from wengert.ir import Array, Composite, Primitive, Routine, dtype_of, shape_of
from wengert.primitives.elementwise import UFUNCS, times
from wengert.primitives.linear import linear
from wengert.primitives.shape import Shape, align, reshape, sum_to


def conjugate(x: Any) -> Any:
    """The complex conjugate; a real array as it is."""
    return np.conjugate(x) if dtype_of(x).kind == "c" else x


def flip_matrix(x: Any) -> Any:
    """The transpose of each matrix of a stack."""
    return x.T if x.ndim == 2 else np.swapaxes(x, -1, -2)


def pairs(*shapes: tuple[Shape, Shape], **params: Any) -> Any:
    """Samples of two random arrays for each pair of shapes."""
    return lambda rng: [((rng.standard_normal(a), rng.standard_normal(b)), params) for a, b in shapes]


def gufunc_type(function: np.ufunc) -> Callable[..., Array]:
    """The type rule of a generalized ufunc with one output: core axes by its signature, the others broadcast."""
    ins, out = [
        [core.split(",") if core else [] for core in side.strip("()").split("),(")]
        for side in str(function.signature).split("->")
    ]

    def infer(*types: Array) -> Array:
        lengths: dict[str, int] = {}
        loops = []
        for t, names in zip(types, ins, strict=True):
            present = names if t.ndim >= len(names) else [n for n in names if not n.endswith("?")]
            at = t.ndim - len(present)
            if at < 0:
                raise ValueError(f"{function.__name__}: an operand of shape {t.shape} has too few dimensions")
            for name, length in zip(present, t.shape[at:], strict=True):
                if lengths.setdefault(name, length) != length:
                    raise ValueError(f"{function.__name__}: operands of shapes {[x.shape for x in types]} do not fit")
            loops.append(t.shape[:at])
        shape = (*np.broadcast_shapes(*loops), *(lengths[name] for name in out[0] if name in lengths))
        return Array(shape, function.resolve_dtypes((*(t.dtype for t in types), None))[-1])

    return infer


def _merge_rows(x: Any) -> Any:
    """A stack of matrices as one tall matrix: a product with it is one call of BLAS."""
    shape = shape_of(x)
    return x if len(shape) == 2 else reshape(x, shape=(math.prod(shape[:-1]), shape[-1]))


def _times_matrix(x: Any, matrix: Any) -> Any:
    shape = shape_of(x)
    out = _merge_rows(x) @ matrix
    return out if len(shape) == 2 else reshape(out, shape=(*shape[:-1], shape_of(matrix)[1]))


def _matmul_left(ct: Any, x: Any, y: Any) -> Any:
    """The transpose of `x @ y` in x: `ct @ yᵀ`, an outer product where y is a vector."""
    rank, shape = y.ndim, shape_of(x)
    if len(shape) > 1:
        if rank == 1:
            return times(ct[..., None], y)
        return _times_matrix(ct, y.T) if rank == 2 else sum_to(ct @ flip_matrix(y), shape)
    if rank == 1:
        return times(ct, y)
    return y @ ct if rank == 2 else sum_to((y @ ct[..., None])[..., 0], shape)


def _matmul_right(ct: Any, x: Any, y: Any) -> Any:
    """The transpose of `x @ y` in y: `xᵀ @ ct`, an outer product where x is a vector."""
    rank, shape = x.ndim, shape_of(y)
    if rank == 1:
        return times(ct, x) if len(shape) == 1 else times(x[:, None], ct[..., None, :])
    if len(shape) == 1:
        return (ct if rank == 2 else reshape(ct, shape=(math.prod(shape_of(ct)),))) @ _merge_rows(x)
    if len(shape) == 2:
        return _merge_rows(x).T @ _merge_rows(ct)
    return sum_to(flip_matrix(x) @ ct, shape)


def _matmul_batch(size: int, args: Any, batched: Any) -> Any:
    """`x @ y` for each item: one product of matrices wherever one operand is the same for all items."""
    x, y = args
    x_batched, y_batched = batched
    p, q = len(shape_of(x)) - x_batched, len(shape_of(y)) - y_batched
    if not x_batched and q == 1 and p <= 2:
        return y @ x.T
    if not y_batched and q <= 2 and (p > 1 or q == 1):
        return _times_matrix(x, y) if q == 2 else x @ y
    if (not y_batched and p == 1 and q == 2) or (not x_batched and 1 < q >= p):
        return x @ y
    # Every operand as a stack of matrices of one rank: vectors become rows on the left, columns on the right.
    rank = max(p, q, 2)
    xs, ys = shape_of(x)[x_batched:], shape_of(y)[y_batched:]
    xs = (1, *xs) if p == 1 else xs
    ys = (*ys, 1) if q == 1 else ys
    if x_batched:
        x = reshape(x, shape=(size, *(1,) * (rank - len(xs)), *xs))
    if y_batched:
        y = reshape(y, shape=(size, *(1,) * (rank - len(ys)), *ys))
    x, y = (v if flag else reshape(v, shape=s) for v, flag, s in ((x, x_batched, xs), (y, y_batched, ys)))
    out = x @ y
    shape = shape_of(out)
    kept = (*shape[:-2], *(() if p == 1 else shape[-2:-1]), *(() if q == 1 else shape[-1:]))
    return reshape(out, shape=kept)


def _small_matmul(e: Any, x: Any, y: Any) -> Any:
    """`x @ y` of registers."""
    rows, columns = (x[None] if x.ndim == 1 else x), (y[:, None] if y.ndim == 1 else y)
    stack = np.broadcast_shapes(rows.shape[:-2], columns.shape[:-2])
    rows = np.broadcast_to(rows, (*stack, *rows.shape[-2:]))
    columns = np.broadcast_to(columns, (*stack, *columns.shape[-2:]))
    out = np.empty((*stack, rows.shape[-2], columns.shape[-1]), object)
    for at in np.ndindex(out.shape):
        out[at] = _small_dot(e, rows[at[:-1]], columns[(*at[:-2], slice(None), at[-1])])
    return out.reshape((*stack, *rows.shape[-2 : None if x.ndim > 1 else -2][:1], *columns.shape[-1:][: y.ndim - 1]))


def _small_dot(e: Any, x: Any, y: Any) -> Any:
    total = e.multiply(x[0], y[0])
    for a, b in zip(x[1:], y[1:], strict=True):
        total = e.add(total, e.multiply(a, b))
    return total


def batch_cores(function: Callable[..., Any], *cores: int) -> Callable[..., Any]:
    """The `batch` column of a gufunc: items go along a leading axis in front of the broadcast ones."""

    def batch(size: int, args: Any, batched: Any) -> Any:
        loops = [len(shape_of(x)) - flag - core for x, flag, core in zip(args, batched, cores, strict=True)]
        aligned = [
            align(x, 1 + max(loops) + core) if flag else x for x, flag, core in zip(args, batched, cores, strict=True)
        ]
        return function(*aligned)

    return batch


def _by_identity(x: Any, y: Any) -> Any:
    """x·1 = x and 1·y = y for a literal identity matrix."""
    for matrix, other in ((x, y), (y, x)):
        square = type(matrix) is np.ndarray and matrix.ndim == 2 and matrix.shape[0] == matrix.shape[1]
        if square and np.array_equal(matrix, np.eye(len(matrix))):
            return other
    return None


matmul = linear(
    "matmul",
    np.matmul,
    gufunc_type(np.matmul),
    _matmul_left,
    _matmul_right,
    joint=False,
    batch=_matmul_batch,
    identities=_by_identity,
    symbol="{0} @ {1}",
    samples=pairs(
        ((2, 3), (3, 4)), ((3,), (3,)), ((3,), (3, 2)), ((2, 3), (3,)), ((5, 2, 3), (3, 4)), ((5, 2, 3), (5, 3, 4)),
        ((2, 3), (5, 3, 4)), ((4, 1, 2, 3), (5, 3, 2)), ((3,), (5, 3, 4)), ((5, 2, 3), (3,)), ((0, 3), (3, 2)),
        ((2, 0), (0, 3)), ((1, 2, 3), (5, 3, 4)),
    ),
    python="{0} @ {1}",
    native=Routine("matmul", small=_small_matmul, empty=True),
)  # fmt: skip

vecdot = linear(
    "vecdot",
    np.vecdot,
    gufunc_type(np.vecdot),
    lambda ct, x, y: sum_to(conjugate(times(ct[..., None], y)), shape_of(x)),
    lambda ct, x, y: sum_to(times(ct[..., None], conjugate(x)), shape_of(y)),
    joint=False,
    batch=batch_cores(np.vecdot, 1, 1),
    samples=pairs(((3,), (3,)), ((2, 3), (3,)), ((2, 3), (4, 1, 3)), ((2, 0), (2, 0))),
    python="np.vecdot({0}, {1})",
    native=Composite(lambda x, y: np.sum(conjugate(x) * y, axis=-1)),
)

cross: Primitive = linear(
    "cross",
    np.cross,
    lambda x, y: Array(np.broadcast_shapes(x.shape, y.shape), np.result_type(x.dtype, y.dtype)),
    lambda ct, x, y: sum_to(cross(y, ct), shape_of(x)),
    lambda ct, x, y: sum_to(cross(ct, x), shape_of(y)),
    joint=False,
    batch=batch_cores(lambda x, y: cross(x, y), 1, 1),
    symbol="{0} × {1}",
    python="np.cross({0}, {1})",
    native=Composite(
        lambda x, y: np.stack(
            [x[..., i] * y[..., j] - x[..., j] * y[..., i] for i, j in ((1, 2), (2, 0), (0, 1))], axis=-1
        )
    ),
    samples=pairs(((3,), (3,)), ((2, 3), (3,)), ((2, 3), (4, 1, 3)), ((0, 3), (3,))),
)

UFUNCS[np.matmul] = matmul
UFUNCS[np.vecdot] = vecdot

if hasattr(np, "matvec"):  # NumPy 2.2
    UFUNCS[np.matvec] = linear(
        "matvec",
        np.matvec,
        gufunc_type(np.matvec),
        lambda ct, x, y: sum_to(ct[..., None] * y[..., None, :], shape_of(x)),
        lambda ct, x, y: sum_to(np.matvec(flip_matrix(x), ct), shape_of(y)),
        joint=False,
        batch=batch_cores(np.matvec, 2, 1),
        samples=pairs(((2, 3), (3,)), ((5, 2, 3), (3,)), ((5, 2, 3), (4, 1, 3)), ((0, 3), (3,))),
        native=Composite(lambda x, y: (x @ y[..., None])[..., 0]),
    )
    UFUNCS[np.vecmat] = linear(
        "vecmat",
        np.vecmat,
        gufunc_type(np.vecmat),
        lambda ct, x, y: sum_to(conjugate(np.matvec(y, ct)), shape_of(x)),
        lambda ct, x, y: sum_to(conjugate(x)[..., None] * ct[..., None, :], shape_of(y)),
        joint=False,
        batch=batch_cores(np.vecmat, 1, 2),
        samples=pairs(((2,), (2, 3)), ((5, 2), (2, 3)), ((4, 1, 2), (5, 2, 3)), ((0,), (0, 3))),
        native=Composite(lambda x, y: (conjugate(x)[..., None, :] @ y)[..., 0, :]),
    )


def _sum_outer(a: Any, b: Any) -> Any:
    out = np.matmul(np.swapaxes(a, -1, -2), b)
    if out.dtype.kind in "fc" and np.isnan(out).any():
        out = np.zeros_like(out)
        for t in range(a.shape[-2]):
            out += times.evaluate(a[..., t, :, None], b[..., t, None, :])
    return out


def _sum_outer_type(a: Array, b: Array) -> Array:
    if a.ndim < 2 or b.ndim < 2 or a.shape[-2] != b.shape[-2]:
        raise ValueError(f"sum_outer: there are no pairs of rows in shapes {a.shape} and {b.shape}")
    stack = np.broadcast_shapes(a.shape[:-2], b.shape[:-2])
    return Array((*stack, a.shape[-1], b.shape[-1]), np.result_type(a.dtype, b.dtype))


def _small_sum_outer(e: Any, a: Any, b: Any) -> Any:
    """On registers."""
    times_each, add_each = np.frompyfunc(e.times, 2, 1), np.frompyfunc(e.add, 2, 1)
    total = times_each(a[..., 0, :, None], b[..., 0, None, :])
    for t in range(1, a.shape[-2]):
        total = add_each(total, times_each(a[..., t, :, None], b[..., t, None, :]))
    return total


# Σ_t a_t b_tᵀ, in which an exact zero wins over infinity and nan: the sum of the outer products of pairs of rows. Its
# transposes are the same sums, over the other axes.
sum_outer: Primitive = linear(
    "sum_outer",
    _sum_outer,
    _sum_outer_type,
    lambda ct, a, b: sum_to(sum_outer(flip_matrix(b), flip_matrix(ct)), shape_of(a)),
    lambda ct, a, b: sum_to(sum_outer(flip_matrix(a), ct), shape_of(b)),
    joint=False,
    batch=batch_cores(lambda a, b: sum_outer(a, b), 2, 2),
    symbol="{0}ᵀ @ {1}",
    samples=pairs(((4, 2), (4, 3)), ((5, 4, 2), (4, 3)), ((1, 3), (1, 2)), ((0, 2), (0, 3)), ((3, 9), (3, 20))),
    native=Routine("sum_outer", small=_small_sum_outer, empty=True),
)
