"""What a snippet is: a short function of one point."""

from collections.abc import Callable
from typing import Any

import numpy as np

SNIPPETS: list[Callable[[Any], Any]] = []
POINT = np.array([1.6, 0.7, 2.2])


def case(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Enter a snippet."""
    SNIPPETS.append(function)
    return function
