"""Record a list anew, line by line: the frame that every list -> list transform fills in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from wengert.ir import Line, Primitive, Var, WengertList, bind, shape_of
from wengert.record import Box, Staged

Step = Callable[[Primitive, tuple[Any, ...], dict[str, Any], Line], Any]


class Replay:
    """A new list in the making, and what each Var of the old one has become."""

    def __init__(self, what: str) -> None:
        self.level = Staged(what)
        self.env: dict[Var, Any] = {}

    def add_input(self, var: Var) -> Box:
        """An input of the new list that stands for one of the old."""
        box = self.level.add_input(var.type)
        self.env[var] = box
        return box

    def read(self, value: Any) -> Any:
        """What an input of a line has become; literals stay as they are."""
        return self.env[value] if type(value) is Var else value

    def run(self, wl: WengertList, inputs: Sequence[Any], step: Step) -> None:
        """Take every line of the old list through `step`, which returns the new outputs."""
        self.env.update(zip(wl.inputs, inputs, strict=True))
        for line in wl.lines:
            self.level.location = line.location
            out = step(line.primitive, tuple(map(self.read, line.inputs)), line.params, line)
            for var, value in zip(line.outputs, out if isinstance(out, tuple) else (out,), strict=True):
                if var.type.weak and isinstance(value, Box) and shape_of(value) == ():
                    value.ssa.weaken()
                self.env[var] = value
        self.level.location = None

    def outputs(self, wl: WengertList) -> list[Any]:
        """What the outputs of the old list have become."""
        return [self.read(value) for value in wl.outputs]

    def finish(self, outputs: Sequence[Any], names: tuple[str, ...] = ()) -> WengertList:
        """The new list, without lines that no output needs."""
        return clean(self.level.finish(outputs, names))


def clean(wl: WengertList) -> WengertList:
    """The list without lines that no output needs, but for those that do something."""
    needed = {value for value in wl.outputs if type(value) is Var}
    kept: list[Line] = []
    for line in reversed(wl.lines):
        if not needed.isdisjoint(line.outputs) or line.acts():
            if line.primitive.prune is not None:
                line = line.primitive.prune(line, [var in needed for var in line.outputs])
            needed.update(x for x in line.inputs if type(x) is Var)
            kept.append(line)
    return WengertList(wl.inputs, tuple(reversed(kept)), wl.outputs, wl.names)


def simplify(wl: WengertList) -> WengertList:
    """The list recorded anew: equal lines merged, known ones folded, simple ones simplified, useless ones gone."""
    wl = clean(wl)
    replay = Replay("simplify")
    inputs = [replay.add_input(var) for var in wl.inputs]

    def step(primitive: Primitive, xs: tuple[Any, ...], params: dict[str, Any], line: Line) -> Any:
        if primitive.effect:  # it is done when the list runs, whatever is known of its inputs
            return replay.level.process(primitive, xs, params)
        return bind(primitive, xs, params) if primitive.tidy is None else primitive.tidy(xs, params)

    replay.run(wl, inputs, step)
    return replay.finish(replay.outputs(wl), wl.names)
