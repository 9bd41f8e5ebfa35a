"""Rounding, remainders, and the parts of a floating-point number.

What is flat between its jumps has derivative 0, also at the jumps.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from wengert.errors import UnsupportedError
from wengert.ir import Composite, Pointwise, UfuncLoop, dtype_of
from wengert.primitives.elementwise import elementwise

floor = elementwise(
    "floor",
    np.floor,
    0,
    symbol="⌊{0}⌋",
    latex=r"\left\lfloor #1 \right\rfloor",
    special=(((2.0,), (0.0,)),),
    native="floor",
)
ceil = elementwise(
    "ceil", np.ceil, 0, symbol="⌈{0}⌉", latex=r"\left\lceil #1 \right\rceil", special=(((2.0,), (0.0,)),), native="ceil"
)
trunc = elementwise("trunc", np.trunc, 0, native="trunc")
rint = elementwise("rint", np.rint, 0, native="rint")
spacing = elementwise("spacing", np.spacing, 0, domain=(1.1, 1.9))


def _rounded(x: Any, decimals: int = 0) -> Any:
    """As NumPy does it: scaled by a power of ten."""
    if dtype_of(x).kind != "f":
        raise UnsupportedError("np.round of integers and complex numbers")
    if decimals == 0:
        return np.rint(x)
    power = 10.0 ** abs(decimals)
    return np.rint(x * power) / power if decimals > 0 else np.rint(x / power) * power


round_to = elementwise(
    "round",
    np.round,
    0,
    samples=lambda rng: [((rng.uniform(-200, 200, 4),), {"decimals": n}) for n in (-1, 0, 2)],
    native=Composite(_rounded),
)

# Python's `round(x, n)` rounds the decimal digits of x exactly, NumPy's x * 10**n: `round(0.15, 1)` is 0.1 or 0.2.
round_digits = elementwise(
    "round_digits",
    lambda x, decimals: np.vectorize(lambda v: round(float(v), decimals), otypes=[np.float64])(x)[()],
    0,
    samples=lambda rng: [((rng.uniform(-200, 200, 4),), {"decimals": n}) for n in (-1, 0, 2)],
)


# A conversion from floats to integers or truths: `convert` without a derivative.
to_integer = elementwise(
    "to_integer",
    lambda x, dtype: x.astype(dtype),
    0,
    samples=lambda rng: [((rng.uniform(-3, 3, 4),), {"dtype": np.dtype(np.int64)})],
    native=Pointwise(lambda e, x, dtype: e.astype(x, dtype), raw=True),
)

# x mod y = x - y⌊x/y⌋: at a multiple of y the derivative is that of the piece to the right.
_RATIO = ((2.1, 2.4), (0.85, 1.0))  # two to three times y: no jump
floor_divide = elementwise(
    "floor_divide",
    np.floor_divide,
    0,
    0,
    symbol="{0} // {1}",
    latex=r"\left\lfloor\frac{#1}{#2}\right\rfloor",
    domain=_RATIO,
    native="floor_divide",
)
remainder = elementwise(
    "remainder",
    np.remainder,
    1,
    lambda z, x, y: -np.floor_divide(x, y),
    symbol="{0} % {1}",
    domain=_RATIO,
    special=(((6.0, 3.0), (1.0, -2.0)), ((-1.0, 3.0), (1.0, 1.0))),
    native="remainder",
)
# The sign of x: x - y trunc(x/y). The quotient comes from z, so that the two round alike.
fmod = elementwise(
    "fmod",
    np.fmod,
    1,
    lambda z, x, y: -np.rint((x - z) / y),
    domain=_RATIO,
    special=(((6.0, 3.0), (1.0, -2.0)), ((-4.0, 3.0), (1.0, 1.0))),
    native="fmod",
)

fraction = elementwise("fraction", lambda x: np.modf(x)[0], 1, native=UfuncLoop(np.modf))
exponent = elementwise("exponent", lambda x: np.frexp(x)[1], 0, domain=(0.6, 0.9), native=UfuncLoop(np.frexp, 1))
mantissa = elementwise(
    "mantissa",
    lambda x: np.frexp(x)[0],
    lambda y, x: np.ldexp(1.0, -exponent(x)),
    special=(((8.0,), (1 / 16,)),),
    native=UfuncLoop(np.frexp),
)
ldexp = elementwise(
    "ldexp",
    np.ldexp,
    lambda z, x, n: np.ldexp(1.0, n),
    0,
    symbol="{0} * 2 ** {1}",
    samples=lambda rng: [((rng.standard_normal(4), np.array([0, 3, -1, 2])), {})],
)
# The neighbour of x towards y: x but for one unit in the last place.
nextafter = elementwise("nextafter", np.nextafter, 1, 0)
