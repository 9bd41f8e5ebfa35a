"""What a function reads from outside: arrays become hidden inputs, all else is tested before a recording is used again.

Whatever comes from outside is known by its source: the objects of a source are remembered, so that what is read from
them has a source again.
"""

from __future__ import annotations

import contextlib
import functools
import inspect
import os
import sys
from collections import deque
from collections.abc import Iterator, Sequence
from types import FunctionType, MemberDescriptorType, MethodType, ModuleType
from typing import Any, NamedTuple

import numpy as np

from wengert.errors import LeakedTracerError, StagingError
from wengert.ir import Array, Traced, Var, type_of, users_line
from wengert.read.source import is_users, is_users_file
from wengert.read.users import member_of
from wengert.record import Box, Staged, ground, plain
from wengert.stage.outside.sources import Lookup, Source, attribute, held, item
from wengert.stage.values.dicts import put_item
from wengert.stage.values.frames import Reference, is_instance
from wengert.stage.values.parts import way_to

SCALARS = (bool, int, float, complex, np.generic)
CONSTANTS = (str, bytes, type(None), type(Ellipsis), np.dtype, range, slice, frozenset)
NUMBERS = (int, float, complex)
DEEPEST = 3  # of objects of libraries in objects of libraries


class Hidden(NamedTuple):
    """A hidden input of the list."""

    source: Source
    box: Box
    kind: Array


class Known(NamedTuple):
    """An object from outside."""

    value: Any
    source: Source  # where it has been found first
    stands_for: Any  # what stands for it in the recording


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
        self._outside: dict[int, Known] = {}
        self._references: dict[Any, Reference] = {}
        self._classes: set[type] = set()
        self._tested: set[tuple[type, str]] = set()
        self._arrays: dict[int, Known] = {}  # by the Boxes that stand for them
        self.made: set[int] = set()  # the objects that were made here, by identity: those from outside are older

    def source_of(self, value: Any) -> Source | None:
        """Where an object comes from, if from outside."""
        known = self._outside.get(id(value))
        return None if known is None else known.source

    def reference(self, source: Source) -> Reference:
        """What stands for the object of a source in the result, and in what is written outside."""
        return self._references.setdefault(source.key, Reference(source.value))

    def array_of(self, box: Box) -> Source | None:
        """The source of the array that a Box stands for; `None` for all other Boxes."""
        known = self._arrays.get(id(box))
        return None if known is None else known.source

    def references(self) -> tuple[Reference, ...]:
        """Those that have been asked for."""
        return tuple(self._references.values())

    def outside(self) -> Iterator[Known]:
        """The objects from outside that have been met."""
        return iter(self._outside.values())

    def load(self, value: Any, source: Source) -> Any:
        """A value from outside, as it is to be used in the recording."""
        key = (source.key, id(value))
        if key not in self._loaded:
            known = self._outside.get(id(value))
            if known is None:
                self._loaded[key] = (self._load(value, source), value)
            else:  # one object, found in two places
                if known.source.key != source.key:
                    self.lookup.is_one(source, known.source)
                self._loaded[key] = (known.stands_for, value)
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
        if isinstance(value, (list, dict, set, deque)) or is_instance(value):
            self.lookup.is_of(source, kind)
            if kind.__module__ != "builtins":
                self._class(kind)
        else:
            if value is os.environ:
                raise _frozen_environment()
            self.lookup.is_same(source, value)
        self._remember(value, source)
        if kind in (FunctionType, MethodType, functools.partial):
            self.meet(value)
        elif isinstance(value, type):
            self._meet_class(value)
        return value

    def meet(self, function: Any, depth: int = 0) -> None:
        """The names of the frame that a function was made in are from outside.

        Those of the user's own functions tell of themselves when they are read. What a function of a library holds, as
        the one that a transform gives, is from outside as it is.
        """
        kind = type(function)
        if kind is MethodType:
            self._remember(function.__self__, held(function.__self__, "self"))
            function = function.__func__
        elif kind is functools.partial:
            self._remember(function, held(function, "a partial function"))
            self.meet(function.func, depth)
            return
        if type(function) is not FunctionType:
            if depth < DEEPEST and not isinstance(function, type) and hasattr(function, "__dict__"):
                for part in vars(function).values():
                    self._meet_held(part, depth + 1)
            return
        self._remember(function, held(function, function.__name__))
        for found in function.__closure__ or ():
            if id(found) in self.cells:
                continue
            self.cells[id(found)] = found
            with contextlib.suppress(ValueError):
                if is_users(function.__code__):
                    if type(found.cell_contents) in (FunctionType, MethodType):
                        self.meet(found.cell_contents, depth)
                else:
                    self._meet_held(found.cell_contents, depth + 1)

    def _meet_class(self, kind: type) -> None:
        """The methods of a class may have been made in a function, too."""
        for one in kind.__mro__:
            if one not in self._classes and not _is_installed(one):
                self._classes.add(one)
                for value in vars(one).values():
                    parts = (value.fget, value.fset, value.fdel) if type(value) is property else (value,)
                    for function in parts:
                        function = getattr(function, "__func__", function)
                        if type(function) is FunctionType:
                            self.meet(function)

    def _meet_held(self, value: Any, depth: int) -> None:
        """Something that a library's function or object holds."""
        if type(value) in (FunctionType, MethodType, functools.partial):
            self.meet(value, depth)
        elif isinstance(value, (list, dict, set, deque)) or is_instance(value):
            self._remember(value, held(value, type(value).__name__))
        elif callable(value):
            self.meet(value, depth)

    def _remember(self, value: Any, source: Source, stands_for: Any = None) -> None:
        self._outside.setdefault(id(value), Known(value, source, value if stands_for is None else stands_for))

    def remember(self, value: Any, source: Source) -> None:
        """An object that is known beforehand to be from outside."""
        self._remember(value, source)

    def _load_array(self, value: Any, source: Source) -> Any:
        if value.dtype.kind not in "fciub":
            self.lookup.is_same(source, value)
            return value
        if self.modes.get(source.key) == "constant":
            self.lookup.is_equal(source, value)
            box = self._from_before(ground(value.copy(order="K")))
        elif self.modes.get(source.key) == "view" and isinstance(value.base, np.ndarray):
            box = self._view(value, source)
        else:
            box = self._add_input(value, source)
        self._remember(value, source, box)
        if type(box) is Box:
            self._arrays[id(box)] = self._outside[id(value)]
        return box

    def _view(self, value: Any, source: Source) -> Any:
        """An array as a view of the array that it is a part of: what is written into one shows in the other."""
        root, at = value, source
        while isinstance(root.base, np.ndarray):
            root, at = root.base, attribute(at, "base")
        shapes = [known.value.shape for known in self._outside.values() if type(known.value) is np.ndarray]
        way = way_to(value, root, shapes)
        if way is None:
            raise StagingError(
                f"the program writes into arrays that share memory, and {source.text} is not a simple part of the "
                "array that it views"
            )
        self.lookup.is_part(source, value, at, root)
        return way(self.load(root, at))

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

    def keep_apart(self, written: Sequence[Any]) -> None:
        """Test that objects from outside which are written are still different from all others."""
        kinds = {type(owner) for owner in written}
        for kind in kinds:
            sources = [known.source for known in self._outside.values() if type(known.value) is kind]
            if any(source.parent is not None or source.key[0] != "held" for source in sources):
                self.lookup.are_apart(sources)

    def may_be_constant(self) -> frozenset[Var]:
        """The inputs that can be made constants: whole numbers and truths that come from outside or are Python's."""
        found = {one.box.ssa for one in self.hidden if one.kind.dtype.kind in "iub"}
        return frozenset(found | self.whole_arguments)

    # -- what is read from what is from outside ------------------------------------------------------------------------

    def attribute(self, owner: Any, name: str, value: Any) -> Any:
        """An attribute that has been read."""
        source = self.source_of(owner) or self.unseen(owner)
        if not isinstance(owner, (type, ModuleType)):
            self._made_by_class(owner, name)
        if value is os.environ:
            raise _frozen_environment()
        if source is not None:
            if isinstance(owner, ModuleType) and not _is_users_module(owner):
                return value
            return self._member(owner, name, value, attribute(source, name))
        kind = owner if isinstance(owner, type) else type(owner)
        if self.source_of(kind) is None or _is_installed(kind) or name in getattr(owner, "__dict__", ()):
            return value  # of an object, and perhaps of a class, that was made inside
        plain_attribute = inspect.getattr_static(kind, name, None) is value or type(value) is MethodType
        return self._member(kind, name, value, attribute(self._class(kind), name)) if plain_attribute else value

    def _made_by_class(self, owner: Any, name: str) -> None:
        """Test that a class still has the property by which an attribute is made."""
        found = member_of(type(owner), name)
        if type(found) is property or (type(found) is functools.cached_property and name not in vars(owner)):
            self._of_class(owner, name, found)

    def runs(self, function: FunctionType, owner: Any) -> None:
        """A function of a class is called with an instance: test that the class still has it."""
        name = function.__name__
        if member_of(type(owner), name) is function:
            self._of_class(owner, name, function)

    def _of_class(self, owner: Any, name: str, found: Any) -> None:
        kind = type(owner)
        if (kind, name) in self._tested or _is_installed(kind):
            return
        if self.source_of(owner) is not None or self.source_of(kind) is not None:
            self._tested.add((kind, name))
            self.lookup.is_same(attribute(self._class(kind), name), found)

    def unseen(self, owner: Any) -> Source | None:
        """The source of an object that was not made here, and has come in a way that was not seen."""
        if id(owner) in self.made or not is_instance(owner) or _is_installed(type(owner)):
            return None
        self._remember(owner, held(owner, type(owner).__name__))
        return self.source_of(owner)

    def misses(self, owner: Any, name: str, kept: bool) -> None:
        """An attribute that is not there; or, if `kept`, that the object itself does not have."""
        source = self.source_of(owner)
        if source is not None:
            (self.lookup.has_not_kept if kept else self.lookup.lacks)(source, name)

    def _class(self, kind: type) -> Source:
        known = self.source_of(kind)
        if known is None:
            known = held(kind, kind.__name__)
            self._remember(kind, known)
            self._meet_class(kind)
        return known

    def _member(self, owner: Any, name: str, value: Any, source: Source) -> Any:
        """The value of an attribute; of a method the function that the class has under the name."""
        if type(value) is MethodType:
            function = value.__func__
            if type(function) is FunctionType and is_users(function.__code__):
                unbound = isinstance(owner, type) and not isinstance(value.__self__, type)
                self.lookup.is_same(source if unbound else attribute(source, "__func__"), function)
                self.meet(function)
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
            found = [
                self.load(part, item(source, i)) if i < len(old) and old[i] is part else part
                for i, part in enumerate(container)
            ]
            return deque(found, container.maxlen) if isinstance(container, deque) else found
        if isinstance(container, dict):
            self.lookup.has_keys(source, tuple(before))
            copy = type(container).__new__(type(container))
            if hasattr(container, "default_factory"):
                copy.default_factory = container.default_factory
            for key, part in dict.items(container):
                same = key in before and before[key] is part
                put_item(copy, key, self.load(part, item(source, key)) if same else part)
            return copy
        if isinstance(container, set):
            self.lookup.is_equal(source, set(before))
        return container


def _frozen_environment() -> StagingError:
    return StagingError(
        "os.environ is the environment when the function is recorded, and not at each call. Read it outside, and pass "
        f"what comes of it as an argument{users_line()}"
    )


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
