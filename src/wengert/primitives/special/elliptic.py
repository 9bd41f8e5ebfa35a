"""Elliptic integrals, Jacobi's elliptic functions, and Carlson's symmetric integrals of which their partials are made.

Written with them (and, for the complete ones, with ₂F₁) the partials do not cancel at m = 0, as (E - (1-m)K)/2m(1-m)
does. DLMF chapter 19.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import scipy.special as sp

from wengert.ir import Primitive
from wengert.primitives.elementwise import elementwise, times
from wengert.primitives.special.family import several

_POSITIVE = (0.3, 3.0)

# -- Carlson's integrals (DLMF 19.16) ----------------------------------------------------------------------------------


def _rd_first(y: Any, x: Any, z: Any, swapped: Any) -> Any:
    """∂ R_D(x, ·, z)/∂x = (R_D(x, ·, z) - R_D(·, z, x)) / 2(z - x), as 1/((t+x)(t+z)) splits into partial fractions.

    Where all three arguments are equal it is -3/10 x^(-5/2).
    """
    same = x == z
    return np.where(same, -0.3 * y / x, (y - swapped) / np.where(same, 1.0, 2 * (z - x)))


def _rd_last(v: Any, x: Any, y: Any, z: Any) -> Any:
    """R_D is homogeneous of degree -3/2: x ∂ₓ + y ∂_y + z ∂_z = -3/2 (Euler)."""
    first = _rd_first(v, x, z, sp.elliprd(y, z, x))
    second = _rd_first(v, y, z, sp.elliprd(x, z, y))
    return -(1.5 * v + times(x, first) + times(y, second)) / z  # 0 * inf is 0 there: x R_D(y, z, x) ~ √x


elliprd = elementwise(
    "elliprd",
    sp.elliprd,
    lambda v, x, y, z: _rd_first(v, x, z, sp.elliprd(y, z, x)),
    lambda v, x, y, z: _rd_first(v, y, z, sp.elliprd(x, z, y)),
    _rd_last,
    domain=_POSITIVE,
    holomorphic=True,
    special=(((1.0, 1.0, 1.0), (-0.3, -0.3, -0.9)),),
)
elliprf = elementwise(
    "elliprf",
    sp.elliprf,
    lambda v, x, y, z: sp.elliprd(y, z, x) / -6,
    lambda v, x, y, z: sp.elliprd(x, z, y) / -6,
    lambda v, x, y, z: sp.elliprd(x, y, z) / -6,
    domain=_POSITIVE,
    holomorphic=True,
)
elliprc = elementwise(  # R_C(x, y) = R_F(x, y, y)
    "elliprc",
    sp.elliprc,
    lambda v, x, y: sp.elliprd(y, y, x) / -6,
    lambda v, x, y: sp.elliprd(x, y, y) / -3,
    domain=_POSITIVE,
    holomorphic=True,
)

# -- complete ----------------------------------------------------------------------------------------------------------


def _ellipe(y: Any, m: Any) -> Any:
    """(E - K)/2m, for small m as -(π/8) ₂F₁(1/2, 3/2; 2; m)."""
    small = m < 0.5
    series = -math.pi / 8 * sp.hyp2f1(0.5, 1.5, 2.0, np.where(small, m, 0.0))
    return np.where(small, series, 0.5 * (y - sp.ellipk(m)) / np.where(small, 1.0, m))


# K = (π/2) ₂F₁(1/2, 1/2; 1; m), and ₂F₁(3/2, 3/2; 2; m) = ₂F₁(1/2, 1/2; 2; m)/(1-m) keeps the pole at 1 apart.
ellipk = elementwise(
    "ellipk",
    sp.ellipk,
    lambda y, m: math.pi / 8 * sp.hyp2f1(0.5, 0.5, 2.0, m) / (1 - m),
    domain=(-2.0, 0.9),
    special=(((0.0,), (math.pi / 8,)),),
)
ellipkm1 = elementwise(
    "ellipkm1",
    sp.ellipkm1,
    lambda y, p: -math.pi / 8 * sp.hyp2f1(0.5, 0.5, 2.0, 1 - p) / p,
    domain=(0.1, 2.0),
    special=(((1.0,), (-math.pi / 8,)), ((1e-300,), (-0.5e300,))),
)
ellipe = elementwise(
    "ellipe", sp.ellipe, _ellipe, domain=(-2.0, 0.9), special=(((0.0,), (-math.pi / 8,)), ((1.0,), (-np.inf,)))
)

# -- incomplete --------------------------------------------------------------------------------------------------------


def _delta(phi: Any, m: Any) -> Any:
    return np.sqrt(1 - m * np.sin(phi) ** 2)


def _by_parameter(phi: Any, m: Any, first: bool) -> Any:
    """∂F/∂m = s³/6 R_D(c², 1, 1 - ms²) and ∂E/∂m = -s³/6 R_D(c², 1 - ms², 1), s, c = sin φ, cos φ.

    From F = s R_F(c², 1 - ms², 1) and E = F - (m/3) s³ R_D(c², 1 - ms², 1) (DLMF 19.25.5, 19.25.9) for |φ| ≤ π/2; each
    turn by π beyond adds twice the complete integral.
    """
    turns = np.round(phi / math.pi)
    s, c = np.sin(phi - math.pi * turns), np.cos(phi - math.pi * turns)
    d = 1 - m * s * s
    part = sp.elliprd(c * c, 1.0, d) if first else -sp.elliprd(c * c, d, 1.0)
    whole = sp.elliprd(0.0, 1.0, 1 - m) if first else -sp.elliprd(0.0, 1 - m, 1.0)
    return (s * s * s * part + 2 * turns * np.where(turns == 0, 0.0, whole)) / 6


ellipkinc = elementwise(
    "ellipkinc",
    sp.ellipkinc,
    lambda y, phi, m: 1 / _delta(phi, m),
    lambda y, phi, m: _by_parameter(phi, m, True),
    domain=((-3.0, 3.0), (-2.0, 0.8)),
    special=(((0.0, 0.5), (1.0, 0.0)),),
)
ellipeinc = elementwise(
    "ellipeinc",
    sp.ellipeinc,
    lambda y, phi, m: _delta(phi, m),
    lambda y, phi, m: _by_parameter(phi, m, False),
    domain=((-3.0, 3.0), (-2.0, 0.8)),
    special=(((0.0, 0.5), (1.0, 0.0)),),
)


def _amplitude_by_m(u: Any, m: Any) -> Any:
    """Of F(φ, m) = u: ∂φ/∂m = -dn ∂F/∂m."""
    return -dn(u, m) * _by_parameter(phi(u, m), m, True)


# Jacobi's sn, cn, dn and the amplitude φ: sn = sin φ, cn = cos φ, dn² = 1 - m sn² (DLMF 22.13).
sn: Primitive
cn: Primitive
dn: Primitive
phi: Primitive
sn, cn, dn, phi = several(
    sp.ellipj,
    ("ellipj_sn", (lambda y, u, m: cn(u, m) * dn(u, m), lambda y, u, m: cn(u, m) * _amplitude_by_m(u, m))),
    ("ellipj_cn", (lambda y, u, m: -sn(u, m) * dn(u, m), lambda y, u, m: -sn(u, m) * _amplitude_by_m(u, m))),
    (
        "ellipj_dn",
        (
            lambda y, u, m: -m * sn(u, m) * cn(u, m),
            lambda y, u, m: -sn(u, m) * (0.5 * sn(u, m) / y + m * cn(u, m) * _amplitude_by_m(u, m) / y),
        ),
    ),
    ("ellipj_phi", (lambda y, u, m: dn(u, m), lambda y, u, m: _amplitude_by_m(u, m))),
    domain=((-2.0, 2.0), (0.1, 0.9)),
)
