"""What is left of the Taylor series in each extrapolation."""

from __future__ import annotations

import numpy as np

from wengert.numeric.differences import Differences
from wengert.numeric.ladder import Array, Table

CAUTION = 10.0  # an error falls to at most so many times what its rate of convergence promises
STUCK = 100.0  # an error is that of the run without the largest step, if that moves the estimate by so much less
CORNER = (0.5, 1.8)  # powers of the step that the even part of a function grows with at a corner or a cusp


def truncation_errors(runs: Table, values: Array, quotients: Array, degree: int) -> Array:
    """Bounds of the truncation errors of the runs: (runs, components).

    The error of a run over the rungs a..b is about the product of the s_i, times a constant. So those of (a, b),
    (a+1, b), (a+2, b) fall by factors s_a/R² and s_{a+1}/R², with the radius of convergence R. The difference of the
    first two is the error of the second, that of the last two the error of the third: their quotient is the rate
    s_{a+1}/R², from which follows s_a/R², and so the error of the first. That does not hold if the rungs are far apart,
    where rounding errors hide in the quotient.

    A difference may also be small by chance: it is not taken to be less than what the preceding two lead to expect, nor
    the error less than the difference to the run (a, b-1), nor less than the error of that run, if it hardly differs.
    """
    once, twice, thrice = (values[which] for which in runs.upper)
    least, second, third = abs(values - once), abs(once - twice), abs(twice - thrice)
    has_second, has_third = ((runs.length >= degree + more)[:, None] for more in (3, 4))
    falloff = runs.falloff[:, None]
    expected = second * np.minimum(_quotient(second, third) * falloff[runs.upper[0]], 1)
    least = np.where(has_third, np.maximum(least, expected), least)
    rate = np.minimum(CAUTION * falloff * _quotient(least, second), 1)
    near = np.where(has_second, rate, 1) * least
    by_largest = abs(values - values[runs.shorter])
    for length in range(degree + 4, int(runs.length.max()) + 1):
        of = np.flatnonzero(runs.length == length)
        before = near[runs.shorter[of]]
        near[of] = np.where(by_largest[of] < before / STUCK, np.maximum(near[of], before), near[of])
    apart = np.maximum(least, np.where(has_second, second, 0))
    if degree:  # what happens between steps that are far apart can have any derivatives of high order
        gaps = abs(np.diff(quotients, axis=0, append=quotients[-1:])) * (runs.gap / runs.s**degree)[:, None]
        apart = np.maximum.reduce([apart, gaps[runs.first], gaps[np.minimum(runs.first + 1, len(gaps) - 1)]])
    return np.maximum(np.where(runs.dense[:, None], near, apart), by_largest)


def corner(runs: Table, found: Differences) -> Array:
    """By how much the slopes to both sides differ from their mean, where that does not vanish with the step.

    At the three smallest steps the even part is then about proportional to the step; of a smooth function, to its
    square. Noise is neither.
    """
    if found.even is None or len(runs.steps) < 3:
        return np.zeros(found.size.shape[1])
    smallest = np.argsort(~found.valid, axis=0, kind="stable")[:3]
    column = np.arange(smallest.shape[1])
    even, noise, z = abs(found.even[smallest, column]), found.noise[2][smallest, column], runs.steps[smallest]
    powers = np.log(even[:-1] / even[1:]) / np.log(z[:-1] / z[1:])
    seen = (even > 4 * noise).all(axis=0) & found.valid[smallest, column].all(axis=0)
    return np.where(((powers > CORNER[0]) & (powers < CORNER[1])).all(axis=0) & seen, even[0] / z[0], 0)


def _quotient(a: Array, b: Array) -> Array:
    return np.divide(a, b, out=np.ones_like(a), where=b > 0)
