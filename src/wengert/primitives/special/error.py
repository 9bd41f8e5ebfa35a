"""The error function and its relatives, and the normal distribution."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import scipy.special as sp

from wengert.primitives.elementwise import elementwise

SLOPE = 2 / math.sqrt(math.pi)  # erf'(0)
DENSITY = 1 / math.sqrt(2 * math.pi)
FAR = 30.0  # beyond, the asymptotic series below is exact to the last digit with seven terms


def _tail(t: Any) -> Any:
    """1 + 3t + 3·5t² + 3·5·7t³ + ..., the asymptotic series that derivatives of scaled error functions have."""
    total: Any = 1.0
    for odd in (15.0, 13.0, 11.0, 9.0, 7.0, 5.0, 3.0):
        total = 1.0 + odd * t * total
    return total


def erfcx_slope(y: Any, z: Any) -> Any:
    """2 z erfcx(z) - 2/√π; for large z the two nearly cancel, and -Σ(-1)ᵏ(2k+1)!!/(2z²)ᵏ / (z²√π) takes over.

    DLMF 7.12.1, differentiated.
    """
    far = np.real(z) > FAR
    large = np.where(far, z, FAR)
    square = large * large
    return np.where(far, -(SLOPE / 2) / square * _tail(-0.5 / square), 2 * z * y - SLOPE)


def _dawsn_slope(y: Any, x: Any) -> Any:
    """1 - 2 x D(x), for large |x| by the same series."""
    far = np.abs(np.real(x)) > FAR
    large = np.where(far, x, FAR)
    square = large * large
    return np.where(far, -0.5 / square * _tail(0.5 / square), 1 - 2 * x * y)


erf = elementwise("erf", sp.erf, lambda y, x: SLOPE * np.exp(-x * x), holomorphic=True, native="erf")
erfc = elementwise("erfc", sp.erfc, lambda y, x: -SLOPE * np.exp(-x * x), holomorphic=True)
erfi = elementwise("erfi", sp.erfi, lambda y, x: SLOPE * np.exp(x * x), holomorphic=True)
erfcx = elementwise(
    "erfcx", sp.erfcx, erfcx_slope, holomorphic=True, special=(((1e8,), (-1e-16 / math.sqrt(math.pi),)),)
)
dawsn = elementwise("dawsn", sp.dawsn, _dawsn_slope, holomorphic=True, special=(((-1e8,), (-5e-17,)),))
# w(z) = erfcx(-iz)
wofz = elementwise(
    "wofz",
    sp.wofz,
    lambda y, z: -1j * erfcx_slope(y, -1j * z),
    holomorphic=True,
    samples=lambda rng: [((rng.uniform(-2, 2, 4) + 1j * rng.uniform(0, 2, 4),), {})],
)
_ENDS = (((1.0,), (np.inf,)), ((-1.0,), (np.inf,)))
erfinv = elementwise("erfinv", sp.erfinv, lambda y, x: np.exp(y * y) / SLOPE, domain=(-0.9, 0.9), special=_ENDS)
erfcinv = elementwise(
    "erfcinv", sp.erfcinv, lambda y, x: -np.exp(y * y) / SLOPE, domain=(0.1, 1.9), special=(((0.0,), (-np.inf,)),)
)

# -- the normal distribution -------------------------------------------------------------------------------------------


def normal_density(x: Any) -> Any:
    return DENSITY * np.exp(-0.5 * x * x)


def _mills(y: Any, x: Any) -> Any:
    """φ(x)/Φ(x) without the quotient of two tiny numbers: √(2/π) / erfcx(-x/√2)."""
    return 2 * DENSITY / sp.erfcx(-math.sqrt(0.5) * x)


ndtr = elementwise("ndtr", sp.ndtr, lambda y, x: normal_density(x), holomorphic=True)
log_ndtr = elementwise(
    "log_ndtr", sp.log_ndtr, _mills, holomorphic=True, special=(((-1e8,), (1e8,)), ((40.0,), (0.0,)))
)
ndtri = elementwise(
    "ndtri", sp.ndtri, lambda y, p: np.exp(0.5 * y * y) / DENSITY, domain=(0.1, 0.9), special=(((0.0,), (np.inf,)),)
)
ndtri_exp = elementwise("ndtri_exp", sp.ndtri_exp, lambda y, p: 1 / _mills(p, y), domain=(-4.0, -0.2))

owens_t = elementwise(
    "owens_t",
    sp.owens_t,
    lambda y, h, a: -DENSITY / 2 * np.exp(-0.5 * h * h) * sp.erf(math.sqrt(0.5) * a * h),
    lambda y, h, a: np.exp(-0.5 * h * h * (1 + a * a)) / (2 * math.pi * (1 + a * a)),
)


def _voigt_slope(x: Any, sigma: Any, gamma: Any) -> Any:
    """w'(z) / (2σ²√π) at z = (x + iγ)/(σ√2): the profile is Re w(z) / (σ√(2π))."""
    z = (x + 1j * gamma) / (math.sqrt(2) * sigma)
    return -1j * erfcx_slope(sp.wofz(z), -1j * z) * (SLOPE / 4) / (sigma * sigma)


def _voigt_sigma(y: Any, x: Any, sigma: Any, gamma: Any) -> Any:
    """The profile is homogeneous of degree -1 in (x, σ, γ): x ∂ₓ + σ ∂_σ + γ ∂_γ = -1 (Euler)."""
    slope = _voigt_slope(x, sigma, gamma)
    return -(y + x * np.real(slope) - gamma * np.imag(slope)) / sigma


voigt_profile = elementwise(
    "voigt_profile",
    sp.voigt_profile,
    lambda y, *xs: np.real(_voigt_slope(*xs)),
    _voigt_sigma,
    lambda y, *xs: -np.imag(_voigt_slope(*xs)),
    domain=((-2.0, 2.0), (0.5, 2.0), (0.5, 2.0)),
)
