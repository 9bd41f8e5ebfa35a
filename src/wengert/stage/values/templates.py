"""Messages with abstract values in them, as templates that are filled when the list runs."""

from __future__ import annotations

from typing import Any

from wengert.functions.demands import is_abstract
from wengert.ir import Location
from wengert.ir.location import is_internal
from wengert.primitives.effects import Field, Percent, Raised, Text
from wengert.record import Box
from wengert.stage.values.unknown import TracedText


class Collector:
    """The abstract values of a template, which become inputs of its line."""

    def __init__(self) -> None:
        self.values: list[Any] = []

    def template(self, value: Any) -> Any:
        """A value with fields in the place of what is abstract."""
        if isinstance(value, TracedText):
            return Text(tuple(piece if type(piece) is str else self._piece(piece) for piece in value.pieces))
        if isinstance(value, Percent):
            return Percent(value.text, self.template(value.values))
        if isinstance(value, Box):
            if not is_abstract(value):
                return value.concrete()
            self.values.append(value.snapshot())
            return Field(len(self.values) - 1)
        if type(value) in (tuple, list):
            return type(value)(self.template(part) for part in value)
        if type(value) is dict:
            return {key: self.template(part) for key, part in value.items()}
        return value

    def _piece(self, piece: tuple[Any, int, Any]) -> tuple[Any, int, Any]:
        value, conversion, spec = piece
        return (self.template(value), conversion, self.template(spec))


def error_template(error: BaseException) -> tuple[Raised, list[Any]]:
    """An exception as a template, and the abstract values in it."""
    collector = Collector()
    args = tuple(collector.template(arg) for arg in error.args)
    attributes = collector.template(dict(vars(error)))
    return Raised(error.with_traceback(None), args, attributes), collector.values


def place_of(error: BaseException) -> Location | None:
    """The line of the program that raised an exception."""
    found = None
    step = error.__traceback__
    while step is not None:
        if not is_internal(step.tb_frame.f_code.co_filename):
            found = Location(step.tb_frame.f_code, step.tb_lasti)
        step = step.tb_next
    return found
