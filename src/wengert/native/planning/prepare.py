"""A list made ready for machine code: rows that are written in other rows are replaced by those."""

from __future__ import annotations

from typing import Any

from wengert.errors import StagingError, UnsupportedError
from wengert.ir import Composite, Line, Var, WengertList, dtype_of
from wengert.native.builders.elements import types_of
from wengert.native.planning.sums import sums_shared
from wengert.native.planning.windows import windows_joined
from wengert.record import Staged


def prepared(wl: WengertList) -> WengertList:
    """The list without composite rows, and without what can be had for less."""
    return windows_joined(sums_shared(_written_out(wl)))


def _written_out(wl: WengertList) -> WengertList:
    wl = _with_bodies(wl)
    if not any(isinstance(line.primitive.native, Composite) or line.primitive.name == "remat" for line in wl.lines):
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


def _with_bodies(wl: WengertList) -> WengertList:
    """The list with the lists in its lines made ready."""
    changed, lines = False, []
    for line in wl.lines:
        params = {name: _ready(value) for name, value in line.params.items()}
        if any(params[name] is not value for name, value in line.params.items()):
            line, changed = line._replace(params=params), True
        lines.append(line)
    return WengertList(wl.inputs, tuple(lines), wl.outputs, wl.names) if changed else wl


def _ready(value: Any) -> Any:
    if isinstance(value, WengertList):
        return prepared(value)
    if isinstance(value, tuple) and any(isinstance(x, WengertList) for x in value):
        return tuple(map(_ready, value))
    return value


def _copied(wl: WengertList, inputs: tuple[Any, ...]) -> tuple[list[Line], tuple[Any, ...]]:
    """The lines of a list with these inputs and new names, and its outputs."""
    known: dict[Var, Any] = dict(zip(wl.inputs, inputs, strict=True))
    lines = []
    for line in wl.lines:
        fresh = tuple(Var(type=v.type) for v in line.outputs)
        read = tuple(known.get(x, x) if type(x) is Var else x for x in line.inputs)
        lines.append(line._replace(inputs=read, outputs=fresh))
        known.update(zip(line.outputs, fresh, strict=True))
    return lines, tuple(known.get(x, x) if type(x) is Var else x for x in wl.outputs)


def _expanded(line: Line) -> tuple[list[Line], tuple[Any, ...]] | None:
    """The lines that a composite line stands for, and its outputs; `None` for any other."""
    if line.primitive.name == "remat":
        return _copied(line.params["body"], line.inputs)
    native = line.primitive.native
    if not isinstance(native, Composite) or any(v.type.size == 0 for v in line.outputs):
        return None
    level = Staged("native")
    values = list(dict.fromkeys(x for x in line.inputs if type(x) is Var))
    boxes = {x: level.add_input(x.type) for x in values}
    try:
        out = native.lines(*(boxes[x] if type(x) is Var else x for x in line.inputs), **line.params)
        found = tuple(map(_of_type, out if isinstance(out, tuple) else (out,), line.outputs))
    except (UnsupportedError, StagingError):
        return None
    finally:
        level.close()
    wl = prepared(level.finish(found))
    if [_kind(x) for x in wl.outputs] != [(v.type.shape, v.type.dtype) for v in line.outputs]:
        raise AssertionError(f"{line.primitive.name}: its native form gives other types: {wl} for {types_of(line)}")
    lines, outputs = _copied(wl, tuple(boxes))
    return [inner._replace(location=line.location) for inner in lines], outputs


def _of_type(x: Any, var: Var) -> Any:
    """A real result in the dtype that the row has: sums of integers are wider than what is summed."""
    wanted, found = var.type.dtype, dtype_of(x)
    return x.astype(wanted) if found != wanted and wanted.kind in "iubf" and found.kind in "iubf" else x


def _kind(x: Any) -> Any:
    found = x.type if type(x) is Var else None
    return (found.shape, found.dtype) if found is not None else None
