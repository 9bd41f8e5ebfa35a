"""Functions that a program has made, taken apart: what they hold of their own can be carried as that of a container.

A function has its defaults, its attributes, and the variables of the frames it was made in. A frame that has ended
since leaves its variables to the function alone: these are parts of it, too, as long as nothing binds them anew. All
else is shared with others, and stays as it is.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Set
from dataclasses import dataclass, field
from types import CellType, CodeType, FunctionType, MethodType
from typing import Any

from wengert.read.rewrite import HOOKS
from wengert.stage.values.places import UNBOUND, stored_names


@dataclass(frozen=True)
class Template:
    """What is the same of two functions that differ in what they hold."""

    code: CodeType
    counts: tuple[int, ...]  # defaults, own variables
    names: tuple[tuple[str, ...], ...]  # of keyword defaults, attributes
    kept: tuple[int | None, ...]  # the shared variables, by identity
    cells: tuple[CellType | None, ...] = field(compare=False)
    space: dict[str, Any] = field(compare=False)
    about: tuple[Any, ...] = field(compare=False)

    def make(self, parts: list[Any]) -> FunctionType:
        """A function of this kind that holds these parts."""
        left = iter(parts)
        defaults = tuple([next(left) for _ in range(self.counts[0])])
        own = iter([CellType() if x is UNBOUND else CellType(x) for x in [next(left) for _ in range(self.counts[1])]])
        closure = tuple([next(own) if cell is None else cell for cell in self.cells])
        name, qualname, doc, module, annotations = self.about
        made = FunctionType(self.code, self.space, name, defaults or None, closure)
        made.__qualname__, made.__doc__, made.__module__ = qualname, doc, module
        made.__annotations__ = annotations
        keywords, attributes = self.names
        if keywords:
            made.__kwdefaults__ = {key: next(left) for key in keywords}
        for key in attributes:
            made.__dict__[key] = next(left)
        return made


@dataclass(frozen=True)
class Bound:
    """A method, apart from the object it belongs to."""

    function: Any

    def make(self, parts: list[Any]) -> MethodType:
        """The method of an object."""
        return MethodType(self.function, parts[0])


@dataclass(frozen=True)
class Applied:
    """A `functools.partial`, apart from its arguments."""

    count: int
    names: tuple[str, ...]

    def make(self, parts: list[Any]) -> functools.partial[Any]:
        """The partial function of a function and its arguments."""
        function, *args = parts
        keywords = dict(zip(self.names, args[self.count :], strict=True))
        return functools.partial(function, *args[: self.count], **keywords)


class Callee:
    """A function taken apart."""

    def __init__(self, template: Template | Bound | Applied, parts: list[Any]) -> None:
        self.template, self.parts = template, parts


CALLEES = (FunctionType, MethodType, functools.partial)


def taken_apart(function: Any, shared: Callable[[], Set[int]]) -> Any:
    """A function as a `Callee`; itself, if it holds nothing of its own. `shared` gives the variables that others have.

    A variable of its own that it binds anew may be another function's, too: such a function stays as it is.
    """
    kind = type(function)
    if kind is MethodType:
        return Callee(Bound(function.__func__), [function.__self__])
    if kind is functools.partial:
        parts = [function.func, *function.args, *function.keywords.values()]
        return Callee(Applied(len(function.args), tuple(function.keywords)), parts)
    found = own_cells(function, shared)
    code = function.__code__
    written = stored_names(code)[0]
    defaults, keywords = function.__defaults__ or (), function.__kwdefaults__ or {}
    if not (found or defaults or keywords or function.__dict__) or any(name in written for name in found.values()):
        return function
    cells = tuple([None if id(cell) in found else cell for cell in function.__closure__ or ()])
    kept = tuple([None if cell is None else id(cell) for cell in cells])
    about = (
        function.__name__, function.__qualname__, function.__doc__, function.__module__, function.__annotations__,
    )  # fmt: skip
    template = Template(
        code, (len(defaults), len(found)), (tuple(keywords), tuple(function.__dict__)), kept, cells,
        function.__globals__, about,
    )  # fmt: skip
    own = [contents(cell) for cell in function.__closure__ or () if id(cell) in found]
    return Callee(template, [*defaults, *own, *keywords.values(), *function.__dict__.values()])


def own_cells(function: Any, shared: Callable[[], Set[int]]) -> dict[int, str]:
    """The variables that only a function knows, and functions made with it: their names, by identity."""
    names = function.__code__.co_freevars
    if not names or names == (HOOKS,):
        return {}
    others = shared()
    cells = zip(function.__closure__, names, strict=True)
    return {id(cell): name for cell, name in cells if name != HOOKS and id(cell) not in others}


def contents(cell: CellType) -> Any:
    """What is in a variable, or `UNBOUND`."""
    try:
        return cell.cell_contents
    except ValueError:
        return UNBOUND


def cells_around(block: Any, depth: int = 2) -> Iterator[int]:
    """The variables that a block of the program sees: itself, or where functions of ours call it."""
    if isinstance(block, functools.partial):
        for part in (block.func, *block.args):
            yield from cells_around(part, depth)
    for cell in getattr(block, "__closure__", None) or ():
        yield id(cell)
        if depth and type(contents(cell)) is FunctionType:
            yield from cells_around(contents(cell), depth - 1)
