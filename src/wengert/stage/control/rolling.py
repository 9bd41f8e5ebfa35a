"""Loops that stay loops: a pass is tried with an abstract number, until what it carries is known and settled.

A trial records one pass with inputs in the place of what earlier passes may have changed. First nothing is thought to
change; what the pass has written, under whatever name, is carried in the next trial. When a trial writes nothing new,
and leaves everything in the types in which it found it, its lines are the body of the loop.
"""

from __future__ import annotations

import math
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any, NamedTuple

from wengert.errors import StagingError
from wengert.ir import Location
from wengert.ir.location import is_internal
from wengert.record import Box
from wengert.regions import index_type
from wengert.stage.control.accumulators import Accumulator, Deeper
from wengert.stage.control.branches import select, truth
from wengert.stage.control.lifting import Lift
from wengert.stage.control.streams import Stream
from wengert.stage.recording import Recording
from wengert.stage.state.aliases import Shown, closure
from wengert.stage.state.alternatives import side_by_side
from wengert.stage.state.bodies import Body, Final
from wengert.stage.state.giving_up import GiveUp
from wengert.stage.state.outcomes import ENDED, Live
from wengert.stage.values.frames import STATIC, Frame, flatten, leaf_type, statics
from wengert.stage.values.joining import Mismatch
from wengert.stage.values.one_of import OneOf
from wengert.stage.values.places import UNBOUND, Attribute, Cell, Contents, Item, Place, Whole, stored_names
from wengert.stage.values.stacked import Stacked

TRIALS = 12
PEELED = 2  # passes that may come before a loop because they are not like the others
WINDOW = 32  # items of a deque that is full after as many passes


class Peel(Exception):
    """The first pass is not like the others, and has to happen before them, as may others, `most` at most."""

    def __init__(self, most: int = PEELED) -> None:
        super().__init__()
        self.most = most


class Names(NamedTuple):
    """The names that a loop binds: those read before they are bound in a pass, and the live ones."""

    entry: tuple[str, ...]
    after: tuple[str, ...]
    end: tuple[str, ...]
    lasting: tuple[str, ...]

    @property
    def live(self) -> Live:
        """Those read after the loop."""
        return Live(self.after, self.end, self.lasting)

    @property
    def in_pass(self) -> Live:
        """Those read after a part of a pass."""
        needed = (*self.entry, *self.after, *self.end)
        return Live(needed, needed, self.lasting)


class Rolling:
    """One loop being rolled."""

    def __init__(
        self,
        recording: Recording,
        stream: Stream | None,
        test: Callable[[], Any] | None,
        body: Callable[..., Any],
        names: Names,
        location: Location | None,
    ) -> None:
        self.recording = recording
        self.stream = stream
        self.test = test
        self.body = body
        self.names = names
        self.location = location
        self.what = "for" if test is None else "while"
        self.lifts: dict[Any, Lift] = {}
        self.lists: dict[int, Accumulator] = {}
        self.outs: list[Final] = []
        self.index: Any = None
        self.condition: Any = True
        # A condition that writes is part of the body.
        self.test_writes = test is not None and any(stored_names(test.__code__))
        self.peeled = 0
        self.touched: set[int] = set()  # what is carried by value and written, by identity
        self.twins: set[int] = set()  # arrays and containers that a pass leaves in more than one place
        self._failed: Any = None

    # -- trials --------------------------------------------------------------------------------------------------------

    def settle(self) -> Body:
        """Try until the pass leaves things as it found them: the last trial."""
        self._guess()
        for _ in range(TRIALS):
            reason = None
            try:
                trial = self._trial()
            except Deeper:
                continue
            except GiveUp:
                raise
            except Exception as error:
                self.recording.give_way(error)
                reason = error
                trial = self._failed
            try:
                news = self._learn(trial, failed=reason is not None)
            except Mismatch as mismatch:
                raise GiveUp(str(mismatch)) from None
            if reason is not None and not news:
                raise GiveUp(_reason(reason)) from reason
            if not news:
                if not all(one.fits() for one in (*self.lifts.values(), *self.lists.values())):
                    raise Peel
                self._check_sharing(trial)
                self._check_identity(trial)
                return trial
            trial.level.close()
            del trial  # with what it refers to: see `Journal.is_shared`
            self._failed = None
        raise GiveUp("what it carries does not settle in a few passes")

    def _trial(self) -> Body:
        with self.recording.body(self.what) as trial:
            self._failed = trial
            trial.is_trial = True
            self.recording.accumulators = [*self.recording.accumulators, self.lists]
            try:
                self._pass(trial)
            finally:
                self.recording.accumulators = self.recording.accumulators[:-1]
        return trial

    def _pass(self, trial: Body) -> None:
        self.index = trial.level.add_input(index_type())
        length = self.stream.length if self.stream is not None else None
        self.index.ssa.bounds = (0, length - 1 if type(length) is int else math.inf)
        trial.begin(self.body, self.test)
        for lift in self.lifts.values():
            lift.enter(trial, self.index)
        for items in self.lists.values():
            items.enter(trial, self.index)
        trial.outcome = self._body()
        for items in self.lists.values():
            items.finish()

    def _body(self) -> Any:
        if self.stream is not None:
            return self.body(self.stream.item(self.index))
        assert self.test is not None
        test = self.test
        if self.test_writes:
            self.condition = True
            return self._tested(lambda: truth(test()))
        trial = self.recording.innermost
        before, start = trial.journal.writes, len(trial.level.recorder.lines)
        self.condition = truth(test())
        if trial.journal.writes != before or any(line.acts() for line in trial.level.recorder.lines[start:]):
            self.test_writes = True
            raise Deeper("the condition writes")
        if self.condition is False:
            raise GiveUp("its condition does not hold in a trial")
        return self.body()

    def _tested(self, test: Callable[[], Any]) -> Any:
        """A pass that begins with a condition that does something: where it does not hold, the loop is left."""
        holds = test()
        if type(holds) is bool:
            return self.body() if holds else ENDED
        return select(self.recording, holds, self.body, lambda: ENDED, None, self.names.in_pass, "while")[0]

    # -- what a trial teaches ------------------------------------------------------------------------------------------

    def _learn(self, trial: Body, failed: bool) -> bool:
        """Take note of what a pass has written; whether there is news."""
        finals = trial.settle(*self._appended)
        for one in (*finals.values(), *self._appended):
            one.let_go()
        kinds = self.recording.kinds
        self._finals = [one for one in finals.values() if not isinstance(one.place, (Contents, Whole, Stacked))]
        news = False
        self.outs = []
        for key, final in finals.items():
            place = final.place
            assert place is not None
            if isinstance(place, Stacked):
                news |= self._with_types(place)
            if key in self.lifts:
                news |= not failed and self.lifts[key].adapt(final, self.index.ssa, kinds)
            elif isinstance(place, Whole):
                news |= self._learn_list(place, trial.appended.get(key[1], 0), failed)
            elif trial.is_spare(place, self.names.entry):
                if not trial.is_spare(place, (*self.names.live.either, *self.names.lasting)):
                    self.outs.append(final)
            else:
                news |= self._lift(place, final, failed, trial.missed)
        for key, lift in self.lifts.items():
            if not failed and key not in finals:
                news |= lift.adapt(self.recording.current(lift.place), self.index.ssa, kinds)
        return news or (not failed and self._without_first_names())

    def _without_first_names(self) -> bool:
        """Arrays that go from name to name (`a, b = b, a`) are carried by the names alone; whether there are any."""
        by_name = {
            one.number
            for lift in self.lifts.values()
            for one in lift.initial.arrays
            if one is not None and not isinstance(lift.place, (Contents, Stacked))
        }
        found = [
            key
            for key, lift in self.lifts.items()
            if isinstance(lift.place, Contents) and id(lift.place.box) in by_name and lift.is_kept()
        ]
        for key in found:
            del self.lifts[key]
        return bool(found)

    def _with_types(self, place: Stacked) -> bool:
        """The items of a list go together from now on, in the types that they have now."""
        apart = [key for key, lift in self.lifts.items() if key[:2] == ("item", id(place.container))]
        for key in apart:
            del self.lifts[key]
        if place.key in self.lifts:
            self.lifts[place.key].place = place
        return bool(apart)

    def _lift(self, place: Place, final: Final, failed: bool, missed: bool) -> bool:
        """A place is carried from now on. `missed` tells whether a name was read that is not bound, in some case."""
        initial = self.recording.current(place)
        both = None
        if initial.frame.kind is STATIC and initial.frame.value is UNBOUND:
            if not isinstance(place, Cell):
                raise Peel
            both = None if failed else side_by_side(self.recording.kinds, place.name, (initial, final))
            if both is None or not (missed or final.frame.kind is OneOf):
                self.outs.append(final)
                return False
        elif not failed and OneOf in (initial.frame.kind, final.frame.kind):
            both = side_by_side(self.recording.kinds, place.name, (initial, final))
        if isinstance(place, Contents):
            place = self._named(place)
        lift = self.lifts[place.key] = Lift.of(initial if both is None else both[0])
        lift.place = place
        if both is not None:
            return True
        if not failed and final.frame != initial.frame:
            lift.frame, lift.differs = final.frame, True
            lift.kinds = [leaf_type(leaf) for leaf in final.leaves]
            lift.steps = [None] * len(lift.kinds)
        if not lift.kinds and lift.frame.kind is STATIC and not failed:
            raise Mismatch(f"{place.name} changes from pass to pass, and is not a number")
        return True

    def _learn_list(self, place: Whole, appended: int, failed: bool) -> bool:
        known = self.lists.get(id(place.container))
        if known is not None:
            return not failed and known.learn()
        if isinstance(place.container, deque) and len(place.container) < (place.container.maxlen or 0) <= WINDOW:
            raise Peel(place.container.maxlen or 0)
        if not appended:
            self._peel(f"{place.name} gets longer or shorter")
        self.lists[id(place.container)] = Accumulator(place.container, appended)
        return True

    def _named(self, place: Contents) -> Contents:
        """An array under the name that the loop knows it by."""
        for function in (self.body, self.test):
            code = getattr(function, "__code__", None)
            for name, cell in zip(
                code.co_freevars if code else (), getattr(function, "__closure__", None) or (), strict=True
            ):
                if Cell(cell, name).get() is place.box:
                    return Contents(place.box, name)
        return place

    def describe(self) -> str:
        """What is carried and what is collected, in the words of the program."""
        ours = self.body.__code__.co_freevars if is_internal(self.body.__code__.co_filename) else ()
        known = dict(_names_of(self.body, self.test))
        carried = [_called(lift.place, known) for lift in self.lifts.values() if lift.place.name not in ours]
        lists = [known.get(key, "a list") for key in self.lists]
        collected = ["its items" if name in ours else name for name in lists]
        parts = [f"carries {', '.join(sorted(carried))}"] if carried else []
        parts += [f"collects {', '.join(sorted(collected))}"] if collected else []
        return "; ".join(parts) or ("" if ours else "carries nothing")

    # -- aliases -------------------------------------------------------------------------------------------------------

    @property
    def _appended(self) -> list[Final]:
        return [final for items in self.lists.values() for final in items.appended]

    def _check_identity(self, trial: Body) -> None:
        """What was there before the loop, and is left under another name, must be the same object after it.

        Of what is made in a pass, there is another one after each; so that of mutable things that are no numbers, too.
        """
        for number, final in enumerate(self.outs):
            if final.same is not None and not any(_is_of(trial, leaf) for leaf in flatten(final.same)[0]):
                self.outs[number] = replace(final, frame=Frame(STATIC, value=final.same), leaves=[], arrays=[])
        fresh = [*self.outs, *self._appended]
        lifted = [lift.final for lift in self.lifts.values() if lift.final is not None]
        for final in (*fresh, *lifted):
            if final.mixed and final.frame.kind is not STATIC:
                name = "an item" if final.place is None else final.place.name
                raise GiveUp(f"{name} is another name of something that was made before")
        for final in fresh:
            for value in statics(final.frame):
                if value is not final.same and not self.recording.functions.is_lasting(trial, value):
                    raise GiveUp(f"a {type(value).__name__} is made in each pass")
        every = [*fresh, *lifted]
        self.twins = several(number for final in every for number in final.made)

    def _check_sharing(self, trial: Body) -> None:
        """Where a pass writes into arrays or containers that are carried by value, nothing else may show them."""
        by_value = [lift for lift in self.lifts.values() if not isinstance(lift.place, (Contents, Stacked))]
        appended = self._appended
        arrays = [one for final in (*self._finals, *appended) for one in final.arrays if one is not None]
        old = [one for one in arrays if one.born < trial.journal.began]
        if any(("box", one.number) in self.lifts for one in old):
            raise GiveUp("an array that it writes gets another name in it")
        begins = [one for lift in by_value for one in lift.initial.arrays if one is not None]
        if any(("box", one.number) in self.lifts for one in begins):
            self._peel("an array that it writes has several names")
        touched = self._moving(by_value, trial)
        self.touched = set(map(id, touched))
        if not touched:
            return
        kin = self.recording.aliases.kin
        arrays = [one for final in (*self._finals, *appended) for one in final.arrays if one is not None]
        places = [closure(one, kin) for one in arrays]
        left = [one for lift in touched for one in lift.final.arrays if one is not None]
        moved = {one.key for each in left for one in closure(each, kin)}
        moved |= {key for lift in touched for key in lift.given}
        counts = Counter(key for place in places for key in {one.key for one in place})
        made = [number for final in (*self._finals, *appended) for number in final.made]
        began = trial.journal.began
        if (
            any(count > 1 and key in moved for key, count in counts.items())
            or any(one.born < began and one.key in moved for place in places for one in place)
            or len(set(made)) < len(made)
        ):
            raise GiveUp("an array or a container that it writes has several names")
        begins = [one for lift in touched for one in lift.initial.arrays if one is not None]
        for box in (one.ref() for one in begins):
            doubt = None if box is None else self.recording.aliases.doubt(box)
            if doubt is not None:
                raise GiveUp(f"{doubt.reason}, and it is written")
        if any(lift.shared for lift in touched):
            self._peel("an array or a container that it writes has several names")
        journal = self.recording.innermost.journal
        for lift in touched:  # for a loop around this one: what it began with is written
            journal.note_written((one for one in lift.initial.arrays if one is not None), lift.initial.whole)

    def _moving(self, lifts: list[Lift], trial: Body) -> list[Lift]:
        """The places in which something is written, and those from which it has come (`a, b = b, a`)."""
        kin = self.recording.aliases.kin
        written = {one.key for key in trial.arrays_written for one in closure(Shown(key, _gone, False), kin)}
        touched = [lift for lift in lifts if lift.stand_ins & trial.written or lift.given.keys() & written]
        for lift in touched:  # grows
            left = {one.key for each in lift.final.arrays if each is not None for one in closure(each, kin)}
            touched += [
                one
                for one in lifts
                if (one.given.keys() & left or one.stand_ins & lift.final.made)
                and not any(one is other for other in touched)
            ]
        return touched

    def _peel(self, reason: str) -> None:
        if self.peeled:
            raise GiveUp(reason)
        raise Peel

    # -- guesses -------------------------------------------------------------------------------------------------------

    def remember(self) -> None:
        """Keep what the loop carries: a loop in a loop is recorded several times, and should not learn it each time."""
        found = []
        for lift in self.lifts.values():
            if isinstance(lift.place, Stacked):
                continue
            name = lift.place.name if isinstance(lift.place, (Cell, Contents)) else None
            found.append((type(lift.place), name, None if name else lift.place))
        self.recording.guesses[self.body.__code__] = found

    def _guess(self) -> None:
        """Begin with what the loop carried when it was recorded last."""
        cells = {
            name: Cell(cell, name)
            for function in (self.body, self.test)
            if function is not None
            for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True)
        }
        for kind, name, place in self.recording.guesses.get(self.body.__code__, ()):
            if name is not None:
                value = cells[name].get() if name in cells else UNBOUND
                if kind is Cell:
                    place = cells.get(name)
                elif isinstance(value, Box):
                    place = Contents(value.root(), name)
            if place is None or place.get() is UNBOUND:
                continue
            lift = Lift.of(self.recording.current(place))
            if lift.kinds and all(leaf.level.active for leaf in lift.first if isinstance(leaf, Box)):
                self.lifts[place.key] = lift


def _called(place: Place, known: dict[int, str]) -> str:
    owner = known.get(id(place.owner), "") if isinstance(place, (Attribute, Item)) else ""
    return owner + place.name


def _names_of(*functions: Any) -> Iterator[tuple[int, str]]:
    """What a loop calls the objects that it finds in the frame around it."""
    for function in functions:
        code = getattr(function, "__code__", None)
        for name, cell in zip(code.co_freevars, function.__closure__ or (), strict=True) if code else ():
            value = Cell(cell, name).get()
            if value is not UNBOUND:
                yield id(value), name


def _is_of(trial: Body, leaf: Any) -> bool:
    return isinstance(leaf, Box) and leaf.level is trial.level


def _gone() -> None:
    """An array that is not known any more."""


def several(numbers: Iterable[int]) -> set[int]:
    """Those that occur more than once."""
    return {number for number, count in Counter(numbers).items() if count > 1}


def _reason(error: BaseException) -> str:
    """Why a trial failed, in one line."""
    text = str(error).splitlines()[0] if str(error) else ""
    return (
        text if isinstance(error, StagingError) else f"{type(error).__name__}: {text}" if text else type(error).__name__
    )
