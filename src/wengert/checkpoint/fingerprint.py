"""Whether a function did the same when it was run again: told from a few numbers, as nothing else of it is kept."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple, Self

import numpy as np

from wengert.ir import Line, Var
from wengert.record import Box

SAMPLE = 256  # elements of an array that are looked at one by one
CLOSE = 1e-6  # sums may be rounded in another order; a function that does something else differs by far more
HUGE = 1e300
_weights = np.cos(np.arange(2.0 * SAMPLE))


class Fingerprint(NamedTuple):
    """What the lines of a recording are, and a sum over the constants in them and the results."""

    steps: int
    total: complex
    size: float

    @classmethod
    def of(cls, lines: Sequence[Line], results: Sequence[Any]) -> Self:
        """The fingerprint of a recording."""
        steps, total, size = 0, 0j, 0.0
        for number, line in enumerate(lines):
            steps = hash((steps, line.primitive.name, repr(line.params) if line.params else ""))
            # What is written into may be an array that holds nothing yet (np.empty).
            for x in line.inputs if line.primitive.update is None else line.inputs[1:]:
                if type(x) is not Var:
                    term = _seen(x) * _weights[number % SAMPLE]
                    total, size = total + term, size + abs(term)
        for x in results:
            term = _seen(x)
            total, size = total + term, size + abs(term)
        return cls(steps, total, size)

    def agrees(self, other: Fingerprint) -> bool:
        """Whether two recordings can be of the same computation."""
        return self.steps == other.steps and abs(self.total - other.total) <= CLOSE * (self.size + other.size)


def _seen(value: Any) -> complex:
    """A number that changes with the elements of a value, and with their order."""
    if isinstance(value, (float, int)) and abs(value) < HUGE:  # the common case, quickly
        return complex(math.asinh(value))
    x = np.asarray(value.concrete() if isinstance(value, Box) else value)
    if x.dtype.kind not in "fciub" or not x.size:
        return 0j
    step = max(1, x.size // SAMPLE)
    with np.errstate(all="ignore"):
        seen = complex(np.dot(_weights[: len(range(0, x.size, step))], _tamed(x.flat[::step])))
        return seen if step == 1 else seen + complex(_tamed(np.mean(x)))


def _tamed(x: Any) -> Any:
    """Numbers that can be added up: without infinities, and of the size of their logarithms."""
    return np.arcsinh(np.nan_to_num(np.asarray(x, np.result_type(x, np.float64)), nan=2.0, posinf=3.0, neginf=-3.0))
