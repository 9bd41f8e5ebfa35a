"""Which function here stands for which function of NumPy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])

NUMPY: dict[Any, Callable[..., Any]] = {}
UFUNC_METHODS: dict[str, Callable[..., Any]] = {}  # reduce, accumulate, outer, at: called with the ufunc first


def implements(*functions: Any) -> Callable[[F], F]:
    """Enter an implementation into the table; its signature lists exactly the arguments it honours."""

    def enter(implementation: F) -> F:
        for function in functions:
            NUMPY[function] = implementation
        return implementation

    return enter
