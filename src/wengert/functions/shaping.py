"""The same elements in another shape: reshape, transpose, axes moved, added and removed, broadcasting.

They are views wherever NumPy's are.
"""

from __future__ import annotations

import operator
from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_index, normalize_axis_tuple

from wengert.errors import StagingError
from wengert.functions.assemble import as_array
from wengert.functions.table import implements
from wengert.ir import Traced, shape_of, users_line
from wengert.primitives import broadcast_to, copy, reshape, transpose

# -- reshape -----------------------------------------------------------------------------------------------------------


@implements(np.reshape)
def reshape_array(a: Any, /, shape: Any, order: str = "C", *, copy: bool | None = None) -> Any:
    """The elements in another shape; a view unless the memory order forbids it."""
    x = as_array(a)
    shape = _resolve(shape, shape_of(x))
    if copy:
        x = np.copy(x)
    if order == "A":
        order = "F" if known_layout(x).flags.fnc else "C"
    if order == "C":
        out = reshape(x, shape=shape)
    elif order == "F":
        out = _reversed_axes(reshape(_reversed_axes(x), shape=shape[::-1]))
    else:
        raise ValueError(f"order must be one of 'C', 'F', or 'A' (got {order!r})")
    if copy is False and isinstance(out, Traced) and out.base is None and 0 not in shape:  # type: ignore[attr-defined]
        raise ValueError("Unable to avoid creating a copy while reshaping.")
    return out


def _resolve(shape: Any, old: tuple[int, ...]) -> tuple[int, ...]:
    """The new shape as a tuple, with the length that is given as -1 found."""
    new = list(map(operator.index, shape if isinstance(shape, (tuple, list, np.ndarray)) else (shape,)))
    size, known = _size(old), _size(tuple(n for n in new if n != -1))
    if new.count(-1) > 1:
        raise ValueError("can only specify one unknown dimension")
    if -1 in new and known and size % known == 0:
        new[new.index(-1)] = size // known
    if min(new, default=0) < 0 or _size(tuple(new)) != size:
        raise ValueError(f"cannot reshape array of size {size} into shape {tuple(new)}")
    return tuple(new)


def _size(shape: tuple[int, ...]) -> int:
    size = 1
    for n in shape:
        size *= n
    return size


def _reversed_axes(x: Any) -> Any:
    ndim = len(shape_of(x))
    return transpose(x, axes=tuple(range(ndim))[::-1]) if ndim > 1 else x


def layout(x: Any) -> Any:
    """An array to be asked for flags and strides in place of another; `None` where they are not known (`Var.vague`)."""
    return x.layout() if isinstance(x, Traced) else np.asarray(x)  # type: ignore[attr-defined]  # a Box


def known_layout(x: Any) -> Any:
    """The same where what comes out hangs on it; StagingError where it is not known."""
    found = layout(x)
    if found is None:
        raise StagingError(
            "what this gives hangs on the order of an array in memory, of which types do not tell. Say which order is "
            f"meant, order='C' or order='F'{users_line()}"
        )
    return found


def perhaps_shared(x: Any, out: Any) -> Any:
    """A copy where NumPy gives the array itself if it lies in memory as is wanted, and that is not known."""
    out.may_share(x.root())
    return out


def order_like(x: Any) -> str:
    """The order of a new array that NumPy makes like another: `"F"`, `"C"`, or `"any"` where that is not known."""
    memory = layout(x)
    return "any" if memory is None else "F" if memory.flags.fnc else "C"


def in_order(x: Any, order: str) -> Any:
    """A new array in the memory order that NumPy gives it, which decides whether it is flattened as a view."""
    if order == "any":
        return x if layout(x) is None else copy(x, order="F")  # in a list the order of a copy is no more than a note
    memory = layout(x)
    if len(shape_of(x)) < 2 or (memory is not None and getattr(memory.flags, f"{order.lower()}_contiguous")):
        return x
    return copy(x, order=order)


@implements(np.ravel)
def ravel(a: Any, order: str = "C") -> Any:
    """All elements along one axis; a view if they are contiguous in memory, else a copy."""
    x = as_array(a)
    if order not in ("C", "F", "A", "K"):
        raise ValueError(f"order must be one of 'C', 'F', 'A', or 'K' (got {order!r})")
    if order in ("A", "K"):
        memory = known_layout(x)
        if order == "K" and not memory.flags.forc:
            x = transpose(x, axes=tuple(np.argsort([-abs(step) for step in memory.strides], kind="stable").tolist()))
        order = "F" if memory.flags.fnc else "C"
    if order == "F":
        x = _reversed_axes(x)
    memory = layout(x)
    out = reshape(x, shape=(_size(shape_of(x)),))
    if getattr(out, "base", None) is None or (memory is not None and memory.flags.c_contiguous):
        return out
    return copy(out, order="C") if memory is not None else perhaps_shared(x, copy(out, order="C"))


# -- axes --------------------------------------------------------------------------------------------------------------


@implements(np.transpose)
def transpose_array(a: Any, axes: Any = None) -> Any:
    """The axes in another order, reversed if none is given."""
    x = as_array(a)
    ndim = len(shape_of(x))
    if axes is None:
        return _reversed_axes(x)
    axes = normalize_axis_tuple(axes, ndim)
    if len(axes) != ndim:
        raise ValueError("axes don't match array")
    return transpose(x, axes=axes)


@implements(np.matrix_transpose)
def matrix_transpose(x: Any, /) -> Any:
    """The last two axes swapped."""
    x = as_array(x)
    if len(shape_of(x)) < 2:
        raise ValueError(f"Input array must be at least 2-dimensional, but it is {len(shape_of(x))}")
    return swapaxes(x, -1, -2)


@implements(np.swapaxes)
def swapaxes(a: Any, axis1: int, axis2: int) -> Any:
    """Two axes swapped."""
    x = as_array(a)
    ndim = len(shape_of(x))
    order = list(range(ndim))
    i, j = normalize_axis_index(axis1, ndim), normalize_axis_index(axis2, ndim)
    order[i], order[j] = j, i
    return transpose(x, axes=tuple(order))


@implements(np.moveaxis)
def moveaxis(a: Any, source: Any, destination: Any) -> Any:
    """Axes at other places, the others in their order."""
    x = as_array(a)
    ndim = len(shape_of(x))
    sources = normalize_axis_tuple(source, ndim, "source")
    destinations = normalize_axis_tuple(destination, ndim, "destination")
    if len(sources) != len(destinations):
        raise ValueError("`source` and `destination` arguments must have the same number of elements")
    order = [i for i in range(ndim) if i not in sources]
    for place, axis in sorted(zip(destinations, sources, strict=True)):
        order.insert(place, axis)
    return transpose(x, axes=tuple(order))


@implements(np.rollaxis)
def rollaxis(a: Any, axis: int, start: int = 0) -> Any:
    """One axis moved before another."""
    x = as_array(a)
    ndim = len(shape_of(x))
    axis = normalize_axis_index(axis, ndim)
    start += ndim if start < 0 else 0
    if not 0 <= start <= ndim:
        raise np.exceptions.AxisError(f"'start' arg requires {-ndim} <= start < {ndim + 1}, but {start} was passed in")
    order = [i for i in range(ndim) if i != axis]
    order.insert(start - (axis < start), axis)
    return transpose(x, axes=tuple(order))


@implements(np.squeeze)
def squeeze(a: Any, axis: Any = None) -> Any:
    """Without axes of length 1."""
    x = as_array(a)
    shape = shape_of(x)
    gone = {i for i, n in enumerate(shape) if n == 1} if axis is None else set(normalize_axis_tuple(axis, len(shape)))
    if any(shape[i] != 1 for i in gone):
        raise ValueError("cannot select an axis to squeeze out which has size not equal to one")
    return reshape(x, shape=tuple(n for i, n in enumerate(shape) if i not in gone))


@implements(np.expand_dims)
def expand_dims(a: Any, axis: Any) -> Any:
    """With new axes of length 1."""
    x = as_array(a)
    axes = axis if isinstance(axis, (tuple, list)) else (axis,)
    ndim = len(shape_of(x)) + len(axes)
    new = normalize_axis_tuple(axes, ndim)
    rest = iter(shape_of(x))
    return reshape(x, shape=tuple(1 if i in new else next(rest) for i in range(ndim)))


# -- broadcasting ------------------------------------------------------------------------------------------------------


@implements(np.broadcast_to)
def broadcast_array_to(array: Any, shape: Any, subok: bool = False) -> Any:
    """The array repeated to another shape, as a view that cannot be written."""
    shape = tuple(map(operator.index, shape)) if isinstance(shape, (tuple, list)) else (operator.index(shape),)
    return broadcast_to(as_array(array), shape=shape)


@implements(np.broadcast_arrays)
def broadcast_arrays(*args: Any, subok: bool = False) -> tuple[Any, ...]:
    """All arrays repeated to their common shape."""
    parts = [as_array(x) for x in args]
    shape = np.broadcast_shapes(*map(shape_of, parts))
    return tuple(x if shape_of(x) == shape else broadcast_to(x, shape=shape) for x in parts)


def _each(function: Any) -> Any:
    def apply(*arys: Any) -> Any:
        return function(as_array(arys[0])) if len(arys) == 1 else tuple(function(as_array(x)) for x in arys)

    apply.__doc__ = function.__doc__
    return apply


@implements(np.atleast_1d)
@_each
def atleast_1d(x: Any) -> Any:
    """With at least one axis."""
    return x if shape_of(x) else reshape(x, shape=(1,))


@implements(np.atleast_2d)
@_each
def atleast_2d(x: Any) -> Any:
    """With at least two axes, new ones in front."""
    shape = shape_of(x)
    return x if len(shape) > 1 else reshape(x, shape=(1,) * (2 - len(shape)) + shape)


@implements(np.atleast_3d)
@_each
def atleast_3d(x: Any) -> Any:
    """With at least three axes: of a vector the middle one, of a matrix the first two."""
    shape = shape_of(x)
    if len(shape) > 2:
        return x
    return reshape(x, shape={0: (1, 1, 1), 1: (1, *shape, 1), 2: (*shape, 1)}[len(shape)])
