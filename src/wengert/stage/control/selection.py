"""Two bodies of which one happens: the `cond` line, and what the places hold afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from wengert.errors import StagingError
from wengert.ir import Array, Location, Var, WengertList
from wengert.primitives import check
from wengert.record import Box
from wengert.regions import cond
from wengert.stage.recording import Recording
from wengert.stage.state.aliases import Doubt, closure
from wengert.stage.state.alternatives import side_by_side
from wengert.stage.state.bodies import Body, Final, final_of
from wengert.stage.state.outcomes import RAISE, RETURN, Outcome, code_of, returned, ways_of
from wengert.stage.values.frames import LEAF, STATIC, Frame, containers, flatten, leaf_type, rebuild, zeros_of
from wengert.stage.values.joining import Mismatch, cast, join
from wengert.stage.values.places import Item, Place, Whole, same
from wengert.stage.values.stacked import Stacked
from wengert.stage.values.unknown import Unknown

Key = tuple[Any, ...]
RESULT = "the result"
CODE = Array((), np.dtype(np.int64), weak=True)


class Slot(NamedTuple):
    """An output of the line to come."""

    number: int


class Selection:
    """The two bodies of a choice: the first happens where the predicate holds."""

    def __init__(self, recording: Recording, pred: Any, bodies: Sequence[Body], what: str, location: Any) -> None:
        self.recording = recording
        self.pred = pred
        self.bodies = bodies
        self.line = f"the {what} of line {location.line}" if isinstance(location, Location) else f"the {what}"
        self._doubtful: dict[str, list[Any]] = {}  # containers that must not be written any more
        self._filled: list[Place] = []
        self._arrays: list[tuple[Box, list[set[Any]]]] = []  # new ones, and what they may be in each case
        self.pairs: list[tuple[Any, Any, Array]] = []  # for each output of the line a value of each body, and the type

    def finish(self, live: Iterable[str], lasting: Iterable[str]) -> Outcome | None:
        """Emit the line, fill the places, and tell how it ended. `lasting` are names that outlive the function."""
        for body in self.bodies:
            self.recording.innermost.entries += body.entries
        if any(map(_raises, self.bodies)):
            return self._with_errors()
        for body, other in (self.bodies, self.bodies[::-1]):
            self._complete(body, other)
        finals = self._alike([body.settle() for body in self.bodies])
        found: list[tuple[Place, Final, list[Any], list[list[Any]]]] = []
        for place in _places(finals):
            if any(body.is_spare(place, live) for body in self.bodies):
                reason = f"{place.name} is used after {self.line}, which was not expected"
                self.recording.assign(place, Unknown(reason))
                continue
            pair = [final.get(place.key) or self.recording.current(place) for final in finals]
            same = _one_object(pair)
            if same is not None:
                self.recording.assign(place, same)
                continue
            if any(body.is_spare(place, lasting) for body in self.bodies):
                pair = self._without_exits(pair)
            if pair[0].frame != pair[1].frame and not isinstance(place, Whole):
                pair = side_by_side(self.recording.kinds, place.name, pair) or pair
            if pair[0].frame == pair[1].frame:
                leaves = self._leaves(place.name, pair)
                arrays = [list(refs) for refs in zip(*(one.arrays for one in pair), strict=True)]
                found.append((place, pair[0], leaves, arrays))
                self._note_copies(place.name, pair)
            else:
                self._conflict(place, pair)
        outcome = self._outcome()
        values = self._emit()
        for place, final, leaves, arrays in found:
            self._fill(place, final.frame, [_value(leaf, values) for leaf in leaves], arrays)
        ended = outcome(values)
        self._guard(() if ended is None else (ended.value,))
        return ended

    def _complete(self, body: Body, other: Body) -> None:
        """What is at the end of a body in a place that only the other one fills, where it has written what is there."""
        places = [place for place in other.filled() if not body.has(place) and _holds_any(place, body.written)]
        if places:
            with self.recording.resumed(body):
                finals = [final_of(place, place.get(), body.look) for place in places]
                for place in places:
                    if isinstance(place, Whole):
                        body.journal.note_contents(place.container)
                    else:
                        body.journal.note(place)
            body.leave(finals)

    def _alike(self, finals: list[dict[Key, Final]]) -> list[dict[Key, Final]]:
        """Where one case has written items of a list one by one, those of a stack are taken apart in the other."""
        apart = {key[1] for final in finals for key in final if key[0] == "item"}
        for body, final in zip(self.bodies, finals, strict=True):
            for key, one in list(final.items()):
                if isinstance(one.place, Stacked) and key[1] in apart:
                    del final[key]
                    with self.recording.lines_into(body):
                        rows = one.place.over(one.leaves)
                        items = [rows.item(number) for number in range(rows.count)]
                    for number, item in enumerate(items):
                        place = Item(one.place.container, number)
                        final[place.key] = final_of(place, item)
        return finals

    # -- values of both bodies -----------------------------------------------------------------------------------------

    def _without_exits(self, pair: list[Final]) -> list[Final]:
        """Where a body returns for sure, what it leaves in the names of the function does not matter."""
        exits = [ways_of(body.outcome) == {RETURN} for body in self.bodies]
        if exits[0] == exits[1]:
            return pair
        number = exits.index(False)
        other = pair[number]
        pair[1 - number] = replace(other, leaves=[zeros_of(leaf_type(leaf)) for leaf in other.leaves])
        return pair

    def _leaves(self, name: str, pair: Sequence[Final]) -> list[Any]:
        return [self._leaf(name, a, b) for a, b in zip(pair[0].leaves, pair[1].leaves, strict=True)]

    def _leaf(self, name: str, a: Any, b: Any) -> Any:
        """A value that is the same in both cases, or an output of the line."""
        if a is b or (not isinstance(a, Box) and same(a, b)):
            return a
        if isinstance(a, Box) and isinstance(b, Box) and a.ssa is b.ssa:
            return a
        if type(a) is bool and type(b) is bool:
            return self.pred if a else np.logical_not(self.pred)
        try:
            kind = join(a, b, leaf_type(a), leaf_type(b))
        except Mismatch as mismatch:
            raise StagingError(
                f"{name} {mismatch} of {self.line}, which depends on a value that is not known yet. Give both the same "
                "shape and dtype, or choose between the results with np.where"
            ) from None
        self.pairs.append((a, b, kind))
        return Slot(len(self.pairs) - 1)

    def _conflict(self, place: Place, pair: Sequence[Final]) -> None:
        """A place that is no number in one of the cases, or another kind of thing."""
        reason = f"{place.name} is {pair[0].frame} in one case of {self.line} and {pair[1].frame} in the other"
        if isinstance(place, Whole):
            raise StagingError(f"{reason}, which depends on a value that is not known yet")
        self.recording.assign(place, Unknown(reason))

    def _outcome(self) -> Callable[[list[Any]], Outcome | None]:
        """How the choice ends, given the outputs of the line."""
        outcomes = [body.outcome for body in self.bodies]
        code = self._leaf("how it ends", *map(code_of, outcomes))
        ways = ways_of(outcomes[0]) | ways_of(outcomes[1])
        if RETURN not in ways:
            return lambda values: None if code == 0 and type(code) is int else Outcome(_value(code, values), ways=ways)
        results = [body.value if RETURN in ways_of(body.outcome) else None for body in self.bodies]
        if results[0] is not None and results[1] is not None and results[0].frame != results[1].frame:
            results = [*(side_by_side(self.recording.kinds, "", (results[0], results[1])) or results)]
        frame, leaves = self._returned(results)
        arrays = [[one.arrays[i] for one in results if one is not None and one.arrays] for i in range(len(leaves))]

        def outcome(values: list[Any]) -> Outcome | None:
            if frame is None:
                frames = [result.frame for result in results if result is not None]
                reason = f"the result is {frames[0]} in one case of {self.line} and {frames[1]} in the other"
                return Outcome(_value(code, values), Unknown(reason), ways)
            found = [_value(leaf, values) for leaf in leaves]
            self._protect(RESULT, found, arrays)
            return Outcome(_value(code, values), rebuild(frame, iter(found)), ways)

        return outcome

    def _returned(self, results: list[Final | None]) -> tuple[Frame | None, list[Any]]:
        first, second = results
        if first is None or second is None:
            only = first or second
            assert only is not None
            if only.whole in only.objects:
                return Frame(STATIC, value=only.objects[only.whole]), []
            pairs = [(leaf, zeros_of(leaf_type(leaf))) for leaf in only.leaves]
            ordered = pairs if second is None else [(b, a) for a, b in pairs]
            self._note_copies(RESULT, [only])
            return only.frame, [self._leaf(RESULT, a, b) for a, b in ordered]
        same = _one_object((first, second))
        if same is not None:
            return Frame(STATIC, value=same), []
        if first.frame != second.frame:
            return None, []
        self._note_copies(RESULT, (first, second))
        return first.frame, self._leaves(RESULT, (first, second))

    # -- the line ------------------------------------------------------------------------------------------------------

    def _note_copies(self, name: str, pair: Sequence[Final]) -> None:
        """Where a container was there before, what comes of both cases is another one: none of them may be written."""
        for final in pair:
            if final.objects:
                self._doubtful[name] = [*self._doubtful.get(name, ()), *final.objects.values()]

    def _guard(self, results: Sequence[Any]) -> None:
        for name, values in self._doubtful.items():
            new = [place.get() for place in self._filled if place.name == name]
            more = results if name == RESULT else ()
            reason = f"{name} may be one container or another since {self.line}"
            self.recording.guard([*values, *new, *more], Doubt(reason))

    def _emit(self) -> list[Any]:
        """The outputs of the line."""
        yes, no = self.bodies
        if not self.pairs and not yes.acts() and not no.acts():
            return []
        columns = []
        for number, body in enumerate(self.bodies):
            with self.recording.lines_into(body):
                columns.append(body.inputs_of([cast(pair[number], pair[2]) for pair in self.pairs]))
        operands = {box.ssa: box for body in self.bodies for box in body.level.outside.values()}
        branches = tuple(_closed(body, operands, column) for body, column in zip(self.bodies, columns, strict=True))
        args = (self.pred, *operands.values())
        out = self.recording.emit(cond, args, {"branches": (branches[1], branches[0])})
        for (_, _, kind), box in zip(self.pairs, out, strict=True):
            box.ssa.retype(kind)
        return list(out)

    # -- afterwards ----------------------------------------------------------------------------------------------------

    def _fill(self, place: Place, frame: Frame, leaves: list[Any], arrays: list[list[Any]]) -> None:
        self._protect(place.name, leaves, arrays)
        self._filled.append(place)
        self.recording.assign(place, rebuild(frame, iter(leaves)) if frame is not LEAF else leaves[0])

    def _protect(self, name: str, leaves: list[Any], arrays: list[list[Any]]) -> None:
        """Note which arrays a new one may be: those that both bodies may have left in its place."""
        for leaf, refs in zip(leaves, arrays, strict=True):
            if isinstance(leaf, Box) and leaf.is_array():
                reason = Doubt(f"{name} may be one array or another since {self.line}")
                aliases = self.recording.aliases
                aliases.may_be(leaf, [one for one in refs if one is not None], reason)
                ways = [set() if one is None else {each.key for each in closure(one, aliases.kin)} for one in refs]
                for other, others in self._arrays:
                    if any(a & b for a, b in zip(ways, others, strict=False)):
                        aliases.add(leaf, [other], reason)
                self._arrays.append((leaf, ways))

    def _with_errors(self) -> Outcome | None:
        """At least one of the bodies raises: that becomes an assertion, and the other one happens."""
        yes, no = self.bodies
        if _raises(yes):
            self._assert(yes, np.logical_not(self.pred))
            if _raises(no):
                self.recording.splice(no)
                raise no.settled_error()
            return self._happens(no)
        self._assert(no, self.pred)
        return self._happens(yes)

    def _assert(self, body: Body, holds: Any) -> None:
        assert body.error is not None
        template, values, place = body.error
        with self.recording.lines_into(body):
            params = {"error": template, "where": place}
            computed = bool(body.level.recorder.lines)
            if computed:  # what the error says, and what is done before it is raised, belongs to its case
                body.level.process(check, (False, *values), params)
        if computed:
            self._only(body, holds)
        else:
            self.recording.emit(check, (holds, *values), params)

    def _only(self, body: Body, otherwise: Any) -> None:
        """A `cond` line of one body that gives nothing."""
        operands = {box.ssa: box for box in body.level.outside.values()}
        full = _closed(body, operands, [])
        empty = WengertList(tuple(Var(type=box.ssa.type) for box in operands.values()), (), ())
        self.recording.emit(cond, (otherwise, *operands.values()), {"branches": (full, empty)})

    def _happens(self, body: Body) -> Outcome | None:
        """A body that is the only way to go on: its lines are appended as they are."""
        finals = body.settle()
        now = self.recording.splice(body)
        for final in finals.values():
            assert final.place is not None
            leaves = [now(leaf) for leaf in final.leaves]
            self._fill(final.place, final.frame, leaves, [[one] for one in final.arrays])
        if body.outcome is None or body.value is None:
            return body.outcome
        value = rebuild(body.value.frame, iter([now(leaf) for leaf in body.value.leaves]))
        return returned(value) if body.outcome.is_known else Outcome(now(body.outcome.code), value, body.outcome.ways)


def _one_object(pair: Sequence[Final]) -> Any:
    """The container that was there before, if both cases leave the same one; else None."""
    one, other = pair
    return one.objects.get(one.whole) if one.whole is not None and one.whole == other.whole else None


def _holds_any(place: Place, objects: frozenset[int]) -> bool:
    """Whether some arrays or containers are in a place."""
    value = place.get()
    arrays = {id(x.root()) for x in flatten(value)[0] if isinstance(x, Box)}
    return not objects.isdisjoint(arrays | containers(value).keys())


def _raises(body: Body) -> bool:
    return ways_of(body.outcome) == {RAISE}


def _places(finals: Sequence[dict[Key, Final]]) -> list[Place]:
    """The places that either body has written, in their order; all of a container rather than its items."""
    found: dict[Key, Place] = {}
    for final in finals:
        for key, one in final.items():
            assert one.place is not None
            found.setdefault(key, one.place)
    whole = {key[1] for key in found if key[0] == "whole"}
    return [place for key, place in found.items() if not (key[0] == "item" and key[1] in whole)]


def _value(leaf: Any, values: list[Any]) -> Any:
    return values[leaf.number] if type(leaf) is Slot else leaf


def _closed(body: Body, operands: dict[Var, Box], outputs: list[Any]) -> WengertList:
    """The list of a body whose inputs are the operands of the line."""
    inputs = [body.level.consts.get(var) or Var(type=var.type) for var in operands]
    return body.close(inputs, outputs)
