"""What calls mean while recording, by the function or the method that is called."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from types import BuiltinFunctionType, ModuleType
from typing import Any, TypeVar

import numpy as np

F = TypeVar("F", bound=Callable[..., Any])
CONTAINERS = (list, dict, set, deque, str)
HASHABLE_OWNERS = (np.random.RandomState,)


class Proceed:
    """The call itself, as the reader makes it."""

    __slots__ = ("_call", "_function")

    def __init__(self, function: Any, call: Callable[..., Any]) -> None:
        self._function, self._call = function, call

    @property
    def name(self) -> str:
        """What the function is called."""
        name: str = self._function.__name__
        return name

    @property
    def owner(self) -> Any:
        """The object whose method the function is."""
        return getattr(self._function, "__self__", None)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._call(self._function, args, kwargs)


BEFORE: list[Callable[..., None]] = []  # called with the recording and the function before every call that is not read
FUNCTIONS: dict[Any, Callable[..., Any]] = {}  # handler(recording, proceed, *args, **kwargs)
METHODS: dict[tuple[type, str], Callable[..., Any]] = {}  # handler(recording, proceed, owner, *args, **kwargs)

OPERATORS: dict[str, Callable[..., Any]] = {}  # handler(recording, x, y) -> the result, or UNSEEN
BY_CASES: dict[type, Callable[[Any, Callable[[Any], Any] | None], Any]] = {}  # handler(x, apply) if x may be several
ITEMS: dict[type, Callable[[Any, Any], Any]] = {}  # `x[i]` of a container for an abstract number i


def means(*functions: Any) -> Callable[[F], F]:
    """Enter the handler of functions."""

    def enter(handler: F) -> F:
        for function in functions:
            FUNCTIONS[function] = handler
        return handler

    return enter


def method(kind: type, *names: str) -> Callable[[F], F]:
    """Enter the handler of methods of a class."""

    def enter(handler: F) -> F:
        for name in names:
            METHODS[kind, name] = handler
        return handler

    return enter


def operator(*names: str) -> Callable[[F], F]:
    """Enter the handler of operators and comparisons."""

    def enter(handler: F) -> F:
        for name in names:
            OPERATORS[name] = handler
        return handler

    return enter


def handler_of(function: Any, args: tuple[Any, ...]) -> tuple[Any, Any]:
    """What a call means in a recording, and the object whose method it is."""
    if type(function) is BuiltinFunctionType and not isinstance(function.__self__, (ModuleType, *HASHABLE_OWNERS)):
        owner = function.__self__
        kind = next((kind for kind in CONTAINERS if isinstance(owner, kind)), type(owner))
        return METHODS.get((kind, function.__name__)), owner
    try:
        return FUNCTIONS.get(function), None
    except TypeError:  # not hashable: an instance of the user's
        return None, None
