"""Which special methods, properties and descriptors of a class the user wrote: those that are read."""

from __future__ import annotations

from types import FunctionType, ModuleType
from typing import Any, TypeVar

import numpy as np

from wengert.read.source import is_users
from wengert.record import Box

Kind = TypeVar("Kind", bound=type)
MISSING = object()
KNOWN: set[type] = {
    int,
    float,
    complex,
    bool,
    str,
    list,
    tuple,
    dict,
    set,
    range,
    enumerate,
    zip,
    map,
    np.ndarray,
    np.float64,
    Box,
} | {ModuleType, slice, type(None), np.int64, np.bool_, np.float32}  # classes without a method of the user's


def known(kind: Kind) -> Kind:
    """Enter a class of our own among those without a method of the user's."""
    KNOWN.add(kind)
    return kind


def users_method(kind: type, name: str) -> FunctionType | None:
    """A class's special method, if the user wrote it."""
    return None if kind in KNOWN else users_function(member_of(kind, name))


def users_function(value: Any) -> FunctionType | None:
    """The value itself if it is a function that the user wrote."""
    return value if type(value) is FunctionType and is_users(value.__code__) else None


def member_of(kind: type, name: str) -> Any:
    """What stands in the class under a name, not bound to anything; `None` for nothing. A program may change it."""
    for one in kind.__mro__:
        found = one.__dict__.get(name, MISSING)
        if found is not MISSING:
            return found
    return None
