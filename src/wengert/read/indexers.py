"""NumPy's objects that make arrays when they are indexed: `np.r_[...]` and `np.c_[...]`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from wengert.errors import UnsupportedError
from wengert.functions import as_array, has_traced
from wengert.ir import shape_of, users_line
from wengert.record import ground, plain


def _rows(maker: Any, index: Any) -> Any:
    """`np.r_[a, 1.0, 0:3]`."""
    return _joined(maker, index, lambda x: np.atleast_1d(x), 0)


def _columns(maker: Any, index: Any) -> Any:
    """`np.c_[a, b]`."""
    return _joined(maker, index, lambda x: np.reshape(x, (-1, 1)) if len(shape_of(x)) < 2 else x, -1)


def _joined(maker: Any, index: Any, shaped: Callable[[Any], Any], axis: int) -> Any:
    parts = index if isinstance(index, tuple) else (index,)
    if not has_traced(parts):
        return ground(maker[index])
    if any(isinstance(part, str) for part in parts):
        raise UnsupportedError(
            f"np.r_ and np.c_ with a text of directions are not supported on traced values: use np.concatenate or "
            f"np.stack{users_line()}"
        )
    arrays = [
        np.r_[plain(p.start) : plain(p.stop) : plain(p.step)] if isinstance(p, slice) else as_array(p) for p in parts
    ]
    return np.concatenate([shaped(x) for x in arrays], axis=axis)


INDEXERS: dict[type, Callable[[Any, Any], Any]] = {type(np.r_): _rows, type(np.c_): _columns}
