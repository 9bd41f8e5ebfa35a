"""The hooks for attributes and items, read and written: a class's own properties, descriptors and methods are read."""

from __future__ import annotations

import functools
from collections import defaultdict
from typing import Any

import numpy as np

from wengert.errors import UnsupportedError
from wengert.functions import has_traced
from wengert.ir import users_line
from wengert.read.adopted import adopt, anything_adopted, current, current_in
from wengert.read.calls import call
from wengert.read.foreign import cannot_hold, depends, fresh
from wengert.read.indexers import INDEXERS
from wengert.read.likeness import class_of, likeness
from wengert.read.namespace import hook
from wengert.read.observer import UNSEEN, observer
from wengert.read.users import KNOWN, member_of, users_function, users_method
from wengert.record import Box, plain

# -- attributes --------------------------------------------------------------------------------------------------------


@hook
def attribute(x: Any, name: str) -> Any:
    """`x.name`; properties and other descriptors that the user wrote are read."""
    if anything_adopted():
        x = current(x)
    watcher = observer.get()
    if watcher is None:
        return _attribute_of(x, name)
    try:
        value = _attribute_of(x, name)
    except AttributeError:
        watcher.misses_attribute(x, name)
        raise
    return watcher.loads_attribute(x, name, value)


def _attribute_of(x: Any, name: str) -> Any:
    kind = type(x)
    if isinstance(x, Box):
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
        value = call(found.func, x)
        watcher = observer.get()
        if watcher is not None:
            watcher.misses_attribute(x, name, kept=True)
            watcher.writes_attribute(x, name)
        known[name] = value
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
        raise UnsupportedError(
            f"{type(what).__name__}.{name} is not supported on traced values{users_line()}"
        ) from None


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
    watcher = observer.get()
    if watcher is not None:
        watcher.writes_attribute(x, name)
    setattr(x, name, value)


def delete_attribute(x: Any, name: str) -> None:
    """`del x.name`."""
    watcher = observer.get()
    if watcher is not None:
        watcher.writes_attribute(x, name)
    delattr(x, name)


# -- items -------------------------------------------------------------------------------------------------------------


@hook
def item(x: Any, index: Any) -> Any:
    """`x[index]`; a copy that NumPy makes may be written with traced values."""
    if anything_adopted():
        x, index = current(x), current_in(index)
    watcher = observer.get()
    if watcher is not None:
        value = watcher.loads_item(x, index)
        if value is not UNSEEN:
            return value
    kind = type(x)
    if kind is Box or kind is list or kind is dict or kind is tuple:
        return x[index]
    if kind is np.ndarray:
        return fresh(x[index], (x,))
    indexer = INDEXERS.get(kind)
    if indexer is not None:
        return indexer(x, index)
    users = users_method(kind, "__getitem__")
    if users is not None:
        return call(users, x, index)
    if isinstance(x, dict) and index not in x:
        users = users_method(kind, "__missing__")
        if users is not None:
            return call(users, x, index)
        if kind is defaultdict and x.default_factory is not None:
            x[index] = call(x.default_factory)
    return x[index]


@hook
def store(value: Any, x: Any, index: Any) -> None:
    """`x[index] = value`."""
    if anything_adopted():
        x, index, value = current(x), current_in(index), current(value)
    watcher = observer.get()
    if watcher is not None and watcher.stores_item(x, index, value):
        return
    kind = type(x)
    if kind is np.ndarray and x.dtype != object and has_traced(value):
        _store_traced(value, x, index)
    elif kind in KNOWN:
        x[index] = value
    else:
        users = users_method(kind, "__setitem__")
        if users is not None:
            call(users, x, index, value)
        else:
            x[index] = value


def _store_traced(value: Any, x: Any, index: Any) -> None:
    """Write into a plain array: from now on it is followed, unless what is written has no derivative anyway."""
    box = adopt(x, value) if depends(value) else None
    if box is None:
        x[index] = _as_plain(value, x)
    else:
        box[index] = value


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
            watcher = observer.get()
            if watcher is not None:
                watcher.writes_contents(self.container)
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
        lambda self: delete_attribute(self.owner, self.name),
    )


@hook
def place(container: Any, index: Any) -> Place:
    """`container[index]` to be written."""
    return Place(container, index)


@hook
def member(owner: Any, name: str) -> Member:
    """`owner.name` to be written."""
    return Member(owner, name)
