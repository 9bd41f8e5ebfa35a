"""Which products with one matrix can share a sweep over it (`sweeps.py`)."""

from __future__ import annotations

from typing import Any, NamedTuple

from wengert.ir import Line, Var, dtype_of, shape_of
from wengert.native.builders.values import LANES, code_of, itemsize
from wengert.native.planning.plan import Kind, Plan, find_stored

LARGE = 1 << 19  # bytes, from which on a matrix is not kept in the cache from one product to the next
BLOCK = 1 << 15  # bytes of a block of rows, about
ROWS = 8  # that are multiplied side by side


class Matrix(NamedTuple):
    """A matrix in memory whose rows are contiguous."""

    root: Var
    offset: int
    rows: int
    columns: int
    step: int  # bytes from row to row


class Product(NamedTuple):
    """A w (`down`) or r A (`up`)."""

    line: Line
    matrix: Matrix
    vector: Any
    down: bool


def find_sweeps(plan: Plan) -> None:
    """Bring the products that share a sweep, and what is between them, into one group."""
    alone = [item.lines[0] for item in plan.items if item.domain is None and len(item.lines) == 1]
    products = [p for line in alone if (p := product_of(plan, line))]
    found = False
    for matrix in dict.fromkeys(p.matrix for p in products):
        ours = [p for p in products if p.matrix == matrix]
        if any(p.down for p in ours) and any(not p.down for p in ours):
            found |= _merge(plan, ours)
    if found:
        find_stored(plan)


def product_of(plan: Plan, line: Line) -> Product | None:
    """What a line is as a product of such a matrix and a vector."""
    if line.primitive.name != "matmul" or plan.kinds[id(line)] is not Kind.ROUTINE:
        return None
    x, y = line.inputs
    matrix, vector, first = (x, y, True) if len(shape_of(x)) == 2 else (y, x, False)
    if type(matrix) is not Var or len(shape_of(matrix)) != 2 or len(shape_of(vector)) != 1:
        return None
    dtype = line.outputs[0].type.dtype
    if code_of(dtype) not in ("f8", "f4") or dtype_of(matrix) != dtype or dtype_of(vector) != dtype:
        return None
    layout = plan.layout(matrix)
    size = itemsize(layout.code)
    by_rows = layout.strides[1] == size and layout.strides[0] >= layout.shape[1] * size
    by_columns = layout.strides[0] == size and layout.strides[1] >= layout.shape[0] * size
    if not (by_rows or by_columns):
        return None
    rows, columns = layout.shape if by_rows else layout.shape[::-1]
    found = Matrix(plan.root(matrix), layout.offset, rows, columns, layout.strides[0 if by_rows else 1])
    block = ROWS * columns * size
    if rows * columns * size < LARGE or block > 2 * BLOCK or columns < LANES or rows < 4 * ROWS:
        return None
    return Product(line, found, vector, first == by_rows)


def _merge(plan: Plan, products: list[Product]) -> bool:
    """One group of the first product and of those that can be computed with it."""
    start = min(plan.made[p.line.outputs[0]] for p in products if p.down)
    item = plan.items[start]
    rows = products[0].matrix.rows
    at_hand = {p.line.outputs[0] for p in products if p.down and _is_before(plan, p.vector, start)}
    downs = [p for p in products if p.line.outputs[0] in at_hand]
    lines: list[Line] = []
    for other in plan.items[start:]:
        if other.domain == (rows,) and not other.rows:
            for line in other.lines:
                if all(_is_before(plan, x, start) or (type(x) is Var and x in at_hand) for x in line.inputs):
                    if plan.kinds[id(line)] is Kind.POINT:
                        if line.outputs[0].type.shape != (rows,):
                            continue
                        at_hand.update(line.outputs)
                    lines.append(line)
    ups = [p for p in products if not p.down and type(p.vector) is Var and p.vector in at_hand]
    if not downs or not ups or plan.root(products[0].matrix.root) in at_hand:
        return False
    everything = [*(p.line for p in downs), *lines, *(p.line for p in ups)]
    moved = {id(line) for line in everything}
    for other in plan.items[start:]:
        other.lines = [line for line in other.lines if id(line) not in moved]
    item.lines, item.sweep = everything, True
    for line in everything:
        plan.made[line.outputs[0]], plan.ready[line.outputs[0]] = start, start + 1
    for p in ups:
        plan.kept.add(p.vector)
    return True


def _is_before(plan: Plan, x: Any, number: int) -> bool:
    """Whether a value can be read before a group."""
    return type(x) is not Var or plan.made[plan.root(x)] < number
