"""Classes without source: Python calls their methods where no hook sees it, so instances get methods that are read.

The methods of such a class have their globals and builtins rebound, as its functions do (see convert.py); an instance
made while a function is read is one of a subclass that holds them.
"""

from __future__ import annotations

import weakref
from abc import ABCMeta
from typing import Any

from wengert.read.convert import convert, has_source
from wengert.read.namespace import HOOKS
from wengert.read.users import users_function

_shadows: weakref.WeakKeyDictionary[type, type] = weakref.WeakKeyDictionary()


def shadow(kind: type) -> type:
    """The class itself, or where it has methods without source the subclass in which these are read."""
    known = _shadows.get(kind)
    if known is None:
        known = _shadows[kind] = _make(kind)
    return known


def _make(kind: type) -> type:
    if type(kind) not in (type, ABCMeta) or users_function(kind.__init_subclass__) is not None:
        return kind
    methods: dict[str, Any] = {}
    for parent in reversed(kind.__mro__):
        for name, value in vars(parent).items():
            methods.pop(name, None)
            read = _read(value)
            if read is not value:
                methods[name] = read
    if not methods:
        return kind
    same = {"__slots__": (), "__module__": kind.__module__, "__qualname__": kind.__qualname__, "__doc__": kind.__doc__}
    made = type(kind)(kind.__name__, (kind,), {**methods, **same})
    _originals[made] = kind
    return made


_originals: weakref.WeakKeyDictionary[type, type] = weakref.WeakKeyDictionary()


def without_shadow(kind: type) -> type:
    """The class as the user made it."""
    return _originals.get(kind, kind)


def _read(value: Any) -> Any:
    if isinstance(value, (staticmethod, classmethod)):
        read = _read(value.__func__)
        return value if read is value.__func__ else type(value)(read)
    if type(value) is property:
        parts = (value.fget, value.fset, value.fdel)
        read = tuple(map(_read, parts))
        return value if read == parts else property(read[0], read[1], read[2], value.__doc__)
    function = users_function(value)
    return value if function is None or has_source(function) else convert(function, HOOKS)
