"""One step of a list."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from wengert.ir.location import Location
from wengert.ir.primitive import Primitive
from wengert.ir.var import Var


class Line(NamedTuple):
    """`outputs = primitive(*inputs, **params)`; an input that is not a Var is a literal."""

    primitive: Primitive
    inputs: tuple[Any, ...]
    params: dict[str, Any]
    outputs: tuple[Var, ...]
    location: Location | None

    def bodies(self) -> Iterator[Any]:
        """The lists that the line holds: the body of a loop, the arms of a choice."""
        for value in self.params.values():
            if hasattr(value, "lines"):
                yield value
            elif type(value) is tuple:
                yield from (part for part in value if hasattr(part, "lines"))

    def acts(self) -> bool:
        """Whether the line, or one in the lists that it holds, does something beside giving its outputs."""
        return self.primitive.effect or any(line.acts() for body in self.bodies() for line in body.lines)


def dependents(sources: Iterable[Var], lines: Iterable[Line]) -> set[Var]:
    """The Vars that depend on the sources, the sources among them."""
    reached = set(sources)
    for line in lines:
        if any(type(x) is Var and x in reached for x in line.inputs):
            reached.update(line.outputs)
    return reached
