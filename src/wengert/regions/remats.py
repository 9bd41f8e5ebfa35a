"""The derivatives of `remat`: its linear line holds the known half too, so that nothing is kept from the first run."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import compress
from typing import Any

from wengert.ir import Linearized, Primitive, Tangent, WengertList, moved_outputs, remembered
from wengert.regions.bodies import Flags, Lifting, flags_at, in_rows
from wengert.regions.choices import arms_backward
from wengert.regions.lines import write
from wengert.regions.values import silent
from wengert.transform import Joint, tangent_type


def flow(moving: Sequence[bool], *, body: WengertList) -> tuple[list[Flags], Flags]:
    """As in the body."""
    return [tuple(moving)], tuple(moved_outputs(body, moving))


def lift(
    transform: Lifting, count: int, xs: Sequence[Any], given: Sequence[Any], params: dict[str, Any]
) -> tuple[tuple[Any, ...], list[Any]]:
    """The values and their companions."""
    (flags,), moved = flow([row is not None for row in given], **params)
    inputs = (*xs, *(one for row in given if row for one in row))
    out = write("remat", inputs, body=transform(params["body"], flags, moved))
    return out[: len(moved)], in_rows(out[len(moved) :], moved, count)


def linearize(
    xs: Sequence[Any], moving: Sequence[int], prices: Sequence[float] | None, params: dict[str, Any]
) -> Linearized:
    """The line itself, and one that computes everything again."""
    (flags,), moved = flow(flags_at(len(xs), moving), **params)
    places = tuple(j for j, flag in enumerate(moved) if flag)
    inputs = (*map(Tangent, moving), *xs)
    linear = linear_body(params["body"], flags, moved)
    return Linearized(write("remat", xs, **params), places, Primitive.table["remat"], inputs, {"body": linear})


@remembered
def linear_body(body: WengertList, moving: Flags, moved: Flags) -> WengertList:
    """`(*tangents of the moving inputs, *inputs) -> tangents of the moved outputs`."""
    joint = Joint("linearize", split=True)
    for var in compress(body.inputs, moving):
        joint.add_tangent(var, tangent_type(var.type))
    joint.follow(silent(body), [joint.add_input(var) for var in body.inputs])
    return joint.finish([joint.tangent_or_zero(x) for x in compress(body.outputs, moved)])


def pull(
    cts: Sequence[Any], xs: Sequence[Any], moving: Sequence[int], adjoints: Sequence[Any], params: dict[str, Any]
) -> list[Any]:
    """The body backward."""
    (body,), inputs, places = arms_backward((params["body"],), cts, xs, moving, adjoints)
    totals = list(adjoints)
    if places:
        for place, total in zip(places, write("remat", inputs, body=body), strict=True):
            totals[place] = total
    return totals
