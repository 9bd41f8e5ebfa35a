"""What a traced value passes for where Python asks for its class: the number or array that it stands for."""

from __future__ import annotations

from typing import Any

import numpy as np

from wengert.record import Box


def class_of(x: Any) -> type:
    """`type(x)` in the user's program."""
    if type(x) is not Box:
        return type(x)
    if x.is_array():
        return np.ndarray
    if x.is_weak():
        return {"c": complex, "f": float, "i": int, "b": bool}[x.dtype.kind]
    found: type = x.dtype.type
    return found


def likeness(x: Any) -> Any:
    """A plain value of the class, dtype and number of axes of a traced one; anything else as it is."""
    if type(x) is not Box:
        return x
    kind = class_of(x)
    return np.zeros((0,) * x.ndim, x.dtype) if kind is np.ndarray else kind(0)
