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
    def element(self) -> Array:
        """The type itself; of a sequence that of the arrays in it."""
        return self

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


@dataclass(frozen=True, slots=True)
class Seq:
    """A sequence of items of one type, whose length is known when the list runs: what a loop leaves, step by step.

    `Seq[Seq[T]]` is ragged. No item is weak. An empty sequence stands for one of zeros, of any length.

    Examples
    --------
    >>> print(Seq(Seq(Array((3,), np.dtype("float64")))))
    Seq[Seq[f64[3]]]
    """

    item: Array | Seq

    def __post_init__(self) -> None:
        if isinstance(self.item, Array) and self.item.weak:  # what is read from a buffer is no Python number
            object.__setattr__(self, "item", Array(self.item.shape, self.item.dtype))

    @property
    def dtype(self) -> np.dtype[Any]:
        """The dtype of the arrays in it."""
        return self.item.dtype

    @property
    def element(self) -> Array:
        """The type of the arrays in it, however deep they lie."""
        return self.item.element if isinstance(self.item, Seq) else self.item

    @property
    def weak(self) -> bool:
        """Whether it is a Python number: it is not."""
        return False

    def __str__(self) -> str:
        return f"Seq[{self.item}]"


Type = Array | Seq

def has_order(kind: Any) -> bool:
    """Whether arrays of a type may lie in memory in several orders: those with two axes of more than one element."""
    return isinstance(kind, Array) and sum(length != 1 for length in kind.shape) > 1 and 0 not in kind.shape


_WEAK = {
    float: Array((), np.dtype(np.float64), True),
    int: Array((), np.dtype(np.int64), True),
    complex: Array((), np.dtype(np.complex128), True),
    bool: Array((), np.dtype(np.bool_)),
}


def type_of(value: Any) -> Any:
    """The type of a number, an array, a sequence, a traced value, or anything `np.asarray` takes."""
    known = _WEAK.get(type(value))
    if known is not None:
        return known
    var = getattr(value, "ssa", None)
    if var is not None:
        return var.type
    if not isinstance(value, (np.ndarray, np.generic)):
        if isinstance(value, (Array, Seq)):
            return value
        if isinstance(found := getattr(value, "type", None), Seq):
            return found
        value = np.asarray(value)
    return Array(value.shape, value.dtype)


def shape_of(value: Any) -> tuple[int, ...]:
    """The shape of a value, a traced value, or a type."""
    shape: tuple[int, ...] | None = getattr(value, "shape", None)
    return np.shape(value) if shape is None else shape


def dtype_of(value: Any) -> np.dtype[Any]:
    """The dtype of a value, a traced value, or a type."""
    dtype: np.dtype[Any] | None = getattr(value, "dtype", None)
    if dtype is None:
        dtype = type_of(value).dtype
    return dtype
