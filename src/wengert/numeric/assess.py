"""How wrong each extrapolation is, and which of them is the best."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from wengert.numeric.differences import Differences, differences, of
from wengert.numeric.ladder import LONGEST, Table, step, table
from wengert.numeric.line import Line

Array = np.ndarray[Any, np.dtype[Any]]
CAUTION = 10.0  # an error falls to at most so many times what its rate of convergence promises
STUCK = 100.0  # an error is that of the run without the largest step, if that moves the estimate by so much less
OBSERVED = 3.0  # rounding errors are at most so many times the largest that is seen
WITNESSES = np.array([np.inf, 100.0, 20.0, 10.0, 5.0])  # that few, where they are seen at 0, 1, 2, 3, 4 rungs only
ABNORMAL = 4.0  # so many times what the rounding of arguments and of values explains is noise of another kind
PLAUSIBLE = 0.01  # of the values: what is more is no noise, unless the function is random
FINE = 2.0**-20  # of the values: noise that may be the rounding inside of the function
DISSENT = 10.0  # an estimate is wrong if one of smaller steps differs by so many times its own error
APART = 16.0  # so many times smaller steps see another function
CORNER = (0.5, 1.8)  # powers of the step that the even part of a function grows with at a corner or a cusp
CHUNK = 4096  # components at a time


@dataclass(frozen=True)
class Assessment:
    """The best estimate of a derivative, and what to think of it; each field of shape (components,)."""

    value: Array
    truncation: Array  # bounds of the errors
    rounding: Array
    next: Array  # the derivative of one order more
    reach: Array  # the largest step in the run
    first: Array  # the places of the run's smallest and largest rungs
    last: Array
    located: Array  # whether there is an estimate
    suspect: Array  # the place of the rung that the truncation error is taken from, or -1
    abnormal: Array  # the function is noisier than rounding explains
    unresolved: Array  # the function does not even calm down at the smallest steps
    rough: Array  # at the smallest steps of the run the difference quotient still changes much
    steep: Array  # at the smallest steps of all it grows
    witnesses: Array  # rungs below the run
    grainy: Array  # as in Differences
    constant: Array

    @property
    def error(self) -> Array:
        """The sum of the bounds."""
        return self.truncation + self.rounding

    @property
    def scale(self) -> Array:
        """The size of the derivative within the run."""
        return np.maximum(abs(self.value), abs(self.next) * self.reach)


def assess(line: Line, rungs: tuple[int, ...], side: int, order: int) -> Assessment:
    """The best of the runs over these rungs, by central (side 0) or one-sided differences."""
    with np.errstate(all="ignore"):
        if line.program.size <= CHUNK:
            return _assess(line, rungs, side, order, slice(None))
        parts = [_assess(line, rungs, side, order, slice(i, i + CHUNK)) for i in range(0, line.program.size, CHUNK)]
    return Assessment(*(np.concatenate([getattr(one, field.name) for one in parts]) for field in fields(Assessment)))


def _assess(line: Line, rungs: tuple[int, ...], side: int, order: int, part: slice) -> Assessment:
    power = 1 if side else 2 - order % 2  # of the step, by which differences are divided
    degree, degree_next = (order - 1, order) if side else ((order - 1) // 2, order // 2)
    runs = table(tuple(rung - rungs[0] for rung in rungs), rungs[0] & 1, degree_next + 1, not side, line.program.dtype)
    found = differences(line, rungs, side, part)
    z = runs.steps[:, None]
    top = step(rungs[-1]) * of(line.scale, part)
    quotients = {power: values / z**power for power, values in found.parts()}
    values = runs.coefficients[:, degree] @ quotients[power]
    slope = abs(runs.coefficients[:, 0] @ quotients[1])
    conditioning = 2 * line.program.units[part] * of(line.size, part) / top * slope  # rounding of arguments, in the program

    deviations = _deviations(runs, found, quotients)
    usable = ((runs.length >= degree + 3)[:, None]) & (runs.inside.astype(float) @ ~found.valid == 0)
    magnified = (2 if side or power == 2 else 1) * abs(runs.coefficients[:, degree]) / runs.steps**power
    rounding, seen, lowest, witnesses = _rounding(runs, found, deviations, conditioning, magnified, power)
    truncation = _truncation(runs, values, quotients[power], degree)
    calm = usable & (seen <= FINE * found.size.max(axis=0)) & (truncation <= 10 * rounding) & (witnesses >= 2)
    hedge = np.where(calm, truncation + rounding, np.inf)
    random = line.program.random[part]
    missed, suspect, unresolved = _missed(runs, found, deviations, lowest, conditioning, order, random)
    truncation = np.maximum(truncation, missed)
    _hear_smaller_steps(runs, values, truncation, rounding, usable)
    best = _choose(runs, values, truncation, rounding, usable, hedge)

    column = np.arange(len(best))
    value, error, rounded = (x[best, column] for x in (values, truncation, rounding))
    error = np.where(found.grainy > 0, np.maximum(error, abs(value)), error)
    if order == 1 and found.even is not None:
        error = np.maximum(error, _corner(runs, found))
    located = np.isfinite(error + rounded) & usable[best, column]
    unit = math.factorial(order) / (top * (side or 1)) ** order
    following = (runs.coefficients[:, degree_next] @ quotients[1 if side else 3 - power])[best, column]
    places = np.minimum(runs.first[best] + np.arange(2)[:, None], len(rungs) - 1)
    start = quotients[power][places, column]
    return Assessment(
        value=np.where(located, value * unit, np.nan),
        truncation=np.where(located, error * abs(unit), np.inf),
        rounding=np.where(located, rounded * abs(unit), np.inf),
        next=following * unit * (order + 1) / top * (side or 1),
        reach=runs.steps[runs.last[best]] * top,
        first=runs.first[best],
        last=runs.last[best],
        located=located,
        suspect=np.where(missed[best, column] >= error / 2, suspect[best, column], -1),
        abnormal=located & (seen > ABNORMAL * (conditioning + found.loudest.max(axis=0)))[best, column],
        unresolved=unresolved[best, column],
        rough=abs(start[0] - start[1]) > 0.3 * abs(start[0]),
        steep=_steep(quotients[power], found.valid),
        witnesses=witnesses[best, column],
        grainy=found.grainy,
        constant=found.constant,
    )


def _deviations(runs: Table, found: Differences, quotients: dict[int, Array]) -> Array:
    """What values below a run deviate from its polynomial: (runs, rungs, components), in units of the values."""
    z = runs.steps[:, None]
    out = abs(runs.misfits @ quotients[1]) * (z * found.valid)
    return out if len(quotients) == 1 else np.maximum(out, abs(runs.misfits @ quotients[2]) * (z**2 / 2 * found.valid))


def _rounding(
    runs: Table, found: Differences, deviations: Array, conditioning: Array, magnified: Array, power: int
) -> tuple[Array, Array, Array, Array]:
    """Bounds of the rounding errors of the runs; the noise that is seen, also at the smallest steps; by how many rungs.

    The values are wrong by the rounding of themselves and, as the program goes, by that of its arguments: 2 u |x f'|.
    Where there are rungs below the run, the noise is seen there, as what they deviate from the run's polynomial: its
    truncation error shrinks with the step. Then the second kind need not be assumed.
    """
    seen = deviations.max(axis=1)
    witnesses = runs.below.astype(float) @ found.valid
    rank = np.cumsum(found.valid, axis=0)
    one, two = ((deviations * (rank <= count)).max(axis=1) for count in (1, 2))
    lowest = np.where(witnesses >= 2, np.minimum(two, 5 * one), 0)
    factor = WITNESSES[np.minimum(witnesses, len(WITNESSES) - 1).astype(int)]
    unseen = np.where(witnesses > 0, factor * (seen + found.noise[power].min(axis=0) / 4), np.inf)
    level = np.maximum(OBSERVED * seen, np.minimum(conditioning, unseen))
    growth = np.maximum(found.size / np.where(found.size[0] > 0, found.size[0], 1), 1)  # noise grows with the values
    return magnified @ found.noise[power] + (magnified @ growth) * level, seen, lowest, witnesses


def _truncation(runs: Table, values: Array, quotients: Array, degree: int) -> Array:
    """Bounds of the truncation errors of the runs.

    The error of a run over the rungs a..b is about the product of the s_i, times a constant. So those of (a, b),
    (a+1, b), (a+2, b) fall by factors s_a/R² and s_{a+1}/R², with the radius of convergence R. The difference of the
    first two is the error of the second, that of the last two the error of the third: their quotient is the rate
    s_{a+1}/R², from which follows s_a/R², and so the error of the first. That does not hold if the rungs are far apart,
    where rounding errors hide in the quotient. A difference may also be small by chance: it is not taken to be less
    than what the preceding two lead to expect, nor the error less than the difference to the run (a, b-1).
    """
    once, twice, thrice = (values[which] for which in runs.upper)
    least, second, third = abs(values - once), abs(once - twice), abs(twice - thrice)
    has_second, has_third = ((runs.length >= degree + more)[:, None] for more in (3, 4))
    falloff = runs.falloff[:, None]
    expected = second * np.minimum(_quotient(second, third) * falloff[runs.upper[0]], 1)
    least = np.where(has_third, np.maximum(least, expected), least)
    rate = np.minimum(CAUTION * falloff * _quotient(least, second), 1)
    fallen = np.where(has_second, rate, 1) * least
    by_largest = abs(values - values[runs.shorter])
    for length in range(degree + 4, int(runs.length.max()) + 1):  # a larger step cannot make right what it hardly moves
        of = np.flatnonzero(runs.length == length)
        before = fallen[runs.shorter[of]]
        fallen[of] = np.where(by_largest[of] < before / STUCK, np.maximum(fallen[of], before), fallen[of])
    careful = np.maximum(least, np.where(has_second, second, 0))
    if degree:  # what happens between steps that are far apart can have any derivatives of high order
        gaps = abs(np.diff(quotients, axis=0, append=quotients[-1:])) * (runs.gap / runs.s**degree)[:, None]
        careful = np.maximum.reduce([careful, gaps[runs.first], gaps[np.minimum(runs.first + 1, len(gaps) - 1)]])
    return np.maximum(np.where(runs.dense[:, None], fallen, careful), by_largest)


def _missed(
    runs: Table, found: Differences, deviations: Array, lowest: Array, conditioning: Array, order: int, random: Array
) -> tuple[Array, Array, Array]:
    """What the runs do not see of the function below them; the rung where most of it is; whether it is seen at all.

    A deviation at smaller steps that rounding does not explain. Noise of other kinds may do so, if it is seen at the
    two smallest steps, too, and is small; what vanishes there is a part of the function.
    """
    limit = np.where(random, np.inf, PLAUSIBLE * found.size.max(axis=0))
    explained = np.maximum(np.minimum(OBSERVED * lowest, limit), conditioning)[:, None, :] + 2 * found.loudest
    missed = np.where(deviations > explained, deviations - explained, 0)
    z = runs.steps[:, None]
    rank = np.cumsum(found.valid, axis=0)
    bottom, above = ((rank == count) & found.valid for count in (1, 2))
    kept = (deviations * (missed > 0) * bottom).max(axis=1)
    calmer = (deviations * (missed > 0) * above).max(axis=1) * np.sqrt((z * bottom).max(axis=0) / (z * above).max(axis=0))
    unresolved = (kept > 0) & (runs.below.astype(float) @ found.valid >= 2) & (kept > calmer)
    missed = missed / z**order
    return missed.max(axis=1), np.argmax(missed, axis=1), unresolved


def _corner(runs: Table, found: Differences) -> Array:
    """By how much the slopes to both sides differ from their mean, where that does not vanish with the step.

    At the three smallest steps the even part is then about proportional to the step; of a smooth function, to its
    square. Noise is neither.
    """
    if len(runs.steps) < 3:
        return np.zeros(found.size.shape[1])
    smallest = np.argsort(~found.valid, axis=0, kind="stable")[:3]
    column = np.arange(smallest.shape[1])
    even, noise, z = abs(found.even[smallest, column]), found.noise[2][smallest, column], runs.steps[smallest]
    powers = np.log(even[:-1] / even[1:]) / np.log(z[:-1] / z[1:])
    corner = ((powers > CORNER[0]) & (powers < CORNER[1])).all(axis=0) & (even > 4 * noise).all(axis=0)
    return np.where(corner & found.valid[smallest, column].all(axis=0), even[0] / z[0], 0)


def _hear_smaller_steps(runs: Table, values: Array, truncation: Array, rounding: Array, usable: Array) -> None:
    """Raise the error of runs that contradict one of smaller steps: that sees what larger steps pass over."""
    column = np.arange(values.shape[1])
    total = np.where(usable, truncation + rounding, np.inf)
    for smallest in range(len(runs.steps) - 1):
        here = np.flatnonzero(runs.first == smallest)
        best = here[np.argmin(total[here], axis=0)]
        apart = abs(values - values[best, column])
        wrong = (runs.first > smallest)[:, None] & (apart > DISSENT * total[best, column])
        np.copyto(truncation, np.maximum(truncation, apart), where=wrong)


def _choose(runs: Table, values: Array, truncation: Array, rounding: Array, usable: Array, hedge: Array) -> Array:
    """The run with the smallest error, for each component.

    Where a run of much larger steps has an error as small, but for what it may have missed, and its noise may be the
    rounding inside of the function, nobody can tell noise from a part of the function: that run is taken, with the
    contradiction as its error.
    """
    total = np.where(usable, truncation + rounding, np.inf)
    column = np.arange(values.shape[1])
    best, other = np.argmin(total, axis=0), np.argmin(hedge, axis=0)
    apart = abs(values[best, column] - values[other, column])
    far = runs.steps[runs.first[other]] > APART * runs.steps[runs.first[best]]
    doubt = far & (apart > total[best, column] + hedge[other, column])
    truncation[other, column] = np.where(doubt, apart, truncation[other, column])
    return np.where(doubt, other, best)


def _steep(quotients: Array, valid: Array) -> Array:
    size = abs(quotients[:4])
    return (size[:-1] > 1.1 * size[1:]).all(axis=0) & valid[:4].all(axis=0) & (len(size) == 4)


def _quotient(a: Array, b: Array) -> Array:
    return np.divide(a, b, out=np.ones_like(a), where=b > 0)
