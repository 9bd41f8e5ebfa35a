"""The derivative along a line, with the bound of its error."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from wengert.numeric.assess import Assessment
from wengert.numeric.ladder import OCTAVE, Array
from wengert.numeric.line import Line, real_line
from wengert.numeric.program import Program
from wengert.numeric.search import START, TOLERANCE, search

CAREFUL = 3.0  # what the sum of the bounds is multiplied by
DIVERGING = 0.1  # the relative error of what has not begun to converge
POOR = 1e-9  # the relative error that makes steps to one side worth a try, where the domain keeps others small
LOW = 4  # orders that steps to one side can improve
INWARD = START - 8 * OCTAVE


@dataclass(frozen=True)
class Derivative:
    """Of every component; each field of shape (components,)."""

    value: Array
    error: Array  # infinite where there is no derivative
    reach: Array  # the largest step of those that it is taken from


def differentiate(line: Line, order: int, tolerance: float = TOLERANCE) -> Derivative:
    """The derivative of some order, by central differences, or one-sided ones where the domain ends."""
    program = line.program
    nothing = Derivative(*(np.full(program.size, x, program.dtype) for x in (np.nan, np.inf, 0.0)))
    found, narrow = search(line, order, 0, tolerance)
    best = nothing if found is None else _bounded(line, found)
    poor = program.known & ~(best.error <= np.maximum(POOR, tolerance) * abs(best.value))
    if narrow and poor.any() and (found is None or order <= LOW):
        for side in (1, -1):
            if (poor & (line.sample(START, side)[1] | line.sample(INWARD, side)[1])).any():
                found, _ = search(line, order, side, tolerance)
                if found is not None:
                    other = _bounded(line, found)
                    agree = ~(abs(other.value - best.value) > other.error + best.error)  # or there is no other value
                    better = poor & (other.error < best.error) & agree
                    best = Derivative(
                        value=np.where(better, other.value, best.value),
                        error=np.where(better, other.error, best.error),
                        reach=np.where(better, other.reach, best.reach),
                    )
    return best


def slope(function: Callable[[float], Any], size: float, unit: float, tolerance: float) -> tuple[Array, Array]:
    """The derivative at 0 of an array-valued function of one number, and the bound of its error.

    The number moves a point of some size, which is rounded to `unit`, relative.
    """
    program = Program(lambda leaves: function(leaves[0]), [0.0], "slope", unit)
    found = differentiate(real_line(program, size), 1, tolerance)
    with np.errstate(invalid="ignore"):
        return program.parts(found.value)[0], abs(program.parts(found.error)[0])


def _bounded(line: Line, found: Assessment) -> Derivative:
    """With what the rounding of the point itself amounts to."""
    unit = line.program.units
    with np.errstate(all="ignore"):
        error = CAREFUL * found.error + unit * line.size * abs(found.next) + 4 * unit * abs(found.value)
        diverging = found.steep & (found.truncation > np.maximum(DIVERGING * abs(found.value), found.rounding))
        lost = found.unresolved | diverging | ~found.located | np.isnan(error)
    return Derivative(found.value, np.where(lost, np.inf, error), np.where(found.located, found.reach, 0))
