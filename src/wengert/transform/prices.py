"""What having a value again costs the reverse sweep: storing it, or computing it anew."""

from __future__ import annotations

import math

from wengert.ir import Line, Primitive, Seq, Type

UNKNOWN = 100  # items that a sequence is taken to have


def price(kind: Type) -> float:
    """What storing a value costs: its bytes."""
    if isinstance(kind, Seq):
        return UNKNOWN * price(kind.item)
    return float(kind.size * kind.dtype.itemsize)


def work(line: Line) -> float:
    """What computing a line again costs, in the same units; infinite for what is not done twice.

    A choice costs as much as its dearest branch.
    """
    if line.acts():
        return math.inf
    if line.primitive is Primitive.table["cond"]:
        return max(sum(map(work, branch.lines)) for branch in line.bodies())
    return line.primitive.recomputing * sum(price(var.type) for var in line.outputs)
