"""A list as a compiled program that can be called."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from wengert.errors import UnsupportedError
from wengert.ir import Array, WengertList
from wengert.native.build import emit_main, output_type, passes
from wengert.native.builders.values import code_of
from wengert.native.calls.entry import Calls, Program, emit_entry, row_of
from wengert.native.files.c_file import c_file, header
from wengert.native.files.python_file import python_file
from wengert.native.machine import cpython, engine
from wengert.native.machine.assembly import Assembly
from wengert.native.machine.guard import Guard
from wengert.native.machine.progress import bar
from wengert.native.machine.tiers import HEAVY, Tiers, loaded, object_code
from wengert.native.planning.prepare import prepared
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
    tiers: Tiers | None = None

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


    def ran(self, seconds: float) -> None:
        """How long the first run took, which tells when better code pays."""
        if self.tiers is not None:
            self.tiers.ran(seconds)


class Front(NamedTuple):
    """How a program is called by its user: containers of arguments and of results, and who takes all other calls."""

    arguments: Structure
    result: Structure
    otherwise: Callable[..., Any]


def compile_list(
    wl: WengertList,
    single: bool = False,
    warn: bool = True,
    verify: bool = False,
    front: Front | None = None,
    quickly: bool = False,
) -> NativeProgram:
    """A list as machine code.

    `single` has a list of one output give it as it is, not in a tuple. A list that cannot be compiled at all (dtypes
    that machine code does not have, an interpreter whose objects look different) is run by NumPy, with a warning.
    With a `front`, the program's `quick` takes the containers apart itself; it hands over calls with arguments of other
    types than those of the list. `quickly` has LLVM make plain code first, and good code after some calls.
    """
    why = _obstacle(wl)
    if why:
        if warn:
            _warn(wl, why)
        return NativeProgram(wl, "", 0, {"list": why}, lambda: _interpreted(wl, single), single)
    clean = prepared(wl)
    assembly = Assembly()
    guard = Guard(wl, assembly)
    with bar(len(clean.lines)) as assembly.done:
        arena = emit_main(assembly, clean)
        text = assembly.module.text(len(assembly.slots))
        level = 2 if len(text) < 1_000_000 else 0
        tiers = Tiers(assembly, text, passes(clean), level, verify)
        sizes = sum(v.type.size for line in clean.lines for v in line.outputs if isinstance(v.type, Array))
        tiers.start(quickly and max(assembly.cost, assembly.longest, sizes) < HEAVY)
    assembly.done = None
    inputs, outputs = [x.type for x in wl.inputs], [output_type(x) for x in wl.outputs]
    cost = math.inf if assembly.looks else assembly.cost  # as long as it likes
    program = Program(inputs, outputs, arena, assembly.heaps, cost, tiers.address, tiers.finish)
    flat = Calls(guard.slow, guard.fail, LEAF if single and len(outputs) == 1 else row_of(len(outputs)))
    if warn:
        for name, reason in assembly.reasons.items():
            _warn_row(name, reason)

    def entry(calls: Calls) -> Any:
        """A builtin function that calls the program."""
        own = Assembly()
        emit_entry(own, program, calls)
        found = loaded(own, object_code(own.module.text(len(own.slots)), "none", 0, verify), "entry")
        return cpython.builtin(found.addresses["entry"], "compiled", (found, own, assembly, guard, tiers))

    def call() -> Any:
        with engine.LOCK:
            if guard.call is None:
                guard.call = entry(flat)
        return guard.call

    calls = None if front is None else Calls(front.otherwise, guard.fail, front.result, front.arguments)
    quick = entry(calls) if calls is not None and calls.is_plain else None
    return NativeProgram(wl, text, level, dict(assembly.reasons), call, single, quick, tiers)


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
