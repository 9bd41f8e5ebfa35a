"""The function that a program is, and how much LLVM is asked to do about it."""

from __future__ import annotations

import functools
from typing import Any

from wengert.ir import Array, Line, Var, WengertList, type_of
from wengert.native.builders.llvm import Builder
from wengert.native.builders.values import Val, code_of
from wengert.native.lowering import lower
from wengert.native.machine.assembly import Assembly, Frame
from wengert.native.parts import Parts
from wengert.native.planning.views import Place, c_layout
from wengert.native.scope import Scope

LOOPS = 3000  # lines, up to which LLVM works on loops of single numbers


def output_type(x: Any) -> Array:
    """The type of an output of a list."""
    return x.type if type(x) is Var else type_of(x)


def emit_main(assembly: Assembly, wl: WengertList, language: Any = Builder) -> int:
    """The function `program` of a frame; the size of its working memory."""
    b = language(assembly.module)
    frame = Frame(b.parameter("frame", "p"), len(wl.inputs), len(wl.outputs))
    low = Scope(assembly, b, frame, wl.lines, wl.inputs, wl.outputs, b.parameter("memory", "p"), lower)
    parts = Parts(assembly, low.plan)
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
    parts.main(language(assembly.module))
    return low.arena.size


def _input(low: Scope, k: int, kind: Array) -> Val | Place:
    """An input: a number, or where an array is."""
    code = code_of(kind.dtype)
    assert code is not None
    place = low.frame.input(low.b, k)
    if kind.shape == ():
        return low.b.load(place, code)
    pointer = low.b.load(place, "p")
    if low.b.language == "llvm":
        low.b.read_only.add(pointer.text)
    return Place(pointer, c_layout(kind.shape, code))


def _output(low: Scope, k: int) -> Val:
    """Where an output that is an array goes."""
    return low.b.load(low.frame.output(low.b, k), "p")


def passes(wl: WengertList) -> str:
    """The level of `engine.optimize`."""
    if any(is_region(line) for line in wl.lines) and sum(map(length_of, wl.lines)) < LOOPS:
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
