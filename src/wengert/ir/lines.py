"""The Wengert list: a function written as simple steps, each naming a primitive and what it reads.

R. E. Wengert, "A simple automatic derivative evaluation program", CACM 7(8), 1964.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from wengert.ir.location import Location
from wengert.ir.text import to_text
from wengert.ir.types import Array, type_of

if TYPE_CHECKING:
    from wengert.ir.primitive import Primitive


class _Absent:
    def __repr__(self) -> str:
        return "ABSENT"


ABSENT: Any = _Absent()  # the value of a Var of which only the type is known


class Var:
    """One value of a list, assigned once.

    In an eager recording it carries its number too. `owned` says that nobody else reads that buffer, so an in-place
    write may reuse it; `alias` is the Var whose buffer this one views; `root` tells how a root or a size came about.
    """

    __slots__ = ("_type", "alias", "owned", "root", "value")

    def __init__(self, value: Any = ABSENT, type: Array | None = None) -> None:
        self.value = value
        self._type = type
        self.owned = False
        self.alias: Var | None = None
        self.root: tuple[Primitive, tuple[Any, ...], dict[str, Any]] | None = None

    @property
    def type(self) -> Array:
        """The shape and dtype."""
        if self._type is None:
            self._type = type_of(self.value)
        return self._type

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape."""
        return self.type.shape

    @property
    def dtype(self) -> np.dtype[Any]:
        """The dtype."""
        return self.type.dtype

    def weaken(self) -> None:
        """Note that this is what Python's own arithmetic gives: a Python number, of weak type."""
        if isinstance(self.value, np.generic):
            self.value, self._type = self.value.item(), None
        elif self.value is ABSENT and not self.type.weak:
            self._type = Array((), self.type.dtype, weak=True)

    def freeze(self) -> None:
        """Note that somebody keeps the value: no in-place write may touch it any more.

        A view of a buffer that is being written gets a copy of its own, so that the writes can go on in place.
        """
        self.owned = False
        if self.alias is not None and self.alias.owned:
            self.detach()

    def detach(self) -> None:
        """Hold the value in a buffer of its own."""
        self.value = self.value.copy(order="K")
        self.alias = None

    def __repr__(self) -> str:
        return f"Var({self.type})"


class Line(NamedTuple):
    """`outputs = primitive(*inputs, **params)`; an input that is not a Var is a literal."""

    primitive: Primitive
    inputs: tuple[Any, ...]
    params: dict[str, Any]
    outputs: tuple[Var, ...]
    location: Location | None


@dataclass(frozen=True, eq=False)
class WengertList:
    """A pure function as a list of lines.

    `outputs` holds Vars and literals; `names` the user's names of the inputs.
    """

    inputs: tuple[Var, ...]
    lines: tuple[Line, ...]
    outputs: tuple[Any, ...]
    names: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.lines)

    def __str__(self) -> str:
        return to_text(self.inputs, self.lines, self.outputs, self.names)

    __repr__ = __str__


def dependents(sources: Iterable[Var], lines: Iterable[Line]) -> set[Var]:
    """The Vars that depend on the sources, the sources among them."""
    reached = set(sources)
    for line in lines:
        if any(type(x) is Var and x in reached for x in line.inputs):
            reached.update(line.outputs)
    return reached
