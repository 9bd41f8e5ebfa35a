"""What NumPy would make of an operand: lists become arrays, traced values inside them stay traced."""

from __future__ import annotations

from typing import Any

import numpy as np

from wengert.functions import as_array
from wengert.ir import Traced

PLAIN = frozenset({float, int, bool, complex, np.ndarray, np.float64, np.float32, np.int64, np.bool_})


def is_operand(value: Any) -> bool:
    """Whether a value is a number, an array, or a nested list of them, not an object with operators of its own."""
    if has_own_operators(value):
        return False
    return isinstance(value, (Traced, np.generic, np.ndarray, list, tuple, float, int, complex)) or hasattr(
        value, "__array__"
    )


def has_own_operators(value: Any) -> bool:
    """Whether an object wants operators with it for itself, by NumPy's protocol, or, by None, wants none of them."""
    theirs = getattr(type(value), "__array_ufunc__", False)
    return theirs is not False and not isinstance(value, (Traced, np.generic, np.ndarray))


def operand(value: Any) -> Any:
    """A number, an array or a traced value."""
    if type(value) in PLAIN or isinstance(value, (Traced, np.generic, np.ndarray)):
        return value
    return as_array(value)
