"""Choosing by conditions: where, select, piecewise."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from wengert.functions.assemble import as_array
from wengert.functions.table import implements
from wengert.ir import PYTHON_SCALARS, Traced, dtype_of, shape_of
from wengert.primitives.selection import where

_MISSING: Any = np._NoValue


@implements(np.where)
def choose_where(condition: Any, x: Any = _MISSING, y: Any = _MISSING, /) -> Any:
    """Elements of x where the condition holds, of y elsewhere; with one argument the places where it holds."""
    if x is _MISSING and y is _MISSING:
        return np.nonzero(condition)
    if x is _MISSING or y is _MISSING:
        raise ValueError("either both or neither of x and y should be given")
    condition = as_array(condition)
    if dtype_of(condition).kind != "b":
        condition = condition != 0
    return where(condition, _operand(x), _operand(y))


def _operand(x: Any) -> Any:
    return x if type(x) in PYTHON_SCALARS else as_array(x)


@implements(np.select)
def select(condlist: Sequence[Any], choicelist: Sequence[Any], default: Any = 0) -> Any:
    """For each element the first choice whose condition holds."""
    if len(condlist) != len(choicelist):
        raise ValueError("list of cases must be same length as list of conditions")
    if len(condlist) == 0:
        raise ValueError("select with an empty condition list is not possible")
    conditions = [as_array(c) for c in condlist]
    choices = [_operand(c) for c in (*choicelist, default)]
    for i, condition in enumerate(conditions):
        if dtype_of(condition).kind != "b":
            raise TypeError(f"invalid entry {i} in condlist: should be boolean ndarray")
    out = choices.pop()
    for condition, choice in zip(reversed(conditions), reversed(choices), strict=True):
        out = where(condition, choice, out)
    return out


@implements(np.piecewise)
def piecewise(x: Any, condlist: Any, funclist: Sequence[Any], *args: Any, **kw: Any) -> Any:
    """Each piece's function, called with the elements of its condition; the last condition that holds counts."""
    x = as_array(x)
    several = isinstance(condlist, (list, tuple)) or shape_of(condlist) != ()
    if not several or (shape_of(condlist[0]) == () and shape_of(x) != ()):
        condlist = [condlist]
    conditions = [as_array(c).astype(bool) for c in condlist]
    if len(conditions) == len(funclist) - 1:
        otherwise = conditions[0]
        for condition in conditions[1:]:
            otherwise = otherwise | condition
        conditions.append(~otherwise)
    elif len(conditions) != len(funclist):
        n = len(conditions)
        raise ValueError(f"with {n} condition(s), either {n} or {n + 1} functions are expected")
    y = np.zeros_like(x)
    for condition, function in zip(conditions, funclist, strict=True):
        if not isinstance(function, Callable):  # type: ignore[arg-type]
            y[condition] = function
        elif isinstance(condition, Traced):  # only its type is known, so every element takes both ways
            y = where(condition, function(x, *args, **kw), y)
        elif condition.any():
            y[condition] = function(x[condition], *args, **kw)
    return y
