"""Containers of arrays: flatten a dict, list, tuple, namedtuple or dataclass to leaves, and rebuild it.

`None` is an empty container. Dictionaries are walked in their own order, so that `unflatten` gives back the same dict.
"""

from __future__ import annotations

import dataclasses
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Structure:
    """The shape of a container: how many leaves it has, how to say where each is, and how to build it again."""

    kind: type | None  # None marks a leaf
    keys: tuple[Any, ...] = ()
    children: tuple[Structure, ...] = ()
    extra: Any = dataclasses.field(default=None, compare=False)  # what else the rebuild needs

    @property
    def leaves(self) -> int:
        """The number of leaves below this container."""
        return 1 if self.kind is None else sum(child.leaves for child in self.children)

    def paths(self, prefix: str = "") -> Iterator[str]:
        """The Python expression that reaches each leaf, such as `['w'][0]`."""
        if self.kind is None:
            yield prefix
        for key, child in zip(self.keys, self.children, strict=True):
            named = dataclasses.is_dataclass(self.kind) or hasattr(self.kind, "_fields")
            yield from child.paths(f"{prefix}.{key}" if named else f"{prefix}[{key!r}]")


LEAF = Structure(None)


class Constant:
    """Marks a part that has no leaves and is always the same: `Structure(Constant, extra=value)`."""


class Instance:
    """Marks a part that is any object of a class: `Structure(Instance, extra=kind)`."""


class Copied:
    """Marks a part that is a copy of an array: `Structure(Copied, extra=array)`."""


# how a recording sees what is in a container
reading: ContextVar[Callable[[Any], Any] | None] = ContextVar("reading", default=None)


def flatten(tree: Any, attributes: bool = False) -> tuple[list[Any], Structure]:
    """The leaves of a container, in order, and its structure; of dataclasses the fields, or all attributes.

    Examples
    --------
    >>> leaves, structure = flatten({"w": [1.0, 2.0], "b": 3.0})
    >>> leaves
    [1.0, 2.0, 3.0]
    >>> unflatten(structure, [10.0, 20.0, 30.0])
    {'w': [10.0, 20.0], 'b': 30.0}
    """
    leaves: list[Any] = []
    return leaves, _collect(tree, leaves, reading.get(), attributes)


def unflatten(structure: Structure, leaves: Iterable[Any]) -> Any:
    """The container of this structure with these leaves."""
    return _rebuild(structure, iter(leaves))


def tree_map(function: Callable[..., Any], tree: Any, *others: Any) -> Any:
    """Apply a function to corresponding leaves of containers of one structure."""
    leaves, structure = flatten(tree)
    columns = [flatten_like(structure, other) for other in others]
    return unflatten(structure, [function(*row) for row in zip(leaves, *columns, strict=True)])


def flatten_like(structure: Structure, tree: Any, what: str = "a container") -> list[Any]:
    """The leaves of a container that must have this structure; TypeError otherwise."""
    leaves, other = flatten(tree)
    if other != structure:
        raise TypeError(f"{what} has the structure {describe(other)}, but {describe(structure)} was expected")
    return leaves


def describe(structure: Structure) -> str:
    """A short text of a structure, with `*` for a leaf."""
    if structure.kind is None:
        return "*"
    if structure.kind is type(None):
        return "None"
    inner = ", ".join(
        f"{key!r}: {describe(child)}" if issubclass(structure.kind, dict) else describe(child)
        for key, child in zip(structure.keys, structure.children, strict=True)
    )
    left, right = "[]" if structure.kind is list else "{}" if issubclass(structure.kind, dict) else "()"
    name = "" if structure.kind in (list, tuple, dict) else structure.kind.__name__
    return f"{name}{left}{inner}{right}"


def _collect(tree: Any, leaves: list[Any], read: Callable[[Any], Any] | None, attributes: bool) -> Structure:
    if read is not None:
        tree = read(tree)
    kind = type(tree)
    extra = None
    if tree is None:
        return Structure(kind)
    if kind is dict or kind in (OrderedDict, defaultdict):
        keys, values = tuple(tree), tuple(tree.values())
        extra = getattr(tree, "default_factory", None)
    elif kind in (list, tuple):
        keys, values = tuple(range(len(tree))), tuple(tree)
    elif isinstance(tree, tuple) and hasattr(kind, "_fields"):
        keys, values = kind._fields, tuple(tree)
    elif dataclasses.is_dataclass(kind):
        keys = tuple(field.name for field in dataclasses.fields(tree))
        if attributes:
            keys += tuple(name for name in getattr(tree, "__dict__", ()) if name not in keys)
        values, extra = tuple(getattr(tree, key) for key in keys), tree
    else:
        leaves.append(tree)
        return LEAF
    return Structure(kind, keys, tuple(_collect(value, leaves, read, attributes) for value in values), extra)


def _rebuild(structure: Structure, leaves: Iterator[Any]) -> Any:
    kind = structure.kind
    if kind is None:
        return next(leaves)
    if kind is type(None):
        return None
    values = [_rebuild(child, leaves) for child in structure.children]
    if issubclass(kind, dict):
        pairs = zip(structure.keys, values, strict=True)
        return kind(structure.extra, pairs) if kind is defaultdict else kind(pairs)
    if kind in (list, tuple):
        return kind(values)
    if hasattr(kind, "_fields"):
        return kind(*values)
    clone = object.__new__(kind)  # a dataclass: its __init__ may compute, so the fields are copied as they are
    for key, value in vars(structure.extra).items() if hasattr(structure.extra, "__dict__") else ():
        object.__setattr__(clone, key, value)
    for key, value in zip(structure.keys, values, strict=True):
        object.__setattr__(clone, key, value)
    return clone
