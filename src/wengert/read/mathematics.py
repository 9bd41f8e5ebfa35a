"""The functions of `math` and `cmath` on traced numbers."""

from __future__ import annotations

import cmath
import math
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import special

from wengert.functions import has_traced
from wengert.ir import ABSENT, Traced
from wengert.primitives import to_dtype
from wengert.read.likeness import class_of
from wengert.read.tables import TABLE, stands_for
from wengert.record import Box
from wengert.record.operators import weaken

# Function -> the NumPy function that means the same on one number.
REAL: dict[Any, Any] = {
    math.sin: np.sin, math.cos: np.cos, math.tan: np.tan, math.asin: np.arcsin, math.acos: np.arccos,
    math.atan: np.arctan, math.atan2: np.arctan2, math.sinh: np.sinh, math.cosh: np.cosh, math.tanh: np.tanh,
    math.asinh: np.arcsinh, math.acosh: np.arccosh, math.atanh: np.arctanh, math.exp: np.exp, math.exp2: np.exp2,
    math.expm1: np.expm1, math.log1p: np.log1p, math.log2: np.log2, math.log10: np.log10, math.sqrt: np.sqrt,
    math.cbrt: np.cbrt, math.fabs: np.fabs, math.copysign: np.copysign, math.degrees: np.degrees,
    math.radians: np.radians, math.fmod: np.fmod, math.pow: np.power, math.ldexp: np.ldexp,
    math.gamma: special.gamma, math.lgamma: special.gammaln, math.erf: special.erf, math.erfc: special.erfc,
    math.nextafter: np.nextafter, math.remainder: lambda x, y: x - y * np.rint(x / y),
}  # fmt: skip
COMPLEX: dict[Any, Any] = {
    cmath.exp: np.exp, cmath.sin: np.sin, cmath.cos: np.cos, cmath.tan: np.tan, cmath.sinh: np.sinh,
    cmath.cosh: np.cosh, cmath.tanh: np.tanh, cmath.sqrt: np.sqrt, cmath.asin: np.arcsin, cmath.acos: np.arccos,
    cmath.atan: np.arctan, cmath.asinh: np.arcsinh, cmath.acosh: np.arccosh, cmath.atanh: np.arctanh,
    cmath.log10: np.log10,
}  # fmt: skip
# Functions whose result has no derivative: computed from the plain numbers.
PLAIN = (
    math.isnan, math.isinf, math.isfinite, math.isclose, math.floor, math.ceil, math.trunc, math.ulp,
    cmath.isnan, cmath.isinf, cmath.isfinite, cmath.isclose,
)  # fmt: skip


def scalar(value: Any) -> Any:
    """A result of one element as Python's number of weak type."""
    if isinstance(value, Box):
        if value.shape:
            if value.size != 1:
                raise TypeError("only 0-dimensional arrays can be converted to Python scalars")
            value = value.reshape(())[()]
        return weaken(value)
    return value


def number(x: Any) -> Any:
    """The plain number of a traced one, for what has no derivative."""
    return x._number("a function of math asks for it") if isinstance(x, Box) else x


def _on_traced(original: Callable[..., Any], meaning: Callable[..., Any], promote: Any = float) -> Callable[..., Any]:
    def function(*args: Any) -> Any:
        if not has_traced(args):
            return original(*args)
        with np.errstate(all="ignore"):
            out = scalar(meaning(*(_wide(a, promote) for a in args)))
        value = out.concrete() if isinstance(out, Box) else out
        if value is not ABSENT and not np.isfinite(value):
            original(*map(number, args))  # which raises ValueError or OverflowError where NumPy says nan or inf
        return out

    function.__name__ = original.__name__
    return function


def _wide(x: Any, kind: type) -> Any:
    """An argument as Python's own number, which is a double."""
    if not isinstance(x, Box):
        return x
    wide = np.dtype(kind)
    if x.shape or class_of(x) is np.ndarray:
        x = scalar(x + 0.0)
    return x if x.dtype == wide or x.dtype.kind not in "fc" else to_dtype(x, wide)


for _function, _meaning in REAL.items():
    TABLE[_function] = _on_traced(_function, _meaning)
for _function, _meaning in COMPLEX.items():
    TABLE[_function] = _on_traced(_function, _meaning, complex)
for _function in PLAIN:
    TABLE[_function] = lambda *args, original=_function, **kwargs: original(*map(number, args), **kwargs)


_natural, _principal = _on_traced(math.log, np.log), _on_traced(cmath.log, np.log, complex)


@stands_for(math.log)
def _log(x: Any, base: Any = None) -> Any:
    if not (isinstance(x, Traced) or isinstance(base, Traced)):
        return math.log(x) if base is None else math.log(x, base)
    return _natural(x) if base is None else scalar(_natural(x) / _natural(base))


@stands_for(cmath.log)
def _complex_log(x: Any, base: Any = None) -> Any:
    if not (isinstance(x, Traced) or isinstance(base, Traced)):
        return cmath.log(x) if base is None else cmath.log(x, base)
    return _principal(x) if base is None else scalar(_principal(x) / _principal(base))


@stands_for(cmath.phase)
def _phase(z: Any) -> Any:
    return scalar(np.angle(z)) if isinstance(z, Traced) else cmath.phase(z)


@stands_for(cmath.polar)
def _polar(z: Any) -> Any:
    return (scalar(abs(z)), scalar(np.angle(z))) if isinstance(z, Traced) else cmath.polar(z)


@stands_for(cmath.rect)
def _rect(r: Any, phi: Any) -> Any:
    if not has_traced((r, phi)):
        return cmath.rect(r, phi)
    return scalar(r * np.cos(phi) + 1j * (r * np.sin(phi)))


@stands_for(math.hypot)
def _hypot(*xs: Any) -> Any:
    if not has_traced(xs):
        return math.hypot(*xs)
    total = abs(xs[0])
    for x in xs[1:]:
        total = np.hypot(total, x)
    return scalar(total)


@stands_for(math.dist)
def _dist(p: Any, q: Any) -> Any:
    return _hypot(*(a - b for a, b in zip(p, q, strict=True)))


@stands_for(math.fsum)
def _fsum(xs: Any) -> Any:
    xs = list(xs)
    return sum(xs) if has_traced(xs) else math.fsum(xs)


@stands_for(math.prod)
def _prod(xs: Any, *, start: Any = 1) -> Any:
    for x in xs:
        start = start * x
    return start


@stands_for(math.modf)
def _modf(x: Any) -> Any:
    if not isinstance(x, Traced):
        return math.modf(x)
    fraction, whole = np.modf(x)
    return scalar(fraction), scalar(whole)


@stands_for(math.frexp)
def _frexp(x: Any) -> Any:
    if not isinstance(x, Traced):
        return math.frexp(x)
    mantissa, exponent = np.frexp(x)
    return scalar(mantissa), int(exponent)


if sys.version_info >= (3, 12):

    @stands_for(math.sumprod)
    def _sumprod(p: Any, q: Any) -> Any:
        p, q = list(p), list(q)
        return sum(a * b for a, b in zip(p, q, strict=True)) if has_traced((p, q)) else math.sumprod(p, q)


if sys.version_info >= (3, 13):

    @stands_for(math.fma)
    def _fma(x: Any, y: Any, z: Any) -> Any:
        return scalar(x * y + z) if has_traced((x, y, z)) else math.fma(x, y, z)
