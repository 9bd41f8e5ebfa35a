"""`numpy.fft`, and what `scipy.fft` has beyond it in arguments and functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from wengert.errors import UnsupportedError
from wengert.functions.assemble import as_array
from wengert.functions.axes import from_end
from wengert.functions.output import delivered
from wengert.functions.table import implements
from wengert.ir import Primitive, dtype_of, shape_of
from wengert.primitives import fourier

Transform = Callable[..., Any]
FREE: dict[str, Transform] = {}  # scipy.fft's functions by name


def _norm(norm: Any) -> str:
    """The norm by its name; None is "backward"."""
    if norm not in (None, *fourier.REVERSED):
        raise ValueError(f'Invalid norm value {norm}; should be "backward", "ortho" or "forward".')
    return norm or "backward"


def _lengths(x: Any, axes: tuple[int, ...], s: Any, bins: bool) -> tuple[int, ...]:
    """The lengths to transform; missing ones are the array's own, of n/2 + 1 bins those of an even signal.

    A length of -1 is the array's own in NumPy too.
    """
    own = [shape_of(x)[a] for a in axes]
    if bins:
        own[-1] = 2 * (own[-1] - 1)
    given = own if s is None else [n if asked in (None, -1) else int(asked) for asked, n in zip(s, own, strict=True)]
    if any(n < 1 for n in given):
        raise ValueError(f"Invalid number of FFT data points ({next(n for n in given if n < 1)}) specified.")
    return tuple(given)


def _axes(x: Any, axes: Any, s: Any) -> tuple[int, ...]:
    """The axes counted from the end; by default all, or as many of the last as there are lengths."""
    ndim = len(shape_of(x))
    if axes is None:
        return tuple(range(-(ndim if s is None else len(s)), 0))
    found = (axes,) if isinstance(axes, (int, np.integer)) else tuple(axes)
    if s is not None and len(s) != len(found):
        raise ValueError("Shape and axes have different lengths.")
    return tuple(from_end(a, ndim) for a in found)


def _transform(row: Primitive, x: Any, s: Any, axes: Any, norm: Any, bins: bool = False) -> Any:
    """A row with the arguments as callers give them; no axes, no transform."""
    x = as_array(x)
    if dtype_of(x).kind not in "fc":
        x = np.astype(x, np.dtype(np.float64))
    places = _axes(x, axes, s)
    if not places:
        return np.copy(x)
    lengths = _lengths(x, places, s, bins)
    if len(set(places)) == len(places):
        return row(x, s=lengths, axes=places, norm=_norm(norm))
    for length, place in zip(lengths[::-1], places[::-1], strict=True):  # NumPy transforms a repeated axis again
        x = row(x, s=(length,), axes=(place,), norm=_norm(norm))
    return x


def _hfft(rows: Any, a: Any, s: Any, axes: Any, norm: Any) -> Any:
    """The transform of a signal that is Hermitian: the inverse real one of the conjugate, with the norm reversed."""
    return _transform(rows.irfft, np.conjugate(as_array(a)), s, axes, fourier.REVERSED[_norm(norm)], bins=True)


def _ihfft(rows: Any, a: Any, s: Any, axes: Any, norm: Any) -> Any:
    return np.conjugate(_transform(rows.rfft, a, s, axes, fourier.REVERSED[_norm(norm)]))
