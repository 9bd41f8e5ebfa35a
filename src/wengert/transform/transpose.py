"""Transpose a linear list: cotangents of its outputs -> cotangents of its inputs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from wengert.ir import Line, Var, WengertList, bind, dependents, type_of
from wengert.transform.pull import Backward
from wengert.transform.push import zeros_like
from wengert.transform.replay import Replay


def transpose_list(wl: WengertList) -> WengertList:
    """The transpose of a list that is linear in its inputs, as a list."""
    replay = Replay("transpose")
    backward, lines = start_backward(replay, wl, wl.inputs)
    for out in wl.outputs:
        backward.seed(out, replay.level.add_input(out.type if type(out) is Var else type_of(out)))
    adjoints = backward.run(lines)
    return replay.finish([adjoints.get(var, zeros_like(var.type)) for var in wl.inputs])


def start_backward(replay: Replay, wl: WengertList, linear: Iterable[Var]) -> tuple[Backward, Sequence[Line]]:
    """The walk back through the lines that depend on these inputs, in which the list is linear.

    The other lines are recorded again, so that the walk can read their values; their inputs must be known by then.
    """
    live = dependents(linear, wl.lines)
    known = tuple(line for line in wl.lines if live.isdisjoint(line.outputs))
    replay.run(WengertList((), known, ()), [], lambda primitive, xs, params, line: bind(primitive, xs, params))

    def value(var: Var) -> Any:
        return replay.env.get(var, var.type)  # of what is linear only the type matters

    return Backward(value, live), [line for line in wl.lines if not live.isdisjoint(line.outputs)]
