"""Binomial coefficients and Pochhammer symbols of real arguments, also where they vanish."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.special as sp

from wengert.primitives.elementwise import elementwise


def _is_pole(x: Any) -> Any:
    """Whether Γ has a pole there."""
    return (x <= 0) & (x == np.floor(x))


def _digamma(x: Any) -> Any:
    """ψ, and 0 at its poles, where the caller has another formula."""
    pole = _is_pole(x)
    return np.where(pole, 0.0, sp.digamma(np.where(pole, 1.0, x)))


def _rgamma_slope(x: Any) -> Any:
    """The derivative of 1/Γ at a pole -m of Γ: (-1)ᵐ m!; 0 elsewhere."""
    pole = _is_pole(x)
    m = np.where(pole, -x, 0.0)
    return np.where(pole, (1 - 2 * np.remainder(m, 2.0)) * sp.gamma(m + 1), 0.0)


# C(n, k) = Γ(n+1) / (Γ(k+1) Γ(n-k+1)) vanishes where a factor of the denominator has a pole.
def _binom_n(y: Any, n: Any, k: Any) -> Any:
    at_zero = sp.gamma(n + 1) * sp.rgamma(k + 1) * _rgamma_slope(n - k + 1)
    return np.where(_is_pole(n - k + 1), at_zero, y * (sp.digamma(n + 1) - _digamma(n - k + 1)))


def _binom_k(y: Any, n: Any, k: Any) -> Any:
    top, low = _is_pole(n - k + 1), _is_pole(k + 1)
    at_top = -sp.gamma(n + 1) * sp.rgamma(k + 1) * _rgamma_slope(n - k + 1)
    at_low = sp.gamma(n + 1) * sp.rgamma(n - k + 1) * _rgamma_slope(k + 1)
    inside = y * (_digamma(n - k + 1) - _digamma(k + 1))
    return np.where(top, at_top, np.where(low, at_low, inside))


binom = elementwise(
    "binom",
    sp.binom,
    _binom_n,
    _binom_k,
    domain=((3.0, 6.0), (0.5, 2.5)),
    special=(((3.0, 4.0), (0.25, -0.25)), ((2.0, 2.0), (1.5, -1.5)), ((2.0, -1.0), (0.0, 1 / 3))),
)


# (z)ₘ = Γ(z+m)/Γ(z). At a pole of both it is a finite product, and ψ(z+m) - ψ(z) is ψ(1-z-m) - ψ(1-z) (DLMF 5.5.4).
def _poch_z(y: Any, z: Any, m: Any) -> Any:
    below, above = _is_pole(z), _is_pole(z + m)
    at_zero = sp.gamma(np.where(above, 1.0, z + m)) * _rgamma_slope(z)
    both = y * (_digamma(1 - z - m) - _digamma(1 - z))
    inside = y * (_digamma(z + m) - _digamma(z))
    return np.where(below & above, both, np.where(below, at_zero, inside))


poch = elementwise(
    "poch",
    sp.poch,
    _poch_z,
    lambda y, z, m: np.where(y == 0, 0.0, y * sp.digamma(z + m)),
    domain=((0.5, 3.0), (0.5, 2.0)),
    special=(((0.0, 2.0), (1.0, 0.0)), ((-1.0, 3.0), (-1.0, 0.0))),
)
