"""Eager recording: compute with NumPy as the program runs, and keep each line with the values it read."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from wengert.errors import MutationError
from wengert.ir import Line, Primitive, Var, bind, bind_update, user_location, users_line
from wengert.primitives import following
from wengert.record.box import Box, ground, make_box
from wengert.record.copies import Copies
from wengert.record.debugging import check_finite, enabled
from wengert.record.level import Level
from wengert.record.roots import SQUARING, exact_square, remember

TWICE = (
    "a checkpointed function writes into an array that it did not make. It is run twice, and would write twice. "
    "Work on a copy: x = x.copy()"
)


class Eager(Level):
    """A recording whose values are known; reverse mode walks its lines.

    A line keeps the values that its derivative reads. With `keeps_all` it keeps every plain value as it was, so that
    the lines can be run again. A value of another recording is a constant, unless `capture` has an input for it.
    """

    __slots__ = ("capture", "copies", "debug", "keeps_all", "lines")

    def __init__(self, what: str, keeps_all: bool = False) -> None:
        super().__init__(what)
        self.keeps_all = keeps_all
        self.lines: list[Line] = []
        self.debug = enabled.get()
        self.copies = Copies()
        self.capture: Callable[[Box], Box | None] | None = None

    def process(self, primitive: Primitive, args: tuple[Any, ...], params: dict[str, Any], update: bool = False) -> Any:
        """Evaluate on the values below, and append the line."""
        if not self.active:
            if self.deputy is not None:
                return self.deputy.process(primitive, args, params, update)
            self.check_active()
        exact = exact_square(self, primitive, args) if primitive in SQUARING else None
        saves = primitive.saves or self.keeps_all
        inputs: list[Any] = []
        values: list[Any] = []
        for a in args:
            if isinstance(a, Box):
                if a.base is not None:
                    a.refresh()
                var = a.ssa
                if saves:
                    var.freeze()
                if a.level is self:
                    inputs.append(var)
                    values.append(var.value)
                    continue
                if self.capture is not None and a.level.depth > 0:
                    own = self.capture(a)
                    if own is not None:
                        if update and not inputs:
                            raise MutationError(TWICE + users_line())
                        inputs.append(own.ssa)
                        values.append(own.ssa.value)
                        continue
                a = var.value if a.level.depth == 0 else a.level.box(a.level, var)
            elif type(a) is np.ndarray and (saves or (a.dtype.kind in "iub" and not primitive.discrete)):
                a = self.copies.of(a)  # also an index or a mask, which the transpose of a linear primitive reads
            inputs.append(a)
            values.append(a)
        if primitive.linearize is not None and not self.keeps_all:
            return self._linearized(primitive, inputs, values, params)
        if update:
            base = inputs[0]
            in_place = type(base) is Var and base.owned
            out = (bind_update if in_place else bind)(primitive, tuple(values), params)
        else:
            out = bind(primitive, tuple(values), params)
            if primitive.discrete:
                return ground(out)  # nothing to differentiate: no longer a value of this level
        if exact is not None:
            return following(exact, out)
        if self.debug:
            check_finite(out, primitive.name, user_location())
        if type(out) is tuple:
            outputs = tuple(map(Var, out))
            self.lines.append(Line(primitive, tuple(inputs), params, outputs, user_location()))
            return tuple(self.box(self, var) for var in outputs)
        var = Var(out)
        var.owned = update
        self.lines.append(Line(primitive, tuple(inputs), params, (var,), user_location()))
        box = make_box(self, var, primitive, args, params) if primitive.view else self.box(self, var)
        return box if primitive.square is None else remember(box, primitive, args, params)

    def _linearized(self, primitive: Primitive, inputs: list[Any], values: list[Any], params: dict[str, Any]) -> Any:
        """Of a line that holds lists: compute its outputs and residuals, and append the line of its derivative."""
        moving = [k for k, x in enumerate(inputs) if type(x) is Var and x.type.dtype.kind in "fc"]
        assert primitive.linearize is not None
        halves = primitive.linearize(tuple(values), moving, None, params)
        out = [ground(y) for y in halves.outputs]
        if halves.moved:
            outputs = [Var(y) for y in halves.outputs]
            self.lines.append(halves.line(inputs, outputs, user_location()))
            for j in halves.moved:
                out[j] = self.box(self, outputs[j])
                if self.debug:
                    check_finite(outputs[j].value, primitive.name, user_location())
        return tuple(out) if len(out) != 1 else out[0]

    def reference(self) -> Callable[[], Eager | None]:
        """Gives this recording, while somebody has a value of it: no other one can come up."""
        return weakref.ref(self)

    @contextmanager
    def resting(self, deputy: Level) -> Iterator[None]:
        """Let another recording do the work of this one in the block."""
        before = self.active, self.deputy
        self.active, self.deputy = False, deputy
        try:
            yield
        finally:
            self.active, self.deputy = before

    def append(self, primitive: Primitive, args: Sequence[Any], outputs: Sequence[Any]) -> list[Box]:
        """Append a line whose outputs are known already."""
        inputs: list[Any] = []
        for a in args:
            if isinstance(a, Box):
                a.ssa.freeze()
                a = a.ssa if a.level is self else a.level.box(a.level, a.ssa)
            inputs.append(self.copies.of(a) if type(a) is np.ndarray else a)
        made = tuple(map(Var, outputs))
        self.lines.append(Line(primitive, tuple(inputs), {}, made, user_location()))
        return [self.box(self, var) for var in made]
