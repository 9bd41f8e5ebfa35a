"""Sequences: what there is to do with them beside reading them in a loop.

They have no samples: nothing but a loop makes a sequence, so they are tested with the loops, in tests/test_regions*.py.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from wengert.ir import Array, Routine, Seq, Sequence, shape_of, type_of
from wengert.primitives.linear import linear
from wengert.primitives.shape import broadcast_to


def _sum(a: Sequence, b: Sequence) -> Sequence:
    if not len(a) or not len(b):
        return a if len(a) else b
    if isinstance(a.type.item, Array):
        return Sequence.filled(a.type, a.rows() + b.rows())
    return Sequence(a.type, map(_sum, a, b))


def _where(mask: Any, a: Sequence, b: Sequence) -> Sequence:
    if isinstance(a.type.item, Seq):
        longest = range(max(len(a), len(b)))
        parts = [[x.item(k) if k < len(x) else Sequence(x.type.item) for k in longest] for x in (a, b)]
        return Sequence(a.type, map(_where, [mask] * len(longest), *parts))
    rows = np.zeros((max(len(a), len(b)), *a.type.item.shape), a.dtype)
    rows[: len(a), mask] = a.rows()[:, mask]
    rows[: len(b), ~mask] = b.rows()[:, ~mask]
    return Sequence.filled(a.type, rows)


def _spread(x: Sequence, axis: int, size: int) -> Sequence:
    kind = _spread_type(x.type, axis, size)
    if isinstance(kind.item, Seq):
        return Sequence(kind, (_spread(item, axis, size) for item in x))
    return Sequence.filled(kind, np.repeat(np.expand_dims(x.rows(), axis), size, axis))


def _spread_type(x: Seq, axis: int, size: int) -> Seq:
    if isinstance(x.item, Seq):
        return Seq(_spread_type(x.item, axis, size))
    shape = list(x.item.shape)
    shape.insert(len(shape) + 1 + axis, size)
    return Seq(Array(tuple(shape), x.dtype))


def _total(x: Sequence, axis: int) -> Sequence:
    kind = _total_type(x.type, axis)
    if isinstance(kind.item, Seq):
        return Sequence(kind, (_total(item, axis) for item in x))
    return Sequence.filled(kind, x.rows().sum(axis))


def _total_type(x: Seq, axis: int) -> Seq:
    if isinstance(x.item, Seq):
        return Seq(_total_type(x.item, axis))
    shape = list(x.item.shape)
    del shape[axis]
    return Seq(Array(tuple(shape), x.dtype))


# -- batch -------------------------------------------------------------------------------------------------------------


def _with_axis(x: Any, size: int, batched: bool) -> Any:
    """The arrays in a sequence with the leading axis of a batch."""
    return x if batched else spread_items(x, axis=-1 - type_of(x).element.ndim, size=size)


def _sum_batch(size: int, args: Any, batched: Any) -> Any:
    return sequence_sum(*(_with_axis(x, size, flag) for x, flag in zip(args, batched, strict=True)))


def _where_batch(size: int, args: Any, batched: Any) -> Any:
    mask, *sides = args
    if not batched[0]:
        mask = broadcast_to(mask, shape=(size, *shape_of(mask)))
    return sequence_where(mask, *(_with_axis(x, size, flag) for x, flag in zip(sides, batched[1:], strict=True)))


# -- rows --------------------------------------------------------------------------------------------------------------

# Item by item; an empty sequence stands for zeros.
sequence_sum = linear(
    "sequence_sum",
    _sum,
    lambda a, b: a,
    lambda ct, a, b: ct,
    batch=_sum_batch,
    symbol="{0} + {1}",
    native=Routine("sequence_sum", whole=True),
)
# Item by item from the one or the other, as the mask says for each entry of their leading axes; the shorter of the two
# is continued by zeros.
sequence_where = linear(
    "sequence_where",
    _where,
    lambda mask, a, b: a,
    None,
    lambda ct, mask, a, b: sequence_where(mask, ct, Sequence(type_of(b))),
    lambda ct, mask, a, b: sequence_where(mask, Sequence(type_of(a)), ct),
    batch=_where_batch,
    native=Routine("sequence_where", whole=True),
)
# The arrays in a sequence repeated along a new axis, and summed along one; axes count from the end.
spread_items = linear(
    "spread_items",
    _spread,
    _spread_type,
    lambda ct, x, axis, size: sum_items(ct, axis=axis),
    batch=lambda size, args, batched, **params: spread_items(*args, **params),
    native=Routine("spread_items", whole=True),
)
sum_items = linear(
    "sum_items",
    _total,
    _total_type,
    lambda ct, x, axis: spread_items(ct, axis=axis, size=type_of(x).element.shape[axis]),
    batch=lambda size, args, batched, axis: sum_items(*args, axis=axis),
    native=Routine("sum_items", whole=True),
)
