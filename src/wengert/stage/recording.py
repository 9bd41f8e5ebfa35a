"""A function being recorded once, with abstract values: the state that all hooks share."""

from __future__ import annotations

import functools
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from types import FunctionType, MethodType
from typing import Any

import numpy as np

from wengert.errors import LeakedTracerError, StagingError
from wengert.functions.demands import demand, is_abstract
from wengert.ir import Var, is_vague, user_location, users_line
from wengert.read.blocks import iterate
from wengert.read.convert import has_source
from wengert.read.members import item, store
from wengert.read.observer import UNSEEN, Observer, observer
from wengert.read.operations import binary, compare, in_place
from wengert.read.source import is_users
from wengert.read.users import users_function
from wengert.record import GROUND, Box, boxed_kinds, watching_writes
from wengert.stage.outside import sources
from wengert.stage.outside.arguments import (
    asked_for_numbers,
    call_partial,
    case_by_case,
    is_written_by_user,
    passes_on,
    taken_by,
    with_defaults,
    without_source,
)
from wengert.stage.outside.capture import Capture
from wengert.stage.outside.constants import needed_by
from wengert.stage.outside.functions import Functions
from wengert.stage.outside.reads import Outside
from wengert.stage.state.aliases import Aliases, Doubt
from wengert.stage.state.bodies import Body, Final, final_of
from wengert.stage.state.giving_up import GiveUp, Unroll
from wengert.stage.state.outcomes import raised, returned
from wengert.stage.state.stretches import Stretches
from wengert.stage.tables import BEFORE, BY_CASES, ITEMS, OPERATORS, Proceed, handler_of
from wengert.stage.values.callees import CALLEES
from wengert.stage.values.frames import (
    Frame,
    containers,
    flatten,
    is_number,
    mapped,
    rebuild,
)
from wengert.stage.values.grown import grown_in, item_of_grown, refusal
from wengert.stage.values.masked import has_abstract, is_chosen, part_of, write_chosen
from wengert.stage.values.one_of import Missing, OneOf
from wengert.stage.values.places import (
    UNBOUND,
    Attribute,
    Contents,
    Place,
    Whole,
)
from wengert.stage.values.stacked import Stacked, write_item
from wengert.stage.values.templates import error_template, place_of
from wengert.tree import reading

FRAMES = 5000


class Recording(Stretches, Observer):
    """One recording, from the first line of a function to its result.

    What a stretch of the program does to names, attributes, containers and arrays is noted in the innermost journal;
    the lines go into the innermost body. Both are those of the stretch that is being tried or recorded.
    """

    def __init__(self) -> None:
        super().__init__()
        self.aliases = Aliases()
        self.generators: dict[int, Any] = {}  # of random numbers, made inside from fixed seeds
        self.attempts: list[Callable[[], tuple[type, ...]]] = []  # what the user's `try` statements around catch
        self.accumulators: list[dict[int, Any]] = []  # lists that grow in the loops that are being tried
        self.scattered: set[int] = set()  # lists that are written at numbers that are not known yet, by identity
        self.guesses: dict[Any, Any] = {}  # what loops have carried when they were last recorded
        self.kinds: list[Frame] = []  # of the things that have been alternatives of each other, by their numbers

    def begin(self, level: Any, modes: dict[Any, str]) -> Capture:
        """The whole program is about to be recorded at a level."""
        self.capture = Capture(level, modes)
        self.outside = Outside(self.capture, self.bodies, self.reads_contents)
        self.functions = Functions(self.capture)
        return self.capture

    @contextmanager
    def running(self) -> Iterator[None]:
        """The span in which the hooks know of this recording."""
        limit = sys.getrecursionlimit()
        sys.setrecursionlimit(max(limit, FRAMES))  # a choice takes several frames
        tokens = (
            (observer, observer.set(self)),
            (watching_writes, watching_writes.set(self._writes_box)),
            (boxed_kinds, boxed_kinds.set("fciub")),
            (reading, reading.set(lambda x: self.outside.opened(x))),
        )
        try:
            yield
        finally:
            for variable, token in reversed(tokens):
                variable.reset(token)  # type: ignore[arg-type]
            sys.setrecursionlimit(limit)

    # -- bodies --------------------------------------------------------------------------------------------------------

    def new_body(self, what: str) -> Body:
        """A body with its view of what is from outside."""
        if not self.bodies:
            return Body(what, lambda body, x: self._seen(body, x, self.outside.referred))
        return Body(what, lambda body, x: self._seen(body, x, self.outside.opened), self.scattered)

    def _seen(self, body: Body, x: Any, look: Callable[[Any], Any]) -> Any:
        """What a body leaves in a place, or in something in it, as it is to be taken apart."""
        return self.functions.apart(body, x) if type(x) in CALLEES else look(x)

    def follow(self, body: Body, function: Callable[[], Any]) -> None:
        """Run a block in the body that is open for it; an exception that the user would see is its outcome."""
        body.begin(function)
        try:
            body.outcome = function()
        except (StagingError, LeakedTracerError, RecursionError):
            raise
        except Exception as error:
            self.must_not_be_caught(error)
            if isinstance(error, NameError):
                for one in self.bodies:
                    one.missed = True
            body.outcome = raised(error)
            place = place_of(error) or user_location()
            body.error = (*error_template(error), place)

    # -- places --------------------------------------------------------------------------------------------------------

    def assign(self, place: Place, value: Any) -> None:
        """Put a value into a place, as if the program had."""
        if type(value) is Missing:
            value = UNBOUND
        if isinstance(place, Contents):
            if not isinstance(value, Box):
                place.box[...] = value
                return
            self._writes_box(place.box)
            value = (value.level, value.ssa)
        elif isinstance(place, (Whole, Stacked)):
            self.innermost.journal.note_contents(place.container)
        else:
            self.innermost.journal.note(place)
        before = _arrays(place.container) if isinstance(place, Stacked) else []
        place.put(value)
        if before:
            self._have_copies(place.container, before)

    def current(self, place: Place) -> Final:
        """What is in a place now."""
        return final_of(place, self.outside.in_place(place), self.outside.opened)

    def guard(self, values: Iterable[Any], reason: Doubt) -> None:
        """Note that what is in some values may be one with something else: it must not be written."""
        for value in values:
            for number, one in containers(value).items():
                self.innermost.copies[number] = (one, reason)

    def check_written(self, owner: Any) -> None:
        """Raise StagingError if a write might have to show in something else that is still in use."""
        for body in self.bodies:
            if id(owner) in body.copies:
                self._refuse(body.copies[id(owner)][1], "copy.deepcopy(x)")

    def _refuse(self, doubt: Doubt | None, copy: str) -> None:
        """A loop that can be unrolled is, in another recording; then it is known what is one with what."""
        if doubt is None:
            return
        if doubt.loop is not None and ("unrolled", doubt.loop) not in self.capture.modes:  # else it did not help
            self.capture.modes["unrolled", doubt.loop] = doubt.reason
            raise Unroll
        raise StagingError(f"{doubt.reason}, and one of them is written. Write into a copy: x = {copy}{users_line()}")

    def _writes_box(self, box: Box) -> None:
        self._refuse(self.aliases.doubt(box), "x.copy()")
        if any(box is lent for body in self.bodies for lent in body.lent):
            raise self.refusal("it writes into the items of a list")
        if self.bodies:
            self.innermost.journal.note_box(box)

    # -- what the reader tells -----------------------------------------------------------------------------------------

    def calls(self, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any], call: Callable[..., Any]) -> Any:
        """A call: by the tables of what it means here, else as it is read."""
        kind = type(function)
        if kind in BY_CASES:
            return BY_CASES[kind](function, lambda one: self.calls(one, args, kwargs, call))
        if any(type(x) in BY_CASES for x in (*args, *kwargs.values())) and not passes_on(function):
            return case_by_case(function, args, kwargs)
        if kind is FunctionType and is_users(function.__code__):
            if args and not is_number(args[0]):
                self.capture.runs(function, args[0])
            if not has_source(function):
                args, kwargs = without_source(self.outside, function, args, kwargs)
            self.innermost.journal.watch(function)
            args, kwargs = with_defaults(self.capture, function, args, kwargs)
        elif kind is MethodType and users_function(function.__func__) is not None:
            source = self.capture.source_of(function)
            if source is not None:
                self.capture.remember(function.__self__, sources.attribute(source, "__self__"))
            if not has_source(function.__func__):
                (_, *args), kwargs = without_source(self.outside, function.__func__, (function.__self__, *args), kwargs)  # type: ignore[assignment]
            self.innermost.journal.watch(function.__func__)
            (_, *args), kwargs = with_defaults(self.capture, function.__func__, (function.__self__, *args), kwargs)  # type: ignore[assignment]
        elif not is_written_by_user(function):
            for ask in BEFORE:
                ask(self, function)
            handed = taken_by(self.outside, function)
            if handed is not None:
                args = tuple(map(handed, args))
                kwargs = {key: handed(value) for key, value in kwargs.items()}
            if kind is functools.partial:
                return call_partial(self.capture, function, args, kwargs)
        handler, owner = handler_of(function, args)
        proceed = Proceed(function, call)
        if handler is None:
            out = asked_for_numbers(function, args, kwargs, call)
        elif owner is None:
            out = handler(self, proceed, *args, **kwargs)
        else:
            out = handler(self, proceed, owner, *args, **kwargs)
        if type(out) in BY_CASES:
            return BY_CASES[type(out)](out, None)
        if isinstance(function, type):
            self.makes(out)
        if hasattr(type(out), "__next__"):
            self.innermost.iterators[id(out)] = out
        return out

    def loads_attribute(self, owner: Any, name: str, value: Any) -> Any:
        """`owner.name`, which may come from outside."""
        return self.outside.attribute(owner, name, value)

    def misses_attribute(self, owner: Any, name: str, kept: bool = False) -> None:
        """An attribute is not there."""
        self.outside.misses(owner, name, kept)

    def makes(self, instance: Any) -> None:
        """An object has been made."""
        self.capture.made.add(id(instance))

    def loads_item(self, owner: Any, index: Any) -> Any:
        """`owner[index]` of a list that grows, or by an abstract number, or from outside."""
        if type(owner) in BY_CASES:
            return BY_CASES[type(owner)](owner, lambda one: item(one, index))
        if type(index) in BY_CASES:
            return BY_CASES[type(index)](index, lambda one: item(owner, one))
        if type(owner) is list:
            items = self.accumulator(owner)
            if items is not None:
                return items.read(index)
            if grown_in(owner) is not None:
                return item_of_grown(owner, index)
        if type(owner) in (list, tuple) and is_abstract(index):
            return ITEMS[type(owner)](self.inside(owner), index)
        if type(owner) is dict and is_abstract(index) and _are_whole(owner, index):
            return self._by_key(self.inside(owner), index)
        if isinstance(owner, (Box, np.ndarray)) and has_abstract(index):
            return part_of(Box(GROUND, Var(owner)) if isinstance(owner, np.ndarray) else owner, index)
        return self.outside.item(owner, index)

    def _by_key(self, owner: dict[int, Any], key: Any) -> Any:
        """The item of an abstract key, of whole numbers."""
        same = np.equal(np.array(list(owner)), key)
        demand(np.any(same), KeyError("a key that is not in the dict"))
        return ITEMS[list](list(owner.values()), np.argmax(same))

    def inside(self, x: Any) -> Any:
        """A container all of which is about to be read; what comes from outside is noted."""
        return self.outside.inside(x)

    def stores_item(self, owner: Any, index: Any, value: Any) -> bool:
        """`owner[index] = value` in a container, or where a mask holds."""
        if type(index) in BY_CASES:
            BY_CASES[type(index)](index, lambda one: store(value, owner, one))
            return True
        if type(value) in BY_CASES and not isinstance(owner, (list, dict, deque)):
            BY_CASES[type(value)](value, lambda one: store(one, owner, index))
            return True
        mask = is_chosen(index, owner) if isinstance(owner, Box) else None
        if mask is not None:
            write_chosen(owner, mask, value)
            return True
        if isinstance(owner, (list, dict, deque)):
            self.writes_contents(owner)
            if is_abstract(index):
                if type(owner) is not list:
                    kind = type(owner).__name__
                    raise StagingError(f"an item of a {kind} is written at a number that is not known yet: use a list")
                self._scatter(owner, index, value)
                return True
        return False

    def _scatter(self, items: list[Any], index: Any, value: Any) -> None:
        """An item of a list is written by an abstract number; arrays in it are copied, and may not be written then."""
        self.scattered.add(id(items))
        before = _arrays([self.inside(items), value])
        write_item(items, self.inside(items), index, value)
        self._have_copies(items, before)

    def _have_copies(self, items: list[Any], before: list[Box]) -> None:
        """The arrays that were in a list are not those that are in it now, as they should be."""
        doubt = Doubt("an array may be in a list, of which an item is written at a number that is not known yet")
        for stack in {id(x): x for x in _arrays(items)}.values():
            self.aliases.add(stack, before, doubt)

    def writes_attribute(self, owner: Any, name: str) -> None:
        """`owner.name = value`."""
        self.check_written(owner)
        self.innermost.journal.note(Attribute(owner, name))

    def writes_contents(self, container: Any, appends: bool = False) -> None:
        """A container is about to be changed."""
        if self.accumulator(container) is not None:
            raise GiveUp("it changes a list to which it appends")
        if grown_in(container) is not None and not appends:
            raise refusal(container)
        self.check_written(container)
        if isinstance(container, (list, dict, set, deque)):
            self.innermost.journal.note_contents(container)

    def reads_contents(self, container: Any) -> None:
        """All of a container is about to be read."""
        if self.accumulator(container) is not None:
            raise GiveUp("it reads a list to which it appends")
        if grown_in(container) is not None:
            raise refusal(container)

    def combines(self, name: str, x: Any, y: Any) -> Any:
        """An operator that means something else for abstract numbers, or for what is from outside."""
        if type(x) in BY_CASES:
            return BY_CASES[type(x)](x, lambda one: binary(name, one, y))
        if type(y) in BY_CASES:
            return BY_CASES[type(y)](y, lambda one: binary(name, x, one))
        handler = OPERATORS.get(name)
        return UNSEEN if handler is None else handler(self, x, y)

    def combines_in_place(self, name: str, x: Any, y: Any) -> Any:
        """Writing in place, where either may be several things: each of them is written, or read, in its case."""
        if type(x) in BY_CASES:
            return BY_CASES[type(x)](x, lambda one: in_place(name, one, y))
        if type(y) not in BY_CASES:
            return UNSEEN
        if not (isinstance(x, np.ndarray) or (isinstance(x, Box) and x.is_array())):
            return BY_CASES[type(y)](y, lambda one: in_place(name, x, one))

        def write(one: Any) -> None:
            in_place(name, x, one)

        BY_CASES[type(y)](y, write)
        return x

    def compares(self, name: str, x: Any, y: Any) -> Any:
        """The same for a comparison."""
        if type(x) in BY_CASES:
            return BY_CASES[type(x)](x, lambda one: compare(name, one, y))
        if type(y) in BY_CASES:
            return BY_CASES[type(y)](y, lambda one: compare(name, x, one))
        handler = OPERATORS.get(name)
        return UNSEEN if handler is None else handler(self, x, y)

    def enters(self, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any], call: Callable[..., Any]) -> Any:
        """A transform in the program: the function becomes a list, which is then run on the transform's values."""
        with self.body("call", happens=True) as body:
            given = body.level.given

            def as_input(x: Any) -> Any:
                if not isinstance(x, Box) or x.level is GROUND:
                    return x
                box = body.level.add_input(x.type, is_vague(x))
                box.argument = x.argument
                given[box.ssa] = x
                return box

            is_outside = lambda x: self.capture.source_of(x) is not None  # noqa: E731
            inner_args, inner_kwargs = mapped((args, kwargs), as_input, is_outside)
            out = call(function, *inner_args, **inner_kwargs)
            if type(out) in BY_CASES:
                out = BY_CASES[type(out)](out, None)
            body.outcome = returned(out.number() if type(out) is OneOf else out)
        self.innermost.entries += body.entries
        finals = body.settle()
        now = self.splice(body, given)
        for final in finals.values():
            assert final.place is not None
            values = [now(leaf) for leaf in final.leaves]
            whole = rebuild(final.frame, iter(values)) if final.frame.kind is not None else values[0]
            self.assign(final.place, whole)
        assert body.value is not None
        return rebuild(body.value.frame, iter([now(leaf) for leaf in body.value.leaves]))

    def iterates(self, x: Any) -> Any:
        """Something is about to be gone through."""
        if type(x) in BY_CASES:
            return BY_CASES[type(x)](x, lambda one: tuple(iterate(one)))
        self.takes_from(x)
        return self.inside(x)

    def accumulator(self, x: Any) -> Any:
        """What is known of a list that grows in a loop that is being tried; `None` for others."""
        for lists in reversed(self.accumulators):
            if id(x) in lists:
                return lists[id(x)]
        return None

    def lend(self, arrays: list[Any]) -> None:
        """Stacks of the items of a list: a write into one would miss the item."""
        for array in arrays:
            if isinstance(array, Box):
                self.innermost.lent.append(array)

    def give_way(self, error: BaseException) -> None:
        """Begin again with constants where an error asks for the number of something that can be one."""
        again = needed_by(error, self.capture.level, self.capture.may_be_constant())
        if again is not None:
            raise again from None

    # -- exceptions ----------------------------------------------------------------------------------------------------

    def must_not_be_caught(self, error: BaseException) -> None:
        """Refuse what raises only when the list runs, where the program would catch it."""
        for types in self.attempts:
            if isinstance(error, types()):
                raise StagingError(
                    f"the program catches {type(error).__name__}, which depends on a value here: it would be raised "
                    f"only when the compiled function runs. Test for it with an if instead{users_line()}"
                ) from error


def _arrays(value: Any) -> list[Box]:
    """The arrays that a value refers to."""
    return [x.root() for x in flatten(value)[0] if isinstance(x, Box) and x.is_array()]


def current_recording() -> Recording | None:
    """The recording in progress."""
    found = observer.get()
    return found if isinstance(found, Recording) else None


def _are_whole(owner: dict[Any, Any], index: Any) -> bool:
    return bool(owner) and all(type(key) is int for key in owner) and index.dtype.kind in "iu" and not index.shape
