"""The gamma function and its relatives: log, reciprocal, digamma, polygamma, zeta, beta."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import scipy.special as sp

from wengert.errors import UnsupportedError
from wengert.ir import Composite, Primitive, dtype_of
from wengert.primitives.elementwise import elementwise
from wengert.primitives.special.family import hidden, orders, refused

_POSITIVE = (0.5, 4.0)
BERNOULLI = sp.bernoulli(24)


def _whole(rng: np.random.Generator) -> Any:
    return [((np.array([2, 3, 5]),), {})]


def _polygamma(n: Any, z: Any) -> Any:
    """SciPy's for real arguments; it has none for complex ones.

    There ψₙ(z) = ψₙ(z+1) - (-1)ⁿ n!/zⁿ⁺¹ moves z to the right, where Stirling's series converges (DLMF 5.15.5, 5.15.8).
    """
    if not np.iscomplexobj(z):
        return sp.polygamma(n, z)
    n, z = np.broadcast_arrays(n, z)
    sign, total = (-1.0) ** (n + 1), np.zeros(z.shape, np.complex128)
    right = z.astype(np.complex128)
    while np.any(left := right.real < 15 + n):
        total[left] += (sign * sp.gamma(n + 1))[left] * right[left] ** -(n[left] + 1.0)
        right = right + left
    series = sp.gamma(np.maximum(n, 1)) * right ** -n.astype(float) + sp.gamma(n + 1) / 2 * right ** -(n + 1.0)
    for k in range(2, 24, 2):
        series += BERNOULLI[k] * sp.poch(k + 1.0, n - 1) * right ** -(n + float(k))
    return (total + sign * series).astype(np.result_type(z, np.complex64))[()]


def _real_polygamma(n: Any, x: Any) -> Any:
    """(-1)ⁿ⁺¹ n! ζ(n + 1, x), as SciPy does it (DLMF 5.15.2)."""
    if dtype_of(x).kind == "c":
        raise UnsupportedError("polygamma of complex numbers")
    x = x.astype(float) if hasattr(x, "astype") else float(x)
    series = (-1.0) ** (n + 1) * sp.gamma(n + 1.0) * zeta(n + 1, x)
    return np.where(n == 0, sp.digamma(x), series)


def rgamma_slope(y: Any, x: Any) -> Any:
    """-ψ(x)/Γ(x); for x < 1/2 by the reflection 1/Γ(x) = Γ(1-x) sin(πx)/π, which has no pole of ψ to cancel a zero.

    DLMF 5.5.3.
    """
    left = np.real(x) < 0.5
    mirror = 1 - np.where(left, x, 0.0)
    turn = math.pi * mirror
    reflected = -sp.gamma(mirror) * (np.cos(turn) + sp.digamma(mirror) * np.sin(turn) / math.pi)
    return np.where(left, reflected, -sp.digamma(np.where(left, 1.0, x)) * y)


gamma = elementwise("gamma", sp.gamma, lambda y, x: y * sp.digamma(x), domain=_POSITIVE, holomorphic=True)
loggamma = elementwise("loggamma", sp.loggamma, lambda y, x: sp.digamma(x), domain=_POSITIVE, holomorphic=True)
gammaln = elementwise("gammaln", sp.gammaln, lambda y, x: sp.digamma(x), domain=_POSITIVE)
gammasgn = elementwise("gammasgn", sp.gammasgn, 0, domain=_POSITIVE)
rgamma = elementwise(
    "rgamma",
    sp.rgamma,
    rgamma_slope,
    holomorphic=True,
    special=(((0.0,), (1.0,)), ((-1.0,), (-1.0,)), ((-3.0,), (-6.0,))),
)
digamma = elementwise("digamma", sp.digamma, lambda y, x: polygamma(1, x), domain=_POSITIVE, holomorphic=True)
polygamma: Primitive = elementwise(
    "polygamma",
    _polygamma,
    refused("polygamma(n, x)", "n"),
    lambda y, n, x: polygamma(n + 1, x),
    samples=orders(1, 2, 3),
    holomorphic=True,
    native=Composite(_real_polygamma),
)
# The Riemann zeta function is the one of Hurwitz at q = 1; its derivative in s has no closed form.
zeta: Primitive = elementwise(
    "zeta",
    sp.zeta,
    refused("zeta(x, q)", "x"),
    lambda y, s, q: -s * zeta(s + 1, q),
    samples=orders(2, 3, 5),
    native=hidden("_zeta"),
)
riemann_zeta = elementwise(
    "riemann_zeta",
    lambda s: sp.zeta(s),
    refused("zeta(x)", "x"),
    samples=_whole,
    native=hidden("_riemann_zeta"),
)
zetac = elementwise("zetac", sp.zetac, refused("zetac(x)", "x"), samples=_whole)

beta = elementwise(
    "beta",
    sp.beta,
    lambda y, a, b: y * (sp.digamma(a) - sp.digamma(a + b)),
    lambda y, a, b: y * (sp.digamma(b) - sp.digamma(a + b)),
    domain=_POSITIVE,
)
betaln = elementwise(
    "betaln",
    sp.betaln,
    lambda y, a, b: sp.digamma(a) - sp.digamma(a + b),
    lambda y, a, b: sp.digamma(b) - sp.digamma(a + b),
    domain=_POSITIVE,
)
