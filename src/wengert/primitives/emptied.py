"""Adding to places in arrays that are known to hold zero: what is added is written there.

So the cotangent of `x[i] += v` is that of `x`, untouched; a cotangent put together from parts is written, not added to
zeros; and a write of all but the edges of an array is overwritten once, not emptied first.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from wengert.ir import Primitive, Step, Var, dtype_of
from wengert.primitives.index import SLOT, Template, Window, is_basic

FAR = 16  # writes that are looked back over
LARGE = 1 << 20  # elements of a literal that are not looked through


def added_to_zero(
    setitem: Primitive, index_add: Primitive, base: Any, value: Any, arrays: tuple[Any, ...], params: dict[str, Any]
) -> Any:
    """The line in the place of `index_add(base, value)` where there is zero at the place so far; else `None`.

    An emptied place may have been added to since, from other parts of the array: as sums have no order, those come
    after.
    """
    if not is_basic(arrays) or dtype_of(value) != dtype_of(base):
        return None
    between: list[Var] = []  # what was added in the meantime
    x = base
    for _ in range(FAR):
        if type(x) is not Var:
            empty = isinstance(x, np.ndarray) and x.size < LARGE and not x.any()
            return Step(setitem, (base, value, *arrays), params) if empty and not between else None
        origin = x.origin
        if origin is None or origin.primitive not in (setitem, index_add):
            return None
        below, other, *others = origin.inputs
        if not is_basic(tuple(others)):
            return None
        if not _apart(arrays, params, tuple(others), origin.params, x.type.shape):
            if origin.primitive is index_add:
                between.append(x)
            elif not _same(arrays, params, tuple(others), origin.params) or not _is_zero(other):
                return None
            elif not between and x is base:
                return Step(setitem, (below, value, *arrays), params)
            elif len(between) == _count(base, x):
                found: Any = Step(setitem, (below, value, *arrays), params)
                for one in reversed(between):
                    found = Step(index_add, (found, *one.origin.inputs[1:]), one.origin.params)  # type: ignore[union-attr]
                return found
            else:
                return Step(setitem, (base, value, *arrays), params) if not between else None
        x = below
    return None


def _count(x: Any, end: Var) -> int:
    """The number of writes from one array to another."""
    count = 0
    while x is not end:
        x, count = x.origin.inputs[0], count + 1
    return count


def _is_zero(x: Any) -> bool:
    return type(x) is not Var and np.size(x) < LARGE and not np.any(x)


def _same(arrays: Any, params: dict[str, Any], others: Any, other_params: dict[str, Any]) -> bool:
    """Whether two places are the same, by what they are written as."""
    return (
        len(arrays) == len(others)
        and all(a is b or (type(a) is int and type(b) is int and a == b) for a, b in zip(arrays, others, strict=True))
        and repr(params) == repr(other_params)
    )


def _apart(arrays: Any, params: dict[str, Any], others: Any, other_params: dict[str, Any], shape: Any) -> bool:
    """Whether two places have no element in common, as far as integers and slices tell."""
    if params.get("path") or other_params.get("path"):
        return False
    a, b = _box(params["index"], shape), _box(other_params["index"], shape)
    if a is None or b is None:
        return False
    return any(x is not None and y is not None and (x[1] < y[0] or y[1] < x[0]) for x, y in zip(a, b, strict=True))


def _box(index: Template, shape: tuple[int, ...]) -> list[tuple[int, int] | None] | None:
    """By axis, the first and the last element of a place, or `None` where that is not known."""
    if any(part is None or type(part) is bool for part in index):
        return None
    parts = list(index)
    if Ellipsis in parts:
        at = parts.index(Ellipsis)
        parts[at : at + 1] = [slice(None)] * (len(shape) - len(parts) + 1)
    parts += [slice(None)] * (len(shape) - len(parts))
    found: list[tuple[int, int] | None] = []
    for part, n in zip(parts, shape, strict=True):
        if part is SLOT or type(part) is Window:
            found.append(None)
        elif type(part) is int:
            found.append((part % n, part % n))
        else:
            places = range(*part.indices(n))
            if not places:
                return None
            found.append((min(places[0], places[-1]), max(places[0], places[-1])))
    return found
