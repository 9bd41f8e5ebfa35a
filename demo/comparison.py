"""A gradient against central differences: how far apart they are, and what each costs."""

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from time import perf_counter

import numpy as np


@dataclass(frozen=True)
class Comparison:
    parameters: int
    coordinates: int  # how many of the parameters were compared
    largest_difference: float
    largest_entry: float  # of the gradient, in absolute value
    gradient_seconds: float
    differences_seconds: float  # for all parameters: the time of those compared, scaled up


def compare(
    f: Callable[[np.ndarray], float],
    gradient: Callable[[np.ndarray], np.ndarray],
    x: np.ndarray,
    rng: np.random.Generator,
    coordinates: int = 20,
) -> Comparison:
    """Compare `gradient(x)` with central differences of `f` in a few coordinates, drawn at random."""
    exact = gradient(x)
    chosen = rng.choice(x.size, coordinates, replace=False)
    started = perf_counter()
    differences = np.array([central_difference(f, x, i) for i in chosen])
    seconds = perf_counter() - started
    return Comparison(
        parameters=x.size,
        coordinates=coordinates,
        largest_difference=np.abs(differences - exact[chosen]).max(),
        largest_entry=np.abs(exact).max(),
        gradient_seconds=median_seconds(lambda: gradient(x)),
        differences_seconds=seconds / coordinates * x.size,
    )


def central_difference(f: Callable[[np.ndarray], float], x: np.ndarray, i: int, h: float = 1e-5) -> float:
    step = np.zeros_like(x)
    step[i] = h
    return (f(x + step) - f(x - step)) / (2 * h)


def median_seconds(call: Callable[[], object], repeats: int = 11) -> float:
    times = []
    for _ in range(repeats):
        started = perf_counter()
        call()
        times.append(perf_counter() - started)
    return median(times)
