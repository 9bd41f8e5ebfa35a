"""The hooks for operators, comparisons, attributes, items, loops and `with`: a class's own methods are read."""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from wengert.errors import UnsupportedError
from wengert.functions import has_traced
from wengert.ir import ABSENT, users_line
from wengert.read.calls import call
from wengert.read.foreign import cannot_hold, depends, fresh
from wengert.read.indexers import INDEXERS
from wengert.read.likeness import class_of, likeness
from wengert.read.namespace import hook
from wengert.read.rewrite import HOOKS as HOOKS_NAME
from wengert.read.rewrite import PATTERN
from wengert.read.users import KNOWN, member_of, users_function, users_method
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
    apply, _, method = BINARY[name]
    if type(x) not in KNOWN or type(y) not in KNOWN:
        return _of_two(x, y, f"__{method}__", f"__r{method}__", apply)
    if name in _STRICT and (type(x) is Box or type(y) is Box or type(x) is str):
        if type(x) is str:
            return x % _numbers(y)
        _raise_as_python(apply, x, y)
    out = apply(x, y)
    return ground(out) if type(out) is np.ndarray else out


@hook
def compare(name: str, x: Any, y: Any) -> Any:
    """`x < y`, `x in y`."""
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
        a, b = (z.concrete() if type(z) is Box else z for z in (x, y))
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
    apply, method = UNARY[name]
    users = users_method(type(x), f"__{method}__")
    if users is not None:
        return call(users, x)
    out = apply(x)
    return ground(out) if type(out) is np.ndarray else out


@hook
def in_place(name: str, x: Any, y: Any) -> Any:
    """What `x += y` leaves in x."""
    _, apply, method = BINARY[name]
    kind = type(x)
    if kind is np.ndarray and x.dtype != object:
        if has_traced(y) and depends(y):
            raise cannot_hold(x)
        return apply(x, plain(y))
    if kind not in KNOWN:
        users = users_method(kind, f"__i{method}__")
        out = NotImplemented if users is None else call(users, x, y)
        if out is not NotImplemented:
            return out
    if type(y) not in KNOWN or not hasattr(kind, f"__i{method}__"):
        return binary(name, x, y)
    return apply(x, y)


# -- attributes --------------------------------------------------------------------------------------------------------


@hook
def attribute(x: Any, name: str) -> Any:
    """`x.name`; properties and other descriptors that the user wrote are read."""
    kind = type(x)
    if kind is Box:
        return _box_attribute(x, name)
    if kind in KNOWN:
        return getattr(x, name)
    found = member_of(kind, name)
    if found is not None:
        if type(found) is property:
            return getattr(x, name) if users_function(found.fget) is None else call(found.fget, x)
        if type(found) is functools.cached_property and users_function(found.func) is not None:
            return _cached(found, x, name)
        getter = users_method(type(found), "__get__")
        if getter is not None and (hasattr(type(found), "__set__") or name not in getattr(x, "__dict__", ())):
            return call(getter, found, x, kind)
    users = users_method(kind, "__getattribute__")
    if users is not None:
        return call(users, x, name)
    users = users_method(kind, "__getattr__")
    if users is None:
        return getattr(x, name)
    try:
        return object.__getattribute__(x, name)
    except AttributeError:
        return call(users, x, name)


def _cached(found: Any, x: Any, name: str) -> Any:
    """A `functools.cached_property`."""
    known = x.__dict__
    if name not in known:
        known[name] = call(found.func, x)
    return known[name]


def _box_attribute(x: Box, name: str) -> Any:
    """An attribute of a traced value: of those that an ndarray or a number has."""
    if name == "__class__":
        return class_of(x)
    try:
        return getattr(x, name)
    except AttributeError:
        what = likeness(x)
        if not hasattr(what, name):
            raise AttributeError(f"'{type(what).__name__}' object has no attribute {name!r}") from None
        if name in QUERIES:
            return getattr(x._number(f"x.{name} asks for it"), name)
        method = f"{type(what).__name__}.{name}"
        raise UnsupportedError(f"{method} is not supported on traced values{users_line()}") from None


QUERIES = frozenset({"flags", "strides", "is_integer"})  # no derivative passes through them


@hook
def parents(x: Any, name: str) -> Any:
    """`super().name`."""
    kind = x.__self_class__
    if kind is not x.__self__:
        order = kind.__mro__
        for parent in order[order.index(x.__thisclass__) + 1 :]:
            found = parent.__dict__.get(name)
            if found is not None:
                if type(found) is property and users_function(found.fget) is not None:
                    return call(found.fget, x.__self__)
                break
    return getattr(x, name)


@hook
def set_attribute(value: Any, x: Any, name: str) -> None:
    """`x.name = value`."""
    kind = type(x)
    if kind not in KNOWN:
        users = users_method(kind, "__setattr__")
        if users is not None:
            call(users, x, name, value)
            return
        found = member_of(kind, name)
        if type(found) is property and users_function(found.fset) is not None:
            call(found.fset, x, value)
            return
        setter = None if found is None else users_method(type(found), "__set__")
        if setter is not None:
            call(setter, found, x, value)
            return
    setattr(x, name, value)


# -- items -------------------------------------------------------------------------------------------------------------


@hook
def item(x: Any, index: Any) -> Any:
    """`x[index]`; a copy that NumPy makes may be written with traced values."""
    kind = type(x)
    if kind is Box or kind is list or kind is dict or kind is tuple:
        return x[index]
    if kind is np.ndarray:
        return fresh(x[index], (x,))
    indexer = INDEXERS.get(kind)
    if indexer is not None:
        return indexer(x, index)
    users = users_method(kind, "__getitem__")
    return x[index] if users is None else call(users, x, index)


@hook
def store(value: Any, x: Any, index: Any) -> None:
    """`x[index] = value`."""
    kind = type(x)
    if kind is np.ndarray and x.dtype != object and has_traced(value):
        x[index] = _as_plain(value, x)
    elif kind in KNOWN:
        x[index] = value
    else:
        users = users_method(kind, "__setitem__")
        if users is not None:
            call(users, x, index, value)
        else:
            x[index] = value


def _as_plain(value: Any, target: Any) -> Any:
    """A value without derivative, for a plain array; an error for any other."""
    if isinstance(value, Box) and value.dtype.kind in "iub":
        return value._number("it is written into a plain array")
    if depends(value):
        raise cannot_hold(target)
    return [_as_plain(part, target) for part in value] if isinstance(value, (list, tuple)) else plain(value)


class Place:
    """An item as the target of an assignment."""

    __slots__ = ("container", "found", "index")

    def __init__(self, container: Any, index: Any) -> None:
        self.container, self.index = container, index

    def read(self) -> Place:
        """Note what stands there now."""
        self.found = item(self.container, self.index)
        return self

    def _write(self, value: Any) -> None:
        store(value, self.container, self.index)

    def _delete(self) -> None:
        users = users_method(type(self.container), "__delitem__")
        if users is not None:
            call(users, self.container, self.index)
        else:
            del self.container[self.index]

    value = property(None, _write, _delete)


class Member:
    """An attribute as the target of an assignment."""

    __slots__ = ("found", "name", "owner")

    def __init__(self, owner: Any, name: str) -> None:
        self.owner, self.name = owner, name

    def read(self) -> Member:
        """Note what stands there now."""
        self.found = attribute(self.owner, self.name)
        return self

    value = property(
        None,
        lambda self, value: set_attribute(value, self.owner, self.name),
        lambda self: delattr(self.owner, self.name),
    )


@hook
def place(container: Any, index: Any) -> Place:
    """`container[index]` to be written."""
    return Place(container, index)


@hook
def member(owner: Any, name: str) -> Member:
    """`owner.name` to be written."""
    return Member(owner, name)


@hook
def augment(name: str, place: Place | Member, y: Any) -> None:
    """`a[i] += y` and `a.b += y`, of which the left side is read already."""
    place.value = in_place(name, place.found, y)


# -- loops and blocks --------------------------------------------------------------------------------------------------


@hook
def iterate(x: Any) -> Any:
    """Something that Python iterates over as it would over x; a class's own iteration is read."""
    kind = type(x)
    if kind in KNOWN:
        return x
    users = users_method(kind, "__iter__")
    if users is not None:
        made = call(users, x)
        return made if users_method(type(made), "__next__") is None else _driven(made)
    if users_method(kind, "__next__") is not None and hasattr(kind, "__iter__"):
        return _driven(iter(x))
    if not hasattr(kind, "__iter__") and users_method(kind, "__getitem__") is not None:
        return _counted(x)
    return x


def _driven(iterator: Any) -> Iterator[Any]:
    users = users_method(type(iterator), "__next__")
    while True:
        try:
            value = call(users, iterator)
        except StopIteration:
            return
        yield value


def _counted(x: Any) -> Iterator[Any]:
    index = 0
    while True:
        try:
            value = item(x, index)
        except IndexError:
            return
        yield value
        index += 1


@hook
def manager(x: Any) -> Any:
    """A context manager; a class's own is read."""
    return x if users_method(type(x), "__enter__") is None and users_method(type(x), "__exit__") is None else Manager(x)


class Manager:
    """A context manager of the user's whose methods are read."""

    def __init__(self, manager: Any) -> None:
        self.manager = manager

    def __enter__(self) -> Any:
        return call(type(self.manager).__enter__, self.manager)

    def __exit__(self, *exception: Any) -> Any:
        return call(type(self.manager).__exit__, self.manager, *exception)


@hook
def shown(x: Any) -> Any:
    """A value that is about to become text; a class's own text is read."""
    kind = type(x)
    if kind in KNOWN or all(users_method(kind, name) is None for name in ("__str__", "__repr__", "__format__")):
        return x
    return Shown(x)


class Shown:
    """An object of the user's whose methods that make text are read."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def __repr__(self) -> str:
        return str(call(type(self.value).__repr__, self.value))

    def __str__(self) -> str:
        return str(call(type(self.value).__str__, self.value))

    def __format__(self, spec: str) -> str:
        users = users_method(type(self.value), "__format__")
        return format(str(self), spec) if users is None else str(call(users, self.value, spec))


@hook
def without_hooks(names: Any) -> Any:
    """The names of a frame without the one that the hooks go by."""
    kept = [name for name in names if name != HOOKS_NAME and not name.startswith(PATTERN)]
    return {name: names[name] for name in kept} if isinstance(names, dict) else kept
