"""Copies of plain arrays that a recording refers to: the program may write into its arrays later."""

from __future__ import annotations

from typing import Any

import numpy as np

SMALL = 4096  # bytes; below, copying an array is cheaper than comparing it with its last copy
Plain = np.ndarray[Any, Any]


class Copies:
    """What plain arrays held when they were used; an array that has not changed since is copied once."""

    def __init__(self, small: int = SMALL) -> None:
        self._small = small
        self._known: dict[int, tuple[Plain, Plain]] = {}

    def of(self, array: Plain) -> Plain:
        """A copy of what the array holds now."""
        if array.nbytes <= self._small:
            return array.copy(order="K")
        known = self._known.get(id(array))
        if known is not None and np.array_equal(known[1], array):
            return known[1]
        copy = _copy(array)
        self._known[id(array)] = (array, copy)  # the array too, so that its id stays its own
        return copy


def _copy(array: Plain) -> Plain:
    """A copy; of an array that repeats one number, it repeats a copy of that."""
    if array.size and not any(array.strides):
        return np.broadcast_to(array[(0,) * array.ndim].copy(), array.shape)
    return array.copy(order="K")
