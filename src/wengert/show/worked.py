"""A list worked through at a point: the value of every line, its tangents, its adjoint."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from wengert.ir import Array, Line, Names, Var, WengertList, bind, dependents, dtype_of, shape_of
from wengert.show.naming import ShortNames, differential, name_all
from wengert.show.summary import summary
from wengert.transform import Backward, dual, fit, push

Values = dict[Var, Any]
DIRECTIONS = 3  # so many numbers as arguments get a forward sweep each


@dataclass(frozen=True)
class Sweep:
    """Forward mode along one direction: what it is called, and the tangent of every value that has one."""

    label: str
    tangents: Values


@dataclass(frozen=True)
class Worked:
    """All there is to tell of a list at a point."""

    list: WengertList
    names: ShortNames
    values: Values
    sweeps: tuple[Sweep, ...]
    adjoints: Values
    seeds: Values  # the adjoints of the results that reverse mode began with
    linear: dict[int, Line]  # of lines that hold lists, by their id: the line that reverse mode walks in their place
    partials: dict[int, Any] = field(default_factory=dict)  # of lines, by their id, as far as they were asked for


def work_through(wl: WengertList, args: Sequence[Any], tangents: Any = None, cotangents: Any = None) -> Worked:
    """Run a list, push the tangents, pull the cotangents, and keep everything.

    `tangents` holds one per input, `None` for zero; by default a few numbers get one sweep each, more of them, or
    arrays, one sweep along ones for the first input. `cotangents` holds one per output, by default ones.
    """
    names = name_all(wl)
    live = {var for var in dependents(floats(wl.inputs), wl.lines) if var.dtype.kind in "fc"}
    linear: dict[int, Line] = {}
    values = evaluate(wl, args, live, linear)
    with np.errstate(all="ignore"):
        directions = default_directions(wl) if tangents is None else [list(tangents)]
        sweeps = tuple(Sweep(label(wl, names, one), push_all(wl, values, one)) for one in directions)
        seeds: Values = {}
        for out, ct in zip(wl.outputs, cotangents or [None] * len(wl.outputs), strict=True):
            if type(out) is Var and out in live:
                ct = ones(values[out]) if ct is None else ct
                seeds[out] = ct if out not in seeds else seeds[out] + ct
        adjoints = pull_all([linear.get(id(line), line) for line in wl.lines], wl.inputs, values, live, seeds)
    return Worked(wl, names, values, sweeps, adjoints, seeds, linear)


def evaluate(
    wl: WengertList, args: Sequence[Any], live: Set[Var] = frozenset(), linear: dict[int, Line] | None = None
) -> Values:
    """The value of every line.

    With `linear`, lines that hold lists leave there what reverse mode walks in their place.
    """
    values: Values = dict(zip(wl.inputs, args, strict=True))
    with np.errstate(all="ignore"):
        for line in wl.lines:
            xs = tuple([values[x] if type(x) is Var else x for x in line.inputs])
            moving = [k for k, x in enumerate(line.inputs) if type(x) is Var and x in live]
            if linear is not None and line.primitive.linearize is not None and moving:
                halves = line.primitive.linearize(xs, moving, None, line.params)
                linear[id(line)] = halves.line(line.inputs, line.outputs, line.location)
                out = halves.outputs
            else:
                out = bind(line.primitive, xs, line.params)
            for var, value in zip(line.outputs, out if type(out) is tuple else (out,), strict=True):
                values[var] = value.item() if var.type.weak and isinstance(value, np.generic) else value
    return values


def push_all(wl: WengertList, values: Values, direction: Sequence[Any]) -> Values:
    """The tangents along a direction, of which `None` parts are zero."""
    tangents = {var: dx for var, dx in zip(wl.inputs, direction, strict=True) if dx is not None}
    for line in wl.lines:
        dxs = tuple([tangents.get(x) if type(x) is Var else None for x in line.inputs])
        if line.primitive.discrete or all(dx is None for dx in dxs):
            continue
        xs = tuple([values[x] if type(x) is Var else x for x in line.inputs])
        ys = tuple([values[var] for var in line.outputs])
        if line.primitive.lift is not None:
            dys: Sequence[Any] = dual(line.primitive, xs, dxs, line.params)[1]
        else:
            dy = push(line.primitive, ys if len(ys) > 1 else ys[0], xs, dxs, line.params)
            dys = dy if len(ys) > 1 and dy is not None else (dy,) * len(ys)
        for var, one in zip(line.outputs, dys, strict=True):
            if one is not None and var.dtype.kind in "fc":
                tangents[var] = fit(one, values[var])
    return tangents


def pull_all(lines: Sequence[Line], inputs: Sequence[Var], values: Values, live: set[Var], seeds: Values) -> Values:
    """The adjoint of every value that has one: of each, the sum once all that read it have been walked."""
    backward = Backward(lambda var: values[var], live)
    for out, ct in seeds.items():
        backward.seed(out, ct)
    adjoints: Values = {}
    for line in reversed(lines):
        if line.outputs and not line.primitive.discrete:
            adjoints.update(kept(backward, line.outputs))
            backward.run([line])
    adjoints.update(kept(backward, inputs))
    return adjoints


def kept(backward: Backward, variables: Sequence[Var]) -> Values:
    """Copies: the walk goes on to add into its own buffers."""
    found = {var: backward.adjoints[var] for var in variables if backward.adjoints.get(var) is not None}
    return {var: ct.copy() if isinstance(ct, np.ndarray) else ct for var, ct in found.items()}


def default_directions(wl: WengertList) -> list[list[Any]]:
    """One direction for each number if there are few; else ones for the first input that has a derivative."""
    moving = floats(wl.inputs)
    if sum(var.type.size for var in moving) <= DIRECTIONS:
        return [
            [unit(var, k) if var is chosen else None for var in wl.inputs]
            for chosen in moving
            for k in range(chosen.type.size)
        ]
    return [[np.ones(var.shape, var.dtype)[()] if var is moving[0] else None for var in wl.inputs]] if moving else []


def unit(var: Var, k: int) -> Any:
    """The direction of one entry of an input."""
    direction = np.zeros(var.type.size, var.dtype)
    direction[k] = 1
    return direction.reshape(var.shape)[()]


def ones(value: Any) -> Any:
    """The seed of reverse mode."""
    return np.ones(shape_of(value), dtype_of(value))[()]


def label(wl: WengertList, names: Names, direction: Sequence[Any]) -> str:
    """A direction in words: `dx = 1, dy = 0`."""
    parts = []
    for var, dx in zip(wl.inputs, direction, strict=True):
        if is_float(var):
            same = dx is not None and np.ndim(dx) > 0 and np.size(dx) > DIRECTIONS and np.all(dx == np.ravel(dx)[0])
            text = "0" if dx is None else f"{summary(np.ravel(dx)[0])} everywhere" if same else summary(dx)
            parts.append(f"{differential(names(var))} = {text}")
    return ", ".join(parts)


def is_float(var: Var) -> bool:
    """Whether a value is an array that can have a derivative."""
    return isinstance(var.type, Array) and var.type.dtype.kind in "fc"


def floats(variables: Sequence[Var]) -> list[Var]:
    """Those that can."""
    return [var for var in variables if is_float(var)]
