"""All hooks together, and the stand-ins for the globals of a function that has no source."""

from __future__ import annotations

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
    if isinstance(value, type) and value in TABLE:
        return _classes.setdefault(value, StandIn(value, HOOKS))  # one each: a program may ask `type(x) is float`
    return StandIn(value, HOOKS)


_classes: dict[type, StandIn] = {}
