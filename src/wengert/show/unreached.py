"""The loops and branches of functions that ran, which were not come to."""

from __future__ import annotations

import ast
import linecache
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from wengert.ir import Location

KINDS: dict[type[ast.AST], str] = {ast.For: "for", ast.While: "while", ast.If: "if"}
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


class Place(NamedTuple):
    """A statement."""

    what: str
    file: str
    line: int


def unreached(places: Iterable[Location]) -> Iterator[Place]:
    """The statements beside those at these places, in the same functions."""
    lines: dict[str, set[int]] = {}
    for place in places:
        lines.setdefault(place.file, set()).add(place.line)
    for file, reached in lines.items():
        try:
            module = ast.parse("".join(linecache.getlines(file)))
        except SyntaxError:
            continue
        for node in _statements_of_functions(module, reached):
            if node.lineno not in reached:
                yield Place(KINDS[type(node)], file, node.lineno)


def _statements_of_functions(module: ast.Module, reached: set[int]) -> Iterator[ast.stmt]:
    """The loops and branches of all functions in which something was reached."""
    for node in ast.walk(module):
        if isinstance(node, FUNCTIONS):
            own = list(_own(node))
            if any(one.lineno in reached for one in own):
                yield from own


def _own(node: ast.AST) -> Iterator[ast.stmt]:
    """The loops and branches in a function, without those of functions in it."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, (*FUNCTIONS, ast.Lambda, ast.ClassDef)):
            continue
        if isinstance(child, (ast.For, ast.While, ast.If)):
            yield child
        yield from _own(child)
