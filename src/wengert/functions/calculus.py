"""Differences, numerical derivatives and integrals of samples, convolutions."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_tuple

from wengert.functions.assemble import as_array
from wengert.functions.axes import along, flattened, from_end
from wengert.functions.table import implements
from wengert.ir import dtype_of, shape_of
from wengert.primitives import broadcast_to, concatenate, reshape
from wengert.primitives.convolution import slide

Missing = np._NoValue


@implements(np.diff)
def diff(a: Any, n: int = 1, axis: Any = -1, prepend: Any = Missing, append: Any = Missing) -> Any:
    """The n-th differences of neighbours."""
    if n == 0:
        return a
    if n < 0:
        raise ValueError(f"order must be non-negative but got {n!r}")
    x = as_array(a)
    if not shape_of(x):
        raise ValueError("diff requires input that is at least one dimensional")
    at = from_end(axis, len(shape_of(x)))
    if prepend is not Missing or append is not Missing:
        ends = [[] if part is Missing else [_layer(as_array(part), x, at)] for part in (prepend, append)]
        x = concatenate(*ends[0], x, *ends[1], axis=at)
    later, earlier = along(at, slice(1, None)), along(at, slice(None, -1))
    for _ in range(n):
        x = np.not_equal(x[later], x[earlier]) if dtype_of(x).kind == "b" else x[later] - x[earlier]
    return x


def _layer(part: Any, x: Any, axis: int) -> Any:
    """A number as one layer of an array."""
    if shape_of(part):
        return part
    shape = list(shape_of(x))
    shape[axis] = 1
    return broadcast_to(part, shape=tuple(shape))


@implements(np.ediff1d)
def ediff1d(ary: Any, to_end: Any = None, to_begin: Any = None) -> Any:
    """The differences of neighbours in the flattened array, with something before and after them."""
    x = flattened(as_array(ary))
    dtype = dtype_of(x)
    parts = [x[1:] - x[:-1]]
    for name, given, place in (("to_begin", to_begin, 0), ("to_end", to_end, 2)):
        if given is None:
            continue
        extra = flattened(as_array(given))
        if not np.can_cast(dtype_of(extra), dtype, "same_kind"):
            raise TypeError(f"dtype of `{name}` must be compatible with input `ary` under the `same_kind` rule.")
        parts.insert(place, np.astype(extra, dtype))
    return concatenate(*parts, axis=-1) if len(parts) > 1 else parts[0]


@implements(np.gradient)
def gradient(f: Any, *varargs: Any, axis: Any = None, edge_order: int = 1) -> Any:
    """The derivative of samples by central differences, of second order at unequal spacings too."""
    x = as_array(f)
    ndim = len(shape_of(x))
    if dtype_of(x).kind in "iub":
        x = np.astype(x, np.float64)
    axes = tuple(range(ndim)) if axis is None else normalize_axis_tuple(axis, ndim)
    if edge_order > 2:
        raise ValueError("'edge_order' greater than 2 not supported")
    spacings = _spacings(shape_of(x), axes, [as_array(d) if isinstance(d, (list, tuple)) else d for d in varargs])
    found = []
    for at, h in zip(axes, spacings, strict=True):
        if shape_of(x)[at] < edge_order + 1:
            raise ValueError(
                "Shape of array too small to calculate a numerical gradient, "
                "at least (edge_order + 1) elements are required."
            )
        found.append(_derivative(x, h, at - ndim, edge_order))
    return found[0] if len(axes) == 1 else tuple(found)


def _spacings(shape: tuple[int, ...], axes: tuple[int, ...], given: list[Any]) -> list[Any]:
    """For each axis one distance, or the distances between neighbours."""
    if not given:
        return [1.0] * len(axes)
    if len(given) == 1 and shape_of(given[0]) == ():
        return given * len(axes)
    if len(given) != len(axes):
        raise TypeError("invalid number of arguments")
    out = []
    for at, places in zip(axes, given, strict=True):
        if len(shape_of(places)) > 1:
            raise ValueError("distances must be either scalars or 1d")
        if shape_of(places) == ():
            out.append(places)
            continue
        if shape_of(places)[0] != shape[at]:
            raise ValueError("when 1d, distances must match the length of the corresponding dimension")
        steps = np.diff(np.astype(places, np.float64) if dtype_of(places).kind in "iu" else places)
        # Equal distances follow NumPy's formula for one distance only if they cannot move apart.
        constant = isinstance(steps, np.ndarray) and bool((steps == steps[0]).all())
        out.append(steps[0] if constant else steps)
    return out


def _derivative(f: Any, h: Any, axis: int, edge_order: int) -> Any:
    def column(values: Any) -> Any:
        return reshape(values, shape=(*shape_of(values), *(1,) * (-axis - 1)))

    def at(start: int | None, stop: int | None) -> Any:
        return f[along(axis, slice(start, stop))]

    uniform = shape_of(h) == ()
    if uniform:
        inner = (at(2, None) - at(None, -2)) / (2.0 * h)
        first, second, last_but_one, last = h, h, h, h
    else:
        d1, d2 = h[:-1], h[1:]
        a, b, c = -d2 / (d1 * (d1 + d2)), (d2 - d1) / (d1 * d2), d1 / (d2 * (d1 + d2))
        inner = column(a) * at(None, -2) + column(b) * at(1, -1) + column(c) * at(2, None)
        first, last = h[0], h[-1]
        second, last_but_one = (h[1], h[-2]) if edge_order == 2 else (first, last)
    if edge_order == 1:
        left = (at(1, 2) - at(0, 1)) / first
        right = (at(-1, None) - at(-2, -1)) / last
    else:
        a, b, c = _edge(first, second, uniform)
        left = a * at(0, 1) + b * at(1, 2) + c * at(2, 3)
        c, b, a = (-weight for weight in _edge(last, last_but_one, uniform))
        right = a * at(-3, -2) + b * at(-2, -1) + c * at(-1, None)
    out = concatenate(left, inner, right, axis=axis)
    return out if dtype_of(out) == dtype_of(f) else np.astype(out, dtype_of(f))


def _edge(h1: Any, h2: Any, uniform: bool) -> tuple[Any, Any, Any]:
    """The weights of the one-sided difference of second order, h1 being the distance at the edge."""
    if uniform:
        return -1.5 / h1, 2.0 / h1, -0.5 / h1
    return -(2.0 * h1 + h2) / (h1 * (h1 + h2)), (h1 + h2) / (h1 * h2), -h1 / (h2 * (h1 + h2))


@implements(np.trapezoid)
def trapezoid(y: Any, x: Any = None, dx: Any = 1.0, axis: Any = -1) -> Any:
    """The integral of samples by the trapezoidal rule."""
    f = as_array(y)
    at = from_end(axis, len(shape_of(f)))
    if x is None:
        d = dx
    else:
        places = as_array(x)
        d = np.diff(places, axis=axis if len(shape_of(places)) > 1 else -1)
        if len(shape_of(places)) == 1:
            d = reshape(d, shape=(shape_of(d)[0], *(1,) * (-at - 1)))
    return np.sum(d * (f[along(at, slice(1, None))] + f[along(at, slice(None, -1))]) / 2.0, axis=at)


def _sequences(a: Any, v: Any) -> tuple[Any, Any]:
    parts = []
    for part, name in ((as_array(a), "first"), (as_array(v), "second")):
        if len(shape_of(part)) > 1:
            raise ValueError("object too deep for desired array")
        parts.append(flattened(part))
        if shape_of(parts[-1]) == (0,):
            raise ValueError(f"{name} argument cannot be empty")
    return parts[0], parts[1]


@implements(np.convolve)
def convolve(a: Any, v: Any, mode: str = "full") -> Any:
    """The convolution of two sequences."""
    x, y = _sequences(a, v)
    if shape_of(y)[0] > shape_of(x)[0]:
        x, y = y, x
    return slide(x, y[::-1], mode=mode)


@implements(np.correlate)
def correlate(a: Any, v: Any, mode: str = "valid") -> Any:
    """The correlation of two sequences, the second conjugated."""
    x, y = _sequences(a, v)
    return slide(x, np.conj(y) if dtype_of(y).kind == "c" else y, mode=mode)
