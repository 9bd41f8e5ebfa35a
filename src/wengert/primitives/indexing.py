"""Parts of arrays: getitem reads them; setitem and index_add are the two writes, which keep the list pure.

A part may lie behind other views: `a.T[0]`, `a.reshape(-1)[k]`, `a[i][j]`. The line then names the views on the way,
its `path`, and reads or writes the array at their root: a write through a chain of views is one line, which costs what
it costs in NumPy, and so is its transpose.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from wengert.errors import StagingError
from wengert.ir import Array, Primitive, Routine, Traced, bind_update, dtype_of, shape_of
from wengert.primitives.emptied import added_to_zero
from wengert.primitives.index import (
    SLOT,
    Arrays,
    Template,
    Window,
    block,
    has_repeats,
    is_basic,
    join_index,
    last_writes,
    place_text,
    read_shape,
    slots,
)
from wengert.primitives.linear import linear
from wengert.primitives.shape import align, broadcast_to, duplicate, reshape, sum_to, transpose
from wengert.primitives.written import read_back, rewritten, unchanged

Path = tuple[tuple[Primitive, dict[str, Any]], ...]  # views and their params; the arrays for their slots come first


def through(x: Any, arrays: Arrays, path: Path) -> tuple[Any, Arrays]:
    """What is at the end of a path, and the arrays that are left for the index; a type gives a type."""
    for primitive, params in path:
        count = slots(params["index"]) if "index" in params else 0
        x = (primitive.infer if isinstance(x, Array) else primitive.evaluate)(x, *arrays[:count], **params)
        arrays = arrays[count:]
    return x, arrays


def _write_through(base: Any, arrays: Arrays, path: Path, write: Callable[[Any, Arrays], None]) -> Any:
    """Write at the end of a path.

    A reshape is a view of the array that the user read through, but may be a copy of a buffer in another layout, such
    as a cotangent: what was written into the copy is then carried back.
    """
    if not path:
        write(base, arrays)
        return base
    images = [base]
    for step in path:
        image, arrays = through(images[-1], arrays, (step,))
        images.append(image)
    write(images[-1], arrays)
    for parent, image in zip(reversed(images[:-1]), reversed(images[1:]), strict=True):
        if not np.may_share_memory(parent, image):
            parent[...] = np.reshape(image, parent.shape)
    return base


def position(index: Template, path: Path) -> dict[str, Any]:
    """The params of a line that reads or writes at the end of a path."""
    return {"index": index, "path": path} if path else {"index": index}


def _signed(value: Any, path: Path) -> Any:
    """With z = x + iy, Re(ct dz) = re(ct) dx - im(ct) dy: what is read as an imaginary part is pulled back negated."""
    return -value if path and any(primitive.name == "imag" for primitive, _ in path) else value


# -- types and values --------------------------------------------------------------------------------------------------


def _getitem_type(x: Array, *arrays: Array, index: Template, path: Path = ()) -> Array:
    x, arrays = through(x, arrays, path)
    if any(a.dtype.kind == "b" for a in arrays):
        raise StagingError("the shape of x[mask] depends on the values of the mask")
    return Array(read_shape(x.shape, index, arrays), x.dtype)


def _getitem(x: Any, *arrays: Any, index: Template, path: Path = ()) -> Any:
    if path:
        x, arrays = through(x, arrays, path)
    return (x if hasattr(x, "dtype") else np.asarray(x))[join_index(index, arrays)]


def _setitem(base: Any, value: Any, *arrays: Any, index: Template, path: Path = ()) -> Any:
    return _setitem_update(duplicate(base), value, *arrays, index=index, path=path)


def _setitem_update(base: Any, value: Any, *arrays: Any, index: Template, path: Path = ()) -> Any:
    def write(part: Any, arrays: Arrays) -> None:
        part[join_index(index, arrays)] = value

    return _write_through(base, arrays, path, write)


def _index_add(base: Any, value: Any, *arrays: Any, index: Template, path: Path = ()) -> Any:
    return _index_add_update(duplicate(base), value, *arrays, index=index, path=path)


def _index_add_update(base: Any, value: Any, *arrays: Any, index: Template, path: Path = ()) -> Any:
    def write(part: Any, arrays: Arrays) -> None:
        at = join_index(index, arrays)
        if is_basic(arrays):
            part[at] += value
        elif any(a.dtype.kind == "b" for a in arrays) or has_repeats(index, arrays, part.shape):
            np.add.at(part, at, value)
        else:
            part[at] += value

    return _write_through(base, arrays, path, write)


# -- transposes --------------------------------------------------------------------------------------------------------


def _accumulate(adjoint: Any, ct: Any, x: Any, *arrays: Any, index: Template, path: Path = ()) -> Any:
    return bind_update(index_add, (adjoint, _signed(ct, path), *arrays), position(index, path))


def scatter(ct: Any, x: Any, *arrays: Any, index: Template, path: Path = ()) -> Any:
    """An array of zeros like `x` with `ct` added at an index: the transpose of reading there."""
    dtype = dtype_of(x) if dtype_of(x).kind in "fc" else dtype_of(ct)
    return _accumulate(np.zeros(shape_of(x), dtype), ct, x, *arrays, index=index, path=path)


def _added(ct: Any, base: Any, value: Any, *arrays: Any, index: Template, path: Path = ()) -> Any:
    """The cotangent of added values."""
    picked = _signed(getitem(ct, *arrays, **position(index, path)), path)
    return _write_shape(picked, value)


def _written(ct: Any, base: Any, value: Any, *arrays: Any, index: Template, path: Path = ()) -> Any:
    """The cotangent of written values: where an element is written twice, only the last one counts."""
    picked = _signed(getitem(ct, *arrays, **position(index, path)), path)
    if arrays:
        part, arrays = through(Array(shape_of(base), dtype_of(base)), arrays, path)
        picked = _last_written(picked, part, arrays, index)
    return _write_shape(picked, value)


def _last_written(picked: Any, part: Array, arrays: Arrays, index: Template) -> Any:
    if is_basic(arrays):
        return picked
    if not any(isinstance(a, Traced) or a.dtype.kind == "b" for a in arrays):
        mask = last_writes(index, arrays, part.shape)
        return picked if mask is None else np.where(mask, picked, 0)
    # The index is not known yet: write the numbers of the elements, and look who stays.
    order = np.arange(int(np.prod(shape_of(picked)))).reshape(shape_of(picked))
    stayed = setitem(np.full(part.shape, -1), order, *arrays, index=index)
    return np.where(getitem(stayed, *arrays, index=index) == order, picked, 0)


def _write_shape(picked: Any, value: Any) -> Any:
    """Reduce to the shape of the written value, which may have had leading axes of length 1 too many."""
    shape = shape_of(value)
    core = shape[max(0, len(shape) - len(shape_of(picked))) :]
    out = sum_to(picked, core)
    return out if core == shape else reshape(out, shape=shape)


# -- batch -------------------------------------------------------------------------------------------------------------

# The params of a view that does the same behind a leading axis.
BATCHED_VIEW: dict[str, Callable[..., dict[str, Any]]] = {
    "getitem": lambda size, index: {"index": (slice(None), *index)},
    "reshape": lambda size, shape: {"shape": (size, *shape)},
    "transpose": lambda size, axes: {"axes": (0, *(a + 1 for a in axes))},
}


def _batch_path(size: int, path: Path) -> Path:
    return tuple((view, BATCHED_VIEW[view.name](size, **params) if params else params) for view, params in path)


def _batch_where(
    size: int, base: Any, arrays: Arrays, own: bool, batched: Any, index: Template, path: Path
) -> tuple[Arrays, dict[str, Any], tuple[int, ...]]:
    """How to index each item of a batch: the index arrays, the params, and the leading axes of what is read in order.

    `own` tells whether each item has an array of its own. Its batched index arrays are then paired with the numbers of
    the items, which sends their axes to the front; without, they just have one axis more.
    """
    unusual = any(type(part) is bool for part in index) or any(dtype_of(a).kind == "b" for a in arrays)
    inner = [params.get("index", ()) for _, params in path]
    windows = any(type(part) is Window for template in (*inner, index) for part in template)
    if unusual or any(SLOT in template for template in inner) or (windows and any(batched)):
        raise LookupError("one call per item")
    part, _ = through(Array(shape_of(base)[own:], dtype_of(base)), arrays, path)
    rank = max((len(shape_of(a)) - flag for a, flag in zip(arrays, batched, strict=True)), default=0)
    before, adjacent = block(index, part.ndim)
    if own:
        path = _batch_path(size, path)
    if not any(batched):
        return arrays, position((slice(None), *index), path), () if adjacent else (rank, *range(rank))
    aligned = tuple(align(a, rank + 1) if flag else a for a, flag in zip(arrays, batched, strict=True))
    if not own:
        return aligned, position(index, path), (before, *range(before)) if before else ()
    items = np.arange(size).reshape(size, *(1,) * rank)
    order = (0, *range(1 + rank, 1 + rank + before), *range(1, 1 + rank))
    return (items, *aligned), position((SLOT, *index), path), order if before else ()


def _batch_getitem(size: int, args: Any, batched: Any, index: Template, path: Path = ()) -> Any:
    x, *arrays = args
    arrays, params, order = _batch_where(size, x, tuple(arrays), batched[0], batched[1:], index, path)
    out = getitem(x, *arrays, **params)
    return transpose(out, axes=(*order, *range(len(order), len(shape_of(out))))) if order else out


def _batch_write(size: int, args: Any, batched: Any, index: Template, path: Path, primitive: Primitive) -> Any:
    base, value, *arrays = args
    part, left = through(Array(shape_of(base)[batched[0] :], dtype_of(base)), _unbatched(arrays, batched[2:]), path)
    ndim = 1 + len(read_shape(part.shape, index, left))
    if not batched[0]:
        base = broadcast_to(base, shape=(size, *shape_of(base)))
    arrays, params, order = _batch_where(size, base, tuple(arrays), True, batched[2:], index, path)
    if len(shape_of(value)) > ndim:
        raise LookupError("the value has leading axes of length 1")
    if batched[1]:
        value = align(value, ndim)
    if order:
        value = reshape(value, shape=(1,) * (ndim - len(shape_of(value))) + shape_of(value))
        value = transpose(value, axes=(*map(order.index, range(len(order))), *range(len(order), ndim)))
    return primitive(base, value, *arrays, **params)


def _unbatched(arrays: Any, batched: Any) -> Arrays:
    return tuple(Array(shape_of(a)[flag:], dtype_of(a)) for a, flag in zip(arrays, batched, strict=True))


def _add_small(e: Any, base: Any, value: Any, *arrays: Any, index: Template, path: Path = ()) -> Any:
    """In machine code, on registers: the numbers of the elements tell which of them are added to."""
    at = _getitem(np.arange(base.size).reshape(base.shape), *arrays, index=index, path=path)
    flat = base.flatten()
    values = np.broadcast_to(value, np.shape(at)) if np.ndim(value) <= np.ndim(at) else value
    for i, v in zip(np.ravel(at), np.ravel(values), strict=True):
        flat[i] = e.add(flat[i], v)
    return flat.reshape(base.shape)


# -- rows --------------------------------------------------------------------------------------------------------------

getitem = linear(
    "getitem",
    _getitem,
    _getitem_type,
    scatter,
    None,
    accumulate=_accumulate,
    view=True,
    batch=_batch_getitem,
    symbol=lambda x, *arrays, index, path=(): x + place_text(arrays, index, path),
    latex=lambda x, *arrays, index, path=(): f"{{{x}}}_{{{place_text(arrays, index, path)[1:-1]}}}",
    identities=lambda x, *arrays, index, path=(): (
        None if arrays or path else read_back(getitem, setitem, index_add, x, index)
    ),
    samples=lambda rng: [
        ((rng.standard_normal((3, 4)),), {"index": (1,)}),
        ((rng.standard_normal((3, 4)),), {"index": (slice(None, None, -2), None, Ellipsis)}),
        ((rng.standard_normal(5), np.array([0, 0, 3])), {"index": (SLOT,)}),
        ((rng.standard_normal((3, 4)), np.array([2, 0]), np.array([1, 1])), {"index": (SLOT, SLOT)}),
        ((rng.standard_normal((3, 4)), np.array([[2, 0]])), {"index": (slice(1, 3), SLOT)}),
        ((rng.standard_normal((3, 4)),), {"index": (2,), "path": ((transpose, {"axes": (1, 0)}),)}),
    ],
    native=Routine("gather", small="moves", indices=1),
)

setitem = linear(
    "setitem",
    _setitem,
    lambda base, value, *arrays, index, path=(): base,
    lambda ct, base, value, *arrays, index, path=(): setitem(ct, 0.0, *arrays, **position(index, path)),
    _written,
    None,
    update=_setitem_update,
    transpose_update=lambda ct, base, value, *arrays, index, path=(): bind_update(
        setitem, (ct, 0.0, *arrays), position(index, path)
    ),
    batch=lambda size, args, batched, index, path=(): _batch_write(size, args, batched, index, path, setitem),
    simplify=lambda base, value, *arrays, **place: unchanged(getitem, base, value, arrays, place),
    identities=lambda base, value, *arrays, index, path=(): (
        None if arrays or path else rewritten(setitem, base, value, index)
    ),
    symbol=lambda base, value, *arrays, index, path=(): f"{base} with {place_text(arrays, index, path)} = {value}",
    samples=lambda rng: [
        ((rng.standard_normal((3, 4)), rng.standard_normal(4)), {"index": (1,)}),
        ((rng.standard_normal((3, 4)), rng.standard_normal(())), {"index": (slice(0, 2), 1)}),
        ((rng.standard_normal(4), rng.standard_normal(3), np.array([1, 1, 2])), {"index": (SLOT,)}),
        (
            (rng.standard_normal((3, 4)), rng.standard_normal(2)),
            {"index": (slice(1, 3),), "path": ((reshape, {"shape": (12,)}),)},
        ),
    ],
    native=Routine("write", small="moves", indices=2, empty=True),
)

index_add = linear(
    "index_add",
    _index_add,
    lambda base, value, *arrays, index, path=(): base,
    lambda ct, base, value, *arrays, index, path=(): ct,
    _added,
    None,
    update=_index_add_update,
    transpose_update=lambda ct, base, value, *arrays, index, path=(): ct,
    batch=lambda size, args, batched, index, path=(): _batch_write(size, args, batched, index, path, index_add),
    simplify=lambda base, value, *arrays, **place: added_to_zero(setitem, index_add, base, value, arrays, place),
    symbol=lambda base, value, *arrays, index, path=(): f"{base} with {place_text(arrays, index, path)} += {value}",
    samples=lambda rng: [
        ((rng.standard_normal((3, 4)), rng.standard_normal(4)), {"index": (1,)}),
        ((rng.standard_normal(4), rng.standard_normal(3), np.array([1, 1, 2])), {"index": (SLOT,)}),
    ],
    native=Routine("add_at", small=_add_small, indices=2, empty=True),
)
