"""Rounding errors of a function's values, as far as its values show them, and what they do to each extrapolation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wengert.numeric.differences import Differences
from wengert.numeric.ladder import Array, Table

OBSERVED = 3.0  # rounding errors are at most so many times the largest that is seen
WITNESSES = np.array([np.inf, 100.0, 20.0, 10.0, 5.0])  # that few, where they are seen at 0, 1, 2, 3, 4 rungs only
PLAUSIBLE = 0.01  # of the values: what is more is no noise, unless the function is random


@dataclass(frozen=True)
class Noise:
    """Of shape (runs, components)."""

    rounding: Array  # bounds of the rounding errors
    seen: Array  # the largest deviation from the run's polynomial at smaller steps
    witnesses: Array  # steps at which it is seen
    missed: Array  # what rounding does not explain: bounds of what the run does not see of the function
    suspect: Array  # the rung where most of it is
    unresolved: Array  # whether that does not calm down with the step


def noise(
    runs: Table, found: Differences, magnified: Array, power: int, order: int, conditioning: Array, random: Array
) -> Noise:
    """The errors that the values' noise makes in each run, which magnifies it.

    The values are wrong by the rounding of themselves and, as the program goes, by that of its arguments: 2 u |x f'|,
    the `conditioning`. Where there are rungs below the run, the noise is seen, as what the values there deviate from
    the run's polynomial, since its truncation error shrinks with the step. Then the second kind need not be assumed.

    Or else the function has a part that the run's larger steps pass over. Such a part is small at small steps, noise is
    not: it must be there at the two smallest steps, too.
    """
    deviations = _deviations(runs, found)
    seen = deviations.max(axis=1)
    witnesses = runs.below.astype(float) @ found.valid
    rank = np.cumsum(found.valid, axis=0)
    one, two = ((deviations * (rank <= count)).max(axis=1) for count in (1, 2))
    factor = WITNESSES[np.minimum(witnesses, len(WITNESSES) - 1).astype(int)]
    unseen = np.where(witnesses > 0, factor * (seen + found.noise[power].min(axis=0) / 4), np.inf)
    level = np.maximum(OBSERVED * seen, np.minimum(conditioning, unseen))
    growth = np.maximum(found.size / np.where(found.size[0] > 0, found.size[0], 1), 1)  # noise grows with the values
    rounding = magnified @ found.noise[power] + (magnified @ growth) * level

    lowest = np.where(witnesses >= 2, np.minimum(two, 5 * one), 0)
    limit = np.where(random, np.inf, PLAUSIBLE * found.size.max(axis=0))
    explained = np.maximum(np.minimum(OBSERVED * lowest, limit), conditioning)[:, None, :] + 2 * found.loudest
    unexplained = np.where(deviations > explained, deviations, 0)
    z = runs.steps[:, None]
    bottom, above = ((rank == count) & found.valid for count in (1, 2))
    kept, before = ((unexplained * here).max(axis=1) for here in (bottom, above))
    calmer = before * np.sqrt((z * bottom).max(axis=0) / (z * above).max(axis=0))
    missed = np.where(unexplained > 0, deviations - explained, 0) / z**order
    return Noise(
        rounding=rounding,
        seen=seen,
        witnesses=witnesses,
        missed=missed.max(axis=1),
        suspect=np.argmax(missed, axis=1),
        unresolved=(kept > 0) & (witnesses >= 2) & (kept > calmer),
    )


def _deviations(runs: Table, found: Differences) -> Array:
    """What values below a run deviate from its polynomial: (runs, rungs, components)."""
    z = runs.steps[:, None]
    parts = [
        abs(runs.misfits @ (values / z**power)) * (z**power / power * found.valid) for power, values in found.parts()
    ]
    return parts[0] if len(parts) == 1 else np.maximum(*parts)
