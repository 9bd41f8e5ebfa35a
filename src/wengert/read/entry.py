"""The way in: the function a transform was handed, read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from wengert.read.adopted import adoptions, anything_adopted, current
from wengert.read.caches import new_caches
from wengert.read.calls import call
from wengert.read.observer import observer
from wengert.tree import tree_map


def as_read(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, called so that what it and the user's functions below it do is seen."""

    def read(*args: Any, **kwargs: Any) -> Any:
        with new_caches(), adoptions():
            watcher = observer.get()
            out = call(function, *args, **kwargs) if watcher is None else watcher.enters(function, args, kwargs, call)
            return tree_map(current, out) if anything_adopted() else out

    return read
