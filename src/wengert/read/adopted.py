"""Arrays made outside of the function that it writes traced values into, such as a buffer on an object.

Such an array is adopted: a Box takes its place wherever a hook meets it or a view of it, until the outermost recording
ends; then the array gets the plain values, as it would have without a recording.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import numpy as np

from wengert.errors import MutationError, StagingError
from wengert.ir import ABSENT, Var, users_line
from wengert.record import GROUND, Box

Table = dict[int, tuple[Any, Box]]  # by identity of the array that owns the memory

_table: ContextVar[Table | None] = ContextVar("_table", default=None)
_tables: list[Table] = []  # those with something in them, of all threads


def anything_adopted() -> bool:
    """Whether a hook has to look: almost never, and it costs next to nothing."""
    return bool(_tables)


@contextmanager
def adoptions() -> Iterator[None]:
    """The span of one outermost recording; those inside it share what it has adopted."""
    if _table.get() is not None:
        yield
        return
    table: Table = {}
    token = _table.set(table)
    try:
        yield
    finally:
        _table.reset(token)
        if table:
            _tables.remove(table)
        for array, box in table.values():
            value = box.concrete()
            if value is not ABSENT:
                array[...] = value


def adopt(array: Any, *written: Any) -> Any:
    """The Box that stands for a plain array from now on, as these values go into it; `None` where it cannot hold them.

    Values that have a type only could not be put into the plain array in the end: they raise StagingError.
    """
    table = _table.get()
    if table is None or array.dtype.kind not in "fc" or not array.flags.writeable:
        return None
    owner = _owner(array)
    if type(owner) is not np.ndarray or owner.dtype != array.dtype:
        return None
    if _is_abstract(written):
        raise StagingError(
            "a value that is not known yet is written into an array made outside of the function. Make the array "
            f"inside, or work on a copy: a = a.copy(){users_line()}"
        )
    if id(owner) not in table:
        if not table:
            _tables.append(table)
        table[id(owner)] = (owner, Box(GROUND, Var(owner.copy(order="K"))))
    return current(array)


def _is_abstract(value: Any) -> bool:
    if isinstance(value, (list, tuple)):
        return any(map(_is_abstract, value))
    return isinstance(value, Box) and value.concrete() is ABSENT


def current(x: Any) -> Any:
    """The Box of an adopted array, or of the part of one that a view shows; any other value as it is."""
    if type(x) is not np.ndarray:
        return x
    table = _table.get()
    if not table:
        return x
    owner = _owner(x)
    if id(owner) not in table and x.base is not None:  # a view by other means, such as a buffer or as_strided
        owner = next((array for array, _ in table.values() if np.may_share_memory(array, x)), owner)
    if id(owner) not in table:
        return x
    box = table[id(owner)][1]
    return box if x is owner else _viewed(box, owner, x)


def current_in(value: Any) -> Any:
    """The same for a value, and for what is in a list, tuple or dict; a container without such arrays is kept."""
    if type(value) in (list, tuple):
        parts = [current_in(part) for part in value]
        return value if all(a is b for a, b in zip(parts, value, strict=True)) else type(value)(parts)
    if type(value) is dict:
        found = {key: current_in(part) for key, part in value.items()}
        return value if all(found[key] is value[key] for key in value) else found
    return current(value)


def _owner(array: Any) -> Any:
    while isinstance(array.base, np.ndarray):
        array = array.base
    return array


def _viewed(box: Box, owner: Any, view: Any) -> Any:
    """The view of a Box that a plain view of the array it stands for is."""
    for turned in (False, True):
        index = _index(view.T if turned else view, owner)
        if index is not None:
            return box[index].T if turned else box[index]
    if view.flags.c_contiguous and owner.flags.c_contiguous:
        start = _offset(view, owner) // owner.itemsize
        return box.reshape(-1)[start : start + view.size].reshape(view.shape)
    if view.flags.f_contiguous and owner.flags.c_contiguous:
        return _viewed(box, owner, view.T).T
    raise MutationError(
        "an array made outside of the function is written with traced values, and used by a view that is no slice of "
        f"it. Make the array inside, or work on a copy: a = a.copy(){users_line()}"
    )


def _offset(view: Any, owner: Any) -> int:
    offset: int = view.__array_interface__["data"][0] - owner.__array_interface__["data"][0]
    return offset


def _index(view: Any, owner: Any) -> tuple[Any, ...] | None:
    """The index by which a view shows a part of the array that owns its memory; `None` where there is none.

    It is found from the offset and the strides, axis by axis from the outermost, and tried.
    """
    offset = _offset(view, owner)
    index: list[Any] = [0] * owner.ndim
    axes = sorted(range(owner.ndim), key=lambda axis: -abs(owner.strides[axis]))
    for axis in axes:
        if owner.strides[axis]:
            index[axis], offset = divmod(offset, owner.strides[axis])
    shown = list(zip(view.shape, view.strides, strict=True))
    for axis in range(owner.ndim):
        if not shown:
            break
        length, stride = shown[0]
        step, rest = divmod(stride, owner.strides[axis]) if owner.strides[axis] else (1, 0)
        last = index[axis] + step * (length - 1)
        if rest == 0 and step != 0 and 0 <= last < owner.shape[axis] and length > 0:
            stop = last + (1 if step > 0 else -1)
            index[axis] = slice(index[axis], stop if stop >= 0 else None, step)
            shown.pop(0)
    found = tuple(index)
    try:
        tried = owner[found]
    except IndexError:
        return None
    same = isinstance(tried, np.ndarray) and tried.__array_interface__["data"] == view.__array_interface__["data"]
    return found if same and tried.shape == view.shape and tried.strides == view.strides else None
