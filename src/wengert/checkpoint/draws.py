"""Random draws, replayed: a function that is run again must draw the same numbers."""

from __future__ import annotations

import functools
import random
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from types import CodeType, FunctionType, MethodType, ModuleType
from typing import Any

import numpy as np

from wengert.ir import Traced
from wengert.read import is_users

SOURCES = (np.random.Generator, np.random.RandomState, random.Random)
PLAIN = (int, float, complex, str, bytes, type(None), np.ndarray, np.generic, Traced)
ENOUGH = 20_000  # objects to look through for generators


class Draws:
    """The states of the random generators that a function may use, NumPy's and Python's own among them."""

    def __init__(self, *reachable: Any) -> None:
        self._states = [(source, _state(source)) for source in (np.random, random, *generators(reachable))]

    def keep_used(self) -> None:
        """Forget the generators that have not been used since."""
        self._states = [(source, state) for source, state in self._states if not _equal(state, _state(source))]

    @contextmanager
    def replayed(self) -> Iterator[None]:
        """Draw the same numbers in this block, and go on after it as if it had not drawn any."""
        now = [(source, _state(source)) for source, _ in self._states]
        try:
            for source, state in self._states:
                _set(source, state)
            yield
        finally:
            for source, state in now:
                _set(source, state)


def _state(source: Any) -> Any:
    if isinstance(source, np.random.Generator):
        return source.bit_generator.state
    if source is np.random or isinstance(source, np.random.RandomState):
        return source.get_state(legacy=False)
    return source.getstate()


def _set(source: Any, state: Any) -> None:
    if isinstance(source, np.random.Generator):
        source.bit_generator.state = state
    elif source is np.random or isinstance(source, np.random.RandomState):
        source.set_state(state)
    else:
        source.setstate(state)


def _equal(a: Any, b: Any) -> bool:
    if isinstance(a, dict):
        return all(_equal(a[key], b[key]) for key in a)
    return np.array_equal(a, b) if isinstance(a, np.ndarray) else bool(a == b)


def generators(roots: Iterable[Any]) -> list[Any]:
    """The random generators that can be reached from these objects: through containers, attributes, and what a user's
    functions close over and name.
    """
    found: list[Any] = []
    seen: set[int] = set()
    rest = list(roots)
    while rest and len(seen) < ENOUGH:
        x = rest.pop()
        if isinstance(x, PLAIN) or id(x) in seen:
            continue
        seen.add(id(x))
        if isinstance(x, SOURCES):
            found.append(x)
        else:
            rest += _parts(x)
    return found


def _parts(x: Any) -> list[Any]:
    kind = type(x)
    if kind in (list, tuple, set, frozenset):
        return list(x)
    if isinstance(x, dict):
        return list(x.values())
    if kind is functools.partial:
        return [x.func, *x.args, *x.keywords.values()]
    if kind is MethodType:
        return [x.__self__, x.__func__]
    if kind is FunctionType:
        return _of_function(x)
    if isinstance(x, (type, ModuleType)):
        return []
    return list(getattr(x, "__dict__", {}).values()) + [
        getattr(x, name)
        for base in kind.__mro__
        for name in _slots(base)
        if name not in ("__dict__", "__weakref__") and hasattr(x, name)
    ]


def _slots(kind: type) -> tuple[str, ...]:
    slots = kind.__dict__.get("__slots__", ())
    return (slots,) if isinstance(slots, str) else tuple(slots)


def _of_function(function: FunctionType) -> list[Any]:
    parts: list[Any] = [*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values()]
    for cell in function.__closure__ or ():
        try:
            parts.append(cell.cell_contents)
        except ValueError:  # empty
            continue
    if hasattr(function, "__wrapped__"):
        parts.append(function.__wrapped__)
    if is_users(function.__code__):
        names = set(_names(function.__code__))
        space = function.__globals__
        named = [space[name] for name in names if name in space]
        parts += named
        for module in named:
            if isinstance(module, ModuleType):
                parts += [x for name in names if isinstance(x := vars(module).get(name), SOURCES)]
    return parts


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for const in code.co_consts:
        if isinstance(const, CodeType):
            yield from _names(const)
