"""Sums of products over the trips of a loop, such as the cotangent of weights: one product of matrices after the loop.

`C += a bᵀ` in each of many trips goes through the memory of C each time. Where the factors are small beside C, they are
stacked instead, and Σ a_t b_tᵀ is a product of matrices.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from wengert.ir import Line, Primitive, Var, WengertList, bind, remembered
from wengert.primitives import add, multiply, reshape, sum_outer, transpose
from wengert.transform import price

LEAST = 256  # elements of a sum, below which it stays in the loop
RATIO = 4  # how many times larger than its factors it must be
MOST = 2**26  # bytes that the factors of all trips may take


class Deferred(NamedTuple):
    """A body in which some sums are left out, whose factors it yields in addition, two by two.

    `sums` tells for each pair which of what is carried it belongs to.
    """

    body: WengertList
    sums: tuple[int, ...]


@remembered
def deferred(body: WengertList, carries: int, length: int) -> Deferred:
    """The body of a loop of this length without sums of products; the same object if there are none."""
    made = {var: line for line in body.lines for var in line.outputs}
    read = Counter(x for line in body.lines for x in line.inputs if type(x) is Var)
    read.update(x for x in body.outputs if type(x) is Var)
    outputs, lines = list(body.outputs), list(body.lines)
    factors: list[Var] = []
    sums: list[int] = []
    for k, var in enumerate(body.inputs[1 : 1 + carries]):
        if not _is_matrix(var) or read[var] != 1:
            continue
        terms = _terms(outputs[k], made, read)
        pairs = {x: pair for x in terms if (pair := _factors(x, var, made, read, length)) is not None}
        if not pairs or not any(x is var for x in terms):
            continue
        for pair in pairs.values():
            factors.extend(pair)
            sums.append(k)
        outputs[k] = var
        for term in terms:
            if term is not var and term not in pairs:
                total = Var(type=var.type)
                lines.append(Line(add, (outputs[k], term), {}, (total,), None))
                outputs[k] = total
    if not sums:
        return Deferred(body, ())
    return Deferred(WengertList(body.inputs, tuple(lines), (*outputs, *factors), body.names), tuple(sums))


def added_up(carried: list[Any], sums: Sequence[int], factors: Sequence[Any]) -> None:
    """Add the sums to what was carried, from the factors of all trips."""
    for k, pair in zip(sums, zip(factors[::2], factors[1::2], strict=True), strict=True):
        shape = carried[k].shape
        rows = [reshape(x, shape=(math.prod(x.shape) // n, n)) for x, n in zip(pair, shape, strict=True)]
        total = bind(sum_outer, tuple(rows), {})
        nothing = isinstance(carried[k], np.ndarray) and not carried[k].any()
        carried[k] = total if nothing else carried[k] + total


def _is_matrix(var: Var) -> bool:
    kind = var.type
    return len(getattr(kind, "shape", ())) == 2 and kind.size >= LEAST and kind.dtype.kind == "f"


def _terms(x: Any, made: Mapping[Var, Line], read: Mapping[Var, int]) -> list[Any]:
    """The summands of a sum that nobody else reads."""
    line = made.get(x) if type(x) is Var and read[x] == 1 else None
    if line is None or line.primitive is not add:
        return [x]
    return [term for one in line.inputs for term in _terms(one, made, read)]


def _factors(
    x: Any, total: Var, made: Mapping[Var, Line], read: Mapping[Var, int], length: int
) -> tuple[Var, Var] | None:
    """Arrays of which the last axes are those of a summand, an outer product or a sum of some; `None` for any other."""
    line = made.get(x) if type(x) is Var and read[x] == 1 else None
    if line is None or x.type != total.type or len(line.inputs) != 2 or any(type(v) is not Var for v in line.inputs):
        return None
    a, b = line.inputs
    (m, n), shapes = x.type.shape, (a.type.shape, b.type.shape)
    if line.primitive in (multiply, Primitive.table["times"]):
        if shapes[1] == (m, 1):
            a, b, shapes = b, a, shapes[::-1]
        if shapes[0] != (m, 1) or shapes[1] not in ((n,), (1, n)):
            return None
    elif line.primitive is Primitive.table["matmul"]:
        turned = made.get(a)
        if turned is None or turned.primitive is not transpose or len(shapes[1]) != 2:
            return None
        (a,) = turned.inputs
    elif line.primitive is not sum_outer:
        return None
    if any(v.type.dtype != total.type.dtype for v in (a, b)):
        return None
    cost = price(a.type) + price(b.type)
    return (a, b) if RATIO * cost <= price(total.type) and length * cost <= MOST else None
