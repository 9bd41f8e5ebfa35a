"""Differences of a function's values along a line, and what is known of their errors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from wengert.numeric.ladder import Array, step
from wengert.numeric.line import Line

TINY = float(np.finfo(np.float64).tiny)
ROUNDED = 8.0  # rounding units: changes by less are those of the last bits
COARSE = 2.0**-8  # a function with jumps of more than this, relative to its size, is a staircase, not a rounded one
FINE = 2.0**-16  # and with less it is a rounded one


@dataclass(frozen=True)
class Differences:
    """Values at some rungs; each field of shape (rungs, components), or (components,)."""

    odd: Array  # the odd part of the function; for steps to one side, the difference
    even: Array | None  # the even part, without the value at the point
    size: Array  # of the values
    noise: dict[int, Array]  # what rounding makes the odd (1) and the even part (2) wrong by, at most
    valid: Array  # whether there is a value, which says something
    constant: Array  # (components,) no step changes anything
    grainy: Array  # (components,) the smallest rung with a change, where steps below have none; or 0

    @property
    def loudest(self) -> Array:
        """The larger one of the noises."""
        return self.noise[1] if self.even is None else np.maximum(self.noise[1], self.noise[2])

    def parts(self) -> list[tuple[int, Array]]:
        """The parts, and the power of the step that each begins with."""
        return [(1, self.odd)] if self.even is None else [(1, self.odd), (2, self.even)]


def differences(line: Line, rungs: tuple[int, ...], side: int, part: slice) -> Differences:
    """The differences at the rungs' own steps, from which the steps that are taken may deviate in the last bits."""
    program = line.program
    center = program.center[part]
    samples = [[line.sample(rung, one) for rung in rungs] for one in ((side,) if side else (1, -1))]
    values = np.array([[value[part] for value, _ in row] for row in samples])
    valid: Array = np.logical_and.reduce(np.array([[good[part] for _, good in row] for row in samples]))
    changes = values - center
    sizes = np.array([step(rung) for rung in rungs], program.dtype)[:, None]
    z = sizes / sizes[-1]
    taken = np.array([np.atleast_1d(of(line.step(rung), part)) for rung in rungs], program.dtype)
    stretch = sizes * of(line.scale, part) / taken
    odd = (changes[0] if side else (values[0] - values[1]) / 2) * stretch * valid
    even = None if side else (changes[0] + changes[1]) / 2 * stretch**2 * valid
    size = np.maximum(abs(values).max(axis=0), abs(center))
    rounded = 2 * program.units[part] * size + TINY  # also where values underflow
    noise = {1: rounded + 2 * _misplaced(odd, z, stretch, valid, 1)}
    if even is not None:
        noise[2] = rounded + 2 * _misplaced(even, z, stretch, valid, 2)
    some = abs(changes).max(axis=0)
    every = abs(changes).min(axis=0) if side else np.minimum(abs(changes).min(axis=0), abs(values[0] - values[1]))
    valid, grainy = _telling(valid, some, every > 0, size.max(axis=0), program.units[part])
    return Differences(odd, even, size, noise, valid, (some == 0).all(axis=0), grainy)


def of(value: Any, part: slice) -> Any:
    """The part of what is one number for all components, or one for each."""
    return value[part] if np.ndim(value) else value


def _misplaced(values: Array, z: Array, stretch: Array, valid: Array, power: int) -> Array:
    """What remains of the steps' deviations: those of a pure power are corrected."""
    column = np.arange(values.shape[1])
    lowest = np.argmax(valid, axis=0)
    pure = (values / z**power)[lowest, column] * z**power
    return abs(stretch - 1) * np.minimum(abs(values - pure), abs(values)) * power


def _telling(valid: Array, some: Array, every: Array, largest: Array, unit: Array) -> tuple[Array, Array]:
    """Which rungs say something: where values are rounded, small steps do not change them, and that means nothing."""
    least = np.min(np.where((some > 0) & valid, some, np.inf), axis=0)
    larger = np.logical_or.accumulate((every & valid)[::-1], axis=0)[::-1]
    silent = valid & ~every & larger & (least < COARSE * largest) & (least > ROUNDED * unit * largest)
    told = valid & ~silent
    return told, np.where(silent.any(axis=0) & (least > FINE * largest), np.argmax(told, axis=0), 0)
