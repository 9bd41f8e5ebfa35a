"""Places that a program writes: what is in them can be read, replaced, and put back, past all hooks."""

from __future__ import annotations

import dis
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from types import CellType
from typing import Any, Protocol

from wengert.record import Box
from wengert.stage.values.dicts import plain_kind, put_item, take_item


class _Unbound:
    def __repr__(self) -> str:
        return "unbound"


UNBOUND: Any = _Unbound()  # what is in a place in which there is nothing


class Place(Protocol):
    """A place; two with the same key are the same."""

    @property
    def key(self) -> tuple[Any, ...]:
        """What tells it from all others while its owner lives."""

    @property
    def name(self) -> str:
        """What the program calls it."""

    def get(self) -> Any:
        """What is in it, or `UNBOUND`."""

    def put(self, value: Any) -> None:
        """Replace what is in it; `UNBOUND` empties it."""


@dataclass(frozen=True, eq=False)
class Cell:
    """A name of a function's frame."""

    cell: CellType
    name: str

    @property
    def key(self) -> tuple[Any, ...]:
        return ("cell", id(self.cell))

    def get(self) -> Any:
        try:
            return self.cell.cell_contents
        except ValueError:
            return UNBOUND

    def put(self, value: Any) -> None:
        if value is not UNBOUND:
            self.cell.cell_contents = value
        elif self.get() is not UNBOUND:
            del self.cell.cell_contents


@dataclass(frozen=True, eq=False)
class Item:
    """An item of a dict, a global name among them, of a list or of a deque."""

    owner: Any
    index: Any

    @property
    def key(self) -> tuple[Any, ...]:
        return ("item", id(self.owner), self.index)

    @property
    def name(self) -> str:
        return str(self.index) if is_namespace(self.owner) else f"[{self.index!r}]"

    def get(self) -> Any:
        if isinstance(self.owner, dict):
            return dict.get(self.owner, self.index, UNBOUND)
        return self.owner[self.index] if self.index < len(self.owner) else UNBOUND

    def put(self, value: Any) -> None:
        if not isinstance(self.owner, dict):
            (deque if isinstance(self.owner, deque) else list).__setitem__(self.owner, self.index, value)
        elif value is UNBOUND:
            take_item(self.owner, self.index)
        else:
            put_item(self.owner, self.index, value)


@dataclass(frozen=True, eq=False)
class Attribute:
    """An attribute of an object or a class."""

    owner: Any
    attribute: str

    @property
    def key(self) -> tuple[Any, ...]:
        return ("attribute", id(self.owner), self.attribute)

    @property
    def name(self) -> str:
        return f".{self.attribute}"

    def get(self) -> Any:
        own = getattr(self.owner, "__dict__", None)
        if own is not None and self.attribute in own:
            return own[self.attribute]
        slot = None if isinstance(self.owner, type) else getattr(type(self.owner), self.attribute, None)
        if not hasattr(slot, "__set__") or isinstance(slot, property):
            return UNBOUND
        try:
            return slot.__get__(self.owner)  # type: ignore[union-attr]
        except AttributeError:
            return UNBOUND

    def put(self, value: Any) -> None:
        if value is UNBOUND:
            if self.get() is not UNBOUND:
                (type.__delattr__ if isinstance(self.owner, type) else object.__delattr__)(self.owner, self.attribute)
        elif isinstance(self.owner, type):
            type.__setattr__(self.owner, self.attribute, value)
        else:
            object.__setattr__(self.owner, self.attribute, value)


@dataclass(frozen=True, eq=False)
class Contents:
    """The value that a Box, which stands for an array, holds: a pair of its recording and its Var."""

    box: Box
    label: str = "an array"

    @property
    def key(self) -> tuple[Any, ...]:
        return ("box", id(self.box))

    @property
    def name(self) -> str:
        return self.label

    def get(self) -> Any:
        return (self.box.level, self.box.ssa)

    def put(self, value: Any) -> None:
        self.box.level, self.box.ssa = value
        self.box.version += 1  # its views read themselves anew


@dataclass(frozen=True)
class Whole:
    """All that is in a container."""

    container: Any

    @property
    def key(self) -> tuple[Any, ...]:
        return ("whole", id(self.container))

    @property
    def name(self) -> str:
        return f"a {type(self.container).__name__}"

    def get(self) -> Any:
        return copied(self.container)

    def put(self, value: Any) -> None:
        restore(self.container, value)


def cells_of(function: Any) -> Iterator[Cell]:
    """The names of outer frames that a function, or one defined in it, binds."""
    code = getattr(function, "__code__", None)
    if code is None:
        return
    written = stored_names(code)[0]
    for name, cell in zip(code.co_freevars, function.__closure__ or (), strict=True):
        if name in written:
            yield Cell(cell, name)


def globals_of(function: Any) -> Iterator[Item]:
    """The global names that a function, or one defined in it, binds."""
    code = getattr(function, "__code__", None)
    for name in stored_names(code)[1] if code is not None else ():
        yield Item(function.__globals__, name)


_stored: dict[int, tuple[Any, tuple[frozenset[str], frozenset[str]]]] = {}


def stored_names(code: Any) -> tuple[frozenset[str], frozenset[str]]:
    """The free and the global names that code binds, or code in it."""
    known = _stored.get(id(code))
    if known is None:
        known = _stored[id(code)] = (code, _find_stored(code))
    return known[1]


def _find_stored(code: Any) -> tuple[frozenset[str], frozenset[str]]:
    free: set[str] = set()
    top: set[str] = set()
    for instruction in dis.get_instructions(code):
        if instruction.opname in ("STORE_DEREF", "DELETE_DEREF") and instruction.argval in code.co_freevars:
            free.add(instruction.argval)
        elif instruction.opname in ("STORE_GLOBAL", "DELETE_GLOBAL"):
            top.add(instruction.argval)
    for const in code.co_consts:
        if hasattr(const, "co_code"):
            inner_free, inner_top = stored_names(const)
            free |= inner_free & set(code.co_freevars)
            top |= inner_top
    return frozenset(free), frozenset(top)


def global_names(code: Any) -> frozenset[str]:
    """The global names that code reads, or code in it, and some names of attributes."""
    inner = (global_names(const) for const in code.co_consts if hasattr(const, "co_code"))
    return frozenset(code.co_names).union(*inner)


def is_namespace(owner: Any) -> bool:
    """Whether a dict holds the global names of a module."""
    return isinstance(owner, dict) and "__name__" in owner and "__builtins__" in owner


def same(a: Any, b: Any) -> bool:
    """Whether two things found in a place are the same for a program: one object, or equal plain numbers and texts."""
    if a is b:
        return True
    kind = type(a)
    if kind is not type(b):
        return False
    if kind is tuple:
        return len(a) == len(b) and all(map(same, a, b))
    return kind in _PLAIN and repr(a) == repr(b)


_PLAIN = frozenset({int, float, complex, bool, str, bytes})


def copied(container: Any) -> Any:
    """The contents of a container, to compare and restore them."""
    if isinstance(container, dict):
        return dict(dict.items(container))
    if isinstance(container, (list, deque)):
        return list(container)
    return set(container)


def restore(container: Any, old: Any) -> None:
    """Give a container its contents back."""
    if same_contents(old, copied(container)):
        return
    if isinstance(container, dict):
        plain_kind(container).clear(container)
        for key, value in old.items():
            put_item(container, key, value)
    elif isinstance(container, list):
        list.__setitem__(container, slice(None), old)
    else:
        container.clear()
        (container.extend if isinstance(container, deque) else container.update)(old)


def same_contents(old: Any, new: Any) -> bool:
    if len(old) != len(new):
        return False
    if isinstance(old, dict):
        return list(old) == list(new) and all(same(value, new[key]) for key, value in old.items())
    if isinstance(old, list):
        return all(map(same, old, new))
    return bool(old == new)
