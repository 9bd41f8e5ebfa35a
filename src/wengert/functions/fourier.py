"""`numpy.fft`, and `scipy.fft` with its cosine and sine transforms, in the rows of `primitives.fourier`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from wengert.errors import UnsupportedError
from wengert.functions.assemble import as_array
from wengert.functions.axes import from_end
from wengert.functions.output import delivered
from wengert.functions.table import implements
from wengert.ir import Primitive, dtype_of, shape_of
from wengert.primitives import fourier

Axes = tuple[int, ...]
LAST_TWO = (-2, -1)
SCIPY_FFT: dict[str, Callable[..., Any]] = {}  # what stands for the functions of scipy.fft, by name


# -- arguments ---------------------------------------------------------------------------------------------------------


def _norm(norm: Any) -> str:
    """The norm by its name; None is "backward"."""
    if norm not in (None, *fourier.REVERSED):
        raise ValueError(f'Invalid norm value {norm}; should be "backward", "ortho" or "forward".')
    return norm or "backward"


def _axes(x: Any, axes: Any, s: Any) -> Axes:
    """The axes counted from the end; by default all, or as many of the last as there are lengths."""
    ndim = len(shape_of(x))
    if axes is None:
        return tuple(range(-(ndim if s is None else len(s)), 0))
    found = (axes,) if isinstance(axes, (int, np.integer)) else tuple(axes)
    if s is not None and len(s) != len(found):
        raise ValueError("Shape and axes have different lengths.")
    return tuple(from_end(a, ndim) for a in found)


def _lengths(x: Any, axes: Axes, s: Any, even: bool = False) -> Axes:
    """The lengths to transform. Missing ones, or -1, are the array's own; of n bins, those of an `even` signal."""
    own = [shape_of(x)[a] for a in axes]
    if even:
        own[-1] = 2 * (own[-1] - 1)
    found = own if s is None else [n if given in (None, -1) else int(given) for given, n in zip(s, own, strict=True)]
    for n in found:
        if n < 1:
            raise ValueError(f"Invalid number of FFT data points ({n}) specified.")
    return tuple(found)


def _one(n: Any) -> Any:
    """The length of a transform along one axis, as a list of one."""
    if n is not None and n < 1:
        raise ValueError(f"Invalid number of FFT data points ({n}) specified.")
    return None if n is None else (n,)


# -- transforms of a library along any axes ----------------------------------------------------------------------------


class Library(NamedTuple):
    """The rows of a library."""

    fft: Primitive
    ifft: Primitive
    rfft: Primitive
    irfft: Primitive


def _apply(row: Primitive, x: Any, s: Any, axes: Any, norm: str, even: bool = False) -> Any:
    x = as_array(x)
    places = _axes(x, axes, s)
    if not places:
        return np.copy(x)
    if len(set(places)) < len(places):
        raise UnsupportedError(f"a Fourier transform twice along an axis is not supported (axes={axes}): call it twice")
    return row(x, s=_lengths(x, places, s, even), axes=places, norm=norm)


# A Hermitian signal has a real spectrum: hfft is the inverse real transform of the conjugate with the norm reversed.
KINDS: dict[str, Callable[[Library, Any, Any, Any, str], Any]] = {
    "fft": lambda rows, x, s, axes, norm: _apply(rows.fft, x, s, axes, norm),
    "ifft": lambda rows, x, s, axes, norm: _apply(rows.ifft, x, s, axes, norm),
    "rfft": lambda rows, x, s, axes, norm: _apply(rows.rfft, x, s, axes, norm),
    "irfft": lambda rows, x, s, axes, norm: _apply(rows.irfft, x, s, axes, norm, even=True),
    "hfft": lambda rows, x, s, axes, norm: _apply(
        rows.irfft, np.conjugate(as_array(x)), s, axes, fourier.REVERSED[norm], even=True
    ),
    "ihfft": lambda rows, x, s, axes, norm: np.conjugate(_apply(rows.rfft, x, s, axes, fourier.REVERSED[norm])),
}
_NUMPY = Library(fourier.fft, fourier.ifft, fourier.rfft, fourier.irfft)
_SCIPY = Library(fourier.scipy_fft, fourier.scipy_ifft, fourier.scipy_rfft, fourier.scipy_irfft)


def _enter_numpy(kind: str) -> None:
    """The functions `kind`, `kind2` and `kindn` of numpy.fft, which has not all of them."""
    transform = KINDS[kind]

    def along_one(a: Any, n: Any = None, axis: int = -1, norm: Any = None, out: Any = None) -> Any:
        return delivered(transform(_NUMPY, a, _one(n), (axis,), _norm(norm)), out, f"np.fft.{kind}")

    def along_two(a: Any, s: Any = None, axes: Any = LAST_TWO, norm: Any = None, out: Any = None) -> Any:
        return delivered(transform(_NUMPY, a, s, axes, _norm(norm)), out, f"np.fft.{kind}2")

    def along_many(a: Any, s: Any = None, axes: Any = None, norm: Any = None, out: Any = None) -> Any:
        return delivered(transform(_NUMPY, a, s, axes, _norm(norm)), out, f"np.fft.{kind}n")

    for suffix, function in (("", along_one), ("2", along_two), ("n", along_many)):
        if hasattr(np.fft, kind + suffix):
            implements(getattr(np.fft, kind + suffix))(function)


def _defaults_only(name: str, **given: Any) -> None:
    """Raise for options of SciPy's that say how to compute, not what: traced values are computed in one way."""
    for key, value in given.items():
        if value:
            raise UnsupportedError(
                f"scipy.fft.{name}(..., {key}={value!r}) is not supported on traced values: leave it out"
            )


def _enter_scipy(kind: str) -> None:
    """The functions `kind`, `kind2` and `kindn` of scipy.fft."""
    transform = KINDS[kind]

    def along_one(
        x: Any, n: Any = None, axis: int = -1, norm: Any = None, overwrite_x: Any = False, workers: Any = None,
        *, plan: Any = None,
    ) -> Any:  # fmt: skip
        _defaults_only(kind, overwrite_x=overwrite_x, workers=workers, plan=plan)
        return transform(_SCIPY, x, _one(n), (axis,), _norm(norm))

    def along_two(
        x: Any, s: Any = None, axes: Any = LAST_TWO, norm: Any = None, overwrite_x: Any = False, workers: Any = None,
        *, plan: Any = None,
    ) -> Any:  # fmt: skip
        _defaults_only(f"{kind}2", overwrite_x=overwrite_x, workers=workers, plan=plan)
        return transform(_SCIPY, x, s, axes, _norm(norm))

    def along_many(
        x: Any, s: Any = None, axes: Any = None, norm: Any = None, overwrite_x: Any = False, workers: Any = None,
        *, plan: Any = None,
    ) -> Any:  # fmt: skip
        _defaults_only(f"{kind}n", overwrite_x=overwrite_x, workers=workers, plan=plan)
        return transform(_SCIPY, x, s, axes, _norm(norm))

    SCIPY_FFT.update({kind: along_one, f"{kind}2": along_two, f"{kind}n": along_many})


for _kind in KINDS:
    _enter_numpy(_kind)
    _enter_scipy(_kind)

# -- cosine and sine transforms ----------------------------------------------------------------------------------------


def _enter_real(name: str, row: Primitive, inverse: bool) -> None:
    """dct or dst, or its inverse: the transposed type with the norm reversed. Along one axis, and along many."""

    def apply(x: Any, type: int, s: Any, axes: Any, norm: Any, orthogonalize: Any) -> Any:
        if type not in fourier.TRANSPOSED:
            raise ValueError(f"invalid type {type}, must be 1, 2, 3 or 4")
        norm = _norm(norm)
        x = as_array(x)
        default = norm == "ortho"
        if orthogonalize not in (None, default) and dtype_of(x).kind == "c":  # SciPy 1.17 overlooks it there
            raise UnsupportedError(f"scipy.fft.{name}(..., orthogonalize={orthogonalize}) is not supported for complex "
                                   "numbers: transform their real and imaginary parts")  # fmt: skip
        places = _axes(x, axes, s)
        if not places:
            return np.copy(x)
        return row(
            x,
            type=fourier.TRANSPOSED[type] if inverse else type,
            s=_lengths(x, places, s),
            axes=places,
            norm=fourier.REVERSED[norm] if inverse else norm,
            orthogonalize=default if orthogonalize is None else bool(orthogonalize),
        )

    def along_one(
        x: Any, type: int = 2, n: Any = None, axis: int = -1, norm: Any = None, overwrite_x: Any = False,
        workers: Any = None, orthogonalize: Any = None,
    ) -> Any:  # fmt: skip
        _defaults_only(name, overwrite_x=overwrite_x, workers=workers)
        return apply(x, type, _one(n), (axis,), norm, orthogonalize)

    def along_many(
        x: Any, type: int = 2, s: Any = None, axes: Any = None, norm: Any = None, overwrite_x: Any = False,
        workers: Any = None, orthogonalize: Any = None,
    ) -> Any:  # fmt: skip
        _defaults_only(f"{name}n", overwrite_x=overwrite_x, workers=workers)
        return apply(x, type, s, axes, norm, orthogonalize)

    SCIPY_FFT.update({name: along_one, f"{name}n": along_many})


for _name, _row in (("dct", fourier.dct), ("dst", fourier.dst)):
    _enter_real(_name, _row, False)
    _enter_real(f"i{_name}", _row, True)

# -- the order of frequencies ------------------------------------------------------------------------------------------


def _shifted(x: Any, axes: Any, sign: int) -> Any:
    x = as_array(x)
    shape = shape_of(x)
    places = range(len(shape)) if axes is None else (axes,) if isinstance(axes, (int, np.integer)) else axes
    places = tuple(from_end(a, len(shape)) for a in places)
    return np.roll(x, tuple(sign * (shape[a] // 2) for a in places), places)


@implements(np.fft.fftshift)
def fftshift(x: Any, axes: Any = None) -> Any:
    """The zero frequency moved to the middle."""
    return _shifted(x, axes, 1)


@implements(np.fft.ifftshift)
def ifftshift(x: Any, axes: Any = None) -> Any:
    """The zero frequency moved to the front."""
    return _shifted(x, axes, -1)


SCIPY_FFT.update({"fftshift": fftshift, "ifftshift": ifftshift})
