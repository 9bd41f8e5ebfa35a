"""The best of all extrapolations, and what is wrong with it."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields

import numpy as np

from wengert.numeric.differences import differences, of
from wengert.numeric.ladder import Array, Table, step, table
from wengert.numeric.line import Line
from wengert.numeric.noise import noise
from wengert.numeric.truncation import corner, truncation_errors

ABNORMAL = 4.0  # so many times what the rounding of arguments and of values explains is noise of another kind
FINE = 2.0**-20  # of the values: noise that may be the rounding inside of the function
DISSENT = 10.0  # an estimate is wrong if one of smaller steps differs by so many times its own error
APART = 16.0  # so many times smaller steps see another function
ROUGH = 0.3  # relative change of a difference quotient that is no beginning of convergence
STEEP = 1.1  # growth of a difference quotient from step to step that does not end
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
    program = line.program
    power = 1 if side else 2 - order % 2  # of the step, by which differences are divided
    degree, degree_next = (order - 1, order) if side else ((order - 1) // 2, order // 2)
    runs = table(tuple(rung - rungs[0] for rung in rungs), rungs[0] & 1, degree_next + 1, not side, program.dtype)
    found = differences(line, rungs, side, part)
    top = step(rungs[-1]) * of(line.scale, part)
    quotients = {power: values / runs.steps[:, None] ** power for power, values in found.parts()}
    values = runs.coefficients[:, degree] @ quotients[power]

    conditioning = 2 * program.units[part] * of(line.size, part) / top * abs(runs.coefficients[:, 0] @ quotients[1])
    magnified = (2 if side or power == 2 else 1) * abs(runs.coefficients[:, degree]) / runs.steps**power
    noisy = noise(runs, found, magnified, power, order, conditioning, program.random[part])
    truncation = truncation_errors(runs, values, quotients[power], degree)
    usable = ((runs.length >= degree + 3)[:, None]) & (runs.inside.astype(float) @ ~found.valid == 0)
    calm = usable & (noisy.seen <= FINE * found.size.max(axis=0)) & (noisy.witnesses >= 2)
    hedge = np.where(calm & (truncation <= 10 * noisy.rounding), truncation + noisy.rounding, np.inf)
    truncation = np.maximum(truncation, noisy.missed)
    _hear_smaller_steps(runs, values, truncation, noisy.rounding, usable)
    run = _choose(runs, values, truncation, noisy.rounding, usable, hedge), np.arange(values.shape[1])

    value, rounding, first, last = values[run], noisy.rounding[run], runs.first[run[0]], runs.last[run[0]]
    error = np.where(found.grainy > 0, np.maximum(truncation[run], abs(value)), truncation[run])
    if order == 1:
        error = np.maximum(error, corner(runs, found))
    located = np.isfinite(error + rounding) & usable[run]
    unit = math.factorial(order) / (top * (side or 1)) ** order
    following = (runs.coefficients[:, degree_next] @ quotients[1 if side else 3 - power])[run]
    start, after = (quotients[power][np.minimum(first + i, len(rungs) - 1), run[1]] for i in (0, 1))
    return Assessment(
        value=np.where(located, value * unit, np.nan),
        truncation=np.where(located, error * abs(unit), np.inf),
        rounding=np.where(located, rounding * abs(unit), np.inf),
        next=following * unit * (order + 1) / top * (side or 1),
        reach=runs.steps[last] * top,
        first=first,
        last=last,
        located=located,
        suspect=np.where(noisy.missed[run] >= error / 2, noisy.suspect[run], -1),
        abnormal=located & (noisy.seen > ABNORMAL * (conditioning + found.loudest.max(axis=0)))[run],
        unresolved=noisy.unresolved[run],
        rough=abs(start - after) > ROUGH * abs(start),
        steep=_steep(quotients[power], found.valid),
        witnesses=noisy.witnesses[run],
        grainy=found.grainy,
        constant=found.constant,
    )


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
    """Whether the difference quotient grows with every smaller step, at the end."""
    size = abs(quotients[:4])
    grows: Array = np.logical_and.reduce((size[:-1] > STEEP * size[1:]) & valid[1:4])
    return grows & valid[0] & (len(size) == 4)
