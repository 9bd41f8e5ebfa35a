"""Simplifications of single lines that keep the value as it is: the `simplify` column of arithmetic rows.

They hold for every number, also for nan and infinities. Identities that do not are in `identities.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from wengert.ir import Step, Var, dtype_of
from wengert.primitives.ufuncs import UFUNCS

Rule = Callable[..., Any]


def is_number(x: Any, value: float | None = None) -> bool:
    """Whether an input is a literal real number, or this one."""
    if isinstance(x, (int, float)) and not isinstance(x, bool):
        return value is None or x == value
    return isinstance(x, (np.floating, np.integer)) and (value is None or bool(x == value))


def made_by(x: Any, ufunc: np.ufunc) -> tuple[Any, ...] | None:
    """The inputs of the line that an input comes from, if it is one of this ufunc."""
    if type(x) is not Var or x.origin is None or x.origin.primitive is not UFUNCS[ufunc]:
        return None
    return x.origin.inputs


def step(ufunc: np.ufunc, *inputs: Any) -> Step:
    """A line of a ufunc in the place of another."""
    return Step(UFUNCS[ufunc], inputs)  # type: ignore[arg-type]


def keeps(other: Any, literal: Any) -> bool:
    """Whether an operation of an input with a literal has the dtype of the input."""
    dtype = dtype_of(other)
    return dtype.kind in "fc" and np.result_type(literal, dtype) == dtype


def neutral(number: float, *positions: int) -> Rule:
    """Where one of two operands is a literal number that changes nothing, the line equals the other operand."""

    def simplify(*operands: Any) -> Any:
        for position in positions:
            literal = operands[position]
            if type(literal) is not Var and is_number(literal, number) and keeps(operands[1 - position], literal):
                return operands[1 - position]
        return None

    return simplify


def first_of(*rules: Rule) -> Rule:
    """The result of the first rule that has one."""

    def simplify(*operands: Any) -> Any:
        for rule in rules:
            found = rule(*operands)
            if found is not None:
                return found
        return None

    return simplify


def double_negative(x: Any) -> Any:
    """-(-u) = u."""
    inner = made_by(x, np.negative)
    return inner and inner[0]


def of_negatives(outer: np.ufunc) -> Rule:
    """(-u)·(-v) = u·v, and the same for a quotient."""

    def simplify(x: Any, y: Any) -> Any:
        u, v = made_by(x, np.negative), made_by(y, np.negative)
        return step(outer, u[0], v[0]) if u and v else None

    return simplify


def added_negative(x: Any, y: Any) -> Any:
    """x + (-v) = x - v."""
    v = made_by(y, np.negative)
    if v:
        return step(np.subtract, x, v[0])
    u = made_by(x, np.negative)
    return step(np.subtract, y, u[0]) if u else None


def subtracted_negative(x: Any, y: Any) -> Any:
    """x - (-v) = x + v, and x - 0 = x."""
    v = made_by(y, np.negative)
    if v:
        return step(np.add, x, v[0])
    return x if is_number(y, 0) and not np.signbit(y) and keeps(x, y) else None


def by_a_number(x: Any, y: Any) -> Any:
    """The product in which an exact zero wins is an ordinary one beside a finite number that is not zero."""
    for literal in (x, y):
        if is_number(literal) and literal != 0 and np.isfinite(literal):
            return step(np.multiply, x, y)
    return None
