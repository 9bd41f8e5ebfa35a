"""np.linalg: solve, inverse, Cholesky, determinants, norms, chains and powers of matrices."""

from __future__ import annotations

import math
import operator
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_tuple

from wengert.functions.assemble import as_array, floats
from wengert.functions.output import delivered
from wengert.functions.products import dot
from wengert.functions.table import implements
from wengert.ir import dtype_of, shape_of
from wengert.primitives import determinants, matmul, reshape
from wengert.primitives import linear_algebra as rows
from wengert.primitives.hermitian import mirrored
from wengert.primitives.singular import svdvals

SlogdetResult = type(np.linalg.slogdet(np.eye(1)))


@implements(np.linalg.solve)
def solve(a: Any, b: Any) -> Any:
    """The solution of `a x = b`."""
    return rows.solve(floats(a), floats(b))


@implements(np.linalg.inv)
def inv(a: Any) -> Any:
    """The inverse of each matrix."""
    return determinants.inv(floats(a), strict=True)


@implements(np.linalg.cholesky)
def cholesky(a: Any, upper: bool = False) -> Any:
    """The triangular factor of each matrix, which counts as Hermitian: both triangles share the derivative."""
    return rows.cholesky(mirrored(floats(a), lower=not upper, conjugated=True), upper=bool(upper))


@implements(np.linalg.det)
def det(a: Any) -> Any:
    """The determinant of each matrix."""
    return determinants.det(floats(a))


@implements(np.linalg.slogdet)
def slogdet(a: Any) -> Any:
    """The sign of the determinant and the logarithm of its absolute value."""
    return SlogdetResult(*determinants.slogdet(floats(a)))


# -- products of many --------------------------------------------------------------------------------------------------


def _splits(lengths: Sequence[int]) -> dict[tuple[int, int], int]:
    """Where to split each run of a chain of matrices, `lengths[i]` by `lengths[i + 1]`, at the least cost.

    T. H. Cormen et al., "Introduction to Algorithms", section 15.2.
    """
    count = len(lengths) - 1
    cost: dict[tuple[int, int], int] = {(i, i): 0 for i in range(count)}
    split: dict[tuple[int, int], int] = {}
    for run in range(1, count):
        for i in range(count - run):
            j = i + run
            outer = lengths[i] * lengths[j + 1]
            cost[i, j], split[i, j] = min(
                (cost[i, k] + cost[k + 1, j] + outer * lengths[k + 1], k) for k in range(i, j)
            )
    return split


@implements(np.linalg.multi_dot)
def multi_dot(arrays: Any, *, out: Any = None) -> Any:
    """The product of a chain of matrices in the order that costs least; the first and last may be vectors."""
    factors = [as_array(x) for x in arrays]
    if len(factors) < 2:
        raise ValueError("Expecting at least two arrays.")
    if len(factors) == 2:
        return delivered(dot(*factors), out, "np.linalg.multi_dot")
    row, column = (len(shape_of(x)) == 1 for x in (factors[0], factors[-1]))
    if row:
        factors[0] = reshape(factors[0], shape=(1, *shape_of(factors[0])))
    if column:
        factors[-1] = reshape(factors[-1], shape=(*shape_of(factors[-1]), 1))
    for x in factors:
        if len(shape_of(x)) != 2:
            raise np.linalg.LinAlgError(f"{len(shape_of(x))}-dimensional array given. Array must be two-dimensional")
    split = _splits([shape_of(factors[0])[0], *(shape_of(x)[1] for x in factors)])

    def product(i: int, j: int) -> Any:
        return factors[i] if i == j else matmul(product(i, split[i, j]), product(split[i, j] + 1, j))

    value = product(0, len(factors) - 1)
    if row or column:
        kept = shape_of(value)[:1] * (not row) + shape_of(value)[1:] * (not column)
        value = reshape(value, shape=kept)
    return delivered(value, out, "np.linalg.multi_dot")


@implements(np.linalg.matrix_power)
def matrix_power(a: Any, n: Any) -> Any:
    """The n-th power of each matrix, by squaring; of the inverse where n < 0."""
    a = as_array(a)
    shape = shape_of(a)
    determinants.check_square("matrix_power", shape)
    n = operator.index(n)
    if n == 0:
        return np.broadcast_to(np.eye(shape[-1], dtype=dtype_of(a)), shape).copy()
    if n < 0:
        a, n = inv(a), -n
    if n == 3:
        return matmul(matmul(a, a), a)
    square, result = a, None
    while True:
        if n % 2:
            result = square if result is None else matmul(result, square)
        n //= 2
        if n == 0:
            return result
        square = matmul(square, square)


# -- norms -------------------------------------------------------------------------------------------------------------


def _vector_norm(x: Any, order: Any, axis: tuple[int, ...], keepdims: bool) -> Any:
    if isinstance(order, str):
        raise ValueError(f"Invalid norm order {order!r} for vectors")
    if order in (None, 2):
        return _euclidean(x, axis, keepdims)
    if order == np.inf:
        return np.max(np.abs(x), axis=axis, keepdims=keepdims)
    if order == -np.inf:
        return np.min(np.abs(x), axis=axis, keepdims=keepdims)
    if order == 0:
        return np.sum((x != 0).astype(rows.real_dtype(dtype_of(x))), axis=axis, keepdims=keepdims)
    size = np.abs(x)
    if order == 1:
        return np.sum(size, axis=axis, keepdims=keepdims)
    return np.sum(size**order, axis=axis, keepdims=keepdims) ** (1 / order)


def _matrix_norm(x: Any, order: Any, axis: tuple[int, ...], keepdims: bool) -> Any:
    if order in (None, "fro", "f"):
        return _euclidean(x, axis, keepdims)
    if order in (2, -2, "nuc"):
        return _spectral_norm(x, order, axis, keepdims)
    if order not in (1, -1, np.inf, -np.inf):
        raise ValueError("Invalid norm order for matrices.")
    along, across = axis if abs(order) == 1 else axis[::-1]
    sums = np.sum(np.abs(x), axis=along, keepdims=True)
    extreme = np.max(sums, axis=across, keepdims=True) if order > 0 else np.min(sums, axis=across, keepdims=True)
    return extreme if keepdims else np.squeeze(extreme, axis=axis)


def _spectral_norm(x: Any, order: Any, axis: tuple[int, ...], keepdims: bool) -> Any:
    """The largest or the smallest singular value, or their sum."""
    values = svdvals(np.moveaxis(x, axis, (-2, -1)))
    value = {2: np.max, -2: np.min, "nuc": np.sum}[order](values, axis=-1)
    return reshape(value, shape=rows.kept_shape(shape_of(x), axis)) if keepdims else value


def _euclidean(x: Any, axis: tuple[int, ...] | None, keepdims: bool) -> Any:
    shape = shape_of(x)
    value = rows.norm(x, axis=axis)
    return reshape(value, shape=rows.kept_shape(shape, axis)) if keepdims else value


@implements(np.linalg.norm)
def norm(x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Any:
    """A norm of vectors or matrices; its derivative at 0 is 0, and ties in a maximum share it."""
    x = floats(x)
    ndim = len(shape_of(x))
    if axis is None and (ord is None or (ord == 2 and ndim == 1) or (ord in ("f", "fro") and ndim == 2)):
        return _euclidean(x, None, keepdims)
    axes = normalize_axis_tuple(range(ndim) if axis is None else axis, ndim)
    if len(axes) not in (1, 2):
        raise ValueError("Improper number of dimensions to norm.")
    axes = tuple(a - ndim for a in axes)
    return (_vector_norm if len(axes) == 1 else _matrix_norm)(x, ord, axes, keepdims)


@implements(np.linalg.vector_norm)
def vector_norm(x: Any, *, axis: Any = None, keepdims: bool = False, ord: Any = 2) -> Any:
    """A norm of vectors that lie along one or several axes."""
    x = floats(x)
    ndim = len(shape_of(x))
    if axis is None:
        value = _vector_norm(reshape(x, shape=(math.prod(shape_of(x)),)), ord, (-1,), False)
        return reshape(value, shape=(1,) * ndim) if keepdims else value
    axes = normalize_axis_tuple(axis, ndim)
    return _vector_norm(x, ord, tuple(a - ndim for a in axes), keepdims)


@implements(np.linalg.matrix_norm)
def matrix_norm(x: Any, *, keepdims: bool = False, ord: Any = "fro") -> Any:
    """A norm of each matrix of a stack."""
    return _matrix_norm(floats(x), ord, (-2, -1), keepdims)
