"""Views: NumPy is asked for their strides, with arrays that have a shape and strides but no memory that may be read."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from wengert.ir import Line, Pieces, Primitive, shape_of
from wengert.native.builders.values import DTYPES, Val, code_of, itemsize

BASE = 1 << 44  # an address that nobody looks at


class Layout(NamedTuple):
    """Where the elements of an array lie, in bytes from its buffer's start."""

    shape: tuple[int, ...]
    strides: tuple[int, ...]
    code: str
    offset: int = 0

    @property
    def size(self) -> int:
        """The number of elements."""
        return int(np.prod(self.shape, dtype=np.int64))

    @property
    def contiguous(self) -> bool:
        """Whether the elements follow each other without gaps, in C order."""
        return self.size == 0 or all(
            stride == wanted or n == 1
            for n, stride, wanted in zip(self.shape, self.strides, c_strides(self.shape, self.code), strict=True)
        )


class Place(NamedTuple):
    """An array in memory: an address, and the layout from there."""

    pointer: Val
    layout: Layout

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape."""
        return self.layout.shape

    @property
    def code(self) -> str:
        """The type of the elements."""
        return self.layout.code


def c_strides(shape: tuple[int, ...], code: str) -> tuple[int, ...]:
    """The strides of a contiguous array in C order."""
    out, step = [], itemsize(code)
    for n in reversed(shape):
        out.append(step)
        step *= n
    return tuple(reversed(out))


def c_layout(shape: tuple[int, ...], code: str) -> Layout:
    """A contiguous array in C order."""
    return Layout(shape, c_strides(shape, code), code)


class _Phantom:
    def __init__(self, layout: Layout) -> None:
        self.__array_interface__ = {
            "version": 3,
            "shape": layout.shape,
            "strides": layout.strides,
            "typestr": DTYPES[layout.code].str,
            "data": (BASE + layout.offset, False),
        }


def phantom(layout: Layout) -> Any:
    """An array of this layout whose elements must not be looked at."""
    return np.asarray(_Phantom(layout))


def layout_of(view: Any) -> Layout:
    """The layout of a view of a phantom."""
    code = code_of(view.dtype)
    assert code is not None
    offset = view.__array_interface__["data"][0] - BASE if view.size else 0
    return Layout(view.shape, view.strides, code, offset)


def view_layout(source: Layout, primitive: Primitive, params: dict[str, Any]) -> Layout | None:
    """The layout of a view of an array; `None` where the elements have to be copied."""
    path = (*params.get("path", ()), (primitive, {k: v for k, v in params.items() if k != "path"}))
    for view, options in path:
        if source.size == 0:
            return None
        if view.name == "reshape":
            strides = reshaped_strides(source, options["shape"])
            if strides is None:
                return None
            source = source._replace(shape=options["shape"], strides=strides)
            continue
        if view.name == "getitem" and Ellipsis not in options["index"]:
            options = {"index": (*options["index"], Ellipsis)}  # a view, not a number
        source = layout_of(view.evaluate(phantom(source), **options))
    return source


def reshaped_strides(source: Layout, shape: tuple[int, ...]) -> tuple[int, ...] | None:
    """The strides of an array in another shape, if it has one without a copy.

    Runs of axes that are contiguous among themselves are matched with runs of new axes of the same size.
    """
    olds = [(n, s) for n, s in zip(source.shape, source.strides, strict=True) if n != 1]
    news = [n for n in shape if n != 1]
    strides: list[int] = []
    i = j = 0
    while i < len(olds) or j < len(news):
        start, old, new = i, 1, 1
        first_new = j
        while old != new or (i == start and j == first_new):
            if old <= new and i < len(olds):
                old *= olds[i][0]
                i += 1
            elif j < len(news):
                new *= news[j]
                j += 1
            else:
                return None
        for (_, outer), (n, inner) in zip(olds[start : i - 1], olds[start + 1 : i], strict=True):
            if outer != n * inner:
                return None
        step = olds[i - 1][1]
        run: list[int] = []
        for n in reversed(news[first_new:j]):
            run.append(step)
            step *= n
        strides.extend(reversed(run))
    found = iter(strides)
    size = itemsize(source.code)
    return tuple(size if n == 1 else next(found) for n in shape)


def part_layout(whole: Layout, line: Line, number: int) -> Layout | None:
    """The part of what a line puts together that an input fills; `None` if it is not the input as it is."""
    native = line.primitive.native
    assert isinstance(native, Pieces)
    inputs = [np.empty(shape_of(x), np.void) for x in line.inputs]
    parts = native.parts(phantom(whole), *inputs, **line.params)
    found = [part for part, piece in parts if piece is inputs[number]]
    return layout_of(found[0]) if len(found) == 1 and found[0].shape == inputs[number].shape else None
