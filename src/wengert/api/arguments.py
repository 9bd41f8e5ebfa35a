"""Arguments of the differentiated function: containers to leaves, checked, named, and put together again."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import FunctionType
from typing import Any

import numpy as np

from wengert.ir import Traced, dtype_of
from wengert.record import Box, is_within, plain
from wengert.tree import Structure, flatten, unflatten

Function = Callable[..., Any]


@dataclass(frozen=True)
class Arguments:
    """The differentiated arguments of one call."""

    args: tuple[Any, ...]
    argnums: tuple[int, ...]
    leaves: list[Any]
    structures: list[Structure]
    names: list[str]

    def fill(self, leaves: Sequence[Any]) -> list[Any]:
        """All arguments of the call, with these leaves in place of the differentiated ones."""
        full = list(self.args)
        for position, value in zip(self.argnums, self.rebuild(leaves), strict=True):
            full[position] = value
        return full

    def rebuild(self, leaves: Sequence[Any]) -> list[Any]:
        """One container per differentiated argument."""
        rest, out = list(leaves), []
        for structure in self.structures:
            out.append(unflatten(structure, rest[: structure.leaves]))
            rest = rest[structure.leaves :]
        return out


def split_arguments(function: Function, args: Sequence[Any], argnums: int | Sequence[int], what: str) -> Arguments:
    """The leaves of the arguments named by `argnums`; TypeError for what cannot be differentiated."""
    positions = (argnums,) if isinstance(argnums, int) else tuple(argnums)
    for position in positions:
        if not -len(args) <= position < len(args):
            raise TypeError(f"{what}: argnums={argnums} names argument {position}, but {len(args)} were given")
    positions = tuple(position % len(args) for position in positions)
    leaves: list[Any] = []
    structures: list[Structure] = []
    names: list[str] = []
    for position in positions:
        found, structure = flatten(args[position])
        base = parameter_name(function, position)
        for leaf, path in zip(found, structure.paths(), strict=True):
            names.append(f"{base}{path}")
            leaves.append(as_float(leaf, f"argument {base}{path}", what))
        structures.append(structure)
    return Arguments(tuple(args), positions, leaves, structures, names)


def parameter_name(function: Function, position: int) -> str:
    """What the function calls its argument, as far as it tells."""
    if type(function) is FunctionType and not hasattr(function, "__wrapped__"):
        code = function.__code__
        if position < code.co_argcount:
            return code.co_varnames[position]  # the common case, without the cost of a signature
    try:
        parameters = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):
        return f"#{position}"
    for i, parameter in enumerate(parameters):
        if parameter.kind is inspect.Parameter.VAR_POSITIONAL:
            return f"{parameter.name}[{position - i}]"
        if i == position:
            return parameter.name
    return f"#{position}"


def as_float(value: Any, name: str, what: str) -> Any:
    """A leaf that can carry a derivative: a Python int means the float it equals, arrays must hold floats."""
    if type(value) is int:
        return float(value)
    if isinstance(value, Box):
        value = plain(value.snapshot())
    elif not isinstance(value, (float, complex, np.ndarray, np.generic)):
        raise TypeError(
            f"{what}: {name} is a {type(value).__name__}, which has no derivative. Choose other arguments by argnums=, "
            "or pass numbers and arrays of floats, or containers of them"
        )
    dtype = dtype_of(value)
    if dtype.kind not in "fc":
        raise TypeError(f"{what}: {name} is of dtype {dtype}; derivatives need floats. Convert it: x.astype(float)")
    return value


def strip(value: Any, level: Any) -> Any:
    """A result as its caller sees it: without the Boxes of a level that has ended."""
    value = plain(value.snapshot()) if isinstance(value, Box) else value
    if not isinstance(value, Box):
        return value
    if value.level is level:
        return strip(value.ssa.value, level)
    if value.level.depth > level.depth and is_within(level, value):
        raise TypeError(
            f"{level.what}: the function returned {value.level.says} made of its arguments, which would hide their "
            "derivative. Return the numbers in it, such as x.value and x.eps of a Dual"
        )
    return value


def strip_tree(tree: Any, level: Any) -> Any:
    """The same for a container; objects that are no container pass as they are."""
    leaves, structure = flatten(tree)
    return unflatten(structure, [strip(leaf, level) for leaf in leaves])


def result_leaves(out: Any, what: str) -> tuple[list[Any], Structure]:
    """The leaves of a function's result; TypeError for what is neither a number nor an array."""
    leaves, structure = flatten(out)
    checked = []
    for leaf in leaves:
        if not isinstance(leaf, (Traced, int, float, complex, np.ndarray, np.generic)):
            raise TypeError(
                f"{what}: the function returned a {type(leaf).__name__}, not a number or an array. "
                "Return other things beside it with has_aux=True"
            )
        checked.append(plain(leaf))
    return checked, structure
