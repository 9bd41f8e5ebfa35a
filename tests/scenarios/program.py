"""What one plain NumPy program is: a function as a scientist writes it, and a smooth point."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True, eq=False)
class Program:
    """A function of float arrays (or of dicts and lists of them) and a maker of its arguments.

    `function` returns one number unless `scalar` is false.
    """

    name: str
    function: Callable[..., Any]
    make_arguments: Callable[[np.random.Generator], tuple[Any, ...]]
    note: str
    scalar: bool = True
