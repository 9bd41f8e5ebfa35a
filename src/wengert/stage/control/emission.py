"""The line of a rolled loop: what goes into it, what it carries, and where its outputs go."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from wengert.ir import Array, Var, WengertList, bind
from wengert.record import Box, ground
from wengert.regions import for_, index_type, while_
from wengert.stage.control.accumulators import filled
from wengert.stage.control.identity import Identities, Slot, State, in_common
from wengert.stage.control.rolling import Rolling
from wengert.stage.control.streams import affine_item
from wengert.stage.recording import Recording
from wengert.stage.state.aliases import Doubt
from wengert.stage.state.alternatives import side_by_side
from wengert.stage.state.bodies import Body, Final, final_of
from wengert.stage.state.giving_up import GiveUp
from wengert.stage.state.outcomes import BREAK, CONTINUE, EXHAUSTED, FALL, RETURN, Outcome, code_of, ways_of
from wengert.stage.values.affine import last_value, outgrows, passes_while
from wengert.stage.values.frames import LEAF, STATIC, Frame, flatten, leaf_type, rebuild, zeros_of
from wengert.stage.values.grown import DEPTH, Grown, grown_in
from wengert.stage.values.joining import Mismatch, cast, join
from wengert.stage.values.places import Contents, Place
from wengert.stage.values.stacked import Stacked
from wengert.stage.values.unknown import Unknown
from wengert.transform import clean

LONGEST = 1024  # passes of a loop that is unrolled so that what it leaves may be written
CODE = Array((), np.dtype(np.int64), weak=True)


class Untraced(Exception):
    """Nothing abstract goes into the loop: it runs in Python."""


class Carry(NamedTuple):
    """A number or an array that goes from pass to pass."""

    name: str
    kind: Array
    first: Any
    input: Var  # in the body
    output: Any


class Result(NamedTuple):
    """Where a number goes after the loop: an output of the line, or something known."""

    carry: Carry | None
    known: Any = None


class Emission:
    """The making of one line."""

    def __init__(self, rolling: Rolling, trial: Body) -> None:
        self.rolling = rolling
        self.recording: Recording = rolling.recording
        self.trial = trial
        self.level = trial.level
        self.index: Var = rolling.index.ssa
        self.ways = ways_of(trial.outcome)
        self.exits = self.ways - {FALL, CONTINUE}
        self.passes = self._passes()
        self.carries: list[Carry] = []
        self.fixed: dict[Var, Any] = {}  # inputs of the body that are the same in all passes
        self.ys: list[Any] = []
        self._copies: list[Any] = []
        self._arrays: dict[Slot, list[Box]] = {}
        self._states: list[State] = []
        self._survivors: dict[Slot, Box] = {}

    def _passes(self) -> Any:
        """The number of passes, plain or abstract, where it does not depend on what happens in them."""
        if self.exits:
            return None
        if self.rolling.stream is not None:
            return self.rolling.stream.length
        return passes_while(self.rolling.condition, self.index)

    def finish(self) -> Outcome | None:
        """Append the line, fill the places, and tell how the loop ends."""
        if self.trial.outcome is not None and not (self.ways & {FALL, CONTINUE}):
            raise GiveUp("it ends in its first pass")
        if self.rolling.condition is True and self.rolling.stream is None and not self.exits:
            raise GiveUp("it does not end for any reason that is abstract")
        if not self._is_traced():
            raise Untraced
        loops = self._is_counted()
        self._hoist()
        places = [(lift.place, lift.frame, self._lifted(lift), lift.final) for lift in self.rolling.lifts.values()]
        places += [self._only_out(one) for one in self.rolling.outs]
        for items in self.rolling.lists.values():
            self._tail(items)
        grows = type(self.passes) is not int
        rows = [] if grows else [[self._yielded(leaf) for leaf in item.leaves] for item in self._appended()]
        lasts = [self._last(items) for items in self.rolling.lists.values()] if grows else []
        self._check_size()
        code, value = self._exit()
        count = None if loops else self._counter()
        outputs = self._counted() if loops else self._while()
        passes = self.passes if loops else self._value(count, outputs)
        self._identify(places)
        for place, frame, results, final in places:
            self._fill(place, frame, [self._value(one, outputs, passes) for one in results], final)
        if grows:
            self._grow(lasts, passes, outputs)
        else:
            self._fill_lists(rows, outputs)
        self._guard()
        return self._outcome(code, value, outputs)

    def _is_traced(self) -> bool:
        firsts = [first for lift in self.rolling.lifts.values() for first in lift.first]
        firsts += [leaf for items in self.rolling.lists.values() for item in items.first for leaf in item.leaves]
        length = None if self.rolling.stream is None else self.rolling.stream.length
        return bool(self.level.outside) or any(isinstance(x, Box) for x in (*firsts, length) if not _is_ground(x))

    def _is_counted(self) -> bool:
        return self.passes is not None

    # -- what is carried -----------------------------------------------------------------------------------------------

    def _lifted(self, lift: Any) -> list[Result]:
        """The numbers of a place that is carried."""
        found = []
        for first, input, output, kind, step in zip(
            lift.first, lift.inputs, lift.final.leaves, lift.kinds, lift.steps, strict=True
        ):
            if step is not None:
                found.append(Result(None, lambda passes, first=first, step=step: affine_item(first, step, passes)))
            elif isinstance(output, Box) and output.ssa is input.ssa:
                self.fixed[input.ssa] = first = cast(first, kind)
                found.append(Result(None, first))
            else:
                found.append(self._carry(lift.place.name, kind, first, input.ssa, output))
        return found

    def _carry(self, name: str, kind: Array, first: Any, input: Var, output: Any) -> Result:
        self.carries.append(Carry(name, kind, cast(first, kind), input, output))
        return Result(self.carries[-1])

    def _only_out(self, final: Final) -> tuple[Place, Frame, list[Result], Final]:
        """A name that a pass binds before it reads it: what the last pass has left, or what was there before."""
        place = _place(final)
        if self._has_passes():
            return place, final.frame, [self._of_last_pass(place.name, leaf) for leaf in final.leaves], final
        before = self.recording.current(place)
        if before.frame != final.frame:
            before, final = side_by_side(self.recording.kinds, place.name, (before, final)) or (before, final)
        try:
            kinds = _joined(before, final)
        except Mismatch as mismatch:
            reason = f"{place.name} {mismatch}, where the loop may have no passes"
            return place, Frame(STATIC, value=Unknown(reason)), [], final
        rows = zip(kinds, before.leaves, final.leaves, strict=True)
        results = [self._carry(place.name, kind, first, Var(type=kind), leaf) for kind, first, leaf in rows]
        return place, final.frame, results, final

    def _has_passes(self) -> bool:
        """Whether there is at least one pass for sure."""
        stream = self.rolling.stream
        least = self.passes if stream is None else stream.length
        return type(least) is int and least > 0

    def _of_last_pass(self, name: str, leaf: Any) -> Result:
        """A number where there is a last pass."""
        known = self._known_last(leaf)
        if known is not None:
            return known
        kind = leaf_type(leaf)
        return self._carry(name, kind, zeros_of(kind), Var(type=kind), leaf)

    def _known_last(self, leaf: Any) -> Result | None:
        """A number that is known after the last pass, where there is at least one."""
        if type(self.passes) is not int:
            return None
        fixed, value = self._fixed(leaf)
        if fixed:
            return Result(None, value)
        last = last_value(leaf, self.index, self.passes)
        return None if last is None else Result(None, last)

    def _fixed(self, leaf: Any) -> tuple[bool, Any]:
        """Whether a number is the same in all passes, and what it is outside of the loop."""
        if not isinstance(leaf, Box) or leaf.level is not self.level:
            return True, leaf
        if leaf.ssa in self.fixed:
            return True, self.fixed[leaf.ssa]
        return leaf.ssa in self.level.outside, self.level.outside.get(leaf.ssa)

    def _counter(self) -> Result:
        """The number of the pass, which a `while` line has to carry itself."""
        after = self._line(lambda: Box(self.level, self.index) + 1)
        return self._carry("", index_type(), 0, self.index, after)

    def _check_size(self) -> None:
        whole = [one for one in self.carries if one.kind == index_type() and type(one.first) is int]
        if not whole or type(self.passes) is not int:
            return
        outputs = dict(
            zip([one.input for one in whole], self.trial.inputs_of([one.output for one in whole]), strict=True)
        )
        if outgrows(self.trial, self.index, {one.input: one.first for one in whole}, outputs, self.passes):
            raise GiveUp("an integer gets larger than 64 bits in it")

    def _exit(self) -> tuple[Result | None, list[Result]]:
        """The number that tells how the loop was left, and what is returned."""
        if not self.exits:
            return None, []
        code = self._carry("", CODE, 0, Var(type=CODE), code_of(self.trial.outcome))
        value = self.trial.value
        leaves = [] if value is None else value.leaves
        return code, [self._carry("", leaf_type(x), zeros_of(leaf_type(x)), Var(type=leaf_type(x)), x) for x in leaves]

    def _appended(self) -> list[Final]:
        return [item for items in self.rolling.lists.values() for item in items.appended]

    def _last(self, items: Any) -> list[tuple[Frame, list[Result]]]:
        """The last items of a list that grows by a number of items that is not known."""
        frame = items.appended[-1].frame
        kinds = [leaf_type(leaf) for leaf in items.appended[-1].leaves]
        look = self.recording.outside.opened
        before = [final_of(None, item, look) for item in look(items.items)[-DEPTH:]]
        if grown_in(items.items) is not None or any(_differs(one, frame, kinds) for one in (*before, *items.appended)):
            raise GiveUp("it appends to a list, and how often is not known")
        firsts = [[zeros_of(kind) for kind in kinds]] * (DEPTH - len(before)) + [one.leaves for one in before]
        inputs = [[Var(type=kind) for kind in kinds] for _ in range(DEPTH)]
        after: list[list[Any]] = [[Box(self.level, var) for var in row] for row in inputs]
        after = [*after, *(one.leaves for one in items.appended)][-DEPTH:]
        return [
            (frame, [self._carry("", *row) for row in zip(kinds, first, given, last, strict=True)])
            for first, given, last in zip(firsts, inputs, after, strict=True)
        ]

    def _grow(self, lasts: list[list[tuple[Frame, list[Result]]]], passes: Any, outputs: list[Any]) -> None:
        for items, rows in zip(self.rolling.lists.values(), lasts, strict=True):
            length = affine_item(len(items.items), items.per_pass, passes)
            last = tuple(rebuild(frame, iter([self._value(one, outputs) for one in row])) for frame, row in rows)
            self.recording.innermost.journal.note_contents(items.items)
            list.__setitem__(items.items, slice(None), [Grown(length, last)])

    def _tail(self, items: Any) -> None:
        """The last items of a list, which a pass reads back."""
        for first, inputs, kinds, after in zip(items.first, items.tail, items.tail_kinds, items.after(), strict=True):
            for value, kind, input, output in zip(first.leaves, kinds, inputs, after.leaves, strict=True):
                self._carry("", kind, value, input.ssa, output)

    def _yielded(self, leaf: Any) -> int | Any:
        """A number of each pass: one of the yields of the line, or the same in all passes."""
        fixed, value = self._fixed(leaf)
        if fixed:
            return Result(None, value)
        self.ys.append(leaf)
        return len(self.ys) - 1

    # -- the line ------------------------------------------------------------------------------------------------------

    def _line(self, make: Callable[[], Any]) -> Any:
        with self.recording.lines_into(self.trial):
            return make()

    def _hoist(self) -> None:
        """What is the same in all passes is computed once, before them, where there is at least one."""
        if type(self.passes) is not int or self.passes < 1:
            return
        known: dict[Var, Any] = dict(self.level.outside)
        for lift in self.rolling.lifts.values():
            for first, input, output, kind in zip(lift.first, lift.inputs, lift.final.leaves, lift.kinds, strict=True):
                if isinstance(output, Box) and output.ssa is input.ssa:
                    known[input.ssa] = cast(first, kind)
        kept = []
        for line in self.level.recorder.lines:
            if line.acts() or any(type(x) is Var and x not in known for x in line.inputs):
                kept.append(line)
                continue
            out = bind(line.primitive, tuple([known[x] if type(x) is Var else x for x in line.inputs]), line.params)
            for var, value in zip(line.outputs, out if isinstance(out, tuple) else (out,), strict=True):
                if isinstance(value, Box) and var.type.weak:
                    value.ssa.weaken()
                known[var] = self.fixed[var] = value
        self.level.recorder.lines[:] = kept

    def _lists(self, index: list[Var]) -> tuple[WengertList, list[Var], list[Any]]:
        """The body, the inputs that are the same in all passes, and their values."""
        with self.recording.lines_into(self.trial):
            outputs = self.trial.inputs_of([cast(one.output, one.kind) for one in self.carries])
            outputs += self.trial.inputs_of(self.ys)
        fixed = {**self.level.outside, **self.fixed}
        carried = [one.input for one in self.carries]
        body = self.trial.close([*index, *carried, *fixed], outputs)
        body = clean(body)
        used = _read(body)
        consts = [var for var in fixed if var in used]
        names = ("",) * len(index) + tuple(one.name if one.name.isidentifier() else "" for one in self.carries)
        return (
            WengertList((*index, *carried, *consts), body.lines, body.outputs, names),
            consts,
            [fixed[v] for v in consts],
        )

    def _counted(self) -> list[Any]:
        """A `for` line: its outputs."""
        body, consts, values = self._lists([self.index])
        length = self.passes if type(self.passes) is int else None
        trips = () if length is not None else (self.passes,)
        args = (*trips, *(one.first for one in self.carries), *values)
        params = {"body": body, "length": length, "carries": len(self.carries), "consts": len(consts), "reverse": False}
        return self._emit(for_, args, params)

    def _while(self) -> list[Any]:
        """A `while` line: its outputs."""
        holds = self._line(self._goes_on)
        body, consts, values = self._lists([])
        inputs = (*body.inputs,)
        with self.recording.lines_into(self.trial):
            (test,) = self.trial.inputs_of([holds])
        fixed = {**self.level.outside, **self.fixed}
        lines = tuple([line for line in self.level.recorder.lines if not line.acts()])  # those are the body's
        condition = clean(WengertList((), lines, (test,)))
        more = [var for var in fixed if var in _read(condition) and var not in consts]
        inputs += (*more,)
        body = WengertList(inputs, body.lines, body.outputs, body.names)
        condition = WengertList(inputs, condition.lines, condition.outputs, body.names)
        args = (*(one.first for one in self.carries), *values, *(fixed[var] for var in more))
        return self._emit(while_, args, {"cond": condition, "body": body, "carries": len(self.carries)})

    def _goes_on(self) -> Any:
        """Whether there is another pass, as the condition of a `while` line."""
        parts: list[Any] = []
        if self.rolling.stream is not None:
            parts.append(Box(self.level, self.index) < self.rolling.stream.length)
        elif self.rolling.condition is not True:
            parts.append(self.rolling.condition)
        if self.exits:
            code = next(one for one in self.carries if one.kind is CODE)
            parts.insert(0, Box(self.level, code.input) < BREAK)
        found = parts[0]
        for part in parts[1:]:
            found = np.logical_and(found, part)
        return found

    def _emit(self, primitive: Any, args: tuple[Any, ...], params: dict[str, Any]) -> list[Any]:
        out = self.recording.emit(primitive, args, params)
        for one, box in zip(self.carries, out, strict=False):
            if isinstance(box, Box):
                box.ssa.retype(one.kind)
        return list(out)

    # -- afterwards ----------------------------------------------------------------------------------------------------

    def _value(self, result: Any, outputs: list[Any], passes: Any = None) -> Any:
        if result.carry is None:
            return (
                result.known(passes) if callable(result.known) and not isinstance(result.known, Box) else result.known
            )
        return outputs[next(i for i, one in enumerate(self.carries) if one is result.carry)]

    def _fill(self, place: Place, frame: Frame, leaves: list[Any], final: Final) -> None:
        leaves = [self._own(final, i, leaf) for i, leaf in enumerate(leaves)]
        value = leaves[0] if frame is LEAF else rebuild(frame, iter(leaves))
        self.recording.assign(place, value)
        self._keep(final, [value], leaves)

    def _fill_lists(self, rows: list[list[Any]], outputs: list[Any]) -> None:
        left = iter(rows)
        for items in self.rolling.lists.values():
            before = list(items.items)
            self.recording.innermost.journal.note_contents(items.items)
            found = []
            for item in items.appended:
                row = next(left)
                stacks = [outputs[len(self.carries) + one] if type(one) is int else one.known for one in row]
                kinds = [leaf_type(leaf) for leaf in item.leaves]
                lazy = [type(one) is int for one in row]
                for i, stack in enumerate(stacks):
                    if not lazy[i] and not _is_scalar(stack):
                        stacks[i] = functools.partial(self._own, item, i, stack)
                found.append((item.frame, stacks, kinds, lazy))
            filled(items.items, before, found, self.passes)
            per_pass = len(found)
            for number, (item, row) in enumerate(zip(items.appended, found, strict=True)):
                values = items.items[len(before) + number :: per_pass]
                self._keep(item, values, row[1])
                for i, lazy in enumerate(row[3]):
                    if not lazy and callable(row[1][i]):
                        boxes = [flatten(value)[0][i] for value in values]
                        self._arrays.setdefault((id(item), i), []).extend({id(x): x for x in boxes}.values())

    def _identify(self, places: Sequence[tuple[Place, Frame, list[Result], Final]]) -> None:
        """Find out which arrays are one after the loop, and which are those from before it."""
        lifts = [one for one in self.rolling.lifts.values() if not isinstance(one.place, (Contents, Stacked))]
        carried = {id(one.final) for one in self.rolling.lifts.values()}
        others = [(final, False) for *_, final in places if id(final) not in carried]
        others += [(item, True) for item in self._appended()]
        self._identities = Identities(lifts, others, self.recording.aliases.kin, self.trial.journal.began)
        self._states = self._identities.after(self.passes)
        written = {
            id(one.ref())
            for lift in lifts
            if id(lift) in self.rolling.touched
            for one in lift.initial.arrays
            if one is not None
        }
        for slot in {slot for state in self._states for slot in state}:
            box = self._identities.survivor(slot, self._states)
            if box is not None and id(box) not in written:
                self._survivors[slot] = box

    def _own(self, final: Final, number: int, value: Any) -> Any:
        """An array as one of its own, where it is not one that was there before the loop."""
        box = self._survivors.get((id(final), number))
        if box is not None:
            return box
        if isinstance(value, Box):
            return value.snapshot() if value.is_array() else value
        return ground(value.copy()) if isinstance(value, np.ndarray) and value.ndim else value

    def _keep(self, final: Final, values: Sequence[Any], leaves: Sequence[Any]) -> None:
        """Note where arrays and containers go that a pass has left in more than one place."""
        if final.made & self.rolling.twins:
            self._copies += values
        for i, leaf in enumerate(leaves):
            if isinstance(leaf, Box) and leaf.is_array():
                self._arrays.setdefault((id(final), i), []).append(leaf.root())

    def _guard(self) -> None:
        """What was one thing in several places is several after the loop: they may be read, not written."""
        line = f"the loop of line {self.rolling.location.line}" if self.rolling.location else "a loop"
        short = type(self.passes) is int and self.passes <= LONGEST
        loop = (self.rolling.body.__code__, self.rolling.location) if short else None
        reason = Doubt(f"{line} has left the same array or container in several places", loop)
        self.recording.guard(self._copies, reason)
        aliases, found = self.recording.aliases, self._arrays
        for one, other in in_common(self._states):
            for box in found.get(one, ()):
                aliases.add(box, found.get(other, ()), reason)
        for slot in self._identities.repeated:
            for box in found.get(slot, ()):
                aliases.repeats(box, reason)
        for slot, boxes in found.items():
            tokens = frozenset().union(*(state.get(slot, frozenset()) for state in self._states))
            old = [ref() for token, ref in self._identities.before.items() if token in tokens]
            for box in boxes:
                aliases.add(box, [one for one in old if one is not None], reason)

    def _outcome(self, code: Result | None, value: list[Result], outputs: list[Any]) -> Outcome | None:
        if code is None:
            return None
        ends = self.rolling.stream is not None or self.rolling.condition is not True or EXHAUSTED in self.exits
        ways = self.exits - {EXHAUSTED} | ({FALL} if ends else set())
        final = self.trial.value
        returned = None
        if RETURN in ways and final is not None:
            returned = rebuild(final.frame, iter([self._value(one, outputs) for one in value]))
        if len(ways) == 1:
            return Outcome(next(iter(ways)), returned, ways)
        number = self._value(code, outputs)
        if EXHAUSTED in self.exits or CONTINUE in self.ways:
            keep = (number == BREAK) | (number == RETURN)
            number = np.where(keep, number, FALL)  # type: ignore[call-overload]
        return Outcome(number, returned, ways)


def _joined(before: Final, final: Final) -> list[Array]:
    """The types of numbers of which a loop leaves the first or the second."""
    if before.frame != final.frame:
        raise Mismatch(f"is {before.frame} in one case and {final.frame} in the other")
    pairs = zip(before.leaves, final.leaves, strict=True)
    return [join(_known(a), _known(b), leaf_type(a), leaf_type(b)) for a, b in pairs]


def _known(x: Any) -> Any:
    return None if isinstance(x, Box) else x


def _differs(final: Final, frame: Frame, kinds: list[Array]) -> bool:
    return final.frame != frame or [leaf_type(leaf) for leaf in final.leaves] != kinds


def _is_scalar(value: Any) -> bool:
    """Whether a value is no array that can be written."""
    return not (value.is_array() if isinstance(value, Box) else isinstance(value, np.ndarray) and value.ndim)


def _place(final: Final) -> Place:
    assert final.place is not None
    return final.place


def _read(wl: WengertList) -> set[Any]:
    return {x for line in wl.lines for x in line.inputs if type(x) is Var} | {x for x in wl.outputs if type(x) is Var}


def _is_ground(x: Any) -> bool:
    return not isinstance(x, Box) or x.level.depth == 0
