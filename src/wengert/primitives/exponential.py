"""Exponentials and logarithms."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from wengert.primitives.elementwise import elementwise

LOG2, LOG10 = math.log(2.0), math.log(10.0)  # Python floats, which keep the dtype of what they meet
_POSITIVE = (0.2, 4.0)
_POLE = (((0.0,), (np.inf,)), ((np.inf,), (0.0,)))

exp = elementwise(
    "exp",
    np.exp,
    lambda y, x: y,
    latex="e^{#1}",
    holomorphic=True,
    special=(((-np.inf,), (0.0,)),),
    native="exp",
    nonnegative=True,
)
exp2 = elementwise(
    "exp2",
    np.exp2,
    lambda y, x: LOG2 * y,
    symbol="2 ** {0}",
    latex="2^{#1}",
    holomorphic=True,
    native="exp2",
    nonnegative=True,
)
# Not y + 1, which loses all digits where exp(x) is small.
expm1 = elementwise(
    "expm1", np.expm1, lambda y, x: np.exp(x), holomorphic=True, special=(((-40.0,), (math.exp(-40),)),), native="expm1"
)
log = elementwise(
    "log", np.log, lambda y, x: 1 / x, domain=_POSITIVE, latex=r"\log", holomorphic=True, special=_POLE, native="log"
)
log2 = elementwise(
    "log2",
    np.log2,
    lambda y, x: 1 / LOG2 / x,
    domain=_POSITIVE,
    holomorphic=True,
    special=_POLE,
    native="log2",
)
log10 = elementwise(
    "log10",
    np.log10,
    lambda y, x: 1 / LOG10 / x,
    domain=_POSITIVE,
    holomorphic=True,
    special=_POLE,
    native="log10",
)
log1p = elementwise(
    "log1p",
    np.log1p,
    lambda y, x: 1 / (1 + x),
    domain=(-0.8, 3.0),
    holomorphic=True,
    special=(((-1.0,), (np.inf,)),),
    native="log1p",
)


def _share(power: Callable[..., Any], x: Any, y: Any) -> Any:
    """The share of x in b**x + b**y, which is the partial of log_b(b**x + b**y) in x: 1/(1 + b**(y - x)).

    It neither overflows nor cancels. Beside y = -inf the sum is b**x for every x, also for x = -inf: the share is 1.
    """
    return 1 / (1 + power(np.where(y == -np.inf, -np.inf, y - x)))


_FAR = (
    ((-1000.0, 1000.0), (0.0, 1.0)),
    ((0.0, -np.inf), (1.0, 0.0)),
    ((-np.inf, -np.inf), (1.0, 1.0)),
    ((np.inf, 0.0), (1.0, 0.0)),
)

logaddexp = elementwise(
    "logaddexp",
    np.logaddexp,
    lambda z, x, y: _share(np.exp, x, y),
    lambda z, x, y: _share(np.exp, y, x),
    special=_FAR,
    native="logaddexp",
)
logaddexp2 = elementwise(
    "logaddexp2",
    np.logaddexp2,
    lambda z, x, y: _share(np.exp2, x, y),
    lambda z, x, y: _share(np.exp2, y, x),
    special=_FAR,
)
