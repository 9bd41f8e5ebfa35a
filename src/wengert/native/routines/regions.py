"""Loops and choices: bodies in place, what is carried in registers or in two buffers that change roles."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Sequence as Several
from typing import Any

import numpy as np

from wengert.ir import Line, Seq, Var, WengertList, type_of
from wengert.native import moves
from wengert.native.builders.intervals import FAR
from wengert.native.builders.values import Val, code_of
from wengert.native.interrupts import LONG, look
from wengert.native.planning.updates import updates
from wengert.native.planning.views import Layout, Place, c_layout
from wengert.native.scope import Scope
from wengert.native.sequences import Growing, Items, item, nothing, part, value_of
from wengert.regions.layout import Loop


def kind_of(x: Any) -> Any:
    """The type of an output of a body."""
    return x.type if type(x) is Var else type_of(x)


# -- what is carried ---------------------------------------------------------------------------------------------------


class InRegisters:
    """A number or a small array that is carried."""

    def __init__(self, low: Scope, init: Any, var: Var, new: Any, out: Var) -> None:
        self.low, self.var, self.new, self.out = low, var, new, out
        self.code = code_of(var.type.dtype) or ""
        values = low.elements(init)
        self.places = [low.b.variable(low.e.convert(v, self.code)) for v in values.flat]
        self.owned = False

    def bind(self, child: Scope) -> None:
        """Hand the value to a trip."""
        child.elements_of[self.var] = self._get()

    def _get(self) -> Any:
        found = np.empty(self.var.type.shape, object)
        for at, place in zip(np.ndindex(found.shape), self.places, strict=True):
            found[at] = self.low.b.get(place)
        return found

    def claim(self, child: Scope) -> None:
        """Say where the trip is to leave the value: where it likes."""

    def read(self, child: Scope) -> None:
        """Take the new value."""
        self.values = [child.e.convert(v, self.code) for v in child.elements(self.new).flat]

    def commit(self) -> None:
        """Make it the present one."""
        for place, value in zip(self.places, self.values, strict=True):
            self.low.b.put(place, value)

    def finish(self) -> None:
        """The value after the loop."""
        self.low.set_elements(self.out, self._get())


class InMemory:
    """An array that is carried: updated in place, or written into the other one of two buffers."""

    def __init__(self, low: Scope, init: Any, var: Var, new: Any, out: Var, trips: int | None) -> None:
        self.low, self.var, self.new, self.out = low, var, new, out
        code = code_of(var.type.dtype)
        assert code is not None
        self.layout = c_layout(var.type.shape, code)
        self.init, self.trips, self.owned = init, trips, True

    def start(self, child: Scope) -> None:
        """Find out whether there have to be two buffers, and fill the first; the child is planned, but not bound."""
        low, b = self.low, self.low.b
        self.turns = not (type(self.new) is Var and child.arena.owner(self.new) is self.var)
        self.final = first = low.place(self.out)
        given = low.place(self.init)
        there = given.pointer.text == first.pointer.text
        self.ends_elsewhere = self.turns and (self.trips is None or (there and self.trips % 2 == 1))
        if self.turns:
            second = low.temporary(self.layout.shape, self.layout.code)
            if self.trips is not None and self.trips % 2 and not there:
                first, second = second, first
            self.other = b.variable(second.pointer)
        self.present = b.variable(first.pointer)
        if not there:
            moves.move(low.e, first, given)

    def bind(self, child: Scope) -> None:
        """Hand the array to a trip, which may write into it when it does not need it any more."""
        child.bind(self.var, Place(self.low.b.get(self.present), self.layout))

    def claim(self, child: Scope) -> None:
        """Say where the trip is to leave the new array."""
        if self.turns:
            self.target = Place(self.low.b.get(self.other), self.layout)
            if type(self.new) is Var:
                child.claim(self.new, _pointing(self.target), self.target.pointer.text)

    def read(self, child: Scope) -> None:
        """See to it that the new array is where it belongs."""
        if self.turns:
            child.deliver(self.new, self.target, self.target.pointer.text)

    def commit(self) -> None:
        """The buffers change roles."""
        if self.turns:
            b = self.low.b
            present, other = b.get(self.present), b.get(self.other)
            b.put(self.present, other)
            b.put(self.other, present)

    def finish(self) -> None:
        """The array after the loop."""
        if self.ends_elsewhere:
            b = self.low.b
            found = b.get(self.present)
            with b.when(b.compare("ne", found, self.final.pointer)):
                moves.move(self.low.e, self.final, Place(found, self.layout))


class SequenceCarried:
    """A sequence that is carried: copied at the end of each trip into one of two that take turns."""

    def __init__(self, low: Scope, init: Any, var: Var, new: Any, out: Var) -> None:
        self.low, self.var, self.new, self.out = low, var, new, out
        self.owned = False
        self.now = value_of(low, init)
        self.places = [low.b.variable(v) for v in self.now.registers()]
        self.sides = (Growing(low, var.type), Growing(low, var.type))
        self.turn = low.b.variable(low.b.constant(0, "i8"))

    def _get(self) -> Items:
        return self.now.of([self.low.b.get(p) for p in self.places])

    def bind(self, child: Scope) -> None:
        """Hand the sequence to a trip."""
        child.sequences[self.var] = self._get()

    def claim(self, child: Scope) -> None:
        """The trip leaves it where it likes."""

    def read(self, child: Scope) -> None:
        """Copy the new sequence, unless it is the old one."""
        self.same = self.new is self.var
        if self.same:
            return
        b, found = self.low.b, value_of(child, self.new)
        self.fresh = [b.variable(v) for v in self.now.registers()]

        def copied(side: Growing) -> Any:
            def body() -> None:
                side.clear()
                side.extend(found)
                for place, value in zip(self.fresh, side.result().registers(), strict=True):
                    b.put(place, value)

            return body

        turn = b.get(self.turn)
        b.branches(turn, [copied(side) for side in self.sides])
        b.put(self.turn, b.op("xor", turn, b.constant(1, "i8")))

    def commit(self) -> None:
        """Make it the present one."""
        if not self.same:
            for place, value in zip(self.places, self.fresh, strict=True):
                self.low.b.put(place, self.low.b.get(value))

    def finish(self) -> None:
        """The sequence after the loop."""
        self.low.sequences[self.out] = self._get()


Carried = InRegisters | InMemory | SequenceCarried


def _carried(low: Scope, init: Any, var: Var, new: Any, out: Var, trips: int | None) -> Carried:
    if isinstance(var.type, Seq):
        return SequenceCarried(low, init, var, new, out)
    if var.type.size <= low.plan.tiny:
        return InRegisters(low, init, var, new, out)
    return InMemory(low, init, var, new, out, trips)


# -- what is read from outside -----------------------------------------------------------------------------------------


class Outside:
    """A constant of a body, looked up before the loop."""

    def __init__(self, low: Scope, x: Any, var: Var) -> None:
        self.var = var
        self.items = self.elements = self.place = None
        if isinstance(var.type, Seq):
            self.items = value_of(low, x)
        elif var.type.size <= low.plan.tiny:
            self.elements = low.elements(x)
        else:
            self.place = low.place(x)

    @property
    def layout(self) -> Layout | None:
        """The layout of an array in memory."""
        return self.place.layout._replace(offset=0) if self.place is not None else None

    def bind(self, low: Scope, child: Scope) -> None:
        """Hand it to the body."""
        if self.items is not None:
            child.sequences[self.var] = self.items
        elif self.elements is not None:
            code = code_of(self.var.type.dtype) or ""
            child.elements_of[self.var] = _converted(child, self.elements, code)
        else:
            assert self.place is not None
            child.bind(self.var, Place(low.address(self.place), self.place.layout._replace(offset=0)))


def _converted(child: Scope, values: Any, code: str) -> Any:
    found = np.empty(values.shape, object)
    for at in np.ndindex(found.shape):
        found[at] = child.e.convert(values[at], code)
    return found


def _layouts(outside: Several[Outside]) -> dict[Var, Layout]:
    return {x.var: x.layout for x in outside if x.layout is not None}


class ItemsRead:
    """An array or a sequence of which each trip reads one item."""

    def __init__(self, low: Scope, x: Any, var: Var) -> None:
        self.low, self.var = low, var
        sequence = isinstance(kind_of(x), Seq)
        self.items = value_of(low, x) if sequence else None
        self.place = None if sequence else low.place(x)

    @property
    def layout(self) -> Layout | None:
        """The layout of an item in memory."""
        if self.place is None:
            return None
        whole = self.place.layout
        return Layout(whole.shape[1:], whole.strides[1:], whole.code)

    def bind(self, child: Scope, index: Val) -> None:
        """Hand an item to a trip."""
        if self.items is not None:
            found = item(self.low, self.items, index)
            if isinstance(found, Items):
                child.sequences[self.var] = found
            else:
                child.bind(self.var, found)
            return
        assert self.place is not None
        assert self.layout is not None
        b = self.low.b
        step = b.op("mul", index, b.constant(self.place.layout.strides[0], "i8"))
        child.bind(self.var, Place(b.offset(self.low.address(self.place), step), self.layout))


# -- what is yielded ---------------------------------------------------------------------------------------------------


class Yielded:
    """What a trip yields: stored at its index, or at the end.

    A sequence that is nothing but an item of a sequence of the loop around it grows at the end of that one's items.
    """

    def __init__(self, low: Scope, y: Any, out: Var, trips: Val | None) -> None:
        self.low, self.y, self.out = low, y, out
        self.growing: Growing | None = None
        self.place: Place | None = None
        self.begin: Val | None = None  # where its items begin
        self.in_place = False  # its items are sequences that have grown where they belong
        if isinstance(out.type, Seq):
            around = low.grows_in.get(out)
            self.growing = around or Growing(low, out.type)
            if around is None:
                self.growing.clear()
            else:
                self.begin = low.began[out] = self.growing.present
            if trips is not None:
                self.growing.reserve(self._from_begin(trips))
        else:
            self.place = low.place(out)
        self.indexed = trips is not None

    def _from_begin(self, number: Val) -> Val:
        return number if self.begin is None else self.low.b.op("add", self.begin, number)

    def lend(self, child: Scope) -> None:
        """Have an inner loop yield right here."""
        if self.growing is not None and self.growing.inner is not None and type(self.y) is Var:
            made = [line for line in child.plan.lines if any(v is self.y for v in line.outputs)]
            read = sum(x is self.y for line in child.plan.lines for x in (*line.inputs, *line.outputs))
            once = read + sum(x is self.y for x in child.plan.outputs) == 2
            if once and made and made[0].primitive.name in ("for", "while"):
                child.grows_in[self.y] = self.growing.inner
                self.in_place = True

    def claim(self, child: Scope, index: Val) -> None:
        """Have the trip compute it where it will be."""
        self.index, self.target = index, None
        if self.growing is None:
            assert self.place is not None
            layout, b = self.place.layout, self.low.b
            at = b.offset(self.low.address(self.place), b.op("mul", index, b.constant(layout.strides[0], "i8")))
            self.target = Place(at, Layout(layout.shape[1:], layout.strides[1:], layout.code))
        elif self.indexed and not isinstance(kind_of(self.y), Seq):
            self.target = self.growing.target(self._from_begin(index))
        if self.target is not None and type(self.y) is Var and self.y.type.size > child.plan.tiny:
            child.claim(self.y, _pointing(self.target), self.target.pointer.text)

    def read(self, child: Scope) -> None:
        """Store it."""
        if isinstance(kind_of(self.y), Seq):
            assert self.growing is not None
            index = self._from_begin(self.index) if self.indexed else self.growing.following()
            if self.in_place:
                self.growing.mark(index, child.began[self.y])
            else:
                self.growing.put(index, value_of(child, self.y))
            return
        if self.target is None:
            assert self.growing is not None
            self.target = self.growing.append()
        child.deliver(self.y, self.target, self.target.pointer.text)

    def finish(self) -> None:
        """The whole after the loop."""
        if self.growing is None:
            return
        found = self.growing.result()
        if self.begin is not None:
            found = part(self.low, found, self.begin, self.low.b.op("sub", found.count, self.begin))
        self.low.sequences[self.out] = found


# -- loops -------------------------------------------------------------------------------------------------------------


def for_(low: Scope, line: Line) -> None:
    """A number of trips."""
    params = line.params
    body: WengertList = params["body"]
    length, carries, consts = params["length"], params["carries"], params["consts"]
    parts = Loop.of(line.inputs, length, carries, consts)
    index, *rest = body.inputs
    b = low.b
    trips = b.constant(length, "i8") if length is not None else low.e.convert(low.elements(parts.trips).flat[0], "i8")
    outside = [Outside(low, x, v) for x, v in zip(parts.consts, rest[carries : carries + consts], strict=True)]
    reads = [ItemsRead(low, x, v) for x, v in zip(parts.xs, rest[carries + consts :], strict=True)]
    ys = [
        Yielded(low, y, out, trips)
        for y, out in zip(body.outputs[carries:], line.outputs[carries:], strict=True)
    ]
    state = [
        _carried(low, init, var, new, out, length)
        for init, var, new, out in zip(
            parts.carry, rest[:carries], body.outputs[:carries], line.outputs[:carries], strict=True
        )
    ]
    child = _child(low, body, state, _layouts(outside) | {r.var: r.layout for r in reads if r.layout is not None})
    if length != 0:
        last = b.op("sub", trips, b.constant(1, "i8"))
        before = low.assembly.cost
        with b.loop(0 if length is not None else b.constant(0, "i8"), length if length is not None else trips) as i:
            at = b.op("sub", last, i) if params["reverse"] else i
            b.intervals.note(at, (0, _most(low, length, trips) - 1))
            child.set_scalar(index, low.e.convert(at, code_of(index.type.dtype) or ""))
            for x in outside:
                x.bind(low, child)
            for r in reads:
                r.bind(child, at)
            for y in ys:
                y.claim(child, at)
            _trip(low, child, state, ys)
            cost = max(low.assembly.cost - before, 1.0)
            if length is None or cost * length > LONG:
                look(low, cost)
                low.assembly.longest = max(low.assembly.longest, cost * (length or 1))
        low.assembly.cost = before + cost * (1 if length is None or cost * length > LONG else length)
    for one in (*state, *ys):
        one.finish()


def _most(low: Scope, length: int | None, trips: Val) -> int:
    """The most trips that there may be."""
    if length is not None:
        return length
    known = low.b.intervals.of(trips)
    return FAR - 1 if known is None else max(known[1], 1)


def _child(low: Scope, body: WengertList, state: Several[Carried], layouts: dict[Var, Layout]) -> Scope:
    """The scope of a trip; buffers that take turns are made before its memory begins."""
    owned = {c.var for c in state if c.owned}
    trial = low.child(body, layouts, owned)
    for c in state:
        if isinstance(c, InMemory):
            c.start(trial)
    return low.child(body, layouts, owned)


def _trip(low: Scope, child: Scope, state: Several[Carried], ys: Several[Yielded]) -> None:
    for c in state:
        c.bind(child)
    for c in state:
        c.claim(child)
    for y in ys:
        y.lend(child)
    child.arena.lay_out()
    child.lower(child)
    for y in ys:
        y.read(child)
    for c in state:
        c.read(child)
    for c in state:
        c.commit()
    low.arena.reserve(child.arena.size)


def while_(low: Scope, line: Line) -> None:
    """Trips as long as a condition holds."""
    params, b = line.params, low.b
    body, test, carries = params["body"], params["cond"], params["carries"]
    outside = [Outside(low, x, v) for x, v in zip(line.inputs[carries:], body.inputs[carries:], strict=True)]
    state = [
        _carried(low, init, var, new, out, None)
        for init, var, new, out in zip(
            line.inputs[:carries], body.inputs[:carries], body.outputs[:carries], line.outputs[:carries], strict=True
        )
    ]
    ys = [
        Yielded(low, y, out, None)
        for y, out in zip(body.outputs[carries:], line.outputs[carries + 1 :], strict=False)
    ]
    count = b.variable(b.constant(0, "i8"))
    renamed = dict(zip(body.inputs, test.inputs, strict=True))
    layouts = _layouts(outside)
    child = _child(low, body, state, layouts)
    condition = low.child(test, {renamed[v]: layout for v, layout in layouts.items()})
    before = low.assembly.cost
    with b.forever() as done:
        for c in state:
            c.bind(condition)
        for x in outside:
            x.bind(low, condition)
        for v, other in renamed.items():
            _rename(condition, v, other)
        condition.arena.lay_out()
        condition.lower(condition)
        truth = low.e.truth(condition.elements(test.outputs[0]).flat[0])
        b.leave(low.e.logical_not(truth), done)
        for x in outside:
            x.bind(low, child)
        for y in ys:
            y.claim(child, b.get(count))
        top = low.arena.top
        _trip(low, child, state, ys)
        b.put(count, b.op("add", b.get(count), b.constant(1, "i8")))
        look(low, max(low.assembly.cost - before, 1.0))
    low.arena.rewind(top, max(child.arena.size, condition.arena.size))
    for one in (*state, *ys):
        one.finish()
    if len(line.outputs) > carries:
        low.set_scalar(line.outputs[carries], b.get(count))


def _rename(scope: Scope, v: Var, other: Var) -> None:
    tables: tuple[dict[Any, Any], ...] = (scope.elements_of, scope.places, scope.sequences)
    for table in tables:
        if v in table:
            table[other] = table.pop(v)


# -- choices -----------------------------------------------------------------------------------------------------------


def cond(low: Scope, line: Line) -> None:
    """One of several bodies."""
    b, branches = low.b, line.params["branches"]
    choice = low.elements(line.inputs[0]).flat[0]
    number = low.e.convert(choice, "i8")
    if choice.kind != "b":
        outside = b.compare("uge", number, b.constant(len(branches), "i8"))
        status = low.assembly.fail(
            lambda numbers: IndexError(f"there is no branch {numbers[0]} among {len(branches)}"), line
        )
        b.guard(outside, status, ((low.frame.error(b, 0), number),))
    operands = [[Outside(low, x, v) for x, v in zip(line.inputs[1:], wl.inputs, strict=True)] for wl in branches]
    registers: dict[Var, list[Val]] = {}
    targets: dict[Var, Place] = {}
    shapes: dict[Var, Items] = {}
    for out in line.outputs:
        if isinstance(out.type, Seq):
            shapes[out] = nothing(low, out.type)
            registers[out] = [b.variable(v) for v in shapes[out].registers()]
        elif out.type.size <= low.plan.tiny:
            code = code_of(out.type.dtype) or ""
            registers[out] = [b.variable(b.constant(0, code)) for _ in range(out.type.size)]
        else:
            targets[out] = low.place(out)
    shared = {out: k for k, out in updates(line) if low.arena.storage.get(out) is line.inputs[k]}
    before, costs, sizes = low.assembly.cost, [0.0], [0]

    def arm(wl: WengertList, outside: list[Outside]) -> Any:
        def body() -> None:
            low.assembly.cost = before
            child = low.child(wl, _layouts(outside), {wl.inputs[k - 1] for k in shared.values()})
            for x in outside:
                x.bind(low, child)
            for new, out in zip(wl.outputs, line.outputs, strict=True):
                if out in targets and out not in shared and type(new) is Var:
                    child.claim(new, _pointing(targets[out]), targets[out].pointer.text)
            child.arena.lay_out()
            child.lower(child)
            # What is written into the memory of an operand comes last: others may still be read from there.
            for new, out in sorted(zip(wl.outputs, line.outputs, strict=True), key=lambda pair: pair[1] in shared):
                if out in targets:
                    child.deliver(new, targets[out], targets[out].pointer.text)
                elif out in shapes:
                    _put(low, registers[out], value_of(child, new).registers())
                else:
                    code = code_of(out.type.dtype) or ""
                    _put(low, registers[out], [child.e.convert(v, code) for v in child.elements(new).flat])
            costs.append(low.assembly.cost)
            sizes.append(child.arena.size)

        return body

    b.branches(number, [arm(wl, outside) for wl, outside in zip(branches, operands, strict=True)])
    low.assembly.cost = max(costs)
    low.arena.reserve(max(sizes))
    for out, places in registers.items():
        values = [b.get(p) for p in places]
        if out in shapes:
            low.sequences[out] = shapes[out].of(values)
        else:
            found = np.empty(out.type.shape, object)
            for at, value in zip(np.ndindex(found.shape), values, strict=True):
                found[at] = value
            low.set_elements(out, found)


def _pointing(place: Place) -> Callable[[], Val]:
    return lambda: place.pointer


def _put(low: Scope, places: list[Val], values: list[Val]) -> None:
    for place, value in zip(places, values, strict=True):
        low.b.put(place, value)

