"""Absolute values and signs: at 0 their derivative is 0."""

from __future__ import annotations

from typing import Any

import numpy as np

from wengert.ir import dtype_of
from wengert.ir.primitive import ARITHMETIC
from wengert.primitives.elementwise import elementwise
from wengert.primitives.roots import squared_size

_ABSOLUTE = (((0.0,), (0.0,)), ((-0.0,), (0.0,)), ((-np.inf,), (-1.0,)))


def _direction(y: Any, x: Any) -> Any:
    """sign(x); for complex x the number p with d|x| = Re(p dx), the conjugate of x/|x|."""
    return np.conjugate(np.sign(x)) if dtype_of(x).kind == "c" else np.sign(x)


absolute = elementwise(
    "absolute",
    np.absolute,
    _direction,
    symbol="|{0}|",
    latex=r"\left|#1\right|",
    special=_ABSOLUTE,
    square=squared_size,
    native="absolute",
    nonnegative=True,
    cost=ARITHMETIC,
)
fabs = elementwise("fabs", np.fabs, lambda y, x: np.sign(x), special=_ABSOLUTE, square=squared_size, native="fabs")
sign = elementwise("sign", np.sign, 0, special=(((0.0,), (0.0,)),), native="sign")
copysign = elementwise(
    "copysign",
    np.copysign,
    lambda z, x, y: np.sign(x) * np.copysign(1.0, y),
    0,
    special=(((-2.0, -0.0), (1.0, 0.0)), ((2.0, -1.0), (-1.0, 0.0)), ((0.0, 1.0), (0.0, 0.0))),
    native="copysign",
)
heaviside = elementwise(
    "heaviside",
    np.heaviside,
    0,
    lambda z, x, at_zero: x == 0,
    special=(((0.0, 0.5), (0.0, 1.0)), ((2.0, 0.5), (0.0, 0.0))),
    native="heaviside",
)
