"""A list made ready for machine code: rows that are written in other rows are replaced by those."""

from __future__ import annotations

from typing import Any

from wengert.errors import UnsupportedError
from wengert.ir import Composite, Line, Var, WengertList
from wengert.native.elements import types_of
from wengert.record import Staged


def prepared(wl: WengertList) -> WengertList:
    """The list without composite rows."""
    if not any(isinstance(line.primitive.native, Composite) for line in wl.lines):
        return wl
    lines: list[Line] = []
    known: dict[Var, Any] = {}
    for line in wl.lines:
        if known:
            line = line._replace(inputs=tuple(known.get(x, x) if type(x) is Var else x for x in line.inputs))
        expanded = _expanded(line)
        if expanded is None:
            lines.append(line)
            continue
        inner, outputs = expanded
        lines.extend(inner)
        known.update(zip(line.outputs, outputs, strict=True))
    outputs = tuple(known.get(x, x) if type(x) is Var else x for x in wl.outputs)
    return WengertList(wl.inputs, tuple(lines), outputs, wl.names)


def _expanded(line: Line) -> tuple[list[Line], tuple[Any, ...]] | None:
    """The lines that a composite line stands for, and its outputs; `None` for another, or if it cannot be written so."""
    native = line.primitive.native
    if not isinstance(native, Composite) or any(v.type.size == 0 for v in line.outputs):
        return None
    level = Staged("native")
    values = [x for x in line.inputs if type(x) is Var]
    boxes = {x: level.add_input(x.type) for x in values}
    try:
        out = native.lines(*(boxes[x] if type(x) is Var else x for x in line.inputs), **line.params)
    except UnsupportedError:
        return None
    finally:
        level.close()
    wl = prepared(level.finish(out if isinstance(out, tuple) else (out,)))
    if [_kind(x) for x in wl.outputs] != [(v.type.shape, v.type.dtype) for v in line.outputs]:
        raise AssertionError(f"{line.primitive.name}: its native form gives other types: {wl} for {types_of(line)}")
    same = {inner: outer for inner, outer in zip(wl.inputs, boxes, strict=True)}
    lines = []
    for inner in wl.lines:
        inputs = tuple(same.get(x, x) if type(x) is Var else x for x in inner.inputs)
        lines.append(inner._replace(inputs=inputs, location=line.location))
    return lines, tuple(same.get(x, x) if type(x) is Var else x for x in wl.outputs)


def _kind(x: Any) -> Any:
    found = x.type if type(x) is Var else None
    return (found.shape, found.dtype) if found is not None else None
