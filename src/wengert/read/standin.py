"""Stand-ins for the globals of a function that has no source."""

from __future__ import annotations

from typing import Any

import numpy as np


class StandIn:
    """A function, class or module of which every use goes through the hooks."""

    __slots__ = ("__weakref__", "hooks", "value")

    def __init__(self, value: Any, hooks: Any) -> None:
        self.value = value
        self.hooks = hooks

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        given = {key: original(value) for key, value in kwargs.items()}
        out = self.hooks.call(self.value, *map(original, args), **given)
        return self.hooks.stand_in(out) if self.value is type else out

    def __getattr__(self, name: str) -> Any:
        if name == "dtype" and isinstance(self.value, type):
            return np.dtype(self.value)  # NumPy asks for it where `float` is given for a dtype
        return self.hooks.stand_in(getattr(self.value, name))


def original(value: Any) -> Any:
    """What a stand-in stands for; also inside a tuple of them, as `isinstance` takes it."""
    if type(value) is StandIn:
        return value.value
    return tuple(map(original, value)) if type(value) is tuple else value
