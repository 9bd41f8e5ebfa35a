"""Arrays made of nested lists with traced values in them."""

from __future__ import annotations

from typing import Any

import numpy as np

from wengert.ir import Traced, shape_of
from wengert.primitives import reshape, stack


def has_traced(value: Any) -> bool:
    """Whether there is a traced value in nested lists and tuples."""
    if isinstance(value, (list, tuple)):
        return any(map(has_traced, value))
    return isinstance(value, Traced)


def as_array(value: Any) -> Any:
    """`np.asarray`, but traced values inside nested lists stay traced."""
    if isinstance(value, Traced):
        return value
    if not isinstance(value, (list, tuple)) or not has_traced(value):
        return np.asarray(value)
    leaves: list[Any] = []
    shape = _collect(value, leaves)
    if shape is not None:
        out = stack(*leaves, axis=-1)
        return out if len(shape) == 1 else reshape(out, shape=shape)
    parts = [as_array(part) for part in value]
    if any(shape_of(part) != shape_of(parts[0]) for part in parts):
        raise ValueError("setting an array element with a sequence. The requested array has an inhomogeneous shape")
    return stack(*parts, axis=-1 - len(shape_of(parts[0])))


def _collect(value: Any, leaves: list[Any]) -> tuple[int, ...] | None:
    """Gather the numbers in nested lists; the shape, or `None` where there is an array among them or it is ragged."""
    if not isinstance(value, (list, tuple)):
        leaves.append(value)
        return () if shape_of(value) == () else None
    shapes = {_collect(part, leaves) for part in value}
    inner = shapes.pop() if len(shapes) == 1 else None
    return None if inner is None else (len(value), *inner)
