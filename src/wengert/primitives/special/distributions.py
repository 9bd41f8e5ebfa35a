"""Distribution functions of statistics, all of them incomplete gamma and beta functions, and their inverses."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.special as sp

from wengert.primitives.elementwise import elementwise
from wengert.primitives.special.family import orders, refused
from wengert.primitives.special.incomplete import beta_density, betainc_by_a, gamma_density, gammainc_by_a

_POSITIVE = (0.5, 4.0)


def _of_probability(*parameters: Any) -> Any:
    return orders(*parameters, low=0.1, high=0.9)


# -- chi square: P(v/2, x/2); gamma: P(b, ax); Poisson: Q(⌊k⌋ + 1, m) --------------------------------------------------


def _chi2(v: Any, x: Any) -> Any:
    return 0.5 * gamma_density(0.5 * v, 0.5 * x)


def _chi2_by_v(v: Any, x: Any) -> Any:
    return 0.5 * gammainc_by_a(0.5 * v, 0.5 * x)


def _poisson(k: Any, m: Any) -> Any:
    return gamma_density(np.floor(k) + 1, m)


for _ufunc, _sign in ((sp.chdtr, 1), (sp.chdtrc, -1)):
    elementwise(
        _ufunc.__name__,
        _ufunc,
        lambda y, v, x, s=_sign: s * _chi2_by_v(v, x),
        lambda y, v, x, s=_sign: s * _chi2(v, x),
        samples=orders(2, 5),
    )
for _ufunc, _sign in ((sp.gdtr, 1), (sp.gdtrc, -1)):
    elementwise(
        _ufunc.__name__,
        _ufunc,
        lambda y, a, b, x, s=_sign: s * x * gamma_density(b, a * x),
        lambda y, a, b, x, s=_sign: s * gammainc_by_a(b, a * x),
        lambda y, a, b, x, s=_sign: s * a * gamma_density(b, a * x),
        samples=orders((2, 3), (1, 2)),
    )
for _ufunc, _sign in ((sp.pdtr, -1), (sp.pdtrc, 1)):
    elementwise(
        _ufunc.__name__,
        _ufunc,
        0,
        lambda y, k, m, s=_sign: s * _poisson(k, m),
        domain=((2.1, 2.9), _POSITIVE),
    )
elementwise(  # of 1 - P(v/2, y/2) = p
    "chdtri",
    sp.chdtri,
    lambda y, v, p: -_chi2_by_v(v, y) / _chi2(v, y),
    lambda y, v, p: -1 / _chi2(v, y),
    samples=_of_probability(2, 5),
)
elementwise(
    "pdtri",
    sp.pdtri,
    0,
    lambda y, k, p: -1 / _poisson(k, y),
    samples=_of_probability(2),
)

# -- Student: 1 - I_w(v/2, 1/2)/2 at w = v/(v + t²) for t > 0 ----------------------------------------------------------


def _student(v: Any, t: Any) -> Any:
    return np.exp(-0.5 * (v + 1) * np.log1p(t * t / v) - sp.betaln(0.5 * v, 0.5)) / np.sqrt(v)


def _student_by_v(v: Any, t: Any) -> Any:
    """Through v/2, and through w with dw/dv = t²/(v + t²)²: there the density is -t/2v times that of t."""
    w = v / (v + t * t)
    return -0.25 * np.sign(t) * betainc_by_a(0.5 * v, 0.5, w) - 0.5 * t / v * _student(v, t)


stdtr = elementwise(
    "stdtr",
    sp.stdtr,
    lambda y, v, t: _student_by_v(v, t),
    lambda y, v, t: _student(v, t),
    samples=orders(1, 4, low=-2.0),
    special=(((3.0, 0.0), (0.0, 2 / (np.pi * np.sqrt(3.0)))),),
)
stdtrit = elementwise(
    "stdtrit",
    sp.stdtrit,
    lambda y, v, p: -_student_by_v(v, y) / _student(v, y),
    lambda y, v, p: 1 / _student(v, y),
    samples=_of_probability(1, 4),
)

# -- F: I_w(d/2, e/2) at w = dx/(dx + e); binomial and negative binomial -----------------------------------------------


def _f(d: Any, e: Any, x: Any) -> Any:
    """The density: dw/dx = de/(dx + e)²."""
    total = d * x + e
    return beta_density(0.5 * d, 0.5 * e, d * x / total) * d * e / (total * total)


def _binomial(k: Any, n: Any, p: Any) -> Any:
    """The derivative of the sum's other side, I_p(k + 1, n - k)."""
    return beta_density(np.floor(k) + 1, n - np.floor(k), p)


for _ufunc, _sign in ((sp.fdtr, 1), (sp.fdtrc, -1)):
    _call = f"{_ufunc.__name__}(dfn, dfd, x)"
    elementwise(
        _ufunc.__name__,
        _ufunc,
        refused(_call, "dfn"),
        refused(_call, "dfd"),
        lambda y, d, e, x, s=_sign: s * _f(d, e, x),
        samples=orders((3, 4)),
    )
elementwise(
    "fdtri",
    sp.fdtri,
    refused("fdtri(dfn, dfd, p)", "dfn"),
    refused("fdtri(dfn, dfd, p)", "dfd"),
    lambda y, d, e, p: 1 / _f(d, e, y),
    samples=_of_probability((3, 4)),
)
for _ufunc, _sign in ((sp.bdtr, -1), (sp.bdtrc, 1)):
    elementwise(
        _ufunc.__name__,
        _ufunc,
        0,
        0,  # SciPy takes whole numbers
        lambda y, k, n, p, s=_sign: s * _binomial(k, n, p),
        samples=_of_probability((2, 5)),
    )
for _ufunc, _sign in ((sp.nbdtr, 1), (sp.nbdtrc, -1)):
    elementwise(
        _ufunc.__name__,
        _ufunc,
        0,
        0,
        lambda y, k, n, p, s=_sign: s * beta_density(n, k + 1, p),
        samples=_of_probability((2, 5)),
    )
