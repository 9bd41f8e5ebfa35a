"""Staged recording: values have types but no numbers; the lines go into a Recorder."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from wengert.ir import Array, Primitive, Recorder, Var, WengertList, user_location
from wengert.record.box import Box, make_box
from wengert.record.level import Level


class Staged(Level):
    """A recording of abstract values."""

    __slots__ = ("recorder",)

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.recorder = Recorder()

    def add_input(self, type: Array) -> Box:
        """A new input of the list."""
        return Box(self, self.recorder.add_input(type))

    def process(self, primitive: Primitive, args: tuple[Any, ...], params: dict[str, Any], update: bool = False) -> Any:
        """Append the line."""
        self.check_active()
        inputs = tuple([self._input(a) for a in args])
        outputs = self.recorder.append(primitive, inputs, params, user_location())
        boxes = [
            make_box(self, x, primitive, args, params) if type(x) is Var else x for x in outputs
        ]
        return boxes[0] if len(boxes) == 1 else tuple(boxes)

    def finish(self, outputs: Sequence[Any], names: tuple[str, ...] = ()) -> WengertList:
        """The list with these outputs; the recording ends."""
        wl = self.recorder.finish(tuple(self._input(x) for x in outputs), names)
        self.close()
        return wl

    def _input(self, value: Any) -> Any:
        if not isinstance(value, Box):
            return value
        value.refresh()
        return value.ssa if value.level is self else Box(value.level, value.ssa)
