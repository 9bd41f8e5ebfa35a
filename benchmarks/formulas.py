"""The functions on which the growth of derivatives is measured, as anybody would write them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

SIZE = 10
RNG = np.random.default_rng(2008)
MATRIX = RNG.uniform(0.1, 1.0, (SIZE, SIZE))
WEIGHTS = RNG.uniform(0.01, 0.05, SIZE)


def speelpenning(x: Sequence[Any]) -> Any:
    """The product of all variables. B. Speelpenning, "Compiling fast partial derivatives", 1980."""
    product = x[0]
    for factor in x[1:]:
        product = product * factor
    return product


def nested(x: Any, depth: int = 10) -> Any:
    """exp(sin(u)) * u, ten times over."""
    for _ in range(depth):
        x = np.exp(np.sin(x)) * x
    return x


def nested_in_x(x: Any, depth: int = 10) -> Any:
    """exp(sin(u)) * x, ten times over."""
    u = x
    for _ in range(depth):
        u = np.exp(np.sin(u)) * x
    return u


def rosenbrock(x: Sequence[Any]) -> Any:
    """H. H. Rosenbrock, "An automatic method for finding the greatest or least value of a function", 1960."""
    return sum(100 * (x[i + 1] - x[i] ** 2) ** 2 + (1 - x[i]) ** 2 for i in range(len(x) - 1))


def helmholtz(x: Sequence[Any], matrix: Any = MATRIX, weights: Any = WEIGHTS, by_rows: bool = False) -> Any:
    """The Helmholtz energy of a mixed fluid in a unit volume; Griewank and Walther, "Evaluating Derivatives", 2008."""
    n = len(x)
    volume = sum(weights[i] * x[i] for i in range(n))
    mixing = 0.0
    for i in range(n):
        if by_rows:
            row = 0.0
            for j in range(n):
                row += matrix[i, j] * x[j]
            mixing += x[i] * row
        else:
            for j in range(n):
                mixing += matrix[i, j] * x[i] * x[j]
    ideal = sum(x[i] * np.log(x[i] / (1 - volume)) for i in range(n))
    root = np.sqrt(2.0)
    attraction = np.log((1 + (1 + root) * volume) / (1 + (1 - root) * volume))
    return ideal - mixing / (np.sqrt(8.0) * volume) * attraction
