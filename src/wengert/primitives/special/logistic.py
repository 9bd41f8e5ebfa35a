"""The logistic function, and log(sum(exp)) with its relatives."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.special as sp

from wengert.errors import UnsupportedError
from wengert.ir import Array, Composite, Primitive, dtype_of, register, shape_of
from wengert.primitives.discrete import discrete
from wengert.primitives.elementwise import elementwise, times
from wengert.primitives.reductions import weighted_sum
from wengert.primitives.shape import broadcast_to, reduce_sum, reduced_shape, reshape, to_dtype

Axes = tuple[int, ...]

# y (1 - y) with 1 - expit(x) = expit(-x), which does not cancel for large x.
expit = elementwise(
    "expit",
    sp.expit,
    lambda y, x: y * sp.expit(-x),
    special=(((1000.0,), (0.0,)), ((40.0,), (np.exp(-40.0),))),
    native=lambda e, x: e.reciprocal(e.add(e.like(1, x), e.exp(e.negative(x)))),
)
logit = elementwise(
    "logit",
    sp.logit,
    lambda y, p: 1 / (p * (1 - p)),
    domain=(0.1, 0.9),
    special=(((0.0,), (np.inf,)), ((1.0,), (np.inf,))),
)
log_expit = elementwise(
    "log_expit", sp.log_expit, lambda y, x: sp.expit(-x), special=(((-1000.0,), (1.0,)), ((1000.0,), (0.0,)))
)


# -- log sum b exp(x) --------------------------------------------------------------------------------------------------


def _sum_and_sign(x: Any, b: Any, axis: Axes, keepdims: bool, signed: bool) -> Any:
    """`scipy.special.logsumexp`, which does not take several axes of an empty array."""
    if np.size(x):
        return sp.logsumexp(x, axis=axis, b=b, keepdims=keepdims, return_sign=signed)
    shape = reduced_shape(np.shape(x), axis, keepdims)
    empty = np.full(shape, -np.inf, _float_type(x, *(() if b is None else (b,))))[()]
    return (empty, np.sign(empty)) if signed else empty


def _logsumexp(x: Any, b: Any = None, *, axis: Axes, keepdims: bool = False, signed: bool = False) -> Any:
    out = _sum_and_sign(x, b, axis, keepdims, signed)
    return out[0] if signed else out


def _float_type(*dtypes: Any) -> np.dtype[Any]:
    found = np.result_type(*dtypes)
    return found if found.kind in "fc" else np.dtype(np.float64)


def _reduced(x: Array, *b: Array, axis: Axes, keepdims: bool = False, signed: bool = False) -> Array:
    return Array(reduced_shape(x.shape, axis, keepdims), _float_type(x.dtype, *(one.dtype for one in b)))


def _logsumexp_jvp(y: Any, xs: Any, dxs: Any, axis: Axes, keepdims: bool = False, signed: bool = False) -> Any:
    """dy = Σ wᵢ dxᵢ with the weights w = exp(x - y), and Σ exp(xᵢ - y) dbᵢ.

    The weights are normalized, so that they sum to one also where y is infinite and x - y is not a number: there the
    elements equal to y share equally, for logsumexp([-inf, -inf]) = -inf as in the limit along the diagonal.
    """
    x, *b = xs
    kept = y if keepdims else reshape(y, shape=reduced_shape(shape_of(x), axis, True))
    weights = np.exp(np.where(x == kept, 0.0, x - kept))
    if b:
        shares = weights
        weights = times(b[0], weights)
    total = reduce_sum(weights, axis=axis, keepdims=True)
    dx, *db = dxs
    moved = None if dx is None else weighted_sum(dx, weights / total, axis=axis, keepdims=keepdims)
    if not db or db[0] is None:
        return moved
    by_b = weighted_sum(db[0], shares / total, axis=axis, keepdims=keepdims)
    return by_b if moved is None else moved + by_b


def _spread_out(size: int, inputs: Any, batched: Any) -> tuple[Any, ...]:
    pairs = zip(inputs, batched, strict=True)
    return tuple(x if flag else broadcast_to(x, shape=(size, *shape_of(x))) for x, flag in pairs)


def _logsumexp_composed(x: Any, *b: Any, axis: Axes, keepdims: bool = False, signed: bool = False) -> Any:
    """The largest taken out; of its ties all but one go with the rest, whose logarithm does not cancel."""
    if b or dtype_of(x).kind not in "fiu":
        raise UnsupportedError("weights, complex numbers")
    x = to_dtype(x, _float_type(dtype_of(x)))
    largest = np.max(x, axis=axis, keepdims=True)
    shift = np.where(np.isfinite(largest), largest, 0.0)
    ties = x == largest
    count = to_dtype(np.sum(ties, axis=axis, keepdims=True), dtype_of(x))
    rest = np.sum(np.where(ties, 0.0, np.exp(x - shift)), axis=axis, keepdims=True)
    out = np.log1p(rest / np.where(count == 0, 1.0, count)) + np.log(count) + largest
    out = np.where(np.isnan(largest), np.nan, out)
    return out if keepdims else reshape(out, shape=reduced_shape(shape_of(x), axis, False))


logsumexp: Primitive = register(
    Primitive(
        "logsumexp",
        _logsumexp,
        _reduced,
        jvp=_logsumexp_jvp,
        batch=lambda size, args, batched, **params: logsumexp(*_spread_out(size, args, batched), **params),
        samples=lambda rng: [
            ((rng.standard_normal((2, 3)),), {"axis": (-1,)}),
            ((rng.standard_normal((2, 3)),), {"axis": (-2, -1), "keepdims": True}),
            ((rng.standard_normal((2, 3)), rng.uniform(0.5, 2, (2, 3))), {"axis": (-2,)}),
            ((rng.standard_normal(4), np.array([-1.0, -2.0, 0.5, -1.0])), {"axis": (-1,), "signed": True}),
        ],
        native=Composite(_logsumexp_composed),
    )
)
logsumexp_sign = discrete(
    "logsumexp_sign",
    lambda x, b, axis, keepdims=False: _sum_and_sign(x, b, axis, keepdims, True)[1],
    _reduced,
    inputs=2,
    samples=lambda rng: [((rng.standard_normal(4), rng.standard_normal(4)), {"axis": (-1,)})],
)


def _softmax_jvp(y: Any, xs: Any, dxs: Any, axis: Axes) -> Any:
    """dy = y (dx - Σ y dx)."""
    mean = weighted_sum(dxs[0], y, axis=axis, keepdims=True)
    return times(y, dxs[0] - mean)


def _log_softmax_jvp(y: Any, xs: Any, dxs: Any, axis: Axes) -> Any:
    """dy = dx - Σ exp(y) dx."""
    return dxs[0] - weighted_sum(dxs[0], np.exp(y), axis=axis, keepdims=True)


def _softmax_composed(x: Any, axis: Axes) -> Any:
    x = to_dtype(x, _float_type(dtype_of(x)))
    powers = np.exp(x - np.max(x, axis=axis, keepdims=True))
    return powers / np.sum(powers, axis=axis, keepdims=True)


def _log_softmax_composed(x: Any, axis: Axes) -> Any:
    x = to_dtype(x, _float_type(dtype_of(x)))
    largest = np.max(x, axis=axis, keepdims=True)
    rest = x - np.where(np.isfinite(largest), largest, 0.0)
    return rest - np.log(np.sum(np.exp(rest), axis=axis, keepdims=True))


def _normalized(name: str, function: Any, jvp: Any, composed: Any) -> Primitive:
    row = Primitive(
        name,
        lambda x, axis: function(x, axis),
        lambda x, axis: Array(x.shape, _float_type(x.dtype)),
        jvp=jvp,
        batch=lambda size, args, batched, axis: row(args[0], axis=axis),
        samples=lambda rng: [
            ((rng.standard_normal((2, 3)),), {"axis": (-1,)}),
            ((rng.standard_normal((2, 3)),), {"axis": (-2, -1)}),
        ],
        native=Composite(composed),
    )
    return register(row)


softmax = _normalized("softmax", sp.softmax, _softmax_jvp, _softmax_composed)
log_softmax = _normalized("log_softmax", sp.log_softmax, _log_softmax_jvp, _log_softmax_composed)
