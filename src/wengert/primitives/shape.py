"""Linear primitives that move elements without changing them: reshape, transpose, broadcast, concatenate, convert.

Axes are stored counted from the end, so that a leading batch axis changes nothing.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from wengert.ir import Array, Fold, Pieces, Pointwise, Var, dtype_of, is_vague, shape_of
from wengert.primitives.linear import linear

Shape = tuple[int, ...]


def _samples(*shapes_and_params: tuple[tuple[Shape, ...], dict[str, Any]]) -> Any:
    return lambda rng: [(tuple(rng.standard_normal(s) for s in shapes), params) for shapes, params in shapes_and_params]


reshape = linear(
    "reshape",
    lambda x, shape: np.reshape(x, shape),
    lambda x, shape: Array(shape, x.dtype),
    lambda ct, x, shape: reshape(ct, shape=shape_of(x)),
    view="by-order",
    python="np.reshape({0}, {shape})",
    batch=lambda size, args, batched, shape: reshape(args[0], shape=(size, *shape)),
    simplify=lambda x, shape: x if shape_of(x) == shape else None,
    samples=_samples((((2, 3),), {"shape": (3, 2)}), (((0,),), {"shape": (0, 4)}), (((),), {"shape": (1, 1)})),
)

transpose = linear(
    "transpose",
    lambda x, axes: np.transpose(x, axes),
    lambda x, axes: Array(tuple(x.shape[a] for a in axes), x.dtype),
    lambda ct, x, axes: transpose(ct, axes=_inverse(axes)),
    view=True,
    python="np.transpose({0}, {axes})",
    batch=lambda size, args, batched, axes: transpose(args[0], axes=(0, *(a + 1 for a in axes))),
    identities=lambda x, axes: _transposed_back(x, axes),
    symbol=lambda x, axes: f"{x}.T" if axes == tuple(range(len(axes)))[::-1] else f"transpose({x}, axes={axes})",
    latex=lambda x, axes: rf"{{{x}}}^{{\mathsf{{T}}{'' if len(axes) == 2 else str(axes)}}}",
    samples=_samples((((2, 3),), {"axes": (1, 0)}), (((2, 3, 4),), {"axes": (1, 2, 0)}), (((0, 3),), {"axes": (1, 0)})),
)


def _transposed_back(x: Any, axes: Shape) -> Any:
    """x.T.T = x, and x.T = x for a vector."""
    if axes == tuple(range(len(axes))):
        return x
    if type(x) is not Var or x.origin is None or x.origin.primitive is not transpose:
        return None
    return x.origin.inputs[0] if _inverse(axes) == x.origin.params["axes"] else None


def _inverse(axes: Shape) -> Shape:
    inverse = [0] * len(axes)
    for position, axis in enumerate(axes):
        inverse[axis] = position
    return tuple(inverse)


def _sum(x: Any, *mask: Any, axis: Shape, dtype: Any = None, keepdims: bool = False) -> Any:
    if mask:
        return np.add.reduce(x, axis, dtype, None, keepdims, where=mask[0])
    return np.add.reduce(x, axis, dtype, None, keepdims)


def _sum_type(x: Array, *mask: Array, axis: Shape, dtype: Any = None, keepdims: bool = False) -> Array:
    return Array(reduced_shape(x.shape, axis, keepdims), np.add.reduce(np.empty(0, x.dtype), dtype=dtype).dtype)


def _sum_transpose(ct: Any, x: Any, *mask: Any, axis: Shape, dtype: Any = None, keepdims: bool = False) -> Any:
    out = spread(ct, shape_of(x), axis)
    return np.where(mask[0], out, 0) if mask else out


def _sum_batch(size: int, args: Any, batched: Any, **params: Any) -> Any:
    x, *mask = args
    if not batched[0]:
        x = broadcast_to(x, shape=(size, *shape_of(x)))
    if mask and batched[1]:
        mask = [align(mask[0], len(shape_of(x)))]
    return reduce_sum(x, *mask, **params)


def _sum_in_words(x: str, *mask: str, axis: Shape, dtype: Any = None, keepdims: bool = False) -> str:
    more = [f"keepdims={keepdims}"] * keepdims + ([f"where={mask[0]}"] if mask else [])
    more += [f"dtype={str(np.dtype(dtype))!r}"] if dtype is not None else []
    return f"np.sum({', '.join([x, f'axis={axis}', *more])})"


reduce_sum = linear(
    "sum",
    _sum,
    _sum_type,
    _sum_transpose,
    None,
    batch=_sum_batch,
    samples=lambda rng: [
        ((rng.standard_normal((2, 3)),), {"axis": (-1,)}),
        ((rng.standard_normal((2, 3, 4)),), {"axis": (-3, -1)}),
        ((rng.standard_normal((2, 3)), np.array([True, False, True])), {"axis": (-1,), "keepdims": True}),
        ((rng.standard_normal((2, 0)),), {"axis": (-1,)}),
        ((rng.standard_normal(()),), {"axis": ()}),
    ],
    python=_sum_in_words,
    native=Fold("add", 0, each=lambda e, x, *mask, **_: e.where(mask[0], x, e.like(0, x)) if mask else x),
)

broadcast_to = linear(
    "broadcast_to",
    lambda x, shape: np.broadcast_to(x, shape),
    lambda x, shape: Array(shape, x.dtype),
    lambda ct, x, shape: sum_to(ct, shape_of(x)),
    view="read-only",
    python="np.broadcast_to({0}, {shape})",
    batch=lambda size, args, batched, shape: broadcast_to(align(args[0], len(shape) + 1), shape=(size, *shape)),
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
    python="{0}.astype({dtype!r})",
    native=Pointwise(lambda e, x, dtype: e.astype(x, dtype), raw=True),
    samples=_samples((((2, 3),), {"dtype": np.dtype(np.float32)}), (((2,),), {"dtype": np.dtype(np.complex128)})),
)


def duplicate(x: Any, order: Any = "K") -> Any:
    """The same array in a buffer of its own; the one place where whole arrays are copied."""
    return np.array(x, order=order, copy=True)


copy = linear(
    "copy",
    lambda x, order: duplicate(x, order),
    lambda x, order: Array(x.shape, x.dtype),
    lambda ct, x, order: ct,
    batch=lambda size, args, batched, order: copy(args[0], order="K" if order == "A" else order),
    order=lambda order: {"C": "C", "F": "any"}.get(order, "kept"),
    simplify=lambda x, order: None if order == "F" or (order == "C" and is_vague(x)) else x,
    python="np.array({0}, order={order!r})",
    native=Pointwise(lambda e, x, order: x),
    samples=_samples((((2, 3),), {"order": "F"}), (((),), {"order": "K"})),
)


def _all_batched(size: int, args: Any, batched: Any) -> list[Any]:
    return [x if flag else broadcast_to(x, shape=(size, *shape_of(x))) for x, flag in zip(args, batched, strict=True)]


def _stack_type(*types: Array, axis: int) -> Array:
    shape = list(types[0].shape)
    if any(t.shape != types[0].shape for t in types):
        raise ValueError("all input arrays must have the same shape")
    shape.insert(len(shape) + 1 + axis, len(types))
    return Array(tuple(shape), np.result_type(*(t.dtype for t in types)))


def _stack_batch(size: int, args: Any, batched: Any, axis: int) -> Any:
    return stack(*_all_batched(size, args, batched), axis=axis)


stack = linear(
    "stack",
    lambda *xs, axis: np.stack(xs, axis) if any(map(np.ndim, xs)) else np.array(xs),
    _stack_type,
    batch=_stack_batch,
    transpose_all=lambda ct, *xs, axis: [
        ct[(..., i, *(slice(None),) * (-axis - 1))] if axis != -1 or shape_of(x) else ct[i] for i, x in enumerate(xs)
    ],
    samples=_samples((((2, 3), (2, 3)), {"axis": -2}), (((), (), ()), {"axis": -1})),
    python=lambda *xs, axis: f"np.stack([{', '.join(xs)}], axis={axis})",
    native=Pieces(lambda out, *xs, axis: [(out[(..., i, *_all(-axis - 1))], x) for i, x in enumerate(xs)]),
)


def _concatenate_type(*types: Array, axis: int) -> Array:
    shape = list(types[0].shape)
    shape[axis] = sum(t.shape[axis] for t in types)
    return Array(tuple(shape), np.result_type(*(t.dtype for t in types)))


def _all(count: int) -> tuple[slice, ...]:
    return (slice(None),) * count


def _pieces(ct: Any, *xs: Any, axis: int) -> list[Any]:
    """The cotangents of all the inputs at once: the slices of the whole."""
    pieces, start = [], 0
    for x in xs:
        length = shape_of(x)[axis]
        pieces.append(ct[(..., slice(start, start + length), *(slice(None),) * (-axis - 1))])
        start += length
    return pieces


def _concatenate_batch(size: int, args: Any, batched: Any, axis: int) -> Any:
    return concatenate(*_all_batched(size, args, batched), axis=axis)


concatenate = linear(
    "concatenate",
    lambda *xs, axis: np.concatenate(xs, axis),
    _concatenate_type,
    batch=_concatenate_batch,
    transpose_all=_pieces,
    python=lambda *xs, axis: f"np.concatenate([{', '.join(xs)}], axis={axis})",
    native=Pieces(lambda out, *xs, axis: zip(_pieces(out, *xs, axis=axis), xs, strict=True)),
    samples=_samples((((2, 3), (1, 3)), {"axis": -2}), (((2,), (0,), (3,)), {"axis": -1})),
)


def reduced_shape(shape: Shape, axes: Shape, keepdims: bool) -> Shape:
    """The shape after a reduction along these axes."""
    gone = {axis % len(shape) for axis in axes}
    if keepdims:
        return tuple(1 if i in gone else n for i, n in enumerate(shape))
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
    if shape_of(x) == ():
        return broadcast_to(x, shape=shape)
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
