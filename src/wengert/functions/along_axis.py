"""A function of vectors applied along an axis, or of axes applied one after the other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from wengert.functions.assemble import as_array
from wengert.functions.axes import from_end
from wengert.functions.table import implements
from wengert.ir import shape_of
from wengert.primitives import reshape, stack


@implements(np.apply_along_axis)
def apply_along_axis(func1d: Callable[..., Any], axis: int, arr: Any, *args: Any, **kwargs: Any) -> Any:
    """The results of a function for all vectors along an axis, put in the place of that axis."""
    x = as_array(arr)
    ndim = len(shape_of(x))
    axis = from_end(axis, ndim) + ndim
    vectors = np.moveaxis(x, axis, -1)
    lead = shape_of(vectors)[:-1]
    if 0 in lead:
        raise ValueError("Cannot apply_along_axis when any iteration dimensions are 0")
    results = [as_array(func1d(vectors[(*place, ...)], *args, **kwargs)) for place in np.ndindex(*lead)]
    inner = shape_of(results[0])
    out = reshape(stack(*results, axis=-1 - len(inner)), shape=lead + inner)
    return np.moveaxis(out, range(len(lead), len(lead) + len(inner)), range(axis, axis + len(inner)))


@implements(np.apply_over_axes)
def apply_over_axes(func: Callable[..., Any], a: Any, axes: Any) -> Any:
    """A function of an array and an axis, applied for several axes in turn."""
    value = as_array(a)
    ndim = len(shape_of(value))
    for axis in np.atleast_1d(axes).tolist():
        out = func(value, axis + ndim if axis < 0 else axis)
        if len(shape_of(out)) != ndim:
            out = np.expand_dims(out, axis)
            if len(shape_of(out)) != ndim:
                raise ValueError("function is not returning an array of the correct shape")
        value = out
    return value
