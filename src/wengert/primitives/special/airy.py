"""Airy, Kelvin, Struve and parabolic cylinder functions: solutions of linear equations of second order."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import scipy.special as sp

from wengert.ir import Primitive
from wengert.primitives.elementwise import elementwise
from wengert.primitives.special.family import orders, real_only, refused, several

# f'' = x f
ai: Primitive
aip: Primitive
bi: Primitive
bip: Primitive
ai, aip, bi, bip = several(
    sp.airy,
    ("airy_ai", (lambda y, x: aip(x),)),
    ("airy_ai_derivative", (lambda y, x: x * ai(x),)),
    ("airy_bi", (lambda y, x: bip(x),)),
    ("airy_bi_derivative", (lambda y, x: x * bi(x),)),
    holomorphic=True,
)


def _root(x: Any) -> Any:
    """The derivative of the exponent that scales: √x of (2/3) x^(3/2), and 0 for negative x, where nothing scales."""
    return np.sqrt(np.maximum(x, 0.0))


eai: Primitive
eaip: Primitive
ebi: Primitive
ebip: Primitive
eai, eaip, ebi, ebip = several(
    sp.airye,
    ("airye_ai", (real_only("airye(z)", lambda y, x: eaip(x) + _root(x) * y),)),
    ("airye_ai_derivative", (real_only("airye(z)", lambda y, x: x * eai(x) + _root(x) * y),)),
    ("airye_bi", (real_only("airye(z)", lambda y, x: ebip(x) - _root(x) * y),)),
    ("airye_bi_derivative", (real_only("airye(z)", lambda y, x: x * ebi(x) - _root(x) * y),)),
    domain=(0.2, 3.0),
)

# x² f'' + x f' = i x² f for f = ber + i bei and f = ker + i kei (DLMF 10.61.3)
_POSITIVE = (0.3, 3.0)


def _over(f: Any, x: Any, at_zero: float) -> Any:
    """f/x, whose limit at 0 is given."""
    return np.where(x == 0, at_zero, f / x)


ber = elementwise("ber", sp.ber, lambda y, x: sp.berp(x), special=(((0.0,), (0.0,)),))
bei = elementwise("bei", sp.bei, lambda y, x: sp.beip(x), special=(((0.0,), (0.0,)),))
berp = elementwise("berp", sp.berp, lambda y, x: -sp.bei(x) - _over(y, x, 0.0), special=(((0.0,), (0.0,)),))
beip = elementwise("beip", sp.beip, lambda y, x: sp.ber(x) - _over(y, x, 0.5), special=(((0.0,), (0.5,)),))
ker = elementwise("ker", sp.ker, lambda y, x: sp.kerp(x), domain=_POSITIVE)
kei = elementwise("kei", sp.kei, lambda y, x: sp.keip(x), domain=_POSITIVE)
kerp = elementwise("kerp", sp.kerp, lambda y, x: -sp.kei(x) - y / x, domain=_POSITIVE)
keip = elementwise("keip", sp.keip, lambda y, x: sp.ker(x) - y / x, domain=_POSITIVE)


def _source(v: Any, x: Any) -> Any:
    """(x/2)ᵛ / (√π Γ(v + 3/2)), which Struve's recurrences have beside the orders next to v."""
    return np.power(0.5 * x, v) * (sp.rgamma(v + 1.5) / math.sqrt(math.pi))


def _below(function: np.ufunc, v: Any, x: Any, sign: float) -> Any:
    """The function of order v - 1; for v = 0, H₋₁ = 2/π - H₁ and L₋₁ = 2/π + L₁, which no negative order follows."""
    zeroth = v == 0
    return np.where(zeroth, 2 / math.pi + sign * function(1, x), function(np.where(zeroth, 1, v - 1), x))


# DLMF 11.4.24 and 11.4.26
struve = elementwise(
    "struve",
    sp.struve,
    refused("struve(v, x)", "v"),
    lambda y, v, x: 0.5 * (_below(sp.struve, v, x, -1.0) - sp.struve(v + 1, x) + _source(v, x)),
    samples=orders(0, 1, 3),
)
modstruve = elementwise(
    "modstruve",
    sp.modstruve,
    refused("modstruve(v, x)", "v"),
    lambda y, v, x: 0.5 * (_below(sp.modstruve, v, x, 1.0) + sp.modstruve(v + 1, x) + _source(v, x)),
    samples=orders(0, 1, 3),
)

# D_v'' = (x²/4 - v - 1/2) D_v; W'' = (a - x²/4) W (DLMF 12.2.2, 12.2.3)
_NO_V, _NO_A = refused("pbdv(v, x)", "v"), refused("pbwa(a, x)", "a")
pbdv: Primitive
pbdvp: Primitive
pbdv, pbdvp = several(
    sp.pbdv,
    ("pbdv", (_NO_V, lambda y, v, x: pbdvp(v, x))),
    ("pbdv_derivative", (_NO_V, lambda y, v, x: (0.25 * x * x - v - 0.5) * pbdv(v, x))),
    samples=orders(0, 2),
)
pbwa: Primitive
pbwap: Primitive
pbwa, pbwap = several(
    sp.pbwa,
    ("pbwa", (_NO_A, lambda y, a, x: pbwap(a, x))),
    ("pbwa_derivative", (_NO_A, lambda y, a, x: (a - 0.25 * x * x) * pbwa(a, x))),
    samples=orders(1, 2),
)
