"""The attributes and methods of an ndarray, each one the NumPy function of that name."""

from __future__ import annotations

from typing import Any

import numpy as np

from wengert.ir import ABSENT, Array, bind
from wengert.primitives import getitem, position, setitem, split_index
from wengert.record.flat import Flat
from wengert.record.operands import operand
from wengert.record.operators import weaken
from wengert.record.windows import with_windows

NO_PARAMS: dict[str, Any] = {}


def _method(function: Any) -> Any:
    def method(self: Any, *args: Any, **kwargs: Any) -> Any:
        return function(self, *args, **kwargs)

    method.__name__ = function.__name__
    return method


def _attribute(read: Any) -> Any:
    """A property; an assignment to it writes through the view that it is."""

    def write(self: Any, value: Any) -> None:
        read(self)[...] = value

    return property(read, write)


class Methods:
    """Attributes, indexing and methods of a Box."""

    __slots__ = ()
    __array_priority__ = 1000.0

    @property
    def type(self) -> Array:
        """The shape and dtype."""
        self.refresh()  # type: ignore[attr-defined]
        found: Array = self.ssa.type  # type: ignore[attr-defined]
        return found

    shape = property(lambda self: self.ssa.type.shape, lambda self, shape: _reshape_in_place(self, shape))
    dtype = property(lambda self: self.ssa.type.dtype)
    ndim = property(lambda self: len(self.ssa.type.shape))
    size = property(lambda self: self.ssa.type.size)
    itemsize = property(lambda self: self.ssa.type.dtype.itemsize)
    nbytes = property(lambda self: self.size * self.itemsize)
    T = property(np.transpose)
    mT = property(np.matrix_transpose)
    real = _attribute(np.real)
    imag = _attribute(np.imag)
    flat = property(Flat, lambda self, values: Flat(self).__setitem__(slice(None), values))

    def __getitem__(self, index: Any) -> Any:
        if type(index) is int:
            template, arrays = (index,), ()
        else:
            template, arrays = split_index(with_windows(index, self.shape), self.shape)
        if self.base is None or self.ssa.value is ABSENT:  # type: ignore[attr-defined]
            return bind(getitem, (self, *arrays), {"index": template})
        root, inner, path = self.route()  # type: ignore[attr-defined]
        return bind(getitem, (root, *inner, *arrays), position(template, path))

    def __setitem__(self, index: Any, value: Any) -> None:
        template, arrays = split_index(with_windows(index, self.shape), self.shape)
        self.update(setitem, operand(value), *arrays, index=template)  # type: ignore[attr-defined]

    def __delitem__(self, index: Any) -> None:
        raise ValueError("cannot delete array elements")

    def reshape(self, *shape: Any, order: Any = "C", copy: Any = None) -> Any:
        """`np.reshape`, the shape also as several arguments."""
        return np.reshape(self, shape[0] if len(shape) == 1 else shape, order=order)  # type: ignore[call-overload]

    def transpose(self, *axes: Any) -> Any:
        """`np.transpose`, the axes also as several arguments."""
        given = axes[0] if len(axes) == 1 and not isinstance(axes[0], int) else axes
        return np.transpose(self, given or None)  # type: ignore[call-overload]

    def astype(
        self, dtype: Any, order: str = "K", casting: str = "unsafe", subok: bool = True, copy: bool = True
    ) -> Any:
        """The array in another dtype."""
        if not np.can_cast(self.dtype, dtype, casting):
            raise TypeError(f"Cannot cast array data from {self.dtype} to {np.dtype(dtype)} by the rule {casting!r}")
        return np.astype(self, dtype, copy=copy)  # type: ignore[call-overload]

    def item(self, *index: Any) -> Any:
        """The only element, or the one at an index; it stays traced."""
        if len(index) > 1 or (index and isinstance(index[0], tuple)):
            return _pythons(self[index[0] if isinstance(index[0], tuple) else index])
        if not index and self.size != 1:
            raise ValueError("can only convert an array of size 1 to a Python scalar")
        return _pythons(self.reshape(-1)[index[0] if index else 0])

    def tolist(self) -> Any:
        """Nested lists of traced scalars."""
        if not self.ndim:
            return _pythons(self[()])
        return [row.tolist() if np.ndim(row) else _pythons(row) for row in self]  # type: ignore[attr-defined]

    def copy(self, order: Any = "C") -> Any:
        """A copy, in C order unless asked for another: `np.copy` keeps the order."""
        return np.copy(self, order=order)  # type: ignore[call-overload]

    def fill(self, value: Any) -> None:
        """Write one value everywhere."""
        self[...] = value

    def sort(self, axis: int = -1, kind: Any = None, order: Any = None, *, stable: Any = None) -> None:
        """Sort in place."""
        self[...] = np.sort(self, axis=axis)  # type: ignore[call-overload]

    def partition(self, kth: Any, axis: int = -1) -> None:
        """Partition in place."""
        self[...] = np.partition(self, kth, axis=axis)  # type: ignore[call-overload]

    def flatten(self, order: Any = "C") -> Any:
        """A one-dimensional copy."""
        return np.ravel(self, order=order).copy()  # type: ignore[call-overload]

    def conj(self) -> Any:
        """The complex conjugate."""
        return np.conjugate(self)  # type: ignore[call-overload]

    conjugate = conj
    all, any, argmax, argmin, argsort = map(_method, (np.all, np.any, np.argmax, np.argmin, np.argsort))
    argpartition, choose, clip, compress = map(
        _method, (np.argpartition, np.choose, np.clip, lambda a, c, **k: np.compress(c, a, **k))
    )
    cumprod, cumsum, diagonal, dot = map(_method, (np.cumprod, np.cumsum, np.diagonal, np.dot))
    max, mean, min, nonzero, prod, ptp = map(_method, (np.max, np.mean, np.min, np.nonzero, np.prod, np.ptp))
    put, ravel, repeat, round = map(_method, (np.put, np.ravel, np.repeat, np.round))
    searchsorted, squeeze, std, sum = map(_method, (np.searchsorted, np.squeeze, np.std, np.sum))
    swapaxes, take, trace, var = map(_method, (np.swapaxes, np.take, np.trace, np.var))


def _pythons(number: Any) -> Any:
    """A number of an array as Python's own, as far as the two have the same precision."""
    return weaken(number) if number.dtype in (np.float64, np.complex128) else number


def _reshape_in_place(box: Any, shape: Any) -> None:
    raise AttributeError("x.shape = ... is not supported on a traced array: write x = x.reshape(...)")
