"""Bodies: stretches of the program that are recorded to become part of a line, and have not happened yet."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Set
from dataclasses import dataclass, field, replace
from typing import Any

from wengert.ir import Var, WengertList
from wengert.primitives.effects import Raised
from wengert.record import Box, Closed
from wengert.stage.state.aliases import Doubt, Shown, shown
from wengert.stage.state.journal import Journal, apart, joined
from wengert.stage.state.outcomes import RETURN, Outcome
from wengert.stage.state.report import Entry
from wengert.stage.values.callees import cells_around
from wengert.stage.values.frames import LEAF, Frame, Look, containers, flatten
from wengert.stage.values.places import Attribute, Cell, Contents, Item, Place, Whole, cells_of
from wengert.stage.values.stacked import Stacked
from wengert.stage.values.stacked import place_of as stacked_place


@dataclass
class Final:
    """What a body leaves in a place.

    Attributes
    ----------
    place
        The place.
    frame, leaves
        The value, taken apart; its arrays are as they were at that moment.
    arrays
        For each leaf the array that it is, or is a part of, as far as that can be written.
    objects
        The lists, dicts and instances in it, by identity; when the body is settled, those that were there before.
    whole
        The value, if it is one of these, by identity.
    made
        Those that the body has made, when it is settled.
    """

    place: Place | None
    frame: Frame
    leaves: list[Any]
    arrays: list[Shown | None]
    objects: dict[int, Any] = field(default_factory=dict)
    whole: int | None = None
    made: frozenset[int] = frozenset()
    same: Any = None  # the value, if it was there before, once this is let go
    mixed: bool = False  # whether something in it was

    def let_go(self) -> None:
        """Refer to no container any more, but for one that the value is."""
        self.same = None if self.whole is None else self.objects.get(self.whole)
        self.mixed = bool(self.objects)
        self.objects = {}


class Body:
    """One stretch: its lines, what it wrote, and how it ended."""

    def __init__(
        self, what: str, seen: Callable[[Body, Any], Any] | None = None, scattered: Set[int] = frozenset()
    ) -> None:
        self.level = Closed(what)
        self._seen = seen
        self._scattered = scattered  # lists whose items are stacked, by identity
        self.journal = Journal()
        self.outcome: Outcome | None = None
        self.is_trial = False
        self.missed = False  # whether a name was read in some case that is not bound
        self.is_root = False  # the whole program
        self.happens = False  # whether what is in it happens once, for sure, where the body around it does
        self.iterators: dict[int, Any] = {}  # those made in it
        self.lent: list[Box] = []  # arrays that must not be written
        self.copies: dict[int, tuple[Any, Doubt]] = {}  # containers that may be one with others, and why
        self.own: set[int] = set()  # the names that its blocks bind, by their cells
        self.around: set[int] = set()  # all that its blocks see
        self.entries: list[Entry] = []  # what has become of the loops and choices in it
        self._raw: list[tuple[Place, Any]] = []
        self._finals: dict[tuple[Any, ...], Final] = {}
        self.arrays_written: frozenset[tuple[int, int]] = frozenset()  # of those that it makes
        self.written: frozenset[int] = frozenset()  # the objects that it writes, by identity
        self.error: tuple[Raised, list[Any], Any] | None = None  # what is raised, the values in it, and where
        self.value: Final | None = None  # what is returned
        self.appended: dict[int, int] = {}  # to which lists how many items have been appended, and nothing else

    @property
    def look(self) -> Look | None:
        """What to take for a container that comes from outside of the function, and for a function made in it."""
        return None if self._seen is None else functools.partial(self._seen, self)

    def begin(self, *blocks: Any) -> None:
        """Blocks are about to be gone through: note the names outside of them that they bind."""
        for block in blocks:
            if block is not None:
                self.journal.watch(block)
                self.own |= {id(place.cell) for place in cells_of(block)}
                self.around.update(cells_around(block))

    def is_spare(self, place: Place, live: Iterable[str]) -> bool:
        """Whether a place is a name that is not read any more."""
        return isinstance(place, Cell) and id(place.cell) in self.own and place.name not in live

    def collect(self) -> None:
        """Note what is in the places that were written, before it is undone."""
        self.written = self.journal.written()
        self.arrays_written = frozenset(self.journal.new_arrays_written)
        self._raw = [(change.place, change.new) for change in self.journal.changes()]
        contents = self.journal.changed_contents()
        self._raw += [(Whole(change.container), change.new) for change in contents]
        self.appended = {id(change.container): change.appended_count for change in contents}
        stacked: dict[int, Stacked | None] = {}
        self._finals = {}
        for place, new in self._raw:
            if isinstance(place, Item) and id(place.owner) in self._scattered:
                if id(place.owner) not in stacked:
                    whole = stacked[id(place.owner)] = self._stacked(place.owner)
                    if whole is not None:
                        self._finals[whole.key] = final_of(whole, whole.get(), self.look)
                if stacked[id(place.owner)] is not None:
                    continue
            self._finals[place.key] = final_of(place, new, self.look, lazily=self.is_root)
        if self.outcome is not None and RETURN in self.outcome.ways:
            self.value = final_of(None, self.outcome.value, self.look)
        if self.outcome is not None and isinstance(self.outcome.code, Box):
            self.outcome = replace(self.outcome, code=self.outcome.code.snapshot())

    def _stacked(self, items: list[Any]) -> Stacked | None:
        return stacked_place(items, items if self.look is None else self.look(items))

    def filled(self) -> list[Place]:
        """The places that it leaves something in; without the contents of arrays."""
        return [one.place for one in self._finals.values() if isinstance(one.place, (Cell, Item, Attribute, Whole))]

    def has(self, place: Place) -> bool:
        """Whether it leaves something in a place."""
        return place.key in self._finals

    def leave(self, finals: Iterable[Final]) -> None:
        """Add what is in some more places at its end."""
        self._finals.update((one.place.key, one) for one in finals if one.place is not None)

    def redo(self) -> None:
        """Write it again, to go on from there."""
        for place, new in self._raw:
            place.put(new)

    def settle(self, *others: Final) -> dict[tuple[Any, ...], Final]:
        """What is left of what the body wrote: without what it made and forgot.

        Of the containers in it, and in some other values, `objects` are those that were there before.
        """
        self._raw = []
        self.iterators, self.copies = {}, {}
        if self.outcome is not None and self.outcome.value is not None:
            self.outcome = replace(self.outcome, value=None)
        finals = list(self._finals.values())
        self._finals = {}
        rests = []
        for one in finals:  # what refers to the objects goes, so that only those are alive that others know
            assert one.place is not None
            owner, rest = apart(one.place)
            rests.append((id(owner), rest))
            one.place = None
        owner = None
        values = [*finals, *others, *([] if self.value is None else [self.value])]
        held = {number: one for final in values for number, one in final.objects.items()}
        for one in values:
            one.made, one.objects = frozenset(one.objects), {}
        alive = self.journal.alive(held)
        for one in values:
            one.objects = {number: held[number] for number in one.made if number in held}
            one.made = one.made - held.keys()
        found = {}
        for (number, rest), one in zip(rests, finals, strict=True):
            if number in alive:
                one.place = joined(alive[number], rest)
                found[one.place.key] = one
        return found

    def inputs_of(self, values: Iterable[Any]) -> list[Any]:
        """What stands for values in the lines of the body."""
        return [self.level.input_of(value) for value in values]

    def close(self, inputs: Iterable[Var], outputs: Iterable[Any], names: tuple[str, ...] = ()) -> WengertList:
        """The lines as a list."""
        self.level.close()
        return WengertList(tuple(inputs), tuple(self.level.recorder.lines), tuple(outputs), names)

    def settled_error(self) -> BaseException:
        """The exception that the body raises, with the attributes it had there."""
        assert self.error is not None
        error = self.error[0].exception
        error.__dict__.update(self.error[0].attributes)
        return error

    def acts(self) -> bool:
        """Whether the body does something beside computing."""
        return any(line.acts() for line in self.level.recorder.lines)


def final_of(place: Place | None, value: Any, look: Look | None = None, lazily: bool = False) -> Final:
    """What is in a place, its arrays as they are at this moment; `lazily`: numbers that nobody has read yet stay so."""
    if isinstance(place, Contents):
        level, var = value
        return Final(place, LEAF, [Box(level, var)], [None])
    leaves, frame = flatten(value, look)
    arrays = [shown(x) if isinstance(x, Box) and x.is_array() else None for x in leaves]
    objects = containers(value, look)
    whole = id(value) if id(value) in objects else None
    return Final(place, frame, [x if lazily and _is_unread(x) else now(x) for x in leaves], arrays, objects, whole)


def _is_unread(value: Any) -> bool:
    """Whether a value is a number in a stack that nobody has read: it is not written either."""
    return isinstance(value, Box) and value.seen < 0 and not value.ssa.type.shape


def now(value: Any) -> Any:
    """A number or an array as it is at this moment, whatever is written later."""
    return value.snapshot() if isinstance(value, Box) and value.level.active else value
