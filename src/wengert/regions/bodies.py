"""What the derivatives of lines that hold lists are made of: a body with its tangents, and a body backward."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from collections.abc import Sequence as Several
from itertools import compress
from typing import Any, NamedTuple

import numpy as np

from wengert.ir import Seq, Sequence, Type, Var, WengertList, remembered, type_of
from wengert.transform import Replay, start_backward, tangent_type, zeros_like

Flags = tuple[bool, ...]
Lifting = Callable[[WengertList, Flags, Flags], WengertList]


def flags_at(count: int, places: Iterable[int]) -> Flags:
    """True at these places."""
    chosen = set(places)
    return tuple(i in chosen for i in range(count))


def any_of(*rows: Several[bool]) -> Flags:
    """Where one of several rows of flags is true."""
    return tuple(map(any, zip(*rows, strict=True)))


class Slot(NamedTuple):
    """An input of a body, by its position."""

    position: int


@remembered
def arranged(wl: WengertList, inputs: tuple[int | Type, ...], outputs: tuple[int | Slot | Type, ...]) -> WengertList:
    """The list with some of its inputs and outputs, in another order; the same object each time.

    A type stands for an input that nothing reads, or an output that is zero; a `Slot` for an output that is an input.
    """

    def output(x: int | Slot | Type) -> Any:
        if isinstance(x, int):
            return wl.outputs[x]
        return wl.inputs[x.position] if isinstance(x, Slot) else blank(x)

    names = tuple(wl.names[k] if isinstance(k, int) and k < len(wl.names) else "" for k in inputs) if wl.names else ()
    given = tuple(wl.inputs[k] if isinstance(k, int) else Var(type=k) for k in inputs)
    return WengertList(given, wl.lines, tuple(map(output, outputs)), names)


def taken(values: list[Any], count: int) -> tuple[Any, ...]:
    """The first values of a list, which loses them."""
    first = tuple(values[:count])
    del values[:count]
    return first


def blank(kind: Type) -> Any:
    """Zeros of a type."""
    return Sequence(kind) if isinstance(kind, Seq) else np.zeros(kind.shape, kind.dtype)[()]


def zero_of(value: Any) -> Any:
    """A zero tangent or cotangent of a value."""
    return blank(type_of(value))


def companions(values: Several[Any], found: Several[Any], moved: Several[bool], count: int) -> list[Any]:
    """The companions of those values that have some: zeros where a value gets them only later."""
    rows = zip(values, found, moved, strict=False)
    return [one for x, row, flag in rows if flag for one in (row or (zero_of(x),) * count)]


def in_rows(values: Iterable[Any], moved: Several[bool], count: int) -> list[tuple[Any, ...] | None]:
    """Companions one after another, as a row of them for each value that has some."""
    rest = iter(values)
    return [tuple(next(rest) for _ in range(count)) if flag else None for flag in moved]


@remembered
def transposed_body(
    body: WengertList, linear: Flags, cts: Flags, added: Flags, asked: Flags
) -> tuple[WengertList, Flags]:
    """A body that is linear in some inputs, backward.

    It takes the other inputs, cotangents for the outputs flagged in `cts`, and the adjoints so far of the inputs
    flagged in `added`. It gives the cotangents of linear inputs: of those that get one, as the flags tell, and of those
    that are `asked` for.
    """
    replay = Replay("transpose")
    for var in compress(body.inputs, (not flag for flag in linear)):
        replay.add_input(var)
    backward, lines = start_backward(replay, body, list(compress(body.inputs, linear)))
    for out in compress(body.outputs, cts):
        kind = tangent_type(out.type if type(out) is Var else type_of(out))
        ct = replay.level.add_input(kind)
        backward.seed(out, ct)
    start: dict[Var, Any] = {}
    for var in compress(body.inputs, added):
        start[var] = replay.level.add_input(tangent_type(var.type))
        backward.accumulate_into(var, start[var])
    adjoints = backward.run(lines)
    found, outputs = [], []
    for var, is_linear, wanted in zip(body.inputs, linear, asked, strict=True):
        total = adjoints.get(var) if is_linear else None
        got = total is not None and total is not start.get(var)
        found.append(got)
        if got or wanted:
            outputs.append(zeros_like(var.type) if total is None else total)
    return replay.finish(outputs), tuple(found)
