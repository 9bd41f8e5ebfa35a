"""Hypergeometric functions in their argument: the derivative is the same function with its parameters raised by one.

DLMF 15.5.1, 13.3.15, 13.3.22.
"""

from __future__ import annotations

from typing import Any

import scipy.special as sp

from wengert.primitives.elementwise import elementwise
from wengert.primitives.special.family import orders, refused


def _no(call: str) -> tuple[Any, ...]:
    """The refusals of all parameters before the argument."""
    names = call[call.index("(") + 1 : -1].split(", ")
    return tuple(refused(call, name) for name in names[:-1])


hyp0f1 = elementwise(
    "hyp0f1",
    sp.hyp0f1,
    *_no("hyp0f1(v, z)"),
    lambda y, v, z: sp.hyp0f1(v + 1, z) / v,
    samples=orders(1, 2, low=-2.0),
    holomorphic=True,
)
hyp1f1 = elementwise(
    "hyp1f1",
    sp.hyp1f1,
    *_no("hyp1f1(a, b, z)"),
    lambda y, a, b, z: a / b * sp.hyp1f1(a + 1, b + 1, z),
    samples=orders((1, 2), (2, 3), (-2, 1), low=-2.0),
    holomorphic=True,
)
hyp2f1 = elementwise(
    "hyp2f1",
    sp.hyp2f1,
    *_no("hyp2f1(a, b, c, z)"),
    lambda y, a, b, c, z: a * b / c * sp.hyp2f1(a + 1, b + 1, c + 1, z),
    samples=orders((1, 2, 3), (1, 1, 2), (-2, 1, 2), low=-2.0, high=0.8),
    holomorphic=True,
)
hyperu = elementwise(
    "hyperu",
    sp.hyperu,
    *_no("hyperu(a, b, x)"),
    lambda y, a, b, x: -a * sp.hyperu(a + 1, b + 1, x),
    samples=orders((1, 2), (2, 1)),
)
wright_bessel = elementwise(
    "wright_bessel",
    sp.wright_bessel,
    *_no("wright_bessel(a, b, x)"),
    lambda y, a, b, x: sp.wright_bessel(a, a + b, x),
    samples=orders((1, 1), (2, 1)),
)
