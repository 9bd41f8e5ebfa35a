"""Operators and comparisons where abstract numbers, or values from outside, make a difference."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable
from typing import Any

import numpy as np

from wengert.errors import StagingError
from wengert.functions.demands import demand
from wengert.ir import users_line
from wengert.read.calls import call
from wengert.read.observer import UNSEEN
from wengert.read.operations import compare
from wengert.read.users import users_method
from wengert.record import Box
from wengert.record.integers import interval
from wengert.stage.control.branches import either, negate, truth
from wengert.stage.meaning.text import is_open_text, percent
from wengert.stage.recording import Recording, is_abstract
from wengert.stage.tables import operator
from wengert.stage.values.unknown import Unknown

LARGEST = 2.0**63


@operator("Mod")
def _mod(recording: Recording, x: Any, y: Any) -> Any:
    if type(x) is str:
        return percent(x, y) if is_open_text(y) else UNSEEN
    return _may_divide_by_zero(recording, x, y, "Mod")


@operator("Div")
def _quotient(recording: Recording, x: Any, y: Any) -> Any:
    return _may_divide_by_zero(recording, x, y, "Div")


@operator("FloorDiv")
def _whole_quotient(recording: Recording, x: Any, y: Any) -> Any:
    return _may_divide_by_zero(recording, x, y, "FloorDiv")


ZERO_DIVISIONS = {"Div": "division by zero", "FloorDiv": "integer division or modulo by zero",
                  "Mod": "integer modulo by zero"}  # fmt: skip


def _may_divide_by_zero(recording: Recording, x: Any, y: Any, name: str) -> Any:
    """Python's numbers raise where the divisor is zero; abstract floats give inf or nan, and integers have neither."""
    if type(y) in (int, float) and y == 0 and is_abstract(x) and _is_pythons(x):
        raise ZeroDivisionError("float division by zero")
    if is_abstract(y) and _is_pythons(x) and _is_pythons(y):
        if recording.attempts:
            recording.must_not_be_caught(ZeroDivisionError("division by zero"))
        low, high = interval(y) if _is_whole(y) else (1, 1)
        if _is_whole(x) and low <= 0 <= high:
            demand(y != 0, ZeroDivisionError(ZERO_DIVISIONS[name]))
    return UNSEEN


def _is_pythons(x: Any) -> bool:
    return x.is_weak() if isinstance(x, Box) else type(x) in (int, float, complex, bool)


@operator("Pow")
def _power(recording: Recording, x: Any, y: Any) -> Any:
    """Powers of Python's integers are integers of any size, or floats where the exponent is negative."""
    if not (_is_whole(x) and _is_whole(y)) or not (is_abstract(x) or is_abstract(y)):
        return UNSEEN
    low, _ = interval(y)
    if is_abstract(y) and low < 0:
        raise _refusal(recording, "an integer to the power of an integer that is not known yet", y)
    return _fits(recording, x, y, "Pow")


@operator("Mult")
def _product(recording: Recording, x: Any, y: Any) -> Any:
    return _fits(recording, x, y, "Mult") if _is_whole_operation(x, y) else UNSEEN


@operator("LShift")
def _shifted(recording: Recording, x: Any, y: Any) -> Any:
    return _fits(recording, x, y, "LShift") if _is_whole_operation(x, y) else UNSEEN


@operator("Sub")
def _difference(recording: Recording, x: Any, y: Any) -> Any:
    return _fits(recording, x, y, "Add") if _is_whole_operation(x, y) else UNSEEN


def _is_whole_operation(x: Any, y: Any) -> bool:
    return _is_whole(x) and _is_whole(y) and (is_abstract(x) or is_abstract(y))


SIZES = {
    "Add": lambda a, b: a + b, "Mult": lambda a, b: a * b, "LShift": lambda a, b: a * 2.0**b,
    "Pow": lambda a, b: a**b,
}  # fmt: skip  # of the results, at most


def _fits(recording: Recording, x: Any, y: Any, name: str) -> Any:
    """Refuse what may be larger than an abstract integer can be; where nothing is known, that is tested in each run.

    A sum of which one part is bounded takes longer to get there than anybody waits.
    """
    (a, b), (c, d) = interval(x), interval(y)
    first, second = max(abs(a), abs(b)), max(abs(c), abs(d))
    if math.inf not in (first, second):
        if first and second and _logarithm(first, second, name) >= 63:
            raise _refusal(recording, "an integer that may be larger than 64 bits", x if is_abstract(x) else y)
    elif name != "Add" or first == second == math.inf:
        size = SIZES[name](np.abs(_as_float(x)), _as_float(y) if name in ("LShift", "Pow") else np.abs(_as_float(y)))
        demand(size < LARGEST, OverflowError("an integer is larger than the 64 bits that compiled code has for it"))
    return UNSEEN


def _logarithm(first: float, second: float, name: str) -> float:
    if name == "Pow":
        return second * math.log2(max(first, 1))
    return math.log2(max(first, 1)) + (second if name == "LShift" else math.log2(max(second, 1)))


def _as_float(x: Any) -> Any:
    return np.astype(x, np.dtype(np.float64)) if isinstance(x, Box) else float(x)


def _is_whole(x: Any) -> bool:
    return (isinstance(x, Box) and x.is_weak() and x.dtype.kind == "i") or type(x) is int


def _refusal(recording: Recording, what: str, box: Any) -> BaseException:
    error = StagingError(f"{what} is not supported{users_line()}")
    error.box = box
    return error


@operator("In", "NotIn")
def _in(recording: Recording, x: Any, y: Any) -> Any:
    users = users_method(type(y), "__contains__")
    if users is not None:
        return truth(call(users, y, x))
    items = recording.inside(y)
    if type(items) in (list, tuple, set, range) and (is_abstract(x) or any(map(is_abstract, items))):
        return _any_equal(x, items, "In")
    return UNSEEN if items is y else compare("In", x, items)


@operator("NotIn")
def _not_in(recording: Recording, x: Any, y: Any) -> Any:
    found = _in(recording, x, y)
    return UNSEEN if found is UNSEEN else negate(found)


def _any_equal(x: Any, items: Any, name: str) -> Any:
    if isinstance(items, range):
        return (
            (x >= items.start) & (x < items.stop) & ((x - items.start) % items.step == 0)
            if items.step > 0
            else (_any_equal(x, list(items), name))
        )
    if not items:
        return False
    first, *others = items
    return either(_equal(x, first), *(lambda y=y: _equal(x, y) for y in others))


def _equal(x: Any, y: Any) -> Any:
    found = x is y or compare("Eq", x, y)
    return np.all(found) if isinstance(found, (Box, np.ndarray)) and found.shape else found


@operator("Is", "IsNot")
def _is(recording: Recording, x: Any, y: Any) -> Any:
    for value in (x, y):
        if type(value) is Unknown:
            value.refuse()
    return UNSEEN


@operator("Add")
def _joined(recording: Recording, x: Any, y: Any) -> Any:
    """`+` of lists reads all of both; of whole numbers it may be larger than 64 bits."""
    if _is_whole_operation(x, y):
        return _fits(recording, x, y, "Add")
    for value in (x, y):
        if type(value) is Unknown:
            value.refuse()
    if type(x) is list and type(y) is list:
        recording.inside(x)
        recording.inside(y)
    return UNSEEN


def _comparison(name: str) -> Callable[..., Any]:
    """Sequences are compared item by item, up to the first that differs; dicts by all of both."""

    def compared(recording: Recording, x: Any, y: Any) -> Any:
        for value in (x, y):
            if type(value) is Unknown:
                value.refuse()
        kinds = {next((kind for kind in (list, tuple, dict) if isinstance(value, kind)), None) for value in (x, y)}
        if any(isinstance(value, (set, deque)) for value in (x, y)):
            recording.inside(x)
            recording.inside(y)
        if kinds == {dict} and name in ("Eq", "NotEq"):
            recording.inside(x)
            recording.inside(y)
        if kinds not in ({list}, {tuple}):
            return UNSEEN
        a, b = recording.inside(x), recording.inside(y)
        if not _holds_abstract((a, b)):
            return UNSEEN
        if name == "NotEq":
            return negate(_in_turn("Eq", a, b))
        return _in_turn(name, a, b)

    return compared


for _name in ("Eq", "NotEq", "Lt", "LtE", "Gt", "GtE"):
    operator(_name)(_comparison(_name))


def _holds_abstract(value: Any) -> bool:
    return any(map(_holds_abstract, value)) if isinstance(value, (list, tuple)) else is_abstract(value)


def _in_turn(name: str, x: Any, y: Any) -> Any:
    if name == "Eq" and len(x) != len(y):
        return False
    if not x or not y:
        return compare(name, len(x), len(y))
    same = truth(_equal(x[0], y[0]))
    if type(same) is bool and not same:
        return name != "Eq" and compare(name, x[0], y[0])
    rest = _in_turn(name, x[1:], y[1:])
    if type(same) is bool:
        return rest
    if name == "Eq":
        return np.logical_and(same, rest)
    return np.where(same, rest, compare(name, x[0], y[0]))  # type: ignore[call-overload]
