"""Division by the gaps between eigenvalues or singular values, which may be zero.

The vectors of a decomposition turn by `h_ij / (w_j - w_i)`. Where two values are equal this has no meaning by itself:
any basis of their common space will do. What a program makes of it mostly has a derivative all the same, and the
division then is one of 0 by 0 (see transform/splitting.py).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from wengert.ir import Array, Pointwise, Primitive, dtype_of, register, shape_of
from wengert.primitives.elementwise import align_batch, times
from wengert.primitives.shape import concatenate, reduce_sum, sum_to

CLOSE = 50  # units in the last place of the largest value: values computed that near count as equal


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
        undoes=(0, lambda z, x, gap: times(z, gap)),
        samples=lambda rng: [
            ((rng.standard_normal((3, 3)), 1 + rng.random((3, 3))), {}),
            ((rng.standard_normal((2, 3, 2)), 1 + rng.random((2, 1, 2))), {}),
            ((np.zeros(2), np.ones(2)), {}),
        ],
        native=Pointwise(lambda e, x, gap: e.ratio(x, gap)),
    )
)


def _ratio_jvp(y: Any, x: Any, gap: Any, dx: Any, dgap: Any) -> Any:
    if dgap is None:
        return ratio(dx, gap)
    return ratio(-y * dgap if dx is None else dx - y * dgap, gap)


def off_diagonal(x: Any) -> Any:
    """Square matrices with zeros on the diagonal."""
    return np.where(np.eye(shape_of(x)[-1], dtype=bool), 0.0, x)


def over_differences(x: Any, w: Any) -> Any:
    """`x_ij / (w_j - w_i)`, and 0 on the diagonal."""
    return ratio(off_diagonal(x), w[..., None, :] - w[..., :, None])


def over_sums(x: Any, w: Any) -> Any:
    """`x_ij / (w_i + w_j)`."""
    return ratio(x, w[..., None, :] + w[..., :, None])


def undetermined(moved: Any, free: Any, size: int) -> Any:
    """The turn among themselves of the last of `size` vectors, which nothing determines, as a matrix for all of them.

    It is without bound and in any direction, so that only what does not depend on it has a derivative. `free` holds a
    zero for each of these vectors, and `moved` tells whether the matrix moves at all.
    """
    n = shape_of(free)[-1]
    some = np.real(reduce_sum(moved, axis=(-2, -1)))[..., None, None]
    turn = over_differences(some * np.ones((n, n), dtype_of(free)), free)
    start = size - n
    above = np.zeros((*shape_of(turn)[:-2], start, n), dtype_of(turn))
    beside = np.zeros((*shape_of(turn)[:-2], size, start), dtype_of(turn))
    return concatenate(beside, concatenate(above, turn, axis=-2), axis=-1)


def apart(*outputs: int, zero: bool = False) -> Callable[..., Any]:
    """The `split` column of a decomposition, of which these outputs begin with the same values.

    Per output, it gives a direction that differs between any two values that count as equal (and from 0 and each
    other's negative, with `zero`), or `None` where all of its values differ.
    """

    def split(*results: Any) -> tuple[Any, ...]:
        found: list[Any] = [None] * len(results)
        longest = max((results[i] for i in outputs), key=lambda w: w.shape[-1])
        direction = _direction(longest, zero)
        for i in outputs:
            part = direction[..., : results[i].shape[-1]]
            found[i] = part if np.any(part) else None
        return tuple(found)

    return split


def _direction(w: Any, zero: bool) -> Any:
    size = np.max(np.abs(w), axis=-1, keepdims=True, initial=0)
    close = CLOSE * np.finfo(w.dtype).eps * size
    near = np.abs(w[..., :, None] - w[..., None, :]) <= close[..., None]
    before, count = np.sum(np.tril(near, -1), axis=-1), np.sum(near, axis=-1)
    tied = (count > 1) | (zero & (np.abs(w) <= close))
    rank = before + 1.0 if zero else before - (count - 1) / 2
    return np.where(tied, rank * np.where(size == 0, 1, size), 0).astype(w.dtype)
