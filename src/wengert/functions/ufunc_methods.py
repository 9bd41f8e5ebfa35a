"""The methods of ufuncs: reduce, accumulate, reduceat, outer, at."""

from __future__ import annotations

from typing import Any

import numpy as np

from wengert.functions.assemble import as_array
from wengert.functions.axes import along, from_end, reduced_axes
from wengert.functions.output import cannot_write, delivered
from wengert.functions.reductions import Missing, accumulator, chooses_all, extremum, truth
from wengert.functions.table import NUMPY, UFUNC_METHODS
from wengert.ir import Traced, dtype_of, shape_of
from wengert.primitives import broadcast_to, concatenate, index_add, reshape, split_index
from wengert.primitives.cumulative import RUNNING
from wengert.primitives.reductions import EXTREMA

REDUCTIONS = {np.add: np.sum, np.multiply: np.prod}
TRUTHS = {np.logical_and: np.all, np.logical_or: np.any}


def reduce(
    ufunc: np.ufunc, array: Any, axis: Any = 0, dtype: Any = None, out: Any = None, keepdims: Any = False,
    initial: Any = Missing, where: Any = True,
) -> Any:  # fmt: skip
    """`ufunc.reduce`: by a primitive where there is one, else step by step along the axis."""
    if ufunc in REDUCTIONS:
        return NUMPY[REDUCTIONS[ufunc]](array, axis, dtype, out, keepdims, initial, where)
    if ufunc in TRUTHS and dtype is None and initial is Missing:
        return NUMPY[TRUTHS[ufunc]](array, axis, out, keepdims, where=where)
    x, wanted = accumulator(as_array(array), dtype)
    if wanted is not None:
        x = np.astype(x, wanted)
    if ufunc in EXTREMA:
        return extremum(ufunc, x, axis, out, keepdims, initial, where)
    return delivered(_fold(ufunc, x, axis, truth(keepdims), initial, where), out, f"np.{ufunc.__name__}.reduce")


def _fold(ufunc: np.ufunc, x: Any, axis: Any, keepdims: bool, initial: Any, where: Any) -> Any:
    shape = shape_of(x)
    axes = reduced_axes(axis, len(shape))
    if not axes:
        return x
    if len(axes) > 1 and ufunc.identity is None:
        raise ValueError(
            f"reduction operation '{ufunc.__name__}' is not reorderable, so at most one axis may be specified"
        )
    mask = None if chooses_all(where) else broadcast_to(as_array(where), shape=shape)
    for i, one in enumerate(sorted(axes)):
        x = _fold_axis(ufunc, x, one, initial if i == len(axes) - 1 else Missing, mask)
        mask = None
    return x if keepdims else reshape(x, shape=tuple(n for i, n in enumerate(shape) if i - len(shape) not in axes))


def _fold_axis(ufunc: np.ufunc, x: Any, axis: int, initial: Any, mask: Any) -> Any:
    """Step by step along one axis, which stays with length 1."""
    n = shape_of(x)[axis]
    start = ufunc.identity if initial is Missing and (mask is not None or n == 0) else initial
    if start is None:
        raise ValueError(f"zero-size array to reduction operation {ufunc.__name__} which has no identity")
    steps = [along(axis, slice(i, i + 1)) for i in range(n)]
    if start is Missing:
        total, steps = x[steps[0]], steps[1:]
    else:
        kept = list(shape_of(x))
        kept[axis] = 1
        total = broadcast_to(dtype_of(x).type(start) if not isinstance(start, Traced) else start, shape=tuple(kept))
    for step in steps:
        after = ufunc(total, x[step])
        total = after if mask is None else np.where(mask[step], after, total)
    return total


def accumulate(ufunc: np.ufunc, array: Any, axis: Any = 0, dtype: Any = None, out: Any = None) -> Any:
    """`ufunc.accumulate`: by a primitive where there is one, else step by step along the axis."""
    x, wanted = accumulator(as_array(array), dtype)
    if wanted is not None:
        x = np.astype(x, wanted)
    at = from_end(axis, len(shape_of(x)))
    name = f"np.{ufunc.__name__}.accumulate"
    if ufunc in RUNNING:
        return delivered(RUNNING[ufunc](x, axis=at), out, name)
    n = shape_of(x)[at]
    steps = [x[along(at, slice(i, i + 1))] for i in range(n)]
    for i in range(1, n):
        steps[i] = ufunc(steps[i - 1], steps[i])
    return delivered(concatenate(*steps, axis=at) if n else x, out, name)


def reduceat(
    ufunc: np.ufunc, array: Any, indices: Any, axis: Any = 0, dtype: Any = None, out: Any = None
) -> Any:
    """`ufunc.reduceat`: each piece from one index to the next reduced, or one element where they do not increase."""
    x = as_array(array)
    at = from_end(axis, len(shape_of(x)))
    n = shape_of(x)[at]
    bounds = [int(i) for i in np.asarray(indices)]
    for i in bounds:
        if not 0 <= i < n:
            raise IndexError(f"index {i} out-of-bounds in {ufunc.__name__}.reduceat [0, {n})")
    pieces = [
        reduce(ufunc, x[along(at, slice(start, stop if stop > start else start + 1))], at, dtype, keepdims=True)
        for start, stop in zip(bounds, [*bounds[1:], n], strict=True)
    ]
    return delivered(concatenate(*pieces, axis=at), out, f"np.{ufunc.__name__}.reduceat")


def outer(ufunc: np.ufunc, a: Any, b: Any, /, **keywords: Any) -> Any:
    """`ufunc.outer`: the ufunc of every pair."""
    x, y = as_array(a), as_array(b)
    return ufunc(reshape(x, shape=shape_of(x) + (1,) * len(shape_of(y))), y, **keywords)


def at(ufunc: np.ufunc, a: Any, indices: Any, b: Any = None, /) -> None:
    """`ufunc.at`: in place, and element after element, so that an index given twice counts twice."""
    if not isinstance(a, Traced):
        raise cannot_write(f"np.{ufunc.__name__}.at(array, ...)")
    value = None if b is None else as_array(b)
    if ufunc in (np.add, np.subtract):
        template, arrays = split_index(indices)
        a.update(index_add, value if ufunc is np.add else -value, *arrays, index=template)  # type: ignore[attr-defined]
        return
    places = np.arange(a.size).reshape(a.shape)[indices]  # type: ignore[attr-defined]
    flat = places.ravel()
    if value is not None:
        value = reshape(broadcast_to(value, shape=places.shape), shape=flat.shape)
    for turn in _turns(flat):
        index = np.unravel_index(flat[turn], a.shape)  # type: ignore[attr-defined]
        old = a[index]  # type: ignore[index]
        a[index] = ufunc(old) if value is None else ufunc(old, value[turn])  # type: ignore[index]


def _turns(places: Any) -> list[Any]:
    """The positions of first occurrences, of second ones, and so on: within one of these no place is repeated."""
    order = np.argsort(places, stable=True)
    ordered = places[order]
    starts = np.searchsorted(ordered, ordered)
    occurrence = np.empty_like(order)
    occurrence[order] = np.arange(len(order)) - starts
    return [np.flatnonzero(occurrence == k) for k in range(occurrence.max(initial=-1) + 1)]


UFUNC_METHODS.update(reduce=reduce, accumulate=accumulate, reduceat=reduceat, outer=outer, at=at)
