"""Powers and roots."""

from __future__ import annotations

from typing import Any

import numpy as np

from wengert.ir import Pointwise, dtype_of
from wengert.ir.primitive import ARITHMETIC
from wengert.primitives.elementwise import UFUNCS, elementwise, times
from wengert.primitives.identities import raised
from wengert.primitives.simplifications import neutral, step

_NUMBERS = (int, float)


def _power(x: Any, y: Any) -> Any:
    """`x ** y`: for arrays and numbers the operator has fast paths that `np.power` has not."""
    return x**y if type(x) is np.ndarray and type(y) in _NUMBERS else np.power(x, y)


def _base(z: Any, x: Any, y: Any) -> Any:
    """d x**y / dx = y x**(y-1), and 0 where y = 0: x**0 is identically 1, also at x = 0.

    It is again a product with a power, so that repeating it reaches 0 after y steps, never 0 * x**-1.
    """
    if type(y) in _NUMBERS:
        return 2 * x if y == 2 else y * power(x, y - 1) if y != 0 else 0.0
    return np.where(y == 0, 0.0, y * np.power(x, np.where(y == 0, 1, y - 1)))


def _exponent(z: Any, x: Any, y: Any) -> Any:
    """d x**y / dy = x**y log x; nan for x < 0 over the reals.

    At x = 0 it is 0 * -inf for y > 0. The limit is 0, and so are the limits of the terms that its own derivatives have
    of this form: the product is the chain rule's, in which the exact zero wins.
    """
    return times(z, np.log(x + 0j if dtype_of(z).kind == "c" else x))


_RULE = (_base, _exponent)
_DOMAIN = ((0.3, 2.0), (-2.0, 2.0))
_SPECIAL = (
    ((0.0, 0), (0.0, -np.inf)),
    ((0.0, 1.0), (1.0, 0.0)),
    ((0.0, 2.0), (0.0, 0.0)),
    ((-2.0, 3.0), (12.0, np.nan)),
    ((-2.0, 0.0), (0.0, np.nan)),
    ((1.0, np.inf), (np.inf, 0.0)),
)

power = elementwise(
    "power",
    _power,
    *_RULE,
    domain=_DOMAIN,
    symbol="{0} ** {1}",
    latex="#1^{#2}",
    holomorphic=True,
    simplify=neutral(1, 1),
    identities=raised,
    special=_SPECIAL,
    native=Pointwise("power", like=np.power),
)
UFUNCS[np.power] = power
float_power = elementwise(
    "float_power", np.float_power, *_RULE, domain=_DOMAIN, holomorphic=True, special=_SPECIAL, native="power"
)
square = elementwise(
    "square",
    np.square,
    lambda y, x: 2 * x,
    symbol="{0}²",
    latex="#1^{2}",
    holomorphic=True,
    identities=lambda x: step(np.power, x, 2),
    native="square",
    nonnegative=True,
    cost=ARITHMETIC,
)
sqrt = elementwise(
    "sqrt",
    np.sqrt,
    lambda y, x: 0.5 / y,
    domain=(0.2, 4.0),
    symbol="√{0}",
    latex=r"\sqrt{#1}",
    square=lambda x: x,
    holomorphic=True,
    special=(((0.0,), (np.inf,)), ((np.inf,), (0.0,))),
    native="sqrt",
    nonnegative=True,
)
cbrt = elementwise(
    "cbrt",
    np.cbrt,
    lambda y, x: 1 / (3 * y * y),
    domain=(0.2, 4.0),
    symbol="∛{0}",
    latex=r"\sqrt[3]{#1}",
    special=(((0.0,), (np.inf,)), ((-8.0,), (1 / 12,))),
    native="cbrt",
)
hypot = elementwise(
    "hypot",
    np.hypot,
    lambda z, x, y: np.where(z == 0, 0.0, x / z),
    lambda z, x, y: np.where(z == 0, 0.0, y / z),
    square=lambda x, y: x * x + y * y,
    special=(((0.0, 0.0), (0.0, 0.0)), ((0.0, -2.0), (0.0, -1.0)), ((1e200, 1e200), (0.5**0.5, 0.5**0.5))),
    native="hypot",
)
