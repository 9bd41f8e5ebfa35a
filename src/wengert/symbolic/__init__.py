"""Formulas: expressions of symbols, which are views of Wengert lists.

Beside the functions that are listed here, there is a constructor for each elementwise row of the table of primitives,
by the name of the row with a capital: `Add`, `Mul`, `Sin`, `Arctan2`, and short ones: `Sub`, `Div`, `Pow`, `Neg`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from wengert.symbolic.constructors import CONSTRUCTORS, Const, Var
from wengert.symbolic.expressions import Expression
from wengert.symbolic.lists import derivative_list, gradient_list, hessian_list, jacobian_list
from wengert.symbolic.several import compiled, evaluate, operations, wengert_list
from wengert.symbolic.sources import expression, from_sympy, symbols

__all__ = [
    "Const",
    "Expression",
    "Var",
    "compiled",
    "derivative_list",
    "evaluate",
    "expression",
    "from_sympy",
    "gradient_list",
    "hessian_list",
    "jacobian_list",
    "operations",
    "symbols",
    "wengert_list",
]
__all__ += sorted(CONSTRUCTORS.keys() - {"Const", "Var"})


def __getattr__(name: str) -> Callable[..., Any]:
    try:
        return CONSTRUCTORS[name]
    except KeyError:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}") from None


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
