"""Integers that grow evenly from pass to pass, and the number of passes that a comparison of them allows."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from wengert.ir import Primitive, Var
from wengert.record import Box
from wengert.record.integers import affine
from wengert.stage.values.frames import LARGEST

_COMPARISONS = {"less": (1, False), "less_equal": (1, True), "greater": (-1, False), "greater_equal": (-1, True)}


def step_of(first: Any, before: Any, after: Any) -> int | None:
    """By how much a plain integer grows in each pass, if that is always the same and not nothing."""
    if type(first) is not int or not isinstance(after, Box):
        return None
    start, end = affine(before), affine(after)
    if start is None or end is None:
        return None
    difference = end.plus(start, -1)
    return difference.constant if not difference and start else None


def last_value(value: Any, index: Var, passes: int) -> Any:
    """What an integer that depends on the number of the pass alone is in the last one; `None` for others."""
    form = affine(value) if isinstance(value, Box) and value.dtype.kind == "i" and not value.shape else None
    if form is None or any(var is not index for var in form):
        return None
    return form.constant + form.get(index, 0) * (passes - 1)


def outgrows(body: Any, index: Var, firsts: dict[Var, int], outputs: dict[Var, Any], passes: int) -> bool:
    """Whether an integer that goes from pass to pass gets too large for 64 bits, as far as that can be told.

    Python's integers grow without bound. Those that depend on nothing abstract are computed here pass by pass.
    """
    lines = [line for line in body.level.recorder.lines if line.primitive in _EXACTLY]
    if passes > LONGEST or not any(line.primitive.name in ("multiply", "power", "left_shift") for line in lines):
        return False
    state = dict(firsts)
    for number in range(passes):
        env: dict[Any, Any] = {**state, index: number}
        for line in lines:
            values = [env.get(x) if type(x) is Var else x for x in line.inputs]
            if all(type(x) is int for x in values):
                env[line.outputs[0]] = _EXACTLY[line.primitive](*values)
        state = {var: env[x] if type(x) is Var else x for var, x in outputs.items() if type(x) is not Var or x in env}
        if any(type(x) is int and not -LARGEST <= x < LARGEST for x in state.values()):
            return True
    return False


LONGEST = 10_000  # passes that are computed
_EXACTLY = {
    Primitive.table[name]: function
    for name, function in {
        "add": operator.add, "subtract": operator.sub, "multiply": operator.mul, "negative": operator.neg,
        "floor_divide": operator.floordiv, "remainder": operator.mod, "power": operator.pow,
        "left_shift": operator.lshift, "maximum": max, "minimum": min,
    }.items()
}  # fmt: skip


def passes_while(test: Any, index: Var) -> Any:
    """How many passes there are while a comparison holds: one side grows evenly, the other is the same in all passes.

    The number is plain or abstract; `None` where the comparison is of another kind.
    """
    if not isinstance(test, Box):
        return None
    line = test.ssa.origin
    if line is None or line.primitive.name not in _COMPARISONS:
        return None
    sign, closed = _COMPARISONS[line.primitive.name]
    ends = [_outside(test.level, x) for x in line.inputs]
    forms: list[Any] = [affine(_as_box(test.level, x)) for x in line.inputs]
    if None in forms:
        return None
    if any(var is not index and end is None for form, end in zip(forms, ends, strict=True) for var in form):
        return None
    steps = [0 if end is not None else form[index] for form, end in zip(forms, ends, strict=True)]
    starts = [end if end is not None else form.constant for form, end in zip(forms, ends, strict=True)]
    shrinks = sign * (steps[0] - steps[1])
    if shrinks <= 0:
        return None
    room = (starts[1] - starts[0]) * sign + closed  # the test holds while this is positive, and it shrinks in each pass
    if isinstance(room, int):
        return max(0, -(-room // shrinks))
    return np.maximum((room + (shrinks - 1)) // shrinks, 0)


def _outside(level: Any, value: Any) -> Any:
    """A side that is the same in all passes: a plain number, or a value from outside of the body."""
    if isinstance(value, (int, np.integer)):
        return int(value)
    return level.outside.get(value)


def _as_box(level: Any, value: Any) -> Any:
    return Box(level, value) if type(value) is Var else value
