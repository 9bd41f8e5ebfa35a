"""Triangles and diagonals of matrices, matrices made from vectors, Kronecker products."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_index

from wengert.errors import UnsupportedError
from wengert.functions.assemble import as_array
from wengert.functions.output import delivered
from wengert.functions.table import implements
from wengert.ir import dtype_of, shape_of
from wengert.primitives import concatenate, reshape, setitem, transpose
from wengert.primitives.index import SLOT
from wengert.primitives.rearranging import diagonal, diagonal_places


def _triangle(m: Any, k: int, lower: bool) -> Any:
    x = as_array(m)
    rows, columns = shape_of(x)[-2:] if len(shape_of(x)) > 1 else shape_of(x) * 2
    keep = np.tri(rows, columns, k if lower else k - 1, dtype=bool)
    return np.where(keep if lower else ~keep, x, np.zeros(1, dtype_of(x)))


@implements(np.tril)
def tril(m: Any, k: int = 0) -> Any:
    """The lower triangle, zeros above the k-th diagonal."""
    return _triangle(m, k, lower=True)


@implements(np.triu)
def triu(m: Any, k: int = 0) -> Any:
    """The upper triangle, zeros below the k-th diagonal."""
    return _triangle(m, k, lower=False)


@implements(np.diagonal)
def diagonal_of(a: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    """A diagonal along two axes, as a view that cannot be written; it becomes the last axis."""
    x = as_array(a)
    ndim = len(shape_of(x))
    if ndim < 2:
        raise ValueError("diag requires an array of at least two dimensions")
    first, second = normalize_axis_index(axis1, ndim), normalize_axis_index(axis2, ndim)
    if first == second:
        raise ValueError("axis1 and axis2 cannot be the same")
    if (first, second) != (ndim - 2, ndim - 1):
        x = transpose(x, axes=(*(i for i in range(ndim) if i not in (first, second)), first, second))
    return diagonal(x, offset=offset)


@implements(np.trace)
def trace(a: Any, offset: int = 0, axis1: int = 0, axis2: int = 1, dtype: Any = None, out: Any = None) -> Any:
    """The sum along a diagonal."""
    return delivered(np.sum(diagonal_of(a, offset, axis1, axis2), axis=-1, dtype=dtype), out, "np.trace")


@implements(np.diag)
def diag(v: Any, k: int = 0) -> Any:
    """The diagonal of a matrix, or the matrix with a vector on its diagonal."""
    x = as_array(v)
    shape = shape_of(x)
    if len(shape) == 2:
        return diagonal_of(x, k)
    if len(shape) != 1:
        raise ValueError("Input must be 1- or 2-d.")
    side = shape[0] + abs(k)
    places = diagonal_places((side, side), k)
    return setitem(np.zeros((side, side), dtype_of(x)), x, *places, index=(SLOT, SLOT))


@implements(np.diagflat)
def diagflat(v: Any, k: int = 0) -> Any:
    """The matrix with all elements on its diagonal."""
    return diag(np.ravel(as_array(v)), k)


@implements(np.vander)
def vander(x: Any, N: Any = None, increasing: bool = False) -> Any:
    """The powers of a vector as columns, each one the product of all before."""
    x = as_array(x)
    if len(shape_of(x)) != 1:
        raise ValueError("x must be a one-dimensional array or sequence.")
    count = shape_of(x)[0] if N is None else N
    ones = np.ones((shape_of(x)[0], min(count, 1)), dtype_of(x))
    powers = np.cumprod(np.broadcast_to(x[:, None], (shape_of(x)[0], max(count - 1, 0))), axis=1)
    out = concatenate(ones, powers, axis=-1)
    return out if increasing else out[:, ::-1]


@implements(np.kron)
def kron(a: Any, b: Any) -> Any:
    """The Kronecker product: every element of one array times the other array."""
    x, y = as_array(a), as_array(b)
    ndim = max(len(shape_of(x)), len(shape_of(y)))
    left = (1,) * (ndim - len(shape_of(x))) + shape_of(x)
    right = (1,) * (ndim - len(shape_of(y))) + shape_of(y)
    if ndim == 0:
        return x * y
    apart = reshape(x, shape=tuple(n for length in left for n in (length, 1)))
    other = reshape(y, shape=tuple(n for length in right for n in (1, length)))
    return reshape(apart * other, shape=tuple(n * m for n, m in zip(left, right, strict=True)))


def _from_shape(function: Any) -> Any:
    """A function of indices, of which only the shape of the array matters."""

    def indices(arr: Any, *args: Any, **kwargs: Any) -> Any:
        return function(np.broadcast_to(np.int8(0), shape_of(as_array(arr))), *args, **kwargs)

    return indices


for _function in (np.tril_indices_from, np.triu_indices_from, np.diag_indices_from):
    implements(_function)(_from_shape(_function))


@implements(np.lib.stride_tricks.as_strided)
def as_strided(x: Any, *args: Any, **kwargs: Any) -> Any:
    """Refused: strides count bytes of a memory that a traced value does not have."""
    raise UnsupportedError(
        "np.lib.stride_tricks.as_strided is not supported on traced values: use sliding_window_view, reshape or an "
        "index array"
    )
