"""Python's builtins and `math` on traced values."""

from __future__ import annotations

import builtins
import cmath
import math
from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import special

from wengert.functions import has_traced
from wengert.ir import Traced, dtype_of
from wengert.primitives import to_dtype
from wengert.read.tables import TABLE, stands_for
from wengert.record import Box

# math function -> the NumPy function that means the same on one number
MATH: dict[Any, Any] = {
    math.sin: np.sin, math.cos: np.cos, math.tan: np.tan, math.asin: np.arcsin, math.acos: np.arccos,
    math.atan: np.arctan, math.atan2: np.arctan2, math.sinh: np.sinh, math.cosh: np.cosh, math.tanh: np.tanh,
    math.asinh: np.arcsinh, math.acosh: np.arccosh, math.atanh: np.arctanh, math.exp: np.exp, math.exp2: np.exp2,
    math.expm1: np.expm1, math.log1p: np.log1p, math.log2: np.log2, math.log10: np.log10, math.sqrt: np.sqrt,
    math.cbrt: np.cbrt, math.fabs: np.fabs, math.copysign: np.copysign, math.degrees: np.degrees,
    math.radians: np.radians, math.fmod: np.fmod, math.pow: np.power, math.isnan: np.isnan, math.isinf: np.isinf,
    math.isfinite: np.isfinite, math.ldexp: np.ldexp, math.gamma: special.gamma, math.lgamma: special.gammaln,
    math.erf: special.erf, math.erfc: special.erfc,
    cmath.exp: np.exp, cmath.sin: np.sin, cmath.cos: np.cos, cmath.tan: np.tan, cmath.sinh: np.sinh,
    cmath.cosh: np.cosh, cmath.tanh: np.tanh, cmath.sqrt: np.sqrt, cmath.phase: np.angle,
}  # fmt: skip


def _on_traced(original: Callable[..., Any], meaning: Callable[..., Any]) -> Callable[..., Any]:
    def function(*args: Any) -> Any:
        if not any(isinstance(a, Traced) for a in args):
            return original(*args)
        return scalar(meaning(*args))

    function.__name__ = original.__name__
    return function


def scalar(value: Any) -> Any:
    """A result of one element as Python's number of weak type."""
    if isinstance(value, Box):
        if value.shape:
            if value.size != 1:
                raise TypeError("only 0-dimensional arrays can be converted to Python scalars")
            value = value.reshape(())[()]
        value.ssa.weaken()
    return value


for _function, _meaning in MATH.items():
    TABLE[_function] = _on_traced(_function, _meaning)

for _function, _meaning in {
    math.floor: np.floor, math.ceil: np.ceil, math.trunc: np.trunc,
}.items():  # fmt: skip
    TABLE[_function] = _on_traced(_function, lambda x, meaning=_meaning: int(meaning(x)))


@stands_for(math.log)
def _log(x: Any, base: Any = math.e) -> Any:
    if not (isinstance(x, Traced) or isinstance(base, Traced)):
        return math.log(x) if base is math.e else math.log(x, base)
    return scalar(np.log(x) if base is math.e else np.log(x) / np.log(base))


@stands_for(math.hypot)
def _hypot(*xs: Any) -> Any:
    if not has_traced(xs):
        return math.hypot(*xs)
    total = xs[0] if len(xs) > 1 else abs(xs[0])
    for x in xs[1:]:
        total = np.hypot(total, x)
    return scalar(total)


@stands_for(math.dist)
def _dist(p: Any, q: Any) -> Any:
    return _hypot(*(a - b for a, b in zip(p, q, strict=True)))


@stands_for(math.fsum)
def _fsum(xs: Any) -> Any:
    xs = list(xs)
    return builtins.sum(xs) if has_traced(xs) else math.fsum(xs)


@stands_for(math.prod)
def _prod(xs: Any, *, start: Any = 1) -> Any:
    for x in xs:
        start = start * x
    return start


@stands_for(float)
def _float(x: Any = 0.0) -> Any:
    if not isinstance(x, Box) or dtype_of(x).kind != "f":
        return float(x)
    return scalar(to_dtype(x + 0.0 if x.is_array() else x, np.dtype(float)))


@stands_for(complex)
def _complex(real: Any = 0.0, imag: Any = 0.0) -> Any:
    if not (isinstance(real, Traced) or isinstance(imag, Traced)):
        return complex(real, imag) if imag else complex(real)
    return scalar(real + 1j * imag)


@stands_for(int)
def _int(x: Any = 0, *base: Any) -> Any:
    return int(np.trunc(x)) if isinstance(x, Box) else int(x, *base)


@stands_for(pow)
def _pow(base: Any, exp: Any, mod: Any = None) -> Any:
    return base**exp if mod is None else pow(base, exp, mod)


@stands_for(round)
def _round(number: Any, ndigits: int | None = None) -> Any:
    if not isinstance(number, Box):
        return round(number) if ndigits is None else round(number, ndigits)
    return int(np.round(number)) if ndigits is None else np.round(number, ndigits)


@stands_for(isinstance)
def _isinstance(x: Any, kinds: Any) -> bool:
    if not isinstance(x, Box):
        return isinstance(x, kinds)
    like: Any = np.zeros((0,) * max(x.ndim, 1), x.dtype) if x.is_array() else x.dtype.type(0)
    if not x.is_array() and type(x.concrete()) in (float, complex, int):
        like = x.concrete()
    return isinstance(like, kinds)
