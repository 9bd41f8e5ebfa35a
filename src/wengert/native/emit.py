"""The operations that rows are written in: arithmetic with NumPy's meaning, for one lane or many."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from wengert.native import kernels
from wengert.native.llvm import Builder
from wengert.native.values import PARTS, Val, code_of

MANTISSA = {"f8": 52, "f4": 23}
INTEGER = {"f8": "i8", "f4": "i4"}


class UnknownOperationError(Exception):
    """The operation is not known for operands of this type."""


_POWERS: dict[float, Callable[[Any, Val], Val]] = {  # xʸ for a y that is known
    0.0: lambda e, x: e.like(1, x),
    1.0: lambda e, x: x,
    2.0: lambda e, x: e.multiply(x, x),
    3.0: lambda e, x: e.multiply(e.multiply(x, x), x),
    4.0: lambda e, x: e.square(e.square(x)),
    -1.0: lambda e, x: e.reciprocal(x),
    -2.0: lambda e, x: e.reciprocal(e.square(x)),
}


class Emitter:
    """NumPy's operations on elements."""

    def __init__(self, builder: Builder) -> None:
        self.b = builder

    # -- constants and conversion --------------------------------------------------------------------------------------

    def constant(self, value: Any, code: str, lanes: int = 1) -> Val:
        """A literal."""
        return self.b.constant(value, code, lanes)

    def like(self, value: Any, x: Val) -> Val:
        """A literal of the type of another value."""
        return self.b.constant(value, x.code, x.lanes)

    def splat(self, x: Val, lanes: int) -> Val:
        """The same value in every lane."""
        if x.lanes == lanes:
            return x
        return self._join([self.b.splat(part, lanes) for part in self.b.parts(x)], x.code)

    def convert(self, x: Val, code: str) -> Val:
        """The value in another type, as `astype` does it."""
        if x.code == code:
            return x
        source, target = x.code[0], code[0]
        if target == "c":
            part = PARTS[code]
            if source == "c":
                return self._join([self.convert(p, part) for p in self.b.parts(x)], code)
            return self._join([self.convert(x, part), self.b.constant(0, part, x.lanes)], code)
        if source == "c":
            if target == "b":
                return self.not_equal(x, self.like(0, x))
            return self.convert(self.b.parts(x)[0], code)
        if target == "b":
            return self.b.compare("une" if source == "f" else "ne", x, self.like(0, x))
        wide, narrow = int(code[1:]), int(x.code[1:])
        if source == "b":
            return self.b.cast("uitofp" if target == "f" else "zext", x, code)
        if source == "f":
            if target == "f":
                return self.b.cast("fpext" if wide > narrow else "fptrunc", x, code)
            return self._to_integer(x, code)
        if target == "f":
            return self.b.cast("sitofp" if source == "i" else "uitofp", x, code)
        if wide == narrow:
            return Val(x.text, code, x.lanes)
        if wide < narrow:
            return self.b.cast("trunc", x, code)
        return self.b.cast("sext" if source == "i" else "zext", x, code)

    def _to_integer(self, x: Val, code: str) -> Val:
        """Truncated towards zero; what is out of range or not a number becomes the smallest number, as on x86."""
        wide = self.b.cast("fptosi", self._in_range(x), "i8")
        lowest = self.b.constant(-(2**63), "i8", x.lanes)
        if code == "u8":
            high = self.b.compare("oge", x, self.like(2.0**63, x))
            shifted = self.b.cast("fptosi", self._in_range(self.subtract(x, self.like(2.0**63, x))), "i8")
            wide = self.where(high, self.b.op("xor", shifted, lowest), wide)
            inside = self.b.compare("olt", self.fabs(x), self.like(2.0**64, x))
        else:
            inside = self.b.compare("olt", self.fabs(x), self.like(2.0**63, x))
        return self.convert(self.where(inside, wide, lowest), code)

    def _in_range(self, x: Val) -> Val:
        inside = self.b.compare("olt", self.fabs(x), self.like(2.0**63, x))
        return self.b.select(inside, x, self.like(0.0, x))

    def astype(self, x: Val, dtype: np.dtype[Any]) -> Val:
        """The value in a dtype."""
        code = code_of(np.dtype(dtype))
        if code is None:
            raise UnknownOperationError(f"a conversion to {dtype}")
        return self.convert(x, code)

    def over_count(self, total: Val, count: Any) -> Val:
        """A sum divided by a number that is not of weak type: in float64, rounded to the sum's type."""
        if total.kind == "c":
            return self._join([self.over_count(part, count) for part in self.b.parts(total)], total.code)
        wide = self.convert(total, "f8")
        return self.convert(self.divide(wide, self.like(float(count), wide)), total.code)

    def truth(self, x: Val) -> Val:
        """Whether it is not zero."""
        return self.convert(x, "b1")

    # -- complex numbers -----------------------------------------------------------------------------------------------

    def _join(self, parts: Sequence[Val], code: str) -> Val:
        return self.b.join(parts, code)

    def _parts(self, x: Val) -> tuple[Val, Val]:
        real, imag = self.b.parts(x)
        return real, imag

    def real(self, x: Val) -> Val:
        """The real part."""
        return self.b.parts(x)[0]

    def imag(self, x: Val) -> Val:
        """The imaginary part."""
        return self.b.parts(x)[1] if x.kind == "c" else self.like(0, x)

    def complex(self, x: Val, y: Val, code: str) -> Val:
        """x + iy."""
        part = PARTS[code]
        return self._join([self.convert(x, part), self.convert(y, part)], code)

    def conjugate(self, x: Val) -> Val:
        """The complex conjugate."""
        if x.kind != "c":
            return x
        real, imag = self._parts(x)
        return self._join([real, self.b.negate(imag)], x.code)

    def _by_parts(self, operation: Callable[..., Val], *xs: Val) -> Val:
        return self._join([operation(*parts) for parts in zip(*map(self.b.parts, xs), strict=True)], xs[0].code)

    # -- arithmetic ----------------------------------------------------------------------------------------------------

    def _need(self, x: Val, kinds: str, what: str) -> None:
        if x.kind not in kinds:
            raise UnknownOperationError(f"{what} of {x.code}")

    def add(self, a: Val, b: Val) -> Val:
        """a + b; the logical or of truths."""
        if a.kind == "c":
            return self._by_parts(self.add, a, b)
        return self._followed("add", self.b.op({"f": "fadd", "b": "or"}.get(a.kind, "add"), a, b), a, b)

    def subtract(self, a: Val, b: Val) -> Val:
        """a - b."""
        self._need(a, "fciu", "subtract")
        if a.kind == "c":
            return self._by_parts(self.subtract, a, b)
        return self._followed("subtract", self.b.op("fsub" if a.kind == "f" else "sub", a, b), a, b)

    def multiply(self, a: Val, b: Val) -> Val:
        """a · b; the logical and of truths."""
        for x, other in ((a, b), (b, a)):
            if a.kind == "f" and getattr(x, "value", None) == 1:
                return other
        if a.kind == "c":
            (x, y), (u, v) = self._parts(a), self._parts(b)
            real = self.subtract(self.multiply(x, u), self.multiply(y, v))
            return self._join([real, self.add(self.multiply(x, v), self.multiply(y, u))], a.code)
        return self._followed("multiply", self.b.op({"f": "fmul", "b": "and"}.get(a.kind, "mul"), a, b), a, b)

    def _followed(self, operation: str, out: Val, a: Val, b: Val) -> Val:
        """A result of which is known what its operands tell."""
        if out.kind == "i":
            self.b.intervals.follow(operation, a, b, out)
        return out

    def divide(self, a: Val, b: Val) -> Val:
        """a / b of floats; complex ones by Smith's method, as NumPy."""
        self._need(a, "fc", "divide")
        if a.kind == "f":
            return self.b.op("fdiv", a, b)
        (x, y), (u, v) = self._parts(a), self._parts(b)
        zero = self.multiply(self.equal(u, self.like(0, u)), self.equal(v, self.like(0, v)))
        wide = self.b.compare("oge", self.fabs(u), self.fabs(v))
        big, small = self.where(wide, u, v), self.where(wide, v, u)
        ratio = self.b.op("fdiv", small, big)
        scale = self.b.op("fdiv", self.like(1, u), self.add(big, self.multiply(small, ratio)))
        first, second = self.where(wide, x, y), self.where(wide, y, x)
        real = self.multiply(self.add(first, self.multiply(second, ratio)), scale)
        turned = self.where(
            wide,
            self.subtract(y, self.multiply(x, ratio)),
            self.subtract(self.multiply(y, ratio), x),
        )
        imag = self.multiply(turned, scale)
        return self._join(
            [
                self.where(zero, self.b.op("fdiv", x, self.fabs(u)), real),
                self.where(zero, self.b.op("fdiv", y, self.fabs(u)), imag),
            ],
            a.code,
        )

    def negative(self, x: Val) -> Val:
        """-x."""
        self._need(x, "fciu", "negative")
        if x.kind == "c":
            return self._by_parts(self.negative, x)
        return self.b.negate(x) if x.kind == "f" else self.b.op("sub", self.like(0, x), x)

    def positive(self, x: Val) -> Val:
        """+x."""
        return x

    def reciprocal(self, x: Val) -> Val:
        """1 / x."""
        self._need(x, "f", "reciprocal")
        return self.divide(self.like(1, x), x)

    def square(self, x: Val) -> Val:
        """x · x."""
        return self.multiply(x, x)

    def times(self, a: Val, b: Val) -> Val:
        """The product in which an exact zero wins over infinity and nan."""
        for x, other in ((a, b), (b, a)):
            number = getattr(x, "value", None)
            if number is not None and np.isfinite(number) and number != 0:
                return other if number == 1 else self.multiply(a, b)  # nan only where the other is
        found = self.b.times(a, b)
        if found is not None:
            return found
        product = self.multiply(a, b)
        if a.kind not in "fc":
            return product
        suspects = getattr(self.b, "suspects", None)
        if suspects is not None and a.kind == "f" and self.b.depth == suspects.depth:
            suspects.add(product)
            return product
        zero = self.logical_or(self.equal(a, self.like(0, a)), self.equal(b, self.like(0, b)))
        return self.where(self.logical_and(self.isnan(product), zero), self.like(0, a), product)

    def ratio(self, x: Val, gap: Val) -> Val:
        """x / gap, where an exact 0 / 0 is 0 and any other division by 0 nan."""
        by_zero = self.equal(gap, self.like(0, gap))
        nothing = self.where(self.equal(x, self.like(0, x)), self.like(0, x), self.like(np.nan, x))
        return self.where(by_zero, nothing, self.divide(x, gap))

    def fma(self, a: Val, b: Val, c: Val) -> Val:
        """a · b + c, rounded once."""
        return self.b.intrinsic("fma", a, b, c)

    # -- comparison ----------------------------------------------------------------------------------------------------

    def _compare(self, ordered: str, signed: str, unsigned: str, a: Val, b: Val) -> Val:
        if a.kind == "c":
            (x, y), (u, v) = self._parts(a), self._parts(b)
            tie = self.logical_and(self.b.compare("oeq", x, u), self._compare(ordered, signed, unsigned, y, v))
            strict = self._compare(ordered.replace("e", "t") if ordered in ("ole", "oge") else ordered, "", "", x, u)
            return self.logical_or(strict, tie)
        return self.b.compare({"f": ordered, "i": signed}.get(a.kind, unsigned), a, b)

    def equal(self, a: Val, b: Val) -> Val:
        """a == b."""
        if a.kind == "c":
            (x, y), (u, v) = self._parts(a), self._parts(b)
            return self.logical_and(self.equal(x, u), self.equal(y, v))
        return self.b.compare("oeq" if a.kind == "f" else "eq", a, b)

    def not_equal(self, a: Val, b: Val) -> Val:
        """a != b."""
        if a.kind == "c":
            (x, y), (u, v) = self._parts(a), self._parts(b)
            return self.logical_or(self.not_equal(x, u), self.not_equal(y, v))
        return self.b.compare("une" if a.kind == "f" else "ne", a, b)

    def less(self, a: Val, b: Val) -> Val:
        """a < b."""
        self._need(a, "fiub", "less")
        return self._compare("olt", "slt", "ult", a, b)

    def less_equal(self, a: Val, b: Val) -> Val:
        """a <= b."""
        self._need(a, "fiub", "less_equal")
        return self._compare("ole", "sle", "ule", a, b)

    def greater(self, a: Val, b: Val) -> Val:
        """a > b."""
        self._need(a, "fiub", "greater")
        return self._compare("ogt", "sgt", "ugt", a, b)

    def greater_equal(self, a: Val, b: Val) -> Val:
        """a >= b."""
        self._need(a, "fiub", "greater_equal")
        return self._compare("oge", "sge", "uge", a, b)

    def where(self, condition: Val, a: Val, b: Val) -> Val:
        """a where the condition holds, else b."""
        if condition.kind != "b":
            condition = self.truth(condition)
        if a.kind == "c":
            return self._by_parts(lambda x, y: self.b.select(condition, x, y), a, b)
        return self.b.select(condition, a, b)

    def logical_and(self, a: Val, b: Val) -> Val:
        """Both."""
        return self.b.op("and", self.truth(a), self.truth(b))

    def logical_or(self, a: Val, b: Val) -> Val:
        """One or both."""
        return self.b.op("or", self.truth(a), self.truth(b))

    def logical_xor(self, a: Val, b: Val) -> Val:
        """One but not both."""
        return self.b.op("xor", self.truth(a), self.truth(b))

    def logical_not(self, x: Val) -> Val:
        """Not."""
        return self.b.op("xor", self.truth(x), self.b.constant(True, "b1", x.lanes))

    def isnan(self, x: Val) -> Val:
        """Whether it is not a number."""
        if x.kind == "c":
            return self.logical_or(*map(self.isnan, self._parts(x)))
        return self.b.compare("uno", x, x) if x.kind == "f" else self.b.constant(False, "b1", x.lanes)

    def isinf(self, x: Val) -> Val:
        """Whether it is infinite."""
        if x.kind == "c":
            return self.logical_or(*map(self.isinf, self._parts(x)))
        if x.kind != "f":
            return self.b.constant(False, "b1", x.lanes)
        return self.b.compare("oeq", self.fabs(x), self.like(np.inf, x))

    def isfinite(self, x: Val) -> Val:
        """Whether it is a finite number."""
        if x.kind == "c":
            return self.logical_and(*map(self.isfinite, self._parts(x)))
        if x.kind != "f":
            return self.b.constant(True, "b1", x.lanes)
        return self.b.compare("olt", self.fabs(x), self.like(np.inf, x))

    def bits(self, x: Val) -> Val:
        """The bits of a float as an integer."""
        return self.b.cast("bitcast", x, INTEGER[x.code])

    def of_bits(self, n: Val, code: str) -> Val:
        """The float of these bits."""
        return self.b.cast("bitcast", n, code)

    def signbit(self, x: Val) -> Val:
        """Whether the sign is negative, also of a zero."""
        self._need(x, "f", "signbit")
        n = self.bits(x)
        return self.b.compare("slt", n, self.like(0, n))

    # -- integers ------------------------------------------------------------------------------------------------------

    def bitwise_and(self, a: Val, b: Val) -> Val:
        """a & b."""
        return self.b.op("and", a, b)

    def bitwise_or(self, a: Val, b: Val) -> Val:
        """a | b."""
        return self.b.op("or", a, b)

    def bitwise_xor(self, a: Val, b: Val) -> Val:
        """a ^ b."""
        return self.b.op("xor", a, b)

    def invert(self, x: Val) -> Val:
        """~x."""
        return self.b.op("xor", x, self.b.constant(True, "b1", x.lanes) if x.kind == "b" else self.like(-1, x))

    def _shift(self, verb: str, a: Val, b: Val, beyond: Val) -> Val:
        width = self.like(8 * int(a.code[1:]), a)
        inside = self.b.compare("ult", b, width)
        return self.where(inside, self.b.op(verb, a, self.where(inside, b, self.like(0, b))), beyond)

    def left_shift(self, a: Val, b: Val) -> Val:
        """a << b; 0 where all bits are shifted out."""
        self._need(a, "iu", "left_shift")
        return self._shift("shl", a, b, self.like(0, a))

    def right_shift(self, a: Val, b: Val) -> Val:
        """a >> b; the sign where all bits are shifted out."""
        self._need(a, "iu", "right_shift")
        if a.kind == "u":
            return self._shift("lshr", a, b, self.like(0, a))
        return self._shift("ashr", a, b, self.b.op("ashr", a, self.like(8 * int(a.code[1:]) - 1, a)))

    def bitwise_count(self, x: Val) -> Val:
        """The number of bits that are set in |x|."""
        self._need(x, "iu", "bitwise_count")
        return self.convert(self.b.intrinsic("ctpop", self.absolute(x)), "u1")

    # -- rounding ------------------------------------------------------------------------------------------------------

    def _rounding(self, name: str, x: Val) -> Val:
        if x.kind in "iub":
            return x
        self._need(x, "f", name)
        return self.b.intrinsic(name, x)

    def floor(self, x: Val) -> Val:
        """⌊x⌋."""
        return self._rounding("floor", x)

    def ceil(self, x: Val) -> Val:
        """⌈x⌉."""
        return self._rounding("ceil", x)

    def trunc(self, x: Val) -> Val:
        """Rounded towards zero."""
        return self._rounding("trunc", x)

    def rint(self, x: Val) -> Val:
        """Rounded to the nearest integer, halves to even."""
        if x.kind == "c":
            return self._by_parts(self.rint, x)
        return self._rounding("rint", x)

    def remainder(self, a: Val, b: Val) -> Val:
        """a mod b with the sign of b."""
        if a.kind in "iu":
            return self._integer_division(a, b)[1]
        self._need(a, "f", "remainder")
        return self._float_division(a, b)[1]

    def floor_divide(self, a: Val, b: Val) -> Val:
        """⌊a / b⌋."""
        if a.kind in "iu":
            return self._integer_division(a, b)[0]
        self._need(a, "f", "floor_divide")
        return self._float_division(a, b)[0]

    def _float_division(self, a: Val, b: Val) -> tuple[Val, Val]:
        """Quotient and remainder as NumPy has them, from the exact remainder."""
        zero, one = self.like(0, a), self.like(1, a)
        rest = self.fmod(a, b)
        quotient = self.divide(self.subtract(a, rest), b)
        some = self.not_equal(rest, zero)
        across = self.logical_and(some, self.logical_xor(self.less(b, zero), self.less(rest, zero)))
        rest = self.where(some, self.where(across, self.add(rest, b), rest), self.copysign(zero, b))
        quotient = self.where(across, self.subtract(quotient, one), quotient)
        whole = self.floor(quotient)
        up = self.greater(self.subtract(quotient, whole), self.like(0.5, a))
        whole = self.where(up, self.add(whole, one), whole)
        signed = self.copysign(zero, self.divide(a, b))
        whole = self.where(self.equal(quotient, zero), signed, whole)
        by_zero = self.equal(b, zero)
        raw = self.fmod(a, b)
        return self.where(by_zero, self.divide(a, b), whole), self.where(by_zero, raw, rest)

    def _integer_division(self, a: Val, b: Val) -> tuple[Val, Val]:
        zero, one = self.like(0, a), self.like(1, a)
        by_zero = self.equal(b, zero)
        if a.kind == "u":
            safe = self.where(by_zero, one, b)
            quotient, rest = self.b.op("udiv", a, safe), self.b.op("urem", a, safe)
            return self.where(by_zero, zero, quotient), self.where(by_zero, zero, rest)
        minus = self.equal(b, self.like(-1, a))  # the smallest number over -1 would trap
        safe = self.where(self.logical_or(by_zero, minus), one, b)
        quotient, rest = self.b.op("sdiv", a, safe), self.b.op("srem", a, safe)
        across = self.logical_and(
            self.not_equal(rest, zero), self.logical_xor(self.less(rest, zero), self.less(safe, zero))
        )
        quotient = self.where(across, self.subtract(quotient, one), quotient)
        rest = self.where(across, self.add(rest, safe), rest)
        quotient = self.where(minus, self.negative(a), self.where(by_zero, zero, quotient))
        return quotient, self.where(self.logical_or(by_zero, minus), zero, rest)

    def fmod(self, a: Val, b: Val) -> Val:
        """The remainder with the sign of a."""
        if a.kind == "f":
            return self._c_library("fmod", a, b)
        self._need(a, "iu", "fmod")
        by_zero = self.equal(b, self.like(0, a))
        skip = self.logical_or(by_zero, self.equal(b, self.like(-1, a))) if a.kind == "i" else by_zero
        rest = self.b.op("srem" if a.kind == "i" else "urem", a, self.where(skip, self.like(1, a), b))
        return self.where(skip, self.like(0, a), rest)

    # -- size and sign -------------------------------------------------------------------------------------------------

    def fabs(self, x: Val) -> Val:
        """|x| of a float."""
        return self.b.intrinsic("fabs", x)

    def absolute(self, x: Val) -> Val:
        """|x|."""
        if x.kind == "f":
            return self.fabs(x)
        if x.kind == "c":
            return self.hypot(*self._parts(x))
        if x.kind == "i":
            return self.where(self.less(x, self.like(0, x)), self.negative(x), x)
        return x

    def sign(self, x: Val) -> Val:
        """-1, 0 or 1; nan of nan."""
        self._need(x, "fiu", "sign")
        zero, one = self.like(0, x), self.like(1, x)
        if x.kind == "u":
            return self.where(self.equal(x, zero), zero, one)
        out = self.where(self.greater(x, zero), one, self.where(self.less(x, zero), self.like(-1, x), zero))
        return self.where(self.isnan(x), x, out) if x.kind == "f" else out

    def copysign(self, x: Val, y: Val) -> Val:
        """|x| with the sign of y."""
        return self.b.intrinsic("copysign", x, y)

    def heaviside(self, x: Val, at_zero: Val) -> Val:
        """0, `at_zero` or 1."""
        zero = self.like(0, x)
        out = self.where(self.less(x, zero), zero, self.where(self.greater(x, zero), self.like(1, x), at_zero))
        return self.where(self.isnan(x), x, out)

    def maximum(self, a: Val, b: Val) -> Val:
        """The larger; nan beside nan."""
        return self._followed("maximum", self._extremum(a, b, "oge", "sge", "uge"), a, b)

    def minimum(self, a: Val, b: Val) -> Val:
        """The smaller; nan beside nan."""
        return self._followed("minimum", self._extremum(a, b, "ole", "sle", "ule"), a, b)

    def _extremum(self, a: Val, b: Val, ordered: str, signed: str, unsigned: str) -> Val:
        self._need(a, "fiub", "maximum")
        wins = self.b.compare({"f": ordered, "i": signed}.get(a.kind, unsigned), a, b)
        if a.kind == "f":
            wins = self.logical_or(wins, self.isnan(a))
        return self.where(wins, a, b)

    def fmax(self, a: Val, b: Val) -> Val:
        """The larger, or what is beside nan."""
        return self._numbers(a, b, "oge", "sge", "uge")

    def fmin(self, a: Val, b: Val) -> Val:
        """The smaller, or what is beside nan."""
        return self._numbers(a, b, "ole", "sle", "ule")

    def _numbers(self, a: Val, b: Val, ordered: str, signed: str, unsigned: str) -> Val:
        self._need(a, "fiub", "fmax")
        wins = self.b.compare({"f": ordered, "i": signed}.get(a.kind, unsigned), a, b)
        if a.kind == "f":
            wins = self.logical_or(wins, self.isnan(b))
        return self.where(wins, a, b)

    # -- functions -----------------------------------------------------------------------------------------------------

    def sqrt(self, x: Val) -> Val:
        """√x."""
        self._need(x, "f", "sqrt")
        return self.b.intrinsic("sqrt", x)

    def each_lane(self, function: Callable[..., Val], *xs: Val) -> Val:
        """A function of single numbers, lane by lane."""
        lanes = xs[0].lanes
        if lanes == 1:
            return function(*xs)
        return self.b.gather([function(*(self.b.extract(x, i) for x in xs)) for i in range(lanes)])

    def _c_library(self, name: str, *xs: Val) -> Val:
        """A function of the C library, in double precision."""
        self._need(xs[0], "f", name)
        code = xs[0].code

        def one(*parts: Val) -> Val:
            wide = [self.convert(p, "f8") for p in parts]
            return self.convert(self.b.call(f"@{name}", "f8", wide, declare=True), code)

        return self.each_lane(one, *xs)

    def kernel(self, name: str, *xs: Val) -> Val:
        """One of the own functions on vectors; float32 is computed in float64 and rounded."""
        self._need(xs[0], "f", name)
        code = xs[0].code
        wide = [self.convert(x, "f8") for x in xs]
        return self.convert(kernels.call(self.b, name, *wide), code)

    def exp(self, x: Val) -> Val:
        """eˣ."""
        return self.kernel("exp", x)

    def log(self, x: Val) -> Val:
        """log x."""
        return self.kernel("log", x)

    def sin(self, x: Val) -> Val:
        """sin x."""
        return self.kernel("sin", x)

    def cos(self, x: Val) -> Val:
        """cos x."""
        return self.kernel("cos", x)

    def tan(self, x: Val) -> Val:
        """tan x."""
        return self.kernel("tan", x)

    def tanh(self, x: Val) -> Val:
        """tanh x."""
        return self.kernel("tanh", x)

    def log1p(self, x: Val) -> Val:
        """log(1 + x)."""
        return self.kernel("log1p", x)

    def expm1(self, x: Val) -> Val:
        """eˣ - 1."""
        return self.kernel("expm1", x)

    def erf(self, x: Val) -> Val:
        """The error function."""
        return self.kernel("erf", x)

    def exp2(self, x: Val) -> Val:
        """2ˣ."""
        return self.kernel("exp2", x)

    def log2(self, x: Val) -> Val:
        """The logarithm to base 2."""
        return self.kernel("log2", x)

    def log10(self, x: Val) -> Val:
        """The logarithm to base 10."""
        return self._c_library("log10", x)

    def power(self, x: Val, y: Val) -> Val:
        """xʸ."""
        number = getattr(y, "value", None)
        if x.kind in "iu":
            if not isinstance(number, int) or number < 0:
                raise UnknownOperationError("power of integers")
            return self._whole_power(x, number)
        if number is not None and number in _POWERS:
            return _POWERS[number](self, x)
        self._need(x, "f", "power")
        return self.kernel("pow", x, y)

    def sinh(self, x: Val) -> Val:
        """sinh x."""
        return self._c_library("sinh", x)

    def cosh(self, x: Val) -> Val:
        """cosh x."""
        return self._c_library("cosh", x)

    def arcsin(self, x: Val) -> Val:
        """arcsin x."""
        return self._c_library("asin", x)

    def arccos(self, x: Val) -> Val:
        """arccos x."""
        return self._c_library("acos", x)

    def arctan(self, x: Val) -> Val:
        """arctan x."""
        return self._c_library("atan", x)

    def arcsinh(self, x: Val) -> Val:
        """arsinh x."""
        return self._c_library("asinh", x)

    def arccosh(self, x: Val) -> Val:
        """arcosh x."""
        return self._c_library("acosh", x)

    def arctanh(self, x: Val) -> Val:
        """artanh x."""
        return self._c_library("atanh", x)

    def cbrt(self, x: Val) -> Val:
        """∛x."""
        return self._c_library("cbrt", x)

    def hypot(self, x: Val, y: Val) -> Val:
        """√(x² + y²)."""
        return self._c_library("hypot", x, y)

    def arctan2(self, x: Val, y: Val) -> Val:
        """The angle of (y, x)."""
        return self._c_library("atan2", x, y)

    def nextafter(self, x: Val, y: Val) -> Val:
        """The neighbour of x towards y."""
        return self._c_library("nextafter", x, y)

    def _whole_power(self, x: Val, n: int) -> Val:
        """xⁿ for an n that is known, by squaring."""
        result = self.like(1, x)
        while n:
            if n & 1:
                result = self.multiply(result, x)
            x, n = self.multiply(x, x), n >> 1
        return result

    def logaddexp(self, x: Val, y: Val) -> Val:
        """log(eˣ + eʸ)."""
        larger = self.maximum(x, y)
        apart = self.fabs(self.subtract(x, y))
        sum_ = self.add(larger, self.log1p(self.exp(self.negative(apart))))
        same = self.equal(x, y)  # also of infinities
        twice = self.add(x, self.like(0.6931471805599453, x))
        return self.where(same, twice, sum_)
