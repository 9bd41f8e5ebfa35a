"""xʸ = exp(y·log x), with log x in two parts, so that its error times y still is small."""

from __future__ import annotations

import numpy as np

from wengert.native.builders.kernels.exponential import LOG2_HIGH, LOG2_LOW, exp_of_two_parts
from wengert.native.builders.kernels.logarithm import SMALLEST, split
from wengert.native.builders.kernels.number import Number, any_sum, c_library, polynomial, unless_rare

# (2 artanh(√z)/√z - 2 - 2z/3)/z² near-minimax on the same interval.
REST = (
    0.4000000000000003, 0.2857142857133801, 0.22222222271326808, 0.18181808210921882, 0.15385577463308145,
    0.13285868837545742, 0.1291471218393509,
)  # fmt: skip
TWO_THIRDS_HIGH, TWO_THIRDS_LOW = float.fromhex("0x1.5555555555555p-1"), float.fromhex("0x1.5555555555555p-55")


def _sum(a: Number, b: Number) -> tuple[Number, Number]:
    """a + b for |a| ≥ |b|, and what the rounding lost (T. J. Dekker, 1971)."""
    total = a + b
    return total, b - (total - a)


def _product(a: Number, b: Number) -> tuple[Number, Number]:
    total = a * b
    return total, a.fma(b, total.neg())


def log_in_two_parts(x: Number) -> tuple[Number, Number]:
    """log x as a sum: n·log 2 + 2s + ⅔s³ + s⁵R(s²), s = (m - 1)/(m + 1), all but the last in double length."""
    n, m = split(x)
    f = m - 1.0
    d, d_low = any_sum(m, m.of(1.0))
    s = f / d
    s_low = (s.neg().fma(d, f) - s * d_low) / d
    z, z_low = _product(s, s)
    z_low = s.fma(s_low + s_low, z_low)
    # t = ⅔z + z²R(z), of double length
    t, t_low = _product(z, z.of(TWO_THIRDS_HIGH))
    t_low = t_low + z_low * TWO_THIRDS_HIGH + z * TWO_THIRDS_LOW
    t, more = _sum(t, z * z * polynomial(z, REST))
    t_low = t_low + more
    # log m = 2s + s·t
    u, u_low = _product(s, t)
    u_low = u_low + s * t_low + s_low * t
    high, low = _sum(s + s, u)
    low = low + u_low + (s_low + s_low)
    whole, whole_low = _product(n, n.of(LOG2_HIGH))
    total, rest = any_sum(whole, high)
    return _sum(total, rest + low + n.fma(LOG2_LOW, whole_low))


def power(x: Number, y: Number) -> Number:
    """xʸ for positive numbers; the C library has all the special cases."""
    high, low = log_in_two_parts(x)
    product, rest = _product(y, high)
    rest = y.fma(low, rest)
    usual = (x > SMALLEST) & (x < np.inf) & (y.abs() < 1e300) & (product.abs() < 700.0)
    rare = Number(x.b, x.b.op("xor", usual.val, x.b.constant(True, "b1", x.val.lanes)))
    return unless_rare(rare, exp_of_two_parts(product, rest), c_library(x.b, "pow"), x, y)
