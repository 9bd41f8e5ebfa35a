"""Simplifications of single lines, each used as the `simplify` column of a row."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from wengert.ir import dtype_of


def neutral(number: float, *positions: int) -> Callable[..., Any]:
    """Where one of two operands is a literal number that changes nothing, the line equals the other operand."""

    def simplify(*operands: Any) -> Any:
        for position in positions:
            literal, other = operands[position], operands[1 - position]
            if isinstance(literal, (int, float)) and not isinstance(literal, bool) and literal == number:
                dtype = dtype_of(other)
                if dtype.kind in "fc" and np.result_type(literal, dtype) == dtype:
                    return other
        return None

    return simplify
