"""What the lines that hold lists keep for the reverse sweep, counted in bytes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from wengert.ir import Array, Line, Primitive, Seq, Traced, Type, Var, WengertList, bind, moving_vars
from wengert.transform import Replay


@dataclass(frozen=True)
class Kept:
    """What one line keeps.

    Attributes
    ----------
    line
        The line.
    values
        The types of its residuals: for a loop stacked, an `Array` of all trips, or a `Seq` for a run-time number.
    """

    line: Line
    values: tuple[Type, ...]

    @property
    def bytes(self) -> int:
        """The bytes of all arrays; for sequences those of one item."""
        return sum(_bytes(kind) for kind in self.values)

    @property
    def is_known(self) -> bool:
        """Whether the bytes do not depend on a number of trips that is known only when the list runs."""
        return not any(isinstance(kind, Seq) for kind in self.values)


def residuals(wl: WengertList, moving: Sequence[bool] | None = None) -> list[Kept]:
    """For each line of a list that holds lists, what it keeps for the reverse sweep of the derivative by some inputs.

    By all inputs of floats, where `moving` is not given. What exists anyway (inputs and outputs of the line) does not
    count.
    """
    if moving is None:
        moving = [var.type.dtype.kind in "fc" for var in wl.inputs]
    live = moving_vars(wl, moving)
    replay = Replay("residuals")
    found: list[Kept] = []

    def step(primitive: Primitive, xs: tuple[Any, ...], params: dict[str, Any], line: Line) -> Any:
        places = [k for k, x in enumerate(line.inputs) if type(x) is Var and x in live]
        if primitive.linearize is None or not places:
            return bind(primitive, xs, params)
        before = set(map(id, replay.level.recorder.lines))
        halves = primitive.linearize(xs, places, None, params)
        new = [row for row in replay.level.recorder.lines if id(row) not in before and row.primitive.linearize]
        own = {var for row in new for var in row.outputs} - {y.ssa for y in halves.outputs if isinstance(y, Traced)}
        read = dict.fromkeys(x.ssa for x in halves.inputs if isinstance(x, Traced))
        found.append(Kept(line, tuple(var.type for var in read if var in own)))
        return halves.outputs

    replay.run(wl, [replay.add_input(var) for var in wl.inputs], step)
    return found


def _bytes(kind: Type) -> int:
    element = kind.element if isinstance(kind, Seq) else kind
    assert isinstance(element, Array)
    return element.size * element.dtype.itemsize
