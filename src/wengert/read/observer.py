"""Who watches a function while it is read: a recording that keeps loops and choices must know all that it does.

Without an observer the functions are read in light strength, and Python decides which way they go.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

UNSEEN: Any = object()  # the answer of an observer that leaves a matter to the reader


class Observer:
    """What the hooks tell of; each method says what to go on with."""

    def calls(self, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any], call: Callable[..., Any]) -> Any:
        """A call is to be made, by `call(function, args, kwargs)` or otherwise: its result."""
        return call(function, args, kwargs)

    def loads_attribute(self, owner: Any, name: str, value: Any) -> Any:
        """An attribute has been read: the value to go on with."""
        return value

    def misses_attribute(self, owner: Any, name: str, kept: bool = False) -> None:
        """An attribute is not there; or, if `kept`, the object itself does not have it."""

    def makes(self, instance: Any) -> None:
        """An object has been made."""

    def loads_item(self, owner: Any, index: Any) -> Any:
        """An item is about to be read: its value, or `UNSEEN`."""
        return UNSEEN

    def compares(self, name: str, x: Any, y: Any) -> Any:
        """Two values are about to be compared: the result, or `UNSEEN`."""
        return UNSEEN

    def combines(self, name: str, x: Any, y: Any) -> Any:
        """An operator is about to be applied: the result, or `UNSEEN`."""
        return UNSEEN

    def combines_in_place(self, name: str, x: Any, y: Any) -> Any:
        """`x += y` is about to happen: what it leaves in x, or `UNSEEN`."""
        return UNSEEN

    def enters(self, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any], call: Callable[..., Any]) -> Any:
        """A transform is about to call the function it was handed, by `call(function, *args, **kwargs)`."""
        return call(function, *args, **kwargs)

    def iterates(self, x: Any) -> Any:
        """Something is about to be iterated over: what to iterate over instead."""
        return x

    def stores_item(self, owner: Any, index: Any, value: Any) -> bool:
        """An item is about to be written: whether it has been done."""
        return False

    def writes_attribute(self, owner: Any, name: str) -> None:
        """An attribute is about to be written or deleted."""

    def writes_contents(self, container: Any) -> None:
        """A list, dict, set or another container is about to be changed."""


observer: ContextVar[Observer | None] = ContextVar("observer", default=None)
