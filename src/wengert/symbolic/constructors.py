"""Expressions spelled out: `Add(Mul(x, x), Const(2))`. Each elementwise row of the table has a constructor."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from wengert.ir import Primitive
from wengert.primitives import UFUNCS, where
from wengert.symbolic.expressions import Expression, as_expression
from wengert.symbolic.sources import symbol

SHORT = {
    "Sub": np.subtract, "Mul": np.multiply, "Div": np.true_divide, "Pow": np.power, "Neg": np.negative,
    "Abs": np.absolute, "Max": np.maximum, "Min": np.minimum,
    "Asin": np.arcsin, "Acos": np.arccos, "Atan": np.arctan, "Atan2": np.arctan2,
    "Asinh": np.arcsinh, "Acosh": np.arccosh, "Atanh": np.arctanh,
}  # fmt: skip


def Const(value: Any) -> Expression:
    """A number or an array as an expression.

    Examples
    --------
    >>> from wengert.symbolic import Const
    >>> Const(2)
    2
    """
    return as_expression(value)


def Var(name: str) -> Expression:
    """A symbol that stands for a number.

    Examples
    --------
    >>> from wengert.symbolic import Add, Const, Mul, Var
    >>> x, y = Var("x"), Var("y")
    >>> Add(Mul(Mul(x, x), y), Add(y, Const(2)))
    x * x * y + y + 2
    """
    return symbol(name)


def _constructors() -> dict[str, Callable[..., Expression]]:
    rows = [row for row in UFUNCS.values() if isinstance(row, Primitive)]
    found = {_title(row): _of(row, _title(row)) for row in (*rows, where)}
    return found | {"Const": Const, "Var": Var} | {name: _of(UFUNCS[ufunc], name) for name, ufunc in SHORT.items()}


def _title(row: Primitive) -> str:
    return "".join(part.capitalize() for part in row.name.split("_"))


def _of(row: Any, name: str) -> Callable[..., Expression]:
    count = len(row.partials or row.transposes)

    def make(*operands: Any) -> Expression:
        values = tuple(map(as_expression, operands))
        if row.commutative and len(values) > count:
            return functools.reduce(row, values)
        if len(values) != count:
            raise TypeError(f"{name} takes {count} operand{'s' * (count > 1)}, {len(values)} were given")
        return as_expression(row(*values))

    make.__name__ = make.__qualname__ = name
    make.__doc__ = f"The expression {row.name} of {count} operand{'s' * (count > 1)}."
    return make


CONSTRUCTORS = _constructors()
