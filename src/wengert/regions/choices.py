"""The derivatives of `cond`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from wengert.ir import Linearized, Primitive, Tangent, Type, WengertList, moved_outputs, type_of
from wengert.regions.bodies import Flags, Lifting, Slot, any_of, arranged, flags_at, in_rows, transposed_body
from wengert.regions.halves import INPUT, OUTPUT, RESIDUAL, Halves, Read, Role, split_body
from wengert.regions.lines import write
from wengert.transform import tangent_type


def flow(moving: Sequence[bool], *, branches: tuple[WengertList, ...]) -> tuple[list[Flags], Flags]:
    """An output moves if it does in one of the branches."""
    flags = tuple(moving[1:])
    return [flags] * len(branches), any_of(*(moved_outputs(branch, flags) for branch in branches))


def lift(
    transform: Lifting, count: int, xs: Sequence[Any], given: Sequence[Any], params: dict[str, Any]
) -> tuple[tuple[Any, ...], list[Any]]:
    """The same choice of values and companions."""
    flags, moved = flow([row is not None for row in given], **params)
    arms = tuple(transform(branch, flags[0], moved) for branch in params["branches"])
    out = write("cond", (*xs, *(one for row in given if row for one in row)), branches=arms)
    return out[: len(moved)], in_rows(out[len(moved) :], moved, count)


def linearize(
    xs: Sequence[Any], moving: Sequence[int], prices: Sequence[float] | None, params: dict[str, Any]
) -> Linearized:
    """The choice that also gives residuals, and the same choice between the linear halves.

    Residuals of all branches share their places where they have the same type: only one branch leaves its own. A place
    that a branch does not use is zero.
    """
    branches = params["branches"]
    given = flags_at(len(xs), moving)
    flags, moved = flow(given, **params)
    roles = tuple(
        Role(0.0 if prices is None else prices[k]) for k in range(1, len(xs))
    )
    parts = [split_body(branch, flags[0], moved, roles, (prices is None,) * len(moved)) for branch in branches]
    places: list[Type] = []
    at = [_places(half, places) for half in parts]
    known = tuple(_with_places(half, where, places) for half, where in zip(parts, at, strict=True))
    out = write("cond", xs, branches=known if places else branches)
    again = sorted({read for half in parts for read in half.reads if read.kind in (INPUT, OUTPUT)})
    tangents = tuple(Tangent(k) for k in moving)
    values = [xs[1 + k] if kind == INPUT else out[k] for kind, k in again]
    kinds = [*map(type_of, values), *places]
    arms = tuple(_arm(half, where, len(tangents), again, kinds) for half, where in zip(parts, at, strict=True))
    moves = tuple(j for j, flag in enumerate(moved) if flag)
    inputs = (xs[0], *tangents, *values, *out[len(moved) :])
    return Linearized(out[: len(moved)], moves, Primitive.table["cond"], inputs, {"branches": arms})


def pull(
    cts: Sequence[Any], xs: Sequence[Any], moving: Sequence[int], adjoints: Sequence[Any], params: dict[str, Any]
) -> list[Any]:
    """The same choice between the branches backward."""
    arms, inputs, places = arms_backward(params["branches"], cts, xs[1:], [k - 1 for k in moving], adjoints)
    totals = list(adjoints)
    if places:
        for place, total in zip(places, write("cond", (xs[0], *inputs), branches=arms), strict=True):
            totals[place] = total
    return totals


def arms_backward(
    bodies: Sequence[WengertList], cts: Sequence[Any], xs: Sequence[Any], moving: Sequence[int], adjoints: Sequence[Any]
) -> tuple[tuple[WengertList, ...], tuple[Any, ...], list[int]]:
    """Bodies with the same inputs, each backward; their inputs; and which of the moving inputs they give adjoints of.

    An adjoint passes through the bodies: so a body that reads one element of an array adds to one element.
    """
    linear = flags_at(len(xs), moving)
    added = flags_at(len(xs), [k for k, adjoint in zip(moving, adjoints, strict=True) if adjoint is not None])
    has_ct = tuple(ct is not None for ct in cts)
    parts = [transposed_body(body, linear, has_ct, added, (False,) * len(linear)) for body in bodies]
    found = any_of(*(found for _, found in parts))
    arms = []
    for back, own in parts:
        first = len(back.inputs) - sum(added)
        slots, totals = iter(range(first, len(back.inputs))), iter(range(len(back.outputs)))
        start = [next(slots) if flag else None for flag in added]
        total = [next(totals) if flag else None for flag in own]
        arms.append(
            arranged(
                back,
                (*range(first), *(a for a, flag in zip(start, found, strict=True) if flag and a is not None)),
                tuple(
                    b if b is not None else type_of(xs[k]) if a is None else Slot(a)
                    for k, (a, b, flag) in enumerate(zip(start, total, found, strict=True))
                    if flag
                ),
            )
        )
    fixed = [x for x, flag in zip(xs, linear, strict=True) if not flag]
    starts = [a for k, a in zip(moving, adjoints, strict=True) if found[k] and a is not None]
    given = (*fixed, *(ct for ct in cts if ct is not None), *starts)
    return tuple(arms), given, [place for place, k in enumerate(moving) if found[k]]


def _places(half: Halves, places: list[Type]) -> list[int]:
    """Where a branch leaves its residuals; places are added where there are none of the type."""
    taken: list[int] = []
    for value in half.known.outputs[len(half.known.outputs) - half.residuals :]:
        kind = tangent_type(value.type)
        fitting = [k for k, place in enumerate(places) if place == kind and k not in taken]
        if not fitting:
            fitting = [len(places)]
            places.append(kind)
        taken.append(fitting[0])
    return taken


def _with_places(half: Halves, where: Sequence[int], places: Sequence[Type]) -> WengertList:
    """The known half of a branch, whose residuals are in their places."""
    count = len(half.known.outputs) - half.residuals
    found: dict[int, Any] = {place: count + k for k, place in enumerate(where)}
    left = [found.get(k, place) for k, place in enumerate(places)]
    return arranged(half.known, tuple(range(len(half.known.inputs))), (*range(count), *left))


def _arm(
    half: Halves, where: Sequence[int], tangents: int, again: Sequence[Read], kinds: Sequence[Type]
) -> WengertList:
    """The linear half of a branch, with the inputs of all branches: tangents, values read again, places.

    `kinds` are the types of the last two.
    """
    own: dict[int, Any] = {}
    for slot, read in enumerate(half.reads, tangents):
        own[len(again) + where[read.place] if read.kind == RESIDUAL else again.index(read)] = slot
    rest = [own.get(k, kind) for k, kind in enumerate(kinds)]
    return arranged(half.linear, (*range(tangents), *rest), tuple(range(len(half.linear.outputs))))
