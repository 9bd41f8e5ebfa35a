"""Lines that do the same in each row of an array, a row being all that belongs to one index of the first axis.

A program that is mapped over many small inputs (`vmap(jacobian(f))`, n points in space) is made of such lines: parts of
rows are picked, put together, summed up. As loop nests each would go through memory; here it is found out what a line
does in one row, so that many rows can be computed side by side in the lanes of vectors (`rows.py`).

Which elements a view or an update touches is read off NumPy's own strides.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from wengert.ir import Array, Line, Primitive, Var, type_of
from wengert.ir.native import Fold, Pieces, Pointwise
from wengert.native.builders.elements import CALL, resolve
from wengert.native.builders.values import code_of, itemsize
from wengert.native.planning.views import Layout, c_layout, layout_of, phantom, view_layout
from wengert.primitives import getitem

WIDEST = 48  # elements of a row
WIDEST_OF_FUNCTIONS = 12  # of which a function such as exp is computed
FEWEST = 64  # rows
REWARDS = 4  # lines that would go through memory, from which on it is worth it
LENGTH = 3000  # elements of a row that are computed in all, above which the code is too long

Shape = tuple[int, ...]
Elements = np.ndarray[Any, Any]  # numbers of elements of a row


@dataclass(frozen=True)
class RowForm:
    """What a line does in one row.

    Attributes
    ----------
    word
        `"point"`, `"fold"`, `"move"` (elements change their places), `"set"` or `"add"` (of some elements).
    inner
        The shape of a row of the output.
    inputs
        Of each input, the shape of its row, or `None` where all rows read the same.
    ndim
        The number of axes to which the inputs broadcast, the rows among them.
    moves
        Which elements of the output are taken from which input, and which of its elements; with `"set"` and `"add"`
        the elements that are changed.
    axes
        Those that are summed, from the end.
    """

    word: str
    inner: Shape
    inputs: tuple[Shape | None, ...]
    ndim: int
    moves: tuple[tuple[Elements, int, Elements], ...] = ()
    axes: Shape = ()


def row_form(line: Line, rows: int) -> RowForm | None:
    """What a line does in each of so many rows; `None` if it does anything else."""
    (out, *more), native = line.outputs, line.primitive.native
    types = [x.type if type(x) is Var else type_of(x) for x in line.inputs]
    if more or not all(map(_is_plain, (out.type, *types))) or out.type.shape[:1] != (rows,):
        return None
    if out.type.size > rows * WIDEST:
        return None
    shapes = [t.shape for t in types]
    if isinstance(native, Pointwise):
        ndim = len(out.type.shape)
        found: RowForm | None = RowForm("point", out.type.shape[1:], _split(shapes, ndim, rows), ndim)
    elif isinstance(native, Fold):
        found = _fold(line, shapes, rows)
    elif isinstance(native, Pieces):
        found = _pieces(line, types, rows)
    elif line.primitive.update is not None and len(line.inputs) == 2 and not line.params.get("path"):
        found = _update(line, types, rows)
    elif line.primitive.view and len(line.inputs) == 1:
        found = _view(line.primitive, line.params, types[0], rows)
    else:
        found = None
    return found if found is not None and _narrow(found, shapes, rows) else None


def _is_plain(kind: Any) -> bool:
    return isinstance(kind, Array) and kind.size > 0 and (code_of(kind.dtype) or "c")[0] != "c"


def _narrow(form: RowForm, shapes: Sequence[Shape], rows: int) -> bool:
    """Whether all that is read in a row is little; a number that fills an array is."""
    sizes = [np.prod(shape if inner is None else inner) for shape, inner in zip(shapes, form.inputs, strict=True)]
    return any(inner is not None for inner in form.inputs) and all(size <= WIDEST for size in sizes)


def _split(shapes: Iterable[Shape], ndim: int, rows: int) -> tuple[Shape | None, ...]:
    """The shapes of rows of what broadcasts to so many axes; `None` for what is the same in all rows."""
    return tuple(shape[1:] if len(shape) == ndim and shape[0] == rows else None for shape in shapes)


def _fold(line: Line, shapes: Sequence[Shape], rows: int) -> RowForm | None:
    ndim = len(shapes[0])
    axes = tuple(axis % ndim - ndim for axis in line.params["axis"]) if ndim else ()
    inputs = _split(shapes, ndim, rows)
    if inputs[0] is None or -ndim in axes:
        return None
    return RowForm("fold", line.outputs[0].type.shape[1:], inputs, ndim, axes=axes)


def numbers_of(layout: Layout, row: int) -> Elements | None:
    """Which elements of a row a view reads, if it reads rows of so many bytes in their order; `None` if not."""
    size = itemsize(layout.code)
    if not layout.shape or layout.strides[0] != row:
        return None
    found = np.full(layout.shape[1:], layout.offset, np.int64)
    for axis, (n, stride) in enumerate(zip(layout.shape[1:], layout.strides[1:], strict=True)):
        found += (stride * np.arange(n)).reshape((n,) + (1,) * (len(layout.shape) - 2 - axis))
    if found.size and (found.min() < 0 or found.max() >= row):
        return None
    return found // size


def _row_bytes(kind: Array) -> int:
    return kind.size // kind.shape[0] * itemsize(code_of(kind.dtype) or "f8")


def _view(primitive: Primitive, params: dict[str, Any], source: Array, rows: int) -> RowForm | None:
    if source.shape[:1] != (rows,) or params.get("path"):
        return None
    layout = view_layout(c_layout(source.shape, code_of(source.dtype) or ""), primitive, params)
    numbers = None if layout is None or layout.shape[:1] != (rows,) else numbers_of(layout, _row_bytes(source))
    if layout is None or numbers is None or layout.code != code_of(source.dtype):
        return None
    inner = layout.shape[1:]
    everything = np.arange(numbers.size).reshape(inner)
    return RowForm("move", inner, (source.shape[1:],), len(source.shape), ((everything, 0, numbers),))


def _update(line: Line, types: Sequence[Array], rows: int) -> RowForm | None:
    base, value = types
    own = line.outputs[0].type
    where = _view(getitem, {"index": line.params["index"]}, own, rows)
    if where is None:
        return None
    ((_, _, numbers),) = where.moves
    inputs = (own.shape[1:] if base.shape == own.shape else None, *_split([value.shape], numbers.ndim + 1, rows))
    if len(value.shape) > numbers.ndim + 1 or inputs[0] is None:
        return None
    word = "add" if line.primitive.name == "index_add" else "set"
    return RowForm(word, own.shape[1:], inputs, numbers.ndim + 1, ((numbers, 1, numbers),))


class _Marked(np.ndarray[Any, Any]):
    """A phantom that remembers which input it is."""

    number: int

    def __array_finalize__(self, parent: Any) -> None:
        self.number = getattr(parent, "number", -1)


def _marked(kind: Array, number: int) -> _Marked:
    found = phantom(c_layout(kind.shape, code_of(kind.dtype) or "")).view(_Marked)
    found.number = number
    return found


def _pieces(line: Line, types: Sequence[Array], rows: int) -> RowForm | None:
    native, out = line.primitive.native, line.outputs[0].type
    assert isinstance(native, Pieces)
    if any(t.shape[:1] != (rows,) for t in types):
        return None
    moves = []
    arrays = [_marked(t, k) for k, t in enumerate(types)]
    for part, piece in native.parts(_marked(out, -1), *arrays, **line.params):
        if part.ndim != piece.ndim:
            return None
        target = numbers_of(layout_of(np.asarray(part)), _row_bytes(out)) if part.size else None
        source = numbers_of(layout_of(np.asarray(piece)), _row_bytes(types[piece.number])) if piece.size else None
        if target is None or source is None or part.shape[0] != rows or piece.shape[0] != rows:
            return None
        moves.append((target, piece.number, np.broadcast_to(source, target.shape)))
    return RowForm("move", out.shape[1:], tuple(t.shape[1:] for t in types), len(out.shape), tuple(moves))


def row_counts(lines: Sequence[Line]) -> frozenset[int]:
    """The numbers of rows for which it is worth it: parts of rows are picked, summed or put together."""
    rewards: Counter[int] = Counter()
    sizes: Counter[int] = Counter()
    long: set[int] = set()
    for line in lines:
        kind = line.outputs[0].type if len(line.outputs) == 1 else None
        if not isinstance(kind, Array) or not kind.shape or kind.shape[0] < FEWEST:
            continue
        n = kind.shape[0]
        own = kind.size // n
        arrays = [x.type for x in line.inputs if type(x) is Var and isinstance(x.type, Array)]
        inner = {t.size // n for t in arrays if t.shape[:1] == (n,)}
        if own > WIDEST or any(size > WIDEST for size in inner):
            continue
        sizes[n] += own
        row = line.primitive
        if own > WIDEST_OF_FUNCTIONS and (found := resolve(line)) is not None and found.cost >= CALL:
            long.add(n)
        apart = (row.native or row.view) and inner - {own}
        if isinstance(row.native, Pieces) or row.update is not None or apart:
            rewards[n] += 1
    return frozenset(n for n, count in rewards.items() if count >= REWARDS and sizes[n] <= LENGTH and n not in long)
