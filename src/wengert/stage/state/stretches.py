"""The stretches of a program that are being recorded, one in another: what they do, and the lines that come of it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from wengert.errors import StagingError
from wengert.ir import Location, Primitive, Var, bind, located, user_location, users_line
from wengert.record import GROUND, Box, open_body
from wengert.stage.state.bodies import Body
from wengert.stage.state.giving_up import GiveUp
from wengert.stage.state.report import Entry

DEEPEST = 120  # bodies in bodies


class Stretches(ABC):
    """The open bodies: lines go into the innermost one, and what is done is noted in its journal."""

    def __init__(self) -> None:
        self.bodies: list[Body] = []

    @abstractmethod
    def new_body(self, what: str) -> Body:
        """A body that is about to be opened."""

    @contextmanager
    def body(self, what: str, happens: bool = False) -> Iterator[Body]:
        """A stretch of the program becomes a body: what it does is noted, and undone at its end."""
        self.check_depth()
        body = self.new_body(what)
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

    def happens(self) -> bool:
        """Whether what is done now will be done once, for sure."""
        return all(body.happens for body in self.bodies)

    def refusal(self, reason: str) -> BaseException:
        """What to raise where something must not be tried: a loop that is being tried runs in Python then."""
        if any(body.is_trial for body in self.bodies):
            return GiveUp(reason)
        return StagingError(f"in a choice that depends on a value that is not known yet: {reason}{users_line()}")

    def note(self, what: str, status: str, detail: str = "", location: Location | None = None) -> None:
        """Note what has become of a loop or choice."""
        self.innermost.entries.append(Entry(what, location or user_location(), status, detail))

    def takes_from(self, iterator: Any) -> None:
        """An iterator is about to move on, which cannot be undone."""
        if not hasattr(type(iterator), "__next__"):
            return
        for body in reversed(self.bodies):
            if id(iterator) in body.iterators:
                return
            if not body.happens:
                raise self.refusal("it takes from an iterator that was made before")
