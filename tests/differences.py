"""Derivatives of a function held against central differences: forward and reverse mode, first and second order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

import wengert as wg
from wengert.record import plain

Function = Callable[..., Any]
STEP = 2e-4
TOLERANCE = {np.dtype(np.float16): 3e-2, np.dtype(np.float32): 2e-4, np.dtype(np.complex64): 2e-4}
COARSE = 2e-2  # the step where results are rounded to single precision


def parts(value: Any) -> list[Any]:
    """The arrays of a result, which may be a tuple."""
    return [np.asarray(plain(x)) for x in value] if isinstance(value, tuple) else [np.asarray(plain(value))]


def inner(ws: Sequence[Any], vs: Sequence[Any]) -> float:
    """Re Σ conj(w) v over all arrays, those of integers left out."""
    return sum(float(np.vdot(w, v).real) for w, v in zip(ws, vs, strict=True) if np.asarray(v).dtype.kind in "fc")


def draw(rng: np.random.Generator, like: Any) -> Any:
    """A random direction of the shape and dtype of an array."""
    like = np.asarray(like)
    numbers = rng.standard_normal(like.shape)
    return np.asarray(numbers + 1j * rng.standard_normal(like.shape) if like.dtype.kind == "c" else numbers, like.dtype)


def widen(x: Any) -> Any:
    """The same numbers in double precision, for differences that mean something."""
    x = np.asarray(x)
    return x.astype({"f": np.float64, "c": np.complex128}.get(x.dtype.kind, x.dtype))


def central(f: Function, args: Sequence[Any], along: Sequence[Any], step: float = STEP) -> list[Any]:
    """The derivative of f along a direction by central differences of fourth order."""

    def at(t: float) -> list[Any]:
        return parts(f(*(x + t * v for x, v in zip(args, along, strict=True))))

    ahead, behind, far, opposite = at(step), at(-step), at(2 * step), at(-2 * step)
    return [
        np.zeros(a.shape) if a.dtype.kind not in "fc" else (8 * (a - b) - (c - d)) / (12 * step)
        for a, b, c, d in zip(ahead, behind, far, opposite, strict=True)
    ]


def close(found: Any, expected: Any, tolerance: float, what: str) -> None:
    """Assert that two lists of arrays agree, relative to the size of their largest number."""
    for a, b in zip(found, expected, strict=True):
        a, b = np.asarray(a), np.asarray(b)
        assert a.shape == b.shape, f"{what}: shape {a.shape}, not {b.shape}"
        scale = 1 + max(np.max(np.abs(b), initial=0.0), np.max(np.abs(a), initial=0.0))
        error = np.max(np.abs(a - b), initial=0.0) / scale
        assert error <= tolerance, f"{what}: {a} instead of {b}, which is {error:.1e} off"


def same(found: Any, expected: Any, what: str) -> None:
    """Assert that results are equal to the last bit, in dtype too."""
    for a, b in zip(parts(found), parts(expected), strict=True):
        assert a.dtype == b.dtype, f"{what}: dtype {a.dtype}, not {b.dtype}"
        np.testing.assert_array_equal(a, b, err_msg=what)


def check(
    f: Function,
    *args: Any,
    second: bool = True,
    bits: bool = True,
    seed: int = 0,
    direction: Function = draw,
) -> None:
    """Assert that the derivatives of f at `args` are right.

    The value under recording is that of NumPy (to the last bit unless `bits` is false); J v is a central difference,
    and so is Jᵀ w along v; the derivative of w·(J v) along u is a central difference of it, by reverse over forward
    and by forward over reverse. `direction(rng, x)` draws u and v.
    """
    rng = np.random.default_rng(seed)
    args = tuple(np.asarray(x) if isinstance(x, list) else x for x in args)
    vs = [direction(rng, x) for x in args]
    us = [direction(rng, x) for x in args]
    plain = f(*args)
    tolerance = max(TOLERANCE.get(np.asarray(x).dtype, 1e-7) for x in (*args, *parts(plain)))
    value, tangent = wg.jvp(f, args, vs)
    again, pullback = wg.vjp(f, *args)
    for recorded in (value, again):
        if bits:
            same(recorded, plain, "the value under recording")
        else:
            close(parts(recorded), parts(plain), tolerance, "the value under recording")
    wide, wide_v, wide_u = ([widen(x) for x in row] for row in (args, vs, us))
    step = COARSE if any(x.dtype in TOLERANCE for x in parts(f(*wide))) else STEP
    expected = central(f, wide, wide_v, step)
    close(parts(tangent), expected, tolerance, "forward mode")
    ws = [draw(rng, x) if x.dtype.kind in "fc" else np.zeros(x.shape) for x in parts(plain)]
    cts = pullback(tuple(ws) if isinstance(plain, tuple) else ws[0])
    for ct, x in zip(cts, args, strict=True):
        assert np.shape(ct) == np.shape(x), f"reverse mode: shape {np.shape(ct)}, not {np.shape(x)}"
        assert np.asarray(ct).dtype == np.asarray(x).dtype, f"reverse mode: dtype {np.asarray(ct).dtype}"
    close([inner(cts, vs)], [inner(ws, expected)], tolerance, "reverse mode")
    if not second:
        return

    def slope(*xs: Any) -> Any:
        return weighted(ws, wg.jvp(f, xs, vs)[1])

    def slope_wide(*xs: Any) -> Any:
        return weighted([widen(w) for w in ws], wg.jvp(f, xs, wide_v)[1])

    curvature = central(slope_wide, wide, wide_u, step)
    both = tuple(range(len(args)))
    close([inner(wg.grad(slope, both)(*args), us)], curvature, tolerance, "reverse over forward")
    turned = wg.jvp(lambda *xs: wg.vjp(f, *xs)[1](tuple(ws) if isinstance(plain, tuple) else ws[0]), args, us)[1]
    close([inner(turned, vs)], curvature, tolerance, "forward over reverse")


def weighted(ws: Sequence[Any], values: Any) -> Any:
    """Re Σ conj(w) value, a scalar."""
    total = 0.0
    for w, y in zip(ws, values if isinstance(values, tuple) else (values,), strict=True):
        product = np.conj(w) * y
        total = total + np.sum(np.real(product) if w.dtype.kind == "c" else product)
    return total
