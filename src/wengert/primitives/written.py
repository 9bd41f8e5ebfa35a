"""Reading what was written: identities of places in arrays that are named by integers.

`a[i]` after `a[i] = v` is v, and after a write elsewhere what it was before. So a program that fills a buffer is the
same formula as one that does not.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from wengert.ir import Array, Origin, Primitive, Step, Var, shape_of, type_of
from wengert.primitives.arithmetic import add
from wengert.primitives.index import Template
from wengert.primitives.shape import reshape, stack, transpose

FAR = 256  # writes that are looked back over
Place = tuple[int, ...]


def place_of(index: Template, shape: tuple[int, ...]) -> Place | None:
    """The element that an index of integers names, counted from the front; `None` for any other index."""
    if len(index) != len(shape) or not all(type(i) is int for i in index):
        return None
    return tuple([i % n for i, n in zip(index, shape, strict=True)])


def write_of(x: Any, *writes: Primitive) -> tuple[Any, Any, Place] | None:
    """(base, value, place) where an array comes from a write of a number to a place."""
    if type(x) is not Var or x.origin is None or x.origin.primitive not in writes:
        return None
    base, value, *rest = x.origin.inputs
    place = None if rest or x.origin.params.get("path") else place_of(x.origin.params["index"], x.type.shape)
    if place is None or (value.type.shape if type(value) is Var else shape_of(value)) != ():
        return None
    return base, value, place


def read_back(getitem: Primitive, setitem: Primitive, index_add: Primitive, x: Any, index: Template) -> Any:
    """What is at a place, taken from where it was written or from the array that is viewed; `None` if that is unknown.

    So a[1:][0] is a[1], a.T[0, 1] is a[1, 0], and np.stack([u, v])[1] is v.
    """
    first = x
    place = place_of(index, _shape(x))
    for _ in range(FAR):
        origin = x.origin if type(x) is Var and place is not None else None
        if origin is None or origin.primitive is None:
            break
        write = write_of(x, setitem, index_add)
        if write is not None:
            base, value, other = write
            if other == place:
                if origin.primitive is setitem:
                    return value
                return Step(add, (Step(getitem, (base,), {"index": place}), value))
            x = base
        elif origin.primitive is stack and len(place) == 1:  # type: ignore[arg-type]
            return origin.inputs[place[0]]  # type: ignore[index]
        else:
            viewed = _viewed(getitem, origin, place, x)  # type: ignore[arg-type]
            if viewed is None:
                break
            x, place = viewed
    return None if x is first else Step(getitem, (x,), {"index": place})


def _shape(x: Any) -> tuple[int, ...]:
    return x.type.shape if type(x) is Var else shape_of(x)


def _viewed(getitem: Primitive, origin: Origin, place: Place, x: Var) -> tuple[Any, Place] | None:
    """The array that another one is a part or another arrangement of, and the place there."""
    if origin.primitive not in (getitem, reshape, transpose) or len(origin.inputs) != 1:
        return None
    (base,) = origin.inputs
    shape = _shape(base)
    if origin.primitive is transpose:
        back = dict(zip(origin.params["axes"], place, strict=True))
        return base, tuple([back[axis] for axis in range(len(shape))])
    if origin.primitive is reshape:
        flat = np.ravel_multi_index(place, x.type.shape) if place else 0
        return base, tuple(map(int, np.unravel_index(flat, shape)))
    index = origin.params["index"]
    if origin.params.get("path") or not all(type(part) in (int, slice) for part in index):
        return None
    rest = list(place)
    found = [
        part % n if type(part) is int else range(*part.indices(n))[rest.pop(0)]
        for part, n in zip(index, shape, strict=False)
    ]
    return base, (*found, *rest)


def unchanged(
    getitem: Primitive, base: Any, value: Any, arrays: tuple[Any, ...], params: dict[str, Any]
) -> Any:
    """The array itself, where what is written into a place has just been read from there; else `None`.

    So ends `a[i:i+2] += b`: Python writes what the sum has been put into, the view, onto itself.
    """
    origin = value.origin if type(value) is Var else None
    if origin is None or origin.primitive is not getitem or len(origin.inputs) != 1 + len(arrays):
        return None
    same = all(a is b for a, b in zip(origin.inputs, (base, *arrays), strict=True))
    return base if same and repr(origin.params) == repr(params) else None


def rewritten(setitem: Primitive, base: Any, value: Any, index: Template) -> Any:
    """A write over what was written last; a write into a stack; the last of the writes that fill a vector: a stack."""
    kind = base.type if type(base) is Var else type_of(base)
    place = place_of(index, kind.shape)
    if place is None or not _is_element(value, kind):
        return None
    origin = base.origin if type(base) is Var else None
    last = write_of(base, setitem)
    if last is not None and last[2] == place:
        return Step(setitem, (last[0], value), {"index": place})
    if len(place) != 1:
        return None
    if origin is not None and origin.primitive is stack:
        values = [*origin.inputs]
        values[place[0]] = value
        return Step(stack, tuple(values), {"axis": -1})
    if place[0] not in (0, kind.size - 1) or kind.size > FAR:
        return None  # most vectors are filled from one end to the other
    found: dict[Place, Any] = {place: value}
    for _ in range(kind.size - 1):
        write = write_of(base, setitem)
        if write is None or write[2] in found or not _is_element(write[1], kind):
            return None
        base, found[write[2]] = write[0], write[1]
    return Step(stack, tuple([found[i,] for i in range(kind.size)]), {"axis": -1})


def _is_element(value: Any, kind: Array) -> bool:
    """Whether a value can stand in an array as it is."""
    return value.type.dtype == kind.dtype and not value.type.shape if type(value) is Var else type(value) is float


def assembled(setitem: Primitive, index_add: Primitive, x: Any) -> Any:
    """An array that was put together from numbers, written and added one by one to zeros, as a stack; else `None`."""
    if type(x) is not Var:
        return None
    kind = x.type
    written: dict[Place, list[Any]] = {}
    done: set[Place] = set()
    base: Any = x
    count = 0
    while (write := write_of(base, setitem, index_add)) is not None:
        value, place = write[1:]
        if not _is_element(value, kind):
            return None
        if place not in done:
            written.setdefault(place, []).append(value)
        if base.origin.primitive is setitem:
            done.add(place)
        base, count = write[0], count + 1
    if not isinstance(base, np.ndarray) or base.any() or kind.size > 4 * count:
        return None
    elements = [_total(written.get(place, [0.0])) for place in np.ndindex(kind.shape)]
    out = Step(stack, tuple(elements), {"axis": -1})
    return out if len(kind.shape) == 1 else Step(reshape, (out,), {"shape": kind.shape})


def _total(values: list[Any]) -> Any:
    """The sum of what was written, the last of it first in the list."""
    total = values[-1]
    for value in values[-2::-1]:
        total = Step(add, (total, value))
    return total
