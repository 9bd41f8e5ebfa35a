"""What stands for the functions that NumPy's protocols never see, found by identity."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from typing import Any, TypeVar

from wengert.functions import has_traced
from wengert.record import ground, plain

F = TypeVar("F", bound=Callable[..., Any])

TABLE: dict[Any, Callable[..., Any]] = {}
CLASSES: dict[Any, Callable[..., Any]] = {}  # what stands for making an instance of a class; the class itself is kept
NAMED: dict[str, list[tuple[str, Callable[..., Any]]]] = {}  # name -> modules that have such a function


def stands_for(*functions: Any) -> Callable[[F], F]:
    """Enter an implementation; its signature lists exactly the arguments it honours."""

    def enter(implementation: F) -> F:
        for function in functions:
            TABLE[function] = implementation
        return implementation

    return enter


def stands_for_named(module: str, name: str) -> Callable[[F], F]:
    """The same for a function of a module that is not imported for it: only who calls the function has imported it."""

    def enter(implementation: F) -> F:
        NAMED.setdefault(name, []).append((module, implementation))
        return implementation

    return enter


def meaning_of(function: Any) -> Callable[..., Any] | None:
    """What stands for a function, if anything. A name alone proves nothing: the module must have this very object."""
    try:
        meaning = TABLE.get(function)
    except TypeError:  # not hashable: an instance of the user's
        return None
    name = getattr(function, "__name__", None)
    if meaning is None and type(name) is str and name in NAMED:
        for module, named in NAMED[name]:
            if getattr(sys.modules.get(module), name, None) is function:
                meaning = TABLE[function] = named
    return meaning


def on_traced(original: Callable[..., Any], meaning: Callable[..., Any]) -> Callable[..., Any]:
    """The meaning where there is a traced argument; else the function itself, whose new arrays may be written."""

    @functools.wraps(meaning)
    def function(*args: Any, **kwargs: Any) -> Any:
        args = tuple(map(plain, args))
        kwargs = {key: plain(value) for key, value in kwargs.items()}
        if has_traced(args) or has_traced(tuple(kwargs.values())):
            return meaning(*args, **kwargs)
        out = original(*args, **kwargs)
        return tuple(map(ground, out)) if isinstance(out, tuple) else ground(out)

    return function
