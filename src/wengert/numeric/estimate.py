"""What numeric differentiation returns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from wengert.tree import flatten


@dataclass(frozen=True)
class Estimate:
    """A derivative from values of the function alone.

    Attributes
    ----------
    value
        The derivative: a number, an array, or a container of them.
    error
        A bound of its error, of the same structure: of what was left of the Taylor series, and of the function's
        rounding errors, as far as its values show them. Infinite where there seems to be no derivative.
    evaluations
        How often the function was called.
    """

    value: Any
    error: Any
    evaluations: int

    def __str__(self) -> str:
        errors = [float(np.max(one, initial=0.0)) for one in flatten(self.error)[0]]
        calls = "1 evaluation" if self.evaluations == 1 else f"{self.evaluations} evaluations"
        return f"{self.value} ± {max(errors, default=0.0):.1e} ({calls})"
