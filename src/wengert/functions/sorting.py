"""Sorting and searching: sort, partition, unique, and the positions they find.

Sorted values are the elements along a permutation, so a derivative follows the permutation; ties keep their order.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from wengert.errors import UnsupportedError
from wengert.functions.assemble import as_array
from wengert.functions.axes import flattened, from_end
from wengert.functions.demands import demand, is_abstract
from wengert.functions.table import implements
from wengert.ir import dtype_of, shape_of
from wengert.primitives import SLOT, getitem, reshape, to_dtype, transpose
from wengert.primitives import sorting as rows


def _oriented(a: Any, axis: Any) -> tuple[Any, int]:
    """The array, flattened where no axis is given, and the axis counted from the end."""
    x = as_array(a)
    if axis is None:
        return flattened(x), -1
    if not shape_of(x):
        raise np.exceptions.AxisError(axis, 0)
    return x, from_end(axis, len(shape_of(x)))


def _no_fields(order: Any, name: str) -> None:
    if order is not None:
        raise UnsupportedError(f"{name}(..., order=...) sorts by fields of a structured array, which has no derivative")


@implements(np.sort)
def sort(a: Any, axis: Any = -1, kind: Any = None, order: Any = None, *, stable: Any = None) -> Any:
    """The elements in ascending order; whatever the `kind`, ties keep their order."""
    _no_fields(order, "np.sort")
    x, axis = _oriented(a, axis)
    return rows.permute(x, rows.argsort(x, axis=axis, kind="stable"), axis=axis)


@implements(np.argsort)
def argsort(a: Any, axis: Any = -1, kind: Any = None, order: Any = None, *, stable: Any = None) -> Any:
    """The positions of the elements in ascending order."""
    _no_fields(order, "np.argsort")
    x, axis = _oriented(a, axis) if axis is None or shape_of(a) else (reshape(as_array(a), shape=(1,)), -1)
    return rows.argsort(x, axis=axis, kind="stable" if stable else kind)


@implements(np.partition)
def partition(a: Any, kth: Any, axis: Any = -1, kind: str = "introselect", order: Any = None) -> Any:
    """The elements such that the k-th is in its sorted place, smaller ones before it."""
    _no_fields(order, "np.partition")
    x, axis = _oriented(a, axis)
    return rows.permute(x, rows.partition_order(x, kth=kth, axis=axis), axis=axis)


@implements(np.argpartition)
def argpartition(a: Any, kth: Any, axis: Any = -1, kind: str = "introselect", order: Any = None) -> Any:
    """The positions of the elements in the order of `partition`."""
    _no_fields(order, "np.argpartition")
    x, axis = _oriented(a, axis)
    return rows.argpartition(x, kth=kth, axis=axis)


@implements(np.sort_complex)
def sort_complex(a: Any) -> Any:
    """The elements in ascending order, real part first, as complex numbers."""
    x = sort(a)
    found = dtype_of(x)
    if found.kind == "c":
        return x
    return to_dtype(x, np.result_type(found, np.complex64 if found.char in "bhBH" else np.complex128))


@implements(np.lexsort)
def lexsort(keys: Any, axis: Any = -1) -> Any:
    """The positions in ascending order of the last key, then the one before it, and so on."""
    parts = [as_array(key) for key in keys]
    axis = from_end(axis, len(shape_of(parts[0])))
    order = rows.argsort(parts[0], axis=axis, kind="stable")
    for key in parts[1:]:
        finer = rows.argsort(rows.permute(key, order, axis=axis), axis=axis, kind="stable")
        order = rows.permute(order, finer, axis=axis)
    return order


@implements(np.searchsorted)
def searchsorted(a: Any, v: Any, side: str = "left", sorter: Any = None) -> Any:
    """The places where values would be inserted into a sorted array."""
    x = as_array(a) if sorter is None else as_array(a)[np.asarray(sorter)]
    return rows.searchsorted(x, as_array(v), side=side)


@implements(np.digitize)
def digitize(x: Any, bins: Any, right: bool = False) -> Any:
    """The number of the bin that each value is in."""
    values, edges = as_array(x), as_array(bins)
    if dtype_of(values).kind == "c":
        raise TypeError("x may not be complex")
    side = "left" if right else "right"
    rises, falls = np.all(edges[:-1] <= edges[1:]), np.all(edges[:-1] >= edges[1:])
    demand(rises | falls, ValueError("bins must be monotonically increasing or decreasing"))
    if is_abstract(rises):
        up = rows.searchsorted(np.where(rises, edges, edges[::-1]), values, side=side)
        return np.where(rises, up, len(edges) - up)
    if rises:
        return rows.searchsorted(edges, values, side=side)
    return len(edges) - rows.searchsorted(edges[::-1], values, side=side)


@implements(np.unique)
def unique(
    ar: Any, return_index: bool = False, return_inverse: bool = False, return_counts: bool = False, axis: Any = None, *,
    equal_nan: bool = True, sorted: bool = True,
) -> Any:  # fmt: skip
    """The different elements, in ascending order; of equal ones the first has the derivative."""
    x = as_array(ar)
    first, inverse, counts = rows.unique_positions(x, axis=axis, equal_nan=equal_nan)
    if axis is None:
        values = getitem(flattened(x), first, index=(SLOT,))
    else:
        at = from_end(axis, len(shape_of(x)))
        values = getitem(x, first, index=(Ellipsis, SLOT, *(slice(None),) * (-at - 1)))
    asked = zip((return_index, return_inverse, return_counts), (first, inverse, counts), strict=True)
    extra = tuple(found for wanted, found in asked if wanted)
    return (values, *extra) if extra else values


# -- elements that are not zero ----------------------------------------------------------------------------------------


@implements(np.nonzero)
def nonzero(a: Any) -> Any:
    """The positions of elements that are not zero, one array for each axis."""
    return rows.nonzero(as_array(a))


@implements(np.flatnonzero)
def flatnonzero(a: Any) -> Any:
    """The positions, in the flattened array, of elements that are not zero."""
    return rows.nonzero(flattened(as_array(a)))[0]


@implements(np.argwhere)
def argwhere(a: Any) -> Any:
    """The positions of elements that are not zero, one row for each."""
    x = as_array(a)
    if not shape_of(x):
        return np.argwhere(reshape(x, shape=(1,)))[:, :0]
    return transpose(np.stack(rows.nonzero(x)), axes=(1, 0))


@implements(np.extract)
def extract(condition: Any, arr: Any) -> Any:
    """The elements where a condition holds."""
    places = flatnonzero(condition)
    return getitem(flattened(as_array(arr)), places, index=(SLOT,))
