"""Expressions in a flat form that can be pickled, however deeply they are nested."""

from __future__ import annotations

from typing import Any

from wengert.ir import ABSENT, Array, Primitive, Var
from wengert.symbolic.level import Store
from wengert.symbolic.walk import name_of, walk

State = tuple[list[tuple[str, Array]], list[tuple[str, list[tuple[bool, Any]], dict[str, Any]]], tuple[bool, Any]]


def packed(value: Var) -> State:
    """Symbols, lines and the output; values are numbered in the order in which they arise."""
    symbols, lines = walk([value])
    place: dict[Var, int] = {}

    def reference(x: Any) -> tuple[bool, Any]:
        return (True, place[x]) if type(x) is Var and x.value is ABSENT else (False, x.value if type(x) is Var else x)

    inputs = []
    for var in symbols:
        place[var] = len(place)
        inputs.append((name_of(var), var.type))
    rows = []
    for line in lines:
        if Primitive.table.get(line.primitive.name) is not line.primitive:
            raise TypeError(
                f"an expression with the function {line.primitive.name}, which is your own, cannot be pickled"
            )
        rows.append((line.primitive.name, [reference(x) for x in line.inputs], line.params))
        for var in line.outputs:
            place[var] = len(place)
    return inputs, rows, reference(value)


def unpacked(store: Store, state: State) -> Any:
    """The Var or literal that was packed."""
    symbols, rows, output = state
    values: list[Any] = [store.symbol(name, type) for name, type in symbols]

    def read(reference: tuple[bool, Any]) -> Any:
        is_value, x = reference
        return values[x] if is_value else x

    for name, inputs, params in rows:
        values += store.append(Primitive.table[name], tuple(map(read, inputs)), params, None)
    return read(output)
