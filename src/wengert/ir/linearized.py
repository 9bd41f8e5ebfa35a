"""A line at known values, beside its derivative: what the `linearize` column of a row that holds lists gives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from wengert.ir.line import Line
from wengert.ir.location import Location
from wengert.ir.primitive import Primitive, bind
from wengert.ir.var import Var


class Tangent(NamedTuple):
    """The place in the linear line where the tangent of an input belongs."""

    input: int  # of the line that was linearized


@dataclass(frozen=True)
class Linearized:
    """The outputs of a line, and the line that is linear in the tangents of its inputs.

    Attributes
    ----------
    outputs
        The values of the line's outputs.
    moved
        Which of them have a tangent: the outputs of the linear line.
    primitive, inputs, params
        The linear line. Its inputs are a `Tangent` or a value: one that the line itself read, or a residual, which the
        line that gave the outputs has left.
    """

    outputs: tuple[Any, ...]
    moved: tuple[int, ...]
    primitive: Primitive
    inputs: tuple[Any, ...]
    params: dict[str, Any]

    def push(self, dxs: Sequence[Any]) -> list[Any]:
        """The tangents of the outputs, `None` for those that have none."""
        tangents: list[Any] = [None] * len(self.outputs)
        if self.moved:
            found = bind(
                self.primitive, tuple([dxs[x.input] if type(x) is Tangent else x for x in self.inputs]), self.params
            )
            for j, one in zip(self.moved, found if type(found) is tuple else (found,), strict=True):
                tangents[j] = one
        return tangents

    def line(self, inputs: Sequence[Any], outputs: Sequence[Var], location: Location | None) -> Line:
        """The linear line, in which inputs and outputs of the line itself stand for their tangents."""
        read = tuple([inputs[x.input] if type(x) is Tangent else x for x in self.inputs])
        return Line(self.primitive, read, self.params, tuple(outputs[j] for j in self.moved), location)
