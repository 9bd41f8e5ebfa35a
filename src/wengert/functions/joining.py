"""Arrays put together from parts: concatenate, stack and what is built on them."""

from __future__ import annotations

from typing import Any

import numpy as np

from wengert.functions.assemble import as_array
from wengert.functions.axes import along, from_end
from wengert.functions.output import delivered
from wengert.functions.shaping import in_order, order_like
from wengert.functions.table import implements
from wengert.ir import dtype_of, shape_of
from wengert.primitives import broadcast_to, concatenate, stack, to_dtype


def _parts(arrays: Any) -> list[Any]:
    """The arrays to join; an array is the sequence of its rows."""
    return [as_array(x) for x in arrays]


def _cast(out: Any, dtype: Any, casting: str) -> Any:
    """The joined array in the dtype asked for, if that cast is allowed."""
    if dtype is None:
        return out
    dtype = np.dtype(dtype)
    if not np.can_cast(dtype_of(out), dtype, casting):  # type: ignore[arg-type]
        raise TypeError(f"Cannot cast array data from {dtype_of(out)!r} to {dtype!r} according to the rule {casting!r}")
    return np.astype(out, dtype, copy=False)


@implements(np.concatenate)
def concatenate_arrays(
    arrays: Any, /, axis: Any = 0, out: Any = None, *, dtype: Any = None, casting: str = "same_kind"
) -> Any:
    """Join arrays along an axis they have; `axis=None` flattens them first."""
    parts = _parts(arrays)
    if not parts:
        raise ValueError("need at least one array to concatenate")
    if axis is None:
        parts, axis = [np.ravel(x) for x in parts], 0
    if shape_of(parts[0]) == ():
        raise ValueError("zero-dimensional arrays cannot be concatenated")
    joined = concatenate(*parts, axis=from_end(axis, len(shape_of(parts[0]))))
    return delivered(_cast(joined, dtype, casting), out, "np.concatenate")


@implements(np.stack)
def stack_arrays(arrays: Any, axis: int = 0, out: Any = None, *, dtype: Any = None, casting: str = "same_kind") -> Any:
    """Join arrays of one shape along a new axis."""
    parts = _parts(arrays)
    if not parts:
        raise ValueError("need at least one array to stack")
    if any(shape_of(x) != shape_of(parts[0]) for x in parts):
        raise ValueError("all input arrays must have the same shape")
    joined = stack(*parts, axis=from_end(axis, len(shape_of(parts[0])) + 1))
    return delivered(_cast(joined, dtype, casting), out, "np.stack")


@implements(np.vstack)
def vstack(tup: Any, *, dtype: Any = None, casting: str = "same_kind") -> Any:
    """Join arrays as rows."""
    return concatenate_arrays([np.atleast_2d(as_array(x)) for x in tup], 0, dtype=dtype, casting=casting)


@implements(np.hstack)
def hstack(tup: Any, *, dtype: Any = None, casting: str = "same_kind") -> Any:
    """Join arrays along the second axis, one-dimensional ones along the first."""
    parts = [np.atleast_1d(as_array(x)) for x in tup]
    axis = 0 if parts and len(shape_of(parts[0])) == 1 else 1
    return concatenate_arrays(parts, axis, dtype=dtype, casting=casting)


@implements(np.dstack)
def dstack(tup: Any) -> Any:
    """Join arrays along the third axis."""
    return concatenate_arrays([np.atleast_3d(as_array(x)) for x in tup], 2)


@implements(np.column_stack)
def column_stack(tup: Any) -> Any:
    """Join one-dimensional arrays as columns."""
    parts = _parts(tup)
    return concatenate_arrays([np.atleast_2d(x).T if len(shape_of(x)) < 2 else x for x in parts], 1)


@implements(np.block)
def block(arrays: Any) -> Any:
    """Join nested lists of blocks: the innermost lists along the last axis, the outer ones along those before."""
    depth = _depth(arrays)
    rank = max([depth, *(len(shape_of(x)) for x in _leaves(arrays))])

    def join(part: Any, level: int) -> Any:
        if not isinstance(part, list):
            x = as_array(part)
            return np.reshape(x, (1,) * (rank - len(shape_of(x))) + shape_of(x))
        return concatenate_arrays([join(one, level + 1) for one in part], rank - depth + level)

    return join(arrays, 0) if isinstance(arrays, list) else np.copy(join(arrays, 0))


def _depth(arrays: Any) -> int:
    if isinstance(arrays, tuple):
        raise TypeError("np.block takes lists, not tuples")
    if not isinstance(arrays, list):
        return 0
    depths = {_depth(part) for part in arrays}
    if not depths:
        raise ValueError("List at arrays cannot be empty")
    if len(depths) > 1:
        raise ValueError("List depths are mismatched")
    return 1 + depths.pop()


def _leaves(arrays: Any) -> list[Any]:
    return [x for part in arrays for x in _leaves(part)] if isinstance(arrays, list) else [as_array(arrays)]


@implements(np.append)
def append(arr: Any, values: Any, axis: Any = None) -> Any:
    """A new array with values after the end; `axis=None` flattens both."""
    arr, values = as_array(arr), as_array(values)
    if axis is None:
        arr, values, axis = np.ravel(arr), np.ravel(values), 0
    return concatenate_arrays([arr, values], axis)


@implements(np.insert)
def insert(arr: Any, obj: Any, values: Any, axis: Any = None) -> Any:
    """A new array with values before the given indices: NumPy itself finds their places, on an array of numbers."""
    x = as_array(arr)
    if axis is None:
        x, axis = np.ravel(x), 0
    ndim = len(shape_of(x))
    axis = from_end(axis, ndim)
    length = shape_of(x)[axis]
    count = np.insert(np.empty(length), obj, 0).size - length
    values = to_dtype(as_array(values), dtype_of(x))
    if count == 1:  # one index takes any number of slices
        values = np.reshape(values, (1,) * (ndim - len(shape_of(values))) + shape_of(values))
        if not isinstance(obj, slice) and np.ndim(obj) == 0:
            values = np.moveaxis(values, 0, axis)
        count = shape_of(values)[axis]
    shape = list(shape_of(x))
    shape[axis] = count
    places = np.insert(np.arange(length), obj, np.arange(length, length + count))
    return concatenate(x, broadcast_to(values, shape=tuple(shape)), axis=axis)[along(axis, places)]


@implements(np.delete)
def delete(arr: Any, obj: Any, axis: Any = None) -> Any:
    """A new array without the given indices."""
    x = as_array(arr)
    if axis is None:
        x, axis = np.ravel(x), 0
    axis = from_end(axis, len(shape_of(x)))
    rest = x[along(axis, np.delete(np.arange(shape_of(x)[axis]), obj))]
    return in_order(rest, order_like(x))
