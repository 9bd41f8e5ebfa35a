"""Arithmetic: + - * / and powers."""

from __future__ import annotations

from typing import Any

import numpy as np

from wengert.ir import dtype_of
from wengert.primitives.elementwise import elementwise


def _is(value: Any, number: float) -> bool:
    return type(value) in (int, float) and value == number


add = elementwise("add", np.add, 1, 1, symbol="{0} + {1}", holomorphic=True)
subtract = elementwise("subtract", np.subtract, 1, -1, symbol="{0} - {1}", holomorphic=True)
negative = elementwise("negative", np.negative, -1, symbol="-{0}", holomorphic=True)
positive = elementwise("positive", np.positive, 1, symbol="+{0}", holomorphic=True)
multiply = elementwise(
    "multiply", np.multiply, lambda z, x, y: y, lambda z, x, y: x, symbol="{0} * {1}", holomorphic=True
)
divide = elementwise(
    "divide",
    np.true_divide,
    lambda z, x, y: 1 / y,
    lambda z, x, y: -z / y,
    domain=((-2.0, 2.0), (0.5, 2.0)),
    symbol="{0} / {1}",
    holomorphic=True,
)
reciprocal = elementwise(
    "reciprocal",
    np.reciprocal,
    lambda y, x: -y * y,
    domain=(0.5, 2.0),
    symbol="1 / {0}",
    holomorphic=True,
    special=(((np.inf,), (0.0,)),),
)
square = elementwise("square", np.square, lambda y, x: 2 * x, symbol="{0}²", holomorphic=True)


def _power_base(z: Any, x: Any, y: Any) -> Any:
    """d x**y / dx = y x**(y-1), and 0 where y = 0: x**0 is identically 1, also at x = 0."""
    if _is(y, 2):
        return 2 * x
    if type(y) in (int, float):
        return y * x ** (y - 1) if y != 0 else 0.0
    return np.where(y == 0, 0.0, y * np.power(x, np.where(y == 0, 1, y - 1)))


def _power_exponent(z: Any, x: Any, y: Any) -> Any:
    """d x**y / dy = x**y log x, whose limit at x = 0 is 0 for y > 0; nan for x < 0 over the reals."""
    if dtype_of(z).kind == "c":
        return np.where((x == 0) & (np.real(y) > 0), 0.0, z * np.log(np.where(x == 0, 1, x) + 0j))
    return np.where((x == 0) & (y > 0), 0.0, z * np.log(x))


power = elementwise(
    "power",
    np.power,
    _power_base,
    _power_exponent,
    domain=((0.3, 2.0), (-2.0, 2.0)),
    symbol="{0} ** {1}",
    holomorphic=True,
    special=(
        ((0.0, 0), (0.0, -np.inf)),
        ((0.0, 1.0), (1.0, 0.0)),
        ((0.0, 2.0), (0.0, 0.0)),
        ((-2.0, 3.0), (12.0, np.nan)),
    ),
)
float_power = elementwise(
    "float_power",
    np.float_power,
    _power_base,
    _power_exponent,
    domain=((0.3, 2.0), (-2.0, 2.0)),
    holomorphic=True,
)
