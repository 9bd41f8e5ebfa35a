"""The derivatives of `for`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import compress
from typing import Any

from wengert.ir import Linearized, Primitive, Tangent, Var, WengertList, moved_outputs
from wengert.regions.bodies import Flags, any_of, dual_body, flags_at, transposed_body, zero_of
from wengert.regions.build import index_type
from wengert.regions.cut import UNKNOWN, price
from wengert.regions.halves import INPUT, INVARIANT, OUTPUT, Halves, Role, split_body
from wengert.regions.layout import Loop
from wengert.regions.lines import loop_params, write_loop
from wengert.run import run
from wengert.transform import plus


def flow(
    moving: Sequence[bool], *, body: WengertList, length: int | None, carries: int, consts: int, reverse: bool
) -> tuple[list[Flags], Flags]:
    """What is carried moves if it does at first, or once another trip has moved it."""
    parts = Loop.of(moving, length, carries, consts)
    carry = parts.carry
    while True:
        flags = (False, *carry, *parts.consts, *parts.xs)
        out = moved_outputs(body, flags)
        more = any_of(carry, out[:carries])
        if more == carry:
            return [flags], (*carry, *out[carries:])
        carry = more


def dual(xs: Sequence[Any], dxs: Sequence[Any], params: dict[str, Any]) -> tuple[tuple[Any, ...], list[Any]]:
    """One loop that carries the values and their tangents."""
    body, length, carries, consts = params["body"], params["length"], params["carries"], params["consts"]
    (flags,), moved = flow([dx is not None for dx in dxs], **params)
    both = dual_body(body, flags, moved)
    values, tangents = Loop.of(xs, length, carries, consts), Loop.of(dxs, length, carries, consts)
    loop = Loop(
        values.trips,
        (*values.carry, *_given(values.carry, tangents.carry, moved)),
        (*values.consts, *(dw for dw in tangents.consts if dw is not None)),
        (*values.xs, *(dx for dx in tangents.xs if dx is not None)),
    )
    index, *slots = both.inputs
    count = len(body.inputs) - 1
    old, new = Loop.of(slots[:count], 0, carries, consts), iter(slots[count:])
    grown = [
        [*part, *(next(new) for dx in given if dx)]
        for part, given in (
            (old.carry, moved[:carries]),
            (old.consts, [dw is not None for dw in tangents.consts]),
            (old.xs, [dx is not None for dx in tangents.xs]),
        )
    ]
    outputs, moves = both.outputs[: len(body.outputs)], both.outputs[len(body.outputs) :]
    split = sum(moved[:carries])
    order = (*outputs[:carries], *moves[:split], *outputs[carries:], *moves[split:])
    wl = WengertList((index, *grown[0], *grown[1], *grown[2]), both.lines, order, body.names[: 1 + carries])
    out = write_loop(loop, wl, length, params["reverse"])
    ys = out[carries + split : carries + split + len(outputs) - carries]
    dys = iter((*out[carries : carries + split], *out[carries + split + len(ys) :]))
    return (*out[:carries], *ys), [next(dys) if flag else None for flag in moved]


def linearize(
    xs: Sequence[Any], moving: Sequence[int], free: Sequence[bool] | None, params: dict[str, Any]
) -> Linearized:
    """The loop that also yields the residuals, and the loop over them that is linear in what it carries."""
    body, length, carries, consts = params["body"], params["length"], params["carries"], params["consts"]
    given = flags_at(len(xs), moving)
    (flags,), moved = flow(given, **params)
    loop = Loop.of(xs, length, carries, consts)
    at_no_price = Loop.of([True] * len(xs) if free is None else free, length, carries, consts)
    halves = split_body(
        body,
        flags,
        moved,
        _roles(body, length, at_no_price),
        (*[False] * carries, *[free is None] * len(moved[carries:])),
    )
    out = write_loop(loop, halves.known, length, params["reverse"])
    where = Loop.of(range(len(xs)), length, carries, consts)
    is_given = Loop.of(given, length, carries, consts)
    return linear_loop(
        halves,
        outputs=out[: len(moved)],
        moved=moved,
        trips=loop.trips,
        carry=[
            Tangent(k) if flag else zero_of(c)
            for k, c, flag, moves in zip(where.carry, loop.carry, is_given.carry, moved, strict=False)
            if moves
        ],
        consts=[Tangent(k) for k, flag in zip(where.consts, is_given.consts, strict=True) if flag],
        xs=[Tangent(k) for k, flag in zip(where.xs, is_given.xs, strict=True) if flag],
        inputs=(None, *loop.carry, *loop.consts, *loop.xs),
        index=0,
        item_start=1 + carries + consts,
        yielded=out,
        residuals=out[len(moved) :],
        length=length,
        reverse=params["reverse"],
    )


def linear_loop(
    halves: Halves,
    *,
    outputs: tuple[Any, ...],
    moved: Flags,
    trips: Any,
    carry: list[Any],
    consts: list[Any],
    xs: list[Any],
    inputs: tuple[Any, ...],
    index: int | None,
    item_start: int,
    yielded: Sequence[Any],
    residuals: Sequence[Any],
    length: int | None,
    reverse: bool,
) -> Linearized:
    """The loop that is linear in tangents, from the linear half of a body.

    `carry`, `consts` and `xs` begin with tangents; `inputs` are the values of the body's inputs, those from
    `item_start` on for all trips; `index` tells which of them is the loop's index.
    What the linear half reads again is added to the constants and the items.
    """
    slots = list(halves.linear.inputs)
    tangents = [_taken(slots, len(part)) for part in (carry, consts, xs)]
    counter = Var(type=index_type())
    steady: list[Var] = []
    items: list[Var] = []
    invariants: list[Any] | None = None
    for var, (kind, k) in zip(slots, halves.reads, strict=True):
        if kind == INPUT and k == index:
            counter = var
        elif kind == INPUT and k < item_start:
            steady.append(var)
            consts.append(inputs[k])
        elif kind == INVARIANT:
            if invariants is None:
                invariants = run(halves.invariants, *inputs)
            steady.append(var)
            consts.append(invariants[k])
        else:
            items.append(var)
            xs.append(inputs[k] if kind == INPUT else yielded[k] if kind == OUTPUT else residuals[k])
    body = WengertList(
        (counter, *tangents[0], *tangents[1], *steady, *tangents[2], *items), halves.linear.lines, halves.linear.outputs
    )
    loop = Loop(trips, tuple(carry), tuple(consts), tuple(xs))
    places = tuple(j for j, flag in enumerate(moved) if flag)
    return Linearized(outputs, places, Primitive.table["for"], loop.inputs(), loop_params(loop, body, length, reverse))


def pull(
    cts: Sequence[Any], xs: Sequence[Any], moving: Sequence[int], adjoints: Sequence[Any], params: dict[str, Any]
) -> list[Any]:
    """The loop in the opposite direction, which carries the cotangents of what was carried and those of constants.

    Those of a constant are added up in the buffer of its adjoint so far, trip by trip.
    """
    body, length, carries, consts = params["body"], params["length"], params["carries"], params["consts"]
    (flags,), _ = flow(flags_at(len(xs), moving), **params)
    linear = Loop.of(flags[1:], 0, carries, consts)
    if any(linear.carry) and not all(linear.carry):
        return pull_by_halves(linearize, cts, xs, moving, adjoints, params)
    added = (*[False] * (1 + carries), *linear.consts, *[False] * len(linear.xs))
    has_ct = [ct is not None for ct in cts]
    carried = tuple(has_ct[:carries])
    while True:  # a cotangent that a trip gives to what is carried is there in the trip before
        asked = (False, *carried, *[False] * (len(flags) - 1 - carries))
        back, found = transposed_body(body, flags, (*carried, *has_ct[carries:]), added, asked)
        more = any_of(carried, found[1 : 1 + carries])
        if more == carried:
            break
        carried = more
    if not any(carried) and not any(found):
        return list(adjoints)

    given = Loop.of(xs, length, carries, consts)
    adjoint = Loop.of(_at(len(xs), moving, adjoints), length, carries, consts)
    got = Loop.of(found[1:], 0, carries, consts)
    slots = list(back.inputs)
    index, *fixed = _taken(slots, 1 + linear.consts.count(False))
    items = _taken(slots, linear.xs.count(False))
    ct_carry, ct_ys = _taken(slots, sum(carried)), _taken(slots, sum(has_ct[carries:]))
    sums = list(compress(slots, compress(got.consts, linear.consts)))
    results = list(back.outputs)
    out_carry, out_sums = _taken(results, sum(carried)), _taken(results, len(sums))
    loop = Loop(
        given.trips,
        (
            *(zero_of(c) if ct is None else ct for ct, c in compress(zip(cts, given.carry, strict=False), carried)),
            *(
                zero_of(w) if a is None else a
                for a, w in compress(zip(adjoint.consts, given.consts, strict=True), got.consts)
            ),
        ),
        tuple(w for w, flag in zip(given.consts, linear.consts, strict=True) if not flag),
        (
            *(x for x, flag in zip(given.xs, linear.xs, strict=True) if not flag),
            *(ct for ct in cts[carries:] if ct is not None),
        ),
    )
    wl = WengertList((index, *ct_carry, *sums, *fixed, *items, *ct_ys), back.lines, (*out_carry, *out_sums, *results))
    out = list(write_loop(loop, wl, length, not params["reverse"]))
    carry, totals = iter(_taken(out, sum(carried))), iter(_taken(out, len(sums)))
    ys = iter(out)
    back_to = Loop(
        None,
        tuple(plus(a, next(carry) if flag else None) for a, flag in zip(adjoint.carry, carried, strict=True)),
        tuple(next(totals) if flag else a for a, flag in zip(adjoint.consts, got.consts, strict=True)),
        tuple(plus(a, next(ys) if flag else None) for a, flag in zip(adjoint.xs, got.xs, strict=True)),
    )
    found_at = (*(() if length is not None else (None,)), *back_to.inputs())
    return [found_at[k] for k in moving]


def pull_by_halves(
    linearize: Callable[..., Linearized],
    cts: Sequence[Any],
    xs: Sequence[Any],
    moving: Sequence[int],
    adjoints: Sequence[Any],
    params: dict[str, Any],
) -> list[Any]:
    """Of a line that is linear in some inputs, but not in all that it carries: first that is separated.

    As the derivative of what is linear does not depend on its value, it is taken at zero.
    """
    values = [zero_of(x) if k in moving else x for k, x in enumerate(xs)]
    halves = linearize(values, moving, None, params)
    found = list(adjoints)
    places = [(j, x.input) for j, x in enumerate(halves.inputs) if type(x) is Tangent]
    read = [values[x.input] if type(x) is Tangent else x for x in halves.inputs]
    pull = halves.primitive.pull
    assert pull is not None
    own = [found[moving.index(k)] for _, k in places]
    totals = pull([cts[j] for j in halves.moved], read, [j for j, _ in places], own, halves.params)
    for (_, k), total in zip(places, totals, strict=True):
        found[moving.index(k)] = total
    return found


def _roles(body: WengertList, length: int | None, free: Loop) -> tuple[Role, ...]:
    """What having the inputs of a body again costs."""
    _, *slots = body.inputs
    kinds = [var.type for var in slots]
    parts = Loop.of(kinds, 0, len(free.carry), len(free.consts))
    trips = length or UNKNOWN
    return (
        Role(0.0),
        *(Role(price(kind), carried=True) for kind in parts.carry),
        *(
            Role(0.0 if flag else price(kind) / trips, constant=True)
            for kind, flag in zip(parts.consts, free.consts, strict=True)
        ),
        *(Role(0.0 if flag else price(kind)) for kind, flag in zip(parts.xs, free.xs, strict=True)),
    )


def _given(values: Sequence[Any], tangents: Sequence[Any], moved: Sequence[bool]) -> list[Any]:
    """The tangents with which those of carried values begin: zero where only a later trip moves them."""
    rows = zip(values, tangents, moved, strict=False)
    return [zero_of(x) if dx is None else dx for x, dx, flag in rows if flag]


def _at(count: int, places: Sequence[int], values: Sequence[Any]) -> list[Any]:
    """A row with these values at these places, and `None` elsewhere."""
    row: list[Any] = [None] * count
    for place, value in zip(places, values, strict=True):
        row[place] = value
    return row


def _taken(values: list[Any], count: int) -> list[Any]:
    """The first values of a list, which loses them."""
    taken = values[:count]
    del values[:count]
    return taken
