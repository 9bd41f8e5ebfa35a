"""A checkpointed call in a list: a `remat` line, whose body is the function's own list."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from wengert.ir import Primitive, Var, WengertList, bind, is_vague
from wengert.record import Box, Staged


def staged_call(outer: Staged, function: Callable[[list[Any]], list[Any]], values: Sequence[Any], names: Any) -> Any:
    """Record the function as a list, and a line that holds it. What it closes over becomes an input of the line."""
    inner = Staged("checkpoint")
    moving: list[Any] = []
    given: list[Any] = []
    for x, name in zip(values, names, strict=True):
        if isinstance(x, Box) and x.snapshot().level is outer:
            moving.append(x.snapshot())
            x = inner.add_input(moving[-1].ssa.type, is_vague(x))
            x.argument = name
        given.append(x)
    try:
        out = function(given)
        places = [i for i, x in enumerate(out) if isinstance(x, Box) and x.level is inner]
        wl = inner.finish([out[i] for i in places])
    finally:
        inner.close()
    if not places:
        return out
    body, met = closed(wl)
    found = bind(Primitive.table["remat"], (*moving, *met), {"body": body})
    for i, x in zip(places, found if type(found) is tuple else (found,), strict=True):
        out[i] = x
    return out


def closed(wl: WengertList) -> tuple[WengertList, list[Any]]:
    """The list with an input for each value of another recording that it reads, and these values."""
    met: dict[Var, tuple[Var, Any]] = {}

    def own(x: Any) -> Any:
        if not isinstance(x, Box):
            return x
        if x.ssa not in met:
            met[x.ssa] = (Var(type=x.ssa.type), x)
        return met[x.ssa][0]

    lines = tuple([line._replace(inputs=tuple(map(own, line.inputs))) for line in wl.lines])
    outputs = tuple(map(own, wl.outputs))
    inputs = (*wl.inputs, *(var for var, _ in met.values()))
    return WengertList(inputs, lines, outputs), [x for _, x in met.values()]
