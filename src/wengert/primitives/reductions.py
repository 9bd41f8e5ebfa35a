"""Reductions along axes: mean, prod, max and min, and those without a derivative (argmax, all, any).

The sum is in `shape`, beside broadcasting, of which it is the transpose.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from wengert.ir import Array, Composite, Fold, Primitive, Routine, dtype_of, register, shape_of
from wengert.primitives.discrete import discrete
from wengert.primitives.elementwise import chain_product, times
from wengert.primitives.linear import linear
from wengert.primitives.shape import (
    broadcast_to,
    concatenate,
    reduced_shape,
    reshape,
    spread,
    to_dtype,
    transpose,
)

Shape = tuple[int, ...]


def _reduced(x: Array, axis: Shape, keepdims: bool, dtype: Any = None) -> Array:
    return Array(reduced_shape(x.shape, axis, keepdims), x.dtype if dtype is None else np.dtype(dtype))


def _kept(y: Any, shape: Shape, axis: Shape) -> Any:
    """A reduced array in a shape that broadcasts against the array it was reduced from."""
    found = shape_of(y)
    if found == () or len(found) == len(shape):
        return y
    return reshape(y, shape=reduced_shape(shape, axis, True))


def _axes_samples(*shapes: tuple[Shape, Shape]) -> Any:
    return lambda rng: [
        ((rng.standard_normal(shape),), {"axis": axis, "keepdims": bool(i % 2)})
        for i, (shape, axis) in enumerate(shapes)
    ]


# -- mean: a sum divided by a fixed count ------------------------------------------------------------------------------


def _mean(x: Any, axis: Shape, count: Any, dtype: Any = None, keepdims: bool = False) -> Any:
    total = np.add.reduce(x, axis, dtype, None, keepdims)
    count = np.asarray(count)  # not a weak number: NumPy divides float32 by it in float64
    if isinstance(total, np.ndarray):
        return np.true_divide(total, count, out=total, casting="unsafe")
    return total.dtype.type(total / count)


def _mean_in_words(x: str, axis: Shape, count: Any, dtype: Any = None, keepdims: bool = False) -> str:
    more = f", keepdims={keepdims}" if keepdims else ""
    return f"np.sum({x}, axis={axis}{more}) / {count}"


mean = linear(
    "mean",
    _mean,
    lambda x, axis, count, dtype=None, keepdims=False: _reduced(x, axis, keepdims, dtype),
    lambda ct, x, axis, count, dtype=None, keepdims=False: spread(ct / count, shape_of(x), axis),
    batch=lambda size, args, batched, **params: mean(args[0], **params),
    samples=lambda rng: [
        ((rng.standard_normal((2, 3)),), {"axis": (-1,), "count": 3}),
        ((rng.standard_normal((2, 3)),), {"axis": (-2, -1), "count": 6, "keepdims": True}),
        ((rng.standard_normal((2, 3)),), {"axis": (-2,), "count": 1.5}),
    ],
    python=_mean_in_words,
    native=Fold("add", 0, last=lambda e, total, count, **_: e.over_count(total, count)),
)


# -- weighted sums: the derivative of most other reductions ------------------------------------------------------------


def _weighted_sum(x: Any, w: Any, axis: Shape, keepdims: bool = False) -> Any:
    return np.add.reduce(chain_product(x, w), axis, None, None, keepdims)


def _weighted_sum_batch(size: int, args: Any, batched: Any, **params: Any) -> Any:
    x, w = (a if b else broadcast_to(a, shape=(size, *shape_of(a))) for a, b in zip(args, batched, strict=True))
    return weighted_sum(x, w, **params)


weighted_sum = linear(
    "weighted_sum",
    _weighted_sum,
    lambda x, w, axis, keepdims=False: _reduced(x, axis, keepdims, np.result_type(x.dtype, w.dtype)),
    lambda ct, x, w, axis, keepdims=False: times(_kept(ct, shape_of(x), axis), w),
    lambda ct, x, w, axis, keepdims=False: times(_kept(ct, shape_of(w), axis), x),
    joint=False,
    batch=_weighted_sum_batch,
    samples=lambda rng: [
        ((rng.standard_normal((2, 3)), rng.standard_normal((2, 3))), {"axis": (-1,)}),
        ((rng.standard_normal((2, 3)), rng.standard_normal((2, 3))), {"axis": (-2, -1), "keepdims": True}),
    ],
    native=Fold("add", 0, each=lambda e, x, w, **_: e.times(x, w)),
)


# -- prod --------------------------------------------------------------------------------------------------------------


def others(x: Any) -> Any:
    """Along the last axis, for each element the product of all the others, without a division.

    Neighbours are multiplied in pairs; the others of an element are its neighbour and the others of their pair. This
    costs O(n) and, being made of products only, is exact at zeros and so are its derivatives of all orders.
    """
    *rows, n = shape_of(x)
    if n <= 1:
        return np.ones(shape_of(x), dtype_of(x))
    if n % 2:
        return others(concatenate(x, np.ones((*rows, 1), dtype_of(x)), axis=-1))[..., :-1]
    even, odd = x[..., ::2], x[..., 1::2]
    rest = others(even * odd)
    pairs = (reshape(rest * neighbour, shape=(*rows, n // 2, 1)) for neighbour in (odd, even))
    return reshape(concatenate(*pairs, axis=-1), shape=(*rows, n))


def _prod_jvp(y: Any, xs: Any, dxs: Any, axis: Shape, dtype: Any = None, keepdims: bool = False) -> Any:
    (x,), (dx,) = xs, dxs
    ndim = len(shape_of(x))
    kept = [i for i in range(ndim) if i - ndim not in axis]
    order = (*kept, *(a + ndim for a in axis))
    moved = transpose(to_dtype(x, dtype_of(y)), axes=order)
    shape = shape_of(moved)
    partials = reshape(others(reshape(moved, shape=(*shape[: len(kept)], _size(shape[len(kept) :])))), shape=shape)
    return weighted_sum(dx, transpose(partials, axes=tuple(map(int, np.argsort(order)))), axis=axis, keepdims=keepdims)


def _size(shape: Shape) -> int:
    count = 1
    for length in shape:
        count *= length
    return count


prod = register(
    Primitive(
        "prod",
        lambda x, axis, dtype=None, keepdims=False: np.multiply.reduce(x, axis, dtype, None, keepdims),
        lambda x, axis, dtype=None, keepdims=False: _reduced(
            x, axis, keepdims, np.multiply.reduce(np.empty(0, x.dtype), dtype=dtype).dtype
        ),
        jvp=_prod_jvp,
        batch=lambda size, args, batched, **params: prod(args[0], **params),
        samples=_axes_samples(((2, 3), (-1,)), ((2, 3, 4), (-3, -1)), ((2, 0), (-1,)), ((), ())),
        native=Fold("multiply", 1),
    )
)


# -- max and min -------------------------------------------------------------------------------------------------------


def _ties(x: Any, y: Any, axis: Shape) -> Any:
    """1/(number of ties) at the elements that equal the extremum y, 0 elsewhere; where y is nan, its nans are those."""
    x = np.asarray(x)
    hits = x == y
    if y.dtype.kind in "fc" and np.isnan(y).any():
        hits |= np.isnan(x) & np.isnan(y)
    count = np.add.reduce(hits, axis, None, None, True)
    real = x.real.dtype if x.dtype.kind in "fc" else np.dtype(np.float64)
    return np.true_divide(hits, count, dtype=np.promote_types(real, np.float32)).astype(real, copy=False)


def _ties_composed(x: Any, y: Any, axis: Shape) -> Any:
    hits = (x == y) | (np.isnan(x) & np.isnan(y))
    share = 1 / np.sum(hits, axis=axis, keepdims=True)
    return to_dtype(np.where(hits, share, 0.0), np.empty(0, dtype_of(x)).real.dtype)


ties = discrete(
    "ties",
    _ties,
    lambda x, y, axis: Array(x.shape, np.empty(0, x.dtype).real.dtype),
    inputs=2,
    samples=lambda rng: [((np.array([1.0, 3.0, 3.0]), np.array([3.0])), {"axis": (-1,)})],
    native=Composite(_ties_composed),
)


def _extremum_jvp(y: Any, xs: Any, dxs: Any, axis: Shape, keepdims: bool = False) -> Any:
    """The mean of the tangents of the tied elements."""
    (x,), (dx,) = xs, dxs
    return weighted_sum(dx, ties(x, _kept(y, shape_of(x), axis), axis=axis), axis=axis, keepdims=keepdims)


def _extremum(name: str, ufunc: np.ufunc, native: Fold) -> Primitive:
    row = Primitive(
        name,
        lambda x, axis, keepdims=False: ufunc.reduce(x, axis, None, None, keepdims),  # type: ignore[call-arg]
        lambda x, axis, keepdims=False: _reduced(x, axis, keepdims),
        jvp=_extremum_jvp,
        batch=lambda size, args, batched, **params: row(args[0], **params),
        samples=_axes_samples(((2, 3), (-1,)), ((2, 3, 4), (-3, -1)), ((), ())),
        python=lambda x, axis, keepdims=False: f"np.{name}({x}, axis={axis}, keepdims={keepdims})",
        native=native,
    )
    return register(row)


EXTREMA: dict[np.ufunc, Primitive] = {
    np.maximum: _extremum("max", np.maximum, Fold("maximum", "lowest", empty=False)),
    np.minimum: _extremum("min", np.minimum, Fold("minimum", "highest", empty=False)),
    np.fmax: _extremum("nanmax", np.fmax, Fold("fmax", "nan lowest", empty=False)),
    np.fmin: _extremum("nanmin", np.fmin, Fold("fmin", "nan highest", empty=False)),
}


# -- truths, counts and positions --------------------------------------------------------------------------------------


def _over_axes(name: str, function: Callable[..., Any], dtype: Any, native: Fold) -> Primitive:
    return discrete(
        name,
        lambda x, axis, keepdims=False: function(x, axis, keepdims),
        lambda x, axis, keepdims=False: _reduced(x, axis, keepdims, dtype),
        samples=_axes_samples(((2, 3), (-1,)), ((2, 3), (-2, -1))),
        native=native,
    )


def _over_axis(name: str, function: Callable[..., Any], native: Routine | None = None) -> Primitive:
    return discrete(
        name,
        lambda x, axis, keepdims=False: function(x, axis, keepdims=keepdims),
        lambda x, axis, keepdims=False: _reduced(x, (axis,), keepdims, np.intp),
        samples=lambda rng: [((rng.standard_normal((2, 3)),), {"axis": -1})],
        native=native,
    )


def _truths(combine: str, start: Any) -> Fold:
    return Fold(combine, start, each=lambda e, x, **_: e.truth(x), dtype=False)


all_ = _over_axes(
    "all",
    lambda x, axis, keepdims: np.logical_and.reduce(x, axis, None, None, keepdims),
    np.bool_,
    _truths("logical_and", True),
)
any_ = _over_axes(
    "any",
    lambda x, axis, keepdims: np.logical_or.reduce(x, axis, None, None, keepdims),
    np.bool_,
    _truths("logical_or", False),
)
count_nonzero = _over_axes(
    "count_nonzero",
    lambda x, axis, keepdims: np.count_nonzero(x, axis, keepdims=keepdims),
    np.intp,
    _truths("add", 0),
)
argmax = _over_axis("argmax", np.argmax, Routine("position", options=("greater",)))
argmin = _over_axis("argmin", np.argmin, Routine("position", options=("less",)))
nanargmax = _over_axis("nanargmax", np.nanargmax)
nanargmin = _over_axis("nanargmin", np.nanargmin)
