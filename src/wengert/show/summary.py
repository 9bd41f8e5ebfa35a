"""A value in a few characters: six digits of a number, four of the first entries of an array."""

from __future__ import annotations

from typing import Any

import numpy as np

from wengert.ir import Sequence
from wengert.record import plain

ENTRIES = 3  # of an array that is longer than one more


def number(value: Any, digits: int = 6) -> str:
    """A number, to so many digits."""
    value = plain(value)
    if isinstance(value, (bool, np.bool_)):
        return str(bool(value))
    value = value[()] if isinstance(value, np.ndarray) else value
    if isinstance(value, (int, np.integer)):
        return str(int(value))
    if isinstance(value, (complex, np.complexfloating)):
        return f"{value.real + 0.0:.{digits}g}{value.imag + 0.0:+.{digits}g}j"
    return f"{float(value) + 0.0:.{digits}g}"  # + 0.0: no "-0"


def summary(value: Any) -> str:
    """A number or an array: all of a short one, else the shape and how it begins. Several values on as many lines."""
    if isinstance(value, tuple):
        return "\n".join(map(summary, value))
    if isinstance(value, Sequence):
        return f"{len(value)} items"
    array = np.asarray(plain(value))
    if array.dtype.kind not in "fciub":
        return str(value)
    if array.ndim == 0:
        return number(array[()])
    if array.size <= ENTRIES + 1:
        return _nested(array)
    shape = "×".join(map(str, array.shape))
    return f"{shape} [{', '.join(number(x, 4) for x in array.ravel()[:ENTRIES])}, …]"


def _nested(array: Any) -> str:
    if array.ndim == 0:
        return number(array[()], 4)
    return "[" + ", ".join(map(_nested, array)) + "]"
