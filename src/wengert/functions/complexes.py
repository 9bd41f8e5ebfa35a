"""Complex numbers: their parts and angles, and `np.emath`, which goes complex where the reals end."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from wengert.functions.assemble import as_array
from wengert.functions.table import implements
from wengert.ir import dtype_of, shape_of
from wengert.primitives import complexes


@implements(np.real)
def real(val: Any) -> Any:
    """The real part, a view; a real array itself."""
    return complexes.real(val) if dtype_of(val).kind == "c" else val


@implements(np.imag)
def imag(val: Any) -> Any:
    """The imaginary part, a view; zeros for a real array."""
    return complexes.imag(val) if dtype_of(val).kind == "c" else np.zeros(shape_of(val), dtype_of(val))[()]


@implements(np.real_if_close)
def real_if_close(a: Any, tol: float = 100) -> Any:
    """The real part where all imaginary parts are within `tol` units of rounding (or `tol`, if it is at most 1)."""
    if dtype_of(a).kind != "c":
        return a
    if tol > 1:
        tol = np.finfo(dtype_of(a)).eps * tol
    return real(a) if np.all(np.absolute(imag(a)) < tol) else a


@implements(np.angle)
def angle(z: Any, deg: bool = False) -> Any:
    """The argument of a complex number."""
    z = as_array(z)
    radians = np.arctan2(imag(z), z.real)
    return radians * (180 / math.pi) if deg else radians


def _left_of_zero(x: Any) -> Any:
    return np.any((imag(x) == 0) & (real(x) < 0))


def _outside_unit(x: Any) -> Any:
    return np.any((imag(x) == 0) & (np.abs(real(x)) > 1))


def _extended(function: Any, outside: Any) -> Any:
    def extended(x: Any) -> Any:
        x = as_array(x)
        return function(x + 0j if outside(x) else x)

    return extended


for _name in ("sqrt", "log", "log2", "log10"):
    implements(getattr(np.emath, _name))(_extended(getattr(np, _name), _left_of_zero))
for _name in ("arcsin", "arccos", "arctanh"):
    implements(getattr(np.emath, _name))(_extended(getattr(np, _name), _outside_unit))


@implements(np.emath.power)
def power(x: Any, p: Any) -> Any:
    """x**p, complex for negative x."""
    x = as_array(x)
    return (x + 0j if _left_of_zero(x) else x) ** p


@implements(np.emath.logn)
def logn(n: Any, x: Any) -> Any:
    """The logarithm of x to the base n."""
    return np.emath.log(x) / np.emath.log(n)
