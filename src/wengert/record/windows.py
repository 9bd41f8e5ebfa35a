"""Slices whose ends are not known yet: `x[i:i+5]` is a window of five elements that starts at `i`."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from wengert.errors import StagingError
from wengert.functions import as_array, has_traced
from wengert.functions.demands import demand, is_abstract
from wengert.ir import Traced, users_line
from wengert.primitives import Cut, Window
from wengert.record.integers import constant_difference, interval


def with_windows(index: Any, shape: tuple[int, ...]) -> Any:
    """An index in which slices between abstract ends are windows, and lists of abstract numbers arrays."""
    parts = index if type(index) is tuple else (index,)
    if any(type(part) is list and has_traced(part) for part in parts):
        parts = tuple([as_array(part) if type(part) is list and has_traced(part) else part for part in parts])
        index = parts
    if not any(type(part) is slice and _is_open(part) for part in parts):
        return index
    used = sum(_axes(part) for part in parts)
    axis, out = 0, []
    for part in parts:
        out.append(_window(part, shape[axis]) if type(part) is slice and _is_open(part) else part)
        axis += len(shape) - used if part is Ellipsis else _axes(part)
    return tuple(out)


def _is_open(part: slice) -> bool:
    return any(is_abstract(end) for end in (part.start, part.stop, part.step))


def _axes(part: Any) -> int:
    """How many axes a part of an index takes."""
    if part is None or part is Ellipsis or isinstance(part, (bool, np.bool_)):
        return 0
    dtype = getattr(part, "dtype", None)
    return len(part.shape) if dtype is not None and dtype.kind == "b" else 1


def _window(part: slice, length: int) -> Cut:
    step = 1 if part.step is None else part.step
    if isinstance(step, Traced) or step <= 0:
        raise StagingError(f"a slice between values that are not known yet needs a known, positive step{users_line()}")
    start = 0 if part.start is None else part.start
    stop = length if part.stop is None else part.stop
    span = constant_difference(stop, start)
    if span is None:
        error = StagingError(
            "the length of a slice depends on a value that is not known yet. Give it a fixed length, as in x[i:i+5], "
            f"or use a mask: np.where(np.arange(len(x)) < n, x, 0){users_line()}"
        )
        error.box = stop - start  # an integer among the arguments becomes known
        raise error
    size = max(0, -(-span // step))
    (low, high), (_, last) = interval(start), interval(stop)
    if high < 0 and last < 0:  # counted from the end
        start, low, high, last = start + length, low + length, high + length, last + length
    if low >= 0 and last <= length:
        return Cut(start, Window(size, step))
    if low == -math.inf or high == math.inf:
        _must_lie_inside(start, span, length)
        return Cut(start, Window(size, step))
    raise StagingError(
        f"a slice of {size} elements between values that are not known yet may reach over the end of an axis of length "
        f"{length}, where NumPy cuts it off{users_line()}"
    )


def _must_lie_inside(start: Any, span: int, length: int) -> None:
    inside = (start >= 0) & (start + span <= length)
    error = StagingError(
        f"a slice of {span} elements reaches over the end of an axis of length {length}, where NumPy would cut it off; "
        "in compiled functions it must keep its length"
    )
    demand(inside, error)
