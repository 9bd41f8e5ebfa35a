"""Linear rows that move elements along axes: roll, the diagonal of a matrix, sliding windows."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from wengert.ir import Array, Pieces, shape_of
from wengert.primitives.index import SLOT
from wengert.primitives.indexing import scatter
from wengert.primitives.linear import linear


def _rolled_parts(out: Any, x: Any, shift: tuple[int, ...], axis: tuple[int, ...]) -> Any:
    """Along each axis two stretches change places."""
    parts = [(out, x)]
    for step, a in zip(shift, axis, strict=True):
        n = x.shape[a]
        step = step % n if n else 0
        after = (slice(None),) * (-a - 1)
        cuts = [(slice(step, None), slice(0, n - step)), *([(slice(0, step), slice(n - step, None))] if step else [])]
        parts = [(o[(..., to, *after)], v[(..., of, *after)]) for o, v in parts for to, of in cuts]
    return parts


roll = linear(
    "roll",
    lambda x, shift, axis: np.roll(x, shift, axis),
    lambda x, shift, axis: Array(x.shape, x.dtype),
    lambda ct, x, shift, axis: roll(ct, shift=tuple(-n for n in shift), axis=axis),
    batch=lambda size, args, batched, shift, axis: roll(args[0], shift=shift, axis=axis),
    samples=lambda rng: [
        ((rng.standard_normal(4),), {"shift": (1,), "axis": (-1,)}),
        ((rng.standard_normal((3, 4)),), {"shift": (2, -1), "axis": (-2, -1)}),
    ],
    python="np.roll({0}, {shift}, axis={axis})",
    native=Pieces(_rolled_parts),
)


def diagonal_places(shape: tuple[int, ...], offset: int) -> tuple[Any, Any]:
    """The rows and the columns of the elements on a diagonal of a matrix."""
    rows, columns = shape[-2:]
    count = max(0, min(rows + min(offset, 0), columns - max(offset, 0)))
    steps = np.arange(count)
    return steps - min(offset, 0), steps + max(offset, 0)


diagonal = linear(
    "diagonal",
    lambda x, offset: np.diagonal(x, offset, -2, -1),
    lambda x, offset: Array((*x.shape[:-2], len(diagonal_places(x.shape, offset)[0])), x.dtype),
    lambda ct, x, offset: scatter(ct, x, *diagonal_places(shape_of(x), offset), index=(Ellipsis, SLOT, SLOT)),
    view="read-only",
    batch=lambda size, args, batched, offset: diagonal(args[0], offset=offset),
    samples=lambda rng: [
        ((rng.standard_normal((3, 4)),), {"offset": 1}),
        ((rng.standard_normal((2, 3, 3)),), {"offset": -1}),
        ((rng.standard_normal((2, 2)),), {"offset": 5}),
    ],
)


def _window_places(length: int, window: int) -> Any:
    return np.arange(length - window + 1)[:, None] + np.arange(window)


windows = linear(
    "windows",
    lambda x, window: sliding_window_view(x, window, -1),
    lambda x, window: Array((*x.shape[:-1], x.shape[-1] - window + 1, window), x.dtype),
    lambda ct, x, window: scatter(ct, x, _window_places(shape_of(x)[-1], window), index=(Ellipsis, SLOT)),
    view="read-only",
    batch=lambda size, args, batched, window: windows(args[0], window=window),
    samples=lambda rng: [
        ((rng.standard_normal(5),), {"window": 3}),
        ((rng.standard_normal((2, 4)),), {"window": 1}),
    ],
)
