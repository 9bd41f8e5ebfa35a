"""NumPy's functions that make arrays, and that its protocols never see."""

from __future__ import annotations

from typing import Any

import numpy as np

from wengert.functions import NUMPY, as_array, has_traced
from wengert.ir import Traced
from wengert.read.tables import TABLE, stands_for
from wengert.record import Box, ground, plain

_MAKERS = (
    np.zeros, np.ones, np.empty, np.full, np.eye, np.identity, np.arange, np.tri, np.fromfunction, np.linspace,
    np.logspace, np.geomspace, np.fromiter, np.frombuffer, np.fromstring, np.loadtxt, np.genfromtxt, np.load,
)  # fmt: skip


def _grounded(function: Any) -> Any:
    def make(*args: Any, **kwargs: Any) -> Any:
        if has_traced(args) and any(isinstance(a, Box) and a.level.depth and a.dtype.kind in "fc" for a in args):
            return function(*args, **kwargs)
        return ground(function(*map(plain, args), **kwargs))

    make.__name__ = function.__name__
    return make


for _function in _MAKERS:
    TABLE[_function] = _grounded(_function)


@stands_for(np.full)
def _full(shape: Any, fill_value: Any, dtype: Any = None, order: str = "C") -> Any:
    if not (isinstance(fill_value, Traced) or has_traced(fill_value)):
        return ground(np.full(shape, fill_value, dtype, order))  # type: ignore[arg-type]
    value = as_array(fill_value)
    return np.copy(np.broadcast_to(value if dtype is None else np.astype(value, np.dtype(dtype)), shape))


def _converted(value: Any, dtype: Any, ndmin: int = 0) -> Any:
    """A nested list or a traced value as an array; a scalar becomes a 0-d one."""
    out = as_array(value)
    if dtype is not None:
        out = np.astype(out, np.dtype(dtype))
    if isinstance(out, Box) and not out.is_array():
        out = np.reshape(out, (1,)).reshape(())
    return out if out.ndim >= ndmin else np.reshape(out, (1,) * (ndmin - out.ndim) + out.shape)


@stands_for(np.array)
def _array(object: Any, dtype: Any = None, *, copy: Any = True, ndmin: int = 0) -> Any:
    if not has_traced(object):
        return ground(np.array(object, dtype, copy=copy, ndmin=ndmin))
    out = _converted(object, dtype, ndmin)
    return np.copy(out) if out is object and copy else out


@stands_for(np.asarray, np.asanyarray)
def _asarray(a: Any, dtype: Any = None, *, copy: Any = None) -> Any:
    if not has_traced(a):
        out = np.asarray(a, dtype, copy=copy)
        return out if out is a else ground(out)
    out = _converted(a, dtype)
    return np.copy(out) if out is a and copy else out


def _ours_if_traced(function: Any) -> Any:
    """A function without a protocol, whose meaning for traced values is in the table all the same."""

    def convert(a: Any, *args: Any, **kwargs: Any) -> Any:
        if has_traced(a):
            return NUMPY[function](a, *args, **kwargs)
        out = function(a, *args, **kwargs)
        return out if out is a else ground(out)

    return convert


for _converter in (np.ascontiguousarray, np.asfortranarray, np.asarray_chkfinite, np.lib.stride_tricks.as_strided):
    TABLE[_converter] = _ours_if_traced(_converter)
