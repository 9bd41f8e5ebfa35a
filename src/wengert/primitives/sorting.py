"""Order: permutations along an axis, and the positions that NumPy's sorting and searching functions find."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from wengert.errors import StagingError, UnsupportedError
from wengert.ir import Array, Composite, Routine, dtype_of, shape_of, users_line
from wengert.primitives.discrete import discrete, one_by_one
from wengert.primitives.index import SLOT
from wengert.primitives.indexing import getitem, setitem
from wengert.primitives.linear import linear
from wengert.primitives.shape import broadcast_to


def _permute(x: Any, order: Any, axis: int) -> Any:
    return x[order] if order.ndim == 1 else np.take_along_axis(x, order, axis)


def _places(order: Any, axis: int) -> tuple[Any, ...]:
    """An index of the elements at these positions along the axis, in arrays for all axes."""
    shape = shape_of(order)
    index: list[Any] = [np.arange(n).reshape((n,) + (1,) * (len(shape) - 1 - k)) for k, n in enumerate(shape)]
    index[axis] = order
    return tuple(index)


def _along(x: Any, order: Any, axis: int) -> Any:
    index = _places(order, axis)
    return getitem(x, *index, index=(SLOT,) * len(index))


def _permute_batch(size: int, args: Any, batched: Any, axis: int) -> Any:
    x, order = (a if b else broadcast_to(a, shape=(size, *shape_of(a))) for a, b in zip(args, batched, strict=True))
    return permute(x, order, axis=axis)


permute = linear(
    "permute",
    _permute,
    lambda x, order, axis: x,
    lambda ct, x, order, axis: permute(ct, inverse_permutation(order, axis=axis), axis=axis),
    None,
    batch=_permute_batch,
    samples=lambda rng: [
        ((rng.standard_normal(4), np.array([2, 0, 3, 1])), {"axis": -1}),
        ((rng.standard_normal((3, 2)), np.array([[2, 0], [0, 1], [1, 2]])), {"axis": -2}),
    ],
    python="np.take_along_axis({0}, {1}, axis={axis})",
    native=Composite(lambda x, order, axis: _along(x, order, axis)),
)


def _inverse(order: Any, axis: int) -> Any:
    places = np.arange(order.shape[axis]).reshape((-1,) + (1,) * (-axis - 1))
    out = np.empty_like(order)
    np.put_along_axis(out, order, np.broadcast_to(places, order.shape), axis)
    return out


def _positions(x: Array, *others: Array, **params: Any) -> Array:
    return Array(x.shape, np.dtype(np.intp))


def _order_samples(**params: Any) -> Any:
    return lambda rng: [((rng.standard_normal((3, 4)),), {"axis": -1, **params})]


def _partition_order(x: Any, kth: Any, axis: int) -> Any:
    """The permutation that np.partition applies: ties in the order that a stable sort gives them on both sides."""
    parted = np.partition(x, kth, axis)
    of_x, of_parted = (np.argsort(part, axis, stable=True) for part in (x, parted))
    out = np.empty_like(of_x)
    np.put_along_axis(out, of_parted, of_x, axis)
    return out


def _inverse_composed(order: Any, axis: int) -> Any:
    shape = shape_of(order)
    places = np.arange(shape[axis]).reshape((-1,) + (1,) * (-axis - 1))
    index = _places(order, axis)
    return setitem(np.zeros(shape, np.intp), np.broadcast_to(places, shape), *index, index=(SLOT,) * len(index))


inverse_permutation = discrete(
    "inverse_permutation",
    _inverse,
    _positions,
    samples=lambda rng: [((np.array([2, 0, 1]),), {"axis": -1})],
    native=Composite(_inverse_composed),
)
argsort = discrete(
    "argsort",
    lambda x, axis, kind: np.argsort(x, axis, kind),
    _positions,
    samples=_order_samples(kind="stable"),
    python="np.argsort({0}, axis={axis}, stable=True)",
    native=Routine("argsort"),
)
argpartition = discrete(
    "argpartition", lambda x, kth, axis: np.argpartition(x, kth, axis), _positions, samples=_order_samples(kth=1)
)
partition_order = discrete("partition_order", _partition_order, _positions, samples=_order_samples(kth=(1, 2)))


def _searchsorted_batch(size: int, args: Any, batched: Any, side: str) -> Any:
    if batched[0]:
        raise LookupError("the sorted array differs from item to item: one call per item")
    return searchsorted(*args, side=side)


searchsorted = discrete(
    "searchsorted",
    lambda a, v, side: np.searchsorted(a, v, side),
    lambda a, v, side: Array(v.shape, np.dtype(np.intp)),
    inputs=2,
    batch=_searchsorted_batch,
    samples=lambda rng: [((np.sort(rng.standard_normal(5)), rng.standard_normal((2, 3))), {"side": "left"})],
    python="np.searchsorted({0}, {1}, side={side!r})",
    native=Routine("searchsorted"),
)


# -- results whose size depends on the values --------------------------------------------------------------------------


def _unknown_size(*types: Array, **params: Any) -> Any:
    raise StagingError(
        "the size of the result depends on the values, of which only the type is known here. Keep all elements "
        f"instead: np.where(mask, x, 0), np.argmax(mask) for the first, or a loop with an if{users_line()}"
    )


def _unique(x: Any, axis: int | None, equal_nan: bool) -> tuple[Any, Any, Any]:
    return np.unique(x, True, True, True, axis, equal_nan=equal_nan)[1:]  # type: ignore[no-any-return]


nonzero = discrete(
    "nonzero", np.nonzero, _unknown_size, batch=one_by_one, samples=lambda rng: [((np.array([0.0, 2.0, 1.0]),), {})]
)
unique_positions = discrete(
    "unique_positions",
    _unique,
    _unknown_size,
    batch=one_by_one,
    samples=lambda rng: [((np.array([2.0, 1.0, 2.0]),), {"axis": None, "equal_nan": True})],
)


# -- where the quantiles are -------------------------------------------------------------------------------------------


def _quantile_places(x: Any, q: Any, axis: int, method: str, skip_nan: bool) -> tuple[Any, Any, Any]:
    """Per quantile the elements below and above it, as indices along the axis, and the weight of the one above.

    The place of a quantile in sorted data is what NumPy itself finds for it in 0, 1, ..., n-1. nan sorts to the end:
    without `skip_nan` a nan is the quantile of the data it is in; with it, n counts the others.
    """
    n = x.shape[axis]
    order = np.moveaxis(np.argsort(x, axis, stable=True), axis, 0)
    missing = np.moveaxis(np.isnan(x), axis, 0).sum(0)
    place = np.zeros((q.size, *missing.shape))
    top = np.full(missing.shape, n - 1)
    for gone in np.unique(missing) if missing.any() else (0,):
        here = missing == gone
        count = n - gone if skip_nan else n
        if count and (skip_nan or not gone):
            place[:, here] = _places_of(int(count), q.tobytes(), q.dtype.str, method)[:, None]
            top[here] = count - 1
        else:
            place[:, here] = top[here] = n - 1  # a nan
    below = np.floor(place).astype(np.intp)
    above = np.minimum(below + 1, top)
    weight = place - below
    return tuple(
        np.moveaxis(part, 0, axis)
        for part in (np.take_along_axis(order, below, 0), np.take_along_axis(order, above, 0), weight)
    )  # type: ignore[return-value]


def _quantiles_composed(x: Any, q: Any, axis: int, method: str, skip_nan: bool) -> tuple[Any, Any, Any]:
    """The same for quantiles that are known; where there is a nan, it is the quantile."""
    if skip_nan or not isinstance(q, np.ndarray) or dtype_of(x).kind not in "fiu":
        raise UnsupportedError("the places depend on the values")
    n = shape_of(x)[axis]
    order = argsort(x, axis=axis, kind="stable")
    missing = np.any(np.isnan(x), axis=axis, keepdims=True)
    along = (-1,) + (1,) * (-axis - 1)
    place = _places_of(n, q.tobytes(), q.dtype.str, method)
    below = np.floor(place).astype(np.intp)
    parts = [np.where(missing, n - 1, at.reshape(along)) for at in (below, np.minimum(below + 1, n - 1))]
    weight = np.where(missing, 0.0, (place - below).reshape(along))
    return (*(_along(order, part, axis) for part in parts), weight)


@lru_cache(maxsize=256)
def _places_of(n: int, q: bytes, dtype: str, method: str) -> Any:
    return np.ravel(np.quantile(np.arange(float(n)), np.frombuffer(q, dtype), method=method))  # type: ignore[call-overload]


def _quantile_types(x: Array, q: Array, axis: int, method: str, skip_nan: bool) -> tuple[Array, Array, Array]:
    shape = list(x.shape)
    shape[axis] = q.size
    positions = Array(tuple(shape), np.dtype(np.intp))
    return positions, positions, Array(tuple(shape), np.dtype(np.float64))


def _quantile_batch(size: int, args: Any, batched: Any, **params: Any) -> Any:
    if batched[1]:
        raise LookupError("one call per item")
    return quantile_places(*args, **params)


quantile_places = discrete(
    "quantile_places",
    _quantile_places,
    _quantile_types,
    inputs=2,
    batch=_quantile_batch,
    samples=lambda rng: [
        ((rng.standard_normal((3, 4)), np.array([0.2, 0.5])), {"axis": -2, "method": "linear", "skip_nan": False})
    ],
    native=Composite(_quantiles_composed),
)
