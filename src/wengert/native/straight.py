"""Straight code: numbers and small arrays, whose elements all are registers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from wengert.ir import Fold, Line, Pieces, Pointwise, Routine
from wengert.native import single
from wengert.native.builders import elements
from wengert.native.builders.emit import Emitter
from wengert.native.builders.folds import operands, start_of
from wengert.native.builders.values import Val, code_of
from wengert.native.planning.plan import Kind
from wengert.native.scope import Elements, Scope


def straight(low: Scope, line: Line) -> None:
    """A line on numbers and small arrays."""
    kind, row = low.plan.kinds[id(line)], line.primitive
    if kind is Kind.ROUTINE:
        _keep(low, line, _small(low, line))
        return
    inputs = [low.elements(x) for x in line.inputs]
    if kind is Kind.POINT:
        out = pointwise(low, line, inputs)
    elif kind is Kind.LOOP:
        out = each(lambda *xs: single.one_by_loop(low, line, xs), inputs)
    elif kind is Kind.FOLD:
        out = _fold(low, line, inputs)
    elif kind is Kind.PIECES:
        native = row.native
        assert isinstance(native, Pieces)
        code = code_of(line.outputs[0].type.dtype)
        assert code is not None
        out = np.empty(line.outputs[0].type.shape, object)
        for part, piece in native.parts(out, *inputs, **line.params):
            part[...] = piece
        out = each(lambda v: low.e.convert(v, code), [out])
    elif isinstance(row.native, Pointwise):
        out = pointwise(low, line, inputs)
    else:
        out = _viewed(line, inputs[0])
    _keep(low, line, out)


def _keep(low: Scope, line: Line, out: Elements) -> None:
    low.set_elements(line.outputs[0], out)


def _small(low: Scope, line: Line) -> Elements:
    """A routine on registers."""
    native, params = line.primitive.native, line.params
    assert isinstance(native, Routine)
    code = code_of(line.outputs[0].type.dtype)
    assert code is not None
    count = len(line.inputs) if native.indices is None else native.indices
    inputs: list[Any] = [each(lambda v: low.e.convert(v, code), [low.elements(x)]) for x in line.inputs[:count]]
    inputs[1:] = [x if x.ndim else x[()] for x in inputs[1:]]  # an element is assigned as what it is, not as an array
    rest = line.inputs[count:]
    found = native.small(low.e, *inputs, *rest, **params) if callable(native.small) else None
    if found is None:
        found = line.primitive.evaluate(*inputs, *rest, **params)
    return as_elements(found)


def as_elements(found: Any) -> Elements:
    """An array of registers, also for a single one."""
    if isinstance(found, np.ndarray):
        return found
    out = np.empty((), object)
    out[()] = found
    return out


def _viewed(line: Line, x: Elements) -> Elements:
    return as_elements(line.primitive.evaluate(x, **line.params))


def pointwise(low: Scope, line: Line, inputs: Sequence[Elements]) -> Elements:
    """A pointwise line, element by element."""
    resolved = low.plan.resolved.get(id(line)) or elements.resolve(line)
    assert resolved is not None
    return each(lambda *xs: elements.apply(low.e, resolved, xs), inputs)


def each(function: Callable[..., Val], inputs: Sequence[Elements]) -> Elements:
    """A function of registers, element by element."""
    if all(x.ndim == 0 for x in inputs):
        out = np.empty((), object)
        out[()] = function(*(x[()] for x in inputs))
        return out
    arrays = np.broadcast_arrays(*inputs)
    out = np.empty(arrays[0].shape, object)
    for index in np.ndindex(out.shape):
        out[index] = function(*(x[index] for x in arrays))
    return out


def _fold(low: Scope, line: Line, inputs: Sequence[Elements]) -> Elements:
    fold, out = line.primitive.native, line.outputs[0]
    assert isinstance(fold, Fold)
    code = code_of(out.type.dtype)
    assert code is not None
    return folded(low.e, fold, line.params, line.params["axis"], code, inputs).reshape(out.type.shape)


def folded(
    e: Emitter, fold: Fold, params: dict[str, Any], axes: Sequence[int], code: str, inputs: Sequence[Elements]
) -> Elements:
    """A reduction of registers along these axes, in pairs."""
    arrays = np.broadcast_arrays(*inputs)
    ndim = arrays[0].ndim
    gone = sorted(axis % ndim for axis in axes) if ndim else []
    kept = [i for i in range(ndim) if i not in gone]
    moved = [np.transpose(x, (*kept, *gone)) for x in arrays]
    sizes = moved[0].shape[: len(kept)]
    result = np.empty(sizes, object)
    for index in np.ndindex(sizes):
        parts = [x[index].ravel() if gone else np.array([x[index]], object) for x in moved]
        values = [_one(e, fold, params, code, row) for row in zip(*parts, strict=True)]
        start = start_of(fold, code)
        if not values:
            values = [e.constant(start, code)]
        while len(values) > 1:
            two = zip(values[::2], values[1::2], strict=False)
            pairs = [getattr(e, fold.combine)(*_alike(e, a, b)) for a, b in two]
            values = pairs + values[len(values) - len(values) % 2 :]
        result[index] = fold.last(e, values[0], **params) if fold.last is not None else values[0]
    return result


def _alike(e: Emitter, *xs: Val) -> list[Val]:
    lanes = max(x.lanes for x in xs)
    return [elements.spread(e, x, lanes) for x in xs]


def _one(e: Emitter, fold: Fold, params: dict[str, Any], code: str, row: Sequence[Val]) -> Val:
    values = _alike(e, *operands(e, fold, code, row))
    value = fold.each(e, *values, **params) if fold.each is not None else values[0]
    return e.convert(value, code)
