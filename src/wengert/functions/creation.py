"""Arrays like another one, copies, and grids."""

from __future__ import annotations

from typing import Any

import numpy as np

from wengert.functions.assemble import as_array
from wengert.functions.demands import demand
from wengert.functions.shaping import layout, perhaps_shared
from wengert.functions.table import implements
from wengert.ir import ABSENT, Traced, dtype_of, shape_of
from wengert.primitives import broadcast_to, copy, reshape


def _prototype(a: Any) -> Any:
    """An array of the same type and memory order, of which only these are read."""
    if not isinstance(a, Traced):
        return a
    value = a.concrete()  # type: ignore[attr-defined]  # a Box, which this layer does not know
    return np.broadcast_to(np.zeros((), dtype_of(a)), shape_of(a)) if value is ABSENT else value


def _like(function: Any) -> Any:
    def like(
        a: Any, dtype: Any = None, order: str = "K", subok: bool = True, shape: Any = None, *, device: Any = None
    ) -> Any:
        return function(_prototype(a), dtype, order, subok, shape, device=device)

    return like


def _empty_like(*args: Any, **kwargs: Any) -> Any:
    return np.zeros_like(*args, **kwargs)  # zeros: what is never written is the same in every run


for _function, _meaning in ((np.zeros_like, np.zeros_like), (np.ones_like, np.ones_like), (np.empty_like, _empty_like)):
    implements(_function)(_like(_meaning))


@implements(np.full_like)
def full_like(
    a: Any, fill_value: Any, dtype: Any = None, order: str = "K", subok: bool = True, shape: Any = None, *,
    device: Any = None,
) -> Any:  # fmt: skip
    """An array of the same shape and dtype with one value everywhere, which may be traced."""
    fill_value = as_array(fill_value)
    if not isinstance(fill_value, Traced):
        return np.full_like(_prototype(a), fill_value, dtype, order, subok, shape, device=device)
    out = np.zeros_like(_prototype(a), dtype, order, subok, shape)
    if out.dtype != dtype_of(fill_value):
        fill_value = np.astype(fill_value, out.dtype)
    return copy(broadcast_to(fill_value, shape=out.shape), order="C")


@implements(np.copy)
def copy_of(a: Any, order: str = "K", subok: bool = False) -> Any:
    """Another array with the same values."""
    return copy(as_array(a), order=order)


@implements(np.ascontiguousarray)
def ascontiguousarray(a: Any, dtype: Any = None) -> Any:
    """The array itself if it is in C order, else a copy that is; with at least one axis."""
    return _ordered(a, dtype, "C")


@implements(np.asfortranarray)
def asfortranarray(a: Any, dtype: Any = None) -> Any:
    """The array itself if it is in Fortran order, else a copy that is."""
    return _ordered(a, dtype, "F")


def _ordered(a: Any, dtype: Any, order: str) -> Any:
    x = np.atleast_1d(as_array(a))
    if dtype is not None and np.dtype(dtype) != dtype_of(x):
        x = np.astype(x, np.dtype(dtype))
    memory = layout(x)
    if memory is None:
        return perhaps_shared(x, copy(x, order=order))
    return x if (memory.flags.c_contiguous if order == "C" else memory.flags.f_contiguous) else copy(x, order=order)


@implements(np.asarray_chkfinite)
def asarray_chkfinite(a: Any, dtype: Any = None, order: Any = None) -> Any:
    """The array, if all its values are finite."""
    x = as_array(a)
    demand(np.all(np.isfinite(x)), ValueError("array must not contain infs or NaNs"))
    if dtype is not None and np.dtype(dtype) != dtype_of(x):
        x = np.astype(x, np.dtype(dtype))
    return x if order is None else _ordered(x, None, order)


@implements(np.meshgrid)
def meshgrid(*xi: Any, copy: bool = True, sparse: bool = False, indexing: str = "xy") -> tuple[Any, ...]:
    """The coordinates of a grid from those along its axes."""
    if indexing not in ("xy", "ij"):
        raise ValueError("Valid values for `indexing` are 'xy' and 'ij'.")
    ndim = len(xi)
    parts = [as_array(x) for x in xi]
    places = list(range(ndim))
    if indexing == "xy" and ndim > 1:
        places[:2] = 1, 0
    out = [
        reshape(x, shape=(1,) * place + (int(np.prod(shape_of(x))),) + (1,) * (ndim - 1 - place))
        for x, place in zip(parts, places, strict=True)
    ]
    if not sparse:
        out = list(np.broadcast_arrays(*out))
    return tuple(np.copy(x) for x in out) if copy else tuple(out)


@implements(np.ix_)
def ix_(*args: Any) -> tuple[Any, ...]:
    """Index arrays that together name all combinations."""
    out = []
    for i, array in enumerate(args):
        x = as_array(array)
        if len(shape_of(x)) != 1:
            raise ValueError("Cross index must be 1 dimensional")
        if dtype_of(x).kind == "b":
            (x,) = np.nonzero(x)
        out.append(reshape(x, shape=(1,) * i + shape_of(x) + (1,) * (len(args) - i - 1)))
    return tuple(out)
