"""What a function reads from outside: arrays become hidden inputs, all else is tested before a recording is used again.

Whatever comes from outside is known by its source: the objects of a source are remembered, so that what is read from
them has a source again.
"""

from __future__ import annotations

import contextlib
import functools
import inspect
import sys
from collections import deque
from collections.abc import Iterator
from types import BuiltinFunctionType, FunctionType, MemberDescriptorType, MethodType, ModuleType
from typing import Any, NamedTuple

import numpy as np

from wengert.errors import LeakedTracerError
from wengert.ir import Array, Traced, Var, type_of
from wengert.read.source import is_users, is_users_file
from wengert.record import Box, Staged, ground, plain
from wengert.stage.sources import Lookup, Source, attribute, held, item
from wengert.stage.values import is_instance

SCALARS = (bool, int, float, complex, np.generic)
CONSTANTS = (str, bytes, type(None), type(Ellipsis), np.dtype, range, slice, frozenset)
NUMBERS = (int, float, complex)
CHECKED = 4096  # elements up to which an array of floats may be compared at each call


class Hidden(NamedTuple):
    """A hidden input of the list."""

    source: Source
    box: Box
    kind: Array


class Capture:
    """What one recording has read from outside.

    `modes` tells, by the keys of sources, which numbers are inputs after all, because they have changed from call to
    call, and which arrays are constants, because the program asks for their numbers.
    """

    def __init__(self, level: Staged, modes: dict[Any, str]) -> None:
        self.level = level
        self.modes = modes
        self.lookup = Lookup()
        self.hidden: list[Hidden] = []
        self.numbers: list[tuple[Source, Any]] = []  # which are tested
        self.whole_arguments: set[Var] = set()  # arguments that are Python's own integers
        self.cells: dict[int, Any] = {}  # those of functions from outside
        self._loaded: dict[Any, Any] = {}
        self._outside: dict[int, tuple[Any, Source]] = {}

    def source_of(self, value: Any) -> Source | None:
        """Where an object comes from, if from outside."""
        known = self._outside.get(id(value))
        return known[1] if known is not None else None

    def owners(self) -> Iterator[Any]:
        """The objects from outside that have been met."""
        return (value for value, _ in self._outside.values())

    def load(self, value: Any, source: Source) -> Any:
        """A value from outside, as it is to be used in the recording."""
        key = (source.key, id(value))
        if key not in self._loaded:
            self._loaded[key] = (self._load(value, source), value)
        return self._loaded[key][0]

    def _load(self, value: Any, source: Source) -> Any:
        kind = type(value)
        if kind is np.ndarray:
            return self._load_array(value, source)
        if isinstance(value, Traced):
            return self._load_traced(value, source)
        if kind in SCALARS or isinstance(value, np.generic):
            if self.modes.get(source.key) == "input" and kind is not bool:
                return self._add_input(value, source)
            self.numbers.append((source, value))
            self.lookup.is_equal(source, value)
            return value
        if kind in CONSTANTS:
            self.lookup.is_equal(source, value)
            return value
        if isinstance(value, tuple):
            self.lookup.is_of(source, kind)
            self.lookup.has_length(source, len(value))
            parts = [self.load(part, item(source, i)) for i, part in enumerate(value)]
            if all(a is b for a, b in zip(parts, value, strict=True)):
                return value
            return kind(*parts) if hasattr(kind, "_fields") else tuple(parts)
        if kind is ModuleType:
            self._remember(value, source)
            return value
        if kind in (FunctionType, BuiltinFunctionType, np.ufunc) or isinstance(value, type):
            if not _is_installed(value):
                self.lookup.is_same(source, value)
            if isinstance(value, type):
                self._remember(value, source)
            self.meet(value)
            return value
        if kind in (MethodType, functools.partial):
            self.lookup.is_same(source, value)
            self._remember(value, source)
            self.meet(value)
            return value
        if isinstance(value, (list, dict, set, deque)) or is_instance(value):
            self.lookup.is_of(source, kind)
            if kind.__module__ != "builtins":
                self._class(kind)
        else:
            self.lookup.is_same(source, value)
        self._remember(value, source)
        return value

    def meet(self, function: Any) -> None:
        """The names of the frame that a function was made in are from outside, as it is."""
        for found in getattr(getattr(function, "__func__", function), "__closure__", None) or ():
            if id(found) not in self.cells:
                self.cells[id(found)] = found
                with contextlib.suppress(ValueError):
                    if type(found.cell_contents) in (FunctionType, MethodType):
                        self.meet(found.cell_contents)

    def _remember(self, value: Any, source: Source) -> None:
        self._outside.setdefault(id(value), (value, source))

    def remember(self, value: Any, source: Source) -> None:
        """An object that is known beforehand to be from outside."""
        self._remember(value, source)

    def _load_array(self, value: Any, source: Source) -> Any:
        if value.dtype.kind not in "fciub":
            self.lookup.is_same(source, value)
            return value
        if self.modes.get(source.key) == "constant":
            self.lookup.is_equal(source, value)
            return self._from_before(ground(value.copy(order="K")))
        return self._add_input(value, source)

    def _load_traced(self, value: Any, source: Source) -> Any:
        """A value of another recording, around this one."""
        value.refresh()
        if value.level.depth < 1:
            array = plain(value)
            return (
                self._load_array(array, source) if isinstance(array, np.ndarray) and value.level.depth == 0 else array
            )
        if value.level is self.level or value.level.depth > self.level.depth:
            return value
        if not value.level.active:
            raise LeakedTracerError(f"{source.text} is a traced value of a finished {value.level.what} call")
        return self._add_input(value, source)

    @staticmethod
    def _from_before(box: Any) -> Any:
        """Whenever it is read first, what comes from outside has been there before everything in the recording."""
        box.born = -1
        return box

    def _add_input(self, value: Any, source: Source) -> Box:
        kind = value.type if isinstance(value, Traced) else type_of(value)
        self.lookup.add_input(source, value, kind)
        box = self._from_before(self.level.add_input(kind, vague=True))
        self.hidden.append(Hidden(source, box, kind))
        return box

    def may_be_constant(self) -> frozenset[Var]:
        """The inputs that can be made constants: whole numbers and truths that come from outside or are Python's."""
        found = {one.box.ssa for one in self.hidden if one.kind.dtype.kind in "iub"}
        return frozenset(found | self.whole_arguments)

    # -- what is read from what is from outside ------------------------------------------------------------------------

    def attribute(self, owner: Any, name: str, value: Any) -> Any:
        """An attribute that has been read."""
        source = self.source_of(owner)
        if source is not None:
            if isinstance(owner, ModuleType) and not _is_users_module(owner):
                return value
            return self._member(owner, name, value, attribute(source, name))
        kind = owner if isinstance(owner, type) else type(owner)
        if self.source_of(kind) is None or _is_installed(kind) or name in getattr(owner, "__dict__", ()):
            return value  # of an object, and perhaps of a class, that was made inside
        plain_attribute = inspect.getattr_static(kind, name, None) is value or type(value) is MethodType
        return self._member(kind, name, value, attribute(self._class(kind), name)) if plain_attribute else value

    def _class(self, kind: type) -> Source:
        known = self.source_of(kind)
        if known is None:
            known = held(kind, kind.__name__)
            self._remember(kind, known)
        return known

    def _member(self, owner: Any, name: str, value: Any, source: Source) -> Any:
        """The value of an attribute; of a method the function that the class has under the name."""
        if type(value) is MethodType:
            kind = type(value.__self__) if not isinstance(value.__self__, type) else value.__self__
            function = getattr(kind, name, None)
            if getattr(function, "__func__", function) is value.__func__ and is_users(value.__func__.__code__):
                self.lookup.is_same(_function_of(attribute(self._class(kind), name), value), _plain_function(function))
            return value
        if type(value) is property or type(value).__name__ in ("method-wrapper", "builtin_function_or_method"):
            return value
        if not isinstance(owner, (type, ModuleType)) and name not in getattr(owner, "__dict__", ()):
            found = inspect.getattr_static(type(owner), name, None)
            if found is not value and type(found) is not MemberDescriptorType:
                return value  # made by a property or another descriptor, from what has been read
        return self.load(value, source)

    def contents(self, container: Any, before: Any) -> Any:
        """A container from outside, all of which is about to be read: another one of what is in it.

        `before` is what was in it before the program changed it; what is still there has a source.
        """
        source = self.source_of(container)
        if source is None:
            return container
        if isinstance(container, (list, deque)):
            self.lookup.has_length(source, len(before))
            old = list(before)
            return [
                self.load(part, item(source, i)) if i < len(old) and old[i] is part else part
                for i, part in enumerate(container)
            ]
        if isinstance(container, dict):
            self.lookup.has_keys(source, tuple(before))
            copy = type(container).__new__(type(container))
            if hasattr(container, "default_factory"):
                copy.default_factory = container.default_factory
            for key, part in dict.items(container):
                same = key in before and before[key] is part
                dict.__setitem__(copy, key, self.load(part, item(source, key)) if same else part)
            return copy
        if isinstance(container, set):
            self.lookup.is_equal(source, set(before))
        return container


def _plain_function(function: Any) -> Any:
    return getattr(function, "__func__", function)


def _function_of(source: Source, method: Any) -> Source:
    """Where the function of a method is found."""
    return attribute(source, "__func__") if isinstance(method.__self__, type) else source


@functools.lru_cache(maxsize=4096)
def _is_users_module(module: Any) -> bool:
    file = getattr(module, "__file__", None)
    return isinstance(file, str) and is_users_file(file)


def _is_installed(value: Any) -> bool:
    """Whether a function or class belongs to Python or an installed package."""
    if type(value) is FunctionType:
        return not is_users(value.__code__)
    module = sys.modules.get(getattr(value, "__module__", None) or "builtins")
    return module is None or (module.__name__ != "__main__" and not _is_users_module(module))
