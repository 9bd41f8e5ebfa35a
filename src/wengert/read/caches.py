"""Functions with a cache (`functools.lru_cache`): while a function is read, its caches are its own."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

_caches: ContextVar[dict[int, tuple[Any, Any]] | None] = ContextVar("_caches", default=None)


@contextmanager
def new_caches() -> Iterator[None]:
    """Empty caches for a block: a traced value that gets into one must not outlive its recording."""
    token = _caches.set({})
    try:
        yield
    finally:
        _caches.reset(token)


def own_cache(function: Any, reading: Callable[[Any], Any]) -> Any:
    """The function, read, with another cache of the same size."""
    caches = _caches.get()
    if caches is None:
        return function
    known = caches.get(id(function))
    if known is None:
        settings = function.cache_parameters()
        known = caches[id(function)] = (function, functools.lru_cache(**settings)(reading(function.__wrapped__)))
    return known[1]
