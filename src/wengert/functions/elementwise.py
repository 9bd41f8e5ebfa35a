"""Elementwise functions of NumPy that are no ufuncs of one output."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from wengert.functions.assemble import as_array
from wengert.functions.output import delivered
from wengert.functions.table import implements
from wengert.ir import dtype_of, shape_of
from wengert.primitives.arithmetic import positive
from wengert.primitives.bessel import i0
from wengert.primitives.complexes import to_complex
from wengert.primitives.elementwise import UFUNCS
from wengert.primitives.extrema import clip
from wengert.primitives.interpolation import interp
from wengert.primitives.rounding import (
    exponent,
    floor_divide,
    fraction,
    mantissa,
    remainder,
    round_to,
    to_integer,
    trunc,
)
from wengert.primitives.selection import replace_non_finite
from wengert.primitives.shape import convert
from wengert.primitives.sinc import sinc

_MISSING: Any = np._NoValue

# Ufuncs of two outputs are two functions.
UFUNCS[np.divmod] = lambda x, y: (floor_divide(x, y), remainder(x, y))
UFUNCS[np.modf] = lambda x: (fraction(x), trunc(x))
UFUNCS[np.frexp] = lambda x: (mantissa(x), exponent(x))


@implements(np.clip)
def clip_between(
    a: Any, a_min: Any = _MISSING, a_max: Any = _MISSING, out: Any = None, *, min: Any = _MISSING, max: Any = _MISSING
) -> Any:
    """Values limited to an interval; at its bounds they count as inside."""
    if a_min is _MISSING and a_max is _MISSING:
        a_min, a_max = (None if bound is _MISSING else bound for bound in (min, max))
    elif a_min is _MISSING or a_max is _MISSING:
        raise TypeError(f"clip() missing 1 required positional argument: 'a_{'min' if a_min is _MISSING else 'max'}'")
    elif min is not _MISSING or max is not _MISSING:
        raise ValueError("Passing `min` or `max` keyword argument when `a_min` and `a_max` are provided is forbidden.")
    if a_min is None and a_max is None:
        return delivered(positive(as_array(a)), out, "np.clip")
    low = -np.inf if a_min is None else _operand(a_min)
    high = np.inf if a_max is None else _operand(a_max)
    return delivered(clip(_operand(a), low, high), out, "np.clip")


def _operand(x: Any) -> Any:
    return as_array(x) if isinstance(x, (list, tuple)) else x


@implements(np.round, np.around)
def round_decimals(a: Any, decimals: int = 0, out: Any = None) -> Any:
    """Values rounded to a number of decimals; the derivative is 0."""
    return delivered(round_to(a, decimals=decimals), out, "np.round")


@implements(np.fix)
def fix(x: Any, out: Any = None) -> Any:
    """Values rounded towards 0."""
    return delivered(trunc(x), out, "np.fix")


@implements(np.astype)
def astype(x: Any, dtype: Any, /, *, copy: bool = True) -> Any:
    """Values in another dtype; those in a dtype of integers or truths have derivative 0."""
    found, dtype = dtype_of(x), np.dtype(dtype)
    if dtype == found:
        return np.copy(x) if copy else x
    if found.kind in "fc" and dtype.kind not in "fc":
        return to_integer(x, dtype=dtype)
    return convert(x, dtype=dtype)


@implements(np.sinc)
def normalized_sinc(x: Any) -> Any:
    """sin(πx)/(πx)."""
    return sinc(x)


@implements(np.i0)
def bessel_i0(x: Any) -> Any:
    """The modified Bessel function of order 0."""
    return i0(x)


@implements(np.nan_to_num)
def nan_to_num(x: Any, copy: bool = True, nan: Any = 0.0, posinf: Any = None, neginf: Any = None) -> Any:
    """Values with nan and infinities replaced by numbers."""
    limits = {"nan": nan, "posinf": posinf, "neginf": neginf}
    if dtype_of(x).kind == "c":
        out = to_complex(*(replace_non_finite(part, **limits) for part in (np.real(x), np.imag(x))))
    else:
        out = replace_non_finite(x, **limits)
    if copy or shape_of(x) == ():
        return out
    x[...] = out
    return x


@implements(np.interp)
def interpolate(x: Any, xp: Any, fp: Any, left: Any = None, right: Any = None, period: Any = None) -> Any:
    """Piecewise linear interpolation in a table."""
    x, xp, fp = as_array(x), as_array(xp), as_array(fp)
    if period is not None:
        if period == 0:
            raise ValueError("period must be a non-zero value")
        period = abs(period)
        x, xp = x % period, xp % period
        order = np.argsort(xp)
        xp, fp = xp[order], fp[order]
        xp = np.concatenate((xp[-1:] - period, xp, xp[0:1] + period))
        fp = np.concatenate((fp[-1:], fp, fp[0:1]))
        left = right = None
    return interp(x, xp, fp, fp[0] if left is None else left, fp[-1] if right is None else right)


@implements(np.unwrap)
def unwrap(p: Any, discont: Any = None, axis: int = -1, *, period: Any = 2 * math.pi) -> Any:
    """Angles with jumps of whole periods taken out."""
    p = as_array(p)
    half = period / 2
    discont = half if discont is None else discont
    steps = np.diff(p, axis=axis)
    wrapped = np.mod(steps + half, period) - half
    wrapped = np.where((wrapped == -half) & (steps > 0), half, wrapped)
    correction = np.where(abs(steps) < discont, 0.0, wrapped - steps)
    first, others = (
        tuple(part if i == axis % len(shape_of(p)) else slice(None) for i in range(len(shape_of(p))))
        for part in (slice(None, 1), slice(1, None))
    )
    return np.concatenate((p[first], p[others] + np.cumsum(correction, axis)), axis)
