"""Trigonometric functions, their inverses, and angles."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from wengert.ir import dtype_of
from wengert.primitives.elementwise import elementwise

_PER_DEGREE, _PER_RADIAN = math.pi / 180, 180 / math.pi
_INSIDE = (-0.9, 0.9)


def _cathetus(x: Any) -> Any:
    """√(1 - x²), without cancellation near ±1."""
    if dtype_of(x).kind == "c":  # on the branch cuts the sign of a zero decides, which 1 - x and 1 + x would lose
        return np.sqrt(-(x - 1)) * np.sqrt(x - -1)
    return np.sqrt((1 - x) * (1 + x))


sin = elementwise("sin", np.sin, lambda y, x: np.cos(x), latex=r"\sin", holomorphic=True, native="sin")
cos = elementwise("cos", np.cos, lambda y, x: -np.sin(x), latex=r"\cos", holomorphic=True, native="cos")
tan = elementwise(
    "tan", np.tan, lambda y, x: 1 + y * y, domain=(-1.2, 1.2), latex=r"\tan", holomorphic=True, native="tan"
)
arcsin = elementwise(
    "arcsin",
    np.arcsin,
    lambda y, x: 1 / _cathetus(x),
    domain=_INSIDE,
    latex=r"\arcsin",
    holomorphic=True,
    special=(((1.0,), (np.inf,)), ((-1.0,), (np.inf,)), ((1 - 2.0**-40,), (1 / math.sqrt(2.0**-39 - 2.0**-80),))),
    native="arcsin",
)
arccos = elementwise(
    "arccos",
    np.arccos,
    lambda y, x: -1 / _cathetus(x),
    domain=_INSIDE,
    latex=r"\arccos",
    holomorphic=True,
    special=(((1.0,), (-np.inf,)), ((-1.0,), (-np.inf,))),
    native="arccos",
)
arctan = elementwise(
    "arctan",
    np.arctan,
    lambda y, x: 1 / (1 + x * x),
    latex=r"\arctan",
    holomorphic=True,
    special=(((1e200,), (0.0,)), ((np.inf,), (0.0,))),
    native="arctan",
)


def _over_square(a: Any, x: Any, y: Any) -> Any:
    """a/(x² + y²) for |a| ≤ hypot(x, y), where the squares may overflow."""
    h = np.hypot(x, y)
    return a / h / h


arctan2 = elementwise(
    "arctan2",
    np.arctan2,
    lambda z, y, x: _over_square(x, x, y),
    lambda z, y, x: _over_square(-y, x, y),
    domain=((-2.0, 2.0), (0.3, 2.0)),
    special=(((0.0, -1.0), (-1.0, 0.0)), ((1e200, 1e200), (0.5e-200, -0.5e-200)), ((0.0, 0.0), (np.nan, np.nan))),
    native="arctan2",
)
deg2rad = elementwise("deg2rad", np.deg2rad, _PER_DEGREE, native=lambda e, x: e.multiply(x, e.like(_PER_DEGREE, x)))
radians = elementwise("radians", np.radians, _PER_DEGREE, native=lambda e, x: e.multiply(x, e.like(_PER_DEGREE, x)))
rad2deg = elementwise("rad2deg", np.rad2deg, _PER_RADIAN, native=lambda e, x: e.multiply(x, e.like(_PER_RADIAN, x)))
degrees = elementwise("degrees", np.degrees, _PER_RADIAN, native=lambda e, x: e.multiply(x, e.like(_PER_RADIAN, x)))
