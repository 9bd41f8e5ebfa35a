"""Bodies written as Python functions of traced values."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from wengert.ir import Array, Type, WengertList
from wengert.record import Staged


def record(function: Callable[..., Any], types: Sequence[Type], names: tuple[str, ...] = ()) -> WengertList:
    """The list of a function of values of these types, which returns one value or a tuple of them."""
    level = Staged("record")
    try:
        out = function(*map(level.add_input, types))
    finally:
        level.close()
    outputs = out if isinstance(out, tuple) else (out,)
    return level.finish(outputs, names)


def index_type() -> Array:
    """The type of a loop's index, which is a Python number."""
    return Array((), np.dtype(np.int64), weak=True)
