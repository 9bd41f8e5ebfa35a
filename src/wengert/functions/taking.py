"""Elements picked by index arrays and masks: take, choose, compress, windows."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_tuple

from wengert.errors import UnsupportedError
from wengert.functions.assemble import as_array
from wengert.functions.axes import along, from_end
from wengert.functions.output import delivered
from wengert.functions.shaping import in_order
from wengert.functions.table import implements
from wengert.ir import Traced, shape_of
from wengert.primitives import stack, transpose
from wengert.primitives.rearranging import windows


def in_range(indices: Any, length: int, mode: str) -> Any:
    """Indices that reach outside brought inside, by wrapping around or clipping; `raise` leaves them for NumPy."""
    if mode == "raise":
        return indices
    if mode == "wrap":
        return indices % length
    if mode == "clip":
        return np.clip(indices, 0, length - 1)
    raise ValueError(f"clipmode must be one of 'clip', 'raise', or 'wrap' (got {mode!r})")


@implements(np.take)
def take(a: Any, indices: Any, axis: Any = None, out: Any = None, mode: str = "raise") -> Any:
    """The elements at indices along an axis; without an axis, of the flattened array."""
    x = as_array(a)
    if axis is None:
        x, axis = np.reshape(x, -1), 0
    axis = from_end(axis, len(shape_of(x)))
    indices = as_array(indices)
    if not isinstance(indices, Traced) and indices.dtype.kind == "b":
        indices = indices.astype(np.intp)  # truths count as 0 and 1 here
    at = in_range(indices, shape_of(x)[axis], mode)
    picked = x[at] if len(shape_of(x)) == 1 else in_order(x[along(axis, at)], "C")  # a number, not a 0-d array
    return delivered(picked, out, "np.take")


def along_axis(x: Any, indices: Any, axis: Any) -> tuple[Any, ...]:
    """The index that pairs index arrays along one axis with all others, as take_along_axis and its kin do."""
    shape = shape_of(x)
    if axis is None:
        if len(shape_of(indices)) != 1:
            raise ValueError("when axis=None, `indices` must have a single dimension.")
        return (indices,)
    axis = from_end(axis, len(shape)) + len(shape)
    if len(shape_of(indices)) != len(shape):
        raise ValueError("`indices` and `arr` must have the same number of dimensions")
    grids = np.ogrid[tuple(slice(n) for n in shape)] if len(shape) > 1 else [None]
    return tuple(indices if i == axis else grids[i] for i in range(len(shape)))


@implements(np.take_along_axis)
def take_along_axis(arr: Any, indices: Any, axis: Any = -1) -> Any:
    """The elements at indices that vary along an axis, such as argsort gives."""
    x, indices = as_array(arr), as_array(indices)
    if axis is None:
        x = np.reshape(x, -1)
    return x[along_axis(x, indices, axis)]


@implements(np.choose)
def choose(a: Any, choices: Any, out: Any = None, mode: str = "raise") -> Any:
    """For each element of `a` the element of the choice with that number."""
    parts = np.broadcast_arrays(as_array(a), *map(as_array, choices))
    number, parts = in_range(parts[0], len(parts) - 1, mode), parts[1:]
    if not isinstance(number, Traced) and ((number < 0) | (number >= len(parts))).any():
        raise ValueError("invalid entry in choice array")
    shape = shape_of(number)
    grids = np.ogrid[tuple(slice(n) for n in shape)] if shape else ()
    grids = (grids,) if isinstance(grids, np.ndarray) else tuple(grids)
    return delivered(stack(*parts, axis=-1 - len(shape))[(number, *grids)], out, "np.choose")


@implements(np.compress)
def compress(condition: Any, a: Any, axis: Any = None, out: Any = None) -> Any:
    """The slices along an axis for which a condition holds."""
    condition = as_array(condition)
    if len(shape_of(condition)) != 1:
        raise ValueError("condition must be a 1-d array")
    (places,) = np.nonzero(condition)
    return take(a, places, axis, out)


@implements(np.lib.stride_tricks.sliding_window_view)
def sliding_window_view(
    x: Any, window_shape: Any, axis: Any = None, *, subok: bool = False, writeable: bool = False
) -> Any:
    """All windows of a shape, as a view that cannot be written; their axes come last."""
    if writeable:
        raise UnsupportedError("sliding_window_view(..., writeable=True) is not supported on traced values")
    x = as_array(x)
    ndim = len(shape_of(x))
    shape = tuple(window_shape) if isinstance(window_shape, (tuple, list)) else (operator.index(window_shape),)
    axes = range(ndim) if axis is None else normalize_axis_tuple(axis, ndim, allow_duplicate=True)
    if len(shape) != len(axes):
        raise ValueError(f"Must provide as many window lengths as axes; got {len(shape)} and {len(axes)}")
    if any(n < 0 for n in shape):
        raise ValueError("`window_shape` cannot contain negative values")
    for count, (place, window) in enumerate(zip(axes, shape, strict=True)):
        if shape_of(x)[place] < window:
            raise ValueError("window shape cannot be larger than input array shape")
        order = [*(i for i in range(ndim + count) if i != place), place]
        out = windows(transpose(x, axes=tuple(order)) if order[-1] != ndim - 1 or count else x, window=window)
        # `out` has the moved axis and its window last: the axis goes back to its place, the window stays.
        back = list(range(ndim + count - 1))
        back.insert(place, ndim + count - 1)
        x = transpose(out, axes=(*back, ndim + count))
    return x
