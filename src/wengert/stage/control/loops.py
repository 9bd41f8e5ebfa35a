"""The hooks for loops: rolled where that can be, else in Python, with the reason kept."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from wengert.errors import StagingError, UnrolledLoopWarning
from wengert.ir import Location, user_location
from wengert.read.blocks import iterate
from wengert.read.namespace import hook
from wengert.stage.control.branches import go_on, nothing, select, truth
from wengert.stage.control.emission import Emission, Untraced
from wengert.stage.control.rolling import Names, Peel, Rolling
from wengert.stage.control.streams import NoStream, Stream, stream_of
from wengert.stage.recording import Recording, current_recording
from wengert.stage.state.giving_up import GiveUp
from wengert.stage.state.outcomes import BREAK, CONTINUE, CONTINUED, FALL, Live, Outcome

Block = Callable[[], Any]
SHORTEST = 3  # loops of fewer passes are not worth a line
LONG = 256  # passes of an unrolled loop from which on a warning tells why


@hook
def loop(
    iterable: Any,
    body: Callable[[Any], Any],
    orelse: Block | None,
    rest: Block | None,
    live: Any,
    what: str = "for",
) -> Any:
    """`for item in iterable: body`, and what follows where the loop may be left by `return`.

    `what` is what it is in the program, for the report.
    """
    recording = current_recording()
    names = Names(*live)
    if recording is None:
        outcome = _in_python(iter(iterate(iterable)), body)
    else:
        outcome = _For(recording, body, names, user_location(), what).run(iterable)
    return _ended(outcome, orelse, rest, names.live)


@hook
def repeat(test: Block, body: Block, orelse: Block | None, rest: Block | None, live: Any) -> Any:
    """`while test: body`."""
    recording = current_recording()
    names = Names(*live)
    if recording is None:
        outcome = _while_in_python(test, body)
    else:
        outcome = _While(recording, body, names, user_location(), "while").run(test)
    return _ended(outcome, orelse, rest, names.live)


def _ended(outcome: Outcome | None, orelse: Block | None, rest: Block | None, live: Live) -> Any:
    """What comes after a loop: its `else`, unless it was broken, and the rest."""
    outcome = go_on(outcome, orelse, live._replace(end=live.either))
    if outcome is not None and BREAK in outcome.ways:
        ways = outcome.ways - {BREAK} | {FALL}
        code: Any = FALL
        if not outcome.is_known:
            code = outcome.code if ways == {FALL} else _without_break(outcome.code)
        outcome = None if ways == {FALL} else Outcome(code, outcome.value, ways)
    return go_on(outcome, rest, live)


# -- without a recording -----------------------------------------------------------------------------------------------


def _in_python(items: Iterator[Any], body: Callable[[Any], Any]) -> Outcome | None:
    for item in items:
        outcome: Outcome | None = body(item)
        if outcome is not None and outcome is not CONTINUED:
            return outcome
    return None


def _while_in_python(test: Block, body: Block) -> Outcome | None:
    while truth(test()):
        outcome: Outcome | None = body()
        if outcome is not None and outcome is not CONTINUED:
            return outcome
    return None


# -- in a recording ----------------------------------------------------------------------------------------------------


class _Loop:
    """A loop being gone through: some passes in Python, perhaps, and the rest as a line."""

    def __init__(
        self, recording: Recording, body: Callable[..., Any], names: Names, location: Location | None, what: str
    ) -> None:
        self.what = what
        self.recording = recording
        self.body = body
        self.test: Block | None = None
        self.names = names
        self.location = location
        self.passes = 0  # in Python
        self.peeled = 0
        self.reason: str | None = None  # why it is not rolled
        self._lines = len(recording.innermost.level.recorder.lines)

    def roll(self, stream: Stream | None, test: Block | None) -> Outcome | None:
        """The rest of the loop as a line; raises GiveUp, Untraced or Peel."""
        rolling = Rolling(self.recording, stream, test, self.body, self.names, self.location)
        rolling.peeled = self.peeled
        trial = rolling.settle()
        outcome = Emission(rolling, trial).finish()
        rolling.remember()
        self.recording.innermost.entries += trial.entries
        detail = rolling.describe()
        if self.passes:
            detail += f"; after {_passes(self.passes)} in straight lines"
        self.recording.note(self.what, "rolled", detail, self.location)
        return outcome

    def one_before(self, holds: Any, first: Block, rest: Block) -> Outcome | None:
        """A pass in straight lines and the rest after it, where the loop has any: `holds` tells."""
        self.peeled += 1

        def some() -> Outcome | None:
            self.recording.innermost.begin(self.body)
            done, outcome = self.after(first(), rest)
            return outcome if done else rest()

        live = self.names.live
        try:
            return select(self.recording, holds, some, nothing, None, live._replace(end=live.either), self.what)[0]
        except StagingError as error:
            if getattr(error, "box", None) is not None:
                raise
            self.reason = str(error).splitlines()[0]
            raise self.refuse(holds) from error

    def after(self, outcome: Outcome | None, rest: Block) -> tuple[bool, Outcome | None]:
        """After a pass: whether the loop is done with, and how it ended."""
        self.passes += 1
        if outcome is None or outcome is CONTINUED:
            return False, None
        if outcome.is_known:
            return True, outcome
        return True, go_on(_goes_on(outcome), lambda: self._later(rest), self.names.in_pass)

    def _later(self, rest: Block) -> Outcome | None:
        """The passes to come, in a body of their own, which has to know what they write."""
        self.recording.innermost.begin(self.body, self.test)
        found: Outcome | None = rest()
        return found

    def finish(self, outcome: Outcome | None) -> Outcome | None:
        """Note what has become of a loop that has run in Python."""
        straight = len(self.recording.innermost.level.recorder.lines) > self._lines
        if not straight:
            self.recording.note(self.what, "followed", _passes(self.passes), self.location)
            return outcome
        if self.what in ("for", "while") or self.passes >= SHORTEST:
            self.recording.note(self.what, "unrolled", self.reason or "", self.location)
        if self.passes >= LONG and self.location is not None:
            warnings.warn_explicit(
                f"a loop of {self.passes} passes is unrolled, because {self.reason}. The list has lines for every pass",
                UnrolledLoopWarning,
                self.location.file,
                self.location.line,
            )
        return outcome

    def refuse(self, box: Any) -> StagingError:
        """The error for a loop that can neither be rolled nor run in Python, because of an abstract value."""
        error = StagingError(
            f"the loop in line {self.location.line if self.location else '?'} depends on values that are not known yet "
            f"and cannot stay a loop: {self.reason}\n  {self.location}"
        )
        error.box = box
        self.recording.give_way(error)
        return error


class _For(_Loop):
    def run(self, iterable: Any) -> Outcome | None:
        """The whole loop."""
        iterable = iterate(iterable)
        try:
            stream = stream_of(iterable)
        except NoStream as why:
            self.reason = str(why)
            return self.finish(self.python(iter(iterable)))
        return self.known(stream, iter(iterable)) if type(stream.length) is int else self.unknown(stream)

    def unknown(self, stream: Stream) -> Outcome | None:
        """A loop of a number of passes that is not known yet."""
        try:
            return self.roll(stream, None)
        except Peel as peel:
            if self.peeled < peel.most:
                first = functools.partial(self.body, stream.item(0))
                return self.one_before(stream.length > 0, first, lambda: self.unknown(stream.after(1)))
            self.reason = "its passes are not alike"
        except (GiveUp, Untraced) as why:
            self.reason = str(why)
        raise self.refuse(stream.length) from None

    def known(self, stream: Stream, items: Iterator[Any]) -> Outcome | None:
        """A loop of a known number of passes."""
        again = self.recording.capture.modes.get(("unrolled", (self.body.__code__, self.location)))
        if again is not None:
            self.reason = "what it leaves in several places is written afterwards"
            return self.finish(self.python(items))
        while True:
            left = stream.length - self.peeled
            if left < SHORTEST:
                self.reason = self.reason or f"it has {_passes(stream.length)}"
                return self.finish(self.python(items))
            try:
                return self.roll(stream.after(self.peeled), None)
            except Untraced:
                return self.finish(self.python(items))
            except GiveUp as why:
                self.reason = str(why)
                return self.finish(self.python(items))
            except Peel as peel:
                if self.peeled >= peel.most:
                    self.reason = "its passes are not alike"
                    return self.finish(self.python(items))
            self.peeled += 1
            done, outcome = self.after(self.body(next(items)), lambda: self.known(stream, items))
            if done:
                return self.finish(outcome)

    def python(self, items: Iterator[Any]) -> Outcome | None:
        """The passes one after the other."""
        for item in items:
            done, outcome = self.after(self.body(item), lambda: self.python(items))
            if done:
                return outcome
        return None


class _While(_Loop):
    def run(self, test: Block) -> Outcome | None:
        """The whole loop."""
        self.test = test
        while True:
            try:
                holds = self._peek(test)
            except GiveUp as why:  # it cannot be looked at before it happens
                self.reason = str(why)
                return self.finish(self.python(test))
            if holds is False:
                truth(test())
                return self.finish(None)
            if self.reason is None or holds is None:
                try:
                    return self.roll(None, test)
                except (GiveUp, Untraced) as why:
                    self.reason = str(why) or "nothing abstract goes into it"
                except Peel as peel:
                    if self.peeled >= peel.most:
                        self.reason = "its passes are not alike"
                if holds is None and self.reason is not None:
                    raise self.refuse(self._holds)
                if holds is None:
                    return self.one_before(truth(test()), self.body, lambda: self.run(test))
                self.peeled += self.reason is None
            if not truth(test()):
                return self.finish(None)
            done, outcome = self.after(self.body(), lambda: self.run(test))
            if done:
                return self.finish(outcome)

    def python(self, test: Block) -> Outcome | None:
        """The passes one after the other, under a condition that does something."""
        while True:
            holds = truth(test())
            if type(holds) is not bool:
                raise self.refuse(holds)
            if not holds:
                return None
            done, outcome = self.after(self.body(), lambda: self.python(test))
            if done:
                return outcome

    def _peek(self, test: Block) -> bool | None:
        """Whether the condition holds; `None` where that is abstract. Nothing happens."""
        with self.recording.body("while") as probe:
            probe.is_trial = True
            probe.journal.watch(test)
            holds = truth(test())
        self._holds = holds
        return holds if type(holds) is bool else None


def _passes(count: int) -> str:
    return f"{count} pass{'es' if count != 1 else ''}"


def _goes_on(outcome: Outcome) -> Outcome:
    """An outcome for which `continue` is the end of the pass."""
    if CONTINUE not in outcome.ways:
        return outcome
    code = np.where(outcome.code == CONTINUE, FALL, outcome.code)
    return Outcome(code, outcome.value, outcome.ways - {CONTINUE} | {FALL})


def _without_break(code: Any) -> Any:
    return np.where(code == BREAK, FALL, code)
