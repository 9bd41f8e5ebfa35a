"""traceable: a function that is read wherever it is called."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from wengert.boundary import boundary
from wengert.read import as_read
from wengert.record import Box, plain
from wengert.tree import tree_map

P = ParamSpec("P")
R = TypeVar("R")


def traceable(fun: Callable[P, R]) -> Callable[P, R]:
    """The function, read: what NumPy does not tell us of is seen in it, whoever calls it.

    `grad` and all other transforms read the function that they are given. This is for one that you call yourself, on a
    `Dual` or on a value of a `GradientTape`, and that uses `math.sin`, `float(x)`, `np.zeros` or `np.array([a, b])`.

    Examples
    --------
    >>> import math, wengert as wg
    >>> @wg.traceable
    ... def f(x):
    ...     return math.sin(x) + float(x)
    >>> print(f(wg.Dual(0.0, 1.0)))
    0.0 + 2.0ε
    """

    @functools.wraps(fun)
    @boundary
    def read(*args: P.args, **kwargs: P.kwargs) -> R:
        return tree_map(_result, as_read(fun)(*args, **kwargs))

    return read


def _result(leaf: object) -> object:
    leaf = plain(leaf)
    return leaf.snapshot() if isinstance(leaf, Box) else leaf
