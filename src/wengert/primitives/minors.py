"""Cofactors of matrices of up to four rows as polynomials of their elements, so exact at any rank; for machine code.

`e` has the operations on elements.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

LARGEST = 4


class Along(NamedTuple):
    """Operations on pairs of a number and its tangent: a polynomial along a direction."""

    e: Any

    def multiply(self, a: Any, b: Any) -> Any:
        """(ab)' = ab' + a'b."""
        (x, dx), (y, dy) = a, b
        return self.e.multiply(x, y), self.e.add(self.e.multiply(x, dy), self.e.multiply(dx, y))

    def add(self, a: Any, b: Any) -> Any:
        """(a + b)' = a' + b'."""
        return self.e.add(a[0], b[0]), self.e.add(a[1], b[1])

    def subtract(self, a: Any, b: Any) -> Any:
        """(a - b)' = a' - b'."""
        return self.e.subtract(a[0], b[0]), self.e.subtract(a[1], b[1])

    def negative(self, a: Any) -> Any:
        """(-a)' = -a'."""
        return self.e.negative(a[0]), self.e.negative(a[1])

    def like(self, value: Any, a: Any) -> Any:
        """A constant, whose tangent is zero."""
        return self.e.like(value, a[0]), self.e.like(0, a[0])


def cofactors(e: Any, a: Any) -> Any:
    """The cofactors of each matrix of a stack."""
    return _each(lambda matrix: _of_matrix(e, matrix), a)


def cofactors_along(e: Any, a: Any, da: Any) -> Any:
    """Their derivatives along a direction."""
    shape = np.broadcast_shapes(a.shape, da.shape)
    pairs = np.empty(shape, object)
    a, da = np.broadcast_to(a, shape), np.broadcast_to(da, shape)
    for at in np.ndindex(shape):
        pairs[at] = a[at], da[at]
    found = _each(lambda matrix: _of_matrix(Along(e), matrix), pairs)
    out = np.empty(shape, object)
    for at in np.ndindex(shape):
        out[at] = found[at][1]
    return out


def _each(function: Callable[[Any], Any], stack: Any) -> Any:
    out = np.empty(stack.shape, object)
    for at in np.ndindex(stack.shape[:-2]):
        for i, row in enumerate(function(stack[at])):
            for j, value in enumerate(row):
                out[(*at, i, j)] = value
    return out


def _of_matrix(e: Any, a: Any) -> list[list[Any]]:
    """Each element's minor of the others, with its sign."""
    everything, known = tuple(range(len(a))), dict[Any, Any]()
    found = []
    for i in everything:
        rows = everything[:i] + everything[i + 1 :]
        minors = [_minor(e, a, rows, everything[:j] + everything[j + 1 :], known) for j in everything]
        found.append([e.negative(x) if (i + j) % 2 else x for j, x in enumerate(minors)])
    return found


def _minor(e: Any, a: Any, rows: tuple[int, ...], columns: tuple[int, ...], known: dict[Any, Any]) -> Any:
    """The determinant of some rows and columns, along the first of the rows; smaller ones are computed once."""
    if not rows:
        return e.like(1, a[0, 0])
    if (rows, columns) not in known:
        total: Any = None
        for k, column in enumerate(columns):
            term = a[rows[0], column]
            if len(rows) > 1:
                term = e.multiply(term, _minor(e, a, rows[1:], columns[:k] + columns[k + 1 :], known))
            total = term if total is None else e.subtract(total, term) if k % 2 else e.add(total, term)
        known[rows, columns] = total
    return known[rows, columns]
