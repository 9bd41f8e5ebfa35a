"""Lines that hold lists, as text: what is in them comes below, deeper."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from wengert.ir import Line, Var, WengertList
from wengert.ir.text import Names, Row, rows
from wengert.regions.layout import Loop

Text = tuple[str, list[Row]]


def for_text(line: Line, names: Names, depth: int) -> Text:
    """`for i in range(n)`."""
    params = line.params
    body: WengertList = params["body"]
    carries = params["carries"]
    parts = Loop.of(line.inputs, params["length"], carries, params["consts"])
    index, *rest = body.inputs
    letter = names.index(index)
    below = _carried(names, body, 1, rest[:carries], parts.carry, depth + 1)
    _share(names, rest[carries : carries + len(parts.consts)], parts.consts)
    for var, x in zip(rest[carries + len(parts.consts) :], parts.xs, strict=True):
        names.call(var, f"{names(x)}[{letter}]")
    below += [*rows(body.lines, names, depth + 1), *_results(names, body, carries, depth + 1)]
    trips = f"range({names(parts.trips) if parts.trips is not None else params['length']})"
    return f"for {letter} in {f'reversed({trips})' if params['reverse'] else trips}", below


def while_text(line: Line, names: Names, depth: int) -> Text:
    """`while`, the condition, and the body."""
    body, cond, carries = line.params["body"], line.params["cond"], line.params["carries"]
    below = _carried(names, body, 0, body.inputs[:carries], line.inputs[:carries], depth + 1)
    _share(names, body.inputs[carries:], line.inputs[carries:])
    _share(names, cond.inputs, body.inputs)
    below += rows(cond.lines, names, depth + 1)
    below.append(Row(depth + 1, f"if     {names(cond.outputs[0])}"))
    below += [*rows(body.lines, names, depth + 1), *_results(names, body, carries, depth + 1)]
    return "while", below


def cond_text(line: Line, names: Names, depth: int) -> Text:
    """`if` and `else`, or `select` and the numbers of the branches."""
    branches = line.params["branches"]
    index, *operands = line.inputs
    choice = getattr(index, "dtype", None)
    two = len(branches) == 2 and choice is not None and choice.kind == "b"
    below: list[Row] = []
    for number, branch in reversed(list(enumerate(branches))) if two else enumerate(branches):
        if not two:
            below.append(Row(depth, f"branch {number}"))
        elif number == 0:
            below.append(Row(depth, "else"))
        _share(names, branch.inputs, operands)
        below += [*rows(branch.lines, names, depth + 1), *_gives(names, branch, depth + 1)]
    return f"{'if' if two else 'select'} {names(index)}", below


def remat_text(line: Line, names: Names, depth: int) -> Text:
    """`remat`, and the body."""
    body = line.params["body"]
    _share(names, body.inputs, line.inputs)
    return "remat", [*rows(body.lines, names, depth + 1), *_gives(names, body, depth + 1)]


def _carried(
    names: Names, body: WengertList, first: int, inputs: Sequence[Var], values: Sequence[Any], depth: int
) -> list[Row]:
    """Name what is carried, after the user's names where they are known, and show where it starts."""
    starts = []
    for position, (var, value) in enumerate(zip(inputs, values, strict=True), first):
        name = body.names[position] if position < len(body.names) else ""
        start = names(value)
        starts.append(f"{names.call(var, names.unused(name)) if name else names.define(var, 'c')} = {start}")
    return [Row(depth, f"carry  {', '.join(starts)}")] if starts else []


def _share(names: Names, inputs: Sequence[Var], values: Sequence[Any]) -> None:
    """What a body reads from outside is called what it is called there."""
    for var, value in zip(inputs, values, strict=True):
        names.call(var, names(value))


def _gives(names: Names, body: WengertList, depth: int) -> list[Row]:
    return [Row(depth, "gives  " + ", ".join(map(names, body.outputs)))]


def _results(names: Names, body: WengertList, carries: int, depth: int) -> list[Row]:
    parts = [("next   ", body.outputs[:carries]), ("yield  ", body.outputs[carries:])]
    return [Row(depth, label + ", ".join(map(names, values))) for label, values in parts if values]
