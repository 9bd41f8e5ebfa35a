"""x log y and what is made of it, and robust losses."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.special as sp

from wengert.primitives.elementwise import elementwise

_POSITIVE = (0.3, 3.0)


def _ratio(x: Any, y: Any) -> Any:
    """x/y, and 0 for x = 0 whatever y is: 0 log y is 0 for every y."""
    return np.where(x == 0, 0.0, x / y)


def _log_ratio(x: Any, y: Any) -> Any:
    """log(x/y), and inf for x = y = 0: there x log(x/y) jumps to inf with x > 0."""
    return np.where(y == 0, np.inf, np.log(x / y))


xlogy = elementwise(
    "xlogy",
    sp.xlogy,
    lambda z, x, y: np.log(y),
    lambda z, x, y: _ratio(x, y),
    domain=((-2.0, 2.0), _POSITIVE),
    holomorphic=True,
    special=(((0.0, 0.0), (-np.inf, 0.0)), ((0.0, 2.0), (np.log(2.0), 0.0))),
    native=lambda e, x, y: e.where(
        e.logical_and(e.equal(x, e.like(0, x)), e.logical_not(e.isnan(y))), e.like(0, x), e.multiply(x, e.log(y))
    ),
)
xlog1py = elementwise(
    "xlog1py",
    sp.xlog1py,
    lambda z, x, y: np.log1p(y),
    lambda z, x, y: _ratio(x, 1 + y),
    domain=((-2.0, 2.0), (-0.7, 2.0)),
    holomorphic=True,
    special=(((0.0, -1.0), (-np.inf, 0.0)), ((2.0, 1e-20), (1e-20, 2.0))),
)
entr = elementwise("entr", sp.entr, lambda z, x: -np.log(x) - 1, domain=_POSITIVE, special=(((0.0,), (np.inf,)),))
rel_entr = elementwise(
    "rel_entr",
    sp.rel_entr,
    lambda z, x, y: _log_ratio(x, y) + 1,
    lambda z, x, y: -_ratio(x, y),
    domain=_POSITIVE,
    special=(((0.0, 2.0), (-np.inf, 0.0)), ((0.0, 0.0), (np.inf, 0.0))),
)
kl_div = elementwise(
    "kl_div",
    sp.kl_div,
    lambda z, x, y: _log_ratio(x, y),
    lambda z, x, y: 1 - _ratio(x, y),
    domain=_POSITIVE,
    special=(((0.0, 2.0), (-np.inf, 1.0)), ((0.0, 0.0), (np.inf, 1.0)), ((2.0, 2.0), (0.0, 0.0))),
)
huber = elementwise(
    "huber",
    sp.huber,
    lambda y, delta, r: np.maximum(np.abs(r) - delta, 0.0),
    lambda y, delta, r: np.where(np.abs(r) <= delta, r, delta * np.sign(r)),
    domain=((0.5, 1.0), (-3.0, 3.0)),
    special=(((1.0, 1.0), (0.0, 1.0)), ((1.0, -3.0), (2.0, -1.0))),
)


def _pseudo_delta(y: Any, delta: Any, r: Any) -> Any:
    """δ u⁴/(s (s + 1)²) with u = r/δ, s = √(1 + u²): 2δ(s - 1) - δu²/s without its cancellation; |r| at δ = 0."""
    u = r / np.where(delta == 0, 1.0, delta)
    s = np.hypot(1.0, u)
    t = u / (s + 1)
    return np.where(delta == 0, np.abs(r), r * t * t * (u / s))


pseudo_huber = elementwise(
    "pseudo_huber",
    sp.pseudo_huber,
    _pseudo_delta,
    lambda y, delta, r: np.where(delta == 0, 0.0, r / np.hypot(1.0, r / np.where(delta == 0, 1.0, delta))),
    domain=((0.5, 1.0), (-3.0, 3.0)),
    special=(((0.0, -2.0), (2.0, 0.0)), ((1.0, 1e-8), (0.25e-32, 1e-8)), ((2.0, 0.0), (0.0, 0.0))),
)
