"""How a view of an array is reached from it: by slices, or by another shape and slices."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np


def way_to(view: Any, root: Any, shapes: Iterable[tuple[int, ...]]) -> Callable[[Any], Any] | None:
    """A function that gives the view from the array, and from what stands for it; `None` if there is no simple one.

    `shapes` are those that the array may be seen in before it is sliced.
    """
    for shape in dict.fromkeys([root.shape, *shapes, view.shape, _shape_by(view.strides, root)]):
        whole = _reshaped(root, shape)
        index = None if whole is None else _index(view, whole)
        if whole is not None and index is not None and _is_one(whole[index], view):
            return _along(shape if shape != root.shape else None, index)
    return None


def _shape_by(strides: tuple[int, ...], root: Any) -> tuple[int, ...]:
    """The shape of a contiguous array along whose axes these strides would lie."""
    steps = sorted({abs(stride) for stride in strides if stride} | {root.itemsize}, reverse=True)
    sizes = [a // b for a, b in zip([root.nbytes, *steps], steps, strict=False)]
    return tuple(sizes)


def _along(shape: tuple[int, ...] | None, index: tuple[Any, ...]) -> Callable[[Any], Any]:
    return lambda x: (x if shape is None else np.reshape(x, shape))[index]


def _reshaped(root: Any, shape: tuple[int, ...]) -> Any:
    """The array in another shape, in the same memory."""
    if root.shape == shape:
        return root
    if root.size != np.prod(shape, dtype=np.int64):
        return None
    out = root.reshape(shape)
    return out if np.may_share_memory(out, root) else None


def _index(view: Any, whole: Any) -> tuple[Any, ...] | None:
    """The index that would give a view: each axis of the view is a slice along one axis of the array, in order."""
    if view.dtype != whole.dtype:
        return None
    offset = view.__array_interface__["data"][0] - whole.__array_interface__["data"][0]
    starts = []
    for n, stride in zip(whole.shape, whole.strides, strict=True):
        start = min(max(offset // stride, 0), n - 1) if stride > 0 else 0
        starts.append(start)
        offset -= start * stride
    axes = list(zip(view.shape, view.strides, strict=True))
    index: list[Any] = []
    for start, n, stride in zip(starts, whole.shape, whole.strides, strict=True):
        if axes and stride > 0 and _fits(*axes[0], start, n, stride):
            count, step = axes[0][0], axes[0][1] // stride or 1
            stop = start + (count - 1) * step + (1 if step > 0 else -1)
            index.append(slice(start, None if stop < 0 else stop, step))
            axes.pop(0)
        else:
            index.append(start)
    return None if axes or offset else tuple(index)


def _fits(count: int, step: int, start: int, n: int, stride: int) -> bool:
    """Whether an axis of a view may run along an axis of an array."""
    if count == 1:
        return True
    return step % stride == 0 and 0 <= start + (count - 1) * (step // stride) < n


def _is_one(x: Any, y: Any) -> bool:
    """Whether two arrays are the same elements in the same memory."""
    same_start = x.__array_interface__["data"][0] == y.__array_interface__["data"][0]
    return bool(same_start and x.shape == y.shape and x.strides == y.strides and x.dtype == y.dtype)
