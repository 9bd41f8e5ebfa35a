"""Values of any kind as numbers and arrays in a frame: what a line can carry, and what stays as it is."""

from __future__ import annotations

import dataclasses
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from wengert.ir import Array, type_of
from wengert.record import Box
from wengert.stage.values.callees import CALLEES, Callee
from wengert.stage.values.dicts import put_item
from wengert.stage.values.one_of import OneOf

SCALARS = (float, int, complex, bool, np.number, np.bool_)
LARGEST = 2**63


@dataclass(frozen=True, eq=False)
class Frame:
    """What a value is beside its numbers. `kind` is None for a number, `STATIC` for something that has none."""

    kind: Any
    keys: tuple[Any, ...] = ()
    parts: tuple[Frame, ...] = ()
    value: Any = None  # what is static; what a container is beside its items

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Frame) or self.kind is not other.kind or self.keys != other.keys:
            return False
        if self.kind is STATIC:
            return equal(self.value, other.value)
        return self.parts == other.parts

    __hash__ = None  # type: ignore[assignment]

    @property
    def leaves(self) -> int:
        """How many numbers and arrays there are."""
        return 1 if self.kind is None else sum(part.leaves for part in self.parts)

    def __str__(self) -> str:
        if self.kind is None:
            return "a number or an array"
        if self.kind is STATIC:
            return "None" if self.value is None else f"{type(self.value).__name__} {self.value!r}"
        return f"a {self.kind.__name__} of {len(self.parts)}"


class _Static:
    pass


STATIC = _Static
LEAF = Frame(None)


def equal(a: Any, b: Any) -> bool:
    """Whether two static things are the same."""
    if a is b:
        return True
    if type(a) is not type(b):
        return False
    if isinstance(a, (str, bytes, frozenset, range, slice, np.dtype, type(None), type(Ellipsis))):
        return bool(a == b)
    return False


def is_number(value: Any) -> bool:
    """Whether a line can carry a value: a number, an array of numbers, or a traced one of these."""
    if isinstance(value, Box):
        return True
    if type(value) is int:
        return -LARGEST <= value < LARGEST
    if isinstance(value, (np.ndarray, np.generic)):
        return value.dtype.kind in "fciub"
    return type(value) in (float, complex, bool)


class Reference(NamedTuple):
    """An object from outside, whatever is in it: a leaf. `find` gives it, from the arguments that are no numbers."""

    find: Callable[[Sequence[Any]], Any]


Look = Callable[[Any], Any]  # what to take for a container or an object


def flatten(value: Any, look: Look | None = None) -> tuple[list[Any], Frame]:
    """The numbers and arrays of a value, and its frame."""
    leaves: list[Any] = []
    return leaves, _flatten(value, leaves, set(), look)


def rebuild(frame: Frame, leaves: Iterator[Any]) -> Any:
    """The value of a frame with these numbers and arrays; its containers are new."""
    kind = frame.kind
    if kind is None:
        return next(leaves)
    if kind is STATIC:
        return frame.value
    values = [rebuild(part, leaves) for part in frame.parts]
    if kind in (list, tuple):
        return kind(values)
    if kind is deque:
        return deque(values, frame.value)
    if issubclass(kind, dict):
        made = kind.__new__(kind)
        if frame.value is not None:
            made.default_factory = frame.value
        for key, part in zip(frame.keys, values, strict=True):
            put_item(made, key, part)
        return made
    if kind is Callee:
        return frame.keys[0].make(values)
    if issubclass(kind, tuple):
        return tuple.__new__(kind, values)
    made = object.__new__(kind)
    for key, part in zip(frame.keys, values, strict=True):
        object.__setattr__(made, key, part)
    return made.settled() if kind is OneOf else made


def _flatten(value: Any, leaves: list[Any], above: set[int], look: Look | None) -> Frame:
    if id(value) in above:
        return Frame(STATIC, value=value)
    inner = above | {id(value)}
    if look is not None:
        value = look(value)
    if type(value) is Reference or is_number(value):
        leaves.append(value)
        return LEAF
    found = parts_of(value)
    if found is None:
        return Frame(STATIC, value=value)
    keys, parts = found
    return Frame(type(value), keys, tuple(_flatten(part, leaves, inner, look) for part in parts), _rest_of(value))


def parts_of(value: Any) -> tuple[tuple[Any, ...], list[Any]] | None:
    """The keys and parts of a container or an instance; `None` for what has no parts."""
    kind = type(value)
    if kind in (list, tuple, deque) or (isinstance(value, tuple) and hasattr(kind, "_fields")):
        return tuple(range(len(value))), list(value)
    if isinstance(value, dict) and kind.__module__ in ("builtins", "collections"):
        return tuple(value), list(value.values())
    if kind is Callee:
        return (value.template,), value.parts
    if is_instance(value):
        names = attributes(value)
        return tuple(names), list(names.values())
    return None


def statics(frame: Frame) -> Iterator[Any]:
    """What is in a frame beside numbers and arrays."""
    if frame.kind is STATIC:
        yield frame.value
    for part in frame.parts:
        yield from statics(part)


def mapped(value: Any, function: Callable[[Any], Any], keep: Callable[[Any], bool]) -> Any:
    """A value with a function applied to its numbers and arrays: the same object where none of them changes."""
    if is_number(value):
        return function(value)
    found = None if keep(value) else parts_of(value)
    if found is None:
        return value
    parts = [mapped(part, function, keep) for part in found[1]]
    if all(a is b for a, b in zip(parts, found[1], strict=True)):
        return value
    return with_parts(value, found[0], parts)


def with_parts(value: Any, keys: tuple[Any, ...], parts: list[Any]) -> Any:
    """A container or object like another one, with other parts."""
    return rebuild(Frame(type(value), keys, (LEAF,) * len(parts), _rest_of(value)), iter(parts))


def _rest_of(value: Any) -> Any:
    """What a container is beside its items: what a dict makes of missing ones, how many a deque keeps."""
    if isinstance(value, dict):
        return getattr(value, "default_factory", None)
    return value.maxlen if type(value) is deque else None


def containers(value: Any, look: Look | None = None) -> dict[int, Any]:
    """The lists, dicts and instances in a value, by identity; with `look`, those that its functions hold, too."""
    found: dict[int, Any] = {}
    _add_containers(value, look, found)
    return found


def _add_containers(value: Any, look: Look | None, found: dict[int, Any]) -> None:
    if is_number(value) or id(value) in found or type(value) is OneOf:
        return
    if look is not None and type(value) in CALLEES:
        value = look(value)
    parts = parts_of(value)
    if parts is None:
        return
    if not isinstance(value, (tuple, Callee)):
        found[id(value)] = value
    for part in parts[1]:
        _add_containers(part, look, found)


def is_instance(value: Any) -> bool:
    """Whether a value is an object of a user's class whose state is in its attributes."""
    kind = type(value)
    if kind.__module__ in ("builtins", "numpy") or isinstance(value, (type, np.ndarray, np.generic, BaseException)):
        return False
    if kind.__module__.startswith("wengert.") and not hasattr(kind, "PARTS"):
        return False  # ours, unless it says that it has parts
    return kind.__new__ is object.__new__ and not hasattr(value, "__next__") and _plain_class(kind)


def _plain_class(kind: type) -> bool:
    """Whether instances hold nothing beside attributes and slots: no base class that is written in C."""
    if not all(one is object or one.__flags__ & _HEAP for one in kind.__mro__):
        return False
    return any("__dict__" in vars(one) or "__slots__" in vars(one) for one in kind.__mro__[:-1])


_HEAP = 1 << 9  # Py_TPFLAGS_HEAPTYPE: a class made by a `class` statement, or one written in C that says so


def attributes(value: Any) -> dict[str, Any]:
    """The attributes of an instance, in its dict and in slots."""
    found = dict(getattr(value, "__dict__", {}))
    for kind in type(value).__mro__:
        slots = kind.__dict__.get("__slots__", ())
        for name in (slots,) if isinstance(slots, str) else slots:
            if name not in ("__dict__", "__weakref__") and hasattr(value, name):
                found[name] = getattr(value, name)
    return found


def leaf_type(value: Any) -> Array:
    """The type in which a line carries a number or an array."""
    if isinstance(value, Box):
        if value.seen >= 0:  # an item of a stack that nobody has read is not read for its type
            value.refresh()
        found = value.ssa.type
    else:
        found = type_of(value)
    assert isinstance(found, Array)
    return found


def described(value: Any) -> str:
    """A value, for a message."""
    if is_number(value):
        kind = leaf_type(value)
        return f"an array of shape {kind.shape}" if kind.shape else "a number"
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return f"a {type(value).__name__}"
    return "None" if value is None else f"a {type(value).__name__}"


def zeros_of(kind: Array) -> Any:
    """Zero of a type, where any value will do."""
    if kind.shape:
        return np.zeros(kind.shape, kind.dtype)
    number = kind.dtype.type(0)
    return number.item() if kind.weak else number
