"""Where the values of a list are while it becomes instructions: registers, the arena, memory of somebody else."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, cast

import numpy as np

from wengert.ir import Line, Var, WengertList, dtype_of, shape_of
from wengert.native import moves
from wengert.native.builders import elements
from wengert.native.builders.emit import Emitter
from wengert.native.builders.llvm import Builder
from wengert.native.builders.values import Val, code_of, itemsize
from wengert.native.machine.assembly import Assembly, Frame
from wengert.native.planning.arena import Arena, Part
from wengert.native.planning.plan import Kind, Plan, make_plan
from wengert.native.planning.sweep_plan import find_sweeps
from wengert.native.planning.updates import overwritten, parts_in_place, updates
from wengert.native.planning.views import Layout, Place, c_layout, part_layout

Elements = np.ndarray[Any, Any]  # of Vals


class Scope:
    """One list, or the body of a region, on its way to instructions: where its values are."""

    def __init__(
        self, assembly: Assembly, builder: Builder, frame: Frame, lines: Sequence[Line], inputs: tuple[Var, ...],
        outputs: tuple[Any, ...], memory: Val, lower: Callable[[Scope], None],
        layouts: Mapping[Var, Layout] | None = None, owned: Collection[Var] = (),
    ) -> None:  # fmt: skip
        self.assembly, self.b, self.frame, self.lower = assembly, builder, frame, lower
        self.e = Emitter(builder)
        self.plan: Plan = make_plan(lines, inputs, outputs, layouts or {})
        if builder.language == "llvm":
            find_sweeps(self.plan)
        self.memory = memory
        self.owned = owned  # inputs whose memory may be written over
        self.sequences: dict[Var, Any] = {}
        self.elements_of: dict[Any, Elements] = {}
        self.places: dict[Var, Place] = {}
        self.given: dict[Var, Callable[[], Val | Place]] = {}  # inputs, to be had in each part of the program
        self.spilled: dict[Var, Callable[[], Any]] = {}  # what an earlier part left in memory
        self.spilled_sequences: dict[Var, Callable[[], Any]] = {}
        self.claims: dict[Var, Any] = {}
        self.remarked = ""  # the line of the user's that was named last
        self.grows_in: dict[Var, Any] = {}  # sequences that grow at the end of others, and where in these they began
        self.began: dict[Var, Val] = {}
        self.arena = Arena(self.plan)
        self._share()
        self._literals: dict[int, Any] = {}
        self._keep: list[Any] = []

    def attach(self, builder: Builder, memory: Val) -> None:
        """Go on in another function, in which nothing is in registers yet."""
        self.b, self.memory = builder, memory
        self.e = Emitter(builder)
        self.elements_of, self.places, self.sequences = {}, {}, {}

    def sequence(self, x: Var) -> Any:
        """A value that is a sequence."""
        if x not in self.sequences:
            self.sequences[x] = self.spilled_sequences[x]()
        return self.sequences[x]

    def _share(self) -> None:
        """Updates that may write into the memory of what they update, because nobody reads that any more."""
        for item in self.plan.items:
            if item.domain is None and len(item.lines) == 1:
                (line,) = item.lines
                for x, number in parts_in_place(self.plan, item):
                    self.arena.parts[x] = Part(line, number)
        for item in self.plan.items:
            if item.domain is None and len(item.lines) == 1:
                (line,) = item.lines
                if self.plan.kinds[id(line)] is Kind.ROUTINE:
                    for position, out in updates(line):
                        self._share_one(line, position, out, item.number)
            elif item.domain and not item.rows:
                for base, out in overwritten(self.plan, item):
                    if self.arena.owner(base) not in self.owned and out not in self.arena.parts:
                        self.arena.storage[out] = base

    def _share_one(self, line: Line, position: int, out: Var, number: int) -> None:
        plan, arena, base = self.plan, self.arena, line.inputs[position]
        if type(base) is not Var or plan.root(base) is not base or out.type.dtype != base.type.dtype:
            return
        if base not in plan.stored and base not in self.owned:
            return
        if plan.last.get(base, -1) > number or out.type.size <= plan.tiny:
            return
        owner = arena.owner(base)
        others = (x for k, x in enumerate(line.inputs) if k != position and type(x) is Var)
        if any(arena.owner(plan.root(x)) is owner for x in others):
            return
        arena.storage[out] = base

    def child(self, wl: WengertList, layouts: Mapping[Var, Layout], owned: Collection[Var] = ()) -> Scope:
        """The scope of a body, in the memory that is free here."""
        memory = self.b.offset(self.memory, self.arena.top)
        return Scope(
            self.assembly, self.b, self.frame, wl.lines, wl.inputs, wl.outputs, memory, self.lower, layouts, owned
        )

    # -- values --------------------------------------------------------------------------------------------------------

    def bind(self, x: Var, value: Val | Place) -> None:
        """Say what an input is."""
        if isinstance(value, Place):
            self.places[x] = value
            if x in self.owned:
                self.arena.fixed[x] = lambda: value.pointer
        else:
            self.set_scalar(x, value)

    def is_scalar(self, x: Var) -> bool:
        """Whether a value is one number in a register."""
        return x.type.size == 1 and self.in_registers(x)

    def in_registers(self, x: Var) -> bool:
        """Whether the elements are in registers; those of inputs and of earlier parts are fetched now."""
        if x in self.elements_of:
            return True
        if x in self.spilled:
            self.elements_of[x] = self.spilled[x]()
            return True
        if x in self.given and x not in self.places:
            self.bind(x, self.given[x]())
        return x in self.elements_of

    def set_elements(self, x: Var, found: Elements) -> None:
        """Note the registers of a small value."""
        self.elements_of[x] = found
        if self.arena.owner(x) in self.claims:
            self.write_elements(self._claimed(x), found)

    def _claimed(self, x: Var) -> Place:
        return Place(self.arena.pointer(self.b, self.memory, x), self.plan.layout(x))

    def set_scalar(self, x: Var, value: Val) -> None:
        """Note the number that a value of one element is."""
        found = np.empty(x.type.shape, object)
        found[...] = value
        self.set_elements(x, found)

    def uniform(self, x: Any) -> Val | None:
        """The number that a value of one element is, if it is at hand."""
        if type(x) is Var:
            return self.elements_of[x].flat[0] if self.in_registers(x) else None
        return self.elements(x).flat[0] if np.size(x) == 1 else None

    def elements(self, x: Any) -> Elements:
        """A small value as registers."""
        if type(x) is not Var:
            return self._literal_elements(x)
        if not self.in_registers(x):
            self.elements_of[x] = self.read_elements(self.place(x))
        return self.elements_of[x]

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
            pointer = self.b.array(self.assembly, np.asarray(x))
            return Place(pointer, c_layout(shape_of(x), code))
        known = self.places.get(x)
        if known is not None:
            return known
        root = self.plan.root(x)
        if root is not x:
            base = self.place(root)
            layout = self.plan.layout(x)
            found = Place(base.pointer, layout._replace(offset=base.layout.offset + layout.offset))
        elif self.in_registers(x):
            layout = self.plan.layout(x)
            found = Place(self.b.alloca(max(layout.size, 1) * itemsize(layout.code), 64), layout)
            self.write_elements(found, self.elements_of[x])
        elif x in self.places:  # an input
            return self.places[x]
        elif x in self.arena.parts:
            line, number = self.arena.parts[x]
            whole = self.place(line.outputs[0])
            part = part_layout(whole.layout, line, number)
            assert part is not None
            found = Place(whole.pointer, part)
        else:
            layout = self.plan.layout(x)
            owner = self.arena.owner(x)
            if owner not in self.places:
                self.places[owner] = Place(self.arena.pointer(self.b, self.memory, x), self.plan.layout(owner))
            found = Place(self.places[owner].pointer, layout)
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
            self.b.store(self.e.convert(cast(Val, values[index]), place.code), self.address(place, index))

    def temporary(self, shape: tuple[int, ...], code: str) -> Place:
        """Working memory until the end of the present group."""
        layout = c_layout(shape, code)
        return Place(self.arena.temporary(self.b, self.memory, layout.size * itemsize(code)), layout)

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
        if type(base) is not Var and np.size(base) > 1 and elements.all_equal(base):
            self.fill(target, np.asarray(base).flat[0])
        elif out not in self.arena.storage:
            moves.move(self.e, target, self.place(base))
        return target

    @contextmanager
    def apart(self) -> Iterator[None]:
        """What is fetched inside is not at hand afterwards, for it may not have been fetched."""
        before = dict(self.elements_of), dict(self.places)
        yield
        self.elements_of, self.places = before

    def guard_index(self, wrong: Val, index: Val, axis: int, size: int, line: Line, reach: int = 0) -> None:
        """End with NumPy's IndexError if an index, or the window that begins there, is out of bounds."""

        def make(numbers: list[int]) -> Exception:
            if reach:
                window = f"[{numbers[0]}:{numbers[0] + reach}]"
                return IndexError(f"the window {window} is out of bounds for axis {axis} with size {size}")
            return IndexError(f"index {numbers[0]} is out of bounds for axis {axis} with size {size}")

        status = self.assembly.fail(make, line)
        self.b.guard(wrong, status, ((self.frame.error(self.b, 0), index),))

    def fill(self, place: Place, value: Any) -> None:
        """Write one value everywhere."""
        constant = value if isinstance(value, Val) else self.e.constant(value, place.code)
        moves.fill(self.e, place, constant)

    def update_all(self, place: Place, function: Callable[[Val], Val]) -> None:
        """Replace each element by a function of it."""
        moves.move(self.e, place, place, function)

    # -- results -------------------------------------------------------------------------------------------------------

    def claim(self, x: Var, pointer: Callable[[], Val], name: Any) -> None:
        """Have a result computed where it is wanted, if it is not a view and nobody else wants it elsewhere."""
        owner = self.arena.owner(x)
        free = owner not in self.arena.fixed and owner not in self.owned  # what is owned is bound to memory of its own
        if x in self.plan.stored and self.plan.root(x) is x and free:
            self.arena.fixed[owner] = pointer
            self.claims[owner] = name

    def deliver(self, x: Any, target: Place, name: Any) -> None:
        """Copy a result to where it is wanted, unless it is there."""
        if type(x) is Var and self.plan.root(x) is x and self.claims.get(self.arena.owner(x)) == name:
            return
        if type(x) is Var and self.in_registers(x):
            self.write_elements(target, self.elements_of[x])
            return
        source = self.place(x)
        if source.pointer.text != target.pointer.text:
            moves.move(self.e, target, source)
