"""What the lines that hold lists keep for the reverse sweep, counted in bytes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from wengert.ir import (
    Array,
    Line,
    Location,
    Primitive,
    Seq,
    Traced,
    Type,
    Var,
    WengertList,
    bind,
    moving_vars,
)
from wengert.ir import Sequence as Items
from wengert.regions.layout import has_ys
from wengert.regions.values import silent
from wengert.run import run
from wengert.transform import Replay, clean


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
    return [Kept(line, tuple(var.type for var in kept)) for line, kept in _left_by_lines(wl, moving)[0]]


def bytes_kept(
    wl: WengertList, args: Sequence[Any], moving: Sequence[bool] | None = None
) -> dict[Location | None, int]:
    """How many bytes each loop and choice keeps when the list runs on these arguments, by its place in the program.

    What a loop in a loop keeps counts as its own, not as that of the loop around it.
    """
    found, replay = _left_by_lines(wl, moving)
    kept = [var for _, row in found for var in row]
    values = run(silent(replay.finish(kept)), *args)
    made = {var: (line, k) for line in replay.level.recorder.lines for k, var in enumerate(line.outputs)}
    return _by_place(wl, zip((made[var] for var in kept), values, strict=True))


def bytes_passed(wl: WengertList, args: Sequence[Any]) -> dict[Location | None, int]:
    """The same in a list that is a derivative: how many bytes its loops and choices hand to their backward ones.

    Empty for a list in which nothing goes backward.
    """
    made: dict[Var, tuple[Line, int]] = {}
    passed: dict[Var, tuple[Line, int]] = {}
    for line in wl.lines:
        if line.primitive.linearize is None:
            continue
        for var in line.inputs:
            first, k = made.get(var, (None, 0)) if type(var) is Var else (None, 0)
            if first is not None and _is_backward(first, line) and k >= first.params.get("carries", 0):
                passed[var] = first, k
        made.update((var, (line, k)) for k, var in enumerate(line.outputs))
    kept = list(passed)
    values = run(clean(silent(WengertList(wl.inputs, wl.lines, tuple(kept)))), *args) if kept else []
    return _by_place(wl, zip(passed.values(), values, strict=True)) if kept else {}


def _is_backward(first: Line, line: Line) -> bool:
    """Whether a line is another one, backward."""
    if first.location is None or first.location != line.location:
        return False
    names = first.primitive.name, line.primitive.name
    return names in (("while", "for"), ("cond", "cond")) or (
        names == ("for", "for") and first.params["reverse"] != line.params["reverse"]
    )


def _by_place(
    wl: WengertList, values: Iterable[tuple[tuple[Line, int], Any]]
) -> dict[Location | None, int]:
    total: dict[Location | None, int] = {line.location: 0 for line in _all_lines(wl) if line.primitive.linearize}
    for (line, k), value in values:
        place = _origin(line, k)
        size = value.nbytes if isinstance(value, Items) else np.asarray(value).nbytes
        total[place] = total.get(place, 0) + size
    return total


def _left_by_lines(
    wl: WengertList, moving: Sequence[bool] | None
) -> tuple[list[tuple[Line, tuple[Var, ...]]], Replay]:
    """The list with the lines that leave residuals, and for each of them what it leaves."""
    if moving is None:
        moving = [isinstance(var.type, Array) and var.type.dtype.kind in "fc" for var in wl.inputs]
    live = moving_vars(wl, moving)
    replay = Replay("residuals")
    found: list[tuple[Line, tuple[Var, ...]]] = []

    def step(primitive: Primitive, xs: tuple[Any, ...], params: dict[str, Any], line: Line) -> Any:
        places = [k for k, x in enumerate(line.inputs) if type(x) is Var and x in live]
        if primitive.linearize is None or not places:
            return bind(primitive, xs, params)
        before = set(map(id, replay.level.recorder.lines))
        halves = primitive.linearize(xs, places, None, params)
        new = [row for row in replay.level.recorder.lines if id(row) not in before and row.primitive.linearize]
        own = {var for row in new for var in row.outputs} - {y.ssa for y in halves.outputs if isinstance(y, Traced)}
        read = dict.fromkeys(x.ssa for x in halves.inputs if isinstance(x, Traced))
        found.append((line, tuple(var for var in read if var in own)))
        return halves.outputs

    replay.run(wl, [replay.add_input(var) for var in wl.inputs], step)
    return found, replay


def _all_lines(wl: WengertList) -> Iterator[Line]:
    for line in wl.lines:
        yield line
        for body in line.bodies():
            yield from _all_lines(body)


def _origin(line: Line, k: int) -> Location | None:
    """The place of the innermost line that made what comes out as an output of this one."""
    if line.primitive.name == "while" and has_ys(line.params["body"], line.params["carries"]):
        if k == line.params["carries"]:
            return line.location
        k -= k > line.params["carries"]
    bodies = (line.params["body"],) if "body" in line.params else line.params["branches"]
    for body in bodies:
        out = body.outputs[k]
        for inner in body.lines:
            if inner.primitive.linearize and out in inner.outputs:
                return _origin(inner, inner.outputs.index(out))
    return line.location


def _bytes(kind: Type) -> int:
    element = kind.element if isinstance(kind, Seq) else kind
    assert isinstance(element, Array)
    return element.size * element.dtype.itemsize
