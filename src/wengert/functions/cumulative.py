"""Running sums and products."""

from __future__ import annotations

from typing import Any

import numpy as np

from wengert.functions.assemble import as_array
from wengert.functions.axes import flattened, from_end
from wengert.functions.output import delivered
from wengert.functions.reductions import without_nan
from wengert.functions.table import implements
from wengert.functions.ufunc_methods import accumulate
from wengert.ir import dtype_of, shape_of
from wengert.primitives import concatenate, reshape


def _running(ufunc: np.ufunc, a: Any, axis: Any, dtype: Any, out: Any) -> Any:
    x = as_array(a)
    if axis is None:
        x, axis = flattened(x), 0
    elif not shape_of(x):
        x = reshape(x, shape=(1,))
    return accumulate(ufunc, x, axis, dtype, out)


@implements(np.cumsum)
def cumsum(a: Any, axis: Any = None, dtype: Any = None, out: Any = None) -> Any:
    """The running sum."""
    return _running(np.add, a, axis, dtype, out)


@implements(np.cumprod)
def cumprod(a: Any, axis: Any = None, dtype: Any = None, out: Any = None) -> Any:
    """The running product."""
    return _running(np.multiply, a, axis, dtype, out)


@implements(np.nancumsum)
def nancumsum(a: Any, axis: Any = None, dtype: Any = None, out: Any = None) -> Any:
    """The running sum, nan counting as 0."""
    return _running(np.add, without_nan(as_array(a), 0), axis, dtype, out)


@implements(np.nancumprod)
def nancumprod(a: Any, axis: Any = None, dtype: Any = None, out: Any = None) -> Any:
    """The running product, nan counting as 1."""
    return _running(np.multiply, without_nan(as_array(a), 1), axis, dtype, out)


def _with_start(ufunc: np.ufunc, a: Any, axis: Any, dtype: Any, out: Any, include_initial: bool, name: str) -> Any:
    x = as_array(a)
    if not shape_of(x):
        x = reshape(x, shape=(1,))
    if axis is None:
        if len(shape_of(x)) > 1:
            raise ValueError("For arrays which have more than one dimension ``axis`` argument is required.")
        axis = 0
    at = from_end(axis, len(shape_of(x)))
    found = accumulate(ufunc, x, at, dtype)
    if include_initial:
        first = list(shape_of(found))
        first[at] = 1
        found = concatenate(np.full(first, ufunc.identity, dtype_of(found)), found, axis=at)
    return delivered(found, out, name)


@implements(np.cumulative_sum)
def cumulative_sum(
    x: Any, /, *, axis: Any = None, dtype: Any = None, out: Any = None, include_initial: bool = False
) -> Any:
    """The running sum along an axis, of which there must be only one or a choice."""
    return _with_start(np.add, x, axis, dtype, out, include_initial, "np.cumulative_sum")


@implements(np.cumulative_prod)
def cumulative_prod(
    x: Any, /, *, axis: Any = None, dtype: Any = None, out: Any = None, include_initial: bool = False
) -> Any:
    """The running product along an axis, of which there must be only one or a choice."""
    return _with_start(np.multiply, x, axis, dtype, out, include_initial, "np.cumulative_prod")
