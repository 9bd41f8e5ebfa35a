"""Whether a function did the same when it was run again: told from a few numbers, as nothing else of it is kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, Self

import numpy as np

from wengert.ir import Line, Var

SAMPLE = 256  # elements of an array that are looked at one by one
CLOSE = 1e-6  # sums may be rounded in another order; a function that does something else differs by far more
_weights = np.cos(np.arange(2.0 * SAMPLE))


class Fingerprint(NamedTuple):
    """What the lines of a recording are, and a sum over the constants in them."""

    steps: int
    total: complex
    size: float

    @classmethod
    def of(cls, lines: Sequence[Line]) -> Self:
        """The fingerprint of a recording."""
        steps, total, size = 0, 0j, 0.0
        for number, line in enumerate(lines):
            steps = hash((steps, line.primitive.name, repr(line.params) if line.params else ""))
            for x in line.inputs:
                if type(x) is not Var and isinstance(x, (float, int, complex, np.ndarray, np.generic)):
                    term = _seen(np.asarray(x)) * _weights[number % SAMPLE]
                    total, size = total + term, size + abs(term)
        return cls(steps, total, size)

    def agrees(self, other: Fingerprint) -> bool:
        """Whether two recordings can be of the same computation."""
        return self.steps == other.steps and abs(self.total - other.total) <= CLOSE * (self.size + other.size)


def _seen(x: np.ndarray[Any, Any]) -> complex:
    """A number that changes with the elements, and with their order."""
    if x.dtype.kind not in "fciub" or not x.size:
        return 0j
    step = max(1, x.size // SAMPLE)
    sample = np.nan_to_num(x.flat[::step])
    with np.errstate(all="ignore"):
        seen = complex(np.dot(_weights[: len(sample)], sample))
        return seen if step == 1 else seen + complex(np.nan_to_num(np.mean(x)))
