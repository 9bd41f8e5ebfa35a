"""Linearize: the lines that depend on a tangent, at known values; a list that is linear in its inputs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Any

import numpy as np

from wengert.ir import Line, Var, WengertList, bind
from wengert.record import Staged
from wengert.transform.push import fit, plus, push, zeros_like
from wengert.transform.replay import clean


def linearize_lines(
    inputs: Sequence[Var],
    lines: Sequence[Line],
    outputs: Sequence[Any],
    value: Callable[[Var], Any] = attrgetter("value"),
) -> WengertList:
    """The derivative of an eager recording as a linear list: tangents of the inputs -> tangents of the outputs.

    The values in the recording become literals of the list. An input may also be a value on the way. `value` tells what
    a Var holds.
    """
    level = Staged("linearize")
    tangents: dict[Var, Any] = {var: level.add_input(var.type) for var in inputs}
    push_lines(lines, tangents, value)
    found = [tangents.get(out) if type(out) is Var else None for out in outputs]
    dys = [
        zeros_like(out.type if type(out) is Var else out) if d is None else d
        for d, out in zip(found, outputs, strict=True)
    ]
    return clean(level.finish(dys))


def push_lines(
    lines: Sequence[Line], tangents: dict[Var, Any], value: Callable[[Var], Any] = attrgetter("value")
) -> None:
    """Push tangents along the lines of an eager recording: those of its inputs are given, the others are entered."""
    with np.errstate(all="ignore"):
        for line in lines:
            dxs = tuple([tangents.get(x) if type(x) is Var else None for x in line.inputs])
            if all(dx is None for dx in dxs):
                continue
            ys = tuple(map(value, line.outputs))
            if line.primitive.linearize is not None:  # what is recorded of a line that holds lists is the linear one
                dy = bind(line.primitive, tuple(map(_tangent_or_value, line.inputs, dxs)), line.params)
            else:
                xs = tuple([value(x) if type(x) is Var else x for x in line.inputs])
                dy = push(line.primitive, ys if len(ys) > 1 else ys[0], xs, dxs, line.params)
            for var, one in zip(line.outputs, dy if len(ys) > 1 and dy is not None else (dy,) * len(ys), strict=True):
                if one is not None:
                    tangents[var] = plus(tangents.get(var), fit(one, var.value))


def _tangent_or_value(x: Any, dx: Any) -> Any:
    if type(x) is not Var:
        return x
    return zeros_like(x.type) if dx is None else dx
