"""Types of values in a Wengert list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

PYTHON_SCALARS = (float, int, complex)


@dataclass(frozen=True, slots=True)
class Array:
    """An n-dimensional array or a scalar.

    `weak` marks a Python number: it takes the precision of what it meets (NEP 50).

    Examples
    --------
    >>> print(Array((3, 4), np.dtype("float32")), Array((), np.dtype("float64"), weak=True))
    f32[3,4] f64[]~
    """

    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    weak: bool = False

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return len(self.shape)

    @property
    def size(self) -> int:
        """The number of elements."""
        count = 1
        for length in self.shape:
            count *= length
        return count

    @property
    def promotes_as(self) -> Any:
        """What NumPy's promotion is to be asked about: the dtype, or the Python type of a weak scalar."""
        return {"f": float, "i": int, "c": complex}.get(self.dtype.kind, self.dtype) if self.weak else self.dtype

    def __str__(self) -> str:
        kind = {"b": "bool"}.get(self.dtype.kind, f"{self.dtype.kind}{8 * self.dtype.itemsize}")
        return f"{kind}[{','.join(map(str, self.shape))}]{'~' if self.weak else ''}"


_WEAK = {
    float: Array((), np.dtype(np.float64), True),
    int: Array((), np.dtype(np.int64), True),
    complex: Array((), np.dtype(np.complex128), True),
    bool: Array((), np.dtype(np.bool_)),
}


def type_of(value: Any) -> Array:
    """The type of a number, an array, a traced value, or anything `np.asarray` takes."""
    known = _WEAK.get(type(value))
    if known is not None:
        return known
    var = getattr(value, "ssa", None)
    if var is not None:
        found: Array = var.type
        return found
    if not isinstance(value, (np.ndarray, np.generic)):
        value = np.asarray(value)
    return Array(value.shape, value.dtype)


def shape_of(value: Any) -> tuple[int, ...]:
    """The shape of a value, a traced value, or a type."""
    shape: tuple[int, ...] | None = getattr(value, "shape", None)
    return np.shape(value) if shape is None else shape


def dtype_of(value: Any) -> np.dtype[Any]:
    """The dtype of a value, a traced value, or a type."""
    dtype: np.dtype[Any] | None = getattr(value, "dtype", None)
    return type_of(value).dtype if dtype is None else dtype
