"""What lines that hold lists do, on plain values (and on series of equal eigenvalues, see transform/splitting.py).

Each function takes a list of inputs and empties it: so a value that is carried from trip to trip is referred to from
nowhere else, and `x[i] = v` writes into its buffer.
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Sequence as Several
from typing import Any

import numpy as np

from wengert.ir import PYTHON_SCALARS, Array, Seq, Sequence, Traced, Var, WengertList, type_of
from wengert.primitives import stack as stacked
from wengert.record import plain
from wengert.regions.layout import has_ys
from wengert.run import prepare

Slots = Several[Var]


def run_for(
    inputs: list[Any], *, body: WengertList, length: int | None, carries: int, consts: int, reverse: bool
) -> list[Any]:
    """`for`: the carried values at the end, and what the trips yielded, stacked."""
    trips = int(inputs.pop(0)) if length is None else length
    carry, fixed, xs = _taken(inputs, carries), _taken(inputs, consts), _taken(inputs, len(inputs))
    program = prepare(body)
    index, *slots = body.inputs
    carry, fixed = _fitted(carry, slots), _fitted(fixed, slots[carries:])
    stacks = [_Stack(_type(y), trips, length is None) for y in body.outputs[carries:]]
    for i in reversed(range(trips)) if reverse else range(trips):
        inputs.append(i if index.type.weak else np.int64(i))
        inputs += carry
        carry.clear()
        inputs += fixed
        inputs += _fitted((x.item(i) if type(x) is Sequence else x[i] for x in xs), slots[carries + consts :])
        _step(program(inputs), carry, slots, stacks, i)
    return [*carry, *(stack.result() for stack in stacks)]


def run_while(inputs: list[Any], *, cond: WengertList, body: WengertList, carries: int) -> list[Any]:
    """`while`: the carried values at the end; where the body yields something, the number of trips and the yields."""
    carry, fixed = _taken(inputs, carries), _taken(inputs, len(inputs))
    test, program = prepare(cond), prepare(body)
    slots = body.inputs[:carries]
    carry, fixed = _fitted(carry, slots), _fitted(fixed, body.inputs[carries:])
    ys = [Sequence(Seq(_type(y))) for y in body.outputs[carries:]]
    trips = 0
    while test([*carry, *fixed])[0]:
        inputs += carry
        carry.clear()
        inputs += fixed
        _step(program(inputs), carry, slots, ys, trips)
        trips += 1
    return [*carry, *((np.int64(trips), *ys) if has_ys(body, carries) else ())]


def run_cond(inputs: list[Any], *, branches: tuple[WengertList, ...]) -> list[Any]:
    """`cond`: the outputs of the branch that the first input selects."""
    index = int(inputs.pop(0))
    if not 0 <= index < len(branches):
        raise IndexError(f"there is no branch {index} among {len(branches)}")
    return _called(branches[index], inputs)


def run_remat(inputs: list[Any], *, body: WengertList) -> list[Any]:
    """`remat`: the outputs of the body."""
    return _called(body, inputs)


class _Stack:
    """What the trips of a `for` yield: each trip writes its item at its own index."""

    def __init__(self, item: Any, trips: int, as_sequence: bool) -> None:
        self._item, self._as_sequence = item, as_sequence
        self._series: dict[int, Any] = {}  # of equal eigenvalues, where they are not settled yet
        self._rows: Any = [None] * trips if isinstance(item, Seq) else np.empty((trips, *item.shape), item.dtype)

    def put(self, index: int, value: Any) -> None:
        """Write the item of a trip."""
        if isinstance(value, Traced):
            self._series[index] = value
        else:
            self._rows[index] = value

    def result(self) -> Any:
        """All items."""
        if self._series and not self._as_sequence:
            return stacked(*(self._series.get(k, row) for k, row in enumerate(self._rows)), axis=-1 - self._item.ndim)
        for index, value in self._series.items():
            self._rows[index] = plain(value)
        if isinstance(self._item, Seq):
            return Sequence(Seq(self._item), self._rows)
        return Sequence.filled(Seq(self._item), self._rows) if self._as_sequence else self._rows


def _step(out: list[Any], carry: list[Any], slots: Slots, stacks: list[Any], index: int) -> None:
    """Take the outputs of a trip apart. A function, so that no local name is left that refers to them."""
    carries = len(out) - len(stacks)
    for stack, y in zip(stacks, out[carries:], strict=True):
        if type(stack) is _Stack:
            stack.put(index, y)
        else:
            stack.append(plain(y))
    carry += _fitted(out[:carries], slots)


def _called(body: WengertList, inputs: list[Any]) -> list[Any]:
    values = _fitted(inputs, body.inputs)
    inputs.clear()
    return prepare(body)(values)


def _fitted(values: Iterable[Any], slots: Slots) -> list[Any]:
    """Numbers as the inputs of a body take them: of Python's kind where those are weak, else of NumPy's."""
    out = []
    for value, var in zip(values, slots, strict=False):
        if type(value) in PYTHON_SCALARS:
            out.append(value if var.type.weak else var.type.dtype.type(value))
        else:
            out.append(value.item() if var.type.weak and isinstance(value, np.generic) else value)
        value = None
    return out


def _taken(values: list[Any], count: int) -> list[Any]:
    """The first values of a list, which loses them."""
    taken = values[:count]
    del values[:count]
    return taken


def _type(output: Any) -> Array | Seq:
    found: Array | Seq = output.type if type(output) is Var else type_of(output)
    return found
