"""The functions that a program has made, and when: which of them belong to a stretch of it."""

from __future__ import annotations

import functools
from collections.abc import Set
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from wengert.read.source import is_users
from wengert.record.box import births
from wengert.stage.outside.capture import Capture
from wengert.stage.state.bodies import Body
from wengert.stage.values.callees import own_cells, taken_apart
from wengert.stage.values.places import UNBOUND
from wengert.stage.values.unknown import Unknown

LASTING = (
    str, bytes, int, float, complex, type(None), type(Ellipsis), type(NotImplemented), type, ModuleType,
    BuiltinFunctionType, np.ufunc, np.dtype, range, slice, frozenset, np.generic, Unknown,
)  # fmt: skip  # of which it does not matter which of several equal ones there is


class Functions:
    """Functions by the time when they were made."""

    def __init__(self, capture: Capture) -> None:
        self._capture = capture
        self._made: WeakKeyDictionary[Any, int] = WeakKeyDictionary()

    def note(self, function: Any) -> None:
        """A function has just been made."""
        self._made[function] = next(births)

    def is_lasting(self, body: Body, value: Any) -> bool:
        """Whether something that is no number may be taken for the one that another run of a body would have made."""
        if type(value) is FunctionType:
            made = is_users(value.__code__) and self._made_in(body, value)
            return not (made and own_cells(value, functools.partial(self._cells_before, body)))
        return isinstance(value, LASTING) or value is UNBOUND or self._capture.source_of(value) is not None

    def apart(self, body: Body, x: Any) -> Any:
        """A function that was made in a body as what it holds of its own; any other as it is."""
        if not self._made_in(body, x) or self._capture.source_of(getattr(x, "__self__", None)) is not None:
            return x
        return taken_apart(x, functools.partial(self._cells_before, body))

    def _made_in(self, body: Body, function: Any) -> bool:
        if self._capture.source_of(function) is not None:
            return False
        return type(function) is not FunctionType or self._made.get(function, 0) > body.journal.began

    def _cells_before(self, body: Body) -> Set[int]:
        """The variables that functions had which are older than a body, or that its blocks see."""
        older = (one for one, born in self._made.items() if born < body.journal.began)
        return {id(cell) for one in older for cell in one.__closure__ or ()} | body.around | self._capture.cells.keys()
