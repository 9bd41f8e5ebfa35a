"""The executable specification of a list: what must hold after every transform."""

from __future__ import annotations

from collections.abc import Iterable

from wengert.ir.line import dependents
from wengert.ir.primitive import infer_types
from wengert.ir.types import Array, Type, type_of
from wengert.ir.var import Var
from wengert.ir.wengert_list import WengertList


def check_list(wl: WengertList) -> WengertList:
    """Return the list if it is well formed; AssertionError names the line otherwise.

    Every Var is assigned once and before it is read; the outputs of each line have the types that its primitive
    infers; every primitive has a rule.
    """
    known: set[Var] = set()
    for var in wl.inputs:
        assert var not in known, f"input {var} is listed twice"
        known.add(var)
    for number, line in enumerate(wl.lines):
        where = f"line {number} ({line.primitive.name})"
        for x in line.inputs:
            assert type(x) is not Var or x in known, f"{where} reads a value before it is assigned"
        types = [x.type if type(x) is Var else type_of(x) for x in line.inputs]
        for body in line.bodies():
            check_list(body)
        inferred = infer_types(line.primitive, types, line.params)
        assert len(inferred) == len(line.outputs), f"{where} has {len(line.outputs)} outputs, not {len(inferred)}"
        for var, expected in zip(line.outputs, inferred, strict=True):
            assert var not in known, f"{where} assigns a value again"
            assert _agree(var.type, expected), f"{where} gives {var.type}, its type rule says {expected}"
            known.add(var)
    for value in wl.outputs:
        assert type(value) is not Var or value in known, "an output is never assigned"
    return wl


def check_linear(wl: WengertList) -> WengertList:
    """Return the list if it is linear in its inputs; AssertionError names the line otherwise."""
    check_list(wl)
    _check_linear_in(wl, wl.inputs)
    return wl


def _check_linear_in(wl: WengertList, inputs: Iterable[Var]) -> None:
    live = dependents(inputs, wl.lines)
    for number, line in enumerate(wl.lines):
        moving = [i for i, x in enumerate(line.inputs) if type(x) is Var and x in live]
        if not moving:
            continue
        primitive, where = line.primitive, f"line {number} ({line.primitive.name})"
        if primitive.flow is not None:
            inside, _ = primitive.flow([i in moving for i in range(len(line.inputs))], **line.params)
            for body, flags in zip(line.bodies(), inside, strict=True):
                _check_linear_in(body, (var for var, flag in zip(body.inputs, flags, strict=True) if flag))
        elif primitive.partials is not None:
            constant = all(not callable(primitive.partials[i]) for i in moving)
            product = primitive.name in ("multiply", "times") and len(moving) == 1
            quotient = primitive.name == "divide" and moving == [0]
            assert constant or product or quotient, f"{where} is not linear in the inputs of the list"
        else:
            assert primitive.linear_in(moving), f"{where} is not linear in the inputs of the list"


def _agree(found: Type, expected: Type) -> bool:
    if not (isinstance(found, Array) and isinstance(expected, Array)):
        return found == expected
    return found.shape == expected.shape and found.dtype == expected.dtype
