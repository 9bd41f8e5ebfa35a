"""From the groups of a plan to instructions: where values are, and the groups one after another."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from wengert.ir import Line, Var, dtype_of, shape_of
from wengert.ir.native import Fold, Pieces, Pointwise
from wengert.native import elements, loops, moves, single
from wengert.native.arena import Arena
from wengert.native.assembly import Assembly, Frame
from wengert.native.elements import types_of
from wengert.native.emit import Emitter
from wengert.native.llvm import Builder
from wengert.native.plan import Kind, Plan, make_plan
from wengert.native.values import PARTS, Val, code_of, itemsize
from wengert.native.views import Layout, Place, c_layout, phantom, layout_of

Elements = np.ndarray[Any, Any]  # of Vals


class Lowering:
    """One list, or the body of a region, on its way to instructions."""

    def __init__(
        self, assembly: Assembly, builder: Builder, frame: Frame, lines: Sequence[Line], inputs: tuple[Var, ...],
        outputs: tuple[Any, ...], memory: Val,
    ) -> None:  # fmt: skip
        self.assembly, self.b, self.frame = assembly, builder, frame
        self.e = Emitter(builder)
        self.plan: Plan = make_plan(lines, inputs, outputs)
        self.memory = memory
        self.elements_of: dict[Any, Elements] = {}
        self.places: dict[Var, Place] = {}
        self.arena = Arena(self.plan)
        self._share()
        self._literals: dict[int, Any] = {}
        self._keep: list[Any] = []

    def _share(self) -> None:
        """Updates that may write into the memory of what they update, because nobody reads that any more."""
        plan, arena = self.plan, self.arena
        last = dict(plan.last)
        for item in plan.items:
            if item.domain is not None:
                continue
            (line,) = item.lines
            if line.primitive.update is None or plan.kinds[id(line)] is not Kind.ROUTINE:
                continue
            base, out = line.inputs[0], line.outputs[0]
            if type(base) is not Var or base not in plan.stored or plan.root(base) is not base:
                continue
            if last.get(base, -1) > item.number or out.type.dtype != base.type.dtype:
                continue
            others = {plan.root(x) for x in line.inputs[1:] if type(x) is Var}
            owner = arena.owner(base)
            if any(arena.owner(x) is owner for x in others):
                continue
            arena.storage[out] = base

    # -- values --------------------------------------------------------------------------------------------------------

    def bind(self, x: Var, value: Val | Place) -> None:
        """Say what an input is."""
        if isinstance(value, Place):
            self.places[x] = value
        else:
            self.set_scalar(x, value)

    def is_scalar(self, x: Var) -> bool:
        """Whether a value is one number in a register."""
        return x in self.elements_of and self.elements_of[x].size == 1

    def set_scalar(self, x: Var, value: Val) -> None:
        """Note the number that a value of one element is."""
        found = np.empty(x.type.shape, object)
        found[...] = value
        self.elements_of[x] = found
        if x in self.plan.stored:
            self.write_elements(self.place(x), found)

    def uniform(self, x: Any) -> Val | None:
        """The number that a value of one element is, if it is at hand."""
        if type(x) is Var:
            return self.elements_of[x].flat[0] if x in self.elements_of else None
        return self.elements(x).flat[0] if np.size(x) == 1 else None

    def elements(self, x: Any) -> Elements:
        """A small value as registers."""
        if type(x) is not Var:
            return self._literal_elements(x)
        known = self.elements_of.get(x)
        if known is None:
            known = self.read_elements(self.place(x))
            if self.plan.root(x) is x and x not in self.plan.inputs:
                self.elements_of[x] = known
        return known

    def _literal_elements(self, x: Any) -> Elements:
        code = code_of(dtype_of(x))
        assert code is not None
        known = self._literals.get(id(x))
        if known is None:
            values = np.asarray(x)
            known = np.empty(values.shape, object)
            for i in np.ndindex(values.shape):
                known[i] = elements.literal(self.e, values[i].item() if values.ndim else x, code)
            self._literals[id(x)] = known
            self._keep.append(x)
        return known

    def place(self, x: Any) -> Place:
        """A value in memory; one that is in registers is written to the stack first."""
        if type(x) is not Var:
            code = code_of(dtype_of(x))
            assert code is not None
            pointer = self.b.slot(self.assembly.array(np.asarray(x)))
            return Place(pointer, c_layout(shape_of(x), code))
        known = self.places.get(x)
        if known is not None:
            return known
        root = self.plan.root(x)
        if root is not x:
            base = self.place(root)
            layout = self.plan.layout(x)
            found = Place(base.pointer, layout._replace(offset=base.layout.offset + layout.offset))
        elif x in self.elements_of:
            layout = self.plan.layout(x)
            found = Place(self.b.alloca(max(layout.size, 1) * itemsize(layout.code), 64), layout)
            self.write_elements(found, self.elements_of[x])
        else:
            layout = self.plan.layout(x)
            found = Place(self.arena.pointer(self, x), layout)
        self.places[x] = found
        return found

    # -- memory --------------------------------------------------------------------------------------------------------

    def address(self, place: Place, index: tuple[int, ...] = ()) -> Val:
        """Where an element lies."""
        strides = place.layout.strides
        return self.b.offset(place.pointer, place.layout.offset + sum(map(int.__mul__, map(int, index), strides)))

    def load_one(self, place: Place) -> Val:
        """The element of an array of one."""
        return self.b.load(self.address(place), place.code)

    def read_elements(self, place: Place) -> Elements:
        """All elements of a small array."""
        found = np.empty(place.shape, object)
        for index in np.ndindex(place.shape):
            found[index] = self.b.load(self.address(place, index), place.code)
        return found

    def write_elements(self, place: Place, values: Elements) -> None:
        """Write all elements of a small array."""
        for index in np.ndindex(place.shape):
            self.b.store(self.e.convert(values[index], place.code), self.address(place, index))

    def temporary(self, shape: tuple[int, ...], code: str) -> Place:
        """Working memory until the end of the present group."""
        layout = c_layout(shape, code)
        return Place(self.arena.temporary(self, layout.size * itemsize(code)), layout)

    def shape(self, x: Any) -> tuple[int, ...]:
        """The shape of a value."""
        return shape_of(x)

    def shares(self, x: Any, y: Var) -> bool:
        """Whether two values lie in the same memory."""
        owner = self.arena.owner
        return type(x) is Var and owner(self.plan.root(x)) is owner(self.plan.root(y))

    def updated(self, base: Any, out: Var) -> Place:
        """The memory of an updated value, in which the elements of the old one are."""
        target = self.place(out)
        if out not in self.arena.storage:
            moves.move(self, target, self.place(base))
        return target

    def guard_index(self, wrong: Val, index: Val, axis: int, size: int, line: Line) -> None:
        """End with NumPy's IndexError if an index is out of bounds."""

        def make(numbers: list[int]) -> Exception:
            return IndexError(f"index {numbers[0]} is out of bounds for axis {axis} with size {size}")

        status = self.assembly.fail(make, line)
        self.b.guard(wrong, status, ((self.frame.error(self.b, 0), index),))

    def fill(self, place: Place, value: Any) -> None:
        """Write one value everywhere."""
        constant = value if isinstance(value, Val) else self.e.constant(value, place.code)
        moves.fill(self, place, constant)

    def update_all(self, place: Place, function: Callable[[Val], Val]) -> None:
        """Replace each element by a function of it."""
        moves.move(self, place, place, function)

    # -- results -------------------------------------------------------------------------------------------------------

    def claim(self, x: Var, pointer: Val) -> None:
        """Have a result computed where it is wanted, if it is not a view and nobody else wants it elsewhere."""
        owner = self.arena.owner(x)
        if x in self.plan.stored and self.plan.root(x) is x and owner not in self.arena.fixed:
            self.arena.fixed[owner] = pointer

    def deliver(self, x: Any, target: Place) -> None:
        """Copy a result to where it is wanted, unless it is there."""
        if type(x) is Var and x in self.elements_of:
            self.write_elements(target, self.elements_of[x])
            return
        source = self.place(x)
        if source.pointer.text != target.pointer.text:
            moves.move(self, target, source)

    # -- the whole -----------------------------------------------------------------------------------------------------

    def run(self) -> None:
        """All groups."""
        for item in self.plan.items:
            self.arena.begin(item.number)
            if item.domain == ():
                for line in item.lines:
                    self.straight(line)
            elif item.domain is not None:
                loops.emit_nest(self, item)
            else:
                (line,) = item.lines
                single.emit(self, line, item.number)

    # -- straight code -------------------------------------------------------------------------------------------------

    def straight(self, line: Line) -> None:
        """A line on numbers and small arrays."""
        kind, row = self.plan.kinds[id(line)], line.primitive
        inputs = [self.elements(x) for x in line.inputs]
        if kind is Kind.POINT:
            out = self.pointwise(line, inputs)
        elif kind is Kind.LOOP:
            out = self._each(lambda *xs: single.one_by_loop(self, line, xs), inputs)
        elif kind is Kind.FOLD:
            out = self._fold(line, inputs)
        elif kind is Kind.PIECES:
            native = row.native
            assert isinstance(native, Pieces)
            code = code_of(line.outputs[0].type.dtype)
            assert code is not None
            out = np.empty(line.outputs[0].type.shape, object)
            for part, piece in native.parts(out, *inputs, **line.params):
                part[...] = piece
            out = self._each(lambda v: self.e.convert(v, code), [out])
        elif isinstance(row.native, Pointwise):
            out = self.pointwise(line, inputs)
        else:
            out = self._viewed(line, inputs[0])
        self.elements_of[line.outputs[0]] = out
        if line.outputs[0] in self.plan.stored:
            self.write_elements(self.place(line.outputs[0]), out)

    def _viewed(self, line: Line, x: Elements) -> Elements:
        found = line.primitive.evaluate(x, **line.params)
        if isinstance(found, np.ndarray):
            return found
        out = np.empty((), object)
        out[()] = found
        return out

    def pointwise(self, line: Line, inputs: Sequence[Elements]) -> Elements:
        """A pointwise line, element by element."""
        resolved = self.plan.resolved.get(id(line)) or elements.resolve(line)
        assert resolved is not None
        return self._each(lambda *xs: elements.apply(self.e, resolved, xs), inputs)

    def _each(self, function: Callable[..., Val], inputs: Sequence[Elements]) -> Elements:
        if all(x.ndim == 0 for x in inputs):
            out = np.empty((), object)
            out[()] = function(*(x[()] for x in inputs))
            return out
        arrays = np.broadcast_arrays(*inputs)
        out = np.empty(arrays[0].shape, object)
        for index in np.ndindex(out.shape):
            out[index] = function(*(x[index] for x in arrays))
        return out

    def _fold(self, line: Line, inputs: Sequence[Elements]) -> Elements:
        fold, out = line.primitive.native, line.outputs[0]
        assert isinstance(fold, Fold)
        code = code_of(out.type.dtype)
        assert code is not None
        arrays = np.broadcast_arrays(*inputs)
        ndim = arrays[0].ndim
        gone = sorted(axis % ndim for axis in line.params["axis"]) if ndim else []
        kept = [i for i in range(ndim) if i not in gone]
        moved = [np.transpose(x, (*kept, *gone)) for x in arrays]
        sizes = moved[0].shape[: len(kept)]
        result = np.empty(sizes, object)
        for index in np.ndindex(sizes):
            parts = [x[index].ravel() if gone else np.array([x[index]], object) for x in moved]
            values = [self._folded(fold, line, code, row) for row in zip(*parts, strict=True)]
            start = loops.start_of(fold, code)
            if not values:
                values = [self.e.constant(start, code)]
            while len(values) > 1:  # in pairs
                pairs = [getattr(self.e, fold.combine)(a, b) for a, b in zip(values[::2], values[1::2], strict=False)]
                values = pairs + values[len(values) - len(values) % 2 :]
            result[index] = fold.last(self.e, values[0], **line.params) if fold.last is not None else values[0]
        return result.reshape(out.type.shape)

    def _folded(self, fold: Fold, line: Line, code: str, row: Sequence[Val]) -> Val:
        values = loops.operands(self.e, fold, code, row)
        value = fold.each(self.e, *values, **line.params) if fold.each is not None else values[0]
        return self.e.convert(value, code)


__all__ = ["Elements", "Layout", "Lowering", "PARTS", "layout_of", "phantom", "types_of"]
