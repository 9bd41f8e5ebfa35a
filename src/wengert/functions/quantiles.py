"""Median, percentile and quantile: elements in sorted order, and lines between neighbours."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from wengert.errors import UnsupportedError
from wengert.functions.assemble import as_array
from wengert.functions.axes import flattened, reduced_axes
from wengert.functions.output import delivered
from wengert.functions.reductions import truth
from wengert.functions.statistics import mean
from wengert.functions.table import implements
from wengert.ir import Traced, dtype_of, known, shape_of
from wengert.primitives import concatenate, reshape, transpose
from wengert.primitives.shape import reduced_shape
from wengert.primitives.sorting import quantile_places

# These take an element of the data; the others lie on a line between two.
ELEMENTS = frozenset({"inverted_cdf", "closest_observation", "lower", "higher", "nearest"})
METHODS = ELEMENTS | {
    "averaged_inverted_cdf", "interpolated_inverted_cdf", "hazen", "weibull", "linear", "median_unbiased",
    "normal_unbiased", "midpoint",
}  # fmt: skip


def _one_axis(x: Any, axis: Any) -> tuple[Any, int]:
    """The array with the reduced axes as one, and that axis."""
    ndim = len(shape_of(x))
    if axis is None:
        return flattened(x), -1
    axes = reduced_axes(axis, ndim)
    if len(axes) == 1:
        return x, axes[0]
    kept = [i for i in range(ndim) if i - ndim not in axes]
    moved = transpose(x, axes=(*kept, *sorted(a + ndim for a in axes)))
    shape = shape_of(moved)
    return reshape(moved, shape=(*shape[: len(kept)], prod(shape[len(kept) :]))), -1


def _quantile(
    name: str, a: Any, q: Any, axis: Any, out: Any, method: str, keepdims: Any, weights: Any, skip: bool
) -> Any:
    if weights is not None:
        raise UnsupportedError(f"{name}(..., weights=...) has no derivative rule: repeat the elements instead")
    q = known(q)
    if isinstance(q, Traced):
        raise UnsupportedError(f"{name} has no derivative with respect to q: give it as a plain number or array")
    if method not in METHODS:
        raise ValueError(f"{method!r} is not a valid method. Use one of: {sorted(METHODS)}")
    given = as_array(a)
    if dtype_of(given).kind == "c":
        raise TypeError("a must be an array of real numbers")
    weak, q = type(q) in (int, float), np.asanyarray(q)
    if not np.all((q >= 0) & (q <= 1)):
        what, top = ("Percentiles", 100) if "percentile" in name else ("Quantiles", 1)
        raise ValueError(f"{what} must be in the range [0, {top}]")
    x, at = _one_axis(given, axis)
    below, above, weight = quantile_places(x, q, axis=at, method=method, skip_nan=skip)
    found = np.take_along_axis(x, below, at)
    if not (method in ELEMENTS or (method == "linear" and q.dtype.kind in "iu")):
        found = _between(found, np.take_along_axis(x, above, at), weight, dtype_of(x) if weak else q.dtype)
    front = _quantiles_first(found, at, q.shape)
    if truth(keepdims):
        shape = shape_of(given)
        front = reshape(front, shape=q.shape + reduced_shape(shape, reduced_axes(axis, len(shape)), True))
    return delivered(front, out, name)


def _between(a: Any, b: Any, weight: Any, dtype: np.dtype[Any]) -> Any:
    """The point between two numbers, from the nearer one, as NumPy finds it."""
    step = b - a
    fraction, rest = weight.astype(dtype), (1 - weight).astype(dtype)
    if not isinstance(weight, Traced):
        if not np.any(weight >= 0.5):
            return a + step * fraction
        if np.all(weight >= 0.5):
            return b - step * rest
    return np.where(weight >= 0.5, b - step * rest, a + step * fraction)


def _quantiles_first(found: Any, axis: int, shape: tuple[int, ...]) -> Any:
    """The axis of the quantiles in front, in the shape of q."""
    ndim = len(shape_of(found))
    if shape == ():
        return found[(*(slice(None),) * (ndim + axis), 0, *(slice(None),) * (-axis - 1))]
    moved = transpose(found, axes=(axis + ndim, *(i for i in range(ndim) if i != axis + ndim)))
    return moved if len(shape) == 1 else reshape(moved, shape=shape + shape_of(moved)[1:])


@implements(np.quantile)
def quantile(
    a: Any, q: Any, axis: Any = None, out: Any = None, overwrite_input: bool = False, method: str = "linear",
    keepdims: Any = False, *, weights: Any = None,
) -> Any:  # fmt: skip
    """The quantile."""
    return _quantile("np.quantile", a, q, axis, out, method, keepdims, weights, False)


@implements(np.nanquantile)
def nanquantile(
    a: Any, q: Any, axis: Any = None, out: Any = None, overwrite_input: bool = False, method: str = "linear",
    keepdims: Any = False, *, weights: Any = None,
) -> Any:  # fmt: skip
    """The quantile of the elements that are not nan."""
    return _quantile("np.nanquantile", a, q, axis, out, method, keepdims, weights, True)


def _hundredth(q: Any) -> Any:
    q = known(q)
    if isinstance(q, Traced):
        return q
    return q / 100 if type(q) in (int, float) else np.true_divide(q, 100)


@implements(np.percentile)
def percentile(
    a: Any, q: Any, axis: Any = None, out: Any = None, overwrite_input: bool = False, method: str = "linear",
    keepdims: Any = False, *, weights: Any = None,
) -> Any:  # fmt: skip
    """The percentile."""
    return _quantile("np.percentile", a, _hundredth(q), axis, out, method, keepdims, weights, False)


@implements(np.nanpercentile)
def nanpercentile(
    a: Any, q: Any, axis: Any = None, out: Any = None, overwrite_input: bool = False, method: str = "linear",
    keepdims: Any = False, *, weights: Any = None,
) -> Any:  # fmt: skip
    """The percentile of the elements that are not nan."""
    return _quantile("np.nanpercentile", a, _hundredth(q), axis, out, method, keepdims, weights, True)


def _median(name: str, a: Any, axis: Any, out: Any, keepdims: Any, skip: bool) -> Any:
    """The mean of the middle element or the middle two, as NumPy forms it."""
    given = as_array(a)
    x, at = _one_axis(given, axis)
    if shape_of(x)[at] == 0:
        found = mean(x, at)
    else:
        below, above, weight = quantile_places(x, np.array(0.5), axis=at, method="linear", skip_nan=skip)
        if skip:
            middle = concatenate(below, np.where(weight > 0, above, below), axis=at)
        else:
            middle = concatenate(below, above, axis=at) if shape_of(x)[at] % 2 == 0 else below
        found = mean(np.take_along_axis(x, middle, at), at)
    if truth(keepdims):
        shape = shape_of(given)
        found = reshape(found, shape=reduced_shape(shape, reduced_axes(axis, len(shape)), True))
    return delivered(found, out, name)


@implements(np.median)
def median(a: Any, axis: Any = None, out: Any = None, overwrite_input: bool = False, keepdims: Any = False) -> Any:
    """The middle element, or the mean of the middle two."""
    return _median("np.median", a, axis, out, keepdims, False)


@implements(np.nanmedian)
def nanmedian(a: Any, axis: Any = None, out: Any = None, overwrite_input: bool = False, keepdims: Any = False) -> Any:
    """The median of the elements that are not nan."""
    return _median("np.nanmedian", a, axis, out, keepdims, True)
