"""Lines that hold lists without what nobody needs: outputs, what is carried for them, and the inputs they read."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import compress
from typing import Any

from wengert.ir import Line, Var, WengertList, remembered
from wengert.regions.bodies import Flags, any_of
from wengert.regions.layout import Loop, has_ys
from wengert.regions.whiles import counting
from wengert.transform import clean


@remembered
def kept(body: WengertList, outputs: Flags) -> WengertList:
    """The body with these outputs only, and all its inputs; the same object if nothing goes."""
    wl = clean(WengertList(body.inputs, body.lines, tuple(compress(body.outputs, outputs)), body.names))
    same = all(outputs) and len(wl.lines) == len(body.lines) and all(map(_is, wl.lines, body.lines))
    return body if same else wl


def _is(a: Any, b: Any) -> bool:
    return a is b


@remembered
def reads(body: WengertList, outputs: Flags) -> Flags:
    """Which inputs these outputs of a body depend on."""
    wl = kept(body, outputs)
    read = {x for line in wl.lines for x in line.inputs if type(x) is Var} | {x for x in wl.outputs if type(x) is Var}
    return tuple(var in read for var in wl.inputs)


@remembered
def with_inputs(body: WengertList, inputs: Flags) -> WengertList:
    """The body with these inputs only; the same object if they are all."""
    if all(inputs):
        return body
    names = tuple(compress((*body.names, *[""] * (len(inputs) - len(body.names))), inputs)) if body.names else ()
    return WengertList(tuple(compress(body.inputs, inputs)), body.lines, body.outputs, names)


def reduced(line: Line, inputs: Sequence[bool], outputs: Sequence[bool], params: dict[str, Any]) -> Line:
    """The line with these inputs and outputs only; the same object if they are all and nothing in it has changed."""
    if all(inputs) and all(outputs) and all(params[key] is value for key, value in line.params.items()):
        return line
    return line._replace(
        inputs=tuple(compress(line.inputs, inputs)), outputs=tuple(compress(line.outputs, outputs)), params=params
    )


def prune_for(line: Line, needed: Sequence[bool]) -> Line:
    """What is carried is needed if its last value is, or another trip reads it for what is needed."""
    params = line.params
    body, length, carries, consts = params["body"], params["length"], params["carries"], params["consts"]
    carry, ys = tuple(needed[:carries]), tuple(needed[carries:])
    while True:
        _, *read = reads(body, (*carry, *ys))
        parts = Loop.of(read, 0, carries, consts)
        more = any_of(carry, parts.carry)
        if more == carry:
            break
        carry = more
    inputs = (*carry, *parts.consts, *parts.xs)
    small = with_inputs(kept(body, (*carry, *ys)), (True, *inputs))
    new = {**params, "body": small, "carries": sum(carry), "consts": sum(parts.consts)}
    new = {key: params[key] if params[key] == value else value for key, value in new.items()}
    return reduced(line, (*[True] * (length is None), *inputs), (*carry, *ys), new)


def prune_while(line: Line, needed: Sequence[bool]) -> Line:
    """Also what the condition reads is needed."""
    cond, body, carries = line.params["cond"], line.params["body"], line.params["carries"]
    yields = has_ys(body, carries)
    carry, counted, ys = tuple(needed[:carries]), any(needed[carries : carries + 1]), tuple(needed[carries + 1 :])
    tested = reads(cond, (True,))
    while True:
        read = any_of(reads(body, (*carry, *ys)), tested)
        more = any_of(carry, read[:carries])
        if more == carry:
            break
        carry = more
    inputs = (*carry, *read[carries:])
    small, test = with_inputs(kept(body, (*carry, *ys)), inputs), with_inputs(kept(cond, (True,)), inputs)
    count = sum(carry)
    given = tuple(compress(line.inputs, inputs))
    if yields and counted and not any(ys):
        test, small, given = counting(test, small, given, count)
        outputs = (*compress(line.outputs, carry), line.outputs[carries])
        return line._replace(inputs=given, outputs=outputs, params={"cond": test, "body": small, "carries": count + 1})
    outputs_kept = (*carry, *((any(ys), *ys) if yields else ()))
    return reduced(line, inputs, outputs_kept, {"cond": test, "body": small, "carries": count})


def prune_cond(line: Line, needed: Sequence[bool]) -> Line:
    """The operands that no branch reads go."""
    branches: tuple[WengertList, ...] = line.params["branches"]
    outputs = tuple(needed)
    read = any_of(*(reads(branch, outputs) for branch in branches))
    small = tuple(with_inputs(kept(branch, outputs), read) for branch in branches)
    same = all(map(_is, small, branches))
    return reduced(line, (True, *read), outputs, {"branches": branches if same else small})


def prune_remat(line: Line, needed: Sequence[bool]) -> Line:
    """The inputs that the outputs do not read go."""
    body, outputs = line.params["body"], tuple(needed)
    read = reads(body, outputs)
    return reduced(line, read, outputs, {"body": with_inputs(kept(body, outputs), read)})
