"""The groups of a plan, one after another."""

from __future__ import annotations

from collections.abc import Sequence

from wengert.ir import Line
from wengert.native import single, zeros
from wengert.native.nests import loops, rows, sweeps
from wengert.native.parts import Parts
from wengert.native.scope import Scope
from wengert.native.straight import straight


def lower(low: Scope, parts: Parts | None = None) -> None:
    """The instructions of a list whose inputs are bound; in `parts`, if given."""
    for item in low.plan.items:
        if not item.lines:
            continue
        low.arena.begin(item.number)
        if low.b.language == "c" and (parts is None or item.domain != ()):
            remark(low, item.lines)
        if item.domain == ():
            if parts is None:
                zeros.straight_group(low, item)
                continue
            for line in item.lines:
                if low.b.language == "c":
                    remark(low, [line])
                straight(low, line)
                parts.check(low, line)
            continue
        if item.domain is not None and parts is not None and parts.is_large(low, item):
            parts.parallel(low, item)
        elif item.sweep:
            sweeps.emit_sweep(low, item)
        elif item.rows:
            rows.emit_rows(low, item)
        elif item.domain is not None:
            loops.emit_nest(low, item)
        else:
            single.emit(low, item.lines[0])
        if parts is not None:
            parts.check(low, item.lines[-1])


def remark(low: Scope, lines: Sequence[Line]) -> None:
    """The user's lines that instructions come of, as comments."""
    shown = {f"line {x.line}: {x.text}": None for line in lines if (x := line.location) is not None and x.text}
    for text in shown:
        if text != low.remarked:
            low.b.emit(f"/* {text.replace('*/', '* /').replace('/*', '/ *')} */")
        low.remarked = text
