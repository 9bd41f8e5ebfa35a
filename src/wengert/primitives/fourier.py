"""Fourier transforms along axes, of NumPy and of SciPy, and SciPy's cosine and sine transforms: linear rows.

Every matrix here is symmetric or nearly so, so a transpose is again a transform of the same library. Cotangents pair
with tangents as Re Σ ct·dz, without conjugation. Cropping or padding to the lengths `s` comes before the transform; its
transpose pads or crops.
"""

from __future__ import annotations

import functools
import importlib
from collections.abc import Callable
from typing import Any

import numpy as np

from wengert.ir import Array, Primitive, Routine, dtype_of, shape_of
from wengert.primitives.linear import linear
from wengert.primitives.shape import concatenate

Axes = tuple[int, ...]
REVERSED = {"backward": "forward", "ortho": "ortho", "forward": "backward"}  # the norm of an inverse transform


@functools.cache
def _scipy_fft() -> Any:
    """`scipy.fft`, imported when first used: `import wengert` must not wait for it."""
    return importlib.import_module("scipy.fft")


def _numpy_fft() -> Any:
    return np.fft


# -- lengths -----------------------------------------------------------------------------------------------------------


def _slice(axis: int, stop: int) -> tuple[Any, ...]:
    return (Ellipsis, slice(0, stop), *(slice(None),) * (-axis - 1))


def resized(x: Any, axes: Axes, lengths: Axes) -> Any:
    """The array cropped at the end, or padded with zeros there, to these lengths along these axes."""
    for axis, length in zip(axes, lengths, strict=True):
        shape = list(shape_of(x))
        if length < shape[axis]:
            x = x[_slice(axis, length)]
        elif length > shape[axis]:
            shape[axis] = length - shape[axis]
            x = concatenate(x, np.zeros(shape, dtype_of(x)), axis=axis)
    return x


def _fitted(ct: Any, x: Any, axes: Axes) -> Any:
    """The cotangent of the cropped or padded array as that of x."""
    return resized(ct, axes, tuple(shape_of(x)[a] for a in axes))


def _with_lengths(shape: Axes, axes: Axes, lengths: Axes) -> Axes:
    out = list(shape)
    for axis, length in zip(axes, lengths, strict=True):
        out[axis] = length
    return tuple(out)


def _weights(ct: Any, axis: int, inner: float, at: Axes, there: float = 1.0) -> Any:
    """Factors along one axis, of the precision of ct: `there` at the places `at`, `inner` at all others."""
    out = np.full((shape_of(ct)[axis], *(1,) * (-axis - 1)), inner, np.empty(0, dtype_of(ct)).real.dtype)
    out[list(at)] = there
    return out


def _unpaired(length: int) -> Axes:
    """Which bins of a real signal stand for one frequency: the first, and the last of an even length."""
    return (0, -1) if length % 2 == 0 else (0,)


# -- the four Fourier transforms of a library --------------------------------------------------------------------------


def _family(prefix: str, library: Callable[[], Any]) -> tuple[Primitive, Primitive, Primitive, Primitive]:
    """The rows fft, ifft, rfft, irfft, each of any number of axes."""

    def row(name: str, transpose: Callable[..., Any], lengths_out: Callable[[Axes], Axes]) -> Primitive:
        def evaluate(x: Any, s: Axes, axes: Axes, norm: str) -> Any:
            return getattr(library(), name)(x, s, axes, norm)

        @functools.cache
        def dtype(of: np.dtype[Any]) -> np.dtype[Any]:
            found: np.dtype[Any] = evaluate(np.zeros(2, of), (2,), (-1,), "backward").dtype
            return found

        def samples(rng: np.random.Generator) -> Any:
            for shape, s, axes, norm in _SAMPLES:
                x = rng.standard_normal(shape)
                bins = x + 1j * rng.standard_normal(shape)
                yield (bins if name != "rfftn" else x,), {"s": s, "axes": axes, "norm": norm}

        return linear(
            f"{prefix}{name}",
            evaluate,
            lambda x, s, axes, norm: Array(_with_lengths(x.shape, axes, lengths_out(s)), dtype(x.dtype)),
            lambda ct, x, s, axes, norm: _fitted(transpose(ct, s, axes, norm), x, axes),
            native=Routine("fourier", options=(name,)),
            batch=lambda size, args, batched, **params: Primitive.table[f"{prefix}{name}"](args[0], **params),
            samples=lambda rng: list(samples(rng)),
        )

    # The matrix of a complex transform is symmetric, and its norm is a factor.
    fft = row("fftn", lambda ct, s, axes, norm: fft(ct, s=s, axes=axes, norm=norm), lambda s: s)
    ifft = row("ifftn", lambda ct, s, axes, norm: ifft(ct, s=s, axes=axes, norm=norm), lambda s: s)

    def rfft_transpose(ct: Any, s: Axes, axes: Axes, norm: str) -> Any:
        """x̄ⱼ = Re Σₖ ctₖ exp(-2πi jk/n) over the bins k ≤ n/2 that rfft gives.

        The inverse of a real transform of conj(ct) sums over all bins, those inside a second time as their conjugate,
        hence the factor 1/2 there; its norm is the reversed one.
        """
        halves = _weights(ct, axes[-1], 0.5, _unpaired(s[-1]))
        return irfft(np.conjugate(ct) * halves, s=s, axes=axes, norm=REVERSED[norm])

    def irfft_transpose(ct: Any, s: Axes, axes: Axes, norm: str) -> Any:
        """z̄ₖ = cₖ Σⱼ ctⱼ exp(2πi jk/n), where the bins inside count twice: cₖ = 2."""
        bins = np.conjugate(rfft(ct, s=s, axes=axes, norm=REVERSED[norm]))
        return bins * _weights(bins, axes[-1], 2.0, _unpaired(s[-1]))

    rfft = row("rfftn", rfft_transpose, lambda s: (*s[:-1], s[-1] // 2 + 1))
    irfft = row("irfftn", irfft_transpose, lambda s: s)
    return fft, ifft, rfft, irfft


_SAMPLES = (
    ((2, 4), (4,), (-1,), "backward"),
    ((3, 2), (3,), (-2,), "ortho"),
    ((3, 4), (4, 5), (-2, -1), "forward"),
    ((3, 2, 5), (3, 2), (-1, -3), "backward"),
    ((5,), (1,), (-1,), "backward"),
)
fft, ifft, rfft, irfft = _family("", _numpy_fft)
scipy_fft, scipy_ifft, scipy_rfft, scipy_irfft = _family("scipy_", _scipy_fft)


# -- cosine and sine transforms ----------------------------------------------------------------------------------------

TRANSPOSED = {1: 1, 2: 3, 3: 2, 4: 4}


def _scaled(ct: Any, kind: str, type: int, axes: Axes, before: bool) -> Any:
    """The factors before and after the transform that transposes one whose matrix is not orthogonal.

    As SciPy states the matrices: the cosine's type 1 has columns 1, 2, ..., 2, 1. Type 3 has 2 throughout but for 1 in
    the first column (the sine's in its last), and type 2 is its transpose with 2 throughout. The others are symmetric.
    """
    for axis in axes:
        if kind == "dct" and type == 1:
            ct = ct * _weights(ct, axis, 0.5 if before else 2.0, (0, -1))
        elif (type == 2 and before) or (type == 3 and not before):
            ct = ct * _weights(ct, axis, 1.0, (0,) if kind == "dct" else (-1,), 2.0 if before else 0.5)
    return ct


def _real_transform(kind: str) -> Primitive:
    def evaluate(x: Any, type: int, s: Axes, axes: Axes, norm: str, orthogonalize: bool) -> Any:
        return getattr(_scipy_fft(), f"{kind}n")(x, type, s, axes, norm, orthogonalize=orthogonalize)

    @functools.cache
    def dtype(of: np.dtype[Any]) -> np.dtype[Any]:
        found: np.dtype[Any] = evaluate(np.zeros(2, of), 2, (2,), (-1,), "backward", False).dtype
        return found

    def transpose(ct: Any, x: Any, type: int, s: Axes, axes: Axes, norm: str, orthogonalize: bool) -> Any:
        """An orthogonal matrix, but for a factor, is transposed by its inverse; the factor is that of `norm`."""
        if not orthogonalize:
            ct = _scaled(ct, kind, type, axes, True)
        out = row(ct, type=TRANSPOSED[type], s=s, axes=axes, norm=norm, orthogonalize=orthogonalize)
        return _fitted(out if orthogonalize else _scaled(out, kind, type, axes, False), x, axes)

    def samples(rng: np.random.Generator) -> Any:
        for type in (1, 2, 3, 4):
            for norm, orthogonalize in (("backward", False), ("ortho", True), ("forward", False)):
                params = {"type": type, "norm": norm, "orthogonalize": orthogonalize}
                yield (rng.standard_normal((2, 4)),), {"s": (5,), "axes": (-1,), **params}
            yield (rng.standard_normal((3, 4)),), {"s": (2, 4), "axes": (-2, -1), **params}

    row: Primitive = linear(
        kind,
        evaluate,
        lambda x, s, axes, **_: Array(_with_lengths(x.shape, axes, s), dtype(x.dtype)),
        transpose,
        batch=lambda size, args, batched, **params: row(args[0], **params),
        samples=lambda rng: list(samples(rng)),
    )
    return row


dct, dst = _real_transform("dct"), _real_transform("dst")
