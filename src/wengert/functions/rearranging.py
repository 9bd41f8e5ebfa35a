"""Elements at other places: flipped, rolled, repeated, trimmed."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_tuple

from wengert.functions.assemble import as_array
from wengert.functions.axes import along, from_end
from wengert.functions.table import implements
from wengert.ir import dtype_of, shape_of
from wengert.primitives import broadcast_to, reshape
from wengert.primitives.rearranging import roll


@implements(np.flip)
def flip(m: Any, axis: Any = None) -> Any:
    """The order reversed along axes, all if none is given."""
    x = as_array(m)
    ndim = len(shape_of(x))
    axes = range(ndim) if axis is None else normalize_axis_tuple(axis, ndim)
    return x[tuple(slice(None, None, -1) if i in axes else slice(None) for i in range(ndim))]


@implements(np.fliplr)
def fliplr(m: Any) -> Any:
    """The columns in reverse order."""
    if len(shape_of(as_array(m))) < 2:
        raise ValueError("Input must be >= 2-d.")
    return flip(m, 1)


@implements(np.flipud)
def flipud(m: Any) -> Any:
    """The rows in reverse order."""
    if len(shape_of(as_array(m))) < 1:
        raise ValueError("Input must be >= 1-d.")
    return flip(m, 0)


@implements(np.rot90)
def rot90(m: Any, k: int = 1, axes: Any = (0, 1)) -> Any:
    """Turned by k right angles in the plane of two axes."""
    x = as_array(m)
    ndim = len(shape_of(x))
    if len(axes) != 2:
        raise ValueError("len(axes) must be 2.")
    first, second = normalize_axis_tuple(axes, ndim, allow_duplicate=True)
    if first == second:
        raise ValueError("Axes must be different.")
    k %= 4
    if k == 0:
        return x[...]
    if k == 2:
        return flip(x, (first, second))
    return np.swapaxes(flip(x, second), first, second) if k == 1 else flip(np.swapaxes(x, first, second), second)


@implements(np.roll)
def roll_array(a: Any, shift: Any, axis: Any = None) -> Any:
    """Shifted along axes, what leaves at one end enters at the other; along none, the flattened array is shifted."""
    x = as_array(a)
    shape = shape_of(x)
    if axis is None:
        return reshape(roll_array(np.ravel(x), shift, 0), shape=shape)
    axes = normalize_axis_tuple(axis, len(shape), allow_duplicate=True)
    shifts, places = np.broadcast_arrays(shift, axes)
    if shifts.ndim > 1:
        raise ValueError("'shift' and 'axis' should be scalars or 1D sequences")
    places = places.reshape(-1) - len(shape)
    return roll(x, shift=tuple(int(n) for n in shifts.reshape(-1)), axis=tuple(places.tolist()))


@implements(np.tile)
def tile(A: Any, reps: Any) -> Any:
    """The whole array repeated along each axis."""
    x = as_array(A)
    counts = tuple(int(n) for n in np.reshape(reps, -1))
    rank = max(len(counts), len(shape_of(x)))
    counts = (1,) * (rank - len(counts)) + counts
    shape = (1,) * (rank - len(shape_of(x))) + shape_of(x)
    if all(n == 1 for n in counts):
        return reshape(np.copy(x), shape=shape)
    apart = reshape(x, shape=tuple(n for length in shape for n in (1, length)))
    wide = broadcast_to(apart, shape=tuple(n for pair in zip(counts, shape, strict=True) for n in pair))
    return _owned(reshape(wide, shape=tuple(n * length for n, length in zip(counts, shape, strict=True))))


@implements(np.repeat)
def repeat(a: Any, repeats: Any, axis: Any = None) -> Any:
    """Each element repeated along an axis, all equally often or each as often as told."""
    x = as_array(a)
    if axis is None:
        x, axis = np.ravel(x), 0
    shape = shape_of(x)
    axis = from_end(axis, len(shape))
    counts = np.asarray(repeats)
    if counts.size != 1:
        return x[along(axis, np.repeat(np.arange(shape[axis]), counts))]
    count = int(counts.reshape(()))
    if count < 0:
        raise ValueError("repeats may not contain negative values.")
    at = len(shape) + axis + 1
    apart = reshape(x, shape=(*shape[:at], 1, *shape[at:]))
    wide = broadcast_to(apart, shape=(*shape[:at], count, *shape[at:]))
    return _owned(reshape(wide, shape=(*shape[: at - 1], shape[axis] * count, *shape[at:])))


def _owned(x: Any) -> Any:
    """An array of its own also where no element was repeated, so that it came out as a view."""
    return np.copy(x) if getattr(x, "base", None) is not None else x


@implements(np.resize)
def resize(a: Any, new_shape: Any) -> Any:
    """In another shape, the elements repeated from the start as often as needed, or cut off."""
    x = np.ravel(as_array(a))
    shape = tuple(new_shape) if isinstance(new_shape, (tuple, list)) else (new_shape,)
    if any(n < 0 for n in shape):
        raise ValueError("all elements of `new_shape` must be non-negative")
    length = shape_of(x)[0]
    if length == 0 or 0 in shape:
        return np.zeros(shape, dtype_of(x))
    return reshape(x[np.arange(int(np.prod(shape))) % length], shape=shape)


@implements(np.trim_zeros)
def trim_zeros(filt: Any, trim: str = "fb", axis: Any = None) -> Any:
    """Without the zeros at the front and at the back, as a view."""
    x = as_array(filt)
    if not set(trim.lower()) <= {"f", "b"}:
        raise ValueError(f"unexpected character(s) in `trim`: {trim!r}")
    ndim = len(shape_of(x))
    axes = range(ndim) if axis is None else normalize_axis_tuple(axis, ndim)
    places = np.argwhere(x)
    if not len(places):
        return x[tuple(slice(0, 0) if i in axes else slice(None) for i in range(ndim))]
    first = places.min(axis=0) if "f" in trim.lower() else [None] * ndim
    last = places.max(axis=0) + 1 if "b" in trim.lower() else [None] * ndim
    return x[tuple(slice(first[i], last[i]) if i in axes else slice(None) for i in range(ndim))]
