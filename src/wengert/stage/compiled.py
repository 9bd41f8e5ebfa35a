"""A function with its recordings: which one serves a call, when there must be another, and running it."""

from __future__ import annotations

import os
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from time import perf_counter
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

import numpy as np

from wengert.errors import StagingError
from wengert.ir import Array, Traced, Var, WengertList, type_of
from wengert.read.calls import call
from wengert.record import Box, ground, plain
from wengert.run import prepare, run_donating
from wengert.stage.outside.constants import NeedsConstant
from wengert.stage.program import Fixed, Leaf, Recorded, record
from wengert.stage.quick import Execute, Execution, containers, with_names
from wengert.stage.recording import current_recording
from wengert.stage.state.giving_up import Unroll
from wengert.stage.state.report import Report
from wengert.stage.tables import BY_CASES
from wengert.stage.values.one_of import OneOf
from wengert.tree import Structure, flatten, unflatten

QUICK = 8  # kinds of arguments that machine code tells apart before Python does
KEPT = 64  # recordings that are kept for one kind of arguments
WAYS_OUT = 'Rewrite the line, or run the function as it is: wg.compile(f, mode="eager")'

Key = tuple[Any, ...]


class Given(NamedTuple):
    """The arguments of one call, taken apart."""

    key: Key
    leaves: list[Any]
    kinds: list[Array | None]  # the types of those that are inputs of the list
    structure: Structure

    @property
    def arguments(self) -> tuple[Structure, ...]:
        """The structures of the arguments: of the positional ones, then of the keywords."""
        positional, keywords = _split(self.structure)
        return (*positional.children, *(keywords.children if keywords is not None else ()))

    @property
    def values(self) -> list[Any]:
        """What the inputs of the list are given."""
        return [value for value, kind in zip(self.leaves, self.kinds, strict=True) if kind is not None]

    @property
    def others(self) -> list[Any]:
        """The arguments that are no numbers."""
        return [value for value, kind in zip(self.leaves, self.kinds, strict=True) if kind is None]


class Found(NamedTuple):
    """A recording that serves a call."""

    given: Given  # some integers among the arguments may have become static
    recorded: Recorded
    hidden: Any  # what its hidden inputs are given


class Compiled:
    """A function that is recorded for each kind of arguments, when it is called with them."""

    def __init__(
        self,
        fun: Callable[..., Any],
        static_numbers: frozenset[int] = frozenset(),
        static_names: frozenset[str] = frozenset(),
        donated: frozenset[int] = frozenset(),
        named: Callable[[int], str] = str,
        execute: Execute | None = None,
    ) -> None:
        self.fun = fun
        self.static_numbers = static_numbers
        self.static_names = static_names
        self.donated = donated
        self.named = named  # what the function calls its arguments
        self.execute = execute
        self.general: Callable[..., Any] = self  # for all arguments
        self.quick: dict[tuple[str, ...], Callable[..., Any]] = {}  # for the usual arguments: by the names of keywords
        self._executions: WeakKeyDictionary[Recorded, Execution] = WeakKeyDictionary()
        self._quick_ones: Counter[tuple[str, ...]] = Counter()
        self.last: Recorded | None = None  # the last recording
        self._recordings: dict[Key, list[Recorded]] = {}
        self._modes: dict[Any, str] = {}  # of what comes from outside: see capture.py
        self._constants: dict[Key, frozenset[int]] = {}  # which integers among the arguments are static after all

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if current_recording() is not None:
            return call(self.fun, *args, **kwargs)  # part of what is being recorded
        given, recorded, hidden = self.find(self._given(args, kwargs))
        values = [*given.values, *hidden]
        if self.execute is not None and not any(isinstance(x, Traced) for x in values):
            execution = self._executions.get(recorded)
            if execution is not None:
                found = list(execution.call(*values))
            else:
                execution = self._execution(given, recorded, tuple(kwargs))
                started = perf_counter()
                if execution.quick is not None:
                    result = execution.quick(*args, *kwargs.values(), *hidden)
                    execution.ran(perf_counter() - started)
                    return result
                found = list(execution.call(*values))
                execution.ran(perf_counter() - started)
        else:
            program = prepare(recorded.list)
            out = run_donating(program, values, self._donated(given)) if self.donated else program(values)
            found = [plain(x) for x in out]
        for i, (value, out) in enumerate(zip(found, recorded.list.outputs, strict=True)):
            if isinstance(value, (np.ndarray, np.generic)) and value.shape == ():
                found[i] = value.item() if type(out) is Var and out.type.weak else np.asarray(value)[()]
        result = recorded.finish(given.others, hidden, found, (args, kwargs))
        return _numbers(result) if any(isinstance(x, Traced) for x in found) else result

    def as_list(self, *args: Any, **kwargs: Any) -> WengertList:
        """The Wengert list for arguments like these."""
        return self.recorded(*args, **kwargs).list

    def recorded(self, *args: Any, **kwargs: Any) -> Recorded:
        """The recording for arguments like these."""
        return self.find(self._given(args, kwargs))[1]

    def at(self, *args: Any, **kwargs: Any) -> tuple[Recorded, list[Any], int]:
        """The recording for these arguments, what its inputs are given, and how many of them are arguments."""
        given, recorded, hidden = self.find(self._given(args, kwargs))
        return recorded, [*given.values, *hidden], len(given.values)

    def report(self, *args: Any, **kwargs: Any) -> Report:
        """What has become of each loop and choice, for arguments like these."""
        return self.recorded(*args, **kwargs).report

    # -- execution -----------------------------------------------------------------------------------------------------

    def _execution(self, given: Given, recorded: Recorded, names: tuple[str, ...]) -> Execution:
        """How a recording is executed; made once."""
        with _one_at_a_time:
            return self._executions.get(recorded) or self._make_execution(given, recorded, names)

    def _make_execution(self, given: Given, recorded: Recorded, names: tuple[str, ...]) -> Execution:
        assert self.execute is not None
        before = self.quick.get(names) or (with_names(names, self.general) if names else self.general)
        arguments = given.arguments
        plan = None
        if self._quick_ones[names] < QUICK:
            plan = containers(arguments, given.leaves, given.kinds, recorded, before)
        self._executions[recorded] = made = self.execute(recorded.list, plan)
        if made.quick is not None:
            self._quick_ones[names] += 1
            places = [path for i, one in enumerate(arguments) for path in one.paths(f"args[{i}]")]
            others = [path for path, kind in zip(places, given.kinds, strict=True) if kind is None]
            self.quick[names] = recorded.guarded(made.quick, before, others)
        return made

    # -- recordings ----------------------------------------------------------------------------------------------------

    def find(self, given: Given) -> Found:
        """The recording for these arguments."""
        found = self._valid(given)
        if found is None:
            with _one_at_a_time:
                found = self._valid(given) or self._record(given)
        return found

    def _valid(self, given: Given) -> Found | None:
        for recorded in self._recordings.get(given.key, ()):
            hidden = recorded.look_up(given.others)
            if hidden is not None and not (recorded.written and _shared(recorded, given, hidden)):
                return Found(given, recorded, hidden)
        return None

    def _record(self, given: Given) -> Found:
        known = self._recordings.get(given.key, [])
        if known:
            self._loosen(known[0], given)
        paths = self._paths(given)
        leaves = [Leaf(*row) for row in zip(given.leaves, given.kinds, paths, strict=True)]
        try:
            recorded = record(self.fun, leaves, lambda boxes: _arguments(given.structure, boxes), self._modes)
        except NeedsConstant as needed:
            if not needed.arguments:
                return self._record(given)
            base = _base(given)
            self._constants[base] = self._constants.get(base, frozenset()) | needed.arguments
            return self.find(self._keyed(given.leaves, given.kinds, given.structure))
        except Unroll:
            return self._record(given)
        except StagingError as error:
            error.args = (f"{error}\n{WAYS_OUT}",)
            raise
        hidden = recorded.look_up(given.others)
        if hidden is None:
            raise StagingError(
                f"what the function reads from outside, {recorded.first_change(given.others)}, is not the same before "
                f"and after it is recorded\n{WAYS_OUT}"
            )
        shared = _shared(recorded, given, hidden)
        if shared and not self._as_views(recorded, shared):
            one, two = (recorded.list.names[i] or "a traced value" for i in shared)
            raise StagingError(f"the program writes into {one}, which shares memory with {two}\n{WAYS_OUT}")
        if shared:
            return self._record(given)
        self._recordings[given.key] = [recorded, *known][:KEPT]
        self.last = recorded
        return Found(given, recorded, hidden)

    def _as_views(self, recorded: Recorded, numbers: tuple[int, int]) -> bool:
        """From now on, take arrays for views of what they are parts of; whether that is something new."""
        keys = [source.key for source in (recorded.sources[i] for i in numbers) if source is not None]
        new = [key for key in keys if self._modes.get(key) != "view"]
        self._modes.update(dict.fromkeys(new, "view"))
        return len(keys) == len(numbers) and bool(new)

    def _loosen(self, last: Recorded, given: Given) -> None:
        """Numbers from outside that have changed since the last recording are inputs from now on."""
        for source, value in last.numbers:
            if source.key not in self._modes and not source.still_gives(value, given.others):
                self._modes[source.key] = "input"

    # -- arguments -----------------------------------------------------------------------------------------------------

    def _given(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Given:
        if self.static_numbers or self.static_names:
            args = tuple([Fixed(x) if i in self.static_numbers else x for i, x in enumerate(args)])
            kwargs = {key: Fixed(x) if key in self.static_names else x for key, x in kwargs.items()}
        leaves, structure = flatten((args, kwargs) if kwargs else args, attributes=True)
        kinds = [_kind(leaf) for leaf in leaves]
        for i, (leaf, kind) in enumerate(zip(leaves, kinds, strict=True)):
            if kind is None and type(leaf) is int:
                leaves[i] = Fixed(leaf)
            elif kind is not None and not kind.dtype.isnative:
                leaves[i] = _native_order(leaf)
                kinds[i] = _kind(leaves[i])
        return self._keyed(leaves, kinds, structure)

    def _keyed(self, leaves: list[Any], kinds: list[Array | None], structure: Structure) -> Given:
        """The arguments with their key: integers that have turned out to decide a shape are static."""
        given = Given((), leaves, kinds, structure)
        if self._constants:
            constants = self._constants.get(_base(given), ())
            leaves = [Fixed(x) if i in constants and type(x) is not Fixed else x for i, x in enumerate(leaves)]
            kinds = [None if i in constants else kind for i, kind in enumerate(kinds)]
        key = (structure, *(_mark(x) if kind is None else kind for x, kind in zip(leaves, kinds, strict=True)))
        return Given(key, leaves, kinds, structure)

    def _donated(self, given: Given) -> list[int]:
        """Which inputs of the list are in arguments that are given away."""
        structure = given.structure
        positional = structure.children[0] if _has_keywords(structure) else structure
        away = [i in self.donated for i, one in enumerate(positional.children) for _ in one.paths()]
        away += [False] * (len(given.kinds) - len(away))
        inputs = [gone for gone, kind in zip(away, given.kinds, strict=True) if kind is not None]
        return [i for i, gone in enumerate(inputs) if gone]

    def _paths(self, given: Given) -> list[str]:
        """How the program reaches each argument."""
        structure = given.structure
        positional = structure.children[0] if _has_keywords(structure) else structure
        found = [self.named(i) + path for i, one in enumerate(positional.children) for path in one.paths()]
        if _has_keywords(structure):
            keywords = structure.children[1]
            found += [
                f"{key}{path}"
                for key, one in zip(keywords.keys, keywords.children, strict=True)
                for path in one.paths()
            ]
        return found


_one_at_a_time = threading.RLock()  # while a function is recorded, the objects that it writes are not what they seem


def _begin_anew() -> None:
    """In a child process, the thread that records may be missing."""
    global _one_at_a_time
    _one_at_a_time = threading.RLock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_begin_anew)


def _shared(recorded: Recorded, given: Given, hidden: Sequence[Any]) -> tuple[int, int] | None:
    """An array from outside that is written, and another input with which it shares memory, by their numbers.

    The list was recorded with two arrays for them: what is written into one would not show in the other.
    """
    inputs = [*given.values, *hidden]
    pairs = ((i, j) for i in recorded.written for j in range(len(inputs)) if i != j)
    return next(((i, j) for i, j in pairs if _share_memory(inputs[i], inputs[j])), None)


def _share_memory(x: Any, y: Any) -> bool:
    if isinstance(x, Box) and isinstance(y, Box):
        return x.route()[0] is y.route()[0]
    if not isinstance(x, np.ndarray) or not isinstance(y, np.ndarray):
        return False
    try:
        return np.shares_memory(x, y, max_work=10_000)
    except np.exceptions.TooHardError:
        return True


def _split(structure: Structure) -> tuple[Structure, Structure | None]:
    """The structures of the positional arguments and of the keywords."""
    return structure.children if _has_keywords(structure) else (structure, None)  # type: ignore[return-value]


def _has_keywords(structure: Structure) -> bool:
    return len(structure.children) == 2 and structure.children[0].kind is tuple and structure.children[1].kind is dict


def _arguments(structure: Structure, leaves: Sequence[Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """The arguments of the call from their leaves."""
    found = unflatten(structure, [ground(x.value) if type(x) is Fixed else x for x in leaves])
    return found if _has_keywords(structure) else (found, {})


def _kind(leaf: Any) -> Array | None:
    """The type of an argument that is an input of the list; None for texts, truths, static ones and objects.

    An integer of more than 64 bits is static.
    """
    kind = type(leaf)
    if kind is int and not -(2**63) <= leaf < 2**63:
        found = None
    elif kind in (float, int, complex):
        found = type_of(leaf)
    elif isinstance(leaf, (np.ndarray, np.generic)):
        found = Array(leaf.shape, leaf.dtype) if leaf.dtype.kind in "fciub" else None
    elif isinstance(leaf, Box):
        found = leaf.type
    else:
        found = None
    return found


def _native_order(x: Any) -> Any:
    """An array with the bytes of its numbers in the order of this machine."""
    return x.astype(x.dtype.newbyteorder("="))


def _mark(value: Any) -> Any:
    """What stands for an argument that is no input in the key."""
    if type(value) is Fixed:
        value = value.value
        if isinstance(value, np.ndarray):
            return ("array", value.shape, value.dtype.str, value.tobytes())
        try:
            hash(value)
        except TypeError:
            raise TypeError(
                f"compile: a static argument is a {type(value).__name__}, which has no hash, so that its recording "
                "could not be found again"
            ) from None
        return ("static", type(value), value)
    if isinstance(value, (str, bool, bytes)) or value is None:
        return ("static", type(value), value)
    return ("object", type(value))


def _base(given: Given) -> Key:
    """The key of arguments before any of their integers are static."""
    kinds = [
        type_of(x.value) if kind is None and type(x) is Fixed and type(x.value) is int else kind
        for x, kind in zip(given.leaves, given.kinds, strict=True)
    ]
    return (given.structure, *kinds)


def _numbers(x: Any) -> Any:
    """The result for a transform around: what may be one of several things has to be a number."""
    if type(x) is OneOf:
        x = BY_CASES[OneOf](x, None)  # a name that is not bound raises
        return x.number() if type(x) is OneOf else x
    if type(x) in (tuple, list):
        return type(x)(map(_numbers, x))
    return {key: _numbers(value) for key, value in x.items()} if type(x) is dict else x
