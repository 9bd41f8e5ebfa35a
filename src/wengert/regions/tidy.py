"""The lines that hold lists, written shorter, and their lists too."""

from __future__ import annotations

from collections.abc import Sequence as Several
from typing import Any

import numpy as np

from wengert.ir import Seq, Sequence, Traced, Var, WengertList, type_of
from wengert.primitives import broadcast_to
from wengert.regions.bodies import Slot
from wengert.regions.layout import Loop
from wengert.regions.lines import write, write_loop
from wengert.regions.shorten import Shortened
from wengert.regions.sums import added_up, deferred
from wengert.regions.types import output_types
from wengert.regions.values import (
    NUMBERS,
    distinct,
    fitted,
    identity,
    repeated,
    simplified,
    with_outputs,
    with_values,
)
from wengert.run import run
from wengert.transform import is_sequence

Values = tuple[Any, ...]


def tidy_for(xs: Values, params: dict[str, Any]) -> Values:
    """The outputs of a `for` line. What trips yield in vain is not yielded: items, constants, the same twice."""
    body, length, carries, consts = params["body"], params["length"], params["carries"], params["consts"]
    loop = Loop.of(xs, length, carries, consts)
    if length == 0:
        kinds = output_types(body)[carries:]
        return (*map(fitted, loop.carry, body.inputs[1:]), *map(_nothing, kinds))
    body, sums = deferred(simplified(body), carries, length) if length is not None else (simplified(body), ())
    short = Shortened([body], 1, loop.carry, loop.consts, loop.xs, length is None)
    count = len(short.carry)
    ys, where = distinct(short.body.outputs[count:])
    found = [_known_yield(y, short, length) for y in ys]
    asked = [k for k, value in enumerate(found) if value is None]
    out: Values = ()
    if count or asked or _acts(short.body):
        small = with_outputs(short.body, (*short.body.outputs[:count], *(ys[k] for k in asked)))
        loop = Loop(loop.trips, tuple(short.carry), tuple(short.consts), tuple(short.xs))
        out = write_loop(loop, small, length, params["reverse"])
    for k, value in zip(asked, out[count:], strict=True):
        found[k] = value
    carried, yielded = short.carried(out), [found[k] for k in where]
    split = len(yielded) - 2 * len(sums)
    added_up(carried, sums, yielded[split:])
    return (*carried, *yielded[:split])


def tidy_while(xs: Values, params: dict[str, Any]) -> Values:
    """The outputs of a `while` line."""
    carries = params["carries"]
    lists = [simplified(params["cond"]), simplified(params["body"])]
    short = Shortened(lists, 0, xs[:carries], xs[carries:], (), True)
    test, body = short.lists
    count = len(short.carry)
    ys, where = distinct(body.outputs[count:])
    out = write(
        "while",
        (*short.carry, *short.consts),
        cond=test,
        body=with_outputs(body, (*body.outputs[:count], *ys)),
        carries=count,
    )
    return (*short.carried(out), *(out[count : count + 1] if ys else ()), *(out[count + 1 + k] for k in where))


def tidy_cond(xs: Values, params: dict[str, Any]) -> Values:
    """The outputs of a `cond` line: those of the branch, if it is known which."""
    index, *operands = xs
    branches = params["branches"]
    if not isinstance(index, Traced):
        branch = simplified(branches[int(index)])
        return tuple(run(branch, *map(fitted, operands, branch.inputs)))
    given, kept = repeated(operands, branches[0].inputs)
    arms = [with_values(simplified(branch), given) for branch in branches]
    operands = [operands[k] for k in kept]
    rows, where = distinct([[_place(arm.outputs[j], arm) for arm in arms] for j in range(len(branches[0].outputs))])
    found = [_same_in_all(row, operands) for row in rows]
    asked = [k for k, value in enumerate(found) if value is None]
    if asked or any(map(_acts, arms)):
        places = [where.index(k) for k in asked]
        small = tuple(with_outputs(arm, [arm.outputs[j] for j in places]) for arm in arms)
        for k, value in zip(asked, write("cond", (index, *operands), branches=small), strict=True):
            found[k] = value
    return tuple(found[k] for k in where)


def tidy_remat(xs: Values, params: dict[str, Any]) -> Values:
    """The outputs of a `remat` line."""
    body = simplified(params["body"])
    given, kept = repeated(xs, body.inputs)
    return write("remat", [xs[k] for k in kept], body=with_values(body, given))


def _acts(wl: WengertList) -> bool:
    return any(line.acts() for line in wl.lines)


def _nothing(kind: Any) -> Any:
    return Sequence(Seq(kind)) if isinstance(kind, Seq) else np.zeros((0, *kind.shape), kind.dtype)


def _known_yield(y: Any, short: Shortened, length: int | None) -> Any:
    """What all trips yield, if it is known without the loop: the items that they read, or a constant; else `None`."""
    inputs = list(short.body.inputs)
    consts = 1 + len(short.carry)
    xs = consts + len(short.consts)
    if type(y) is Var:
        place = inputs.index(y) if y in inputs else -1
        if place >= xs:
            items = short.xs[place - xs]
            return items if length is not None or is_sequence(items) else None
        if not consts <= place < xs:
            return None
        value, kind = short.consts[place - consts], y.type
    else:
        value, kind = y, type_of(y)
    if length is None or isinstance(kind, Seq):
        return None
    if isinstance(value, Traced):
        return broadcast_to(value, shape=(length, *kind.shape))
    return np.broadcast_to(np.asarray(value, kind.dtype), (length, *kind.shape))


def _place(x: Any, arm: WengertList) -> Any:
    return Slot(arm.inputs.index(x)) if type(x) is Var and x in arm.inputs else x


def _same_in_all(row: Several[Any], operands: Several[Any]) -> Any:
    """What all branches give, if that is known: an operand or a number."""
    first = row[0]
    if any(identity(x) != identity(first) for x in row):
        return None
    if type(first) is Slot:
        return operands[first.position]
    return first if isinstance(first, NUMBERS) else None
