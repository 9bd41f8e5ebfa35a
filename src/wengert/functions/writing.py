"""Functions that write into an array: copyto, put and its kin, fill_diagonal."""

from __future__ import annotations

from typing import Any

import numpy as np

from wengert.functions.assemble import as_array
from wengert.functions.demands import demand
from wengert.functions.output import cannot_write
from wengert.functions.table import implements
from wengert.functions.taking import along_axis, in_range
from wengert.ir import Traced, dtype_of, shape_of


def _target(a: Any, name: str) -> Any:
    if not isinstance(a, Traced):
        raise cannot_write(name)
    return a


def write_flat(a: Any, places: Any, values: Any) -> None:
    """Write at positions in C order; the values start again when they are used up."""
    values = np.ravel(as_array(values))
    count, given = places.size, shape_of(values)[0]
    if count == 0:
        return
    if given == 0:
        raise ValueError("Cannot insert from an empty array!")
    if given not in (1, count):
        values = values[np.arange(count) % given]
    a[np.unravel_index(places, shape_of(a))] = values


def _size(a: Any) -> int:
    return int(np.prod(shape_of(a)))


@implements(np.copyto)
def copyto(dst: Any, src: Any, casting: str = "same_kind", where: Any = True) -> None:
    """Write an array into another, where a mask holds."""
    src = as_array(src) if not isinstance(src, (int, float, complex)) else src
    target = _target(dst, "np.copyto")
    kind = type(src) if isinstance(src, (int, float, complex)) else dtype_of(src)
    found = np.result_type(src, dtype_of(dst)) if isinstance(kind, type) else kind
    if not np.can_cast(found, dtype_of(dst), casting):  # type: ignore[arg-type]
        raise TypeError(f"Cannot cast array data from {found!r} to {dtype_of(dst)!r} according to the rule {casting!r}")
    target[...] = src if where is True else np.where(where, src, target)


@implements(np.put)
def put(a: Any, ind: Any, v: Any, mode: str = "raise") -> None:
    """Write at positions of the flattened array."""
    target = _target(a, "np.put")
    places = in_range(np.ravel(as_array(ind)), _size(a), mode)
    if mode == "raise":
        inside = ((places >= -_size(a)) & (places < _size(a))).all()
        demand(inside, IndexError(f"an index is out of bounds for axis 0 with size {_size(a)}"))
        places = np.where(places < 0, places + _size(a), places)
    if places.size and _size(as_array(v)):
        write_flat(target, places, v)


@implements(np.place)
def place(arr: Any, mask: Any, vals: Any) -> None:
    """Write values one after the other where a mask holds."""
    write_flat(_target(arr, "np.place"), np.flatnonzero(mask), vals)


@implements(np.putmask)
def putmask(a: Any, mask: Any, values: Any) -> None:
    """Write where a mask holds, each time the value at the same position."""
    target = _target(a, "np.putmask")
    values, places = np.ravel(as_array(values)), np.flatnonzero(mask)
    if shape_of(values)[0] and places.size:
        write_flat(target, places, values[places % shape_of(values)[0]])


@implements(np.put_along_axis)
def put_along_axis(arr: Any, indices: Any, values: Any, axis: Any) -> None:
    """Write at indices that vary along an axis."""
    target, indices = _target(arr, "np.put_along_axis"), as_array(indices)
    if axis is None:
        at = np.unravel_index(np.where(indices < 0, indices + _size(arr), indices), shape_of(arr))
        target[at] = values
    else:
        target[along_axis(arr, indices, axis)] = values


@implements(np.fill_diagonal)
def fill_diagonal(a: Any, val: Any, wrap: bool = False) -> None:
    """Write on the main diagonal."""
    target, shape = _target(a, "np.fill_diagonal"), shape_of(a)
    if len(shape) < 2:
        raise ValueError("array must be at least 2-d")
    end = None
    if len(shape) == 2:
        step = shape[1] + 1
        if not wrap:
            end = shape[1] * shape[1]
    else:
        if len(set(shape)) > 1:
            raise ValueError("All dimensions of input must be of equal length")
        step = 1 + int(np.cumprod(shape[:-1]).sum())
    write_flat(target, np.arange(_size(a))[:end:step], val)
