"""Arithmetic: + - * /."""

from __future__ import annotations

import numpy as np

from wengert.ir.primitive import ARITHMETIC
from wengert.primitives.elementwise import elementwise, times
from wengert.primitives.simplifications import neutral

add = elementwise("add", np.add, 1, 1, symbol="{0} + {1}", holomorphic=True, native="add")
subtract = elementwise("subtract", np.subtract, 1, -1, symbol="{0} - {1}", holomorphic=True, native="subtract")
negative = elementwise("negative", np.negative, -1, symbol="-{0}", holomorphic=True, native="negative")
positive = elementwise("positive", np.positive, 1, symbol="+{0}", holomorphic=True, native="positive")
multiply = elementwise(
    "multiply",
    np.multiply,
    lambda z, x, y: y,
    lambda z, x, y: x,
    symbol="{0} * {1}",
    holomorphic=True,
    cost=ARITHMETIC,
    simplify=neutral(1.0, 0, 1),
    native="multiply",
)
divide = elementwise(
    "divide",
    np.true_divide,
    lambda z, x, y: 1 / y,
    lambda z, x, y: -z / y,
    domain=((-2.0, 2.0), (0.5, 2.0)),
    symbol="{0} / {1}",
    holomorphic=True,
    cost=ARITHMETIC,
    simplify=neutral(1.0, 1),
    native="divide",
    undoes=(0, lambda z, x, y: times(z, y)),
)
reciprocal = elementwise(
    "reciprocal",
    np.reciprocal,
    lambda y, x: -y * y,
    domain=(0.5, 2.0),
    symbol="1 / {0}",
    holomorphic=True,
    cost=ARITHMETIC,
    special=(((np.inf,), (0.0,)),),
    native="reciprocal",
)
