"""Lines that hold lists, for all items of a batch at once.

Where items go different ways (another number of trips, another branch), every way is gone for all of them, and each
takes the results that are its own. The others must do no harm: where a body could fail or never end, they compute with
the numbers of an item whose way it is.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from wengert.ir import Seq, Var, WengertList, shape_of, type_of
from wengert.primitives import broadcast_to, reshape, sequence_where, spread_items, transpose
from wengert.regions.bodies import Flags, any_of, blank, zero_of
from wengert.regions.build import index_type, record
from wengert.regions.layout import Loop, has_ys
from wengert.regions.lines import loop_params, write
from wengert.regions.types import output_types
from wengert.run import run
from wengert.transform import batch, fit

Values = tuple[Any, ...]
Result = tuple[Values, Flags]


def batch_for(size: int, xs: Values, flags: Flags, params: dict[str, Any]) -> Result:
    """The same number of trips for all, or as many as the longest needs."""
    body, length, carries, consts = params["body"], params["length"], params["carries"], params["consts"]
    loop, moving = Loop.of(xs, length, carries, consts), Loop.of(flags, length, carries, consts)
    apart = bool(moving.trips)
    carry = (True,) * carries if apart else moving.carry
    while True:
        inside = (False, *carry, *moving.consts, *moving.xs)
        own, found = batch(body, size, inside)
        more = any_of(carry, found[:carries])
        if more == carry:
            break
        carry = more
    yields = (True,) * (len(found) - carries) if apart else tuple(found[carries:])
    trips, extra = loop.trips, ()  # type: Any, Values
    if apart:
        trips, extra = np.max(np.concatenate([trips, np.zeros(1, int)])), (loop.trips,)

    def step(i: Any, *values: Any) -> Values:
        old, own_trips, rest = values[:carries], values[carries : carries + len(extra)], values[carries + len(extra) :]
        if not apart:
            return _spread(run(own, i, *old, *rest), found, (*carry, *yields), size, body)
        active = i < own_trips[0]
        given = _harmless(body, active, (*old, *rest), inside[1:])
        new = _spread(run(own, i, *given), found, (*carry, *yields), size, body)
        return _chosen(active, new, (*old, *map(zero_of, new[carries:])))

    items = [_items_first(x, flag) for x, flag in zip(loop.xs, moving.xs, strict=True)]
    start = _spread(loop.carry, moving.carry, carry, size, body, 1)
    new_loop = Loop(trips, start, (*extra, *loop.consts), tuple(items))
    kinds = [_item(type_of(x)) for x in items]
    types = [
        index_type(),
        *_types(start, carry, body.inputs[1:]),
        *map(_strong, extra),
        *_types(loop.consts, moving.consts, body.inputs[1 + carries :]),
        *kinds,
    ]
    rolled = record(step, types, body.names[: 1 + carries])
    out = write("for", new_loop.inputs(), **loop_params(new_loop, rolled, length, params["reverse"]))
    ys = [_items_first(y, flag) for y, flag in zip(out[carries:], yields, strict=True)]
    return (*out[:carries], *ys), (*carry, *yields)


def batch_while(size: int, xs: Values, flags: Flags, params: dict[str, Any]) -> Result:
    """Until all are done; those that are done stay as they are."""
    cond, body, carries = params["cond"], params["body"], params["carries"]
    carry, consts = flags[:carries], flags[carries:]
    while True:
        own, found = batch(body, size, (*carry, *consts))
        test, (apart,) = batch(cond, size, (*carry, *consts))
        more = any_of(carry, found[:carries], (apart,) * carries)
        if more == carry:
            break
        carry = more
    yields = has_ys(body, carries)
    start = _spread(xs[:carries], flags[:carries], carry, size, body)
    fixed = xs[carries:]
    names = body.names[:carries]
    if not apart:
        asked = (*carry, *found[carries:])
        kinds = [*_types(start, carry, body.inputs), *_types(fixed, consts, body.inputs[carries:])]
        rolled = record(lambda *values: _spread(run(own, *values), found, asked, size, body), kinds, names)
        out = write("while", (*start, *fixed), cond=test, body=rolled, carries=carries)
        return out, (*carry, *((False, *found[carries:]) if yields else ()))

    asked = (True,) * len(found)
    counts = (np.zeros(size, int),) if yields else ()

    def step(*values: Any) -> Values:
        old, active, rest = values[:carries], values[carries], values[carries + 1 + len(counts) :]
        given = _harmless(body, active, (*old, *rest), (*carry, *consts))
        new = _spread(run(own, *given), found, asked, size, body)
        new = _chosen(active, new, (*old, *map(zero_of, new[carries:])))
        tallies = [count + active for count in values[carries + 1 : carries + 1 + len(counts)]]
        still = active & run(test, *new[:carries], *rest)[0]
        return (*new[:carries], still, *tallies, *new[carries:])

    first = run(test, *start, *fixed)[0]
    begin = (*start, first, *counts)
    kinds = [*map(_strong, begin), *_types(fixed, consts, body.inputs[carries:])]
    rolled = record(step, kinds, names)
    any_active = record(lambda *values: np.any(values[carries]), kinds)
    out = write("while", (*begin, *fixed), cond=any_active, body=rolled, carries=len(begin))
    if not yields:
        return out[:carries], carry
    return (*out[:carries], out[carries + 1], *out[len(begin) + 1 :]), (*carry, True, *asked[carries:])


def batch_cond(size: int, xs: Values, flags: Flags, params: dict[str, Any]) -> Result:
    """One choice for all, or all branches and a choice between their results."""
    branches: tuple[WengertList, ...] = params["branches"]
    index, *operands = xs
    parts = [batch(branch, size, flags[1:]) for branch in branches]
    kinds = _types(operands, flags[1:], branches[0].inputs)
    if not flags[0]:
        common = any_of(*(found for _, found in parts))

        def arm(branch: WengertList, own: WengertList, given: Sequence[bool]) -> WengertList:
            return record(lambda *values: _spread(run(own, *values), given, common, size, branch), kinds, branch.names)

        arms = tuple(arm(branch, own, given) for branch, (own, given) in zip(branches, parts, strict=True))
        return write("cond", xs, branches=arms), common

    asked = (True,) * len(branches[0].outputs)
    result: Values = ()
    for k, (branch, (own, found)) in enumerate(zip(branches, parts, strict=True)):
        mine = index == k

        def way(mask: Any, *values: Any, branch: Any = branch, own: Any = own, found: Any = found) -> Values:
            given = _harmless(branch, mask, values, flags[1:])
            return _spread(run(own, *given), found, asked, size, branch)

        if _harms(branch):
            way_list = record(way, [_strong(mine), *kinds])
            none = record(lambda *_, like=way_list: tuple(map(blank, output_types(like))), [_strong(mine), *kinds])
            out = write("cond", (np.any(mine), mine, *operands), branches=(none, way_list))
        else:
            out = way(mine, *operands)
        result = _chosen(mine, out, result) if result else out
    return result, asked


def batch_remat(size: int, xs: Values, flags: Flags, params: dict[str, Any]) -> Result:
    """The batch of the body."""
    body, found = batch(params["body"], size, flags)
    return write("remat", xs, body=body), tuple(found)


def _spread(
    values: Sequence[Any], batched: Sequence[bool], asked: Sequence[bool], size: int, body: WengertList, first: int = -1
) -> Values:
    """Values, of which these are asked for with a leading axis, in the dtypes of a body's outputs or of its inputs."""
    like = body.outputs if first < 0 else body.inputs[first:]
    out = []
    for x, flag, wanted, of in zip(values, batched, asked, like, strict=False):
        kind = of.type if type(of) is Var else type_of(of)
        if isinstance(kind, Seq):
            out.append(spread_items(x, axis=-1 - kind.element.ndim, size=size) if wanted and not flag else x)
        else:
            x = fit(x, kind)
            out.append(broadcast_to(x, shape=(size, *kind.shape)) if wanted and not flag else x)
    return tuple(out)


def _chosen(mask: Any, new: Sequence[Any], old: Sequence[Any]) -> Values:
    """Of each item the new values or the old ones."""
    return tuple(
        sequence_where(mask, a, b)
        if isinstance(kind := type_of(a), Seq)
        else fit(np.where(reshape(mask, shape=(*shape_of(mask), *(1,) * (len(kind.shape) - 1))), a, b), kind)
        for a, b in zip(new, old, strict=True)
    )


def _harmless(body: WengertList, mask: Any, values: Sequence[Any], batched: Sequence[bool]) -> list[Any]:
    """The inputs of a body; if it could fail, items that the mask leaves out have those of one that it does not."""
    if not _harms(body):
        return list(values)
    some = np.argmax(mask)
    out = []
    for x, flag in zip(values, batched, strict=True):
        kind = type_of(x)
        if flag and not isinstance(kind, Seq):
            (x,) = _chosen(mask, (x,), (broadcast_to(x[some], shape=kind.shape),))
        out.append(x)
    return out


def _harms(body: WengertList) -> bool:
    """Whether numbers that were not meant for it could make a list fail or never end."""
    return any(
        line.acts() or line.primitive.recomputing == math.inf or (line.primitive.view and len(line.inputs) > 1)
        for line in body.lines
    )


def _items_first(x: Any, batched: bool) -> Any:
    """The axis of the batch and that of the trips change places."""
    kind = type_of(x)
    if not batched or isinstance(kind, Seq):
        return x
    return transpose(x, axes=(1, 0, *range(2, len(kind.shape))))


def _item(kind: Any) -> Any:
    return kind.item if isinstance(kind, Seq) else type(kind)(kind.shape[1:], kind.dtype)


def _types(values: Sequence[Any], batched: Sequence[bool], like: Sequence[Var]) -> list[Any]:
    """The types of inputs of a body: those that are not batched are Python numbers where they were."""
    return [_strong(x) if flag else var.type for x, flag, var in zip(values, batched, like, strict=False)]


def _strong(x: Any) -> Any:
    kind = type_of(x)
    return kind if isinstance(kind, Seq) else type(kind)(kind.shape, kind.dtype)
