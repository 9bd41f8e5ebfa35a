"""Staged recording: values have types but no numbers; the lines go into a Recorder."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from wengert.ir import Location, Primitive, Recorder, Type, Var, WengertList, user_location
from wengert.primitives import following
from wengert.record.box import Box, make_box
from wengert.record.copies import Copies
from wengert.record.level import Level
from wengert.record.roots import SQUARING, exact_square, remember


class Staged(Level):
    """A recording of abstract values."""

    __slots__ = ("_copies", "location", "recorder")

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.recorder = Recorder()
        self.location: Location | None = None  # of the lines that follow; the user's own, if it is not set
        self._copies = Copies(small=0)  # one copy of each, so that equal lines are seen to be equal

    def add_input(self, type: Type) -> Box:
        """A new input of the list."""
        return Box(self, self.recorder.add_input(type))

    def process(self, primitive: Primitive, args: tuple[Any, ...], params: dict[str, Any], update: bool = False) -> Any:
        """Append the line."""
        self.check_active()
        exact = exact_square(self, primitive, args) if primitive in SQUARING else None
        inputs = tuple([self._input(a) for a in args])
        outputs = self.recorder.append(primitive, inputs, params, self.location or user_location())
        if primitive.view and type(outputs[0]) is Var:
            return make_box(self, outputs[0], primitive, args, params)
        boxes = [Box(self, x) if type(x) is Var else x for x in outputs]
        if len(boxes) != 1:
            return tuple(boxes)
        (box,) = boxes
        if exact is not None:
            return following(exact, box)
        return remember(box, primitive, args, params) if primitive.square and isinstance(box, Box) else box

    def finish(self, outputs: Sequence[Any], names: tuple[str, ...] = ()) -> WengertList:
        """The list with these outputs; the recording ends."""
        wl = self.recorder.finish(tuple(self._input(x) for x in outputs), names)
        self.close()
        return wl

    def _input(self, value: Any) -> Any:
        if isinstance(value, Box):
            value.refresh()
            if value.level is self:
                return value.ssa
            if value.level.depth:
                return value.level.box(value.level, value.ssa)
            value = value.ssa.value
        return self._copies.of(value) if type(value) is np.ndarray else value
