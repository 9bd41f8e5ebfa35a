"""A list as text, the way a textbook writes it: one line a step, its type at the right."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from wengert.ir.line import Line
from wengert.ir.types import Array, type_of
from wengert.ir.var import Var

TYPE_COLUMN = 44


class Names:
    """Names for Vars in order of appearance: the inputs' own, then v1, v2, ..."""

    def __init__(self, inputs: Sequence[Var], names: Sequence[str]) -> None:
        self._of: dict[Any, str] = {}
        for i, var in enumerate(inputs):
            self._of[var] = names[i] if i < len(names) and names[i] else f"x{i}"
        self._count = 0

    def define(self, var: Var) -> str:
        """A new name for the output of a line."""
        self._count += 1
        self._of[var] = f"v{self._count}"
        return self._of[var]

    def __call__(self, value: Any) -> str:
        return self._of[value] if type(value) is Var and value in self._of else literal(value)


def literal(value: Any) -> str:
    """A constant: written out when short, else its type."""
    if isinstance(value, np.generic):
        return repr(value.item())
    if isinstance(value, (bool, int, float, complex, str, type(None), slice)):
        return repr(value)
    if isinstance(value, Array):
        return f"<{value}>"
    found = type_of(value)
    if found.size <= 4 and isinstance(value, np.ndarray):
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


def to_text(inputs: Sequence[Var], lines: Sequence[Line], outputs: Sequence[Any], names: Sequence[str]) -> str:
    """The whole list as text."""
    known = Names(inputs, names)
    rows = ["inputs  " + ", ".join(f"{known(var)}: {var.type}" for var in inputs)]
    for line in lines:
        right = expression(line, known)
        left = ", ".join(known.define(var) for var in line.outputs)
        rows.append(f"  {left + ' = ' + right:<{TYPE_COLUMN}}  {', '.join(str(var.type) for var in line.outputs)}")
    rows.append("outputs " + ", ".join(known(value) for value in outputs))
    return "\n".join(rows)
