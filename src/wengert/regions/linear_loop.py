"""The linear loop of a `for` or a `while`, from the linear half of the body."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from wengert.ir import Array, Linearized, Primitive, Tangent, Type, Var, WengertList, bind, remembered
from wengert.primitives import SLOT, add, getitem
from wengert.regions.bodies import arranged, zero_of
from wengert.regions.build import index_type
from wengert.regions.halves import INPUT, INVARIANT, NEXT, OUTPUT, RESIDUAL, START, Halves, Role
from wengert.regions.layout import Loop
from wengert.regions.lines import loop_params
from wengert.run import run
from wengert.transform import UNKNOWN, Replay, price

ONCE = 64  # bytes from which on what is carried is not kept both before and after a trip


@dataclass(frozen=True)
class LoopRun:
    """What there is to be read of a loop that has run.

    Attributes
    ----------
    trips, length, reverse
        How often it ran, where that was known when the list was made, and in which direction.
    inputs
        By the inputs of the body: of the index `None`, of what is carried the first value, the constants, and from
        `xs` on the items of all trips.
    yielded
        By the outputs of the body: what is carried at the end, and the yields of all trips.
    residuals
        Those of all trips.
    """

    trips: Any
    length: int | None
    reverse: bool
    inputs: tuple[Any, ...]
    consts: int
    xs: int
    yielded: Sequence[Any]
    residuals: Sequence[Any]


def linear_loop(
    halves: Halves, ran: LoopRun, outputs: tuple[Any, ...], moving: Sequence[int], shift: int, moved: Sequence[bool]
) -> Linearized:
    """The loop over the linear half.

    `outputs` are those of the line; `moving` tells which inputs of the body have a tangent that is given, where the
    line's own input is the one `shift` places further on; `moved` which outputs of the line have one.
    """
    carries = ran.consts - 1
    carry = [
        Tangent(1 + k + shift) if 1 + k in moving else zero_of(x)
        for k, (x, flag) in enumerate(zip(ran.inputs[1 : ran.consts], moved[:carries], strict=True))
        if flag
    ]
    consts: list[Any] = [Tangent(k + shift) for k in moving if ran.consts <= k < ran.xs]
    xs: list[Any] = [Tangent(k + shift) for k in moving if ran.xs <= k]
    tangents = (*carry, *consts, *xs)
    places = range(len(tangents))
    index: Any = index_type()
    fixed: list[int] = []
    following: list[int] = []
    tables: list[Any] = []
    items: list[int] = []
    split = len(carry) + len(consts)
    invariants = run(halves.invariants, *ran.inputs) if halves.invariants.outputs else []
    for slot, (kind, k) in enumerate(halves.reads, len(tangents)):
        if kind == INPUT and k == 0:
            index = slot
        elif kind == NEXT:
            following.append(slot)
            tables.append(_before(halves, k, ran))
            fixed.append(slot)
            consts.append(ran.yielded[k])
        elif kind in (INVARIANT, START) or (kind == INPUT and k < ran.xs):
            fixed.append(slot)
            consts.append(invariants[k] if kind == INVARIANT else ran.inputs[k])
        else:
            items.append(slot)
            xs.append(ran.inputs[k] if kind == INPUT else ran.yielded[k] if kind == OUTPUT else ran.residuals[k])
    linear = halves.linear
    if following:
        assert ran.length is not None
        fixed += range(len(linear.inputs), len(linear.inputs) + len(tables))
        consts += tables
        place = index if isinstance(index, int) else None
        linear = with_next(linear, tuple(following), place, ran.length, ran.reverse)
        index = len(linear.inputs) - 1 if place is None else place
    every = tuple(range(len(linear.outputs)))
    body = arranged(linear, (index, *places[:split], *fixed, *places[split:], *items), every)
    loop = Loop(ran.trips, tuple(carry), tuple(consts), tuple(xs))
    moves = tuple(j for j, flag in enumerate(moved) if flag)
    params = loop_params(loop, body, ran.length, ran.reverse)
    return Linearized(outputs, moves, Primitive.table["for"], loop.inputs(), params)


def _before(halves: Halves, k: int, ran: LoopRun) -> Any:
    """What was carried before each trip, which is kept."""
    carried = halves.known.inputs[1 + k]
    count = len(halves.known.outputs) - halves.residuals
    for kind, place in halves.reads:
        if kind == RESIDUAL and halves.known.outputs[count + place] is carried:
            return ran.residuals[place]
        if kind == OUTPUT and halves.known.outputs[place] is carried:
            return ran.yielded[place]
    raise AssertionError("what is carried is not kept")


@remembered
def with_next(
    linear: WengertList, slots: tuple[int, ...], index: int | None, length: int, reverse: bool
) -> WengertList:
    """A linear half that finds the next values of what is carried, in the inputs `slots`, in those before each trip.

    These are further inputs, all trips of them; in the place of the value is then the one after the last trip. The
    index comes last, if the half did not read it.
    """
    replay = Replay("next")
    inputs: list[Any] = list(map(replay.add_input, linear.inputs))
    kinds = [linear.inputs[slot].type for slot in slots]
    tables = [replay.level.add_input(Array((length, *kind.shape), kind.dtype)) for kind in kinds]
    i: Any = replay.level.add_input(index_type()) if index is None else inputs[index]
    at = np.maximum(i - 1, 0) if reverse else np.minimum(i + 1, length - 1)
    for slot, table in zip(slots, tables, strict=True):
        inputs[slot] = np.where(i == (0 if reverse else length - 1), inputs[slot], getitem(table, at, index=(SLOT,)))
    replay.run(linear, inputs, lambda primitive, xs, params, line: bind(primitive, xs, params))
    return replay.finish(replay.outputs(linear))


def roles_of(body: WengertList, prices: Loop, length: int | None) -> tuple[Role, ...]:
    """What having the inputs of a body again costs a trip, from what those of the line cost."""
    kinds = [var.type for var in body.inputs[1:]]
    parts = Loop.of(kinds, 0, len(prices.carry), len(prices.consts))
    trips = length or UNKNOWN
    once = [length is not None and price(kind) >= ONCE for kind in parts.carry]
    return (
        Role(0.0),
        *(Role(price(kind), carried=True, kept_once=flag) for kind, flag in zip(parts.carry, once, strict=True)),
        *(
            Role(cost / (length or _likely(kind)), constant=True)
            for kind, cost in zip(parts.consts, prices.consts, strict=True)
        ),
        *(Role(cost / trips) for cost in prices.xs),
    )


def _likely(kind: Type) -> int:
    """The trips that a loop of an unknown number of them is taken to have: those through an array are not more."""
    return min(UNKNOWN, max(kind.shape[0], 1)) if isinstance(kind, Array) and kind.shape else UNKNOWN


def with_slopes(roles: Sequence[Role], body: WengertList, carries: int) -> tuple[Role, ...]:
    """The roles, of what is carried such that integers which go up by the same number are computed from the index."""
    made = {var: line for line in body.lines for var in line.outputs}
    out = list(roles)
    for k, (var, new) in enumerate(zip(body.inputs[1 : 1 + carries], body.outputs, strict=False), 1):
        line = made.get(new) if type(new) is Var else None
        if line is not None and line.primitive is add and var.type.dtype.kind == "i":
            others = [x for x in line.inputs if x is not var]
            if len(others) == 1 and type(others[0]) is int:
                out[k] = Role(0.0, slope=others[0])
    return tuple(out)
