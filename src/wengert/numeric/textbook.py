"""The difference formulas of the textbooks, with the step that is given."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from wengert.numeric.ladder import Array
from wengert.numeric.program import Leaves, Program

Values = Callable[[Leaves], Array]  # components at a point
Shift = Callable[[Leaves, float], Leaves]  # a point, a step away

FORMULAS: dict[str, Callable[[Values, Shift, float], Values]] = {
    "forward": lambda f, shift, eps: lambda x: (f(shift(x, eps)) - f(x)) / eps,
    "backward": lambda f, shift, eps: lambda x: (f(x) - f(shift(x, -eps))) / eps,
    "central": lambda f, shift, eps: lambda x: (f(shift(x, eps)) - f(shift(x, -eps))) / (2 * eps),
    "five-point": lambda f, shift, eps: (
        lambda x: (
            (8 * (f(shift(x, eps)) - f(shift(x, -eps))) - (f(shift(x, 2 * eps)) - f(shift(x, -2 * eps)))) / (12 * eps)
        )
    ),
}


def values_of(program: Program) -> Values:
    """The program's components, with nan outside of its domain; at its own point it is not called again."""

    def values(leaves: Leaves) -> Array:
        if leaves is program.leaves:
            return program.center
        found, valid = program(leaves)
        return np.where(valid, found, np.nan)

    return values
