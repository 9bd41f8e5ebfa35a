"""Random numbers whose distribution has traced parameters: plain random numbers, moved and scaled as NumPy does it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from wengert.ir import shape_of


def _of_size(size: Any, *parameters: Any) -> Any:
    """The shape that NumPy draws: that of the parameters, where none is given."""
    shape = np.broadcast_shapes(*map(shape_of, parameters))
    return size if size is not None or shape == () else shape


def normal(rng: Any, loc: Any = 0.0, scale: Any = 1.0, size: Any = None) -> Any:
    """The normal distribution."""
    return loc + scale * rng.standard_normal(_of_size(size, loc, scale))


def lognormal(rng: Any, mean: Any = 0.0, sigma: Any = 1.0, size: Any = None) -> Any:
    """The exponential of normal numbers."""
    return np.exp(normal(rng, mean, sigma, size))


def uniform(rng: Any, low: Any = 0.0, high: Any = 1.0, size: Any = None) -> Any:
    """The uniform distribution."""
    draw = rng.random if isinstance(rng, np.random.Generator) else rng.random_sample
    return low + (high - low) * draw(_of_size(size, low, high))


def exponential(rng: Any, scale: Any = 1.0, size: Any = None) -> Any:
    """The exponential distribution."""
    return scale * rng.standard_exponential(_of_size(size, scale))


RANDOM: dict[str, Callable[..., Any]] = {f.__name__: f for f in (normal, lognormal, uniform, exponential)}
