"""Functions: by own ones on vectors where there are, else by the C library."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from wengert.native.builders.emit.integers import Integers
from wengert.native.builders.emit.types import UnknownOperationError
from wengert.native.builders.values import Val

_POWERS: dict[float, Callable[[Any, Val], Val]] = {  # xʸ for a y that is known
    0.0: lambda e, x: e.like(1, x),
    1.0: lambda e, x: x,
    2.0: lambda e, x: e.multiply(x, x),
    3.0: lambda e, x: e.multiply(e.multiply(x, x), x),
    4.0: lambda e, x: e.square(e.square(x)),
    -1.0: lambda e, x: e.reciprocal(x),
    -2.0: lambda e, x: e.reciprocal(e.square(x)),
}


class Emitter(Integers):
    """NumPy's operations on elements."""

    # -- by own functions on vectors -----------------------------------------------------------------------------------

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

    # -- by the C library ----------------------------------------------------------------------------------------------

    def log10(self, x: Val) -> Val:
        """The logarithm to base 10."""
        return self._c_library("log10", x)

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

    def arctan2(self, x: Val, y: Val) -> Val:
        """The angle of (y, x)."""
        return self._c_library("atan2", x, y)

    def nextafter(self, x: Val, y: Val) -> Val:
        """The neighbour of x towards y."""
        return self._c_library("nextafter", x, y)
