"""Banded matrices in LAPACK's storage, `ab[u + i - j, j] = a[i, j]` with u diagonals above the main one."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy

from wengert.ir import Array, Primitive, register, shape_of
from wengert.primitives.products import conjugate
from wengert.primitives.shape import reduce_sum
from wengert.primitives.triangular import columns_batch


def _shifted(n: int, step: int, low: int, up: int) -> tuple[Any, Any]:
    """For each stored diagonal, numbered from -up to low, the places that many steps ahead; which of them exist."""
    places = np.arange(n) + step * np.arange(-up, low + 1)[:, None]
    return np.clip(places, 0, n - 1), (places >= 0) & (places < n)


def band_product(ab: Any, x: Any, low: int, up: int) -> Any:
    """The product of a banded matrix with a vector or a matrix: row i takes `ab[d, j] x[j]` at `j = i + up - d`."""
    columns, inside = _shifted(shape_of(ab)[-1], -1, low, up)
    elements = np.where(inside, ab[np.arange(low + up + 1)[:, None], columns], 0.0)
    vector = len(shape_of(x)) == 1
    return reduce_sum((elements if vector else elements[..., None]) * x[columns], axis=(-2 if vector else -3,))


def band_transpose(ab: Any, low: int, up: int) -> Any:
    """The transpose of a banded matrix: its column j holds row j, the elements `ab[up + j - i, i]`."""
    rows, inside = _shifted(shape_of(ab)[-1], 1, up, low)
    stored = np.arange(low + up, -1, -1)[:, None]
    return np.where(inside, ab[stored, rows], 0.0)


def _type(ab: Array, b: Array, low: int, up: int) -> Array:
    if ab.ndim != 2 or ab.shape[0] != low + up + 1 or b.ndim not in (1, 2) or b.shape[0] != ab.shape[1]:
        raise ValueError(f"shapes of ab {ab.shape} and b {b.shape} are not compatible")
    return Array(b.shape, np.result_type(ab.dtype, b.dtype))


def _jvp(y: Any, xs: Any, dxs: Any, low: int, up: int) -> Any:
    """Of `A y = b`: `A dy = db - dA y`."""
    (ab, _), (dab, moved) = xs, dxs
    if dab is not None:
        change = band_product(dab, y, low, up)
        moved = -change if moved is None else moved - change
    return solve_banded(ab, moved, low=low, up=up)


def _samples(rng: np.random.Generator) -> Any:
    out = []
    for low, up, n, shape in ((1, 1, 4, (4,)), (2, 0, 4, (4, 2)), (0, 1, 3, (3,))):
        ab = rng.standard_normal((low + up + 1, n))
        ab[up] += 4
        out.append(((ab, rng.standard_normal(shape)), {"low": low, "up": up}))
    return out


solve_banded: Primitive = register(
    Primitive(
        "solve_banded",
        lambda ab, b, low, up: scipy.linalg.solve_banded((low, up), ab, b),
        _type,
        jvp=_jvp,
        transposes=(None, lambda ct, ab, b, low, up: solve_banded(band_transpose(ab, low, up), ct, low=up, up=low)),
        batch=columns_batch(lambda ab, b, low, up: solve_banded(ab, b, low=low, up=up)),
        undoes=(1, lambda y, ab, b, low, up: band_product(ab, y, low, up)),
        order="any",
        samples=_samples,
    )
)


def hermitian_band(ab: Any, lower: bool) -> Any:
    """The full storage of a Hermitian banded matrix of which one triangle is stored."""
    other = shape_of(ab)[-2] - 1
    if not other:
        return ab
    if lower:
        upper = conjugate(band_transpose(ab, other, 0))
        return np.concatenate([upper[:-1], ab])
    below = conjugate(band_transpose(ab, 0, other))
    return np.concatenate([ab, below[1:]])


