"""Integers and what makes them: bits, rounding, remainders; size and sign."""

from __future__ import annotations

from wengert.native.builders.emit.arithmetic import Arithmetic
from wengert.native.builders.values import Val


class Integers(Arithmetic):
    """Integers, rounding, remainders, size and sign."""

    # -- bits of integers ----------------------------------------------------------------------------------------------

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

    # -- division with a remainder -------------------------------------------------------------------------------------

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
