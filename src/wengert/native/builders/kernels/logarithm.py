"""log and what is made of it: x = 2ⁿ m with √½ ≤ m < √2, and log m = 2 artanh((m - 1)/(m + 1))."""

from __future__ import annotations

import numpy as np

from wengert.native.builders.kernels.exponential import LOG2_HIGH, LOG2_LOW, PER_LOG2
from wengert.native.builders.kernels.number import Number, choose, polynomial

# Near-minimax for (2 artanh(√z)/√z - 2)/z on 0 ≤ z ≤ ((√2 - 1)/(√2 + 1))², with an error of 3e-16.
ATANH = (
    0.666666666666667, 0.3999999999989889, 0.28571428626253836, 0.22222211089379496, 0.1818289243253687,
    0.15331611722055008, 0.14617807153417325,
)  # fmt: skip
SMALLEST = 2.2250738585072014e-308  # the smallest number that is not subnormal
ROOT_HALF_BITS = 0x3FE6A09E667F3BCD


def split(x: Number) -> tuple[Number, Number]:
    """n, as a float, and m."""
    tiny = x < SMALLEST
    x = choose(tiny, x * 2.0**54, x)
    bits = x.bits()
    above = bits - ROOT_HALF_BITS
    n = above >> 52
    m = (bits - (n << 52)).of_bits()
    count = n.to_float()
    return choose(tiny, count - 54.0, count), m


def log_of_mantissa(m: Number) -> Number:
    """log m = f - (f²/2 - s(f²/2 + R)), f = m - 1, s = f/(2 + f): f is exact, and so the result near m = 1."""
    f = m - 1.0
    s = f / (f + 2.0)
    z = s * s
    half = f * 0.5 * f
    return f - (half - s * (half + z * polynomial(z, ATANH)))


def special(x: Number, result: Number) -> Number:
    """What a logarithm is at the ends and beyond them."""
    result = choose(x < np.inf, result, x)  # inf, nan
    result = choose(x.is_(0.0), -np.inf, result)
    return choose(x < 0.0, np.nan, result)


def log(x: Number) -> Number:
    """The natural logarithm."""
    n, m = split(x)
    f = m - 1.0
    s = f / (f + 2.0)
    z = s * s
    half = f * 0.5 * f
    rest = s.fma(half + z * polynomial(z, ATANH), n * LOG2_LOW)
    return special(x, n.fma(LOG2_HIGH, f - (half - rest)))


def log2(x: Number) -> Number:
    """The logarithm to base 2, exact at powers of two."""
    n, m = split(x)
    part = log_of_mantissa(m)
    return special(x, part.fma(PER_LOG2, n))


def log1p(x: Number) -> Number:
    """log(1 + x) = log u + (x - (u - 1))/u with u = 1 + x rounded."""
    u = x + 1.0
    correction = (x - (u - 1.0)) / u
    result = log(u) + choose(u > 0.0, choose(u < np.inf, correction, 0.0), 0.0)
    return choose(x.is_(0.0), x, result)
