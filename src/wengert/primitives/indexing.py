"""Reading and writing parts of arrays: getitem, and the two writes that keep the list pure.

An index is stored as a template (a tuple of slices, integers, `None`, `...` and `SLOT`) beside the arrays that fill its
slots, so that integer and boolean arrays are inputs of the line, like any other value.
"""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from wengert.ir import Array, Traced, bind_update, dtype_of, shape_of
from wengert.primitives.linear import linear
from wengert.primitives.shape import sum_to


class _Slot:
    def __repr__(self) -> str:
        return "□"


SLOT = _Slot()
Template = tuple[Any, ...]


def split_index(index: Any) -> tuple[Template, tuple[Any, ...]]:
    """An index as the user wrote it, as a template and the arrays for its slots."""
    parts = index if type(index) is tuple else (index,)
    template: list[Any] = []
    arrays: list[Any] = []
    for part in parts:
        if type(part) is int or type(part) is slice or part is None or part is Ellipsis:
            template.append(part)
        elif isinstance(part, (np.integer, int)) and not isinstance(part, bool):
            template.append(operator.index(part))
        else:
            value = part if isinstance(part, Traced) else np.asarray(part)
            if shape_of(value) == (0,) and not isinstance(value, Traced) and isinstance(part, (list, tuple)):
                value = value.astype(np.intp)  # x[[]]
            if dtype_of(value).kind not in "iub":
                raise IndexError("only integers, slices, ellipsis, newaxis and integer or boolean arrays are indices")
            found = [value]
            if dtype_of(value).kind == "b" and shape_of(value) and not isinstance(value, Traced):
                found = list(value.nonzero())  # what NumPy does with a mask; the shape is then known from types alone
            template.extend(SLOT for _ in found)
            arrays.extend(found)
    return tuple(template), tuple(arrays)


def join_index(template: Template, arrays: tuple[Any, ...]) -> Any:
    """The index that NumPy takes."""
    if not arrays:
        return template
    filled = iter(arrays)
    return tuple(next(filled) if part is SLOT else part for part in template)


def _probe(x: Array, arrays: tuple[Array, ...], index: Template) -> tuple[int, ...]:
    """The shape of an indexed array, read off a zero-stride array of that shape: no data is made up or read."""
    stand_ins = [np.broadcast_to(np.intp(0), a.shape) for a in arrays]
    return np.broadcast_to(np.int8(0), x.shape)[join_index(index, tuple(stand_ins))].shape  # type: ignore[no-any-return]


def _getitem_type(x: Array, *arrays: Array, index: Template) -> Array:
    if any(a.dtype.kind == "b" for a in arrays):
        raise TypeError("the shape of x[mask] depends on the values of the mask")
    if any(n == 0 for n in x.shape) and arrays and all(a.size for a in arrays):
        raise IndexError("index into an axis of length 0")
    return Array(_probe(x, arrays, index), x.dtype)


def _setitem(base: Any, value: Any, *arrays: Any, index: Template) -> Any:
    out = np.array(base, copy=True, order="K")
    out[join_index(index, arrays)] = value
    return out


def _setitem_update(base: Any, value: Any, *arrays: Any, index: Template) -> Any:
    base[join_index(index, arrays)] = value
    return base


def _index_add(base: Any, value: Any, *arrays: Any, index: Template) -> Any:
    return _index_add_update(np.array(base, copy=True, order="K"), value, *arrays, index=index)


def _index_add_update(base: Any, value: Any, *arrays: Any, index: Template) -> Any:
    where = join_index(index, arrays)
    if any(a.dtype.kind != "b" for a in arrays):
        np.add.at(base, where, value)
    else:
        base[where] += value
    return base


def scatter(ct: Any, x: Any, arrays: tuple[Any, ...], index: Template) -> Any:
    """An array of zeros like `x` with `ct` added at an index: the transpose of reading there."""
    zeros = np.zeros(shape_of(x), dtype_of(ct))
    return bind_update(index_add, (zeros, ct, *arrays), {"index": index})


def _last_writes(ct: Any, base: Any, arrays: tuple[Any, ...], index: Template) -> Any:
    """What of a cotangent belongs to the written values: where an element is written twice, only the last one counts."""
    picked = getitem(ct, *arrays, index=index)
    if not any(dtype_of(a).kind in "iu" and shape_of(a) != () for a in arrays):
        return picked
    order = np.arange(int(np.prod(shape_of(picked)))).reshape(shape_of(picked))
    last = setitem(np.full(shape_of(base), -1), order, *arrays, index=index)
    return np.where(getitem(last, *arrays, index=index) == order, picked, 0)


def _write_shape(value: Any, *, picked: Any) -> Any:
    """Reduce to the shape of the written value, which may have had leading axes of length 1 too many."""
    shape = shape_of(value)
    core = shape[max(0, len(shape) - len(shape_of(picked))) :]
    out = sum_to(picked, core)
    return out if core == shape else np.reshape(out, shape)



def _batch_index(size: int, args: Any, batched: Any, index: Template) -> Any:
    """Index each item of a batch; a batched index array is paired with the number of its item."""
    if any(part is SLOT or part is Ellipsis for part in index) and any(batched[1:]):
        raise LookupError("one call per item")
    slots = [i for i, part in enumerate(index) if part is SLOT or type(part) is int]
    if any(part is SLOT for part in index) and slots != list(range(slots[0], slots[-1] + 1)):
        raise LookupError("index arrays that a slice separates move to the front: one call per item")
    return getitem(args[0], *args[1:], index=(slice(None), *index))


getitem = linear(
    "getitem",
    lambda x, *arrays, index: x[join_index(index, arrays)],
    _getitem_type,
    lambda ct, x, *arrays, index: scatter(ct, x, arrays, index),
    None,
    accumulate=lambda adjoint, ct, x, *arrays, index: bind_update(index_add, (adjoint, ct, *arrays), {"index": index}),
    view=lambda base, value, *arrays, index: setitem(base, value, *arrays, index=index),
    batch=_batch_index,
    samples=lambda rng: [
        ((rng.standard_normal((3, 4)),), {"index": (1,)}),
        ((rng.standard_normal((3, 4)),), {"index": (slice(None, None, -2), None, Ellipsis)}),
        ((rng.standard_normal(5), np.array([0, 0, 3])), {"index": (SLOT,)}),
        ((rng.standard_normal((3, 4)), np.array([2, 0]), np.array([1, 1])), {"index": (SLOT, SLOT)}),
        ((rng.standard_normal((3, 4)), np.array([[2, 0]])), {"index": (slice(1, 3), SLOT)}),
    ],
)

setitem = linear(
    "setitem",
    _setitem,
    lambda base, value, *arrays, index: base,
    lambda ct, base, value, *arrays, index: setitem(ct, 0.0, *arrays, index=index),
    lambda ct, base, value, *arrays, index: _write_shape(value, picked=_last_writes(ct, base, arrays, index)),
    None,
    update=_setitem_update,
    samples=lambda rng: [
        ((rng.standard_normal((3, 4)), rng.standard_normal(4)), {"index": (1,)}),
        ((rng.standard_normal((3, 4)), rng.standard_normal(())), {"index": (slice(0, 2), 1)}),
        ((rng.standard_normal(4), rng.standard_normal(3), np.array([1, 1, 2])), {"index": (SLOT,)}),
    ],
)

index_add = linear(
    "index_add",
    _index_add,
    lambda base, value, *arrays, index: base,
    lambda ct, base, value, *arrays, index: ct,
    lambda ct, base, value, *arrays, index: _write_shape(value, picked=getitem(ct, *arrays, index=index)),
    None,
    update=_index_add_update,
    samples=lambda rng: [
        ((rng.standard_normal((3, 4)), rng.standard_normal(4)), {"index": (1,)}),
        ((rng.standard_normal(4), rng.standard_normal(3), np.array([1, 1, 2])), {"index": (SLOT,)}),
    ],
)
