"""Running sums, products and extrema along an axis, and the linear recurrence their derivatives are."""

from __future__ import annotations

from typing import Any

import numpy as np

from wengert.ir import Array, Primitive, Routine, dtype_of, register, shape_of
from wengert.primitives.discrete import discrete
from wengert.primitives.elementwise import chain_product, times
from wengert.primitives.linear import linear
from wengert.primitives.shape import broadcast_to, concatenate


def _along(axis: int, part: slice) -> tuple[Any, ...]:
    return (Ellipsis, part, *(slice(None),) * (-axis - 1))


def _reversed(x: Any, axis: int) -> Any:
    return x[_along(axis, slice(None, None, -1))]


def shifted(x: Any, axis: int, first: float) -> Any:
    """Each element moved one place on, `first` in the first place, the last element gone."""
    shape = list(shape_of(x))
    if not shape[axis]:
        return x
    shape[axis] = 1
    return concatenate(np.full(shape, first, dtype_of(x)), x[_along(axis, slice(None, -1))], axis=axis)


def _samples(rng: Any) -> Any:
    return [((rng.standard_normal((2, 5)),), {"axis": -1}), ((rng.standard_normal((4, 2)),), {"axis": -2})]


cumsum = linear(
    "cumsum",
    lambda x, axis: np.add.accumulate(x, axis),
    lambda x, axis: Array(x.shape, np.add.accumulate(np.empty(0, x.dtype)).dtype),
    lambda ct, x, axis: _reversed(cumsum(_reversed(ct, axis), axis=axis), axis),
    batch=lambda size, args, batched, axis: cumsum(args[0], axis=axis),
    samples=_samples,
    python="np.cumsum({0}, axis={axis})",
    native=Routine("scan", options=("add",)),
)


# -- the linear recurrence s_k = a_k s_{k-1} + b_k, s_{-1} = 0 ---------------------------------------------------------


def _recurrence(b: Any, a: Any, axis: int) -> Any:
    dtype = np.result_type(a, b)
    last = _scan(np.moveaxis(a, axis, 0), np.moveaxis(b, axis, 0).astype(dtype, copy=False))
    return np.moveaxis(last, 0, axis)


def _scan(a: Any, b: Any) -> Any:
    """Two steps of the recurrence are one of the same form, so every second s follows from half of it.

    O(n) in all, in log n array operations. G. E. Blelloch, "Prefix sums and their applications", CMU-CS-90-190
    (1990), section 1.4.
    """
    n = len(b)
    if n <= 1:
        return b
    s = np.empty_like(b)
    even, odd = slice(0, n - n % 2, 2), slice(1, None, 2)
    s[odd] = _scan(a[odd] * a[even], chain_product(a[odd], b[even]) + b[odd])
    s[0] = b[0]
    s[2::2] = chain_product(a[2::2], s[1 : n - 1 : 2]) + b[2::2]
    return s


def _recurrence_transpose(ct: Any, b: Any, a: Any, axis: int) -> Any:
    """The same recurrence run backward: b̄_k = ct_k + a_{k+1} b̄_{k+1}."""
    return _reversed(recurrence(_reversed(ct, axis), shifted(_reversed(a, axis), axis, 0.0), axis=axis), axis)


def _recurrence_jvp(s: Any, xs: Any, dxs: Any, axis: int) -> Any:
    """ds_k = a_k ds_{k-1} + (db_k + s_{k-1} da_k): again a recurrence, so every order has a derivative."""
    (_, a), (db, da) = xs, dxs
    if da is None:
        return recurrence(db, a, axis=axis)
    drive = times(shifted(s, axis, 0.0), da)
    return recurrence(drive if db is None else db + drive, a, axis=axis)


def _recurrence_batch(size: int, args: Any, batched: Any, axis: int) -> Any:
    b, a = (x if flag else broadcast_to(x, shape=(size, *shape_of(x))) for x, flag in zip(args, batched, strict=True))
    return recurrence(b, a, axis=axis)


recurrence = register(
    Primitive(
        "recurrence",
        _recurrence,
        lambda b, a, axis: Array(b.shape, np.result_type(b.dtype, a.dtype)),
        transposes=(_recurrence_transpose, None),
        jvp=_recurrence_jvp,
        batch=_recurrence_batch,
        undoes=(0, lambda s, b, a, axis: times(-a, shifted(s, axis, 0.0))),
        samples=lambda rng: [
            ((rng.standard_normal((2, 5)), rng.standard_normal((2, 5))), {"axis": -1}),
            ((rng.standard_normal((4, 2)), np.zeros((4, 2))), {"axis": -2}),
        ],
        native=Routine("recurrence"),
    )
)


# -- running products and extrema --------------------------------------------------------------------------------------

cumprod = register(
    Primitive(
        "cumprod",
        lambda x, axis: np.multiply.accumulate(x, axis),
        lambda x, axis: Array(x.shape, np.multiply.accumulate(np.empty(0, x.dtype)).dtype),
        # y_k = x_k y_{k-1}, so dy_k = x_k dy_{k-1} + y_{k-1} dx_k: no division, hence exact at zeros.
        jvp=lambda y, xs, dxs, axis: recurrence(times(shifted(y, axis, 1.0), dxs[0]), xs[0], axis=axis),
        batch=lambda size, args, batched, axis: cumprod(args[0], axis=axis),
        samples=_samples,
        python="np.cumprod({0}, axis={axis})",
        native=Routine("scan", options=("multiply",)),
    )
)


def _running_ties(x: Any, y: Any, axis: int) -> tuple[Any, Any]:
    """The coefficients of dy_k = old_k dy_{k-1} + new_k dx_k, which keeps dy the mean over the ties so far.

    Within a stretch where the running extremum y stays the same, the c-th tied element enters with weight 1/c.
    """
    x, y = (np.moveaxis(part, axis, 0) for part in np.broadcast_arrays(x, y))
    hits = x == y
    stays = np.zeros(y.shape, bool)
    stays[1:] = y[1:] == y[:-1]
    if y.dtype.kind in "fc" and np.isnan(y).any():
        hits |= np.isnan(x) & np.isnan(y)
        stays[1:] |= np.isnan(y[1:]) & np.isnan(y[:-1])
    so_far = np.add.accumulate(hits, 0, np.intp)
    before = np.maximum.accumulate(np.where(stays, 0, so_far - hits), 0)  # hits before the present stretch
    new = hits / np.maximum(so_far - before, 1)
    real = x.real.dtype if x.dtype.kind in "fc" else np.dtype(np.float64)
    old, new = (np.moveaxis(part, 0, axis).astype(real, copy=False) for part in (stays * (1 - new), new))
    return old, new


def _running_type(x: Array, y: Array, axis: int) -> tuple[Array, Array]:
    found = Array(x.shape, np.empty(0, x.dtype).real.dtype)
    return found, found


running_ties = discrete(
    "running_ties",
    _running_ties,
    _running_type,
    inputs=2,
    samples=lambda rng: [((np.array([1.0, 3.0, 3.0, 2.0]), np.array([1.0, 3.0, 3.0, 3.0])), {"axis": -1})],
)


def _running_jvp(y: Any, xs: Any, dxs: Any, axis: int) -> Any:
    old, new = running_ties(xs[0], y, axis=axis)
    return recurrence(times(new, dxs[0]), old, axis=axis)


def _running(name: str, ufunc: np.ufunc) -> Primitive:
    row = Primitive(
        name,
        lambda x, axis: ufunc.accumulate(x, axis),
        lambda x, axis: x,
        jvp=_running_jvp,
        batch=lambda size, args, batched, axis: row(args[0], axis=axis),
        samples=_samples,
        native=Routine("scan", options=(ufunc.__name__,)),
    )
    return register(row)


RUNNING: dict[np.ufunc, Primitive] = {
    np.add: cumsum,
    np.multiply: cumprod,
    np.maximum: _running("cummax", np.maximum),
    np.minimum: _running("cummin", np.minimum),
    np.fmax: _running("nancummax", np.fmax),
    np.fmin: _running("nancummin", np.fmin),
}
