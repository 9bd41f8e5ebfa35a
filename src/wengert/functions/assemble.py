"""Arrays made of nested lists with traced values in them."""

from __future__ import annotations

from typing import Any

import numpy as np

from wengert.ir import Traced, dtype_of, shape_of
from wengert.primitives import concatenate, copy, getitem, reshape, stack


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
    runs = _runs(value)
    if runs is not None:
        return concatenate(*runs, axis=-len(shape_of(runs[0]))) if len(runs) > 1 else copy(runs[0], order="K")
    leaves: list[Any] = []
    shape = _collect(value, leaves)
    if shape is not None:
        out = stack(*leaves, axis=-1)
        return out if len(shape) == 1 else reshape(out, shape=shape)
    parts = [as_array(part) for part in value]
    if any(shape_of(part) != shape_of(parts[0]) for part in parts):
        raise ValueError("setting an array element with a sequence. The requested array has an inhomogeneous shape")
    return stack(*parts, axis=-1 - len(shape_of(parts[0])))


def _runs(items: Any) -> list[Any] | None:
    """Arrays that a list of items of arrays consists of, one after the other; `None` where that is no gain.

    The list of what a loop has appended is the array of these, cut into items: it becomes that array again.
    """
    if len(items) < 2 or not any(isinstance(x, Traced) and _number_in(x) is not None for x in items[:2] + items[-1:]):
        return None
    runs: list[list[Any]] = []  # an array, and from where to where
    for x in items:
        number = _number_in(x) if isinstance(x, Traced) else None
        if number is not None and runs and runs[-1][0] is x.base and runs[-1][2] == number:
            runs[-1][2] += 1
        elif number is not None:
            runs.append([x.base, number, number + 1])
        else:
            runs.append([x, None, None])
    shapes = {shape_of(x) for x in items}
    if 2 * len(runs) > len(items) or len(shapes) > 1:
        return None
    (shape,) = shapes
    return [
        reshape(as_array(x), shape=(1, *shape)) if start is None
        else x if (start, stop) == (0, shape_of(x)[0])
        else getitem(x, index=(slice(start, stop),))
        for x, start, stop in runs
    ]  # fmt: skip


def _number_in(x: Any) -> int | None:
    """The number of the item of its base that a traced value is; `None` where it is no item."""
    if x.base is None or x.read is None:
        return None
    primitive, rest, params = x.read
    index = params.get("index", ())
    if primitive is getitem and not rest and len(index) == 1 and type(index[0]) is int and "path" not in params:
        number: int = index[0]
        return number if number >= 0 else None
    return None


def _collect(value: Any, leaves: list[Any]) -> tuple[int, ...] | None:
    """Gather the numbers in nested lists; the shape, or `None` where there is an array among them or it is ragged."""
    if not isinstance(value, (list, tuple)):
        leaves.append(value)
        return () if shape_of(value) == () else None
    shapes = {_collect(part, leaves) for part in value}
    inner = shapes.pop() if len(shapes) == 1 else None
    return None if inner is None else (len(value), *inner)


def floats(a: Any) -> Any:
    """An array of floats, which linear algebra computes with."""
    a = as_array(a)
    return a if dtype_of(a).kind in "fc" else a.astype(float)
