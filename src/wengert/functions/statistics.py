"""Mean, variance, standard deviation, average, covariance and correlation."""

from __future__ import annotations

import warnings
from math import prod
from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_tuple

from wengert.functions.assemble import as_array
from wengert.functions.axes import reduced_axes
from wengert.functions.output import delivered
from wengert.functions.reductions import (
    Missing,
    accumulator,
    chooses_all,
    count_nonzero,
    options,
    summed,
    truth,
    without_nan,
)
from wengert.functions.table import implements
from wengert.ir import dtype_of, shape_of
from wengert.primitives import broadcast_to, concatenate, reshape, to_dtype, transpose
from wengert.primitives.reductions import mean as mean_row
from wengert.primitives.roots import squared_size

Axes = tuple[int, ...]


def averaged(x: Any, axes: Axes, dtype: Any, keepdims: bool, where: Any, ddof: Any = 0) -> Any:
    """The sum along axes over the number of elements less `ddof`, as NumPy forms it in mean and var."""
    if dtype is None and dtype_of(x).kind in "iub":
        dtype = np.float64
    if not chooses_all(where):
        mask = broadcast_to(as_array(where), shape=shape_of(x))
        count = count_nonzero(mask, axis=axes, keepdims=keepdims)
        total = summed(x, axes, dtype, keepdims, mask)
        return to_dtype(total / np.maximum(count - ddof, 0), dtype_of(total))
    if dtype is not None and dtype_of(x).kind in "fc":
        x, dtype = accumulator(x, dtype)
    shape = shape_of(x)
    count = prod(shape[a] for a in axes) - ddof
    return mean_row(x, axis=axes, count=max(count, 0), **options(keepdims, dtype))


@implements(np.mean)
def mean(
    a: Any, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: Any = False, *, where: Any = True
) -> Any:
    """The mean; float16 is summed in float32."""
    x = as_array(a)
    axes = reduced_axes(axis, len(shape_of(x)))
    if dtype is None and dtype_of(x) == np.float16:
        found = to_dtype(averaged(x, axes, np.float32, truth(keepdims), where), np.dtype(np.float16))
    else:
        found = averaged(x, axes, dtype, truth(keepdims), where)
    return delivered(found, out, "np.mean")


@implements(np.var)
def var(
    a: Any, axis: Any = None, dtype: Any = None, out: Any = None, ddof: Any = 0, keepdims: Any = False, *,
    where: Any = True, mean: Any = Missing, correction: Any = Missing,
) -> Any:  # fmt: skip
    """The variance: the mean squared distance from the mean."""
    x = as_array(a)
    ddof = _one_of(ddof, correction)
    axes = reduced_axes(axis, len(shape_of(x)))
    center = averaged(x, axes, dtype, True, where) if mean is Missing or mean is None else as_array(mean)
    deviation = x - center
    found = averaged(squared_size(deviation), axes, dtype, truth(keepdims), where, ddof)
    return delivered(found, out, "np.var")


def _one_of(ddof: Any, correction: Any) -> Any:
    """The array API's name for ddof."""
    if correction is Missing:
        return ddof
    if ddof != 0:
        raise ValueError("ddof and correction can't be provided simultaneously.")
    return correction


@implements(np.std)
def std(
    a: Any, axis: Any = None, dtype: Any = None, out: Any = None, ddof: Any = 0, keepdims: Any = False, *,
    where: Any = True, mean: Any = Missing, correction: Any = Missing,
) -> Any:  # fmt: skip
    """The standard deviation.

    Its derivative for constant data is 0, as a norm's at 0: the variance's is exactly 0 there, and exact zeros win over
    the infinite slope of the root.
    """
    found = np.sqrt(var(a, axis, dtype, None, ddof, keepdims, where=where, mean=mean, correction=correction))
    return delivered(found, out, "np.std")


# -- the same without nan ----------------------------------------------------------------------------------------------


def _numbers(x: Any, where: Any) -> Any:
    """The mask of elements that count."""
    mask = ~np.isnan(x) if dtype_of(x).kind in "fc" else np.ones(shape_of(x), bool)
    return mask if chooses_all(where) else mask & where


def _over_count(total: Any, count: Any, enough: Any) -> Any:
    """A sum over a count, nan where there is not enough to count."""
    out = to_dtype(total / np.where(enough, count, 1), dtype_of(total))
    return np.where(enough, out, dtype_of(total).type(np.nan))[()]  # a number, not an array without axes


def _nan_mean(x: Any, axes: Axes, dtype: Any, keepdims: bool, where: Any) -> Any:
    count = count_nonzero(_numbers(x, where), axis=axes, keepdims=keepdims)
    return _over_count(summed(without_nan(x, 0), axes, dtype, keepdims, where), count, count > 0)


@implements(np.nanmean)
def nanmean(
    a: Any, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: Any = False, *, where: Any = True
) -> Any:
    """The mean of the elements that are not nan."""
    x = as_array(a)
    if dtype_of(x).kind not in "fc":
        return mean(x, axis, dtype, out, keepdims, where=where)
    found = _nan_mean(x, reduced_axes(axis, len(shape_of(x))), dtype, truth(keepdims), where)
    return delivered(found, out, "np.nanmean")


@implements(np.nanvar)
def nanvar(
    a: Any, axis: Any = None, dtype: Any = None, out: Any = None, ddof: Any = 0, keepdims: Any = False, *,
    where: Any = True, mean: Any = Missing, correction: Any = Missing,
) -> Any:  # fmt: skip
    """The variance of the elements that are not nan."""
    x = as_array(a)
    if dtype_of(x).kind not in "fc":
        return var(x, axis, dtype, out, ddof, keepdims, where=where, mean=mean, correction=correction)
    axes = reduced_axes(axis, len(shape_of(x)))
    center = _nan_mean(x, axes, dtype, True, where) if mean is Missing or mean is None else as_array(mean)
    deviation = np.where(np.isnan(x), dtype_of(x).type(0), x - center)
    # NumPy multiplies complex numbers here, where var adds squares: the last bit may differ.
    squares = np.real(deviation * np.conj(deviation)) if dtype_of(x).kind == "c" else deviation * deviation
    total = summed(squares, axes, dtype, truth(keepdims), where)
    freedom = count_nonzero(_numbers(x, where), axis=axes, keepdims=truth(keepdims)) - _one_of(ddof, correction)
    return delivered(_over_count(total, freedom, freedom > 0), out, "np.nanvar")


@implements(np.nanstd)
def nanstd(
    a: Any, axis: Any = None, dtype: Any = None, out: Any = None, ddof: Any = 0, keepdims: Any = False, *,
    where: Any = True, mean: Any = Missing, correction: Any = Missing,
) -> Any:  # fmt: skip
    """The standard deviation of the elements that are not nan."""
    found = np.sqrt(nanvar(a, axis, dtype, None, ddof, keepdims, where=where, mean=mean, correction=correction))
    return delivered(found, out, "np.nanstd")


# -- weighted means and covariances ------------------------------------------------------------------------------------


@implements(np.average)
def average(a: Any, axis: Any = None, weights: Any = None, returned: bool = False, *, keepdims: Any = False) -> Any:
    """The weighted mean, and the sum of the weights with `returned`."""
    x = as_array(a)
    shape = shape_of(x)
    keepdims = truth(keepdims)
    if weights is None:
        found = mean(x, axis, keepdims=keepdims)
        scale = dtype_of(found).type(prod(shape) / max(prod(shape_of(found)), 1))
    else:
        w = _fitting_weights(as_array(weights), shape, axis)
        dtype = np.result_type(dtype_of(x), dtype_of(w), *([np.float64] if dtype_of(x).kind in "iub" else []))
        scale = summed(w, reduced_axes(axis, len(shape_of(w))), dtype, keepdims)
        if np.any(scale == 0):
            raise ZeroDivisionError("Weights sum to zero, can't be normalized")
        found = summed(to_dtype(x, dtype) * to_dtype(w, dtype), reduced_axes(axis, len(shape)), None, keepdims) / scale
    if not returned:
        return found
    if shape_of(scale) != shape_of(found):
        scale = broadcast_to(scale, shape=shape_of(found)).copy()
    return found, scale


def _fitting_weights(w: Any, shape: tuple[int, ...], axis: Any) -> Any:
    """The weights, of which there may be one for each place along the averaged axes."""
    if shape_of(w) == shape:
        return w
    if axis is None:
        raise TypeError("Axis must be specified when shapes of a and weights differ.")
    axes = normalize_axis_tuple(axis, len(shape))
    if shape_of(w) != tuple(shape[a] for a in axes):
        raise ValueError("Shape of weights must be consistent with shape of a along specified axis.")
    turned = transpose(w, axes=tuple(map(int, np.argsort(axes))))
    return reshape(turned, shape=tuple(n if i in axes else 1 for i, n in enumerate(shape)))


@implements(np.cov)
def cov(
    m: Any, y: Any = None, rowvar: bool = True, bias: bool = False, ddof: Any = None, fweights: Any = None,
    aweights: Any = None, *, dtype: Any = None,
) -> Any:  # fmt: skip
    """The covariance matrix of the rows (or columns)."""
    if ddof is not None and ddof != int(ddof):
        raise ValueError("ddof must be integer")
    samples = [as_array(part) for part in (m, y) if part is not None]
    if any(len(shape_of(part)) > 2 for part in samples):
        raise ValueError("cov takes arrays of at most 2 dimensions")
    if dtype is None:
        dtype = np.result_type(*map(dtype_of, samples), np.float64)
    rows = [_as_rows(part, rowvar, np.dtype(dtype)) for part in samples]
    if shape_of(rows[0])[0] == 0:
        return np.array([]).reshape(0, 0)
    x = concatenate(*rows, axis=-2) if len(rows) > 1 else rows[0]
    ddof = (0 if bias else 1) if ddof is None else ddof
    w = _product_of_weights(fweights, aweights, shape_of(x)[1])
    center, scale = average(x, 1, w, True)
    scale = scale[0]
    if w is None:
        freedom = shape_of(x)[1] - ddof
    elif ddof == 0:
        freedom = scale
    else:
        freedom = scale - (ddof if aweights is None else ddof * np.sum(w * aweights) / scale)
    if freedom <= 0:
        warnings.warn("Degrees of freedom <= 0 for slice", RuntimeWarning, stacklevel=2)
        freedom = 0.0
    x = x - center[:, None]
    other = transpose(x if w is None else x * w, axes=(1, 0))
    c = np.dot(x, np.conj(other) if dtype_of(x).kind == "c" else other) * np.true_divide(1, freedom)
    return c if shape_of(c) != (1, 1) else reshape(c, shape=())


def _as_rows(x: Any, rowvar: bool, dtype: np.dtype[Any]) -> Any:
    """Two-dimensional, one variable a row."""
    x = to_dtype(x, dtype)
    if len(shape_of(x)) == 2:
        return x if rowvar else transpose(x, axes=(1, 0))
    return reshape(x, shape=(1, prod(shape_of(x))))


def _product_of_weights(fweights: Any, aweights: Any, n: int) -> Any:
    w = None
    for name, given in (("fweights", fweights), ("aweights", aweights)):
        if given is None:
            continue
        one = to_dtype(as_array(given), np.dtype(float))
        if len(shape_of(one)) > 1:
            raise RuntimeError(f"cannot handle multidimensional {name}")
        if shape_of(one)[0] != n:
            raise RuntimeError(f"incompatible numbers of samples and {name}")
        if np.any(one < 0):
            raise ValueError(f"{name} cannot be negative")
        if name == "fweights" and not np.all(one == np.around(one)):
            raise TypeError("fweights must be integer")
        w = one if w is None else w * one
    return w


@implements(np.corrcoef)
def corrcoef(x: Any, y: Any = None, rowvar: bool = True, *, dtype: Any = None) -> Any:
    """The matrix of correlation coefficients."""
    c = cov(x, y, rowvar, dtype=dtype)
    if not shape_of(c):
        return c / c
    deviation = np.sqrt(np.real(np.diagonal(c)))
    c = c / deviation[:, None] / deviation[None, :]
    if dtype_of(c).kind != "c":
        return np.clip(c, -1, 1)
    return np.clip(np.real(c), -1, 1) + 1j * np.clip(np.imag(c), -1, 1)
