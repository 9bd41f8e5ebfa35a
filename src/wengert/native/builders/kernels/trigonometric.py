"""sin, cos and tan: x = k·π/2 + r, with r in two parts, and polynomials on |r| ≤ π/4.

x - k·P₁ is exact by fused multiply-add; P₂ and P₃ follow, so that r keeps its digits next to multiples of π/2.
W. J. Cody and W. Waite, "Software manual for the elementary functions", 1980. Angles beyond 2²⁰ go to the C library.
"""

from __future__ import annotations

from wengert.native.builders.kernels.number import Number, any_sum, c_library, choose, nearest, polynomial, unless_rare

P1, P2, P3 = (float.fromhex(t) for t in ("0x1.921fb54442d18p+0", "0x1.1a62633145c07p-54", "-0x1.f1976b7ed8fbcp-110"))
PER_HALF_PI = float.fromhex("0x1.45f306dc9c883p-1")
FAR = 2.0**20
# Near-minimax on |r| < 0.786: (sin(r)/r - 1)/r² and (cos(r) - 1 + r²/2)/r⁴ in r², with errors of 2e-17 and 1e-18.
SIN = (
    -0.16666666666666666, 0.008333333333330925, -0.00019841269836722418, 2.755731608381636e-06, -2.5051127944014188e-08,
    1.5917848524808262e-10,
)  # fmt: skip
COS = (
    0.041666666666666664, -0.0013888888888887382, 2.480158729874307e-05, -2.7557317260008837e-07,
    2.0876143827993133e-09, -1.1382456778061306e-11,
)  # fmt: skip


def reduced(x: Number) -> tuple[Number, Number, Number]:
    """k, and r as a sum of two."""
    whole, k = nearest(x * PER_HALF_PI)
    minus = whole.neg()
    first = minus.fma(P1, x)
    step = minus * P2
    high, low = any_sum(first, step)
    return k, high, low + minus.fma(P2, step.neg()) + minus * P3


def _sin(r: Number, low: Number, z: Number) -> Number:
    """sin(r + low) = r + r³S(r²) + low·(1 - r²/2)."""
    return r + (z * r).fma(polynomial(z, SIN), low.fma(z * -0.5, low))


def _cos(r: Number, low: Number, z: Number) -> Number:
    """cos(r + low) = 1 - r²/2 + r⁴C(r²) - r·low, with what the first difference lost."""
    half = z * 0.5
    near = 1.0 - half
    return near + ((1.0 - near - half) + (z * z).fma(polynomial(z, COS), (r * low).neg()))


def _turned(value: Number, k: Number) -> Number:
    """With the other sign where the second bit of k is set."""
    return (value.bits() ^ ((k & 2) << 62)).of_bits()


def _rare(x: Number, common: Number, name: str) -> Number:
    return unless_rare(x.abs() > FAR, common, c_library(x.b, name), x)


def _both(x: Number) -> tuple[Number, Number, Number]:
    k, r, low = reduced(x)
    z = r * r
    return k, _sin(r, low, z), _cos(r, low, z)


def sin(x: Number) -> Number:
    """The sine."""
    k, s, c = _both(x)
    odd = (k & 1).is_(1)
    common = _turned(choose(odd, c, s), k)
    return _rare(x, choose(x.is_(0.0), x, common), "sin")


def cos(x: Number) -> Number:
    """The cosine."""
    k, s, c = _both(x)
    odd = (k & 1).is_(1)
    return _rare(x, _turned(choose(odd, s, c), k + 1), "cos")


def tan(x: Number) -> Number:
    """The tangent: sin/cos, or -cos/sin at odd multiples of π/2."""
    k, s, c = _both(x)
    odd = (k & 1).is_(1)
    quotient = choose(odd, c.neg(), s) / choose(odd, s, c)
    return _rare(x, choose(x.is_(0.0), x, quotient), "tan")
