"""From a user's function to the same function with hooks, under the same file name and line numbers."""

from __future__ import annotations
import __future__

import ast
import builtins
import dis
import re
import weakref
from collections.abc import Mapping
from types import CellType, CodeType, FunctionType
from typing import Any

from wengert.read.full import Full
from wengert.read.observer import observer
from wengert.read.rewrite import HOOKS, Light, rewrite
from wengert.read.source import Found, find, is_users, nested
from wengert.read.statements import REGION

Functions = weakref.WeakKeyDictionary[FunctionType, FunctionType]

_functions: dict[type[Light], Functions] = {Light: weakref.WeakKeyDictionary(), Full: weakref.WeakKeyDictionary()}
_codes: dict[
    tuple[int, type[Light]], tuple[CodeType, CodeType | None]
] = {}  # by identity: two files may have equal code
_sources: dict[int, tuple[CodeType, Found | None]] = {}
_converted: dict[int, type[Light]] = {}  # code that has hooks already; it lives as long as its entry in _codes
_before: dict[int, CodeType] = {}  # what code in light strength was made of
_rebounds: list[CodeType] = []
FACTORY = "__wengert_factory__"


def convert(function: FunctionType, hooks: Any) -> FunctionType:
    """The function with hooks; itself where it is not the user's or has them already.

    They are those of the full strength while somebody observes. Without source that matches (exec, the plain REPL, an
    edited file) its bytecode is kept, and its globals and builtins are looked up through the hooks.
    """
    code = function.__code__
    kind: type[Light] = Light if observer.get() is None else Full
    known_kind = _converted.get(id(code))
    if known_kind is not None:
        if kind is Light or known_kind is Full or id(code) not in _before:
            return function
        code = _before[id(code)]
        function = like(function, code, function.__globals__, _cells(function, code.co_freevars))
    elif not is_users(code):
        return function
    if function.__closure__ is not None:  # not kept: it may hold the function itself, which would then live forever
        return _convert(function, code, hooks, kind)
    known = _functions[kind].get(function)
    if known is None or known.__defaults__ is not function.__defaults__:
        known = _functions[kind][function] = _convert(function, code, hooks, kind)
    return known


def has_source(function: FunctionType) -> bool:
    """Whether a function of the user's can be rewritten, or has been."""
    return id(function.__code__) in _converted or _found(function) is not None


def _found(function: FunctionType) -> Found | None:
    code = function.__code__
    if id(code) not in _sources:
        _sources[id(code)] = (code, find(function))
    return _sources[id(code)][1]


def _rewritten(function: FunctionType, kind: type[Light]) -> CodeType | None:
    code = function.__code__
    if (id(code), kind) not in _codes:
        found = _found(function)
        _codes[id(code), kind] = (code, None if found is None else _compile(found, code, kind))
    return _codes[id(code), kind][1]


def _convert(function: FunctionType, code: CodeType, hooks: Any, kind: type[Light]) -> FunctionType:
    new = _rewritten(function, kind)
    if new is None:
        return _rebound(function, hooks)
    return like(function, new, function.__globals__, _cells(function, new.co_freevars, hooks))


def _cells(function: FunctionType, names: tuple[str, ...], hooks: Any = None) -> tuple[CellType, ...]:
    cells = dict(zip(function.__code__.co_freevars, function.__closure__ or (), strict=True))
    if hooks is not None:
        cells[HOOKS] = CellType(hooks)
    return tuple([cells[name] for name in names])


def _compile(found: Found, code: CodeType, kind: type[Light]) -> CodeType:
    """Compile the rewritten node inside a factory that has the function's free variables.

    A method stands in a class of the same name there, so that the compiler spells private names as it did.
    """
    node = rewrite(found, kind)
    body: ast.stmt = ast.Assign([ast.Name(FACTORY, ast.Store())], node) if isinstance(node, ast.Lambda) else node
    name = code.co_name
    if found.class_name is not None:
        name = found.class_name
        body = ast.ClassDef(name, [], [], [body], [], **_NO_TYPE_PARAMETERS)
    free = [HOOKS, *(one for one in code.co_freevars if one != "__class__")]
    args = ast.arguments([], [ast.arg(one) for one in free], None, [], [], None, [])
    known = [] if name in free or name == "<lambda>" else [ast.Global([name])]  # the body may mean the global one
    factory = ast.FunctionDef(FACTORY, args, [*known, body], [], None, None, **_NO_TYPE_PARAMETERS)
    for new in (body, factory, *known):
        ast.copy_location(new, node)
    module = ast.fix_missing_locations(ast.Module([factory], []))
    inner = compile(module, code.co_filename, "exec", flags=code.co_flags & ANNOTATIONS, dont_inherit=True)
    for _ in range(2 if found.class_name is None else 3):
        inner = next(const for const in inner.co_consts if isinstance(const, CodeType))
    out = _renamed(inner, inner.co_qualname, code.co_qualname)
    for one in nested(out):
        _converted[id(one)] = kind
    if kind is Light:
        before, after = list(nested(code)), list(nested(out))
        if len(before) == len(after):  # the light rewriting makes no functions of its own
            _before.update((id(new), old) for new, old in zip(after, before, strict=True))
    return out


_NO_TYPE_PARAMETERS: dict[str, Any] = {"type_params": []} if "type_params" in ast.ClassDef._fields else {}
ANNOTATIONS = __future__.annotations.compiler_flag


def _renamed(code: CodeType, old: str, new: str, outer: str = "") -> CodeType:
    """The code under the user's qualified name, and so all inside it; blocks under the name of their function."""
    name = outer if code.co_name.startswith(REGION) else code.co_name
    consts = tuple([_renamed(c, old, new, name) if isinstance(c, CodeType) else c for c in code.co_consts])
    qualname = _OF_BLOCKS.sub("", new + code.co_qualname.removeprefix(old))
    return code.replace(co_consts=consts, co_qualname=qualname, co_name=name)


_OF_BLOCKS = re.compile(rf"\.<locals>\.{REGION}\w+")


def _rebound(function: FunctionType, hooks: Any) -> FunctionType:
    """The same bytecode, with globals and builtins that hand out stand-ins which go through the hooks."""
    if any(instruction.opname == "STORE_GLOBAL" for instruction in dis.get_instructions(function.__code__)):
        return function  # its assignments would miss the real globals
    code = function.__code__.replace()
    for one in nested(code):
        _converted[id(one)] = Full
    _rebounds.append(code)
    return like(function, code, ReboundGlobals(function.__globals__, hooks), function.__closure__ or ())


class ReboundGlobals(dict[str, Any]):
    """A live view of a module's globals in which functions and modules are stand-ins."""

    def __init__(self, space: Mapping[str, Any], hooks: Any) -> None:
        super().__init__()
        self._space, self._hooks = space, hooks
        self["__builtins__"] = {
            name: value if isinstance(value, type) and issubclass(value, BaseException) else hooks.stand_in(value)
            for name, value in vars(builtins).items()
        }

    def __getitem__(self, name: str) -> Any:
        return self._hooks.stand_in(self._space[name])


def like(function: FunctionType, code: CodeType, space: dict[str, Any], cells: tuple[Any, ...]) -> FunctionType:
    """The same function with other code, globals and cells."""
    new = FunctionType(code, space, function.__name__, function.__defaults__, cells)
    new.__kwdefaults__ = function.__kwdefaults__
    new.__dict__.update(function.__dict__)
    new.__qualname__ = function.__qualname__
    new.__module__ = function.__module__
    return new
