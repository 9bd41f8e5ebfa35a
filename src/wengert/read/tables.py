"""What stands for the functions that NumPy's protocols never see, found by identity."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])

TABLE: dict[Any, Callable[..., Any]] = {}


def stands_for(*functions: Any) -> Callable[[F], F]:
    """Enter an implementation; its signature lists exactly the arguments it honours."""

    def enter(implementation: F) -> F:
        for function in functions:
            TABLE[function] = implementation
        return implementation

    return enter
