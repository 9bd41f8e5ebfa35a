"""Piecewise linear interpolation in a table."""

from __future__ import annotations

from typing import Any

import numpy as np

from wengert.errors import UnsupportedError
from wengert.ir import Array, Composite, Primitive, dtype_of, register, shape_of
from wengert.primitives.index import SLOT
from wengert.primitives.indexing import getitem
from wengert.primitives.shape import to_dtype


def _interp_type(x: Array, xp: Array, fp: Array, left: Array, right: Array) -> Array:
    dtypes = (fp.dtype, left.dtype, right.dtype)
    return Array(x.shape, np.dtype(np.complex128 if any(d.kind == "c" for d in dtypes) else np.float64))


def _at(table: Any, places: Any) -> Any:
    """`table[places]`, where either may be traced."""
    return getitem(table, places, index=(SLOT,))


def _interp_jvp(y: Any, inputs: tuple[Any, ...], tangents: tuple[Any, ...]) -> Any:
    """On the piece from (x₀, f₀) to (x₁, f₁): y = f₀ + s(x - x₀), s = (f₁ - f₀)/(x₁ - x₀), t = (x - x₀)/(x₁ - x₀).

    dy = s·dx - s((1-t) dx₀ + t dx₁) + (1-t) df₀ + t df₁. At a knot the piece is the one to its right; outside, y is
    `left` or `right`.
    """
    x, xp, fp, _, _ = inputs
    dx, dxp, dfp, dleft, dright = tangents
    last = shape_of(xp)[0] - 1
    at = np.clip(np.searchsorted(xp, x, "right") - 1, 0, max(last - 1, 0))
    after = np.minimum(at + 1, last)
    width = np.where(last == 0, 1.0, _at(xp, after) - _at(xp, at))
    slope, t = (_at(fp, after) - _at(fp, at)) / width, (x - _at(xp, at)) / width
    inside: Any = 0.0
    if dx is not None:
        inside = inside + slope * dx
    if dxp is not None:
        inside = inside - slope * ((1 - t) * _at(dxp, at) + t * _at(dxp, after))
    if dfp is not None:
        inside = inside + (1 - t) * _at(dfp, at) + t * _at(dfp, after)
    below, above = x < xp[0], x > xp[last]
    return np.where(below, 0.0 if dleft is None else dleft, np.where(above, 0.0 if dright is None else dright, inside))


def _interp_batch(size: int, args: Any, batched: Any) -> Any:
    if any(batched[1:]):
        raise LookupError("another table for each item")
    return interp(*args)


def _samples(rng: np.random.Generator) -> list[Any]:
    knots = np.cumsum(rng.uniform(0.2, 1.0, 5))
    x = rng.uniform(knots[0] - 1, knots[-1] + 1, 7)
    return [((x, knots, rng.standard_normal(5), rng.standard_normal(), rng.standard_normal()), {})]


def _composed(x: Any, xp: Any, fp: Any, left: Any, right: Any) -> Any:
    """The piece on which x lies, found by bisection; outside, and at the last knot, the values that are given."""
    last = shape_of(xp)[0] - 1
    if last < 1 or any(dtype_of(value).kind == "c" for value in (fp, left, right)):
        raise UnsupportedError("one knot, or complex values")
    x, xp, fp = (to_dtype(value, np.dtype(np.float64)) for value in (x, xp, fp))
    at = np.clip(np.searchsorted(xp, x, "right") - 1, 0, last - 1)
    low, first = (getitem(table, at, index=(SLOT,)) for table in (xp, fp))
    high, second = (getitem(table, at + 1, index=(SLOT,)) for table in (xp, fp))
    inside = np.where(x == high, second, (second - first) / (high - low) * (x - low) + first)
    out = np.where(x < xp[0], left, np.where(x > xp[last], right, inside))
    return to_dtype(out, np.dtype(np.float64))


interp = register(
    Primitive(
        name="interp",
        evaluate=np.interp,
        infer=_interp_type,
        jvp=_interp_jvp,
        batch=_interp_batch,
        samples=_samples,
        native=Composite(_composed),
    )
)
