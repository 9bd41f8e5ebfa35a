"""Rows side by side: lines that do the same in each row (`row_forms.py`), with a row in each lane.

The elements of a row are registers, as those of small arrays in straight code; what moves elements costs nothing. Rows
are read and written in memory order: blocks are transposed on their way.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from wengert.ir import Line, Var, dtype_of
from wengert.ir.native import Fold
from wengert.native import zeros
from wengert.native.builders import elements
from wengert.native.builders.emit import Emitter
from wengert.native.builders.values import Val, code_of
from wengert.native.nests.transposed import read_columns, write_columns
from wengert.native.planning.plan import Item
from wengert.native.planning.row_forms import RowForm
from wengert.native.planning.views import Place
from wengert.native.scope import Elements, Scope
from wengert.native.straight import each, folded


class Rows:
    """One group of lines."""

    def __init__(self, low: Scope, item: Item) -> None:
        assert item.domain is not None
        self.low, self.b, self.e = low, low.b, low.e
        self.lines, (self.count,) = item.lines, item.domain
        self.forms: list[RowForm] = [low.plan.forms[id(line)] for line in self.lines]
        self.own = {v for line in self.lines for v in line.outputs}
        self.places: dict[int, Place] = {}  # of what is read from memory, by id
        self.same: dict[tuple[int, int], Elements] = {}  # what is the same in all rows
        self.needed: dict[Any, set[int]] = {}  # by the array: the bytes from the begin of a row at which it is read
        self._collect()
        self.stores = [(v, low.place(v)) for line in self.lines for v in line.outputs if v in low.plan.stored]

    # -- what is read --------------------------------------------------------------------------------------------------

    def _collect(self) -> None:
        for line, form in zip(self.lines, self.forms, strict=True):
            for k, (x, inner) in enumerate(zip(line.inputs, form.inputs, strict=True)):
                if (type(x) is Var and x in self.own) or (id(x), form.ndim) in self.same:
                    continue
                if inner is None:
                    found = self.low.elements(x)
                    self.same[id(x), form.ndim] = found.reshape(found.shape[1:]) if found.ndim == form.ndim else found
                elif type(x) is not Var and elements.all_equal(x):
                    one = elements.literal(self.e, np.asarray(x).flat[0].item(), code_of(dtype_of(x)) or "")
                    self.same[id(x), form.ndim] = np.full(inner, one, object)
                else:
                    if id(x) not in self.places:
                        self.places[id(x)] = self.low.place(x)
                    place = self.places[id(x)]
                    self.needed.setdefault(_key(place), set()).update(self._read_at(form, k, place).ravel().tolist())

    @staticmethod
    def _read_at(form: RowForm, k: int, place: Place) -> Any:
        """The bytes from the begin of a row at which a line reads its k-th input."""
        offsets = _offsets(place)
        if form.word == "move":
            read = [source.ravel() for _, number, source in form.moves if number == k]
            return offsets.ravel()[np.concatenate(read)] if read else offsets.ravel()[:0]
        return offsets

    # -- code ----------------------------------------------------------------------------------------------------------

    def emit(self, first: Val | int = 0, count: int | None = None) -> None:
        """All rows, or so many from the first on."""
        b, lanes = self.b, self.b.lanes
        count = self.count if count is None else count
        self.low.assembly.cost += float(count) * sum(np.prod(form.inner) for form in self.forms)
        step = lanes if count >= lanes else 1
        with b.loop(0, count, step) as index:
            at = self.e.minimum(index, b.constant(count - step, "i8")) if count % step else index
            if not isinstance(first, int) or first:
                at = b.op("add", at, first if isinstance(first, Val) else b.constant(first, "i8"))
            self._turn(at, step)

    def _turn(self, row: Val, lanes: int) -> None:
        read = self._read_rows(row, lanes)
        quick = self.b.language == "llvm" and any(line.primitive.name == "times" for line in self.lines)
        if not quick:
            self._store(self._values(read), row, lanes)
            return
        with zeros.plain_products(self.b) as suspects:
            values = self._values(read)
        self._store(values, row, lanes)
        if suspects.values:
            with self.b.when(zeros.any_nan(self.e, suspects.values), likely=False):
                self._store(self._values(read), row, lanes)

    def _read_rows(self, row: Val, lanes: int) -> dict[Any, Val]:
        found: dict[Any, Val] = {}
        for key, offsets in self.needed.items():
            place = next(place for place in self.places.values() if _key(place) == key)
            stride = place.layout.strides[0]
            begin = self.b.offset(place.pointer, self.b.op("mul", row, self.b.constant(stride, "i8")))
            for offset, value in read_columns(self.b, begin, stride, place.code, sorted(offsets), lanes).items():
                found[key, offset] = value
        return found

    def _store(self, values: dict[Var, Elements], row: Val, lanes: int) -> None:
        for v, place in self.stores:
            stride = place.layout.strides[0]
            begin = self.b.offset(place.pointer, self.b.op("mul", row, self.b.constant(stride, "i8")))
            spread = [elements.spread(self.e, self.e.convert(x, place.code), lanes) for x in values[v].ravel()]
            offsets = _offsets(place).ravel().tolist()
            write_columns(self.b, begin, stride, dict(zip(offsets, spread, strict=True)))

    # -- one turn ------------------------------------------------------------------------------------------------------

    def _values(self, read: dict[Any, Val]) -> dict[Var, Elements]:
        values: dict[Var, Elements] = {}
        for line, form in zip(self.lines, self.forms, strict=True):
            inputs = [self._input(x, form, k, values, read) for k, x in enumerate(line.inputs)]
            values[line.outputs[0]] = self._done(line, form, inputs)
        return values

    def _input(self, x: Any, form: RowForm, k: int, values: dict[Var, Elements], read: dict[Any, Val]) -> Elements:
        if type(x) is Var and x in self.own:
            return values[x]
        if (id(x), form.ndim) in self.same:
            return self.same[id(x), form.ndim]
        place = self.places[id(x)]
        key, offsets = _key(place), _offsets(place)
        wanted = set(self._read_at(form, k, place).ravel().tolist())
        found = np.empty(offsets.shape, object)
        for at in np.ndindex(offsets.shape):
            found[at] = read[key, int(offsets[at])] if offsets[at] in wanted else None
        return found

    def _done(self, line: Line, form: RowForm, inputs: Sequence[Elements]) -> Elements:
        e, out = self.e, line.outputs[0]
        code = code_of(out.type.dtype) or ""
        if form.word == "point":
            resolved = self.low.plan.resolved[id(line)]
            return np.broadcast_to(each(lambda *xs: elements.apply(e, resolved, xs), inputs), form.inner)
        if form.word == "fold":
            fold = line.primitive.native
            assert isinstance(fold, Fold)
            return folded(e, fold, line.params, form.axes, code, inputs).reshape(form.inner)
        if form.word == "move":
            found = np.empty(form.inner, object)
            for target, number, source in form.moves:
                _set(found, target, _get(inputs[number], source))
            return each(lambda v: e.convert(v, code), [found])
        base, value = inputs
        ((target, _, _),) = form.moves
        found = np.array(np.broadcast_to(each(lambda v: e.convert(v, code), [base]), form.inner))
        value = np.broadcast_to(each(lambda v: e.convert(v, code), [value]), target.shape)
        if form.word == "add":
            value = each(lambda a, b: _added(e, a, b), [_get(found, target), value])
        _set(found, target, value)
        return found


def _added(e: Emitter, a: Val, b: Val) -> Val:
    lanes = max(a.lanes, b.lanes)
    return e.add(elements.spread(e, a, lanes), elements.spread(e, b, lanes))


def _get(found: Elements, numbers: Any) -> Elements:
    out, flat = np.empty(np.shape(numbers), object), found.ravel()
    for at in np.ndindex(out.shape):
        out[at] = flat[numbers[at]]
    return out


def _set(found: Elements, target: Any, values: Any) -> None:
    flat = found.reshape(-1)  # a view: `found` is contiguous
    for at, value in zip(np.ravel(target), np.ravel(values), strict=True):
        flat[at] = value


def _key(place: Place) -> Any:
    return place.pointer.text, place.layout.strides[0], place.code


def _offsets(place: Place) -> Any:
    """Where the elements of the first row lie, in bytes from the pointer."""
    layout = place.layout
    found = np.full(layout.shape[1:], layout.offset, np.int64)
    for axis, (n, stride) in enumerate(zip(layout.shape[1:], layout.strides[1:], strict=True)):
        found += (stride * np.arange(n)).reshape((n,) + (1,) * (len(layout.shape) - 2 - axis))
    return found


def emit_rows(low: Scope, item: Item) -> None:
    """The code of a group of lines that are done row by row."""
    if item.lines:
        Rows(low, item).emit()


def work_in_rows(low: Scope, item: Item) -> float:
    """About how many instructions it takes."""
    costs = [
        (r.cost if (r := low.plan.resolved.get(id(line))) is not None else 1) * max(1.0, float(np.prod(form.inner)))
        for line in item.lines
        if (form := low.plan.forms[id(line)])
    ]
    return float((item.domain or (0,))[0]) * sum(costs)

