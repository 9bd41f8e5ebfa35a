"""Where a program finds what it did not make: arguments, global names, closures, attributes and items of these.

A source is looked up again at each call of a compiled function. The lookups and the tests that belong to them are
written as one Python function, which runs in a few microseconds.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from types import CellType
from typing import Any

import numpy as np

from wengert.ir import Array, Traced


@dataclass(frozen=True, eq=False)
class Source:
    """A way to find a value; two with the same key are the same."""

    key: tuple[Any, ...]
    text: str  # as the program has it, for messages
    parent: Source | None = None
    held: Any = None  # what the lookup begins with, where there is no parent

    def value(self, arguments: Sequence[Any]) -> Any:
        """What it gives now."""
        kind, *rest = self.key
        if kind == "argument":
            return arguments[rest[0]]
        if kind == "held":
            return self.held
        if kind == "cell":
            return self.held.cell_contents
        if kind == "global":
            return self.held[rest[1]]
        assert self.parent is not None
        owner = self.parent.value(arguments)
        return getattr(owner, rest[1]) if kind == "attribute" else owner[rest[1]]

    def still_gives(self, value: Any, arguments: Sequence[Any]) -> bool:
        """Whether it gives an equal number."""
        try:
            now = self.value(arguments)
        except LOOKUP_ERRORS:
            return True  # it is gone, which is no reason to make it an input
        return type(now) is not type(value) or repr(now) == repr(value)


LOOKUP_ERRORS = (AttributeError, KeyError, IndexError, TypeError, ValueError)


def argument(number: int, name: str) -> Source:
    """An argument of the function that is no array and no container of arrays."""
    return Source(("argument", number), name)


def global_name(space: dict[str, Any], name: str) -> Source:
    """A global name."""
    return Source(("global", id(space), name), name, None, space)


def cell(cell: CellType, name: str) -> Source:
    """A name of a function around."""
    return Source(("cell", id(cell)), name, None, cell)


def held(value: Any, text: str) -> Source:
    """An object that is known: a function's defaults, a class, the object of a method."""
    return Source(("held", id(value)), text, None, value)


def attribute(parent: Source, name: str) -> Source:
    """An attribute."""
    return Source(("attribute", parent.key, name), f"{parent.text}.{name}", parent)


def item(parent: Source, index: Any) -> Source:
    """An item of a list, tuple or dict."""
    return Source(("item", parent.key, index), f"{parent.text}[{index!r}]", parent)


def distance(x: Any, y: Any) -> int:
    """How many bytes lie between the first elements of two arrays."""
    found: int = x.__array_interface__["data"][0] - y.__array_interface__["data"][0]
    return found


class Lookup:
    """The function that finds all sources again, in the making: it gives the inputs, or None where a test fails."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._names: dict[tuple[Any, ...], str] = {}
        self._constants: dict[str, Any] = {"np": np}
        self._tests: set[str] = set()
        self._implied: set[str] = set()  # the tests that machine code makes of its arguments anyway
        self._inputs: list[str] = []
        self._texts: dict[str, str] = {}  # what the program calls the names

    def constant(self, value: Any) -> str:
        """A name for an object in the text of the function."""
        name = f"k{len(self._constants)}"
        self._constants[name] = value
        return name

    def find(self, source: Source) -> str:
        """The name of what a source gives."""
        known = self._names.get(source.key)
        if known is not None:
            return known
        kind, *rest = source.key
        if kind == "argument":
            text = f"arguments[{rest[0]}]"
        elif kind == "global":
            text = f"{self.constant(source.held)}[{rest[1]!r}]"
        elif kind == "cell":
            text = f"{self.constant(source.held)}.cell_contents"
        elif kind == "held":
            text = self.constant(source.held)
        else:
            assert source.parent is not None
            parent = self.find(source.parent)
            plain = kind == "attribute" and rest[1].isidentifier()
            text = f"{parent}.{rest[1]}" if plain else f"{parent}[{self.constant(rest[1])}]"
        name = self._names[source.key] = f"v{len(self._names)}"
        self._texts[name] = source.text
        self._lines.append(f"{name} = {text}")
        return name

    def test(self, condition: str, implied: bool = False) -> None:
        """A condition without which the recording is not valid; `implied` if machine code tests it, too."""
        line = f"if not ({condition}): return None"
        if condition not in self._tests:
            self._tests.add(condition)
            self._lines.append(line)
            if implied:
                self._implied.add(line)

    def is_same(self, source: Source, value: Any) -> None:
        """The source still gives this object."""
        self.test(f"{self.find(source)} is {self.constant(value)}")

    def is_one(self, source: Source, other: Source) -> None:
        """Two sources still give one object."""
        self.test(f"{self.find(source)} is {self.find(other)}")

    def are_apart(self, sources: Sequence[Source]) -> None:
        """These sources still give as many objects."""
        names = [f"id({self.find(source)})" for source in sources]
        self.test(f"len({{{', '.join(names)}}}) == {len(names)}")

    def lacks(self, source: Source, name: str) -> None:
        """An object still has no attribute of this name."""
        self.test(f"not hasattr({self.find(source)}, {name!r})")

    def has_not_kept(self, source: Source, name: str) -> None:
        """An object still has no attribute of its own of this name, whatever its class has."""
        self.test(f"{name!r} not in {self.find(source)}.__dict__")

    def is_equal(self, source: Source, value: Any) -> None:
        """The source still gives an equal value of the same type; nan equals itself."""
        name = self.find(source)
        if type(value) is np.ndarray:
            known = self.constant(value.copy())
            self.test(
                f"type({name}) is np.ndarray and {name}.dtype == {known}.dtype and np.array_equal({name}, {known})"
            )
        elif type(value) in (float, complex) or isinstance(value, np.inexact):
            same, known, kind = self.constant(value), self.constant(repr(value)), self.constant(type(value))
            self.test(f"{name} is {same} or type({name}) is {kind} and repr({name}) == {known}")
        else:
            same, kind = self.constant(value), self.constant(type(value))
            implied = source.key[0] == "argument" and isinstance(value, (bool, str, bytes, type(None)))
            self.test(f"{name} is {same} or type({name}) is {kind} and {name} == {same}", implied)

    def is_of(self, source: Source, kind: type) -> None:
        """The source still gives something of this class."""
        self.test(f"type({self.find(source)}) is {self.constant(kind)}", source.key[0] == "argument")

    def is_part(self, source: Source, value: Any, whole: Source, root: Any) -> None:
        """A source still gives an array that lies in another one as this one does."""
        name, other = self.find(source), self.find(whole)
        layout = (distance(value, root), value.shape, value.strides, value.dtype, root.shape, root.strides)
        self._constants["distance"] = distance
        self.test(
            f"(distance({name}, {other}), {name}.shape, {name}.strides, {name}.dtype, {other}.shape, {other}.strides) "
            f"== {self.constant(layout)}"
        )

    def has_length(self, source: Source, length: int) -> None:
        """A container still has this length."""
        self.test(f"len({self.find(source)}) == {length}")

    def has_keys(self, source: Source, keys: tuple[Any, ...]) -> None:
        """A dict still has these keys, in this order."""
        self.test(f"tuple({self.find(source)}) == {self.constant(keys)}")

    def add_input(self, source: Source, value: Any, kind: Array) -> None:
        """What a source gives is an input of the list: something of the class of this value, and of this type."""
        name = self.find(source)
        array = type(value) is np.ndarray and value.ndim > 0
        self.test(
            f"type({name}) is {self.constant(type(value))}", implied=array or type(value) in (int, float, complex)
        )
        if isinstance(value, np.ndarray):
            known = self.constant(kind.shape), self.constant(kind.dtype)
            self.test(f"{name}.shape == {known[0]} and {name}.dtype == {known[1]}", implied=True)
        elif isinstance(value, Traced):
            self.test(f"{name}.type == {self.constant(kind)}")
        self._inputs.append(name)

    def first_change(self, arguments: Sequence[Any]) -> str:
        """What is not as it was: the first thing that does not pass its test."""
        space: dict[str, Any] = {**self._constants, "arguments": arguments}
        for line in self._lines:
            if not line.startswith("if "):
                about = self._texts[line.partition(" ")[0]]
            try:
                exec(line.replace("return None", "raise ValueError"), space)
            except LOOKUP_ERRORS:
                found = re.search(r"\bv\d+\b", line)
                return about if found is None else self._texts[found[0]]
        return ""

    def function(self) -> Any:
        """The function of the arguments that are no arrays."""
        body = [*self._lines, f"return [{', '.join(self._inputs)}]"]
        text = "def look_up(arguments):\n try:\n  " + "\n  ".join(body) + "\n except LOOKUP_ERRORS:\n  return None\n"
        return self._made(text, "look_up")

    def guarded(self, quick: Any, otherwise: Any, places: Sequence[str]) -> Any:
        """A function of the arguments that hands them on to machine code, with the inputs from outside after them.

        Where a test fails it calls `otherwise`. `places` tells where in `args` the arguments are that are no arrays.
        """
        wanted, body = set(self._inputs), list[str]()
        for line in reversed(self._lines):
            name = line.partition(" = ")[0]
            if name in wanted or (line.startswith("if ") and line not in self._implied):
                body.insert(0, line.replace("return None", "raise ValueError"))
                wanted.update(re.findall(r"\bv\d+\b", line))
        if not body:
            return quick
        if any("arguments[" in line for line in body):
            body.insert(0, f"arguments = ({' '.join(f'{place},' for place in places)})")
        text = (
            f"def call(*args):\n try:\n  {chr(10).join(body).replace(chr(10), chr(10) + '  ')}\n"
            " except LOOKUP_ERRORS:\n  pass\n"
            f" else:\n  return quick({', '.join(['*args', *self._inputs])})\n"
            " return otherwise(*args)\n"
        )
        return self._made(text, "call", quick=quick, otherwise=otherwise)

    def _made(self, text: str, name: str, **more: Any) -> Any:
        space = {**self._constants, "LOOKUP_ERRORS": LOOKUP_ERRORS, **more}
        exec(compile(text, "<wengert: guards>", "exec"), space)
        return space[name]
