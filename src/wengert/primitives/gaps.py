"""Division by the gaps between eigenvalues or singular values, which may be zero.

The vectors of a decomposition turn by `h_ij / (w_j - w_i)`. Where two values are equal this has no meaning by itself:
any basis of their common space will do. What a program makes of it mostly has a derivative all the same, and the
division then is one of 0 by 0 (see transform/splitting.py).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from wengert.ir import Array, Primitive, register, shape_of
from wengert.primitives.discrete import discrete
from wengert.primitives.elementwise import align_batch
from wengert.primitives.roots import following
from wengert.primitives.shape import sum_to

CLOSE = 400  # units in the last place of the largest value: computed values nearer than that count as equal


def _ratio(x: Any, gap: Any) -> Any:
    with np.errstate(all="ignore"):
        quotient = np.true_divide(x, gap)
        return np.where((gap == 0) & (x != 0), np.nan, np.where(gap == 0, 0, quotient)).astype(quotient.dtype)[()]


# An exact 0 / 0 is 0, any other division by 0 nan.
ratio: Primitive = register(
    Primitive(
        "ratio",
        _ratio,
        lambda x, gap: Array(np.broadcast_shapes(x.shape, gap.shape), np.result_type(x.dtype, gap.dtype)),
        jvp=lambda y, xs, dxs: _ratio_jvp(y, *xs, *dxs),
        transposes=(lambda ct, x, gap: sum_to(ratio(ct, gap), shape_of(x)), None),
        batch=lambda size, args, batched: ratio(*align_batch(args, batched)),
        symbol="{0} / {1}",
        samples=lambda rng: [
            ((rng.standard_normal((3, 3)), 1 + rng.random((3, 3))), {}),
            ((rng.standard_normal((2, 3, 2)), 1 + rng.random((2, 1, 2))), {}),
            ((np.zeros(2), np.ones(2)), {}),
        ],
    )
)


def _ratio_jvp(y: Any, x: Any, gap: Any, dx: Any, dgap: Any) -> Any:
    if dgap is None:
        return ratio(dx, gap)
    return ratio(-y * dgap if dx is None else dx - y * dgap, gap)


def _clustered(w: Any, zero: bool) -> Any:
    size = np.max(np.abs(w), axis=-1, keepdims=True, initial=0)
    tolerance = CLOSE * np.finfo(w.dtype).eps * size
    near = np.abs(w[..., :, None] - w[..., None, :]) <= tolerance[..., None]
    first = np.argmax(near, axis=-1) if w.shape[-1] else np.zeros(w.shape, int)
    base = np.take_along_axis(w, first, axis=-1)
    return np.where(np.abs(base) <= tolerance, 0, base).astype(w.dtype) if zero else base


# Each value replaced by the first one that it is equal to but for rounding; with `zero`, also by 0.
clustered = discrete(
    "clustered",
    _clustered,
    lambda w, zero: w,
    samples=lambda rng: [
        ((np.array([1.0, 1.0, 2.0]),), {"zero": False}),
        ((np.array([[1.0, 3.0], [1.0, 0.0]]),), {"zero": True}),
    ],
)


def level(w: Any, zero: bool = False) -> Any:
    """The values with equal ones made exactly equal; their derivatives are those of the values."""
    return following(w, clustered(w, zero=zero))


def off_diagonal(x: Any) -> Any:
    """Square matrices with zeros on the diagonal."""
    return np.where(np.eye(shape_of(x)[-1], dtype=bool), 0.0, x)


def over_differences(x: Any, w: Any) -> Any:
    """`x_ij / (w_j - w_i)`, and 0 on the diagonal."""
    return ratio(off_diagonal(x), w[..., None, :] - w[..., :, None])


def over_sums(x: Any, w: Any) -> Any:
    """`x_ij / (w_i + w_j)`."""
    return ratio(x, w[..., None, :] + w[..., :, None])


def apart(index: int, zero: bool = False) -> Callable[..., Any]:
    """The `split` column of a decomposition: by what direction equal values in an output are told apart.

    It gives the number of the output and a direction that differs between any two values that count as equal (and from
    0 and each other's negative, with `zero`), or `None` where all values differ.
    """

    def split(*outputs: Any) -> Any:
        w = outputs[index]
        base = _clustered(w, zero)
        same = base[..., :, None] == base[..., None, :]
        rank = np.sum(np.tril(same, -1), axis=-1)  # the number of equal ones before
        tied = np.sum(same, axis=-1) > 1
        if zero:
            tied = tied | (base == 0)
        if not np.any(tied):
            return None
        size = np.max(np.abs(w), axis=-1, keepdims=True)
        return index, np.where(tied, (rank + 1) * np.where(size == 0, 1, size), 0).astype(w.dtype)

    return split
