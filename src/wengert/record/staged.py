"""Staged recording: values have types but no numbers; the lines go into a Recorder."""

from __future__ import annotations

from collections.abc import Sequence
from contextvars import ContextVar
from typing import Any

import numpy as np

from wengert.ir import (
    Location,
    Primitive,
    Recorder,
    Type,
    Var,
    WengertList,
    gives_vague,
    has_order,
    is_vague,
    user_location,
)
from wengert.primitives import following
from wengert.record.box import Box, make_box
from wengert.record.copies import Copies
from wengert.record.level import Level
from wengert.record.roots import SQUARING, exact_square, remember


class Staged(Level):
    """A recording of abstract values.

    While a body is open (see `Closed`), lines go there, whichever staged recording their values belong to: what a
    branch or a loop does must not happen outside of it.
    """

    __slots__ = ("_copies", "location", "recorder")

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.recorder = Recorder()
        self.location: Location | None = None  # of the lines that follow; the user's own, if it is not set
        self._copies = Copies(small=0)  # one copy of each, so that equal lines are seen to be equal

    def add_input(self, type: Type, vague: bool = False) -> Box:
        """A new input of the list; where it is `vague`, an array whose memory order is not known."""
        var = self.recorder.add_input(type)
        var.vague = vague and has_order(type)
        return Box(self, var)

    def process(self, primitive: Primitive, args: tuple[Any, ...], params: dict[str, Any], update: bool = False) -> Any:
        """Append the line."""
        body = open_body.get()
        if body is not None and body.depth > self.depth:
            return body.process(primitive, args, params, update)
        self.check_active()
        exact = exact_square(_staged_level(args[0], self), primitive, args) if primitive in SQUARING else None
        inputs = tuple([self.input_of(a) for a in args])
        outputs = self.recorder.append(primitive, inputs, params, self.location or user_location())
        if primitive.view and type(outputs[0]) is Var:
            return make_box(self, outputs[0], primitive, args, params)
        vague = gives_vague(primitive, args, params)
        for x in outputs:
            if type(x) is Var:
                x.vague = x.vague or (vague and has_order(x.type))
        boxes = [Box(self, x) if type(x) is Var else x for x in outputs]
        if len(boxes) != 1:
            return tuple(boxes)
        (box,) = boxes
        if exact is not None:
            return following(exact, box)
        return remember(box, primitive, args, params) if primitive.square and isinstance(box, Box) else box

    def finish(self, outputs: Sequence[Any], names: tuple[str, ...] = ()) -> WengertList:
        """The list with these outputs; the recording ends."""
        wl = self.recorder.finish(tuple(self.input_of(x) for x in outputs), names)
        self.close()
        return wl

    def input_of(self, value: Any) -> Any:
        """What stands for a value in a line of this recording."""
        if isinstance(value, Box):
            value.refresh()
            if value.level is self:
                return value.ssa
            if value.level.depth:
                return self.outer(value)
            value = value.ssa.value
        return self._copies.of(value) if type(value) is np.ndarray else value

    def outer(self, value: Box) -> Any:
        """A value of another recording: part of the line as it is."""
        return value.level.box(value.level, value.ssa)


def _staged_level(x: Any, level: Level) -> Level:
    """Of which recording a root may be that is squared in a body: of any around it."""
    return x.level if isinstance(x, Box) and isinstance(x.level, Staged) else level


class Closed(Staged):
    """The recording of a body: values of other recordings become further inputs of it."""

    __slots__ = ("consts", "given", "outside", "views")

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.consts: dict[Var, Var] = {}  # from what a value is outside to the input that it is here
        self.outside: dict[Var, Box] = {}  # and back
        self.given: dict[Var, Any] = {}  # what its inputs stand for, where that is known
        self.views: list[Box] = []  # those that were read in it

    def has_read(self, view: Box) -> None:
        """Outside of the body, the view has to be read anew."""
        self.views.append(view)

    def forget_views(self) -> None:
        """At the end of the body: what views have read in it is not their value any more."""
        for view in self.views:
            if view.level is self:
                view.seen = -1
        self.views = []

    def outer(self, value: Box) -> Any:
        """A further input, one for each value."""
        value.level.check_active()
        assert value.level.depth < self.depth, f"a value of the {value.level.what} is used outside of it"
        known = self.consts.get(value.ssa)
        if known is None:
            known = self.consts[value.ssa] = Var(type=value.ssa.type)
            known.vague = is_vague(value)
            self.outside[known] = Box(value.level, value.ssa)
        return known


open_body: ContextVar[Closed | None] = ContextVar("open_body", default=None)
