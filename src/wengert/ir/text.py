"""A list as text, the way a textbook writes it: one line a step, its type at the right."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np

from wengert.ir.line import Line
from wengert.ir.types import Array, Seq, type_of
from wengert.ir.var import Var

TYPE_COLUMN = 44
INDICES = "ijklmn"


class Row(NamedTuple):
    """One row of the text."""

    depth: int
    left: str
    right: str = ""

    def __str__(self) -> str:
        left = "  " * self.depth + self.left
        return f"{left:<{TYPE_COLUMN + 2}}  {self.right}" if self.right else left


class Names:
    """Names for Vars in order of appearance: the inputs' own, then v1, v2, ..."""

    def __init__(self, inputs: Sequence[Var], names: Sequence[str]) -> None:
        self._of: dict[Any, str] = {}
        self._used: set[str] = set()
        self._counts = {"v": itertools.count(1), "c": itertools.count(1)}
        for i, var in enumerate(inputs):
            self.call(var, self.unused(names[i] if i < len(names) and names[i] else f"x{i}"))

    def call(self, var: Var, name: str) -> str:
        """Give a Var this name."""
        self._of[var] = name
        self._used.add(name)
        return name

    def define(self, var: Var, letter: str = "v") -> str:
        """A new name for the output of a line, or, with the letter c, for what a loop carries."""
        return self.call(var, f"{letter}{next(self._counts[letter])}")

    def unused(self, name: str) -> str:
        """A name like this one that nothing has: with a prime where it is taken."""
        while name in self._used:
            name += "'"
        return name

    def index(self, var: Var) -> str:
        """A name for a loop's index."""
        free = (letter for letter in INDICES if letter not in self._used)
        return self.call(var, next(free, self.unused("i")))

    def __call__(self, value: Any) -> str:
        return self._of[value] if type(value) is Var and value in self._of else literal(value)


def literal(value: Any) -> str:
    """A constant: written out when short, else its type."""
    if isinstance(value, np.generic):
        return repr(value.item())
    if isinstance(value, (bool, int, float, complex, str, type(None), slice)):
        return repr(value)
    if isinstance(value, (Array, Seq)):
        return f"<{value}>"
    found = type_of(value)
    if isinstance(found, Array) and found.size <= 4 and isinstance(value, np.ndarray):
        return str(value.tolist())
    return f"<{found}>"


def parameter_text(value: Any) -> str:
    """A param of a line; slices as they are written inside brackets."""
    if isinstance(value, slice):
        parts = ["" if part is None else str(part) for part in (value.start, value.stop)]
        return ":".join(parts) + (f":{value.step}" if value.step not in (None, 1) else "")
    if isinstance(value, tuple):
        return "(" + ", ".join(map(parameter_text, value)) + ("," if len(value) == 1 else "") + ")"
    if value is Ellipsis:
        return "..."
    return str(value) if isinstance(value, (np.dtype, str)) else literal(value)


def expression(line: Line, names: Names) -> str:
    """The right-hand side of a line."""
    symbol = line.primitive.symbol
    inputs = [names(x) for x in line.inputs]
    if callable(symbol):
        return symbol(*inputs, **line.params)
    if symbol is not None:
        return symbol.format(*inputs, **{k: parameter_text(v) for k, v in line.params.items()})
    params = [f"{key}={parameter_text(value)}" for key, value in line.params.items()]
    return f"{line.primitive.name}({', '.join(inputs + params)})"


def rows(lines: Iterable[Line], names: Names, depth: int) -> list[Row]:
    """Lines as rows; the lists that a line holds come below it, deeper."""
    out: list[Row] = []
    for line in lines:
        below: list[Row] = []
        if line.primitive.text is None:
            right = expression(line, names)
            left = ", ".join(map(names.define, line.outputs))
        else:
            left = ", ".join(map(names.define, line.outputs))
            right, below = line.primitive.text(line, names, depth)
        out.append(Row(depth, f"{left} = {right}" if left else right, ", ".join(str(var.type) for var in line.outputs)))
        out += below
    return out


def to_text(inputs: Sequence[Var], lines: Sequence[Line], outputs: Sequence[Any], names: Sequence[str]) -> str:
    """The whole list as text."""
    known = Names(inputs, names)
    first = Row(0, "inputs  " + ", ".join(f"{known(var)}: {var.type}" for var in inputs))
    middle = rows(lines, known, 1)
    last = Row(0, "outputs " + ", ".join(known(value) for value in outputs))
    return "\n".join(map(str, [first, *middle, last]))
