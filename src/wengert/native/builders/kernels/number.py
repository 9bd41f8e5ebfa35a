"""Numbers with operators, in which the functions of this package are written."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from wengert.native.builders.llvm import Builder
from wengert.native.builders.values import Val

MAGIC = 6755399441055744.0  # 1.5 · 2⁵²: added to a float, it leaves the nearest integer in the last bits


class Number:
    """A float or integer in some lanes."""

    __slots__ = ("b", "val")

    def __init__(self, b: Builder, val: Val) -> None:
        self.b = b
        self.val = val

    def of(self, value: Any) -> Number:
        """A literal of this type, or a number as it is."""
        if isinstance(value, Number):
            return value
        return Number(self.b, self.b.constant(value, self.val.code, self.val.lanes))

    def _op(self, verb: str, other: Any) -> Number:
        verb = "f" + verb if self.val.code == "f8" and verb in ("add", "sub", "mul", "div") else verb
        return Number(self.b, self.b.op(verb, self.val, self.of(other).val))

    def __add__(self, other: Any) -> Number:
        return self._op("add", other)

    def __sub__(self, other: Any) -> Number:
        return self._op("sub", other)

    def __mul__(self, other: Any) -> Number:
        return self._op("mul", other)

    def __truediv__(self, other: Any) -> Number:
        return self._op("div", other)

    def __radd__(self, other: Any) -> Number:
        return self.of(other)._op("add", self)

    def __rsub__(self, other: Any) -> Number:
        return self.of(other)._op("sub", self)

    def __rmul__(self, other: Any) -> Number:
        return self.of(other)._op("mul", self)

    def __rtruediv__(self, other: Any) -> Number:
        return self.of(other)._op("div", self)

    def __and__(self, other: Any) -> Number:
        return self._op("and", other)

    def __or__(self, other: Any) -> Number:
        return self._op("or", other)

    def __xor__(self, other: Any) -> Number:
        return self._op("xor", other)

    def __lshift__(self, other: Any) -> Number:
        return self._op("shl", other)

    def __rshift__(self, other: Any) -> Number:
        return self._op("ashr", other)

    def _compare(self, ordered: str, signed: str, other: Any) -> Number:
        predicate = ordered if self.val.code == "f8" else signed
        return Number(self.b, self.b.compare(predicate, self.val, self.of(other).val))

    def __lt__(self, other: Any) -> Number:
        return self._compare("olt", "slt", other)

    def __gt__(self, other: Any) -> Number:
        return self._compare("ogt", "sgt", other)

    def __ge__(self, other: Any) -> Number:
        return self._compare("oge", "sge", other)

    def is_(self, other: Any) -> Number:
        """Whether two numbers are equal."""
        return self._compare("oeq", "eq", other)

    def fma(self, factor: Any, summand: Any) -> Number:
        """self · factor + summand, rounded once."""
        return Number(self.b, self.b.intrinsic("fma", self.val, self.of(factor).val, self.of(summand).val))

    def abs(self) -> Number:
        """The absolute value."""
        return Number(self.b, self.b.intrinsic("fabs", self.val))

    def neg(self) -> Number:
        """The number with the other sign."""
        return Number(self.b, self.b.negate(self.val))

    def copysign(self, other: Number) -> Number:
        """The absolute value with the sign of another number."""
        return Number(self.b, self.b.intrinsic("copysign", self.val, other.val))

    def bits(self) -> Number:
        """The bits of a float as an integer."""
        return Number(self.b, self.b.cast("bitcast", self.val, "i8"))

    def of_bits(self) -> Number:
        """The float of these bits."""
        return Number(self.b, self.b.cast("bitcast", self.val, "f8"))

    def to_float(self) -> Number:
        """The float that equals an integer."""
        return Number(self.b, self.b.cast("sitofp", self.val, "f8"))


def choose(condition: Number, a: Any, b: Any) -> Number:
    """`a` in the lanes in which a truth holds, else `b`; one of the two is a Number."""
    known: Number = a if isinstance(a, Number) else b
    return Number(known.b, known.b.select(condition.val, known.of(a).val, known.of(b).val))


def polynomial(x: Number, coefficients: Sequence[float]) -> Number:
    """c₀ + c₁x + c₂x² + ..., even and odd powers apart, which halves the chain of dependent steps."""
    if len(coefficients) <= 3:
        return _horner(x, coefficients)
    square = x * x
    return x.fma(_horner(square, coefficients[1::2]), _horner(square, coefficients[::2]))


def _horner(x: Number, coefficients: Sequence[float]) -> Number:
    total = x.of(coefficients[-1])
    for c in coefficients[-2::-1]:
        total = total.fma(x, c)
    return total


def any_sum(a: Number, b: Number) -> tuple[Number, Number]:
    """a + b, and what the rounding lost (D. E. Knuth)."""
    total = a + b
    part = total - a
    return total, (a - (total - part)) + (b - part)


def nearest(x: Number) -> tuple[Number, Number]:
    """The nearest integer, as a float and in the low bits of an integer; |x| below 2⁵¹."""
    shifted = x + MAGIC
    return shifted - MAGIC, shifted.bits() - x.of(MAGIC).bits()


def power_of_two(n: Number) -> Number:
    """2ⁿ for an integer n from -1022 to 1023."""
    return ((n + 1023) << 52).of_bits()


def unless_rare(rare: Number, common: Number, function: Callable[[Sequence[Val]], Val], *xs: Number) -> Number:
    """The common result, and that of the C library in the lanes in which something is rare."""
    b, lanes = common.b, common.val.lanes
    place = b.variable(common.val)
    with b.when(b.any_lane(rare.val)):
        parts = []
        for i in range(lanes):
            one = function([b.extract(x.val, i) for x in xs])
            parts.append(b.select(b.extract(rare.val, i), one, b.extract(common.val, i)))
        b.put(place, b.gather(parts))
    return Number(b, b.get(place))


def c_library(b: Builder, name: str) -> Callable[[Sequence[Val]], Val]:
    """A function of the C library on single numbers."""
    return lambda xs: b.call(f"@{name}", "f8", xs, declare=True)
