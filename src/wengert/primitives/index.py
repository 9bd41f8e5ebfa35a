"""Indices: as the user writes them, as lines store them, and which elements they name.

An index is stored as a template (a tuple of slices, integers, `None`, `...`, `SLOT` and windows) beside the arrays that
fill its slots, so that integer and boolean arrays are inputs of the line, like any other value. A window is a slice of
a known length that starts at a number which is such an input.
"""

from __future__ import annotations

import operator
from typing import Any, NamedTuple

import numpy as np

from wengert.ir import Traced, dtype_of, known, shape_of
from wengert.ir.text import parameter_text


class _Slot:
    def __repr__(self) -> str:
        return "□"


SLOT = _Slot()


class Window(NamedTuple):
    """Part of a template: `size` elements, each `step` after the last; where they start is an input of the line."""

    size: int
    step: int = 1

    def at(self, start: Any) -> slice:
        """The slice that starts there."""
        first = operator.index(start)
        return slice(first, first + (self.size - 1) * self.step + 1 if self.size else first, self.step)


class Cut(NamedTuple):
    """A window as part of an index, with its start."""

    start: Any
    window: Window


Template = tuple[Any, ...]
Arrays = tuple[Any, ...]


def split_index(index: Any, shape: tuple[int, ...] | None = None) -> tuple[Template, Arrays]:
    """An index as the user wrote it, as a template and the arrays for its slots; masks must fit the shape, if given."""
    parts = index if type(index) is tuple else (index,)
    template: list[Any] = []
    arrays: list[Any] = []
    masked = False
    for part in parts:
        if type(part) in (int, bool) or part is None or part is Ellipsis:
            template.append(part)
        elif type(part) is slice:
            template.append(_plain_slice(part))
        elif type(part) is Cut:
            template.append(part.window)
            arrays.append(part.start)
        elif isinstance(part, (np.integer, int)):
            template.append(int(part))
        else:
            part = known(part)
            value = part if isinstance(part, Traced) else np.asarray(part)
            if dtype_of(value).kind not in "iub":
                value = _as_index(part)
            found = [value]
            if dtype_of(value).kind == "b" and not isinstance(value, Traced):
                if shape_of(value) == ():
                    template.append(bool(value))
                    continue
                masked = True
                found = list(value.nonzero())  # what NumPy does with a mask; the shape is then known from types alone
            template.extend(SLOT for _ in found)
            arrays.extend(found)
    if masked and shape is not None and not any(isinstance(part, Traced) for part in parts):
        np.broadcast_to(np.int8(0), shape)[tuple(parts)]  # NumPy's own complaint about a mask of another shape
    return tuple(template), tuple(arrays)


def _plain_slice(part: slice) -> slice:
    ends = (part.start, part.stop, part.step)
    if all(end is None or type(end) is int for end in ends):
        return part
    return slice(*(None if end is None else operator.index(end) for end in ends))


def _as_index(part: Any) -> Any:
    """What is neither of integers nor of booleans: right if it is an empty list."""
    if isinstance(part, (list, tuple)) and not len(part):
        return np.zeros(0, np.intp)
    raise IndexError(
        "only integers, slices (`:`), ellipsis (`...`), numpy.newaxis (`None`) and integer or boolean arrays are "
        "valid indices"
    )


def join_index(template: Template, arrays: Arrays) -> Any:
    """The index that NumPy takes."""
    if not arrays:
        return template
    filled = iter(arrays)
    return tuple(
        next(filled) if part is SLOT else part.at(next(filled)) if type(part) is Window else part for part in template
    )


def slots(template: Template) -> int:
    """The number of arrays that an index takes."""
    return sum(part is SLOT or type(part) is Window for part in template)


def place_text(arrays: tuple[str, ...], index: Template, path: Any = ()) -> str:
    """A place in an array as text, such as `[1:, v3]`, from the names of the index arrays."""
    names = iter(arrays)
    text = ""
    for view, params in (*path, (None, {"index": index})):
        if "index" in params:
            parts = [
                next(names) if part is SLOT else _window_text(next(names), part) if type(part) is Window
                else parameter_text(part)
                for part in params["index"]
            ]  # fmt: skip
            text += f"[{', '.join(parts)}]"
        else:
            text += f".{view.name}({', '.join(map(parameter_text, params.values()))})"
    return text


def _window_text(start: str, window: Window) -> str:
    step = "" if window.step == 1 else f":{window.step}"
    return f"{start}:{start} + {window.size * window.step}{step}"


def axes_left(template: Template, ndim: int) -> int:
    """The number of axes that an ellipsis stands for, written or left out at the end."""
    return ndim - sum(_names_axis(part) for part in template)


def _names_axis(part: Any) -> bool:
    return part is not None and part is not Ellipsis and type(part) is not bool


def block(template: Template, ndim: int) -> tuple[int, bool]:
    """Where the axes of the index arrays come to lie in what is read.

    NumPy puts them in place of the indexed axes if those (integers among them) are adjacent, else in front: the number
    of axes before them, and whether they stay in place.
    """
    if SLOT not in template:
        return 0, True
    group = [i for i, part in enumerate(template) if part is SLOT or isinstance(part, int)]
    if group != list(range(group[0], group[-1] + 1)):
        return 0, False
    return sum(axes_left(template, ndim) if part is Ellipsis else 1 for part in template[: group[0]]), True


def has_repeats(template: Template, arrays: Arrays, shape: tuple[int, ...]) -> bool:
    """Whether an index names an element more than once."""
    flat = _flat(template, arrays, shape).ravel()
    return not _increasing(flat) and np.unique(flat).size < flat.size


def last_writes(template: Template, arrays: Arrays, shape: tuple[int, ...]) -> Any:
    """Which of the written values stay: a mask over what is written, or `None` where no element is written twice."""
    where = _flat(template, arrays, shape)
    flat = where.ravel()
    if _increasing(flat):
        return None
    _, from_end = np.unique(flat[::-1], return_index=True)
    if from_end.size == flat.size:
        return None
    stays = np.zeros(flat.size, np.bool_)
    stays[flat.size - 1 - from_end] = True
    before, _ = block(template, len(shape))
    ndim = len(read_shape(shape, template, arrays))
    return stays.reshape(where.shape + (1,) * (ndim - before - where.ndim))


def _increasing(flat: Any) -> bool:
    return flat.size < 2 or bool((flat[1:] > flat[:-1]).all())


def _flat(template: Template, arrays: Arrays, shape: tuple[int, ...]) -> Any:
    """The numbers of the elements that the index arrays name together, along the axes that they index."""
    filled = iter(arrays)
    axis, flat = 0, np.zeros((), np.intp)
    for part in template:
        if type(part) is Window:
            next(filled)
        if part is SLOT:
            array = next(filled)
            flat = flat * shape[axis] + np.where(array < 0, array + shape[axis], array)
        axis += axes_left(template, len(shape)) if part is Ellipsis else _names_axis(part)
    return np.asarray(flat)


def is_basic(arrays: Arrays) -> bool:
    """Whether reading with these index arrays gives a view: there are none, or only single integers."""
    return all(shape_of(a) == () and dtype_of(a).kind in "iu" for a in arrays)


def read_shape(shape: tuple[int, ...], template: Template, arrays: Arrays) -> tuple[int, ...]:
    """The shape of what is read, found with a zero-stride array: no data is made up or read."""
    stand_ins = tuple(np.broadcast_to(np.True_ if dtype_of(a).kind == "b" else np.intp(0), shape_of(a)) for a in arrays)
    return np.broadcast_to(np.int8(0), shape)[join_index(template, stand_ins)].shape  # type: ignore[no-any-return]
