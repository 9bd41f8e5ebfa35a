"""What all operations are made of: literals, conversion, complex numbers, comparison, choice."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from wengert.native.builders.llvm import Builder
from wengert.native.builders.values import PARTS, Val, code_of

INTEGER = {"f8": "i8", "f4": "i4"}


class UnknownOperationError(Exception):
    """The operation is not known for operands of this type."""


class Types:
    """The types of elements, and what tells them apart."""

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
            shifted = self.b.cast("fptosi", self._in_range(self.b.op("fsub", x, self.like(2.0**63, x))), "i8")
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

    def truth(self, x: Val) -> Val:
        """Whether it is not zero."""
        return self.convert(x, "b1")

    def _need(self, x: Val, kinds: str, what: str) -> None:
        if x.kind not in kinds:
            raise UnknownOperationError(f"{what} of {x.code}")

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

    # -- choice and logic ----------------------------------------------------------------------------------------------

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

    # -- kinds of numbers and bits -------------------------------------------------------------------------------------

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

    def fabs(self, x: Val) -> Val:
        """|x| of a float."""
        return self.b.intrinsic("fabs", x)

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
