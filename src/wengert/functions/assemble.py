"""Arrays made of parts: nested lists with traced values in them, stack, concatenate."""

from __future__ import annotations

from typing import Any

import numpy as np

from wengert.functions.table import implements
from wengert.ir import Traced, shape_of
from wengert.primitives import concatenate, reshape


def has_traced(value: Any) -> bool:
    """Whether there is a traced value in nested lists and tuples."""
    if isinstance(value, (list, tuple)):
        return any(map(has_traced, value))
    return isinstance(value, Traced)


def as_array(value: Any) -> Any:
    """`np.asarray`, but traced values inside nested lists stay traced."""
    if isinstance(value, Traced):
        return value
    if isinstance(value, (list, tuple)) and has_traced(value):
        return stack([as_array(part) for part in value])
    return np.asarray(value)


@implements(np.stack)
def stack(arrays: Any, axis: int = 0) -> Any:
    """Join arrays of one shape along a new axis."""
    parts = [as_array(x) for x in arrays]
    ndim = len(shape_of(parts[0])) + 1
    at = axis % ndim
    shape = shape_of(parts[0])
    return concatenate(*(reshape(x, shape=(*shape[:at], 1, *shape[at:])) for x in parts), axis=at - ndim)
