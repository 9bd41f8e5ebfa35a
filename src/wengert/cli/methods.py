"""The gradient by every method of the field, side by side: what each finds, costs, and how far it is off."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from wengert.api import grad
from wengert.api.ways import WAYS
from wengert.read import as_read

METHODS = tuple(WAYS)

REFERENCE = "reverse"
REPEATS, PATIENCE = 5, 0.3  # the best of so many runs, but no longer than this many seconds


@dataclass(frozen=True)
class Measured:
    """What one method gave; `problem` says why it gave nothing."""

    method: str
    gradient: tuple[Any, ...] = ()
    evaluations: int = 0
    seconds: float = 0.0
    problem: str = ""

    def error(self, reference: Measured) -> float | None:
        """The largest difference from the reference, relative to the size of its entries where they exceed 1."""
        if self.problem or reference.problem:
            return None
        return max(_difference(*pair) for pair in zip(self.gradient, reference.gradient, strict=True))


def _difference(found: Any, right: Any) -> float:
    """The same for one argument; infinity where one has a number and the other has none."""
    found, right = np.asarray(found), np.asarray(right)
    with np.errstate(all="ignore"):
        difference = np.abs(found - right) / np.maximum(1.0, np.abs(right))
    difference = np.where((found == right) | (np.isnan(found) & np.isnan(right)), 0.0, difference)
    return float(np.max(np.where(np.isnan(difference), np.inf, difference), initial=0.0))


def measure(function: Callable[..., Any], args: Sequence[Any], method: str) -> Measured:
    """The gradient by one method, the calls of the function that it took, and the time."""
    calls = 0
    called = as_read(function)

    @functools.wraps(function)
    def counted(*given: Any) -> Any:
        nonlocal calls
        calls += 1
        return called(*given)

    try:
        gradient = grad(counted, argnums=tuple(range(len(args))), method=method)
        with np.errstate(all="ignore"):
            found = gradient(*args)
    except Exception as error:
        return Measured(method, problem=f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}")
    evaluations = calls
    best, end = float("inf"), time.perf_counter() + PATIENCE
    with np.errstate(all="ignore"):
        for _ in range(REPEATS):
            start = time.perf_counter()
            gradient(*args)
            now = time.perf_counter()
            best = min(best, now - start)
            if now > end:
                break
    return Measured(method, tuple(found), evaluations, best)
