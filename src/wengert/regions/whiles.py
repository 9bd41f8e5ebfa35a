"""The derivatives of `while`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from wengert.ir import Line, Linearized, Var, WengertList, moved_outputs, remembered
from wengert.primitives import add
from wengert.regions.bodies import Flags, Lifting, any_of, companions, flags_at, in_rows
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
    old, new = wide.inputs[: len(xs)], wide.inputs[len(xs) :]
    outputs, moves = wide.outputs[: len(body.outputs)], wide.outputs[len(body.outputs) :]
    split = len(extra)
    wl = WengertList(
        (*old[:carries], *new[:split], *old[carries:], *new[split:]),
        wide.lines,
        (*outputs[:carries], *moves[:split], *outputs[carries:], *moves[split:]),
        body.names[:carries],
    )
    unread = tuple(Var(type=var.type) for var in new)
    test = WengertList(
        (*cond.inputs[:carries], *unread[:split], *cond.inputs[carries:], *unread[split:]), cond.lines, cond.outputs
    )
    out = write("while", (*xs[:carries], *extra, *xs[carries:], *more), cond=test, body=wl, carries=carries + split)
    end = carries + split
    ys = out[end : end + len(moved) - carries]  # the number of trips, and what the trips yielded
    return (*out[:carries], *ys), in_rows((*out[carries:end], *out[end + len(ys) :]), moved, count)


def linearize(
    xs: Sequence[Any], moving: Sequence[int], free: Sequence[bool] | None, params: dict[str, Any]
) -> Linearized:
    """The loop that also yields the residuals; and a `for` over them, with the number of trips that it took."""
    cond, body, carries = params["cond"], params["body"], params["carries"]
    (_, flags), moved = flow(flags_at(len(xs), moving), **params)
    of_for = _with_index(body)
    roles = roles_of(of_for, Loop.of([True] * len(xs) if free is None else free, 0, carries, len(xs) - carries), None)
    at_hand = (*[False] * carries, *[free is None] * (len(body.outputs) - carries))
    moved_in_body = (*moved[:carries], *moved[carries + 1 :])
    halves = split_body(of_for, (False, *flags), moved_in_body, with_slopes(roles, of_for, carries), at_hand)
    test, known, start = cond, body if halves.known is of_for else _without_index(halves.known), tuple(xs)
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


@remembered
def _with_index(body: WengertList) -> WengertList:
    """The body as that of a `for`, which has an index."""
    return WengertList((Var(type=index_type()), *body.inputs), body.lines, body.outputs, ("", *body.names))


@remembered
def _without_index(body: WengertList) -> WengertList:
    return WengertList(body.inputs[1:], body.lines, body.outputs, body.names[1:])


def pull(
    cts: Sequence[Any], xs: Sequence[Any], moving: Sequence[int], adjoints: Sequence[Any], params: dict[str, Any]
) -> list[Any]:
    """The condition reads something that is carried, in which the line is not linear."""
    return pull_by_halves(linearize, cts, xs, moving, adjoints, params)


def counting(
    cond: WengertList, body: WengertList, inputs: tuple[Any, ...], carries: int
) -> tuple[WengertList, WengertList, tuple[Any, ...]]:
    """A loop that yields nothing, with the number of its trips as the last of what it carries."""
    count, more = Var(type=index_type()), Var(type=index_type())
    lines = (*body.lines, Line(add, (count, 1), {}, (more,), None))
    return (
        WengertList(_inserted(cond.inputs, carries, _like(count)), cond.lines, cond.outputs),
        WengertList(_inserted(body.inputs, carries, count), lines, (*body.outputs, more), body.names[:carries]),
        _inserted(inputs, carries, 0),
    )


def _inserted(values: tuple[Any, ...], place: int, value: Any) -> tuple[Any, ...]:
    return (*values[:place], value, *values[place:])


def _like(var: Var) -> Var:
    return Var(type=var.type)
