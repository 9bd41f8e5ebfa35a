"""Eager recording: compute with NumPy as the program runs, and keep each line with the values it read."""

from __future__ import annotations

from typing import Any

import numpy as np

from wengert.ir import Line, Primitive, Var, bind, bind_update, user_location
from wengert.record.box import Box, make_box
from wengert.record.debugging import check_finite, enabled
from wengert.record.level import Level

SMALL = 4096  # bytes; below, copying an array is cheaper than comparing it with its last copy


class Eager(Level):
    """A recording whose values are known; reverse mode walks its lines."""

    __slots__ = ("_copies", "debug", "lines")

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.lines: list[Line] = []
        self.debug = enabled.get()
        self._copies: dict[int, tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]] = {}

    def process(self, primitive: Primitive, args: tuple[Any, ...], params: dict[str, Any], update: bool = False) -> Any:
        """Evaluate on the values below, and append the line."""
        if not self.active:
            self.check_active()
        saves = primitive.saves
        inputs: list[Any] = []
        values: list[Any] = []
        for a in args:
            if isinstance(a, Box):
                if a.base is not None:
                    a.refresh()
                var = a.ssa
                if a.level is self:
                    if saves:
                        var.freeze()
                    inputs.append(var)
                    values.append(var.value)
                    continue
                a = Box(a.level, var)
                var.freeze()
            elif saves and type(a) is np.ndarray:
                a = self._copy(a)
            inputs.append(a)
            values.append(a)
        if update:
            out = self._update(primitive, inputs, tuple(values), params)
        else:
            out = bind(primitive, tuple(values), params)
            if primitive.discrete:
                return out  # nothing to differentiate: no longer a value of this level
        if self.debug:
            check_finite(out, primitive.name, user_location())
        if type(out) is tuple:
            outputs = tuple(map(Var, out))
            self.lines.append(Line(primitive, tuple(inputs), params, outputs, user_location()))
            return tuple(Box(self, var) for var in outputs)
        var = Var(out)
        var.owned = update
        self.lines.append(Line(primitive, tuple(inputs), params, (var,), user_location()))
        return Box(self, var) if primitive.view is None else make_box(self, var, primitive, args, params)

    def _update(self, primitive: Primitive, inputs: list[Any], values: tuple[Any, ...], params: dict[str, Any]) -> Any:
        base = inputs[0]
        if type(base) is Var and base.owned:
            return bind_update(primitive, values, params)
        return bind(primitive, values, params)

    def _copy(self, array: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        """What the array holds now: the user may write into it later, the line must keep the value it used."""
        if array.nbytes <= SMALL:
            return array.copy()
        known = self._copies.get(id(array))
        if known is not None and np.array_equal(known[1], array):
            return known[1]
        copy = array.copy(order="K")
        self._copies[id(array)] = (array, copy)  # the array too, so that its id stays its own
        return copy
