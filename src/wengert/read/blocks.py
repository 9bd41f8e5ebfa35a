"""The hooks for loops, `with` and text: a class's own iteration, context management and text are read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from wengert.read.adopted import anything_adopted, current
from wengert.read.calls import call
from wengert.read.members import item
from wengert.read.namespace import hook
from wengert.read.observer import observer
from wengert.read.rewrite import HOOKS, PATTERN
from wengert.read.users import KNOWN, users_method


@hook
def iterate(x: Any) -> Any:
    """Something that Python iterates over as it would over x; a class's own iteration is read."""
    if anything_adopted():
        x = current(x)
    watcher = observer.get()
    if watcher is not None:
        x = watcher.iterates(x)
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
    kept = [name for name in names if name != HOOKS and not name.startswith(PATTERN)]
    return {name: names[name] for name in kept} if isinstance(names, dict) else kept
