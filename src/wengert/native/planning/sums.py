"""Sums of multiples of what is summed already: Σ -(c·aᵢ) = -(c·Σ aᵢ), where the list has Σ aᵢ and no aᵢ is negative.

Such sums are what the derivative of a `max` that is subtracted before an `exp` leaves (softmax, log Σ exp). The product
is the chain rule's, in which an exact zero wins: Σ aᵢ is zero only where all aᵢ are, infinite where the function is.
"""

from __future__ import annotations

from typing import Any

from wengert.ir import Array, Line, Var, WengertList
from wengert.primitives import negative, reshape, times
from wengert.transform import clean


def sums_shared(wl: WengertList) -> WengertList:
    """The list with such sums computed from those that it has."""
    if sum(line.primitive.name == "sum" for line in wl.lines) < 2:
        return wl
    made: dict[Var, Line] = {}
    known: dict[Any, Var] = {}
    lines: list[Line] = []
    for line in wl.lines:
        found = None
        if line.primitive.name == "sum" and len(line.inputs) == 1 and type(line.inputs[0]) is Var:
            found = _shared(line, made, known)
            known.setdefault(_key(line.inputs[0], line), line.outputs[0])
        lines.extend(found or [line])
        for v in line.outputs:
            made[v] = line
    if len(lines) == len(wl.lines) and all(a is b for a, b in zip(lines, wl.lines, strict=True)):
        return wl
    return clean(WengertList(wl.inputs, tuple(lines), wl.outputs, wl.names))


def _key(x: Var, line: Line) -> Any:
    return (x, tuple(sorted((name, str(value)) for name, value in line.params.items())))


def _shared(line: Line, made: dict[Var, Line], known: dict[Any, Var]) -> list[Line] | None:
    """The lines in place of a sum, or `None`."""
    x = line.inputs[0]
    factors: list[Var | None] = []
    while x in made:
        row, inputs = made[x].primitive, made[x].inputs
        if row.nonnegative and x.type.dtype.kind == "f":
            total = known.get(_key(x, line))
            return _multiplied(total, factors, line) if total is not None and factors else None
        if row.name == "negative":
            factors.append(None)
            x = inputs[0]
            continue
        if row is not times:
            return None
        for factor, other in (inputs, inputs[::-1]):
            small = _reduced(factor, line, made) if type(other) is Var and other.type == x.type else None
            if small is not None:
                factors.append(small)
                x = other
                break
        else:
            return None
    return None


def _reduced(factor: Any, line: Line, made: dict[Var, Line]) -> Var | None:
    """A factor that is the same for all that is summed, as it was before it was repeated along these axes."""
    out, ndim = line.outputs[0].type, len(line.inputs[0].type.shape)
    if type(factor) is Var and factor in made and made[factor].primitive.name == "broadcast_to":
        (factor,) = made[factor].inputs
    if type(factor) is not Var or factor.type.dtype != out.dtype or factor.type.size not in (1, out.size):
        return None
    gone = {axis % ndim - (ndim - len(factor.type.shape)) for axis in line.params["axis"]}
    return factor if all(n == 1 for axis, n in enumerate(factor.type.shape) if axis in gone) else None


def _multiplied(total: Var, factors: list[Var | None], line: Line) -> list[Line]:
    """A sum times these factors, of which `None` is -1, under the name of the line's output."""
    (out,), lines = line.outputs, []
    for k, factor in enumerate(factors):
        result = out if k == len(factors) - 1 else Var(type=out.type)
        if factor is None:
            lines.append(Line(negative, (total,), {}, (result,), line.location))
        else:
            if factor.type.shape != out.type.shape:
                shape = out.type.shape if factor.type.size == out.type.size else ()
                small = Var(type=Array(shape, factor.type.dtype))
                lines.append(Line(reshape, (factor,), {"shape": shape}, (small,), line.location))
                factor = small
            lines.append(Line(times, (total, factor), {}, (result,), line.location))
        total = result
    return lines
