"""All hooks together, and the stand-ins for the globals of a function that has no source."""

from __future__ import annotations

import weakref
from types import ModuleType
from typing import Any

from wengert.ir import Traced
from wengert.read import blocks, calls, members, operations
from wengert.read.namespace import HOOKS, hook
from wengert.read.standin import StandIn
from wengert.read.tables import TABLE

__all__ = ["HOOKS", "blocks", "calls", "members", "operations"]


@hook
def stand_in(value: Any) -> Any:
    """For a function without source: a global or builtin that goes through `call`."""
    if isinstance(value, (Traced, StandIn)) or not (callable(value) or isinstance(value, ModuleType)):
        return value
    if isinstance(value, type) and value not in TABLE and value is not type and not calls.is_read(value):
        return value
    if not isinstance(value, type):
        return StandIn(value, HOOKS)
    known = _classes.get(value)  # one each while it is in use: a program may ask `type(x) is float`
    if known is None:
        known = _classes[value] = StandIn(value, HOOKS)
    return known


_classes: weakref.WeakValueDictionary[type, StandIn] = weakref.WeakValueDictionary()
