"""The hooks for comprehensions, names from outside, and what stands after `**`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from wengert.read.blocks import iterate
from wengert.read.namespace import hook
from wengert.record import Box
from wengert.stage.control.loops import loop
from wengert.stage.outside.sources import cell, global_name
from wengert.stage.recording import current_recording
from wengert.stage.values.places import Cell, Item, Place


@hook
def captured(value: Any, name: Callable[[], Any]) -> Any:
    """A name from outside of what is read."""
    recording = current_recording()
    if recording is None:
        return value
    closure = name.__closure__
    if closure is not None:
        if id(closure[0]) not in recording.capture.cells:
            return value  # of a function that is running: its classes and what they hold are read one by one
        label = name.__code__.co_freevars[0]
        place: Place = Cell(closure[0], label)
        source = cell(closure[0], label)
    else:
        label = name.__code__.co_names[0]
        if label not in name.__globals__:
            return value
        place = Item(name.__globals__, label)
        source = global_name(name.__globals__, label)
    inner = type(value) is Box and value.level.depth > recording.capture.level.depth
    if inner or recording.outside.is_changed(place):
        return value
    return recording.capture.load(value, source)


@hook
def defined(function: Any) -> Any:
    """A function that the program has made."""
    recording = current_recording()
    if recording is not None:
        recording.functions.note(function)
    return function


@hook
def mapping(value: Any) -> Any:
    """What stands after `**` in a call."""
    recording = current_recording()
    return value if recording is None else recording.inside(value)


@hook
def elements(iterable: Any, produce: Callable[[Any], list[Any]]) -> list[Any]:
    """`[... for item in iterable]`: each item gives a list of elements."""
    out: list[Any] = []
    recording = current_recording()
    if recording is None:
        for item in iterate(iterable):
            out += produce(item)
        return out

    def body(item: Any) -> None:
        for element in produce(item):
            recording.innermost.journal.note_contents(out)
            out.append(element)

    loop(iterable, body, None, None, ((), (), (), ()), "comprehension")
    return out


class Generated:
    """`(... for item in iterable)`: an iterator that still knows what it goes through."""

    def __init__(self, iterable: Any, produce: Callable[[Any], Iterator[Any]]) -> None:
        self.iterable, self.produce = iterable, produce
        self._iterator: Iterator[Any] | None = None

    @property
    def is_new(self) -> bool:
        """Whether nothing has been taken from it yet."""
        return self._iterator is None

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        if self._iterator is None:
            self._iterator = _produced(self.iterable, self.produce)
        return next(self._iterator)


def _produced(iterable: Any, produce: Callable[[Any], Iterator[Any]]) -> Iterator[Any]:
    """Not a method: what has made a list is to be gone with the last name of it, and no cycle may keep it."""
    for item in iterate(iterable):
        yield from produce(item)


@hook
def generated(iterable: Any, produce: Callable[[Any], Iterator[Any]]) -> Any:
    """A generator expression."""
    made = Generated(iterable, produce)
    recording = current_recording()
    if recording is not None:
        recording.innermost.iterators[id(made)] = made
    return made


@hook
@contextmanager
def attempt(types: Callable[[], tuple[type, ...]]) -> Iterator[None]:
    """The span of a `try` statement, of which the handlers catch these types."""
    recording = current_recording()
    if recording is None:
        yield
        return
    recording.attempts.append(types)
    try:
        yield
    finally:
        recording.attempts.pop()
