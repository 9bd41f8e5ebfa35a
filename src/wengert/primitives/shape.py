"""Linear primitives that move elements without changing them: reshape, transpose, broadcast, concatenate, convert.

Axes are stored counted from the end, so that a leading batch axis changes nothing.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from wengert.ir import Array, dtype_of, shape_of
from wengert.primitives.linear import linear

Shape = tuple[int, ...]


def _samples(*shapes_and_params: tuple[tuple[Shape, ...], dict[str, Any]]) -> Any:
    return lambda rng: [
        (tuple(rng.standard_normal(s) for s in shapes), params) for shapes, params in shapes_and_params
    ]


reshape = linear(
    "reshape",
    lambda x, shape: np.reshape(x, shape),
    lambda x, shape: Array(shape, x.dtype),
    lambda ct, x, shape: reshape(ct, shape=shape_of(x)),
    view=lambda base, value, shape: reshape(value, shape=shape_of(base)),
    batch=lambda size, args, batched, shape: reshape(args[0], shape=(size, *shape)),
    simplify=lambda x, shape: x if shape_of(x) == shape else None,
    samples=_samples((((2, 3),), {"shape": (3, 2)}), (((0,),), {"shape": (0, 4)}), (((),), {"shape": (1, 1)})),
)

transpose = linear(
    "transpose",
    lambda x, axes: np.transpose(x, axes),
    lambda x, axes: Array(tuple(x.shape[a] for a in axes), x.dtype),
    lambda ct, x, axes: transpose(ct, axes=_inverse(axes)),
    view=lambda base, value, axes: transpose(value, axes=_inverse(axes)),
    batch=lambda size, args, batched, axes: transpose(args[0], axes=(0, *(a + 1 for a in axes))),
    samples=_samples((((2, 3),), {"axes": (1, 0)}), (((2, 3, 4),), {"axes": (1, 2, 0)}), (((0, 3),), {"axes": (1, 0)})),
)


def _inverse(axes: Shape) -> Shape:
    inverse = [0] * len(axes)
    for position, axis in enumerate(axes):
        inverse[axis] = position
    return tuple(inverse)


reduce_sum = linear(
    "sum",
    lambda x, axis: np.add.reduce(x, axis),
    lambda x, axis: Array(_without(x.shape, axis), np.add.reduce(np.empty(0, x.dtype)).dtype),
    lambda ct, x, axis: spread(ct, shape_of(x), axis),
    batch=lambda size, args, batched, axis: reduce_sum(args[0], axis=axis),
    samples=_samples(
        (((2, 3),), {"axis": (-1,)}), (((2, 3, 4),), {"axis": (-3, -1)}), (((2, 0),), {"axis": (-1,)}), (((),), {"axis": ()})
    ),
)  # fmt: skip

broadcast_to = linear(
    "broadcast_to",
    lambda x, shape: np.broadcast_to(x, shape),
    lambda x, shape: Array(shape, x.dtype),
    lambda ct, x, shape: sum_to(ct, shape_of(x)),
    batch=lambda size, args, batched, shape: broadcast_to(
        align(args[0], len(shape) + 1), shape=(size, *shape)
    ),
    simplify=lambda x, shape: x if shape_of(x) == shape else None,
    samples=_samples((((3,),), {"shape": (2, 3)}), (((2, 1),), {"shape": (2, 4)}), (((),), {"shape": (2, 0)})),
)


def _convert(x: Any, dtype: np.dtype[Any]) -> Any:
    return np.asarray(x).astype(dtype)[()] if np.ndim(x) == 0 and not isinstance(x, np.ndarray) else x.astype(dtype)


convert = linear(
    "convert",
    _convert,
    lambda x, dtype: Array(x.shape, dtype),
    lambda ct, x, dtype: to_dtype(ct, dtype_of(x)),
    batch=lambda size, args, batched, dtype: convert(args[0], dtype=dtype),
    simplify=lambda x, dtype: x if dtype_of(x) == dtype else None,
    samples=_samples((((2, 3),), {"dtype": np.dtype(np.float32)}), (((2,),), {"dtype": np.dtype(np.complex128)})),
)


def _concatenate_type(*types: Array, axis: int) -> Array:
    shape = list(types[0].shape)
    shape[axis] = sum(t.shape[axis] for t in types)
    return Array(tuple(shape), np.result_type(*(t.dtype for t in types)))


def _pieces(ct: Any, *xs: Any, axis: int) -> list[Any]:
    """The cotangents of all the inputs at once: the slices of the whole."""
    pieces, start = [], 0
    for x in xs:
        length = shape_of(x)[axis]
        pieces.append(ct[(..., slice(start, start + length), *(slice(None),) * (-axis - 1))])
        start += length
    return pieces


def _concatenate_batch(size: int, args: Any, batched: Any, axis: int) -> Any:
    spread_args = [x if b else broadcast_to(x, shape=(size, *shape_of(x))) for x, b in zip(args, batched, strict=True)]
    return concatenate(*spread_args, axis=axis)


concatenate = linear(
    "concatenate",
    lambda *xs, axis: np.concatenate(xs, axis),
    _concatenate_type,
    batch=_concatenate_batch,
    transpose_all=_pieces,
    samples=_samples((((2, 3), (1, 3)), {"axis": -2}), (((2,), (0,), (3,)), {"axis": -1})),
)


def _without(shape: Shape, axes: Shape) -> Shape:
    gone = {axis % len(shape) for axis in axes}
    return tuple(n for i, n in enumerate(shape) if i not in gone)


def sum_to(x: Any, shape: Shape) -> Any:
    """Sum out the axes along which `shape` was broadcast to the shape of `x`: the transpose of broadcasting."""
    found = shape_of(x)
    if found == shape:
        return x
    extra = len(found) - len(shape)
    axes = [i - len(found) for i in range(extra)]
    axes += [i - len(shape) for i, n in enumerate(shape) if n == 1 and found[i + extra] != 1]
    out = reduce_sum(x, axis=tuple(axes)) if axes else x
    return out if shape_of(out) == shape else reshape(out, shape=shape)


def spread(x: Any, shape: Shape, axes: Shape) -> Any:
    """Repeat a reduced array along the reduced axes: the transpose of a sum."""
    gone = {axis % len(shape) for axis in axes} if shape else set()
    kept = tuple(1 if i in gone else n for i, n in enumerate(shape))
    out = x if shape_of(x) == kept else reshape(x, shape=kept)
    return out if kept == shape else broadcast_to(out, shape=shape)


def align(x: Any, ndim: int) -> Any:
    """Insert axes after the leading one, so that a batched array of lower rank broadcasts with one of higher rank."""
    shape = shape_of(x)
    if len(shape) == ndim:
        return x
    return reshape(x, shape=(shape[0], *(1,) * (ndim - len(shape)), *shape[1:]))


def to_dtype(x: Any, dtype: np.dtype[Any]) -> Any:
    """The array in this dtype; a complex one is projected to its real part where the dtype is real."""
    found = dtype_of(x)
    if found == dtype:
        return x
    if found.kind == "c" and dtype.kind != "c":
        x = np.real(x)
    return x if dtype_of(x) == dtype else convert(x, dtype=dtype)
