"""The functions of scipy.special that are written in Python, in its rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.special as sp

from wengert.errors import UnsupportedError
from wengert.functions.assemble import as_array
from wengert.functions.axes import reduced_axes
from wengert.ir import Primitive, dtype_of, shape_of
from wengert.primitives import broadcast_to
from wengert.primitives.special import gamma as gammas
from wengert.primitives.special import lambert, logistic
from wengert.primitives.special.spherical import SPHERICAL

SPECIAL: dict[Any, Callable[..., Any]] = {}  # what stands for them


def _stands_for(function: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    def enter(implementation: Callable[..., Any]) -> Callable[..., Any]:
        SPECIAL[function] = implementation
        return implementation

    return enter


# -- sums of exponentials ----------------------------------------------------------------------------------------------


@_stands_for(sp.logsumexp)
def logsumexp(a: Any, axis: Any = None, b: Any = None, keepdims: bool = False, return_sign: bool = False) -> Any:
    """log(sum(b exp(a))); with `return_sign` that of its absolute value, and its sign."""
    parts = [as_array(a)] if b is None else [as_array(a), as_array(b)]
    shape = np.broadcast_shapes(*map(shape_of, parts)) or (1,)  # SciPy sees a scalar as one element along one axis
    x, *rest = (broadcast_to(part, shape=shape) for part in parts)
    axes = reduced_axes(axis, len(shape_of(x)))
    if not return_sign:
        return logistic.logsumexp(x, *rest, axis=axes, keepdims=bool(keepdims))
    if any(dtype_of(one).kind == "c" for one in (x, *rest)):
        raise UnsupportedError("scipy.special.logsumexp(..., return_sign=True) is not supported for complex numbers: "
                               "leave it out, the imaginary part of the result is the phase")  # fmt: skip
    size = logistic.logsumexp(x, *rest, axis=axes, keepdims=bool(keepdims), signed=True)
    weights = rest[0] if rest else np.ones(shape_of(x), dtype_of(x))
    return size, logistic.logsumexp_sign(x, weights, axis=axes, keepdims=bool(keepdims))


@_stands_for(sp.softmax)
def softmax(x: Any, axis: Any = None) -> Any:
    """exp(x)/sum(exp(x))."""
    x = as_array(x)
    return logistic.softmax(x, axis=reduced_axes(axis, len(shape_of(x))))


@_stands_for(sp.log_softmax)
def log_softmax(x: Any, axis: Any = None) -> Any:
    """x - logsumexp(x)."""
    x = as_array(x)
    return logistic.log_softmax(x, axis=reduced_axes(axis, len(shape_of(x))))


# -- gamma, zeta and counting ------------------------------------------------------------------------------------------


@_stands_for(sp.polygamma)
def polygamma(n: Any, x: Any) -> Any:
    """The derivatives of digamma."""
    return gammas.polygamma(as_array(n), as_array(x))


@_stands_for(sp.zeta)
def zeta(x: Any, q: Any = None) -> Any:
    """Hurwitz's zeta function, Riemann's for q = 1."""
    return gammas.riemann_zeta(as_array(x)) if q is None else gammas.zeta(as_array(x), as_array(q))


@_stands_for(sp.multigammaln)
def multigammaln(a: Any, d: Any) -> Any:
    """log of the multivariate gamma function."""
    a = as_array(a)
    if d != np.floor(d):
        raise ValueError("d should be a positive integer (dimension)")
    if np.any(a <= 0.5 * (d - 1)):
        raise ValueError(f"condition a ({a}) > 0.5 * (d-1) ({0.5 * (d - 1)}) not met")
    terms = np.stack([sp.loggamma(a - (j - 1.0) / 2) for j in range(1, int(d) + 1)])
    return d * (d - 1) * 0.25 * np.log(np.pi) + np.sum(terms, axis=0)


@_stands_for(sp.factorial)
def factorial(n: Any, exact: bool = False, extend: str = "zero") -> Any:
    """Γ(n + 1), and 0 for n < 0."""
    if exact or extend != "zero":
        what = "exact=True" if exact else f"extend={extend!r}"
        raise UnsupportedError(f"scipy.special.factorial(..., {what}) is not supported on traced values: use "
                               "scipy.special.gamma(n + 1)")  # fmt: skip
    n = as_array(n)
    return np.where(n < 0, dtype_of(n).type(0), sp.gamma(n + 1))


def _counted(name: str, count: Callable[..., Any], N: Any, k: Any, exact: bool) -> Any:
    """A number of choices, which is 0 outside 0 ≤ k ≤ N."""
    if exact:
        raise UnsupportedError(f"scipy.special.{name}(..., exact=True) counts with integers, which have no derivative: "
                               "leave it out")  # fmt: skip
    k, N = as_array(k), as_array(N)
    return np.where((k <= N) & (N >= 0) & (k >= 0), count(N, k), 0.0)


@_stands_for(sp.comb)
def comb(N: Any, k: Any, *, exact: bool = False, repetition: bool = False) -> Any:
    """The number of combinations."""
    if repetition and not exact:
        N, k = as_array(N), as_array(k)
        return np.where((k == 0) & (N >= 0), 1.0, sp.binom(N + k - 1, k))
    return _counted("comb", sp.binom, N, k, exact)


@_stands_for(sp.perm)
def perm(N: Any, k: Any, exact: bool = False) -> Any:
    """The number of ordered choices."""
    return _counted("perm", lambda N, k: sp.poch(N - k + 1, k), N, k, exact)


# -- others ------------------------------------------------------------------------------------------------------------


@_stands_for(sp.lambertw)
def lambertw(z: Any, k: Any = 0, tol: float = 1e-8) -> Any:
    """The k-th branch of Lambert's W."""
    return lambert.lambertw(as_array(z), as_array(k), tol=float(tol))


@_stands_for(sp.softplus)
def softplus(x: Any) -> Any:
    """log(1 + exp(x))."""
    return np.logaddexp(0, as_array(x))


def _enter_spherical(function: Any, plain: Primitive, slope: Primitive) -> None:
    @_stands_for(function)
    def spherical(n: Any, z: Any, derivative: bool = False) -> Any:
        return (slope if derivative else plain)(as_array(n), as_array(z))


for _function, _rows in SPHERICAL.items():
    _enter_spherical(_function, *_rows)
