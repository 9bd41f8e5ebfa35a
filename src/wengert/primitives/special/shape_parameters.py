"""The incomplete gamma and beta functions differentiated in their shape parameters, numerically to full accuracy.

SciPy has no such functions. A series or a continued fraction of the function is differentiated term by term, each on
the side where its terms do not cancel.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.special as sp

Numbers = np.ndarray[Any, np.dtype[np.float64]]
Coefficients = Callable[[int], tuple[Any, Any, Any, Any]]
EPS = float(np.finfo(float).eps)
TERMS = 100_000


def _flat(*xs: Any) -> tuple[list[Numbers], Callable[[Numbers], Any]]:
    """The arguments as flat float64 arrays, and what gives a result their shape and dtype."""
    found = np.result_type(*(x if hasattr(x, "dtype") else float(x) for x in xs))
    dtype = found if found.kind == "f" and found.itemsize >= 4 else np.dtype(np.float64 if found.kind != "f" else "f4")
    full = np.broadcast_arrays(*(np.asarray(x, float) for x in xs))
    return [one.ravel() for one in full], lambda out: out.reshape(full[0].shape).astype(dtype)[()]


def _continued(coefficients: Coefficients) -> tuple[Numbers, Numbers]:
    """1/(q₀ + p₁/(q₁ + p₂/(q₂ + ...))) and its derivative; `coefficients(n)` -> pₙ, pₙ', qₙ, qₙ'.

    The algorithm of Lentz (Applied Optics 15, 1976), each step differentiated.
    """
    _, _, q, dq = coefficients(0)
    c, dc, d, dd = q, dq, 0.0, 0.0
    value, log_slope = q, dq / q
    for n in range(1, TERMS):
        p, dp, q, dq = coefficients(n)
        c, dc = q + p / c, dq + dp / c - p * dc / (c * c)
        d, dd = 1 / (q + p * d), dq + dp * d + p * dd
        dd = -d * d * dd
        step, change = c * d, dc / c + dd / d
        value, log_slope = value * step, log_slope + change
        if np.all((np.abs(step - 1) <= EPS) & (np.abs(change) <= EPS * np.abs(log_slope) + 1e-300)):
            break
    return 1 / value, -log_slope / value


# -- gamma -------------------------------------------------------------------------------------------------------------


def gamma_density(a: Any, x: Any) -> Any:
    """x^(a-1) exp(-x) / Γ(a), the derivative of the lower incomplete gamma function P(a, x) in x.

    For large a the exponents of the three factors nearly cancel. With Stirling's series for Γ what is left is
    a log(x/a) + a - x, small near the peak x = a, where the density matters.
    """
    (a, x), shaped = _flat(a, x)
    with np.errstate(all="ignore"):
        return shaped(of_gamma(a, x))


def of_gamma(a: Any, x: Any) -> Any:
    """The same of float64."""
    small = sp.rgamma(a)
    plain = np.where(small == 0, 0.0, np.exp(sp.xlogy(a - 1, x) - x) * small)  # 0 at the poles of Γ
    u = 1 / np.maximum(a, 20.0)
    stirling = u * (1 / 12 - u**2 * (1 / 360 - u**2 * (1 / 1260 - u**2 * (1 / 1680 - u**2 / 1188))))
    ratio = np.where(x < 0.5 * a, np.log(x / a), np.log1p((x - a) / a))
    peaked = np.exp(a * ratio + (a - x) - stirling) * np.sqrt(a / (2 * np.pi)) / x
    out = np.where(a < 20, plain, np.where(x == 0, 0.0, peaked))
    return np.where(x < 0, np.nan, np.where(np.isinf(x), 0.0, out))


def gammainc_by_a(a: Any, x: Any) -> Any:
    """∂P(a, x)/∂a: by the series of P for x < a + 1, else by the continued fraction of Q = 1 - P."""
    (a, x), shaped = _flat(a, x)
    out = np.full(a.shape, np.nan)
    valid = (a > 0) & (x >= 0)
    out[valid & ((x == 0) | np.isinf(x))] = 0.0
    low, high = valid & (x > 0) & (x < a + 1), valid & (x >= a + 1) & np.isfinite(x)
    with np.errstate(all="ignore"):
        out[low] = _gamma_series(a[low], x[low])
        out[high] = _gamma_fraction(a[high], x[high])
    return shaped(out)


def _gamma_series(a: Numbers, x: Numbers) -> Numbers:
    """P = Σ x^(a+n) exp(-x) / Γ(a+n+1) (DLMF 8.7.1): each term gets the factor log x - ψ(a+n+1)."""
    term = gamma_density(a + 1, x)
    factor = np.log(x) - sp.digamma(a + 1)
    total = term * factor
    for n in range(1, TERMS):
        term = term * (x / (a + n))
        factor = factor - 1 / (a + n)
        total = total + term * factor
        if np.all(np.abs(term * factor) <= 0.1 * EPS * np.abs(total)):
            break
    return total


def _gamma_fraction(a: Numbers, x: Numbers) -> Numbers:
    """Q = x^a exp(-x)/Γ(a) · 1/(x+1-a - 1(1-a)/(x+3-a - 2(2-a)/(x+5-a - ...))) (DLMF 8.9.2)."""
    h, dh = _continued(lambda n: (-n * (n - a), n, x + (2 * n + 1) - a, -1.0))
    return -x * gamma_density(a, x) * (h * (np.log(x) - sp.digamma(a)) + dh)


# -- beta --------------------------------------------------------------------------------------------------------------


def beta_density(a: Any, b: Any, x: Any) -> Any:
    """x^(a-1) (1-x)^(b-1) / B(a, b), the derivative of the regularized incomplete beta function in x."""
    (a, b, x), shaped = _flat(a, b, x)
    with np.errstate(all="ignore"):
        return shaped(of_beta(a, b, x))


def of_beta(a: Any, b: Any, x: Any) -> Any:
    """The same of float64."""
    sign = sp.gammasgn(a) * sp.gammasgn(b) * sp.gammasgn(a + b)  # derivatives reach negative parameters
    out = sign * np.exp(sp.xlogy(a - 1, x) + sp.xlog1py(b - 1, -x) - sp.betaln(a, b))
    vanishes = ((a <= 0) & (a == np.floor(a))) | ((b <= 0) & (b == np.floor(b)))  # at the poles of Γ
    return np.where((x < 0) | (x > 1), np.nan, np.where(vanishes, 0.0, out))


def betainc_by_a(a: Any, b: Any, x: Any) -> Any:
    """∂I_x(a, b)/∂a, by the continued fraction of I_x(a, b) or of I_{1-x}(b, a) = 1 - I_x(a, b)."""
    (a, b, x), shaped = _flat(a, b, x)
    return shaped(_beta_by_first(a, b, x, 1 - x))


def betainc_by_b(a: Any, b: Any, x: Any) -> Any:
    """∂I_x(a, b)/∂b."""
    (a, b, x), shaped = _flat(a, b, x)
    return shaped(-_beta_by_first(b, a, 1 - x, x))


def _beta_by_first(a: Numbers, b: Numbers, x: Numbers, y: Numbers) -> Numbers:
    out = np.full(a.shape, np.nan)
    valid = (a > 0) & (b > 0) & (x >= 0) & (y >= 0)
    out[valid & ((x == 0) | (y == 0))] = 0.0
    inside = valid & (x > 0) & (y > 0)
    low = inside & (x <= (a + 1) / (a + b + 2))
    high = inside & ~low
    with np.errstate(all="ignore"):
        out[low] = _beta_fraction(a[low], b[low], x[low], y[low], True)
        out[high] = -_beta_fraction(b[high], a[high], y[high], x[high], False)
    return out


def _beta_fraction(a: Numbers, b: Numbers, x: Numbers, y: Numbers, by_a: bool) -> Numbers:
    """I_x = x^a y^b / (a B(a, b)) · 1/(1 + d₁/(1 + d₂/(1 + ...))), y = 1 - x (DLMF 8.17.22)."""

    def coefficients(n: int) -> tuple[Any, Any, Any, Any]:
        m = n // 2
        if n % 2:
            p = -(a + m) * (a + b + m) / ((a + 2 * m) * (a + 2 * m + 1)) * x
            rate = 1 / (a + b + m)
            return p, p * (rate + 1 / (a + m) - 1 / (a + 2 * m) - 1 / (a + 2 * m + 1) if by_a else rate), 1.0, 0.0
        unit = m * x / ((a + 2 * m - 1) * (a + 2 * m)) if n else 0.0
        p = unit * (b - m)
        return p, -p * (1 / (a + 2 * m - 1) + 1 / (a + 2 * m)) if by_a else unit, np.ones_like(a), 0.0

    h, dh = _continued(coefficients)
    log_slope = np.log(x) - sp.digamma(a + 1) if by_a else np.log(y) - sp.digamma(b)
    scale = np.exp(a * np.log(x) + b * np.log(y) - sp.betaln(a, b)) / a
    return scale * (h * (log_slope + sp.digamma(a + b)) + dh)
