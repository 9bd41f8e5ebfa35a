"""Arithmetic with NumPy's meaning, for one lane or many."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from wengert.native.builders import kernels
from wengert.native.builders.emit.types import Types
from wengert.native.builders.values import Val


class Arithmetic(Types):
    """Sums, products and quotients with NumPy's meaning, and how functions are called."""

    # -- sums and products ---------------------------------------------------------------------------------------------

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

    def fma(self, a: Val, b: Val, c: Val) -> Val:
        """a · b + c, rounded once."""
        return self.b.intrinsic("fma", a, b, c)

    # -- the chain rule's ----------------------------------------------------------------------------------------------

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

    def _followed(self, operation: str, out: Val, a: Val, b: Val) -> Val:
        """A result of which is known what its operands tell."""
        if out.kind == "i":
            self.b.intervals.follow(operation, a, b, out)
        return out

    def ratio(self, x: Val, gap: Val) -> Val:
        """x / gap, where an exact 0 / 0 is 0 and any other division by 0 nan."""
        by_zero = self.equal(gap, self.like(0, gap))
        nothing = self.where(self.equal(x, self.like(0, x)), self.like(0, x), self.like(np.nan, x))
        return self.where(by_zero, nothing, self.divide(x, gap))

    def over_count(self, total: Val, count: Any) -> Val:
        """A sum divided by a number that is not of weak type: in float64, rounded to the sum's type."""
        if total.kind == "c":
            return self._join([self.over_count(part, count) for part in self.b.parts(total)], total.code)
        wide = self.convert(total, "f8")
        return self.convert(self.divide(wide, self.like(float(count), wide)), total.code)

    # -- functions that somebody else computes -------------------------------------------------------------------------

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

    def hypot(self, x: Val, y: Val) -> Val:
        """√(x² + y²)."""
        return self._c_library("hypot", x, y)
