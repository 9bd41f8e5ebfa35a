"""From a function to the piece of source it was compiled from, or the certainty that there is none.

The syntax node is looked up by the code object's first line and columns, and believed only if compiling the file as it
stands now gives an equal code object: an edited file is noticed, never misread.
"""

from __future__ import annotations
import __future__

import ast
import functools
import linecache
import operator
import sys
import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

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
    module = _module("".join(lines), code.co_filename, code.co_flags & FUTURES, REWRITTEN in function.__globals__)
    if module is None or code not in module.codes:
        return None
    candidates = [found for found in module.functions.get(code.co_firstlineno, ()) if _name(found.node) == code.co_name]
    if len(candidates) > 1:
        candidates = _innermost([found for found in candidates if _covers(found.node, code)])
    return candidates[0] if len(candidates) == 1 else None


def is_users(code: CodeType) -> bool:
    """Whether a function is the user's: not of the standard library, an installed package or this one."""
    return is_users_file(code.co_filename)


@dataclass(frozen=True)
class _Module:
    codes: frozenset[CodeType]
    functions: dict[int, list[Found]]


REWRITTEN = "@pytest_ar"  # a name in modules of which pytest has rewritten the assertions
FUTURES = functools.reduce(
    operator.or_, (getattr(__future__, name).compiler_flag for name in __future__.all_feature_names)
)


@lru_cache(maxsize=256)
def _module(source: str, filename: str, flags: int, rewritten: bool) -> _Module | None:
    try:
        tree = ast.parse(source, filename)
        compiled: Any = source
        if rewritten:  # only to see that the code is that of the source; the assertions themselves are read as written
            compiled = ast.parse(source, filename)
            sys.modules["_pytest.assertion.rewrite"].rewrite_asserts(compiled, source.encode(), filename)
        code = compile(compiled, filename, "exec", flags=flags, dont_inherit=True)
    except (SyntaxError, ValueError):
        return None
    functions: dict[int, list[Found]] = {}
    for found in _functions(tree):
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


def _functions(tree: ast.AST) -> Iterator[Found]:
    rest: list[tuple[ast.AST, str | None]] = [(tree, None)]
    while rest:
        node, class_name = rest.pop()
        for name in node._fields:
            value = getattr(node, name, None)
            for child in value if isinstance(value, list) else (value,):
                if not isinstance(child, ast.AST) or isinstance(child, ast.expr_context):
                    continue
                if isinstance(child, FunctionNode):
                    yield Found(child, class_name)
                rest.append((child, child.name if isinstance(child, ast.ClassDef) else class_name))


def _name(node: FunctionNode) -> str:
    return "<lambda>" if isinstance(node, ast.Lambda) else node.name


def _covers(node: FunctionNode, code: CodeType) -> bool:
    """Whether the instructions of a lambda lie within a node; for several lambdas on one line."""
    body = node.body if isinstance(node, ast.Lambda) else node
    places = [p for p in code.co_positions() if None not in p and p[3] != 0]
    start, end = _extent(body)
    return all(start <= (p[0], p[2]) and (p[1], p[3]) <= end for p in places)  # type: ignore[operator]


def _innermost(candidates: list[Found]) -> list[Found]:
    """Those that contain no other: an outer lambda covers what an inner one does."""
    return [one for one in candidates if not any(_holds(one.node, other.node) for other in candidates)]


def _holds(outer: ast.AST, inner: ast.AST) -> bool:
    (start, end), (first, last) = _extent(outer), _extent(inner)
    return outer is not inner and start <= first and last <= end


def _extent(node: Any) -> tuple[tuple[int, int], tuple[int, int]]:
    return (node.lineno, node.col_offset), (node.end_lineno, node.end_col_offset)


_STDLIB = tuple(
    str(Path(path).resolve()) + "/" for key, path in sysconfig.get_paths().items() if key in ("stdlib", "platstdlib")
)


@lru_cache(maxsize=4096)
def is_users_file(filename: str) -> bool:
    """The same of a file."""
    if filename.startswith("<"):
        return not filename.startswith("<frozen")
    path = str(Path(filename).resolve())
    installed = "/site-packages/" in path or "/dist-packages/" in path
    return not (installed or path.startswith(_STDLIB) or path.startswith(PACKAGE))
