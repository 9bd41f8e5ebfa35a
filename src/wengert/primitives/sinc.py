"""sin(πx)/(πx) and its derivatives of every order, exact at 0 too."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from wengert.ir import Composite, Primitive, dtype_of
from wengert.primitives.elementwise import elementwise

Numbers = np.ndarray[Any, Any]
_gauss = functools.cache(np.polynomial.legendre.leggauss)


def _cosine(u: Numbers, quarters: int) -> Numbers:
    """cos(u + quarters·π/2), with the zeros of sin at their place."""
    turned = np.sin(u) if quarters % 2 else np.cos(u)
    return -turned if quarters % 4 in (1, 2) else turned


def _near(u: Numbers, order: int) -> Numbers:
    """The derivative of sin(u)/u = ∫₀¹ cos(ut) dt under the integral sign: ∫₀¹ tᵏ cos(ut + kπ/2) dt.

    Gauss's rule with n nodes is exact but for a relative (|u|/4)²ⁿ/(2n)!.
    """
    nodes, weights = _gauss(16 + order)
    t = (nodes + 1) / 2
    return _cosine(u[..., None] * t, order) @ (weights / 2 * t**order)


def _far(u: Numbers, order: int) -> Numbers:
    """From u·g = sin(u), differentiated: u·g⁽ᵏ⁾ + k·g⁽ᵏ⁻¹⁾ = cos(u + (k-1)π/2); rounding errors shrink by k/u."""
    g = np.sin(u) / u
    for k in range(1, order + 1):
        g = (_cosine(u, k - 1) - k * g) / u
    return g


def _derivative(x: Any, order: Any) -> Any:
    x = np.asarray(x)
    dtype = x.dtype if x.dtype.kind in "fc" else np.dtype(float)
    u = np.pi * x.astype(np.result_type(dtype, np.float64))
    order = int(order)
    near = np.abs(u) <= order + 1
    g = np.empty_like(u)
    g[near], g[~near] = _near(u[near], order), _far(u[~near], order)
    return (np.pi**order * g).astype(dtype)[()]


def _sinc(x: Any) -> Any:
    """As NumPy does it."""
    x = np.pi * x
    y = np.where(x == 0, float(np.finfo(dtype_of(x)).eps), x)
    return np.sin(y) / y


# The order is an input, so that the family is one row.
sinc_derivative: Primitive = elementwise(
    "sinc_derivative",
    _derivative,
    lambda y, x, order: sinc_derivative(x, order + 1),
    0,
    holomorphic=True,
    samples=lambda rng: [((rng.uniform(-3, 3, 5), order), {}) for order in (1, 2, 5)],
    special=(((0.0, 1), (-(np.pi**2) / 3, 0.0)), ((0.0, 3), (np.pi**4 / 5, 0.0))),
)
sinc = elementwise(
    "sinc",
    np.sinc,
    lambda y, x: sinc_derivative(x, 1),
    holomorphic=True,
    special=(((0.0,), (0.0,)), ((1.0,), (-1.0,))),
    native=Composite(_sinc),
)
