"""A list made ready to be run many times: registers in place of names, each freed after its last use."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from contextvars import ContextVar
from typing import Any, NamedTuple

import numpy as np

from wengert.ir import Location, Primitive, Traced, Var, WengertList, bind, remembered
from wengert.record import Box


class Step(NamedTuple):
    """One line of a program, by the numbers of the registers that it reads, frees and writes."""

    primitive: Primitive
    inputs: tuple[int, ...]
    params: dict[str, Any]
    free: tuple[int, ...]  # not read any more
    outputs: tuple[int, ...]
    weak: tuple[Any, ...]  # of outputs that are Python numbers, their dtype; else None
    location: Location | None
    reuses: bool  # the first input is not read any more, and the primitive can write into its buffer


class Program:
    """A list that can be called; see `prepare`."""

    def __init__(self, wl: WengertList) -> None:
        self.count = len(wl.inputs)
        registers: dict[Any, int] = {var: i for i, var in enumerate(wl.inputs)}
        self._start: list[Any] = [None] * self.count
        self.steps: list[Step] = []

        def register(value: Any) -> int:
            """Where a Var is held; a literal has a register from the start."""
            if type(value) is Var and value in registers:
                return registers[value]
            self._start.append(None if type(value) is Var else value)
            if type(value) is Var:
                registers[value] = len(self._start) - 1
            return len(self._start) - 1

        last = {x: number for number, line in enumerate(wl.lines) for x in line.inputs if type(x) is Var}
        last |= {x: len(wl.lines) for x in wl.outputs if type(x) is Var}
        unread = [registers[x] for x in wl.inputs if x not in last]
        for number, line in enumerate(wl.lines):
            read = [x for x in line.inputs if type(x) is Var]
            dying = [x for x in dict.fromkeys(read) if last[x] == number]
            first = line.inputs[0] if line.inputs else None
            writable = type(first) is Var and first in dying and read.count(first) == 1
            self.steps.append(
                Step(
                    line.primitive,
                    tuple(map(register, line.inputs)),
                    line.params,
                    (*map(register, dying), *unread),
                    tuple(map(register, line.outputs)),
                    tuple(var.type.dtype if var.type.weak else None for var in line.outputs),
                    line.location,
                    writable and line.primitive.update is not None,
                )
            )
            unread = [registers[x] for x in line.outputs if x not in last]
        self._results = tuple(map(register, wl.outputs))

    def __call__(self, args: list[Any]) -> list[Any]:
        """The outputs for these inputs. The list of inputs is emptied: what only it held may be written over."""
        if len(args) != self.count:
            raise TypeError(f"the list has {self.count} inputs, {len(args)} were given")
        registers = self._start.copy()
        registers[: self.count] = args
        args.clear()
        step = None
        try:
            for step in self.steps:
                primitive, inputs, params, free, outputs, weak, _, reuses = step
                values = [registers[i] for i in inputs]
                for i in free:
                    registers[i] = None
                out: Any
                if primitive.consume is not None and not any(isinstance(x, Traced) for x in values):
                    out = primitive.consume(values, **params)
                elif reuses and is_lone(values) and not any(isinstance(x, Traced) for x in values):
                    assert primitive.update is not None
                    out = (primitive.update(*values, **params),)
                else:
                    out = bind(primitive, tuple(values), params)
                    if type(out) is not tuple:
                        out = (out,)
                for i, value, python in zip(outputs, out, weak, strict=True):
                    if python is not None:
                        if isinstance(value, np.generic) and value.dtype == python:
                            value = value.item()
                        elif isinstance(value, Box) and value.ssa.type.shape == () and value.ssa.type.dtype == python:
                            value.ssa.weaken()
                    registers[i] = value
                del values, out
                value = None
        except Exception as error:  # the user's line is not in the traceback: it was recorded from there
            if step is not None and step.location is not None and not hasattr(error, "__notes__"):
                error.add_note(str(step.location))
            raise
        return [registers[i] for i in self._results]


@remembered
def prepare(wl: WengertList) -> Program:
    """The program of a list, made once."""
    return Program(wl)


# Whether a buffer may be written over is asked of CPython's reference counts: they know every view and other name. What
# is given away is written over although the caller still has a name for it: those references are not counted.


def _references(values: list[Any]) -> int:
    return sys.getrefcount(values[0])


_LONE = _references([np.empty(1)])
_given_away: ContextVar[dict[int, int] | None] = ContextVar("given_away", default=None)


def is_lone(values: list[Any]) -> bool:
    """Whether the first value is an array whose buffer nothing but this list refers to: no other name, no view."""
    first = values[0]
    if type(first) is not np.ndarray or first.base is not None or not first.flags.writeable:
        return False
    others = _given_away.get()
    expected = _LONE if others is None else _LONE + others.get(id(first), 0)
    del first
    return _references(values) == expected


def run_donating(program: Program, args: list[Any], donated: Iterable[int]) -> list[Any]:
    """Run a program that may write over some of its inputs, as far as they share no memory with others."""
    others = {}
    for i in donated:
        x = args[i]
        if type(x) is np.ndarray and not any(j != i and _may_overlap(x, y) for j, y in enumerate(args)):
            del x
            others[id(args[i])] = _references(args[i : i + 1]) - _LONE - 1  # without the list of inputs
    token = _given_away.set(others)
    try:
        return program(args)
    finally:
        _given_away.reset(token)


def _may_overlap(x: np.ndarray[Any, Any], y: Any) -> bool:
    return isinstance(y, np.ndarray) and np.may_share_memory(x, y)
