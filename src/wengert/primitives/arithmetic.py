"""Arithmetic: + - * /."""

from __future__ import annotations

import numpy as np

from wengert.ir.primitive import ARITHMETIC
from wengert.primitives.elementwise import elementwise, times
from wengert.primitives.identities import added, divided, multiplied, negated, subtracted
from wengert.primitives.simplifications import (
    added_negative,
    double_negative,
    first_of,
    neutral,
    of_negatives,
    step,
    subtracted_negative,
)

add = elementwise(
    "add",
    np.add,
    1,
    1,
    symbol="{0} + {1}",
    holomorphic=True,
    simplify=added_negative,
    identities=added,
    commutative=True,
    native="add",
)
subtract = elementwise(
    "subtract",
    np.subtract,
    1,
    -1,
    symbol="{0} - {1}",
    holomorphic=True,
    simplify=subtracted_negative,
    identities=subtracted,
    native="subtract",
)
negative = elementwise(
    "negative",
    np.negative,
    -1,
    symbol="-{0}",
    holomorphic=True,
    simplify=double_negative,
    identities=negated,
    native="negative",
)
positive = elementwise(
    "positive", np.positive, 1, symbol="+{0}", holomorphic=True, simplify=lambda x: x, native="positive"
)
multiply = elementwise(
    "multiply",
    np.multiply,
    lambda z, x, y: y,
    lambda z, x, y: x,
    symbol="{0} * {1}",
    holomorphic=True,
    cost=ARITHMETIC,
    simplify=first_of(neutral(1.0, 0, 1), of_negatives(np.multiply)),
    identities=multiplied,
    commutative=True,
    native="multiply",
)
divide = elementwise(
    "divide",
    np.true_divide,
    lambda z, x, y: 1 / y,
    lambda z, x, y: -z / y,
    domain=((-2.0, 2.0), (0.5, 2.0)),
    symbol="{0} / {1}",
    latex=r"\frac{#1}{#2}",
    holomorphic=True,
    cost=ARITHMETIC,
    simplify=first_of(neutral(1.0, 1), of_negatives(np.true_divide)),
    identities=divided,
    native="divide",
    undoes=(0, lambda z, x, y: times(z, y)),
)
reciprocal = elementwise(
    "reciprocal",
    np.reciprocal,
    lambda y, x: -y * y,
    domain=(0.5, 2.0),
    symbol="1 / {0}",
    latex=r"\frac{1}{#1}",
    holomorphic=True,
    cost=ARITHMETIC,
    identities=lambda x: step(np.divide, 1, x),
    special=(((np.inf,), (0.0,)),),
    native="reciprocal",
)
