"""Ranges between traced ends: linspace, logspace, geomspace, in NumPy's own order of operations."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from wengert.functions.assemble import as_array
from wengert.functions.demands import demand, is_abstract
from wengert.functions.table import implements
from wengert.ir import shape_of


@implements(np.linspace)
def linspace(
    start: Any, stop: Any, num: int = 50, endpoint: bool = True, retstep: bool = False, dtype: Any = None, axis: int = 0
) -> Any:
    """Evenly spaced numbers from start to stop."""
    num = operator.index(num)
    if num < 0:
        raise ValueError(f"Number of samples, {num}, must be non-negative.")
    parts = num - 1 if endpoint else num
    start, stop = as_array(start) * 1.0, as_array(stop) * 1.0
    whole = stop - start
    step = whole / parts if parts > 0 else np.nan
    places = np.arange(num, dtype=np.float64).reshape(-1, *(1,) * len(shape_of(whole)))
    if parts > 0:
        zero = np.any(np.equal(step, 0.0))  # below the smallest number: NumPy then multiplies last
        if is_abstract(zero):
            out = np.where(zero, places / parts * whole, places * step) + start
        else:
            out = places / parts * whole + start if zero else places * step + start
    else:
        out = places * whole + start
    if endpoint and num > 1:
        out[-1] = stop
    out = np.moveaxis(out, 0, axis) if axis else out
    out = out if dtype is None else np.astype(out, np.dtype(dtype))
    return (out, step) if retstep else out


@implements(np.logspace)
def logspace(
    start: Any, stop: Any, num: int = 50, endpoint: bool = True, base: Any = 10.0, dtype: Any = None, axis: int = 0
) -> Any:
    """Powers of a base whose exponents are evenly spaced."""
    exponents = linspace(start, stop, num, endpoint, axis=axis)
    out = np.power(np.expand_dims(base, axis) if np.ndim(base) else base, exponents)
    return out if dtype is None else np.astype(out, np.dtype(dtype))


@implements(np.geomspace)
def geomspace(start: Any, stop: Any, num: int = 50, endpoint: bool = True, dtype: Any = None, axis: int = 0) -> Any:
    """Numbers from start to stop with a constant ratio."""
    start, stop = as_array(start) * 1.0, as_array(stop) * 1.0
    demand(np.all((start != 0) & (stop != 0)), ValueError("Geometric sequence cannot include zero"))
    sign = np.sign(start)
    out = logspace(np.log10(start / sign), np.log10(stop / sign), num, endpoint)
    if num > 0:
        out[0] = start / sign
        if num > 1 and endpoint:
            out[-1] = stop / sign
    out = np.moveaxis(out * sign, 0, axis) if axis else out * sign
    return out if dtype is None else np.astype(out, np.dtype(dtype))
