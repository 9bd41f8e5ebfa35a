"""Functions defined as integrals: exponential, sine and cosine, Fresnel, dilogarithm; the partial is the integrand."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import scipy.special as sp

from wengert.primitives.elementwise import elementwise
from wengert.primitives.special.family import orders, refused, several
from wengert.primitives.special.hypergeometric import hyp2f1
from wengert.primitives.special.spherical import spherical_in, spherical_jn

_POSITIVE = (0.3, 3.0)
_QUARTER = 0.5 * math.pi

exp1 = elementwise("exp1", sp.exp1, lambda y, x: -np.exp(-x) / x, domain=_POSITIVE, holomorphic=True)
expi = elementwise("expi", sp.expi, lambda y, x: np.exp(x) / x, domain=_POSITIVE, holomorphic=True)


def _expn(y: Any, n: Any, x: Any) -> Any:
    """-E_{n-1}(x), where E₀(x) = exp(-x)/x has the derivative -exp(-x)(1 + 1/x)/x (DLMF 8.19.13)."""
    first = -np.exp(-x) * (1 + 1 / x) / x
    return np.where(n == 0, first, -sp.expn(np.where(n == 0, 1, n - 1), x))


expn = elementwise("expn", sp.expn, refused("expn(n, x)", "n"), _expn, samples=orders(0, 1, 2, 4))

# sin(x)/x = j₀(x) and sinh(x)/x = i₀(x) as spherical Bessel functions: exact at 0 in every order.
si, ci = several(
    sp.sici,
    ("sici_si", (lambda y, x: spherical_jn(0, x),)),
    ("sici_ci", (lambda y, x: np.cos(x) / x,)),
    domain=_POSITIVE,
    holomorphic=True,
)
shi, chi = several(
    sp.shichi,
    ("shichi_shi", (lambda y, x: spherical_in(0, x),)),
    ("shichi_chi", (lambda y, x: np.cosh(x) / x,)),
    domain=_POSITIVE,
    holomorphic=True,
)
fresnel_s, fresnel_c = several(
    sp.fresnel,
    ("fresnel_s", (lambda y, x: np.sin(_QUARTER * x * x),)),
    ("fresnel_c", (lambda y, x: np.cos(_QUARTER * x * x),)),
    holomorphic=True,
)


def _spence(y: Any, z: Any) -> Any:
    """log(z)/(1 - z), near 1 as -₂F₁(1, 1; 2; 1 - z), which is smooth there (DLMF 15.4.1)."""
    near = np.abs(z - 1) < 0.5
    series = -hyp2f1(1.0, 1.0, 2.0, np.where(near, 1 - z, 0.0))
    return np.where(near, series, np.log(z) / np.where(near, 1.0, 1 - z))


spence = elementwise(
    "spence",
    sp.spence,
    _spence,
    domain=(0.3, 3.0),
    holomorphic=True,
    special=(((1.0,), (-1.0,)), ((0.0,), (-np.inf,))),
)

itj0, ity0 = several(
    sp.itj0y0,
    ("itj0y0_j0", (lambda y, x: sp.j0(x),)),
    ("itj0y0_y0", (lambda y, x: sp.y0(x),)),
    domain=_POSITIVE,
)
iti0, itk0 = several(
    sp.iti0k0,
    ("iti0k0_i0", (lambda y, x: sp.i0(x),)),
    ("iti0k0_k0", (lambda y, x: sp.k0(x),)),
    domain=_POSITIVE,
)
itstruve0 = elementwise("itstruve0", sp.itstruve0, lambda y, x: sp.struve(0, x), domain=_POSITIVE)
itmodstruve0 = elementwise("itmodstruve0", sp.itmodstruve0, lambda y, x: sp.modstruve(0, x), domain=_POSITIVE)
