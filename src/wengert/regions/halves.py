"""Partial evaluation of a body: the half that is known without tangents, and the half that is linear in them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from wengert.ir import Line, Var, WengertList, dependents, remembered
from wengert.primitives import add, multiply
from wengert.regions.cut import to_store
from wengert.transform import Joint, clean, tangent_type

Flags = tuple[bool, ...]
INPUT, OUTPUT, INVARIANT, RESIDUAL = "input", "output", "invariant", "residual"
START, NEXT = "start", "next"


class Read(NamedTuple):
    """A known value that the linear half reads: an input or output of the body, an invariant, a residual.

    Or a start, what a carried integer would be at index 0 if it goes up by the same number from trip to trip; or the
    next value of what is carried, where the values before each trip are kept.
    """

    kind: str
    place: int


class Role(NamedTuple):
    """What an input of a body is for the linear half."""

    price: float  # of having it again
    constant: bool = False  # the same in each trip
    carried: bool = False  # gone after the trip: to have it again is to store it
    slope: int | None = None  # an integer that is the index times this, and its start
    kept_once: bool = False  # the value after a trip is read as the one before the next


@dataclass(frozen=True)
class Halves:
    """A body in two.

    Attributes
    ----------
    invariants
        The body's inputs -> what the linear half reads that depends on constants of the loop only.
    known
        The body's inputs -> its outputs, and the residuals.
    linear
        The tangents of the moving inputs, and `reads` -> the tangents of the moved outputs.
    """

    invariants: WengertList
    known: WengertList
    residuals: int
    linear: WengertList
    reads: tuple[Read, ...]


@remembered
def split_body(body: WengertList, moving: Flags, moved: Flags, roles: tuple[Role, ...], at_hand: Flags) -> Halves:
    """The halves of a body whose inputs `moving` have tangents; those of the outputs `moved` are asked for.

    `at_hand` tells which outputs the linear half can read at no price.
    """
    joint = Joint("linearize", split=True)
    inputs = [joint.add_input(var).ssa for var in body.inputs]
    prices = {var: role.price for var, role in zip(inputs, roles, strict=True)}
    joint.prices = dict(prices)
    for var, flag in zip(body.inputs, moving, strict=True):
        if flag:
            joint.add_tangent(var, tangent_type(var.type))
    joint.follow(body, [joint.env[var] for var in body.inputs])
    outputs = joint.outputs(body)
    tangents = [joint.tangent_or_zero(x) for x, flag in zip(body.outputs, moved, strict=True) if flag]
    whole = joint.level.finish([*outputs, *tangents])

    values, moves = whole.outputs[: len(outputs)], whole.outputs[len(outputs) :]
    live = dependents(whole.inputs[len(inputs) :], whole.lines)
    known = [line for line in whole.lines if live.isdisjoint(line.outputs)]
    linear = clean(WengertList((), tuple(x for x in whole.lines if not live.isdisjoint(x.outputs)), moves)).lines

    steady = _steady(known, (var for var, role in zip(inputs, roles, strict=True) if role.constant))
    again = {x: j for j, (x, flag) in enumerate(zip(values, at_hand, strict=True)) if flag and type(x) is Var}
    prices |= dict.fromkeys((*steady, *again), 0.0)
    wanted = [x for x in _read(linear, moves) if x not in live]
    changing = [x for x in known if steady.isdisjoint(x.outputs)]
    stored, recomputed = to_store(changing, prices, wanted)
    carried = list(zip(inputs[1:], roles[1:], values, strict=False))
    following = {
        new: k
        for k, (var, role, new) in enumerate(carried)
        if role.kept_once and var in stored and type(new) is Var and new not in inputs
    }
    if following:  # what is carried on is had at no price, as long as what was carried is kept
        cheaper = to_store(changing, prices | dict.fromkeys(following, 0.0), wanted)
        if all(carried[k][0] in cheaper[0] for k in following.values()):
            stored, recomputed = cheaper
        else:
            following = {}

    anew = [line for line in known if not recomputed.isdisjoint(line.outputs)]
    counted, starts = _counted(inputs, roles)
    second = clean(WengertList((), (*counted, *anew, *linear), moves))
    made = live.union(*(line.outputs for line in second.lines))
    reads: dict[Var, Read] = {}
    residuals: list[Var] = []
    invariants: list[Var] = []
    for var in _read(second.lines, moves):
        if var in made or var in reads:
            continue
        if var in starts:
            reads[var] = Read(START, starts[var])
        elif var in inputs and not roles[inputs.index(var)].carried:
            reads[var] = Read(INPUT, inputs.index(var))
        elif var in following:
            reads[var] = Read(NEXT, following[var])
        elif var in again:
            reads[var] = Read(OUTPUT, again[var])
        elif var in steady:
            reads[var] = Read(INVARIANT, len(invariants))
            invariants.append(var)
        else:
            assert var in stored
            reads[var] = Read(RESIDUAL, len(residuals))
            residuals.append(var)
    first = tuple(inputs)
    return Halves(
        clean(WengertList(first, tuple(x for x in known if not steady.isdisjoint(x.outputs)), tuple(invariants))),
        clean(WengertList(first, tuple(known), (*values, *residuals), body.names)) if residuals else body,
        len(residuals),
        WengertList((*whole.inputs[len(inputs) :], *reads), second.lines, moves),
        tuple(reads.values()),
    )


def _counted(inputs: Sequence[Var], roles: Sequence[Role]) -> tuple[list[Line], dict[Var, int]]:
    """Lines that compute carried integers from the index, which is the first input, and their starts."""
    lines: list[Line] = []
    starts: dict[Var, int] = {}
    for k, (var, role) in enumerate(zip(inputs, roles, strict=True)):
        if role.slope is not None:
            far, start = Var(type=var.type), Var(type=var.type)
            starts[start] = k
            lines.append(Line(multiply, (inputs[0], role.slope), {}, (far,), None))
            lines.append(Line(add, (start, far), {}, (var,), None))
    return lines, starts


def _read(lines: Iterable[Line], outputs: Sequence[Any]) -> list[Var]:
    """The Vars that lines and outputs read, each once."""
    read = [x for line in lines for x in line.inputs if type(x) is Var]
    return list(dict.fromkeys([*read, *(x for x in outputs if type(x) is Var)]))


def _steady(lines: Iterable[Line], constant: Iterable[Var]) -> set[Var]:
    """What is made from these Vars alone."""
    same = set(constant)
    made: set[Var] = set()
    for line in lines:
        if all(x in same for x in line.inputs if type(x) is Var):
            same.update(line.outputs)
            made.update(line.outputs)
    return made
