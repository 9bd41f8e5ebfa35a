"""Arrays cut into parts, which are views: split and unstack."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

from wengert.functions.assemble import as_array
from wengert.functions.axes import along, from_end
from wengert.functions.table import implements
from wengert.ir import shape_of


@implements(np.array_split)
def array_split(ary: Any, indices_or_sections: Any, axis: int = 0) -> list[Any]:
    """A number of parts of nearly equal length, or those between given indices."""
    x = as_array(ary)
    axis = from_end(axis, len(shape_of(x)))
    length = shape_of(x)[axis]
    if np.ndim(indices_or_sections):
        ends = [0, *indices_or_sections, length]
    else:
        sections = int(indices_or_sections)
        if sections <= 0:
            raise ValueError("number sections must be larger than 0.")
        each, longer = divmod(length, sections)
        ends = [i * each + min(i, longer) for i in range(sections + 1)]
    return [x[along(axis, slice(*pair))] for pair in itertools.pairwise(ends)]


@implements(np.split)
def split(ary: Any, indices_or_sections: Any, axis: int = 0) -> list[Any]:
    """A number of equal parts, or those between given indices."""
    x = as_array(ary)
    if not np.ndim(indices_or_sections) and shape_of(x)[axis] % indices_or_sections:
        raise ValueError("array split does not result in an equal division")
    return array_split(x, indices_or_sections, axis)


def _split_along(name: str, least: int, axis: int) -> Any:
    def split_along(ary: Any, indices_or_sections: Any) -> list[Any]:
        ndim = len(shape_of(as_array(ary)))
        if ndim < least:
            raise ValueError(f"{name} only works on arrays of {least} or more dimensions")
        return split(ary, indices_or_sections, axis if ndim > 1 else 0)

    return split_along


for _function, _least, _axis in ((np.hsplit, 1, 1), (np.vsplit, 2, 0), (np.dsplit, 3, 2)):
    implements(_function)(_split_along(_function.__name__, _least, _axis))


@implements(np.unstack)
def unstack(x: Any, /, *, axis: int = 0) -> tuple[Any, ...]:
    """The parts along an axis."""
    x = as_array(x)
    if not shape_of(x):
        raise ValueError("Input array must be at least 1-d.")
    axis = from_end(axis, len(shape_of(x)))
    # An index behind the ellipsis, so that a number comes out of a vector as a 0-d array, as it does in NumPy.
    return tuple(x[along(axis, i)] for i in range(shape_of(x)[axis]))
