"""What is known of abstract integers: how they differ, and between which bounds they lie.

A slice `x[i:i+5]` has a static size because its ends differ by a constant: both are affine forms, a constant plus
multiples of other values, found by looking at the lines that made them.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from wengert.ir import Primitive, Traced, Var
from wengert.primitives import add, convert, multiply, negative, subtract
from wengert.primitives.extrema import maximum, minimum
from wengert.primitives.rounding import floor_divide, remainder

Interval = tuple[float, float]  # infinite where there is no bound
UNKNOWN: Interval = (-math.inf, math.inf)
Operand = tuple[Any, Any]  # an input of a line, and the recording of the line


class Affine(dict[Var, int]):
    """A constant, and the multiples of other values."""

    def __init__(self, constant: int, terms: dict[Var, int] | None = None) -> None:
        super().__init__({var: factor for var, factor in (terms or {}).items() if factor})
        self.constant = constant

    def plus(self, other: Affine, sign: int = 1) -> Affine:
        """The sum, or the difference."""
        terms = dict(self)
        for var, factor in other.items():
            terms[var] = terms.get(var, 0) + sign * factor
        return Affine(self.constant + sign * other.constant, terms)

    def times(self, factor: int) -> Affine:
        """A multiple."""
        return Affine(self.constant * factor, {var: factor * value for var, value in self.items()})


def affine(value: Any) -> Affine | None:
    """The affine form of an integer; `None` for anything else."""
    return _affine((value, None))


def interval(value: Any) -> Interval:
    """The bounds of an integer, as far as they are known."""
    return _interval((value, None))


def constant_difference(a: Any, b: Any) -> int | None:
    """`a - b`, if that is the same whatever the values are."""
    first, second = affine(a), affine(b)
    if first is None or second is None:
        return None
    difference = first.plus(second, -1)
    return None if difference else difference.constant


def _affine(operand: Operand) -> Affine | None:
    value, _ = operand
    if isinstance(value, (bool, np.bool_)):
        return None
    if isinstance(value, (int, np.integer)):
        return Affine(int(value))
    var, level = _source(operand)
    if type(var) is not Var or not _is_integer(var.type):
        return None
    if var.origin is not None:
        rule = _AFFINE.get(var.origin.primitive)
        parts = [_affine((x, level)) for x in var.origin.inputs] if rule is not None else [None]
        form = None if rule is None or None in parts else rule(*parts)  # type: ignore[arg-type]
        if form is not None:
            return form
    return Affine(0, {var: 1})


def _is_integer(kind: Any) -> bool:
    return kind.shape == () and kind.dtype.kind in "iu"


def _product(a: Affine, b: Affine) -> Affine | None:
    if not a:
        return b.times(a.constant)
    return None if b else a.times(b.constant)


_AFFINE: dict[Primitive, Callable[..., Affine | None]] = {
    add: lambda a, b: a.plus(b),
    subtract: lambda a, b: a.plus(b, -1),
    negative: lambda a: a.times(-1),
    multiply: _product,
    convert: lambda a: a,
}


def _interval(operand: Operand) -> Interval:
    value, _ = operand
    if isinstance(value, (bool, int, np.integer, np.bool_)):
        return (int(value), int(value))
    var, level = _source(operand)
    if type(var) is not Var:
        return UNKNOWN
    form = _affine(operand)
    if form is not None and all(one.bounds is not None for one in form):
        return _of_form(form)  # each value counts once: sharper than line by line
    rule = None if var.origin is None else _INTERVALS.get(var.origin.primitive)
    if rule is None or var.origin is None:
        return var.bounds or UNKNOWN
    return rule(*(_interval((x, level)) for x in var.origin.inputs))


def _of_form(form: Affine) -> Interval:
    low = high = float(form.constant)
    for var, factor in form.items():
        assert var.bounds is not None
        ends = [factor * end for end in var.bounds]
        low, high = low + min(ends), high + max(ends)
    return low, high


def _quotient(a: Interval, b: Interval) -> Interval:
    if b[0] != b[1] or b[0] <= 0 or math.inf in (abs(a[0]), abs(a[1])):
        return UNKNOWN
    return (a[0] // b[0], a[1] // b[0])


def _remainder(a: Interval, b: Interval) -> Interval:
    return (0, b[1] - 1) if b[0] > 0 else UNKNOWN


def _products(a: Interval, b: Interval) -> Interval:
    ends = [x * y if x and y else 0 for x in a for y in b]
    return (min(ends), max(ends))


_INTERVALS: dict[Primitive, Callable[..., Interval]] = {
    add: lambda a, b: (a[0] + b[0], a[1] + b[1]),
    subtract: lambda a, b: (a[0] - b[1], a[1] - b[0]),
    negative: lambda a: (-a[1], -a[0]),
    multiply: _products,
    convert: lambda a: a,
    minimum: lambda a, b: (min(a[0], b[0]), min(a[1], b[1])),
    maximum: lambda a, b: (max(a[0], b[0]), max(a[1], b[1])),
    floor_divide: _quotient,
    remainder: _remainder,
}


def _source(operand: Operand) -> Operand:
    """A value as a Var, and the recording that it comes from: bodies read those of the recordings around them."""
    value, level = operand
    while True:
        if isinstance(value, Traced):
            value.refresh()
            value, level = value.ssa, value.level
        outer = getattr(level, "outside", {}).get(value) if type(value) is Var else None
        if outer is None:
            return value, level
        value = outer
