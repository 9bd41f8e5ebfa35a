"""Polynomials as arrays of coefficients, the highest power first."""

from __future__ import annotations

from typing import Any

import numpy as np

from wengert.errors import UnsupportedError
from wengert.functions.assemble import as_array
from wengert.functions.table import implements
from wengert.ir import shape_of


def _coefficients(p: Any) -> Any:
    return np.atleast_1d(as_array(p))


@implements(np.polyval)
def polyval(p: Any, x: Any) -> Any:
    """The value at x, by Horner's rule."""
    p, x = as_array(p), as_array(x)
    value = np.zeros_like(x)
    for i in range(shape_of(p)[0]):
        value = value * x + p[i]
    return value


def _sum(a: Any, b: Any) -> Any:
    a, b = _coefficients(a), _coefficients(b)
    missing = shape_of(b)[0] - shape_of(a)[0]
    return np.pad(a, (max(missing, 0), 0)) + np.pad(b, (max(-missing, 0), 0))


@implements(np.polyadd)
def polyadd(a1: Any, a2: Any) -> Any:
    """The sum."""
    return _sum(a1, a2)


@implements(np.polysub)
def polysub(a1: Any, a2: Any) -> Any:
    """The difference."""
    return _sum(a1, -_coefficients(a2))


@implements(np.polymul)
def polymul(a1: Any, a2: Any) -> Any:
    """The product."""
    return np.convolve(_coefficients(a1), _coefficients(a2))


@implements(np.polyder)
def polyder(p: Any, m: int = 1) -> Any:
    """The m-th derivative."""
    out = _coefficients(p)
    for _ in range(m):
        out = out[:-1] * np.arange(shape_of(out)[0] - 1, 0, -1)
    return out


@implements(np.polyint)
def polyint(p: Any, m: int = 1, k: Any = None) -> Any:
    """The m-th antiderivative, with the constants of integration k."""
    out = _coefficients(p)
    constants = np.zeros(m) if k is None else np.broadcast_to(_coefficients(k), (m,))
    for i in range(m):
        out = np.concatenate([out / np.arange(shape_of(out)[0], 0, -1), constants[i : i + 1]])
    return out


@implements(np.polyfit)
def polyfit(x: Any, y: Any, deg: int, rcond: Any = None, full: bool = False, w: Any = None, cov: Any = False) -> Any:
    """The coefficients of the least-squares polynomial, by scaled columns as in NumPy."""
    if full or cov:
        raise UnsupportedError("np.polyfit(..., full=) and cov= have no derivative rule: take the coefficients alone")
    x, y = as_array(x) + 0.0, as_array(y) + 0.0
    rcond = shape_of(x)[0] * np.finfo(np.float64).eps if rcond is None else rcond
    columns = np.vander(x, deg + 1)
    if w is not None:
        weights = as_array(w) + 0.0
        columns = columns * weights[:, None]
        y = y * (weights[:, None] if len(shape_of(y)) == 2 else weights)
    scale = np.sqrt(np.sum(columns * columns, axis=0))
    found = np.linalg.lstsq(columns / scale, y, rcond)[0]
    return (found.T / scale).T


@implements(np.poly)
def poly(seq_of_zeros: Any) -> Any:
    """The polynomial with the given zeros."""
    zeros = _coefficients(seq_of_zeros)
    if len(shape_of(zeros)) == 2:
        zeros = np.linalg.eigvals(zeros)
    out = np.ones(1)
    for i in range(shape_of(zeros)[0]):
        out = np.convolve(out, np.stack([1.0, -zeros[i]]))
    return out


@implements(np.roots)
def roots(p: Any) -> Any:
    """The zeros of a polynomial: the eigenvalues of its companion matrix."""
    p = _coefficients(p)
    nonzero = np.flatnonzero(p)
    if len(nonzero) == 0:
        return np.zeros(0)
    trailing = shape_of(p)[0] - nonzero[-1] - 1
    p = p[nonzero[0] : nonzero[-1] + 1]
    n = shape_of(p)[0]
    if n == 1:
        return np.zeros(trailing)
    found = np.linalg.eigvals(np.concatenate([(-p[1:] / p[0])[None, :], np.eye(n - 2, n - 1)]))
    return np.concatenate([found, np.zeros(trailing)]) if trailing else found
