"""exp and what is made of it: 2ⁿ · (1 + r + r²p(r)) with x = n·log 2 + r and |r| ≤ (log 2)/2."""

from __future__ import annotations

from wengert.native.builders.kernels.number import Number, choose, nearest, polynomial, power_of_two

LOG2_HIGH, LOG2_LOW = float.fromhex("0x1.62e42fefa39efp-1"), float.fromhex("0x1.abc9e3b39803fp-56")
PER_LOG2 = 1.4426950408889634
# Near-minimax for (exp(r) - 1 - r)/r² on |r| < 0.35, with an error of 1.2e-16.
EXP = (
    0.5000000000000001, 0.16666666666666669, 0.04166666666662064, 0.008333333333329793, 0.0013888888918939168,
    0.00019841269864380513, 2.4801518641395993e-05, 2.75572664186123e-06, 2.7621338669142925e-07, 2.510134692835034e-08,
)  # fmt: skip


def clamp(x: Number, low: float, high: float) -> Number:
    """Within bounds; nan stays."""
    x = choose(x > high, high, x)
    return choose(x < low, low, x)


def reduced(x: Number) -> tuple[Number, Number]:
    """n and r with x = n·log 2 + r."""
    whole, n = nearest(x * PER_LOG2)
    r = whole.neg().fma(LOG2_HIGH, x)
    return n, whole.neg().fma(LOG2_LOW, r)


def scaled(y: Number, n: Number) -> Number:
    """y · 2ⁿ for |n| up to 2000: in two steps, so that it rounds once where it is subnormal."""
    half = n >> 1
    return y * power_of_two(half) * power_of_two(n - half)


def exp(x: Number) -> Number:
    """eˣ."""
    n, r = reduced(clamp(x, -746.0, 710.0))
    return scaled((r * r).fma(polynomial(r, EXP), r) + 1.0, n)


def exp_of_two_parts(high: Number, low: Number) -> Number:
    """e to a sum of which the second part is tiny."""
    n, r = reduced(clamp(high, -746.0, 710.0))
    r = r + low
    return scaled((r * r).fma(polynomial(r, EXP), r) + 1.0, n)


def exp2(x: Number) -> Number:
    """2ˣ: the integer part is exact."""
    x = clamp(x, -1080.0, 1025.0)
    whole, n = nearest(x)
    fraction = x - whole
    r = fraction * LOG2_HIGH
    low = fraction.fma(LOG2_HIGH, r.neg()) + fraction * LOG2_LOW
    return scaled((r * r).fma(polynomial(r, EXP), low) + r + 1.0, n)


def expm1(x: Number) -> Number:
    """eˣ - 1 = 2(2ⁿ⁻¹ q + 2ⁿ⁻¹ - ½) with q = eʳ - 1: exact where n = 0, and without overflow before the end."""
    n, r = reduced(clamp(x, -40.0, 710.0))
    q = (r * r).fma(polynomial(r, EXP), r)
    scale = power_of_two(n - 1)
    half = scale.fma(q, scale - 0.5)
    return choose(x.is_(0.0), x, half + half)


def tanh(x: Number) -> Number:
    """With q = exp(2|x|) - 1: q/(q + 2), which is 1 from 22 on."""
    size = clamp(x.abs(), 0.0, 22.0)
    q = expm1(size + size)
    return (q / (q + 2.0)).copysign(x)
