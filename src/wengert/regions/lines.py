"""Write lines that hold lists: what rules end with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from wengert.ir import Primitive, WengertList, bind
from wengert.regions.layout import Loop


def write(name: str, inputs: Sequence[Any], **params: Any) -> tuple[Any, ...]:
    """The outputs of a line."""
    out = bind(Primitive.table[name], tuple(inputs), params)
    return out if type(out) is tuple else (out,)


def loop_params(loop: Loop, body: WengertList, length: int | None, reverse: bool) -> dict[str, Any]:
    """The params of a `for` line."""
    return {
        "body": body,
        "length": length,
        "carries": len(loop.carry),
        "consts": len(loop.consts),
        "reverse": reverse,
    }


def write_loop(loop: Loop, body: WengertList, length: int | None, reverse: bool) -> tuple[Any, ...]:
    """The outputs of a `for` line."""
    return write("for", loop.inputs(), **loop_params(loop, body, length, reverse))
