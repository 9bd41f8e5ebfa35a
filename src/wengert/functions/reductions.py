"""Reductions: sum, prod, max, min, ptp, and those without a derivative (argmax, all, any, count_nonzero)."""

from __future__ import annotations

from typing import Any

import numpy as np

from wengert.functions.assemble import as_array
from wengert.functions.axes import flattened, from_end, reduced_axes
from wengert.functions.output import delivered
from wengert.functions.table import implements
from wengert.ir import Primitive, dtype_of, shape_of
from wengert.primitives import broadcast_to, reduce_sum, reshape, to_dtype
from wengert.primitives.reductions import (
    EXTREMA,
    all_,
    any_,
    argmax,
    argmin,
    count_nonzero,
    nanargmax,
    nanargmin,
    prod,
)
from wengert.primitives.shape import reduced_shape

Missing = np._NoValue  # what NumPy has as the default of keywords, of which None is a value


def truth(flag: Any) -> bool:
    """A flag such as keepdims, which NumPy may hand on as missing."""
    return flag is not Missing and bool(flag)


def accumulator(x: Any, dtype: Any) -> tuple[Any, np.dtype[Any] | None]:
    """The operand of a reduction with `dtype=`, and the dtype to accumulate in; integers end the derivative at once."""
    if dtype is None:
        return x, None
    wanted, found = np.dtype(dtype), dtype_of(x)
    if wanted == found:
        return x, None
    exact = found.kind in "fc" and np.can_cast(found, wanted, "same_kind")
    return (x, wanted) if exact else (np.astype(x, wanted), None)


def options(keepdims: Any = False, dtype: Any = None) -> dict[str, Any]:
    """The params of a reduction that are not the default."""
    params: dict[str, Any] = {} if dtype is None else {"dtype": np.dtype(dtype)}
    if truth(keepdims):
        params["keepdims"] = True
    return params


def summed(x: Any, axis: tuple[int, ...], dtype: Any = None, keepdims: bool = False, where: Any = True) -> Any:
    """The sum along axes; a mask chooses the elements that count."""
    x, dtype = accumulator(x, dtype)
    inputs = (x,) if chooses_all(where) else (x, as_array(where))
    return reduce_sum(*inputs, axis=axis, **options(keepdims, dtype))


def chooses_all(where: Any) -> bool:
    """Whether `where=` leaves nothing out, as its default does."""
    return where is True or where is Missing


@implements(np.sum)
def sum(
    a: Any, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: Any = False, initial: Any = Missing,
    where: Any = True,
) -> Any:  # fmt: skip
    """The sum."""
    x = as_array(a)
    total = summed(x, reduced_axes(axis, len(shape_of(x))), dtype, truth(keepdims), where)
    return delivered(total if initial is Missing else _weak(initial, total) + total, out, "np.sum")


@implements(np.prod)
def product(
    a: Any, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: Any = False, initial: Any = Missing,
    where: Any = True,
) -> Any:  # fmt: skip
    """The product."""
    x = as_array(a)
    if not chooses_all(where):
        x = np.where(where, x, dtype_of(x).type(1))
    x, dtype = accumulator(x, dtype)
    total = prod(x, axis=reduced_axes(axis, len(shape_of(x))), **options(keepdims, dtype))
    return delivered(total if initial is Missing else _weak(initial, total) * total, out, "np.prod")


def without_nan(x: Any, number: float) -> Any:
    """The array with a number in the places of nan."""
    dtype = dtype_of(x)
    return np.where(np.isnan(x), dtype.type(number), x) if dtype.kind in "fc" else x


@implements(np.nansum)
def nansum(
    a: Any, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: Any = False, initial: Any = Missing,
    where: Any = True,
) -> Any:  # fmt: skip
    """The sum, nan counting as 0."""
    return sum(without_nan(as_array(a), 0), axis, dtype, out, keepdims, initial, where)


@implements(np.nanprod)
def nanprod(
    a: Any, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: Any = False, initial: Any = Missing,
    where: Any = True,
) -> Any:  # fmt: skip
    """The product, nan counting as 1."""
    return product(without_nan(as_array(a), 1), axis, dtype, out, keepdims, initial, where)


def _weak(initial: Any, like: Any) -> Any:
    """`initial=`, which NumPy takes in the dtype of the result."""
    return to_dtype(initial, dtype_of(like)) if hasattr(initial, "dtype") else dtype_of(like).type(initial)


def extremum(
    ufunc: np.ufunc, a: Any, axis: Any = None, out: Any = None, keepdims: Any = False, initial: Any = Missing,
    where: Any = True,
) -> Any:  # fmt: skip
    """The largest or smallest element; `initial=` takes part as one more element, which masked ones are set to."""
    x = as_array(a)
    name = f"np.{ufunc.__name__}.reduce"
    axes = reduced_axes(axis, len(shape_of(x)))
    if initial is Missing or initial is None:
        if not chooses_all(where):
            raise ValueError(
                f"reduction operation '{ufunc.__name__}' does not have an identity, "
                "so to use a where mask one has to specify 'initial'"
            )
        return delivered(EXTREMA[ufunc](x, axis=axes, **options(keepdims)), out, name)
    start = _weak(initial, x)
    if not chooses_all(where):
        x = np.where(where, x, start)
    shape = shape_of(x)
    if 0 in [shape[a] for a in axes]:
        empty = reduced_shape(shape, axes, truth(keepdims))
        return delivered(broadcast_to(start, shape=empty).copy() if empty else start, out, name)
    return delivered(ufunc(EXTREMA[ufunc](x, axis=axes, **options(keepdims)), start), out, name)


@implements(np.max, np.amax)
def max(
    a: Any, axis: Any = None, out: Any = None, keepdims: Any = False, initial: Any = Missing, where: Any = True
) -> Any:
    """The largest element; ties share the derivative equally."""
    return extremum(np.maximum, a, axis, out, keepdims, initial, where)


@implements(np.min, np.amin)
def min(
    a: Any, axis: Any = None, out: Any = None, keepdims: Any = False, initial: Any = Missing, where: Any = True
) -> Any:
    """The smallest element; ties share the derivative equally."""
    return extremum(np.minimum, a, axis, out, keepdims, initial, where)


@implements(np.nanmax)
def nanmax(
    a: Any, axis: Any = None, out: Any = None, keepdims: Any = False, initial: Any = Missing, where: Any = True
) -> Any:
    """The largest element that is not nan."""
    return extremum(np.fmax, a, axis, out, keepdims, initial, where)


@implements(np.nanmin)
def nanmin(
    a: Any, axis: Any = None, out: Any = None, keepdims: Any = False, initial: Any = Missing, where: Any = True
) -> Any:
    """The smallest element that is not nan."""
    return extremum(np.fmin, a, axis, out, keepdims, initial, where)


@implements(np.ptp)
def ptp(a: Any, axis: Any = None, out: Any = None, keepdims: Any = False) -> Any:
    """The range: largest minus smallest element."""
    return delivered(max(a, axis, keepdims=keepdims) - min(a, axis, keepdims=keepdims), out, "np.ptp")


# -- results without a derivative --------------------------------------------------------------------------------------


def _over_axes(function: Any, primitive: Primitive, neutral: bool) -> None:
    def reduction(a: Any, axis: Any = None, out: Any = None, keepdims: Any = False, *, where: Any = True) -> Any:
        x = as_array(a)
        if not chooses_all(where):
            x = np.where(where, x, neutral)
        found = primitive(x, axis=reduced_axes(axis, len(shape_of(x))), **options(keepdims))
        return delivered(found, out, f"np.{function.__name__}")

    implements(function)(reduction)


_over_axes(np.all, all_, True)
_over_axes(np.any, any_, False)


@implements(np.count_nonzero)
def how_many(a: Any, axis: Any = None, *, keepdims: Any = False) -> Any:
    """The number of elements that are not zero."""
    x = as_array(a)
    return count_nonzero(x, axis=reduced_axes(axis, len(shape_of(x))), **options(keepdims))


def _position(function: Any, primitive: Primitive) -> None:
    """Enter a function that finds the position of one element: along an axis, or in the flattened array."""

    def reduction(a: Any, axis: Any = None, out: Any = None, *, keepdims: Any = False) -> Any:
        x = as_array(a)
        ndim = len(shape_of(x))
        flat = axis is None or ndim == 0
        if flat:
            x = flattened(x)
        found = primitive(x, axis=-1 if flat else from_end(axis, ndim), **options(keepdims))
        if flat and truth(keepdims):
            found = reshape(found, shape=(1,) * ndim)
        return delivered(found, out, f"np.{function.__name__}")

    implements(function)(reduction)


for _function, _row in (
    (np.argmax, argmax), (np.argmin, argmin), (np.nanargmax, nanargmax), (np.nanargmin, nanargmin)
):  # fmt: skip
    _position(_function, _row)
