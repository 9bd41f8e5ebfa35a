"""A function being recorded once, with abstract values: the state that all hooks share."""

from __future__ import annotations

import functools
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Set
from contextlib import contextmanager
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from wengert.errors import LeakedTracerError, StagingError
from wengert.functions.demands import is_abstract
from wengert.ir import Location, Primitive, Var, bind, is_vague, located, user_location, users_line
from wengert.ir.location import PACKAGE
from wengert.read.blocks import iterate
from wengert.read.calls import call, is_read
from wengert.read.convert import has_source
from wengert.read.members import attribute, item, store
from wengert.read.observer import UNSEEN, Observer, observer
from wengert.read.operations import binary, compare
from wengert.read.source import is_users
from wengert.read.users import users_function, users_method
from wengert.record import GROUND, Box, boxed_kinds, open_body, watching_writes
from wengert.stage import sources
from wengert.stage.aliases import Aliases, Doubt
from wengert.stage.bodies import Body, Final, final_of
from wengert.stage.callees import CALLEES, own_cells, taken_apart
from wengert.stage.constants import needed_by
from wengert.stage.giving_up import GiveUp, Unroll
from wengert.stage.grown import grown_in, item_of_grown, refusal
from wengert.stage.masked import chosen_from, is_mask, write_chosen
from wengert.stage.one_of import Missing, OneOf
from wengert.stage.outcomes import raised, returned
from wengert.stage.places import (
    UNBOUND,
    Attribute,
    Cell,
    Contents,
    Item,
    Place,
    Whole,
    global_names,
    is_namespace,
    same,
)
from wengert.stage.report import Entry
from wengert.stage.stacked import Stacked, write_item
from wengert.stage.tables import BEFORE, BY_CASES, FUNCTIONS, ITEMS, METHODS, OPERATORS, Proceed
from wengert.stage.templates import error_template, place_of
from wengert.stage.unknown import Unknown
from wengert.stage.values import (
    Frame,
    attributes,
    containers,
    flatten,
    is_instance,
    is_number,
    mapped,
    parts_of,
    rebuild,
    with_parts,
)
from wengert.tree import reading

DEEPEST = 120  # bodies in bodies
FRAMES = 5000


class Recording(Observer):
    """One recording, from the first line of a function to its result.

    What a stretch of the program does to names, attributes, containers and arrays is noted in the innermost journal;
    the lines go into the innermost body. Both are those of the stretch that is being tried or recorded.
    """

    def __init__(self) -> None:
        self.bodies: list[Body] = []
        self.aliases = Aliases()
        self.generators: dict[int, Any] = {}  # of random numbers, made inside from fixed seeds
        self.capture: Any = None  # what it reads from outside
        self.attempts: list[Callable[[], tuple[type, ...]]] = []  # what the user's `try` statements around catch
        self.accumulators: list[dict[int, Any]] = []  # lists that grow in the loops that are being tried
        self.functions: WeakKeyDictionary[Any, int] = WeakKeyDictionary()  # that the program has made, and when
        self.scattered: set[int] = set()  # lists that are written at numbers that are not known yet, by identity
        self.guesses: dict[Any, Any] = {}  # what loops have carried when they were last recorded
        self.kinds: list[Frame] = []  # of the things that have been alternatives of each other, by their numbers

    @contextmanager
    def running(self) -> Iterator[None]:
        """The span in which the hooks know of this recording."""
        limit = sys.getrecursionlimit()
        sys.setrecursionlimit(max(limit, FRAMES))  # a choice takes several frames
        tokens = (
            (observer, observer.set(self)),
            (watching_writes, watching_writes.set(self._writes_box)),
            (boxed_kinds, boxed_kinds.set("fciub")),
            (reading, reading.set(self.opened)),
        )
        try:
            yield
        finally:
            for variable, token in reversed(tokens):
                variable.reset(token)  # type: ignore[arg-type]
            sys.setrecursionlimit(limit)

    # -- bodies --------------------------------------------------------------------------------------------------------

    @contextmanager
    def body(self, what: str, happens: bool = False) -> Iterator[Body]:
        """A stretch of the program becomes a body: what it does is noted, and undone at its end."""
        self.check_depth()
        look = self._looked_at if self.bodies else self._seen_from_outside
        body = Body(what, look, self.scattered if self.bodies else frozenset())
        body.happens = happens
        with self._inside(body):
            yield body

    def check_depth(self, pred: Any = None) -> None:
        """Raise StagingError where choices are nested too deep, the last one by this predicate."""
        if len(self.bodies) >= DEEPEST:
            error = StagingError(
                f"choices that depend on values that are not known yet are nested {DEEPEST} deep, as in a recursion "
                f"whose end depends on such a value{users_line()}"
            )
            error.box = pred  # a recursion by an integer among the arguments is written out
            raise error

    @contextmanager
    def resumed(self, body: Body) -> Iterator[None]:
        """Go on in a body from where it ended."""
        body.redo()
        with self._inside(body):
            yield

    @contextmanager
    def _inside(self, body: Body) -> Iterator[None]:
        self.bodies.append(body)
        token = open_body.set(body.level)
        try:
            yield
        finally:
            try:
                body.collect()
            finally:
                open_body.reset(token)
                self.bodies.pop()
                body.journal.undo()
                body.level.forget_views()

    @contextmanager
    def lines_into(self, body: Body) -> Iterator[None]:
        """Add lines to a body that has ended, without doing anything else in it."""
        token = open_body.set(body.level)
        try:
            yield
        finally:
            open_body.reset(token)
            body.level.forget_views()

    @property
    def innermost(self) -> Body:
        """The body into which lines go."""
        return self.bodies[-1]

    def emit(self, primitive: Primitive, args: tuple[Any, ...], params: dict[str, Any]) -> tuple[Any, ...]:
        """Append a line to the innermost body, whatever its inputs are: its outputs."""
        level = open_body.get()
        assert level is not None
        out = level.process(primitive, args, params)
        return out if isinstance(out, tuple) else (out,)

    def splice(self, body: Body, inputs: dict[Var, Any] | None = None) -> Callable[[Any], Any]:
        """Let a body happen after all, line by line, for inputs if it has any; what its values have become."""
        body.level.close()
        env: dict[Var, Any] = {**body.level.outside, **(inputs or {})}
        for line in body.level.recorder.lines:
            args = tuple([env.get(x, x) if type(x) is Var else x for x in line.inputs])
            alone = line.acts() and not any(isinstance(x, Box) and x.level is not GROUND for x in args)
            token = located.set(line.location)
            try:
                out = self.emit(line.primitive, args, line.params) if alone else bind(line.primitive, args, line.params)
            finally:
                located.reset(token)
            for var, value in zip(line.outputs, out if isinstance(out, tuple) else (out,), strict=True):
                env[var] = value
                if var.type.weak and isinstance(value, Box):
                    value.ssa.weaken()
        return lambda value: env[value.ssa] if isinstance(value, Box) and value.level is body.level else value

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
        return final_of(place, self._loaded(place), self.opened)

    def _loaded(self, place: Place) -> Any:
        """What is in a place, as the program reads it: it may come from outside."""
        if isinstance(place, Stacked):
            return place.read(self.inside(place.container))
        value = place.get()
        if value is UNBOUND or isinstance(place, Contents) or self.is_changed(place):
            return value
        if isinstance(place, Cell):
            outside = id(place.cell) in self.capture.cells
            return self.capture.load(value, sources.cell(place.cell, place.name)) if outside else value
        if isinstance(place, Attribute):
            return self.loads_attribute(place.owner, place.attribute, value)
        if isinstance(place, Item):
            if is_namespace(place.owner):
                return self.capture.load(value, sources.global_name(place.owner, place.index))
            found = self._outside_item(place.owner, place.index)
            return value if found is UNSEEN else found
        return self.inside(place.container) if isinstance(place, Whole) else value

    def _looked_at(self, body: Body, x: Any) -> Any:
        """What a body leaves in a place, or in something in it, as it is to be taken apart."""
        return self._called(body, x) if type(x) in CALLEES else self.opened(x)

    def _seen_from_outside(self, body: Body, x: Any) -> Any:
        """The same for the whole program."""
        return self._called(body, x) if type(x) in CALLEES else self.referred(x)

    def _called(self, body: Body, x: Any) -> Any:
        if not self._made_in(body, x) or self.capture.source_of(getattr(x, "__self__", None)) is not None:
            return x
        return taken_apart(x, functools.partial(self._cells_before, body))

    def _made_in(self, body: Body, function: Any) -> bool:
        if self.capture.source_of(function) is not None:
            return False
        return type(function) is not FunctionType or self.functions.get(function, 0) > body.journal.began

    def is_lasting(self, body: Body, value: Any) -> bool:
        """Whether something that is no number may be taken for the one that another run of a body would have made."""
        if type(value) is FunctionType:
            made = is_users(value.__code__) and self._made_in(body, value)
            return not (made and own_cells(value, functools.partial(self._cells_before, body)))
        return isinstance(value, _LASTING) or value is UNBOUND or self.capture.source_of(value) is not None

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
        if doubt.loop is not None:
            self.capture.modes["unrolled", doubt.loop] = doubt.reason
            raise Unroll
        raise StagingError(f"{doubt.reason}, and one of them is written. Write into a copy: x = {copy}{users_line()}")

    def _cells_before(self, body: Body) -> Set[int]:
        """The variables that functions had which are older than a body, or that its blocks see."""
        older = (one for one, born in self.functions.items() if born < body.journal.began)
        return {id(cell) for one in older for cell in one.__closure__ or ()} | body.around | self.capture.cells.keys()

    def opened(self, x: Any) -> Any:
        """A container or an object from outside with what is in it as the program reads it; else the same."""
        if is_instance(x) and self.capture.source_of(x) is not None:
            made = object.__new__(type(x))
            self.makes(made)
            for name in attributes(x):
                object.__setattr__(made, name, attribute(x, name))
            return made
        return self._items_of(x) if isinstance(x, (list, dict, set)) else x

    def referred(self, x: Any) -> Any:
        """A container, an object or an array from outside as a `Reference`; else the same."""
        if type(x) is Box:
            source = self.capture.array_of(x)
        else:
            source = self.capture.source_of(x) if is_instance(x) or isinstance(x, _CONTAINERS) else None
        return x if source is None else self.capture.reference(source)

    def all_of(self, x: Any) -> Any:
        """The same as another value, with all that is in it as the program reads it."""
        return self._all_of(x, frozenset())

    def _all_of(self, x: Any, above: frozenset[int]) -> Any:
        if is_number(x) or id(x) in above:
            return x
        if isinstance(x, _CONTAINERS):
            self.reads_contents(x)
        shown = self.opened(x)
        found = None if shown is x and is_instance(x) else parts_of(shown)
        if found is None:
            return shown
        parts = [self._all_of(part, above | {id(x)}) for part in found[1]]
        return (
            shown if all(a is b for a, b in zip(parts, found[1], strict=True)) else with_parts(shown, found[0], parts)
        )

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
        if any(type(x) in BY_CASES for x in (*args, *kwargs.values())) and not _passes_on(function):
            return self._case_by_case(function, args, kwargs)
        if kind is FunctionType and is_users(function.__code__):
            if args and not is_number(args[0]):
                self.capture.runs(function, args[0])
            if not has_source(function):
                args, kwargs = self._without_source(function, args, kwargs)
            self.innermost.journal.watch(function)
            args, kwargs = self._with_defaults(function, args, kwargs)
        elif kind is MethodType and users_function(function.__func__) is not None:
            source = self.capture.source_of(function)
            if source is not None:
                self.capture.remember(function.__self__, sources.attribute(source, "__self__"))
            if not has_source(function.__func__):
                (_, *args), kwargs = self._without_source(function.__func__, (function.__self__, *args), kwargs)  # type: ignore[assignment]
            self.innermost.journal.watch(function.__func__)
            (_, *args), kwargs = self._with_defaults(function.__func__, (function.__self__, *args), kwargs)  # type: ignore[assignment]
        elif not _is_written_by_user(function):
            for ask in BEFORE:
                ask(self, function)
            handed = self._handed(function)
            if handed is not None:
                args = tuple(map(handed, args))
                kwargs = {key: handed(value) for key, value in kwargs.items()}
            if kind is functools.partial:
                return self._partial(function, args, kwargs)
        handler, owner = _handler(function, args)
        proceed = Proceed(function, call)
        if handler is None:
            out = self._asked_for_numbers(function, args, kwargs, call)
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

    def _case_by_case(self, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """A call with an argument that may be several things."""
        number = next((i for i, x in enumerate(args) if type(x) in BY_CASES), None)
        if number is not None:
            before, x, after = args[:number], args[number], args[number + 1 :]
            return BY_CASES[type(x)](x, lambda one: call(function, *before, one, *after, **kwargs))
        key = next(key for key, x in kwargs.items() if type(x) in BY_CASES)
        return BY_CASES[type(kwargs[key])](kwargs[key], lambda one: call(function, *args, **{**kwargs, key: one}))

    def _asked_for_numbers(self, function: Any, args: Any, kwargs: Any, call: Callable[..., Any]) -> Any:
        """A call; compiled code that asks an abstract integer for its number hides our error behind one of its own."""
        try:
            return call(function, args, kwargs)
        except TypeError as error:
            if isinstance(error, StagingError) or (type(function) is FunctionType and is_users(function.__code__)):
                raise
            box = _abstract_integer((args, tuple(kwargs.values())))
            if box is None:
                raise
            name = getattr(function, "__name__", type(function).__name__)
            asked = StagingError(f"{name} asks for the number of an abstract integer, such as a length{users_line()}")
            asked.box = box
            raise asked from error

    def _with_defaults(self, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, Any]:
        """The arguments of a call with the defaults of a function from outside: these are from outside, too."""
        source = self.capture.source_of(function)
        if source is None or (function.__defaults__ is None and function.__kwdefaults__ is None):
            return args, kwargs
        code, defaults = function.__code__, function.__defaults__ or ()
        first = code.co_argcount - len(defaults)
        given, more = list(args), dict(kwargs)
        for place in range(len(args), code.co_argcount):
            name = code.co_varnames[place]
            if place >= code.co_posonlyargcount and name in more:
                given.append(more.pop(name))
            elif place >= first:
                at = sources.item(sources.attribute(source, "__defaults__"), place - first)
                given.append(self.capture.load(defaults[place - first], at))
            else:
                return args, kwargs  # one is missing: for Python's own message
        for name, value in (function.__kwdefaults__ or {}).items():
            if name not in more:
                more[name] = self.capture.load(value, sources.item(sources.attribute(source, "__kwdefaults__"), name))
        return tuple(given), more

    def _without_source(self, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, Any]:
        """The arguments of a function whose source is not to be had: what it reads from outside is not seen.

        So that must be what a test can cover. Of the methods that Python writes for dataclasses and namedtuples it is
        known that they only read.
        """
        code = function.__code__
        if code.co_filename == "<string>" and code.co_name.startswith("_"):
            return tuple(map(self.all_of, args)), {key: self.all_of(value) for key, value in kwargs.items()}
        space, cells = function.__globals__, zip(function.__closure__ or (), code.co_freevars, strict=True)
        found = [sources.cell(cell, name) for cell, name in cells if id(cell) in self.capture.cells]
        found += [sources.global_name(space, name) for name in sorted(global_names(code)) if name in space]
        for source in found:
            try:
                value = source.value(())
            except ValueError:
                continue  # not bound yet
            if isinstance(value, _CONTAINERS[:-1]) or is_instance(value):
                raise self._unseen_reading(function, source.text)
            if type(value) is np.ndarray:
                self.capture.modes[source.key] = "constant"
            self.capture.load(value, source)
        for value in (*args, *kwargs.values()):
            if self.capture.source_of(value) is not None and (isinstance(value, _CONTAINERS) or is_instance(value)):
                raise self._unseen_reading(function, f"a {type(value).__name__}")
        return args, kwargs

    @staticmethod
    def _unseen_reading(function: Any, name: str) -> StagingError:
        return StagingError(
            f"the source of {function.__qualname__} is not to be had, and it reads {name} from outside: what it takes "
            f"from there would not be seen. Put the function into a file{users_line()}"
        )

    def _partial(self, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """A call of a `functools.partial`, of which the arguments may be from outside."""
        source = self.capture.source_of(function)
        before, more = function.args, function.keywords
        if source is not None:
            of_args, of_keywords = sources.attribute(source, "args"), sources.attribute(source, "keywords")
            before = tuple([self.capture.load(x, sources.item(of_args, i)) for i, x in enumerate(before)])
            more = {key: self.capture.load(x, sources.item(of_keywords, key)) for key, x in more.items()}
        return call(self.capture.load(function.func, sources.attribute(source, "func")) if source else function.func,
                    *before, *args, **{**more, **kwargs})  # fmt: skip

    def _handed(self, function: Any) -> Callable[[Any], Any] | None:
        """What is done to the arguments for a function that is not read: it may look at all of them.

        Python's own functions hand on the items of a container as they are; transforms take apart what they read.
        """
        if id(function) in _LOOKING_ON or _is_ours(function):
            return None
        owner = getattr(function, "__self__", None)
        if isinstance(owner, _CONTAINERS) and not isinstance(owner, str):
            return known_only(lambda x: x)  # see containers.py
        module = getattr(function, "__module__", None) or getattr(type(owner), "__module__", "")
        return known_only(self.inside if module.partition(".")[0] in _HANDING_ON else self.all_of)

    def loads_attribute(self, owner: Any, name: str, value: Any) -> Any:
        """`owner.name`, which may come from outside."""
        if type(owner) in KNOWN_INSIDE or self.is_changed(Attribute(owner, name)):
            return value
        return self.capture.attribute(owner, name, value)

    def misses_attribute(self, owner: Any, name: str, kept: bool = False) -> None:
        """An attribute is not there."""
        if type(owner) not in KNOWN_INSIDE and not self.is_changed(Attribute(owner, name)):
            self.capture.misses(owner, name, kept)

    def makes(self, instance: Any) -> None:
        """An object has been made."""
        self.capture.made.add(id(instance))

    def is_changed(self, place: Place) -> bool:
        """Whether the program has put something else into a place."""
        for body in self.bodies:
            if body.journal.has(place):
                return not same(body.journal.before(place), place.get())
        return False

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
        if isinstance(owner, (Box, np.ndarray)) and _has_abstract(index):
            return _part(Box(GROUND, Var(owner)) if isinstance(owner, np.ndarray) else owner, index)
        return self._outside_item(owner, index)

    def _outside_item(self, owner: Any, index: Any) -> Any:
        source = self.capture.source_of(owner) if isinstance(owner, (list, dict, deque)) else None
        if source is None:
            return UNSEEN
        if type(index) is slice:
            return self.inside(owner)[index]
        if isinstance(owner, dict):
            if index not in owner:
                self.inside(owner)  # so that it is tested that the key is not there
                return UNSEEN
        else:
            index = range(len(owner))[index]
            self.capture.lookup.has_length(source, len(self._before(owner)))
        if self.is_changed(Item(owner, index)):
            return UNSEEN
        return self.capture.load(owner[index], sources.item(source, index))

    def inside(self, x: Any) -> Any:
        """A container all of which is about to be read; what comes from outside is noted."""
        if isinstance(x, (list, dict, set, deque)):
            self.reads_contents(x)
            return self._items_of(x)
        return x

    def measures(self, x: Any) -> None:
        """How many items a container has is about to be used."""
        source = self.capture.source_of(x) if isinstance(x, (list, dict, set, deque)) else None
        if source is not None:
            self.capture.lookup.has_length(source, len(self._before(x)))

    def _items_of(self, x: Any) -> Any:
        return self.capture.contents(x, self._before(x))

    def _before(self, container: Any) -> Any:
        """What was in a container before the program changed it."""
        journal = next((body.journal for body in self.bodies if body.journal.has_contents(container)), None)
        return container if journal is None else journal.contents_before(container)

    def stores_item(self, owner: Any, index: Any, value: Any) -> bool:
        """`owner[index] = value` in a container, or where a mask holds."""
        if type(index) in BY_CASES:
            BY_CASES[type(index)](index, lambda one: store(value, owner, one))
            return True
        if type(value) in BY_CASES and not isinstance(owner, (list, dict, deque)):
            BY_CASES[type(value)](value, lambda one: store(one, owner, index))
            return True
        if isinstance(owner, Box) and is_mask(index):
            write_chosen(owner, index, value)
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
            raise refusal()
        self.check_written(container)
        if isinstance(container, (list, dict, set, deque)):
            self.innermost.journal.note_contents(container)

    def reads_contents(self, container: Any) -> None:
        """All of a container is about to be read."""
        if self.accumulator(container) is not None:
            raise GiveUp("it reads a list to which it appends")
        if grown_in(container) is not None:
            raise refusal()

    def combines(self, name: str, x: Any, y: Any) -> Any:
        """An operator that means something else for abstract numbers, or for what is from outside."""
        if type(x) in BY_CASES:
            return BY_CASES[type(x)](x, lambda one: binary(name, one, y))
        if type(y) in BY_CASES:
            return BY_CASES[type(y)](y, lambda one: binary(name, x, one))
        handler = OPERATORS.get(name)
        return UNSEEN if handler is None else handler(self, x, y)

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

    def takes_from(self, iterator: Any) -> None:
        """An iterator is about to move on, which cannot be undone."""
        if not hasattr(type(iterator), "__next__"):
            return
        for body in reversed(self.bodies):
            if id(iterator) in body.iterators:
                return
            if not body.happens:
                raise self.refusal("it takes from an iterator that was made before")

    def happens(self) -> bool:
        """Whether what is done now will be done once, for sure."""
        return all(body.happens for body in self.bodies)

    def refusal(self, reason: str) -> BaseException:
        """What to raise where something must not be tried: a loop that is being tried runs in Python then."""
        if any(body.is_trial for body in self.bodies):
            return GiveUp(reason)
        return StagingError(f"in a choice that depends on a value that is not known yet: {reason}{users_line()}")

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

    # -- the report ----------------------------------------------------------------------------------------------------

    def note(self, what: str, status: str, detail: str = "", location: Location | None = None) -> None:
        """Note what has become of a loop or choice."""
        self.innermost.entries.append(Entry(what, location or user_location(), status, detail))


def _arrays(value: Any) -> list[Box]:
    """The arrays that a value refers to."""
    return [x.root() for x in flatten(value)[0] if isinstance(x, Box) and x.is_array()]


def _handler(function: Any, args: tuple[Any, ...]) -> tuple[Any, Any]:
    """What a call means in a recording, and the object whose method it is."""
    if type(function) is BuiltinFunctionType and not isinstance(function.__self__, (ModuleType, *_HASHABLE_OWNERS)):
        owner = function.__self__
        kind = next((kind for kind in _CONTAINERS if isinstance(owner, kind)), type(owner))
        return METHODS.get((kind, function.__name__)), owner
    try:
        return FUNCTIONS.get(function), None
    except TypeError:  # not hashable: an instance of the user's
        return None, None


_LASTING = (
    str, bytes, int, float, complex, type(None), type(Ellipsis), type(NotImplemented), type, ModuleType,
    BuiltinFunctionType, np.ufunc, np.dtype, range, slice, frozenset, np.generic, Unknown,
)  # fmt: skip  # of which it does not matter which of several equal ones there is
_HASHABLE_OWNERS = (np.random.RandomState,)
_CONTAINERS = (list, dict, set, deque, str)
_LOOKING_ON = frozenset(
    map(id, (isinstance, len, type, id, getattr, setattr, hasattr, delattr, callable, iter, print, repr))
)  # functions that do not read what is in an argument, or are known in the tables
KNOWN_INSIDE = frozenset({Box, int, float, complex, str, list, dict, tuple, set, np.ndarray, np.float64, range, slice})


_HANDING_ON = frozenset(
    ("builtins", "itertools", "functools", "_functools", "operator", "_operator", "collections", "_collections", "copy",
     "heapq", "_heapq", "bisect", "_bisect", "contextlib", "dataclasses", "typing", "enum", "abc")
)  # fmt: skip


def _is_ours(function: Any) -> bool:
    """Whether a function is one of this package's."""
    code = getattr(function, "__code__", None)
    return code is not None and code.co_filename.startswith(PACKAGE)


def known_only(take: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """The same function, for what is known: it refuses the rest."""

    def taken(x: Any) -> Any:
        if type(x) is Unknown:
            x.refuse()
        return take(x)

    return taken


def _abstract_integer(value: Any) -> Any:
    """The first abstract integer in nested tuples and lists; None if there is none."""
    if isinstance(value, (tuple, list)):
        return next((found for found in map(_abstract_integer, value) if found is not None), None)
    return value if is_abstract(value) and value.dtype.kind in "iu" and not value.shape else None


def _part(x: Box, index: Any) -> Any:
    """`x[index]` with something abstract in the index."""
    if is_mask(index):
        return chosen_from(x, index)
    if type(index) is tuple and index and is_mask(index[0]) and not any(map(_has_abstract, index[1:])):
        rest = tuple(slice(None) for _ in index[0].shape)
        return chosen_from(x[(*rest, *index[1:])], index[0])
    return x[index]


def _passes_on(function: Any) -> bool:
    """Whether a call does nothing with its arguments by itself: the user's functions, and what fills a container."""
    if _is_written_by_user(function):
        return True
    if type(function) is BuiltinFunctionType and isinstance(function.__self__, (list, dict, deque)):
        return function.__name__ in ("append", "appendleft", "setdefault")
    code = getattr(function, "__code__", None)
    return code is not None and is_users(code)


def _is_written_by_user(function: Any) -> bool:
    """Whether a class or an instance that is called is read."""
    if isinstance(function, type):
        return is_read(function)
    return users_method(type(function), "__call__") is not None


def _has_abstract(index: Any) -> bool:
    if type(index) is tuple:
        return any(map(_has_abstract, index))
    if type(index) is slice:
        return any(map(is_abstract, (index.start, index.stop, index.step)))
    return is_abstract(index)


def current_recording() -> Recording | None:
    """The recording in progress."""
    found = observer.get()
    return found if isinstance(found, Recording) else None


def truth_of(x: Box) -> Any:
    """The truth value of an abstract number, still abstract."""
    kind = x.type
    if kind.size != 1:
        raise ValueError(
            "The truth value of an array with more than one element is ambiguous. Use a.any() or a.all()"
            if kind.size
            else "The truth value of an empty array is ambiguous. Use `array.size > 0`"
        )
    number = np.reshape(x, ()) if kind.shape else x  # type: ignore[call-overload]
    return number if kind.dtype.kind == "b" else number != 0
