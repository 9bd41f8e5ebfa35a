"""Arguments of the differentiated function: containers to leaves, checked, named, and put together again."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import FunctionType
from typing import Any

import numpy as np

from wengert.ir import dtype_of
from wengert.record import Box, plain
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
