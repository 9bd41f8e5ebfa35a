"""From expressions to the list behind them."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence, Set
from typing import Any

from wengert.ir import ABSENT, Line, Origin, Var, WengertList, infer_types, shape_of, type_of
from wengert.primitives import index_add, matmul, reduce_sum


def walk(outputs: Iterable[Any], known: Set[Var] = frozenset()) -> tuple[list[Var], list[Line]]:
    """The symbols that Vars depend on, in order of appearance, and the lines that compute them, each after its inputs.

    The walk ends at Vars that are `known`.
    Without recursion: an expression may be nested as deeply as memory allows.
    """
    symbols: list[Var] = []
    lines: list[Line] = []
    done: set[Var] = set(known)
    several: dict[Any, int] = {}  # where the line is of which this is another output
    stack = [var for var in outputs if type(var) is Var and var.origin is not None]
    stack.reverse()
    while stack:
        var = stack[-1]
        if var in done:
            stack.pop()
            continue
        origin = var.origin
        assert origin is not None
        inputs = origin.inputs
        height = len(stack)
        for x in inputs[::-1]:
            if type(x) is Var and x not in done:
                stack.append(x)
        if len(stack) > height:
            continue
        if origin.primitive is None:
            symbols.append(var)
        elif origin.outputs == 1:
            lines.append(Line(origin.primitive, inputs, origin.params, (var,), None))
        else:
            _add_output(lines, several, var)
        done.add(var)
        stack.pop()
    return symbols, lines


def origin_of(var: Var) -> Origin:
    """How a value of an expression came about."""
    assert var.origin is not None
    return var.origin


def _add_output(lines: list[Line], several: dict[Any, int], var: Var) -> None:
    """Add an output of a line with several; those that nobody asks for get a Var of their own."""
    primitive, inputs, params, index, _ = origin_of(var)
    key = (primitive, id(inputs))
    if key not in several:
        several[key] = len(lines)
        types = infer_types(primitive, [x.type if type(x) is Var else type_of(x) for x in inputs], params)
        lines.append(Line(primitive, inputs, params, tuple([Var(type=t) for t in types]), None))
    line = lines[several[key]]
    outputs = (*line.outputs[:index], var, *line.outputs[index + 1 :])
    lines[several[key]] = line._replace(outputs=outputs)


def name_of(symbol: Var) -> str:
    """The name of a symbol."""
    name: str = origin_of(symbol).params["name"]
    return name


def in_order(symbols: Iterable[Var]) -> list[Var]:
    """Symbols sorted by name, x2 before x10."""
    return sorted(symbols, key=lambda var: [int(part) if part.isdigit() else part for part in _parts(name_of(var))])


def _parts(name: str) -> list[str]:
    return re.split(r"(\d+)", name)


def to_list(
    outputs: Sequence[Any], symbols: Sequence[Var] | None = None, names: tuple[str, ...] | None = None
) -> WengertList:
    """The Wengert list of Vars and literals; its inputs are these symbols, or those it needs, sorted by name."""
    found, lines = walk(outputs)
    inputs = tuple(in_order(found) if symbols is None else symbols)
    missing = set(found) - set(inputs)
    if missing:
        raise TypeError(f"the expression also depends on {', '.join(map(name_of, in_order(missing)))}")
    values = tuple([x.value if type(x) is Var and x.value is not ABSENT else x for x in outputs])
    return WengertList(inputs, tuple(lines), values, tuple(map(name_of, inputs)) if names is None else names)


def operations(lines: Iterable[Line]) -> int:
    """The floating-point operations of lines.

    An elementwise line has one for each element of its result, a sum one less than it has terms, a matrix product
    those of its products and sums. Moving elements (indexing, reshaping, broadcasting, converting, writing) and
    constants cost nothing; of any other line each element of its results counts as one.
    """
    return sum(map(_cost, lines))


def _cost(line: Line) -> int:
    row, size = line.primitive, sum(var.type.size for var in line.outputs)
    if row.partials is not None:
        return size
    shapes = [x.type.shape if type(x) is Var else shape_of(x) for x in line.inputs]
    if row is reduce_sum:
        return max(math.prod(shapes[0]) - size, 0)
    if row is matmul:
        return size * max(2 * shapes[0][-1] - 1, 0)
    if row is index_add:
        return math.prod(shapes[1])
    return 0 if row.linear and row.joint else size


def symbols_of(outputs: Sequence[Any]) -> list[Var]:
    """The symbols of some values, sorted by name."""
    return in_order(walk(outputs)[0])
