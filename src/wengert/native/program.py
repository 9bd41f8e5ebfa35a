"""A list as a compiled program that can be called."""

from __future__ import annotations

import ctypes
import math
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from wengert.errors import UnsupportedError
from wengert.ir import Array, WengertList
from wengert.native import cache, cpython, engine
from wengert.native.assembly import Assembly
from wengert.native.build import emit_main, output_type, passes
from wengert.native.c_file import c_file, header
from wengert.native.entry import Calls, Program, emit_entry, row_of
from wengert.native.guard import Guard
from wengert.native.prepare import prepared
from wengert.native.python_file import python_file
from wengert.native.values import code_of
from wengert.run import run
from wengert.tree import LEAF, Structure

_warned: set[str] = set()


class NativeFallbackWarning(UserWarning):
    """A part of a program is run by Python."""


@dataclass(eq=False)
class NativeProgram:
    """A list in machine code.

    `call` is a builtin function of the list's inputs that gives a tuple of its outputs, `quick` that of a front; with
    a front, `call` is compiled when it is asked for.
    """

    list: WengertList
    text: str
    level: int
    reasons: dict[str, str]  # rows that call back to Python, and why
    make: Callable[[], Any]
    single: bool = False
    quick: Any = None

    @cached_property
    def call(self) -> Any:
        """The builtin function of the list's inputs."""
        return self.make()

    def __call__(self, *args: Any) -> Any:
        return self.call(*args)

    def source(self, language: str = "python", name: str = "program") -> str:
        """The program as text.

        `"python"` in NumPy, `"c"` as a C99 file that stands for itself, `"h"` its header, `"llvm"`, `"asm"`.
        """
        if language == "python":
            return python_file(self.list, name, self.single)
        if language == "llvm":
            return self.text
        if language == "asm":
            with engine.LOCK:
                module = engine.parse(self.text)
                engine.optimize(module, passes(self.list))
                return engine.assembly_text(module, self.level)
        if language in ("c", "h"):
            return c_file(self.list, name) if language == "c" else header(self.list, name)
        raise UnsupportedError(f"source: there is no {language!r}; choose 'python', 'c', 'h', 'llvm' or 'asm'")


class Front(NamedTuple):
    """How a program is called by its user: containers of arguments and of results, and who takes all other calls."""

    arguments: Structure
    result: Structure
    otherwise: Callable[..., Any]


def compile_list(
    wl: WengertList, single: bool = False, warn: bool = True, verify: bool = False, front: Front | None = None
) -> NativeProgram:
    """A list as machine code.

    `single` has a list of one output give it as it is, not in a tuple. A list that cannot be compiled at all (dtypes
    that machine code does not have, an interpreter whose objects look different) is run by NumPy, with a warning.
    With a `front`, the program's `quick` takes the containers apart itself; it hands over calls with arguments of other
    types than those of the list.
    """
    why = _obstacle(wl)
    if why:
        if warn:
            _warn(wl, why)
        return NativeProgram(wl, "", 0, {"list": why}, lambda: _interpreted(wl, single), single)
    clean = prepared(wl)
    assembly = Assembly()
    arena = emit_main(assembly, clean)
    guard = Guard(wl, assembly)
    inputs, outputs = [x.type for x in wl.inputs], [output_type(x) for x in wl.outputs]
    program = Program(inputs, outputs, arena, assembly.heaps, math.inf if assembly.looks else assembly.cost)
    flat = Calls(guard.slow, guard.fail, LEAF if single and len(outputs) == 1 else row_of(len(outputs)))
    calls = flat
    if front is not None:
        calls = Calls(front.otherwise, guard.fail, front.result, front.arguments)
        calls = calls if calls.is_plain else flat
    emit_entry(assembly, program, calls)
    text = assembly.module.text(len(assembly.slots))
    level = 2 if len(text) < 1_000_000 else 0
    entry, address = _loaded(assembly, _code(text, passes(clean), level, verify), (assembly, guard))
    if warn:
        for name, reason in assembly.reasons.items():
            _warn_row(name, reason)

    def other() -> Any:
        """A further entry point of the program."""
        more = Assembly()
        emit_entry(more, program._replace(address=address), flat)
        code = _code(more.module.text(len(more.slots)), "none", 0, verify)
        return _loaded(more, code, (more, entry), "entry")[0]

    def call() -> Any:
        with engine.LOCK:
            if guard.call is None:
                guard.call = entry if calls is flat else other()
        return guard.call

    found = NativeProgram(wl, text, level, dict(assembly.reasons), call, single, None if calls is flat else entry)
    return found


def _loaded(assembly: Assembly, code: bytes, keep: Any, *names: str) -> tuple[Any, int]:
    """The builtin function of loaded code, and the address of the program in it."""
    names = names or ("entry", "program")
    loaded = engine.load(code, names)
    table = (ctypes.c_void_p * max(len(assembly.slots), 1)).from_address(loaded.table)
    for i, address in enumerate(assembly.slots):
        table[i] = address
    return cpython.builtin(loaded.addresses["entry"], "compiled", (loaded, keep)), loaded.addresses.get("program", 0)


def _code(text: str, level: str, generator: int, verify: bool) -> bytes:
    """The object code of a module, from the cache if it is there."""
    key = cache.key_of(text, level, str(generator), engine.machine().key)
    found = cache.read(key)
    if found is None or verify:
        with engine.LOCK:
            module = engine.parse(text, verify)
            engine.optimize(module, level)
            found = engine.assemble(module, generator)
        cache.write(key, found)
    return found


def _obstacle(wl: WengertList) -> str:
    """Why a list cannot be compiled; empty where it can."""
    if not cpython.layout_is_known():
        return "the objects of this Python are laid out in another way than CPython's"
    if any(not isinstance(output_type(x), Array) for x in (*wl.inputs, *wl.outputs)):
        return "a sequence goes in or out"
    for x in (*wl.inputs, *wl.outputs, *(v for line in wl.lines for v in (*line.inputs, *line.outputs))):
        kind = output_type(x)
        if code_of(kind.dtype) is None:
            return f"machine code has no numbers of dtype {kind.dtype}"
        if isinstance(x, int) and not -(2**63) <= x < 2**63:
            return "there is an integer of more than 64 bits"
    return ""


def _interpreted(wl: WengertList, single: bool) -> Any:
    def call(*args: Any) -> Any:
        out = run(wl, *args)
        return out[0] if single and len(out) == 1 else tuple(out)

    return call


def _warn(wl: WengertList, why: str) -> None:
    if why not in _warned:
        _warned.add(why)
        warnings.warn(f"a compiled function is run by NumPy: {why}", NativeFallbackWarning, stacklevel=3)


def _warn_row(row: str, why: str) -> None:
    if row not in _warned:
        _warned.add(row)
        warnings.warn(f"{row} is run by Python inside of compiled code: {why}", NativeFallbackWarning, stacklevel=3)
