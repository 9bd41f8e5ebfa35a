"""Products of arrays: dot, inner, vdot, outer, tensordot, cross, and their namesakes in np.linalg."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_index, normalize_axis_tuple

from wengert.functions.assemble import as_array
from wengert.functions.output import delivered
from wengert.functions.table import implements
from wengert.ir import shape_of
from wengert.primitives import concatenate, getitem, matmul, multiply, reshape, transpose
from wengert.primitives.products import conjugate, vecdot
from wengert.primitives.products import cross as cross_row

Axes = tuple[int, ...]


def _reordered(x: Any, axes: Axes) -> Any:
    return x if axes == tuple(range(len(axes))) else transpose(x, axes=axes)


def _shaped(x: Any, shape: Axes) -> Any:
    return x if shape_of(x) == shape else reshape(x, shape=shape)


def move_axis(x: Any, source: int, target: int) -> Any:
    """`np.moveaxis` of one axis; a value that has it there already is returned as it is."""
    ndim = len(shape_of(x))
    source, target = normalize_axis_index(source, ndim), normalize_axis_index(target, ndim)
    order = [a for a in range(ndim) if a != source]
    order.insert(target, source)
    return _reordered(x, tuple(order))


@implements(np.dot)
def dot(a: Any, b: Any, out: Any = None) -> Any:
    """The sum over the last axis of `a` and the last but one of `b`, or the product with a scalar."""
    a, b = as_array(a), as_array(b)
    p, q = len(shape_of(a)), len(shape_of(b))
    if p == 0 or q == 0:
        value = multiply(a, b)
    elif p <= 2 and q <= 2:
        value = matmul(a, b)
    else:
        value = tensordot(a, b, (-1, -2 if q > 1 else -1))
    return delivered(value, out, "np.dot")


@implements(np.inner)
def inner(a: Any, b: Any) -> Any:
    """The sum over the last axes of both, or the product with a scalar."""
    a, b = as_array(a), as_array(b)
    p, q = len(shape_of(a)), len(shape_of(b))
    if p == 0 or q == 0:
        return multiply(a, b)
    return matmul(a, b) if p == q == 1 else tensordot(a, b, (-1, -1))


@implements(np.vdot)
def vdot(a: Any, b: Any) -> Any:
    """The inner product of both arrays laid flat, the first one conjugated."""
    a, b = (_shaped(x, (math.prod(shape_of(x)),)) for x in map(as_array, (a, b)))
    return matmul(conjugate(a), b)


@implements(np.outer)
def outer(a: Any, b: Any, out: Any = None) -> Any:
    """All products of an element of `a` with one of `b`."""
    a, b = as_array(a), as_array(b)
    column = _shaped(a, (math.prod(shape_of(a)), 1))
    return delivered(multiply(column, _shaped(b, (math.prod(shape_of(b)),))), out, "np.outer")


@implements(np.linalg.outer)
def linalg_outer(x1: Any, x2: Any) -> Any:
    """`np.outer` of two vectors."""
    x1, x2 = as_array(x1), as_array(x2)
    if len(shape_of(x1)) != 1 or len(shape_of(x2)) != 1:
        raise ValueError(f"np.linalg.outer takes vectors, not arrays of shapes {shape_of(x1)} and {shape_of(x2)}")
    return outer(x1, x2)


def _summed_axes(axes: Any) -> tuple[Axes, Axes]:
    """The axes of both operands that a tensordot sums over, as given by its argument in any of its forms."""
    if not hasattr(axes, "__iter__"):
        return tuple(range(-axes, 0)), tuple(range(axes))
    first, second = axes
    return tuple(np.atleast_1d(first).tolist()), tuple(np.atleast_1d(second).tolist())


@implements(np.tensordot, np.linalg.tensordot)
def tensordot(a: Any, b: Any, axes: Any = 2) -> Any:
    """The sum over pairs of axes: one product of matrices, the summed axes laid together."""
    a, b = as_array(a), as_array(b)
    first, second = _summed_axes(axes)
    first = normalize_axis_tuple(first, len(shape_of(a)))
    second = normalize_axis_tuple(second, len(shape_of(b)))
    summed = tuple(shape_of(a)[axis] for axis in first)
    if summed != tuple(shape_of(b)[axis] for axis in second):
        raise ValueError("shape-mismatch for sum")
    rows = tuple(axis for axis in range(len(shape_of(a))) if axis not in first)
    columns = tuple(axis for axis in range(len(shape_of(b))) if axis not in second)
    shape = tuple(shape_of(a)[axis] for axis in rows), tuple(shape_of(b)[axis] for axis in columns)
    length = math.prod(summed)
    left = _shaped(_reordered(a, rows + first), (math.prod(shape[0]), length))
    right = _shaped(_reordered(b, second + columns), (length, math.prod(shape[1])))
    return _shaped(matmul(left, right), shape[0] + shape[1])


@implements(np.linalg.matmul)
def linalg_matmul(x1: Any, x2: Any) -> Any:
    """`np.matmul`."""
    return matmul(as_array(x1), as_array(x2))


@implements(np.linalg.vecdot)
def linalg_vecdot(x1: Any, x2: Any, axis: int = -1) -> Any:
    """`np.vecdot` along any axis."""
    return vecdot(*(move_axis(as_array(x), axis, -1) for x in (x1, x2)))


@implements(np.linalg.matrix_transpose)
def matrix_transpose(x: Any) -> Any:
    """Each matrix of a stack transposed."""
    return np.matrix_transpose(x)


@implements(np.linalg.trace)
def linalg_trace(x: Any, offset: int = 0, dtype: Any = None) -> Any:
    """The trace of each matrix of a stack."""
    return np.trace(x, offset=offset, axis1=-2, axis2=-1, dtype=dtype)


@implements(np.linalg.diagonal)
def linalg_diagonal(x: Any, offset: int = 0) -> Any:
    """The diagonal of each matrix of a stack."""
    return np.diagonal(x, offset=offset, axis1=-2, axis2=-1)


# -- cross -------------------------------------------------------------------------------------------------------------


def _flat_to_space(x: Any) -> Any:
    """Vectors in the plane with a third component 0."""
    shape = shape_of(x)
    return x if shape[-1] == 3 else concatenate(x, np.zeros((*shape[:-1], 1), x.dtype), axis=-1)


@implements(np.cross)
def cross(a: Any, b: Any, axisa: int = -1, axisb: int = -1, axisc: int = -1, axis: int | None = None) -> Any:
    """The cross product of vectors in space; of vectors in the plane, its third component."""
    if axis is not None:
        axisa = axisb = axisc = axis
    a, b = as_array(a), as_array(b)
    if not shape_of(a) or not shape_of(b):
        raise ValueError("At least one array has zero dimension")
    a, b = move_axis(a, axisa, -1), move_axis(b, axisb, -1)
    lengths = shape_of(a)[-1], shape_of(b)[-1]
    if not {2, 3}.issuperset(lengths):
        raise ValueError("incompatible dimensions for cross product\n(dimension must be 2 or 3)")
    if lengths == (2, 2):
        first, second = ({"index": (Ellipsis, i)} for i in (0, 1))
        return multiply(getitem(a, **first), getitem(b, **second)) - multiply(getitem(a, **second), getitem(b, **first))
    return move_axis(cross_row(_flat_to_space(a), _flat_to_space(b)), -1, axisc)


@implements(np.linalg.cross)
def linalg_cross(x1: Any, x2: Any, axis: int = -1) -> Any:
    """`np.cross` of vectors in space."""
    x1, x2 = as_array(x1), as_array(x2)
    if shape_of(x1)[axis] != 3 or shape_of(x2)[axis] != 3:
        raise ValueError("Both input arrays must be (arrays of) 3-dimensional vectors")
    return cross(x1, x2, axis=axis)
