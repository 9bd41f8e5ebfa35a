"""The derivatives of `while`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from wengert.ir import Line, Linearized, Var, WengertList, moved_outputs, remembered
from wengert.primitives import add
from wengert.regions.bodies import Flags, Lifting, any_of, arranged, companions, flags_at, in_rows
from wengert.regions.build import index_type
from wengert.regions.halves import split_body
from wengert.regions.layout import Loop, has_ys
from wengert.regions.linear_loop import LoopRun, linear_loop, roles_of, with_slopes
from wengert.regions.lines import write
from wengert.regions.loops import pull_by_halves


def flow(moving: Sequence[bool], *, cond: WengertList, body: WengertList, carries: int) -> tuple[list[Flags], Flags]:
    """As of `for`; the condition and the number of trips have no derivative."""
    carry, consts = tuple(moving[:carries]), tuple(moving[carries:])
    while True:
        out = moved_outputs(body, (*carry, *consts))
        more = any_of(carry, out[:carries])
        if more == carry:
            moved = (*carry, *((False, *out[carries:]) if has_ys(body, carries) else ()))
            return [(False,) * len(moving), (*carry, *consts)], moved
        carry = more


def lift(
    transform: Lifting, count: int, xs: Sequence[Any], given: Sequence[Any], params: dict[str, Any]
) -> tuple[tuple[Any, ...], list[Any]]:
    """One loop that carries the values and their companions."""
    cond, body, carries = params["cond"], params["body"], params["carries"]
    (_, flags), moved = flow([row is not None for row in given], **params)
    wide = transform(body, flags, (*moved[:carries], *moved[carries + 1 :]))
    extra = companions(xs[:carries], given[:carries], moved, count)
    more = [one for row in given[carries:] if row for one in row]
    split, count_in, count_out = len(extra), len(xs), len(body.outputs)
    new, moves = range(count_in, len(wide.inputs)), range(count_out, len(wide.outputs))
    wl = arranged(
        wide,
        (*range(carries), *new[:split], *range(carries, count_in), *new[split:]),
        (*range(carries), *moves[:split], *range(carries, count_out), *moves[split:]),
    )
    unread = [wide.inputs[k].type for k in new]
    test = arranged(cond, (*range(carries), *unread[:split], *range(carries, count_in), *unread[split:]), (0,))
    out = write("while", (*xs[:carries], *extra, *xs[carries:], *more), cond=test, body=wl, carries=carries + split)
    end = carries + split
    ys = out[end : end + len(moved) - carries]  # the number of trips, and what the trips yielded
    return (*out[:carries], *ys), in_rows((*out[carries:end], *out[end + len(ys) :]), moved, count)


def linearize(
    xs: Sequence[Any], moving: Sequence[int], prices: Sequence[float] | None, params: dict[str, Any]
) -> Linearized:
    """The loop that also yields the residuals; and a `for` over them, with the number of trips that it took."""
    cond, body, carries = params["cond"], params["body"], params["carries"]
    (_, flags), moved = flow(flags_at(len(xs), moving), **params)
    every = tuple(range(len(body.outputs)))
    of_for = arranged(body, (index_type(), *range(len(xs))), every)
    costs = Loop.of([0.0] * len(xs) if prices is None else prices, 0, carries, len(xs) - carries)
    roles = roles_of(of_for, costs, None)
    at_hand = (*[False] * carries, *[prices is None] * (len(body.outputs) - carries))
    moved_in_body = (*moved[:carries], *moved[carries + 1 :])
    halves = split_body(of_for, (False, *flags), moved_in_body, with_slopes(roles, of_for, carries), at_hand)
    test, known, start = cond, body, tuple(xs)
    if halves.known is not of_for:
        known = arranged(halves.known, tuple(range(1, 1 + len(xs))), tuple(range(len(halves.known.outputs))))
    counts = not has_ys(known, carries)
    if counts:
        test, known, start = counting(cond, known, start, carries)
    out = write("while", start, cond=test, body=known, carries=carries + counts)
    outputs = out[: len(moved)]
    ran = LoopRun(
        trips=out[carries],
        length=None,
        reverse=False,
        inputs=(None, *xs),
        consts=1 + carries,
        xs=1 + len(xs),
        yielded=(*outputs[:carries], *outputs[carries + 1 :]),
        residuals=out[max(len(moved), carries + 1) :],
    )
    return linear_loop(halves, ran, outputs, [k + 1 for k in moving], -1, moved)


def pull(
    cts: Sequence[Any], xs: Sequence[Any], moving: Sequence[int], adjoints: Sequence[Any], params: dict[str, Any]
) -> list[Any]:
    """The condition reads something that is carried, in which the line is not linear."""
    return pull_by_halves(linearize, cts, xs, moving, adjoints, params)


def counting(
    cond: WengertList, body: WengertList, inputs: tuple[Any, ...], carries: int
) -> tuple[WengertList, WengertList, tuple[Any, ...]]:
    """A loop that yields nothing, with the number of its trips as the last of what it carries."""
    places = (*range(carries), index_type(), *range(carries, len(inputs)))
    return (
        arranged(cond, places, (0,)),
        _counted(arranged(body, places, tuple(range(carries))), carries),
        (*inputs[:carries], 0, *inputs[carries:]),
    )


@remembered
def _counted(body: WengertList, place: int) -> WengertList:
    """The body that also adds one to the input at this place."""
    more = Var(type=index_type())
    line = Line(add, (body.inputs[place], 1), {}, (more,), None)
    return WengertList(body.inputs, (*body.lines, line), (*body.outputs, more), body.names[:place])
