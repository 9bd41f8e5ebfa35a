"""Reverse mode: gradients of an eager recording, and the same as list -> list."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Any

from wengert.ir import Line, Primitive, Var, WengertList, bind, dependents
from wengert.transform.pull import Backward
from wengert.transform.push import zeros_like
from wengert.transform.replay import Replay


def reverse_lines(
    inputs: Sequence[Var],
    lines: Sequence[Line],
    outputs: Sequence[Any],
    cts: Sequence[Any],
    value: Callable[[Var], Any] = attrgetter("value"),
) -> list[Any]:
    """The cotangents of the inputs of an eager recording; `None` where nothing depends on an input.

    An input may also be a value on the way. `value` tells what a Var holds.
    """
    backward = Backward(value, keep=inputs)
    for out, ct in zip(outputs, cts, strict=True):
        backward.seed(out, ct)
    adjoints = backward.run(lines)
    return [adjoints.get(var, backward.kept[var]) for var in inputs]


def reverse(wl: WengertList) -> WengertList:
    """The list that computes `(*outputs, *cotangents of inputs)` from `(*inputs, *cotangents of outputs)`.

    Inputs of integers have no cotangent.
    """
    replay = Replay("reverse")
    inputs = [replay.add_input(var) for var in wl.inputs]
    wanted = [var for var in wl.inputs if var.type.dtype.kind in "fc"]
    live = {var for var in dependents(wanted, wl.lines) if var.type.dtype.kind in "fc"}
    lines: list[Line] = []  # to walk backward: of those that hold lists the linear ones

    def step(primitive: Primitive, xs: tuple[Any, ...], params: dict[str, Any], line: Line) -> Any:
        moving = [k for k, x in enumerate(line.inputs) if type(x) is Var and x in live]
        if primitive.linearize is None or not moving:
            lines.append(line)
            return bind(primitive, xs, params)
        halves = primitive.linearize(xs, moving, None, params)
        lines.append(halves.line(line.inputs, line.outputs, line.location))
        return halves.outputs

    replay.run(wl, inputs, step)
    outputs = replay.outputs(wl)
    backward = Backward(lambda var: replay.env[var], live)
    names = [*wl.names, *[""] * (len(wl.inputs) - len(wl.names))]
    for i, out in enumerate(wl.outputs):
        if type(out) is Var:
            backward.seed(out, replay.level.add_input(out.type))
            names.append(f"ct{i}")
    for line in reversed(lines):
        if line.outputs and not line.primitive.discrete:
            replay.level.location = line.location
            backward.run([line])
    adjoints = backward.adjoints
    return replay.finish([*outputs, *(adjoints.get(var, zeros_like(var.type)) for var in wanted)], tuple(names))
