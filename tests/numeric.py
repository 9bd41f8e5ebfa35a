"""Derivatives by differences, and products of containers: what the tests compare with."""

from collections.abc import Callable
from typing import Any

import numpy as np

from wengert.tree import flatten, tree_map


def central_difference(function: Callable[[float], Any], h: float = 1e-3) -> Any:
    """The derivative at 0 of a function of one number, by central differences extrapolated twice.

    The steps h, h/2, h/4 leave an error of order h⁶ (Richardson 1911).
    """
    wide, middle, narrow = ((function(s) - function(-s)) / (2 * s) for s in (h, h / 2, h / 4))
    coarse, fine = (4 * middle - wide) / 3, (4 * narrow - middle) / 3
    return (16 * fine - coarse) / 15


def directional_derivative(function: Callable[..., Any], arguments: Any, direction: Any) -> Any:
    """The derivative of a function of containers along a direction, by differences."""
    return central_difference(lambda s: function(*moved(arguments, direction, s)))


def moved(arguments: Any, direction: Any, step: float) -> Any:
    """The arguments, a step along a direction away."""
    return tree_map(lambda x, dx: x + step * dx, arguments, direction)


def unit_direction(rng: np.random.Generator, arguments: Any) -> Any:
    """A random direction of length 1 in the arguments' structure; numbers stay numbers."""
    direction = tree_map(lambda x: rng.normal() if isinstance(x, float) else rng.normal(size=np.shape(x)), arguments)
    length = inner(direction, direction) ** 0.5
    return tree_map(lambda dx: dx / length, direction)


def inner(a: Any, b: Any) -> float:
    """The sum of the products of corresponding entries."""
    pairs = zip(flatten(a)[0], flatten(b)[0], strict=True)
    return float(sum(np.sum(x * y) for x, y in pairs))
