"""Known values in place of inputs of a body."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Sequence as Several
from typing import Any

import numpy as np

from wengert.ir import PYTHON_SCALARS, Traced, Var, WengertList, bind
from wengert.regions.bodies import Slot
from wengert.transform import Replay, simplify

NUMBERS = (*PYTHON_SCALARS, bool, np.generic)


def with_values(wl: WengertList, given: Mapping[int, Any]) -> WengertList:
    """The list with literals, or other inputs, in place of the inputs at these positions, which go."""
    if not given:
        return wl
    replay = Replay("tidy")
    boxes: dict[int, Any] = {k: replay.add_input(var) for k, var in enumerate(wl.inputs) if k not in given}
    for k, value in given.items():
        boxes[k] = boxes[value.position] if type(value) is Slot else value
    replay.run(
        wl, [boxes[k] for k in range(len(boxes))], lambda primitive, xs, params, line: bind(primitive, xs, params)
    )
    return replay.finish(replay.outputs(wl), tuple(name for k, name in enumerate(wl.names) if k not in given))


def with_outputs(wl: WengertList, outputs: Several[Any]) -> WengertList:
    """The list with other outputs."""
    return WengertList(wl.inputs, wl.lines, tuple(outputs), wl.names)


def simplified(wl: WengertList) -> WengertList:
    """The list, simplified; the same object each time, which is simple itself."""
    found: WengertList | None = wl.memo.get(simplify)
    if found is None:
        found = wl.memo[simplify] = simplify(wl)
        found.memo[simplify] = found
    return found


def silent(wl: WengertList) -> WengertList:
    """The list without the lines that do something, here and in its lists: for what is computed a second time."""
    if not any(line.acts() for line in wl.lines):
        return wl

    def quiet(value: Any) -> Any:
        if isinstance(value, WengertList):
            return silent(value)
        return tuple(map(quiet, value)) if type(value) is tuple else value

    lines = tuple(
        line._replace(params={key: quiet(value) for key, value in line.params.items()}) if line.acts() else line
        for line in wl.lines
        if not line.primitive.effect
    )
    return WengertList(wl.inputs, lines, wl.outputs, wl.names)


def fitted(value: Any, var: Var) -> Any:
    """A number as the input of a body takes it: of Python's kind where that is weak, else of NumPy's."""
    if type(value) in PYTHON_SCALARS and not var.type.weak:
        return var.type.dtype.type(value)
    return value.item() if var.type.weak and isinstance(value, np.generic) else value


def identity(value: Any) -> Any:
    """Equal for values that are the same."""
    if isinstance(value, Traced):
        return value.ssa
    if type(value) in (Var, Slot):
        return value
    return (type(value), repr(value)) if isinstance(value, NUMBERS) else id(value)


def repeated(values: Several[Any], inputs: Several[Var], literals: bool = True) -> tuple[dict[int, Any], list[int]]:
    """By position, which values are numbers, or the same as another value; and the positions that are left."""
    given: dict[int, Any] = {}
    first: dict[Any, int] = {}
    for k, (value, var) in enumerate(zip(values, inputs, strict=False)):
        if literals and isinstance(value, NUMBERS):
            given[k] = fitted(value, var)
        elif (n := first.setdefault((identity(value), var.type), k)) != k:
            given[k] = Slot(n)
    return given, [k for k in range(len(values)) if k not in given]


def distinct(values: Several[Any]) -> tuple[list[Any], list[int]]:
    """The values, or rows of values, without repetition; and for each its place among them."""
    places: dict[Any, int] = {}
    kept: list[Any] = []
    where = []
    for value in values:
        key = tuple(map(identity, value)) if type(value) is list else identity(value)
        if key not in places:
            places[key] = len(kept)
            kept.append(value)
        where.append(places[key])
    return kept, where
