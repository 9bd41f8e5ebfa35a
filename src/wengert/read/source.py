"""From a function to the piece of source it was compiled from, or the certainty that there is none.

The syntax node is looked up by the code object's first line and columns, and believed only if compiling the file as it
stands now gives an equal code object: an edited file is noticed, never misread.
"""

from __future__ import annotations

import ast
import linecache
import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import CodeType, FunctionType

from wengert.ir.location import PACKAGE

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


@dataclass(frozen=True, eq=False)
class Found:
    """A function's node, and the innermost class it is defined in (for private names)."""

    node: FunctionNode
    class_name: str | None


def find(function: FunctionType) -> Found | None:
    """The node of a function; `None` without source, or where the source has changed since it was compiled."""
    code = function.__code__
    lines = linecache.getlines(code.co_filename, function.__globals__)
    if not lines:
        return None
    module = _module("".join(lines), code.co_filename)
    if module is None or code not in module.codes:
        return None
    candidates = [found for found in module.functions.get(code.co_firstlineno, ()) if _name(found.node) == code.co_name]
    if len(candidates) > 1:
        candidates = [found for found in candidates if _covers(found.node, code)]
    return candidates[0] if len(candidates) == 1 else None


def is_users(code: CodeType) -> bool:
    """Whether a function is the user's: not of the standard library, an installed package or this one."""
    return _is_users_file(code.co_filename)


@dataclass(frozen=True)
class _Module:
    codes: frozenset[CodeType]
    functions: dict[int, list[Found]]


@lru_cache(maxsize=256)
def _module(source: str, filename: str) -> _Module | None:
    try:
        tree = ast.parse(source)
        code = compile(source, filename, "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        return None
    functions: dict[int, list[Found]] = {}
    for found in _functions(tree, None):
        decorators = getattr(found.node, "decorator_list", [])
        first = min([found.node.lineno, *(d.lineno for d in decorators)])
        functions.setdefault(first, []).append(found)
    return _Module(frozenset(nested(code)), functions)


def nested(code: CodeType) -> Iterator[CodeType]:
    """A code object and all those inside it."""
    yield code
    for const in code.co_consts:
        if isinstance(const, CodeType):
            yield from nested(const)


def _functions(node: ast.AST, class_name: str | None) -> Iterator[Found]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, FunctionNode):
            yield Found(child, class_name)
        yield from _functions(child, child.name if isinstance(child, ast.ClassDef) else class_name)


def _name(node: FunctionNode) -> str:
    return "<lambda>" if isinstance(node, ast.Lambda) else node.name


def _covers(node: FunctionNode, code: CodeType) -> bool:
    """Whether the instructions of a lambda lie within a node; for several lambdas on one line."""
    body = node.body if isinstance(node, ast.Lambda) else node
    assert isinstance(body, ast.AST)
    places = [p for p in code.co_positions() if None not in p and p[3] != 0]
    first = min(((p[0], p[2]) for p in places), default=None)
    last = max(((p[1], p[3]) for p in places), default=None)
    start, end = (body.lineno, body.col_offset), (body.end_lineno, body.end_col_offset)  # type: ignore[attr-defined]
    return first == start and last == end


_STDLIB = tuple(
    str(Path(path).resolve()) + "/" for key, path in sysconfig.get_paths().items() if key in ("stdlib", "platstdlib")
)


@lru_cache(maxsize=4096)
def _is_users_file(filename: str) -> bool:
    if filename.startswith("<"):
        return not filename.startswith("<frozen")
    path = str(Path(filename).resolve())
    installed = "/site-packages/" in path or "/dist-packages/" in path
    return not (installed or path.startswith(_STDLIB) or path.startswith(PACKAGE))
