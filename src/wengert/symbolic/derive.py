"""Derivatives of expressions, as expressions: the rules of the table, run on the lines behind an expression."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from wengert.ir import Line, Var, WengertList, bind, dependents, shape_of
from wengert.primitives import index_add, multiply, setitem, times
from wengert.primitives.written import assembled
from wengert.record import Box
from wengert.run import run
from wengert.symbolic.collect import collected
from wengert.symbolic.level import Symbols
from wengert.symbolic.walk import operations, to_list, walk
from wengert.transform import batch, clean, forward, product, push
from wengert.transform.pull import Backward


def gradient(level: Symbols, output: Any, symbols: Sequence[Var]) -> list[Any]:
    """The derivatives of a scalar by symbols, each a Var or a literal.

    By one number alone forward mode may take fewer operations than reverse mode: the shorter of the two is taken.
    """
    found = _by_reverse(level, output, symbols)
    if len(symbols) != 1 or symbols[0].type.shape:
        return found
    other = tangents(level, [output], symbols[0])
    reverse, forward = (operations(walk([output, *one])[1]) for one in (found, other))
    return other if forward < reverse else found


def _by_reverse(level: Symbols, output: Any, symbols: Sequence[Var]) -> list[Any]:
    """The derivatives of a scalar by symbols, by reverse mode over its lines."""
    zeros = [np.zeros(var.type.shape, var.type.dtype)[()] for var in symbols]
    if type(output) is not Var:
        return zeros
    inputs, lines = walk([output])
    values = {var: Box(level, var) for var in (*inputs, *symbols, *(var for line in lines for var in line.outputs))}
    backward = Backward(values.__getitem__, dependents(symbols, lines), product=_product(level, lines))
    backward.seed(output, 1.0)
    adjoints = backward.run([line for line in lines if not line.primitive.discrete])
    found = [level.operand(adjoints.get(var, zero)) for var, zero in zip(symbols, zeros, strict=True)]
    whole = [
        assembled(setitem, index_add, x) if var.type.shape else None for x, var in zip(found, symbols, strict=True)
    ]
    found = [x if step is None else level.store.record(step) for x, step in zip(found, whole, strict=True)]
    return collected(level.store, found, {var for line in lines for var in line.outputs})


def _product(level: Symbols, lines: Sequence[Line]) -> Callable[[Any, Any], Any]:
    """The product of the chain rule, in which an exact zero wins, unless the function computes the same product anyway.

    Where that is nan, so is the function.
    """
    known = {line.inputs: line.outputs[0] for line in lines if line.primitive is multiply and _of_vars(line)}

    def of(a: Any, b: Any) -> Any:
        if not (isinstance(a, Box) and isinstance(b, Box)):
            return product(a, b)
        found = known.get((a.ssa, b.ssa)) or known.get((b.ssa, a.ssa))
        return level.process(times, (a, b), {}) if found is None else Box(level, found)

    return of


def _of_vars(line: Line) -> bool:
    return all(type(x) is Var for x in line.inputs)


def tangents(level: Symbols, outputs: Sequence[Any], symbol: Var) -> list[Any]:
    """The derivatives of values by one number, each a Var or a literal: forward mode over their lines."""
    _, lines = walk(outputs)
    known: dict[Any, Any] = {symbol: 1.0}
    with np.errstate(all="ignore"):
        for line in lines:
            _push(level, line, known)
    found = [level.operand(known.get(x, 0.0)) if type(x) is Var else 0.0 for x in outputs]
    shapes = [x.type.shape if type(x) is Var else shape_of(x) for x in outputs]
    filled = [np.zeros(s) if type(x) is float and x == 0 and s else x for x, s in zip(found, shapes, strict=True)]
    return collected(level.store, filled, {var for line in lines for var in line.outputs})


def _push(level: Symbols, line: Line, known: dict[Any, Any]) -> None:
    """The tangents of the outputs of a line, where there are any, into what is known."""
    dxs = tuple([known.get(x) if type(x) is Var else None for x in line.inputs])
    if line.primitive.discrete or all(dx is None for dx in dxs):
        return
    xs = tuple([Box(level, x) if type(x) is Var else x for x in line.inputs])
    ys = tuple([Box(level, var) for var in line.outputs])
    dy = push(line.primitive, ys if len(ys) > 1 else ys[0], xs, dxs, line.params)
    for var, one in zip(line.outputs, dy if len(ys) > 1 else (dy,), strict=True):
        if one is not None:
            known[var] = one


def jacobian(level: Symbols, output: Any, symbol: Var) -> Any:
    """The derivative of an array by an array, of the shape of the one and then that of the other."""
    if not symbol.type.shape:
        return tangents(level, [output], symbol)[0]
    shape = output.type.shape if type(output) is Var else shape_of(output)
    wl = to_list([output])
    if symbol not in wl.inputs:
        return np.zeros(shape + symbol.type.shape)
    size, count = symbol.type.size, len(wl.inputs)
    moved = forward(wl, {wl.inputs.index(symbol)})
    moved = clean(WengertList(moved.inputs, moved.lines, moved.outputs[1:], moved.names))
    batched, (moves,) = batch(moved, size, [False] * count + [True])
    if not moves:
        return np.zeros(shape + symbol.type.shape)
    basis = np.eye(size, dtype=symbol.type.dtype).reshape(size, *symbol.type.shape)
    columns = run(batched, *map(level.view, wl.inputs), basis)[0]  # the elements of the symbol come first
    columns = np.reshape(columns, (*symbol.type.shape, *shape))
    axes = range(len(symbol.type.shape))
    return level.operand(np.moveaxis(columns, axes, [len(shape) + i for i in axes]))


def hessian(level: Symbols, output: Any, symbols: Sequence[Var]) -> list[list[Any]]:
    """The second derivatives of a scalar, block by block: forward over reverse mode, each pair of numbers once."""
    slopes = gradient(level, output, symbols)
    if any(symbol.type.shape for symbol in symbols):
        return [[jacobian(level, slope, symbol) for symbol in symbols] for slope in slopes]
    rows: list[list[Any]] = [[None] * len(symbols) for _ in symbols]
    for j, symbol in enumerate(symbols):
        for i, found in enumerate(tangents(level, slopes[j:], symbol), j):
            rows[i][j] = rows[j][i] = found
    return rows


def replaced(level: Symbols, outputs: Sequence[Any], values: dict[Var, Any]) -> list[Any]:
    """Values with other expressions in the places of some."""
    become: dict[Any, Any] = dict(values)
    for line in walk(outputs, set(values))[1]:
        if any(type(x) is Var and x in become for x in line.inputs):
            inputs = tuple([become.get(x, Box(level, x)) if type(x) is Var else x for x in line.inputs])
            found = bind(line.primitive, inputs, line.params)
            become.update(zip(line.outputs, found if type(found) is tuple else (found,), strict=True))
    return [level.operand(become.get(x, x)) if type(x) is Var else x for x in outputs]
