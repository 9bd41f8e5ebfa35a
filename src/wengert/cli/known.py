"""What an expression may name: constants, and functions that have a derivative rule."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from wengert.primitives import UFUNCS

CONSTANTS: dict[str, float] = {"pi": math.pi, "e": math.e, "tau": math.tau}


@dataclass(frozen=True)
class Known:
    """A function, and how many arguments it takes."""

    function: Callable[..., Any]
    least: int
    most: int


def _ufuncs() -> dict[str, Known]:
    """The rows of the table that stand for a ufunc of floats, by the ufunc's own name."""
    found = {}
    for ufunc in UFUNCS:
        if isinstance(ufunc, np.ufunc) and ufunc.nout == 1 and _takes_floats(ufunc):
            found[ufunc.__name__] = Known(ufunc, ufunc.nin, ufunc.nin)
    return found


def _takes_floats(ufunc: np.ufunc) -> bool:
    return any(signature.split("->")[0] == "d" * ufunc.nin for signature in ufunc.types)


def _extreme(pairwise: Callable[[Any, Any], Any], of_all: Callable[[Any], Any]) -> Callable[..., Any]:
    return lambda *values: of_all(values[0]) if len(values) == 1 else functools.reduce(pairwise, values)


FUNCTIONS: dict[str, Known] = _ufuncs()
for _alias, _name in {
    "abs": "absolute",
    "ln": "log",
    "pow": "power",
    "asin": "arcsin",
    "acos": "arccos",
    "atan": "arctan",
    "atan2": "arctan2",
    "asinh": "arcsinh",
    "acosh": "arccosh",
    "atanh": "arctanh",
}.items():
    FUNCTIONS[_alias] = FUNCTIONS[_name]
FUNCTIONS |= {
    "where": Known(np.where, 3, 3),
    "clip": Known(np.clip, 3, 3),
    "sum": Known(np.sum, 1, 1),
    "prod": Known(np.prod, 1, 1),
    "mean": Known(np.mean, 1, 1),
    "norm": Known(np.linalg.norm, 1, 1),
    "dot": Known(np.dot, 2, 2),
    "min": Known(_extreme(np.minimum, np.min), 1, 16),
    "max": Known(_extreme(np.maximum, np.max), 1, 16),
}
