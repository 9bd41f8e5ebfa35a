"""The derivatives of `while`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from wengert.ir import Line, Linearized, Tangent, Var, WengertList, moved_outputs
from wengert.primitives import add
from wengert.regions.bodies import Flags, any_of, dual_body, flags_at, zero_of
from wengert.regions.build import index_type
from wengert.regions.cut import UNKNOWN, price
from wengert.regions.halves import Role, split_body
from wengert.regions.layout import has_ys
from wengert.regions.lines import write
from wengert.regions.loops import linear_loop, pull_by_halves


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


def dual(xs: Sequence[Any], dxs: Sequence[Any], params: dict[str, Any]) -> tuple[tuple[Any, ...], list[Any]]:
    """One loop that carries the values and their tangents."""
    cond, body, carries = params["cond"], params["body"], params["carries"]
    (_, flags), moved = flow([dx is not None for dx in dxs], **params)
    yields = has_ys(body, carries)
    moved_ys = moved[carries + 1 :] if yields else ()
    both = dual_body(body, flags, (*moved[:carries], *moved_ys))
    count, split = len(xs), sum(moved[:carries])
    old, new = both.inputs[:count], both.inputs[count:]
    values, moves = both.outputs[: len(body.outputs)], both.outputs[len(body.outputs) :]
    wl = WengertList(
        (*old[:carries], *new[:split], *old[carries:], *new[split:]),
        both.lines,
        (*values[:carries], *moves[:split], *values[carries:], *moves[split:]),
        body.names[:carries],
    )
    test = WengertList(
        (
            *cond.inputs[:carries],
            *(_like(x) for x in new[:split]),
            *cond.inputs[carries:],
            *(_like(x) for x in new[split:]),
        ),
        cond.lines,
        cond.outputs,
    )
    starts = [zero_of(x) if dx is None else dx for x, dx, flag in zip(xs, dxs, moved, strict=False) if flag][:split]
    inputs = (*xs[:carries], *starts, *xs[carries:], *(dw for dw in dxs[carries:] if dw is not None))
    out = write("while", inputs, cond=test, body=wl, carries=carries + split)
    end = carries + split
    ys = out[end : end + len(moved) - carries]  # the number of trips, and what the trips yielded
    dys = iter((*out[carries:end], *out[end + len(ys) :]))
    return (*out[:carries], *ys), [next(dys) if flag else None for flag in moved]


def linearize(
    xs: Sequence[Any], moving: Sequence[int], free: Sequence[bool] | None, params: dict[str, Any]
) -> Linearized:
    """The loop that also yields the residuals; and a `for` over them, with the number of trips that it took."""
    cond, body, carries = params["cond"], params["body"], params["carries"]
    given = flags_at(len(xs), moving)
    (_, flags), moved = flow(given, **params)
    at_hand = (*[False] * carries, *[free is None] * (len(body.outputs) - carries))
    roles = tuple(
        Role(price(var.type), carried=True)
        if k < carries
        else Role(0.0 if free is None or free[k] else price(var.type) / UNKNOWN, constant=True)
        for k, var in enumerate(body.inputs)
    )
    halves = split_body(body, flags, (*moved[:carries], *moved[carries + 1 :]), roles, at_hand)
    test, known, start = cond, halves.known, tuple(xs)
    if not has_ys(known, carries):
        test, known, start = counting(cond, known, start, carries)
    out = write("while", start, cond=test, body=known, carries=carries + (known is not halves.known))
    outputs = out[: len(moved)]
    return linear_loop(
        halves,
        outputs=outputs,
        moved=moved,
        trips=out[carries],
        carry=[
            Tangent(k) if flag else zero_of(x)
            for k, (x, flag, moves) in enumerate(zip(xs, given, moved[:carries], strict=False))
            if moves
        ],
        consts=[Tangent(k) for k, flag in enumerate(given) if flag and k >= carries],
        xs=[],
        inputs=tuple(xs),
        index=None,
        item_start=len(xs),
        yielded=(*outputs[:carries], *outputs[carries + 1 :]),
        residuals=out[max(len(moved), carries + 1) :],
        length=None,
        reverse=False,
    )


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
