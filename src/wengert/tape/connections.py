"""What the targets and sources that a user names are on a tape."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from wengert.functions import as_array
from wengert.ir import Var, dtype_of, shape_of
from wengert.record import Box, is_within
from wengert.tape.level import Taped
from wengert.tape.variable import Variable
from wengert.transform import plus
from wengert.transform.ends import conjugate, tangent_for
from wengert.tree import Structure, flatten, flatten_like

Given = Sequence[tuple[Any, Box]]  # what was watched, and the value that watches it
NUMBERS = (Box, int, float, complex, np.ndarray, np.generic)


@dataclass(frozen=True)
class Target:
    """A value that is differentiated; `var` is `None` where the tape has not seen it."""

    value: Any
    var: Var | None


@dataclass(frozen=True)
class Sources:
    """What is differentiated by: for each leaf its value, and where it is on the tape, a Variable perhaps often."""

    structure: Structure
    values: list[Any]
    vars: list[list[Var]]

    @property
    def inputs(self) -> list[Var]:
        """All Vars, each one once."""
        return list(dict.fromkeys(var for vars in self.vars for var in vars))

    def gather(self, found: dict[Var, Any]) -> list[Any]:
        """What was found for the Vars of each source, added up; `None` for nothing."""
        return [functools.reduce(plus, [found.get(var) for var in vars], None) for vars in self.vars]

    def connected(self, level: Taped, target: Target) -> list[Var]:
        """Those of them that a target depends on."""
        needed = {target.var}
        for line in reversed(level.lines):
            if not needed.isdisjoint(line.outputs):
                needed.update(x for x in line.inputs if type(x) is Var)
        return [var for var in self.inputs if var in needed]


def find_targets(level: Taped, tree: Any) -> tuple[list[Target], Structure]:
    """The targets in a container."""
    if tree is None:
        raise TypeError("the target of a gradient is None; it should be a number, an array or a container of them")
    leaves, structure = flatten(tree)
    return [Target(leaf, _var(level, leaf, "target")) for leaf in leaves], structure


def find_sources(level: Taped, given: Given, tree: Any, targets: Sequence[Target]) -> Sources:
    """The sources in a container."""
    leaves, structure = flatten(tree)
    values, vars = [], []
    for leaf in leaves:
        if isinstance(leaf, Variable):
            known = level.readings.get(id(leaf))
            values.append(leaf.numpy())
            vars.append([] if known is None else [box.ssa for box in known.boxes.values()])
            continue
        var = _var(level, leaf, "source")
        watching = [box for one, box in given if one is leaf]
        if var is None and watching:
            var = _watched(leaf, watching[-1], targets)
        values.append(leaf if var is None else var.value)
        vars.append([] if var is None else [var])
    return Sources(structure, values, vars)


def _var(level: Taped, leaf: Any, what: str) -> Var | None:
    """Where a value is on a tape, also one that an inner tape follows."""
    if not isinstance(leaf, NUMBERS):
        raise TypeError(f"a {what} of a gradient is a {type(leaf).__name__}; it should be a number or an array")
    if isinstance(leaf, Variable):
        known = level.readings.get(id(leaf))
        return None if known is None or not known.boxes else list(known.boxes.values())[-1].ssa
    while isinstance(leaf, Box):
        leaf.refresh()
        if leaf.level is level:
            return leaf.ssa
        if not isinstance(leaf.level, Taped) and is_within(level, leaf):
            raise TypeError(
                f"a {what} of a gradient is {leaf.level.says} made of watched values. Take the numbers in it, such as "
                "x.value and x.eps of a Dual"
            )
        leaf = leaf.ssa.value
    return None


def _watched(leaf: Any, box: Box, targets: Sequence[Target]) -> Var:
    """Of a source that is what was handed to `watch`, the value that came back from there."""
    if not isinstance(leaf, (Box, np.ndarray)) or all(target.var is None for target in targets):
        shown = f"the number {leaf!r}" if not isinstance(leaf, np.ndarray) else "an array"
        raise TypeError(
            f"a source of the gradient is {shown} that was watched, but not the watched value, which watch returns. Go "
            "on with that: x = tape.watch(x)"
        )
    return box.ssa


def cotangents(targets: Sequence[Target], structure: Structure, given: Any) -> list[Any]:
    """The cotangent of each target: ones, unless others are given."""
    ones: list[Any] = [None] * len(targets)
    if given is not None and structure.kind is None:
        ones = [as_array(given) if isinstance(given, (list, tuple)) else given]
    elif given is not None:
        several = isinstance(given, (list, tuple)) and type(given) is structure.kind and len(given) == len(targets)
        ones = list(given) if several else flatten_like(structure, given, "output_gradients")
    return [_cotangent(target.value, one) for target, one in zip(targets, ones, strict=True)]


def _cotangent(value: Any, given: Any) -> Any:
    if dtype_of(value).kind not in "fc":
        return None
    if given is None:
        given = np.ones(shape_of(value), dtype_of(value))
    found = tangent_for(given, value, "output_gradients", allow_complex=True)
    return conjugate(found.copy() if found is given else found)
