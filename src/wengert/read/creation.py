"""NumPy's functions that make arrays, and that its protocols never see."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from wengert.functions import NUMPY, as_array, has_traced
from wengert.functions.queries import result_type
from wengert.ir import dtype_of
from wengert.read.calls import HANDLERS, call
from wengert.read.foreign import call_foreign, cannot_hold, depends, fresh
from wengert.read.likeness import likeness
from wengert.read.tables import TABLE, on_traced, stands_for
from wengert.record import Box, ground, plain

# Their arguments are sizes, texts and plain numbers.
MAKERS = (
    np.zeros, np.ones, np.empty, np.eye, np.identity, np.tri, np.frombuffer, np.fromstring, np.loadtxt, np.genfromtxt,
    np.load,
)  # fmt: skip


def _grounded(function: Any) -> Callable[..., Any]:
    def make(*args: Any, **kwargs: Any) -> Any:
        return ground(function(*map(plain, args), **{key: plain(value) for key, value in kwargs.items()}))

    make.__name__ = function.__name__
    return make


for _function in MAKERS:
    TABLE[_function] = _grounded(_function)


@stands_for(np.full)
def _full(shape: Any, fill_value: Any, dtype: Any = None, order: str = "C") -> Any:
    fill_value = plain(fill_value)
    if not has_traced(fill_value):
        return ground(np.full(shape, fill_value, dtype, order))  # type: ignore[arg-type]
    value = as_array(fill_value)
    return np.copy(np.broadcast_to(value if dtype is None else np.astype(value, np.dtype(dtype)), shape), order=order)


@stands_for(np.arange)
def _arange(*args: Any, dtype: Any = None, step: Any = None) -> Any:
    args = tuple(map(plain, args)) if step is None else (*map(plain, args), plain(step))
    if not has_traced(args):
        return ground(np.arange(*args, dtype=dtype))
    start, stop, step = (0, args[0], 1) if len(args) == 1 else (*args, 1)[:3]
    count = len(
        np.arange(
            *(
                x._number("the length of np.arange depends on it") if isinstance(x, Box) else x
                for x in (start, stop, step)
            )
        )
    )
    kind = np.dtype(dtype) if dtype is not None else result_type(start, stop, step)
    # As NumPy computes: from the first two numbers, each in the dtype of the result.
    first = np.astype(as_array(start), kind)
    gap = np.astype(as_array(start + step), kind) - first
    return np.astype(first + np.arange(count) * gap, kind)


@stands_for(np.array)
def _array(object: Any, dtype: Any = None, *, copy: Any = True, order: Any = "K", ndmin: int = 0) -> Any:
    if not has_traced(object):
        return ground(np.array(object, dtype, copy=copy, order=order, ndmin=ndmin))
    if dtype is not None and np.dtype(dtype) == np.dtype(np.object_):
        return _of_objects(object)
    out = _converted(object, dtype, ndmin)
    return np.copy(out, order=order) if copy and (out is object or order != "K") else out


@stands_for(np.asarray, np.asanyarray)
def _asarray(a: Any, dtype: Any = None, order: Any = None, *, copy: Any = None) -> Any:
    if not has_traced(a):
        return fresh(np.asarray(a, dtype, order, copy=copy), (a,))
    if dtype is not None and np.dtype(dtype) == np.dtype(np.object_):
        return _of_objects(a)
    out = _converted(a, dtype)
    return np.copy(out, order=order or "K") if copy and out is a else out


def _converted(value: Any, dtype: Any, ndmin: int = 0) -> Any:
    """A nested list or a traced value as an array; a scalar becomes a 0-d one."""
    out = as_array(value)
    if dtype is not None:
        if np.dtype(dtype).kind not in "fciub" and depends(out):
            raise cannot_hold(np.empty(0, dtype))
        out = np.astype(out, np.dtype(dtype))
    if isinstance(out, Box) and not out.is_array():
        out = np.reshape(out, (1,)).reshape(())
    return out if out.ndim >= ndmin else np.reshape(out, (1,) * (ndmin - out.ndim) + out.shape)


def _of_objects(value: Any) -> Any:
    """An array of Python objects, the traced numbers among them."""
    rows = value.tolist() if isinstance(value, Box) else value
    shape, level = [], rows
    while isinstance(level, (list, tuple)):
        shape.append(len(level))
        level = level[0] if level else None
    out = np.empty(shape, dtype=object)
    for place in np.ndindex(*shape):
        entry = rows
        for i in place:
            entry = entry[i]
        out[place] = entry
    return out


@stands_for(np.fromiter)
def _fromiter(iter: Any, dtype: Any, count: int = -1) -> Any:
    values = list(iter) if count < 0 else [x for x, _ in zip(iter, range(count), strict=False)]
    return _array(values, dtype)


@stands_for(np.fromfunction)
def _fromfunction(function: Any, shape: Any, *, dtype: Any = float, **kwargs: Any) -> Any:
    return call(function, *map(ground, np.indices(shape, dtype=dtype)), **kwargs)


# -- scalars -----------------------------------------------------------------------------------------------------------


def _scalar_of(kind: Any) -> Callable[..., Any]:
    """`np.float64(x)`: a number of another dtype, or an array of it."""

    def convert(x: Any = 0) -> Any:
        x = plain(x)
        if not has_traced(x):
            return ground(kind(x))
        out = as_array(x)
        out = np.astype(np.reshape(out, (1,)) if out.shape == () else out, np.dtype(kind))
        return out[0] if not isinstance(x, (list, tuple)) and x.shape == () else out

    convert.__name__ = kind.__name__
    return convert


for _kind in {np.dtype(char).type for char in "efdgFDG" + "bhilqBHILQ" + "?"}:
    TABLE[_kind] = _scalar_of(_kind)

# -- questions and walks -----------------------------------------------------------------------------------------------

TABLE[np.isscalar] = lambda element: np.isscalar(likeness(element))
TABLE[np.iterable] = lambda y: np.iterable(likeness(y))


@stands_for(np.ndenumerate)
def _ndenumerate(arr: Any) -> Iterator[Any]:
    array = _asarray(arr)
    return ((place, array[place]) for place in np.ndindex(array.shape))


def _vectorized(function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """`np.vectorize(f)(x)`: a function of numbers, called for each of the elements."""
    if function.signature is not None or function.excluded or kwargs:
        return call_foreign(function, args, kwargs)
    arrays = np.broadcast_arrays(*map(_asarray, args))
    shape = arrays[0].shape
    outs = [call(function.pyfunc, *(a[place] for a in arrays)) for place in np.ndindex(shape)]
    if not outs:
        return call_foreign(function, args, kwargs)
    if not isinstance(outs[0], tuple):
        return _shaped(outs, shape, function.otypes)
    return tuple(_shaped(column, shape, function.otypes[i : i + 1]) for i, column in enumerate(zip(*outs, strict=True)))


def _shaped(values: Any, shape: tuple[int, ...], otypes: Any) -> Any:
    """An array of the dtype of its first value, as `np.vectorize` makes it."""
    dtype = np.dtype(otypes[0]) if otypes else dtype_of(values[0])
    if dtype.kind not in "fc" and depends(list(values)):
        raise cannot_hold(np.empty(0, dtype))
    return np.reshape(_array(list(values), dtype), shape)


HANDLERS[np.vectorize] = _vectorized
for _function, _meaning in NUMPY.items():
    if type(_function) is not type(np.sum):  # without a protocol
        TABLE.setdefault(_function, on_traced(_function, _meaning))
