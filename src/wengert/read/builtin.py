"""Python's builtin functions and classes on traced values and on objects of the user's classes."""

from __future__ import annotations

import copy
import dataclasses
import functools
import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from wengert.ir import Traced, bind, dtype_of
from wengert.primitives import to_dtype
from wengert.primitives.rounding import round_digits
from wengert.read.blocks import iterate, shown
from wengert.read.calls import call, initialize
from wengert.read.likeness import class_of, likeness
from wengert.read.mathematics import scalar
from wengert.read.members import attribute, set_attribute
from wengert.read.operations import BINARY, COMPARE, UNARY, binary, compare, unary
from wengert.read.standin import original
from wengert.read.tables import CLASSES, TABLE, stands_for
from wengert.read.users import KNOWN, users_method
from wengert.record import Box, ground
from wengert.record.operators import weaken

# -- numbers -----------------------------------------------------------------------------------------------------------


@stands_for(float)
def _float(x: Any = 0.0) -> Any:
    if isinstance(x, Box) and dtype_of(x).kind == "f":
        return scalar(to_dtype(x + 0.0 if x.is_array() else x, np.dtype(float)))
    return _special(float, "__float__", x)


@stands_for(complex)
def _complex(real: Any = 0.0, imag: Any = 0.0) -> Any:
    if not (isinstance(real, Traced) or isinstance(imag, Traced)):
        return complex(real, imag) if imag else _special(complex, "__complex__", real)
    return scalar(real + 1j * imag)


@stands_for(int)
def _int(x: Any = 0, *base: Any) -> Any:
    return int(np.trunc(x)) if isinstance(x, Box) else _special(int, "__int__", x, *base)


@stands_for(pow)
def _pow(base: Any, exp: Any, mod: Any = None) -> Any:
    return binary("Pow", base, exp) if mod is None else pow(base, exp, mod)


@stands_for(round)
def _round(number: Any, ndigits: int | None = None) -> Any:
    if not isinstance(number, Box):
        return _special(round, "__round__", number, *(() if ndigits is None else (ndigits,)))
    if ndigits is None:
        return int(np.round(number))
    if not number.is_weak():
        return np.round(number, ndigits)
    if number.dtype.kind != "f":
        return weaken(np.round(number, ndigits))
    return weaken(bind(round_digits, (number,), {"decimals": ndigits}))


@stands_for(sum)
def _sum(iterable: Any, /, start: Any = 0) -> Any:
    items = iterate(iterable)
    if isinstance(items, Box):
        items = list(items)
    if type(items) in (list, tuple, range) and not any(isinstance(x, Box) or type(x) not in KNOWN for x in items):
        return sum(items, start)
    for x in items:
        start = binary("Add", start, x)
    return start


# -- one special method each -------------------------------------------------------------------------------------------


def _special(function: Any, method: str, x: Any, *rest: Any) -> Any:
    """A builtin that asks its argument: a class's own answer is read."""
    users = users_method(type(x), method)
    return function(x, *rest) if users is None else call(users, x, *rest)


def _asks(function: Any, method: str) -> None:
    TABLE[function] = lambda x, *rest: _special(function, method, x, *rest)


for _function, _name in (
    (abs, "__abs__"), (len, "__len__"), (hash, "__hash__"), (reversed, "__reversed__"), (operator.index, "__index__"),
):  # fmt: skip
    _asks(_function, _name)


@stands_for(bool)
def _bool(x: Any = False) -> Any:
    return _special(bool, "__bool__" if users_method(type(x), "__bool__") is not None else "__len__", x) != 0


@stands_for(divmod)
def _divmod(x: Any, y: Any) -> Any:
    return _special(divmod, "__divmod__", x, y)


@stands_for(iter)
def _iter(x: Any, *sentinel: Any) -> Any:
    return iter(functools.partial(call, x), *sentinel) if sentinel else iter(iterate(x))


@stands_for(next)
def _next(iterator: Any, *default: Any) -> Any:
    try:
        return _special(next, "__next__", iterator)
    except StopIteration:
        if default:
            return default[0]
        raise


# -- classes and attributes --------------------------------------------------------------------------------------------


@stands_for(isinstance)
def _isinstance(x: Any, kinds: Any) -> bool:
    kinds = original(kinds)
    return isinstance(likeness(x), kinds) or (isinstance(x, Box) and isinstance(x, kinds))


@stands_for(hasattr)
def _hasattr(x: Any, name: str) -> bool:
    try:
        attribute(likeness(x), name)
    except AttributeError:
        return False
    return True


@stands_for(getattr)
def _getattr(x: Any, name: str, *default: Any) -> Any:
    try:
        return attribute(x, name)
    except AttributeError:
        if default:
            return default[0]
        raise


@stands_for(setattr)
def _setattr(x: Any, name: str, value: Any) -> None:
    set_attribute(value, x, name)


def _type(*args: Any, **kwargs: Any) -> Any:
    return class_of(args[0]) if len(args) == 1 and not kwargs else type(*args, **kwargs)


CLASSES[type] = _type

# -- what iterates, and what calls -------------------------------------------------------------------------------------


def _called(function: Any) -> Any:
    return None if function is None else functools.partial(call, function)


def _iterating(function: Any) -> Callable[..., Any]:
    return lambda *args, **kwargs: function(*map(iterate, args), **kwargs)


for _function in (list, tuple, set, frozenset, zip):
    CLASSES[_function] = _iterating(_function)
for _function in (any, all):
    TABLE[_function] = _iterating(_function)
CLASSES[enumerate] = lambda iterable, start=0: enumerate(iterate(iterable), start)
CLASSES[map] = lambda function, *iterables: map(_called(function), *map(iterate, iterables))
CLASSES[filter] = lambda function, iterable: filter(_called(function), iterate(iterable))


@stands_for(sorted)
def _sorted(iterable: Any, /, *, key: Any = None, reverse: bool = False) -> Any:
    items = list(iterate(iterable))
    own = None if all(type(x) in KNOWN for x in items) else _Ordered
    return sorted(items, key=_called(key) or own, reverse=reverse)


def _chosen(function: Any, better: str) -> Callable[..., Any]:
    """`max` and `min`: the first of the best."""

    def choose(*args: Any, key: Any = None, **default: Any) -> Any:
        items = list(iterate(args[0])) if len(args) == 1 else args
        if not any(type(x) not in KNOWN for x in items):
            return function(items, key=_called(key), **default)
        chosen = [(x if key is None else call(key, x), x) for x in items]
        best = chosen[0]
        for one in chosen[1:]:
            if compare(better, one[0], best[0]):
                best = one
        return best[1]

    return choose


TABLE[max], TABLE[min] = _chosen(max, "Gt"), _chosen(min, "Lt")


class _Ordered:
    """An object of the user's in a sort: its own `__lt__` is read."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value

    def __lt__(self, other: Any) -> bool:
        return bool(compare("Lt", self.value, other.value))


@stands_for(functools.reduce)
def _reduce(function: Any, iterable: Any, *initial: Any) -> Any:
    return functools.reduce(_called(function), iterate(iterable), *initial)


# -- text --------------------------------------------------------------------------------------------------------------

TABLE[repr] = lambda x: repr(shown(x))
TABLE[format] = lambda x, spec="": format(shown(x), spec)
TABLE[print] = lambda *values, **kwargs: print(*map(shown, values), **kwargs)
CLASSES[str] = lambda *args, **kwargs: str(*map(shown, args), **kwargs)

# -- operators as functions --------------------------------------------------------------------------------------------

for _name, (_function, _in_place, _) in BINARY.items():
    TABLE[_function] = functools.partial(binary, _name)
for _name, (_function, _, _) in COMPARE.items():
    TABLE[_function] = functools.partial(compare, _name)
for _name, (_function, _) in UNARY.items():
    TABLE[_function] = functools.partial(unary, _name)

# -- copies ------------------------------------------------------------------------------------------------------------


@stands_for(copy.copy)
def _copy(x: Any) -> Any:
    users = users_method(type(x), "__copy__")
    return ground(copy.copy(x)) if users is None else call(users, x)


@stands_for(copy.deepcopy)
def _deepcopy(x: Any, memo: Any = None) -> Any:
    users = users_method(type(x), "__deepcopy__")
    return call(users, x, {} if memo is None else memo) if users is not None else _grounded(copy.deepcopy(x, memo), {})


def _grounded(x: Any, seen: dict[int, Any]) -> Any:
    """A fresh copy of anything, its arrays ready to be written with traced values."""
    if id(x) in seen:
        return seen[id(x)]
    seen[id(x)] = x
    if type(x) is np.ndarray:
        seen[id(x)] = ground(x)
    elif type(x) is list:
        x[:] = [_grounded(part, seen) for part in x]
    elif isinstance(x, dict):
        for key in x:
            x[key] = _grounded(x[key], seen)
    elif type(x) is tuple:
        seen[id(x)] = tuple([_grounded(part, seen) for part in x])
    elif type(x).__module__ != "builtins" and not isinstance(x, (type, Box)):
        _grounded(getattr(x, "__dict__", {}), seen)
    return seen[id(x)]


@stands_for(dataclasses.replace)
def _replace(obj: Any, /, **changes: Any) -> Any:
    kind = type(obj)
    for field in dataclasses.fields(obj):
        if field.init:
            changes.setdefault(field.name, attribute(obj, field.name))
    made = object.__new__(kind)
    initialize(kind.__init__, made, (), changes)
    return made
