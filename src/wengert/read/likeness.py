"""What a traced value passes for where Python asks for its class: the number or array that it stands for."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from wengert.read.namespace import hook
from wengert.read.shadows import without_shadow
from wengert.record import Box

STOOD_FOR = (float, int, complex, np.ndarray, np.float64, np.float32)


def class_of(x: Any) -> type:
    """`type(x)` in the user's program."""
    if not isinstance(x, Box):
        return without_shadow(type(x))
    if x.is_array():
        return np.ndarray
    if x.is_weak():
        return {"c": complex, "f": float, "i": int, "b": bool}[x.dtype.kind]
    found: type = x.dtype.type
    return found


def likeness(x: Any) -> Any:
    """A plain value of the class, dtype and number of axes of a traced one; anything else as it is."""
    if not isinstance(x, Box):
        return x
    kind = class_of(x)
    return np.zeros((0,) * x.ndim, x.dtype) if kind is np.ndarray else kind(0)


@hook
def pattern(kind: Any) -> Any:
    """A class as it stands in a `case`: one that also knows the traced values which pass for its instances."""
    return _knowing(kind) if isinstance(kind, type) and _may_match(kind) else kind


def _may_match(kind: type) -> bool:
    return kind is not bool and any(issubclass(one, kind) for one in STOOD_FOR)


@functools.lru_cache(maxsize=256)
def _knowing(kind: Any) -> Any:
    def check(cls: Any, x: Any) -> bool:
        return isinstance(likeness(x), kind)

    meta: Any = type(f"Like{type(kind).__name__}", (type(kind),), {"__instancecheck__": check})
    return meta(kind.__name__, (kind,), {})
