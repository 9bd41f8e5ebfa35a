"""From a user's function to the same function with hooks, under the same file name and line numbers."""

from __future__ import annotations
import __future__

import ast
import builtins
import dis
import weakref
from types import CellType, CodeType, FunctionType
from typing import Any

from wengert.read.rewrite import HOOKS, rewrite
from wengert.read.source import Found, find, is_users, nested

_functions: weakref.WeakKeyDictionary[FunctionType, FunctionType] = weakref.WeakKeyDictionary()
_codes: dict[int, tuple[CodeType, CodeType | None]] = {}  # by identity: equal code may stand in two files
_converted: set[int] = set()  # code that has hooks already; it lives as long as its entry in _codes or _rebounds
_rebounds: list[CodeType] = []
FACTORY = "__wengert_factory__"


def convert(function: FunctionType, hooks: Any) -> FunctionType:
    """The function with hooks; itself where it is not the user's or has them already.

    Without source that matches (exec, the plain REPL, an edited file) its bytecode is kept, and its globals and
    builtins are looked up through the hooks.
    """
    known = _functions.get(function)
    if known is None:
        known = _functions[function] = _convert(function, hooks)
    return known


def _convert(function: FunctionType, hooks: Any) -> FunctionType:
    code = function.__code__
    if id(code) in _converted or not is_users(code):
        return function
    if id(code) not in _codes:
        found = find(function)
        _codes[id(code)] = (code, None if found is None else _compile(found, code))
    new = _codes[id(code)][1]
    if new is None:
        return _rebound(function, hooks)
    cells = dict(zip(code.co_freevars, function.__closure__ or (), strict=True))
    cells[HOOKS] = CellType(hooks)
    return _like(function, new, function.__globals__, tuple(cells[name] for name in new.co_freevars))


def _compile(found: Found, code: CodeType) -> CodeType | None:
    """Compile the rewritten node inside a factory that has the function's free variables."""
    node = rewrite(found)
    body: ast.stmt = ast.Return(node) if isinstance(node, ast.Lambda) else node
    names = [HOOKS, *code.co_freevars]
    args = ast.arguments([], [ast.arg(name) for name in names], None, [], [], None, [])
    factory = ast.FunctionDef(FACTORY, args, [body], [], None, None)
    ast.copy_location(body, node)
    ast.copy_location(factory, node)
    module = ast.fix_missing_locations(ast.Module([factory], []))
    flags = code.co_flags & ANNOTATIONS
    whole = compile(module, code.co_filename, "exec", flags=flags, dont_inherit=True)
    outer = next(const for const in whole.co_consts if isinstance(const, CodeType))
    inner = next(c for c in outer.co_consts if isinstance(c, CodeType) and c.co_name == code.co_name)
    new = inner.replace(co_qualname=code.co_qualname, co_firstlineno=code.co_firstlineno)
    for one in nested(new):
        _converted.add(id(one))
    return new


ANNOTATIONS = __future__.annotations.compiler_flag


def _rebound(function: FunctionType, hooks: Any) -> FunctionType:
    """The same bytecode, with globals and builtins that hand out stand-ins which go through the hooks."""
    if any(instruction.opname == "STORE_GLOBAL" for instruction in dis.get_instructions(function.__code__)):
        return function  # its assignments would miss the real globals
    code = function.__code__.replace()
    _converted.add(id(code))
    _rebounds.append(code)
    return _like(function, code, ReboundGlobals(function.__globals__, hooks), function.__closure__ or ())


class ReboundGlobals(dict[str, Any]):
    """A live view of a module's globals in which functions and modules are stand-ins."""

    def __init__(self, space: dict[str, Any], hooks: Any) -> None:
        super().__init__()
        self._space, self._hooks = space, hooks
        self["__builtins__"] = {
            name: value if isinstance(value, type) and issubclass(value, BaseException) else hooks.stand_in(value)
            for name, value in vars(builtins).items()
        }

    def __getitem__(self, name: str) -> Any:
        return self._hooks.stand_in(self._space[name])


def _like(function: FunctionType, code: CodeType, space: dict[str, Any], cells: tuple[Any, ...]) -> FunctionType:
    new = FunctionType(code, space, function.__name__, function.__defaults__, cells)
    new.__kwdefaults__ = function.__kwdefaults__
    new.__dict__.update(function.__dict__)
    new.__qualname__ = function.__qualname__
    new.__module__ = function.__module__
    return new
