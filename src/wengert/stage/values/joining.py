"""One type for two values of which one will be taken."""

from __future__ import annotations

from typing import Any

import numpy as np

from wengert.ir import Array
from wengert.primitives import to_dtype
from wengert.record import Box
from wengert.stage.values.frames import leaf_type


class Mismatch(Exception):
    """Two types that no line can hold both: the message says how they differ."""


def join(a: Any, b: Any, first: Array, second: Array) -> Array:
    """The type for both of two values, in which neither loses anything; `Mismatch` if there is none."""
    if first.shape != second.shape:
        raise Mismatch(f"has shape {first.shape} in one case and {second.shape} in the other")
    if first.dtype == second.dtype:
        return Array(first.shape, first.dtype, first.weak and second.weak)
    if first.weak and second.weak:
        return Array((), np.result_type(first.dtype, second.dtype), True)
    for value, kind, other in ((a, first, second), (b, second, first)):
        if kind.weak and _takes(other.dtype, value, kind):
            return Array(first.shape, other.dtype)
    found = np.result_type(first.dtype, second.dtype)
    if found in (first.dtype, second.dtype) and first.dtype.kind != second.dtype.kind:
        return Array(first.shape, found)
    raise Mismatch(f"is of dtype {first.dtype} in one case and {second.dtype} in the other")


def _takes(dtype: Any, value: Any, kind: Array) -> bool:
    """Whether a Python number can be had in a dtype without loss."""
    if dtype.kind not in {"b": "b", "i": "iufc", "f": "fc", "c": "c"}[kind.dtype.kind]:
        return False
    if isinstance(value, (float, int, complex)):
        return bool(dtype.type(value) == value) or value != value
    return kind.dtype.itemsize <= dtype.itemsize or kind.dtype.kind == "i"


def cast(value: Any, kind: Array) -> Any:
    """A value in a type that holds it."""
    found = leaf_type(value)
    if not isinstance(value, Box):
        if isinstance(value, np.ndarray) and value.shape:
            return value if value.dtype == kind.dtype else value.astype(kind.dtype)
        number = np.asarray(value).astype(kind.dtype)[()]
        return number.item() if kind.weak else number
    if found.dtype == kind.dtype:
        return value
    out = to_dtype(value, kind.dtype)
    if kind.weak and isinstance(out, Box):
        out.ssa.weaken()
    return out
