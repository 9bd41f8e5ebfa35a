"""The derivatives of `for`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import compress
from typing import Any

from wengert.ir import Linearized, Tangent, WengertList, moved_outputs
from wengert.regions.bodies import (
    Flags,
    Lifting,
    any_of,
    arranged,
    companions,
    flags_at,
    in_rows,
    taken,
    transposed_body,
    zero_of,
)
from wengert.regions.halves import split_body
from wengert.regions.layout import Loop
from wengert.regions.linear_loop import LoopRun, linear_loop, roles_of, with_slopes
from wengert.regions.lines import write_loop
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


def lift(
    transform: Lifting, count: int, xs: Sequence[Any], given: Sequence[Any], params: dict[str, Any]
) -> tuple[tuple[Any, ...], list[Any]]:
    """One loop that carries the values and their companions."""
    body, length, carries, consts = params["body"], params["length"], params["carries"], params["consts"]
    (flags,), moved = flow([row is not None for row in given], **params)
    wide = transform(body, flags, moved)
    values, beside = Loop.of(xs, length, carries, consts), Loop.of(given, length, carries, consts)
    extra = companions(values.carry, beside.carry, moved, count)
    loop = Loop(
        values.trips,
        (*values.carry, *extra),
        (*values.consts, *(one for row in beside.consts if row for one in row)),
        (*values.xs, *(one for row in beside.xs if row for one in row)),
    )
    old, new = Loop.of(range(1, len(flags)), 0, carries, consts), list(range(len(flags), len(wide.inputs)))
    new_carry, new_consts, new_xs = taken(new, len(extra)), taken(new, len(loop.consts) - consts), new
    outputs, moves = range(len(moved)), range(len(moved), len(wide.outputs))
    wl = arranged(
        wide,
        (0, *old.carry, *new_carry, *old.consts, *new_consts, *old.xs, *new_xs),
        (*outputs[:carries], *moves[: len(extra)], *outputs[carries:], *moves[len(extra) :]),
    )
    out = write_loop(loop, wl, length, params["reverse"])
    end = carries + len(extra)
    ys = out[end : end + len(moved) - carries]
    return (*out[:carries], *ys), in_rows((*out[carries:end], *out[end + len(ys) :]), moved, count)


def linearize(
    xs: Sequence[Any], moving: Sequence[int], prices: Sequence[float] | None, params: dict[str, Any]
) -> Linearized:
    """The loop that also yields the residuals, and the loop over them that is linear in what it carries."""
    body, length, carries, consts = params["body"], params["length"], params["carries"], params["consts"]
    (flags,), moved = flow(flags_at(len(xs), moving), **params)
    loop = Loop.of(xs, length, carries, consts)
    roles = roles_of(body, Loop.of([0.0] * len(xs) if prices is None else prices, length, carries, consts), length)
    if not params["reverse"]:
        roles = with_slopes(roles, body, carries)
    at_hand = (*[False] * carries, *[prices is None] * (len(moved) - carries))
    halves = split_body(body, flags, moved, roles, at_hand)
    out = write_loop(loop, halves.known, length, params["reverse"])
    offset = int(length is None)
    return linear_loop(
        halves,
        LoopRun(
            trips=loop.trips,
            length=length,
            reverse=params["reverse"],
            inputs=(None, *loop.carry, *loop.consts, *loop.xs),
            consts=1 + carries,
            xs=1 + carries + consts,
            yielded=out[: len(moved)],
            residuals=out[len(moved) :],
        ),
        out[: len(moved)],
        [k - offset + 1 for k in moving],
        offset - 1,
        moved,
    )


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
    slots = list(range(1, len(back.inputs)))
    fixed, items = taken(slots, linear.consts.count(False)), taken(slots, linear.xs.count(False))
    ct_carry, ct_ys = taken(slots, sum(carried)), taken(slots, sum(has_ct[carries:]))
    sums = tuple(compress(slots, compress(got.consts, linear.consts)))
    everything = tuple(range(len(back.outputs)))
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
    wl = arranged(back, (0, *ct_carry, *sums, *fixed, *items, *ct_ys), everything)
    out = list(write_loop(loop, wl, length, not params["reverse"]))
    carry, totals = iter(taken(out, sum(carried))), iter(taken(out, len(sums)))
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


def _at(count: int, places: Sequence[int], values: Sequence[Any]) -> list[Any]:
    """A row with these values at these places, and `None` elsewhere."""
    row: list[Any] = [None] * count
    for place, value in zip(places, values, strict=True):
        row[place] = value
    return row
