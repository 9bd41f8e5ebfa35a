"""The hooks for operators and comparisons: a class's own methods are read."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from wengert.functions import has_traced
from wengert.ir import ABSENT
from wengert.read.adopted import adopt, anything_adopted, current
from wengert.read.blocks import iterate
from wengert.read.calls import call
from wengert.read.foreign import cannot_hold, depends
from wengert.read.likeness import class_of
from wengert.read.members import Member, Place
from wengert.read.namespace import hook
from wengert.read.observer import UNSEEN, observer
from wengert.read.users import KNOWN, users_method
from wengert.record import Box, ground, plain

BINARY: dict[str, tuple[Callable[[Any, Any], Any], Callable[[Any, Any], Any], str]] = {
    "Add": (operator.add, operator.iadd, "add"),
    "Sub": (operator.sub, operator.isub, "sub"),
    "Mult": (operator.mul, operator.imul, "mul"),
    "Div": (operator.truediv, operator.itruediv, "truediv"),
    "FloorDiv": (operator.floordiv, operator.ifloordiv, "floordiv"),
    "Mod": (operator.mod, operator.imod, "mod"),
    "Pow": (operator.pow, operator.ipow, "pow"),
    "MatMult": (operator.matmul, operator.imatmul, "matmul"),
    "LShift": (operator.lshift, operator.ilshift, "lshift"),
    "RShift": (operator.rshift, operator.irshift, "rshift"),
    "BitAnd": (operator.and_, operator.iand, "and"),
    "BitOr": (operator.or_, operator.ior, "or"),
    "BitXor": (operator.xor, operator.ixor, "xor"),
}
UNARY = {"USub": (operator.neg, "neg"), "UAdd": (operator.pos, "pos"), "Invert": (operator.invert, "invert")}
COMPARE: dict[str, tuple[Callable[[Any, Any], Any], str, str]] = {
    "Lt": (operator.lt, "__lt__", "__gt__"),
    "LtE": (operator.le, "__le__", "__ge__"),
    "Gt": (operator.gt, "__gt__", "__lt__"),
    "GtE": (operator.ge, "__ge__", "__le__"),
    "Eq": (operator.eq, "__eq__", "__eq__"),
    "NotEq": (operator.ne, "__ne__", "__ne__"),
}

# -- operators ---------------------------------------------------------------------------------------------------------


@hook
def binary(name: str, x: Any, y: Any) -> Any:
    """`x + y`."""
    if anything_adopted():
        x, y = current(x), current(y)
    watcher = observer.get()
    if watcher is not None:
        out = watcher.combines(name, x, y)
        if out is not UNSEEN:
            return out
    apply, _, method = BINARY[name]
    if type(x) not in KNOWN or type(y) not in KNOWN:
        return _of_two(x, y, f"__{method}__", f"__r{method}__", apply)
    if name in _STRICT and (isinstance(x, Box) or isinstance(y, Box) or type(x) is str):
        if type(x) is str:
            return x % _numbers(y)
        _raise_as_python(apply, x, y)
    out = apply(x, y)
    return ground(out) if type(out) is np.ndarray else out


@hook
def compare(name: str, x: Any, y: Any) -> Any:
    """`x < y`, `x in y`."""
    if anything_adopted():
        x, y = current(x), current(y)
    watcher = observer.get()
    if watcher is not None:
        out = watcher.compares(name, x, y)
        if out is not UNSEEN:
            return out
    if name in ("Is", "IsNot"):
        return (x is y) == (name == "Is")
    if name in ("In", "NotIn"):
        users = users_method(type(y), "__contains__")
        found = bool(call(users, y, x)) if users is not None else x in iterate(y)
        return found if name == "In" else not found
    apply, method, reflected = COMPARE[name]
    return apply(x, y) if type(x) in KNOWN and type(y) in KNOWN else _of_two(x, y, method, reflected, apply)


_STRICT = frozenset({"Div", "FloorDiv", "Mod", "Pow"})  # where Python's numbers raise, and NumPy's give inf or nan


def _raise_as_python(apply: Callable[[Any, Any], Any], x: Any, y: Any) -> None:
    """Raise what Python raises for two numbers of its own: ZeroDivisionError and OverflowError."""
    if class_of(x) in (float, int, complex) and class_of(y) in (float, int, complex):
        a, b = (z.concrete() if isinstance(z, Box) else z for z in (x, y))
        if a is not ABSENT and b is not ABSENT:
            apply(a, b)


def _numbers(y: Any) -> Any:
    """The plain numbers of traced ones that become text."""
    if isinstance(y, Box):
        return y._number("it is turned into text")
    return tuple(map(_numbers, y)) if type(y) is tuple else y


def _of_two(x: Any, y: Any, method: str, reflected: str, apply: Callable[[Any, Any], Any]) -> Any:
    """An operator where the user's classes may have it; they are asked in Python's order."""
    left, right = type(x), type(y)
    if users_method(left, method) is not None or users_method(right, reflected) is not None:
        asked = [(x, method, y), (y, reflected, x)]
        if left is not right and issubclass(right, left):
            asked.reverse()
        elif left is right and apply in _ARITHMETIC:
            asked.pop()
        for one, name, other in asked:
            out = _asked(one, name, other, apply)
            if out is not NotImplemented:
                return out
    out = apply(x, y)
    return ground(out) if type(out) is np.ndarray else out


def _asked(x: Any, name: str, y: Any, apply: Callable[[Any, Any], Any]) -> Any:
    kind = type(x)
    users = users_method(kind, name)
    if users is not None:
        return call(users, x, y)
    if kind is np.ndarray and getattr(y, "__array_ufunc__", 0) is not None:
        return apply(x, y)  # to each of its elements
    if kind in KNOWN or isinstance(x, np.generic):
        return NotImplemented  # a number or a sequence leaves the operation to the user's class
    own = getattr(kind, name, None)
    return NotImplemented if own is None else own(x, y)


_ARITHMETIC = frozenset(apply for apply, _, _ in BINARY.values())


@hook
def unary(name: str, x: Any) -> Any:
    """`-x`."""
    if anything_adopted():
        x = current(x)
    apply, method = UNARY[name]
    users = users_method(type(x), f"__{method}__")
    if users is not None:
        return call(users, x)
    out = apply(x)
    return ground(out) if type(out) is np.ndarray else out


@hook
def in_place(name: str, x: Any, y: Any) -> Any:
    """What `x += y` leaves in x."""
    watcher = observer.get()
    if watcher is not None:
        found = watcher.combines_in_place(name, x, y)
        if found is not UNSEEN:
            return found
    _, apply, method = BINARY[name]
    if anything_adopted():
        y = current(y)
        if current(x) is not x:
            apply(current(x), y)
            return x
    kind = type(x)
    if kind is np.ndarray and x.dtype != object:
        if not (has_traced(y) and depends(y)):
            return apply(x, plain(y))
        box = adopt(x, y)
        if box is None:
            raise cannot_hold(x)
        apply(box, y)
        return x
    if kind not in KNOWN:
        users = users_method(kind, f"__i{method}__")
        out = NotImplemented if users is None else call(users, x, y)
        if out is not NotImplemented:
            return out
    own = hasattr(kind, f"__i{method}__")
    if not own or (type(y) not in KNOWN and (kind is Box or users_method(type(y), f"__r{method}__") is not None)):
        return binary(name, x, y)
    if watcher is not None and kind is not Box:
        watcher.writes_contents(x)
    return apply(x, y)


@hook
def augment(name: str, place: Place | Member, y: Any) -> None:
    """`a[i] += y` and `a.b += y`, of which the left side is read already."""
    place.value = in_place(name, place.found, y)
