"""The groups of a plan, one after another."""

from __future__ import annotations

from wengert.native import loops, single
from wengert.native.scope import Scope
from wengert.native.straight import straight


def lower(low: Scope) -> None:
    """The instructions of a list whose inputs are bound."""
    for item in low.plan.items:
        low.arena.begin(item.number)
        if item.domain == ():
            for line in item.lines:
                straight(low, line)
        elif item.domain is not None:
            loops.emit_nest(low, item)
        else:
            (line,) = item.lines
            single.emit(low, line)
