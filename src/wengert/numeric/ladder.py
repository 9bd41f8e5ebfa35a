"""The ladder of step sizes, and the table of extrapolations over its rungs.

Rung j is a step of 3/π 2^(j/2). A factor with few bits would hide rounding errors inside of a function: they would be
the same at all steps.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]
OCTAVE = 2  # rungs that double the step
ROOT = 3 / math.pi * math.sqrt(2)
LONGEST = 9
DENSE = 1.7  # octaves between neighbours of which rates of convergence can be read


def step(rung: int) -> float:
    """The size of the step at a rung."""
    return math.ldexp(ROOT if rung & 1 else 3 / math.pi, rung >> 1)


@dataclass(frozen=True)
class Table:
    """Runs of neighbours among some rungs, and what each run makes of the difference quotients there.

    Difference quotients are a polynomial p in s, the square of the step (of a one-sided step: the step itself), as far
    as Taylor's series goes. A run interpolates it; its coefficients are derivatives (Richardson 1911, Romberg 1955;
    the recurrence is Neville's, 1934). All runs together show how the interpolation converges.
    """

    steps: Array  # (rungs,) relative to the largest
    s: Array  # (rungs,)
    first: Array  # (runs,) its smallest rung
    last: Array  # (runs,) its largest
    length: Array  # (runs,)
    inside: Array  # (runs, rungs) its rungs
    below: Array  # (runs, rungs) the rungs that are smaller
    shorter: Array  # (runs,) the run without its largest rung
    upper: tuple[Array, Array, Array]  # (runs,) without its smallest, two smallest, three smallest rungs
    falloff: Array  # (runs,) s of its smallest rung by s of the next
    gap: Array  # (rungs,) whether the next rung is no neighbour on the ladder
    dense: Array  # (runs,) whether its smallest three rungs are neighbours on the ladder
    coefficients: Array  # (runs, degrees, rungs) of the quotients, to get the coefficients of p
    misfits: Array  # (runs, rungs, rungs) of the quotients, to get what a rung below the run deviates from p
    octave: float  # what s falls by from one octave to the next


@lru_cache(maxsize=2048)
def table(offsets: tuple[int, ...], lowest: int, degrees: int, square: bool, dtype: Any) -> Table:
    """The table of the rungs `lowest + offsets`, for the coefficients below `degrees`."""
    sizes = np.array([step(lowest + offset) for offset in offsets], dtype)
    steps = sizes / sizes[-1]
    s = steps**2 if square else steps
    count = len(offsets)
    longest = max(LONGEST, degrees + 5)
    identity = np.eye(count, dtype=dtype)
    values = {(i, i): np.tile(identity[i], (count, 1)) for i in range(count)}  # of p, at all rungs
    weights = {(i, i): np.vstack([identity[i], np.zeros((degrees - 1, count), dtype)]) for i in range(count)}
    for length in range(2, min(count, longest) + 1):
        for a in range(count - length + 1):
            b = a + length - 1
            low, high, width = (a, b - 1), (a + 1, b), s[b] - s[a]
            values[a, b] = ((s - s[a])[:, None] * values[high] - (s - s[b])[:, None] * values[low]) / width
            both = s[b] * weights[low] - s[a] * weights[high]
            both[1:] += weights[high][:-1] - weights[low][:-1]
            weights[a, b] = both / width
    runs = list(values)
    index = {run: i for i, run in enumerate(runs)}
    first, last = np.array(runs).T
    place = np.arange(count)
    below = place < first[:, None]
    ratio = np.append(s[:-1] / s[1:], [1, 1]).astype(float)
    octave = 0.25 if square else 0.5
    return Table(
        steps=steps,
        s=s,
        first=first,
        last=last,
        length=last - first + 1,
        inside=~below & (place <= last[:, None]),
        below=below,
        shorter=np.array([index.get((a, b - 1), 0) for a, b in runs]),
        upper=(
            np.array([index.get((a + 1, b), 0) for a, b in runs]),
            np.array([index.get((a + 2, b), 0) for a, b in runs]),
            np.array([index.get((a + 3, b), 0) for a, b in runs]),
        ),
        falloff=ratio[first],
        gap=ratio[:count] <= octave**DENSE,
        dense=np.minimum(ratio[first], ratio[first + 1]) > octave**DENSE,
        coefficients=np.stack([weights[run] for run in runs]),
        misfits=(identity - np.stack([values[run] for run in runs])) * below[:, :, None],
        octave=octave,
    )
