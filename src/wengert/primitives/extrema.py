"""The larger, the smaller, and clip.

Ties of two numbers are split equally. Beside a nan `maximum` and `minimum` are nan and depend on neither operand: both
partials are 0; `fmax` and `fmin` are the other operand.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from wengert.ir.primitive import ARITHMETIC
from wengert.primitives.elementwise import elementwise

_TIE = ((1.0, 1.0), (0.5, 0.5))
_INFINITE = ((np.inf, np.inf), (0.5, 0.5))


def _share(x: Any, y: Any, wins: Any) -> Any:
    return np.where(x == y, 0.5, wins)


maximum = elementwise(
    "maximum",
    np.maximum,
    lambda z, x, y: _share(x, y, x > y),
    lambda z, x, y: _share(x, y, y > x),
    symbol="max({0}, {1})",
    cost=ARITHMETIC,
    latex=r"\max",
    special=(_TIE, _INFINITE, ((1.0, np.nan), (0.0, 0.0))),
    native="maximum",
)
minimum = elementwise(
    "minimum",
    np.minimum,
    lambda z, x, y: _share(x, y, x < y),
    lambda z, x, y: _share(x, y, y < x),
    symbol="min({0}, {1})",
    cost=ARITHMETIC,
    latex=r"\min",
    special=(_TIE, _INFINITE, ((1.0, np.nan), (0.0, 0.0))),
    native="minimum",
)
fmax = elementwise(
    "fmax",
    np.fmax,
    lambda z, x, y: _share(x, y, (x > y) | np.isnan(y)),
    lambda z, x, y: _share(x, y, (y > x) | np.isnan(x)),
    cost=ARITHMETIC,
    special=(_TIE, ((1.0, np.nan), (1.0, 0.0))),
    native="fmax",
)
fmin = elementwise(
    "fmin",
    np.fmin,
    lambda z, x, y: _share(x, y, (x < y) | np.isnan(y)),
    lambda z, x, y: _share(x, y, (y < x) | np.isnan(x)),
    cost=ARITHMETIC,
    special=(_TIE, ((1.0, np.nan), (1.0, 0.0))),
    native="fmin",
)
# minimum(maximum(x, low), high), but the bounds count as inside: there all of the derivative is x's.
clip = elementwise(
    "clip",
    lambda x, low, high: np.clip(x, low, high),
    lambda z, x, low, high: (x >= low) & (x <= high),
    lambda z, x, low, high: (x < low) & (low <= high),
    lambda z, x, low, high: (x > high) | (low > high),
    domain=((-2.0, 2.0), (-1.0, -0.5), (0.5, 1.0)),
    cost=ARITHMETIC,
    special=(
        ((0.0, 0.0, 1.0), (1.0, 0.0, 0.0)),
        ((1.0, 0.0, 1.0), (1.0, 0.0, 0.0)),
        ((-1.0, 0.0, 1.0), (0.0, 1.0, 0.0)),
        ((5.0, 2.0, 1.0), (0.0, 0.0, 1.0)),
    ),
    native=lambda e, x, low, high: e.minimum(e.maximum(x, low), high),
)
