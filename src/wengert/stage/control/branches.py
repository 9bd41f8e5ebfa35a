"""The hooks for choices: `if`, conditional expressions, `and`, `or`, `not`, chains of comparisons, assertions.

A choice that depends on nothing abstract goes as in Python. Else both ways are recorded, and become a `cond` line.
"""

from __future__ import annotations

import functools
import sys
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable
from typing import Any

import numpy as np

from wengert.errors import StagingError
from wengert.ir import user_location
from wengert.primitives import check as check_line
from wengert.read.calls import call
from wengert.read.namespace import HOOKS, hook
from wengert.read.operations import compare
from wengert.read.users import users_method
from wengert.record import Box
from wengert.stage.control.selection import Selection
from wengert.stage.recording import Recording, current_recording, is_abstract
from wengert.stage.state.outcomes import (
    BREAK,
    BROKEN,
    CONTINUED,
    FALL,
    RAISE,
    RETURN,
    Live,
    Outcome,
    returned,
    ways_of,
)
from wengert.stage.tables import BY_CASES
from wengert.stage.values.grown import grown_in, length_of
from wengert.stage.values.templates import error_template
from wengert.stage.values.unknown import TracedText, Unknown

Block = Callable[[], Any]

HOOKS.BREAK, HOOKS.CONTINUE = BROKEN, CONTINUED  # type: ignore[attr-defined]
hook(returned)


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


@hook
def truth(x: Any) -> Any:
    """Whether a value is true: a bool, or an abstract one."""
    kind = type(x)
    if kind in BY_CASES:
        return BY_CASES[kind](x, truth)
    if kind is list and grown_in(x) is not None:
        x, kind = length_of(x), Box
    if kind is Box:
        return truth_of(x) if is_abstract(x) else bool(x)
    if kind is Unknown or kind is TracedText:
        x.refuse()
    for name in ("__bool__", "__len__"):
        users = users_method(kind, name)
        if users is not None:
            found = call(users, x)
            return truth(found) if is_abstract(found) else bool(found)
        if hasattr(kind, name):
            break
    recording = current_recording() if kind in _SIZED else None
    if recording is not None:
        recording.outside.measures(x)
    return bool(x)


_SIZED = (list, dict, set, deque, OrderedDict, defaultdict, Counter)


@hook
def branch(test: Any, then: Block, orelse: Block | None, rest: Block | None, live: Live) -> Outcome | None:
    """`if test: then else: orelse`, and the rest of the block, where the two may jump."""
    live = Live(*live)
    holds = truth(test)
    recording = current_recording()
    if type(holds) is bool:
        if recording is not None:
            recording.note("if", "followed", _way(holds))
        return go_on(_chosen(holds, then, orelse), rest, live)
    assert recording is not None
    return go_on(*select(recording, holds, then, orelse or nothing, rest, live, "if"), live)


def _chosen(holds: bool, then: Block, orelse: Block | None) -> Any:
    if holds:
        return then()
    return None if orelse is None else orelse()


def nothing() -> None:
    """The end of a block, at once."""


def select(
    recording: Recording, pred: Any, then: Block, orelse: Block, rest: Block | None, live: Live, what: str
) -> tuple[Outcome | None, Block | None]:
    """Record two ways and choose between them: the outcome, and what of the rest is still to come.

    Where one of them jumps and the other comes to its end, the rest belongs to the other.
    """
    recording.check_depth(pred)
    location = user_location()
    bodies = [_recorded(recording, block, rest, what) for block in (then, orelse)]
    if rest is not None:
        for one, other in (bodies, bodies[::-1]):
            if FALL in ways_of(one.outcome) and not ways_of(other.outcome) & {FALL, RAISE}:
                with recording.resumed(one):
                    recording.follow(one, functools.partial(go_on, one.outcome, rest, live))
                rest = None
                break
    if what not in PARTS:
        recording.note(what, "staged", location=location)
    needed = live.end if rest is None else live.either
    return Selection(recording, pred, bodies, what, location).finish(needed, live.lasting), rest


PARTS = ("rest", "while", "case")  # of statements that are noted themselves


def _way(holds: bool) -> str:
    return "the condition holds" if holds else "the condition does not hold"


def _recorded(recording: Recording, block: Block, rest: Block | None, what: str) -> Any:
    with recording.body(what) as body:
        body.begin(rest)
        recording.follow(body, block)
    return body


def go_on(outcome: Outcome | None, rest: Block | None, live: Live) -> Outcome | None:
    """The rest of a block, where it is to be gone through."""
    if rest is None:
        return outcome
    if outcome is None:
        found: Outcome | None = rest()
        return found
    if FALL not in outcome.ways or outcome.is_known:
        return outcome
    recording = current_recording()
    assert recording is not None
    left = _without_fall(outcome)
    return select(recording, outcome.code == FALL, rest, lambda: left, None, live, "rest")[0]


def _without_fall(outcome: Outcome) -> Outcome:
    ways = outcome.ways - {FALL}
    code = next(iter(ways)) if len(ways) == 1 else outcome.code
    return Outcome(code, outcome.value, ways)


@hook
def then(outcome: Outcome | None, rest: Block | None, live: Live) -> Outcome | None:
    """The rest of a block after a statement that may jump."""
    return go_on(outcome, rest, Live(*live))


@hook
def final(outcome: Outcome | None) -> Any:
    """What a function returns, from the outcome of its statements."""
    if outcome is None:
        return None
    if outcome.ways == {RETURN}:
        return outcome.value
    if FALL in outcome.ways and RETURN in outcome.ways:
        return either_value(outcome.code == RETURN, lambda: outcome.value, nothing, "case")
    assert outcome.ways <= {FALL, BREAK}, f"a block that is no loop ends with {outcome}"
    return None


# -- expressions -------------------------------------------------------------------------------------------------------


@hook
def choose(test: Any, then: Block, orelse: Block) -> Any:
    """`then if test else orelse`."""
    holds = truth(test)
    if type(holds) is bool:
        recording = current_recording()
        if recording is not None:
            recording.note("if", "followed", _way(holds))
        return then() if holds else orelse()
    return either_value(holds, then, orelse, "if")


def either_value(pred: Any, then: Block, orelse: Block, what: str) -> Any:
    """The value of one expression or the other."""
    recording = current_recording()
    assert recording is not None
    outcome, _ = select(recording, pred, lambda: returned(then()), lambda: returned(orelse()), None, Live(), what)
    assert outcome is not None
    return outcome.value


@hook
def both(first: Any, *later: Block) -> Any:
    """`first and ...`."""
    return _logical(first, later, False, "and")


@hook
def either(first: Any, *later: Block) -> Any:
    """`first or ...`."""
    return _logical(first, later, True, "or")


def _logical(first: Any, later: tuple[Block, ...], stops: bool, what: str) -> Any:
    value = first
    for number, block in enumerate(later):
        holds = truth(value)
        if type(holds) is bool:
            if holds is stops:
                return value
            value = block()
            continue
        more = functools.partial(_more, block, later[number + 1 :], stops, what)
        begun = functools.partial(_identity, value)
        return either_value(holds, *((begun, more) if stops else (more, begun)), what)
    return value


def _more(block: Block, rest: tuple[Block, ...], stops: bool, what: str) -> Any:
    return _logical(block(), rest, stops, what)


def _identity(value: Any) -> Any:
    return value


@hook
def negate(x: Any) -> Any:
    """`not x`."""
    holds = truth(x)
    return (not holds) if type(holds) is bool else np.logical_not(holds)


@hook
def chain(names: tuple[str, ...], first: Any, second: Any, *later: Block) -> Any:
    """`first < second < ...`, each operand evaluated once, and only as far as need be."""
    value = compare(names[0], first, second)
    if not later:
        return value
    return both(value, lambda: chain(names[1:], second, later[0](), *later[1:]))


# -- assertions --------------------------------------------------------------------------------------------------------


@hook
def check(test: Any, message: Callable[[], Any] | None) -> None:
    """`assert test, message`."""
    holds = truth(test)
    if type(holds) is bool:
        if holds:
            return
        raise AssertionError() if message is None else AssertionError(message())
    recording = current_recording()
    assert recording is not None
    error = AssertionError() if message is None else AssertionError(message())
    recording.must_not_be_caught(error)
    template, values = error_template(error)
    params = {"error": template, "where": user_location()}
    recording.note("assert", "staged")
    recording.emit(check_line, (holds, *values), params)


@hook
def caught() -> None:
    """At the head of a handler: errors of recording are not the program's to handle."""
    error = sys.exc_info()[1]
    if isinstance(error, StagingError):
        raise error


__all__ = ["BREAK", "branch", "go_on", "select", "truth"]
