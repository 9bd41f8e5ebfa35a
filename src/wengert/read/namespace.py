"""The namespace that converted functions see; the modules of this package put their hooks into it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])


class Hooks:
    """What `H.name` means in a converted function."""

    slice = slice

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"there is no hook named {name!r}")


HOOKS = Hooks()


def hook(function: F) -> F:
    """Make a function known to converted code under its own name."""
    setattr(HOOKS, function.__name__, function)
    return function
