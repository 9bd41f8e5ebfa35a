"""A list as a compiled program that can be called."""

from __future__ import annotations

import ctypes
import functools
import threading
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from wengert.errors import UnsupportedError
from wengert.ir import Array, Line, Var, WengertList, shape_of, type_of
from wengert.native import cpython, engine, python_calls
from wengert.native.assembly import Assembly, Frame
from wengert.native.entry import Entry
from wengert.native.llvm import Builder
from wengert.native.lowering import lower
from wengert.native.parts import Parts
from wengert.native.prepare import prepared
from wengert.native.scope import Scope
from wengert.native.values import Val, code_of
from wengert.native.views import Place, c_layout
from wengert.run import run

_warned: set[str] = set()


class NativeFallbackWarning(UserWarning):
    """A part of a program is run by Python."""


@dataclass(eq=False)
class NativeProgram:
    """A list in machine code. `call` is a builtin function of the list's inputs that gives a tuple of its outputs."""

    list: WengertList
    text: str
    level: int
    reasons: dict[str, str]  # rows that call back to Python, and why
    call: Any
    single: bool = False

    def __call__(self, *args: Any) -> Any:
        return self.call(*args)

    def source(self, language: str = "python") -> str:
        """The program as text: `"llvm"` or `"asm"`."""
        if language == "llvm":
            return self.text
        if language == "asm":
            module = engine.parse(self.text)
            engine.optimize(module, _passes(self.list))
            return engine.assembly_text(module, self.level)
        raise UnsupportedError(f"source: there is no {language!r}; choose 'llvm' or 'asm'")


def output_type(x: Any) -> Array:
    """The type of an output of a list."""
    return x.type if type(x) is Var else type_of(x)


def compile_list(wl: WengertList, single: bool = False, warn: bool = True, verify: bool = False) -> NativeProgram:
    """A list as machine code.

    `single` has a list of one output give it as it is, not in a tuple. A list that cannot be compiled at all (dtypes
    that machine code does not have, an interpreter whose objects look different) is run by NumPy, with a warning.
    """
    why = _obstacle(wl)
    if why:
        if warn:
            _warn(wl, why)
        return NativeProgram(wl, "", 0, {"list": why}, _interpreted(wl, single), single)
    clean = prepared(wl)
    assembly = Assembly()
    arena = _emit_main(assembly, clean)
    guard = _Guard(wl, assembly)
    types = [x.type for x in wl.inputs]
    outputs = [output_type(x) for x in wl.outputs]
    entry = Entry(assembly, types, outputs, arena, single and len(outputs) == 1, guard.slow, guard.fail)
    entry.emit()
    text = assembly.module.text(len(assembly.slots))
    level = 2 if len(text) < 1_000_000 else 0
    with engine.LOCK:
        module = engine.parse(text, verify)
        engine.optimize(module, _passes(clean))
        loaded = engine.load(engine.assemble(module, level), ("entry",))
    table = (ctypes.c_void_p * max(len(assembly.slots), 1)).from_address(loaded.table)
    for i, address in enumerate(assembly.slots):
        table[i] = address
    call = cpython.builtin(loaded.addresses["entry"], "compiled", (assembly, guard))
    guard.call = call
    if assembly.reasons and warn:
        for row, reason in assembly.reasons.items():
            _warn_row(row, reason)
    return NativeProgram(wl, text, level, dict(assembly.reasons), call, single)


def _passes(wl: WengertList) -> str:
    if any(is_region(line) for line in wl.lines) and sum(map(length_of, wl.lines)) < 3000:
        return "loops"
    return "registers"


def is_region(line: Line) -> bool:
    """Whether a line holds lists."""
    return any(isinstance(value, (WengertList, tuple)) and _lists(value) for value in line.params.values())


def _lists(value: Any) -> list[WengertList]:
    return [x for x in (value if isinstance(value, tuple) else (value,)) if isinstance(x, WengertList)]


def length_of(line: Line) -> int:
    """The number of lines in a line, itself among them."""
    inside = (wl for value in line.params.values() for wl in _lists(value))
    return 1 + sum(length_of(inner) for wl in inside for inner in wl.lines)


def _emit_main(assembly: Assembly, wl: WengertList) -> int:
    """The function `main` of a frame; the size of its working memory."""
    frame = Frame(Val("%frame", "p"), len(wl.inputs), len(wl.outputs))
    low = Scope(
        assembly, Builder(assembly.module), frame, wl.lines, wl.inputs, wl.outputs, Val("%memory", "p"), lower
    )
    parts = Parts(assembly.module, low.plan)
    for k, x in enumerate(wl.inputs):
        low.given[x] = functools.partial(_input, low, k, x.type)
    for k, x in enumerate(wl.outputs):
        if type(x) is Var and x.type.shape != ():
            low.claim(x, functools.partial(_output, low, k), k)
    low.arena.lay_out()
    lower(low, parts)
    for k, x in enumerate(wl.outputs):
        kind = output_type(x)
        code = code_of(kind.dtype)
        assert code is not None
        pointer = frame.output(low.b, k) if kind.shape == () else _output(low, k)
        low.deliver(x, Place(pointer, c_layout(kind.shape, code)), k)
    parts.close(low)
    parts.main()
    return low.arena.size


def _input(low: Scope, k: int, kind: Array) -> Val | Place:
    """An input: a number, or where an array is."""
    code = code_of(kind.dtype)
    assert code is not None
    place = low.frame.input(low.b, k)
    if kind.shape == ():
        return low.b.load(place, code)
    return Place(low.b.load(place, "p"), c_layout(kind.shape, code))


def _output(low: Scope, k: int) -> Val:
    """Where an output that is an array goes."""
    return low.b.load(low.frame.output(low.b, k), "p")


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


class _Guard:
    """What the entry point calls where the arguments are not as they should be, or something went wrong."""

    def __init__(self, wl: WengertList, assembly: Assembly) -> None:
        self.wl, self.assembly = wl, assembly
        self.types: Sequence[Array] = [x.type for x in wl.inputs]
        self.call: Any = None
        self._inside = threading.local()

    def slow(self, *args: Any) -> Any:
        """Bring the arguments to the form that the code reads, and call it again."""
        if getattr(self._inside, "active", False):
            raise TypeError(f"a compiled function was given {[type(x).__name__ for x in args]}")
        if len(args) != len(self.types):
            raise TypeError(f"the list has {len(self.types)} inputs, {len(args)} were given")
        fitted = [self._fit(k, x) for k, x in enumerate(args)]
        self._inside.active = True
        try:
            return self.call(*fitted)
        finally:
            self._inside.active = False

    def _fit(self, k: int, x: Any) -> Any:
        kind = self.types[k]
        name = self.wl.names[k] if k < len(self.wl.names) and self.wl.names[k] else f"input {k}"
        if shape_of(x) != kind.shape:
            raise ValueError(f"{name}: the program was compiled for shape {kind.shape}, and got {shape_of(x)}")
        found = np.asarray(x)
        if found.dtype != kind.dtype and not _converts(found.dtype, kind.dtype):
            raise TypeError(f"{name}: the program was compiled for {kind.dtype}, and got {found.dtype}")
        if kind.shape == ():
            return found.astype(kind.dtype)[()]
        out = np.array(found, dtype=kind.dtype, order="C", copy=None, subok=False)
        well = out.flags.c_contiguous and out.flags.aligned and out.dtype is kind.dtype
        return out if well else self._copied(out, kind)

    def _copied(self, x: Any, kind: Array) -> Any:
        out = np.empty(x.shape, kind.dtype)
        out[...] = x
        return out

    def fail(self, status: int, *numbers: int) -> None:
        """Raise what a status stands for."""
        if status == 1:
            python_calls.raise_pending()
        failure = self.assembly.failures[status - 2]
        error = failure.make(list(numbers))
        if failure.line is not None and failure.line.location is not None:
            error.add_note(f"in the compiled line {failure.line.location}")
        raise error


def _converts(source: np.dtype[Any], target: np.dtype[Any]) -> bool:
    """Whether values of one dtype are all values of the other: an int for a float, a float for a complex number."""
    return bool(np.can_cast(source, target, "safe")) or (source.kind in "iub" and target.kind in "fc")

