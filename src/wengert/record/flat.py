"""`a.flat`: the elements of an array in C order, whatever its memory order. Read as copies, written through."""

from __future__ import annotations

import operator
from collections.abc import Iterator
from typing import Any

import numpy as np

from wengert.functions.writing import write_flat


class Flat:
    """What NumPy's flatiter is for an ndarray."""

    __slots__ = ("base",)

    def __init__(self, base: Any) -> None:
        self.base = base

    def __len__(self) -> int:
        return int(self.base.size)

    def __iter__(self) -> Iterator[Any]:
        return (self[i] for i in range(len(self)))

    def __getitem__(self, index: Any) -> Any:
        places = self._places(index)
        if isinstance(places, int):
            return self.base[tuple(map(int, np.unravel_index(places, self.base.shape)))]
        return self.base[np.unravel_index(places, self.base.shape)] if self.base.ndim else self.copy()[places]

    def __setitem__(self, index: Any, value: Any) -> None:
        write_flat(self.base, np.atleast_1d(self._places(index)), value)

    def copy(self) -> Any:
        """All elements as a vector."""
        return self.base.flatten()

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        return self.copy().__array__(dtype)

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        return getattr(ufunc, method)(*map(_vector, inputs), **kwargs)

    def __array_function__(self, func: Any, types: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        return func(*map(_vector, args), **{key: _vector(value) for key, value in kwargs.items()})

    def _places(self, index: Any) -> Any:
        """A position, or an array of positions."""
        size = len(self)
        if isinstance(index, tuple) and len(index) == 1:
            (index,) = index
        if isinstance(index, tuple):
            raise IndexError("unsupported iterator index")
        if isinstance(index, slice) or index is Ellipsis:
            return np.arange(size)[index]
        index = np.asarray(index)
        if index.dtype.kind == "b":
            if index.shape != (size,):
                raise IndexError("boolean index did not match the number of elements")
            return np.flatnonzero(index)
        if index.dtype.kind not in "iu" and index.size:
            raise IndexError("unsupported iterator index")
        if ((index < -size) | (index >= size)).any():
            raise IndexError(f"index {index} is out of bounds for size {size}")
        index = np.where(index < 0, index + size, index)
        return operator.index(index[()]) if index.shape == () else index.astype(np.intp)


def _vector(value: Any) -> Any:
    """A Flat as the vector it stands for, also in a list."""
    if isinstance(value, (list, tuple)):
        return type(value)(map(_vector, value))
    return value.copy() if isinstance(value, Flat) else value
