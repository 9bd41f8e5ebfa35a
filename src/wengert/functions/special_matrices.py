"""scipy.linalg: matrices that are made from vectors or from other matrices."""

from __future__ import annotations

from typing import Any

import numpy as np

from wengert.errors import UnsupportedError
from wengert.functions.assemble import as_array
from wengert.ir import dtype_of, shape_of
from wengert.primitives import concatenate, reshape


def _vector(x: Any, name: str) -> Any:
    x = as_array(x)
    if len(shape_of(x)) > 1:
        raise UnsupportedError(f"scipy.linalg.{name} of arrays of {len(shape_of(x))} dimensions is not supported on "
                               "traced values: give vectors")  # fmt: skip
    return x if shape_of(x) else reshape(x, shape=(1,))


def toeplitz(c: Any, r: Any = None) -> Any:
    """The matrix with constant diagonals that has this first column and first row."""
    c = _vector(c, "toeplitz")
    r = np.conjugate(c) if r is None else _vector(r, "toeplitz")
    values = np.concatenate([c[::-1], r[1:]])
    rows, columns = np.arange(shape_of(c)[0])[:, None], np.arange(shape_of(r)[0])
    return values[shape_of(c)[0] - 1 - rows + columns]


def hankel(c: Any, r: Any = None) -> Any:
    """The matrix with constant anti-diagonals that has this first column and last row."""
    c = _vector(c, "hankel")
    r = np.zeros(shape_of(c), dtype_of(c)) if r is None else _vector(r, "hankel")
    values = np.concatenate([c, r[1:]])
    return values[np.arange(shape_of(c)[0])[:, None] + np.arange(shape_of(r)[0])]


def circulant(c: Any) -> Any:
    """The matrix whose columns are this one, moved round."""
    c = as_array(c)
    places = np.arange(shape_of(c)[-1])
    return c[..., (places[:, None] - places) % len(places)]


def block_diag(*arrs: Any) -> Any:
    """Matrices along the diagonal, zeros elsewhere; vectors are rows."""
    parts = [np.atleast_2d(as_array(a)) for a in (arrs or ([],))]
    if any(len(shape_of(a)) > 2 for a in parts):
        raise UnsupportedError("scipy.linalg.block_diag of stacks of matrices is not supported on traced values")
    dtype = np.result_type(*(dtype_of(a) for a in parts))
    width = sum(shape_of(a)[1] for a in parts)
    rows, start = [], 0
    for a in parts:
        height, columns = shape_of(a)
        left, right = (np.zeros((height, n), dtype) for n in (start, width - start - columns))
        rows.append(concatenate(left, a, right, axis=-1))
        start += columns
    return concatenate(*rows, axis=-2)
