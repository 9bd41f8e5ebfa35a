"""Axes as NumPy's callers give them, as the primitives store them: counted from the end."""

from __future__ import annotations

from math import prod
from typing import Any

from numpy.lib.array_utils import normalize_axis_index, normalize_axis_tuple

from wengert.ir import shape_of
from wengert.primitives import reshape


def from_end(axis: Any, ndim: int) -> int:
    """One axis, counted from the end; AxisError where there is none."""
    if type(axis) is int and 0 <= axis < ndim:
        return axis - ndim
    if type(axis) is int and -ndim <= axis < 0:
        return axis
    return normalize_axis_index(axis, ndim) - ndim


def reduced_axes(axis: Any, ndim: int) -> tuple[int, ...]:
    """The axes of a reduction, `None` for all; a 0-d array may be reduced along the axis it has not, as in NumPy."""
    if axis is None:
        return tuple(range(-ndim, 0))
    if ndim == 0 and axis in (0, -1, (0,), (-1,)):
        return ()
    if isinstance(axis, (tuple, list)):
        return tuple(a - ndim for a in normalize_axis_tuple(axis, ndim))
    return (from_end(axis, ndim),)


def flattened(x: Any) -> Any:
    """The elements in a row, in C order."""
    shape = shape_of(x)
    return x if len(shape) == 1 else reshape(x, shape=(prod(shape),))


def along(axis: int, part: Any) -> tuple[Any, ...]:
    """The index that takes a part along one axis, which is counted from the end."""
    return (Ellipsis, part, *(slice(None),) * (-axis - 1))
