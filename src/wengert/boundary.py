"""The boundary between the user's program and this package: errors leave it without the package's own frames."""

from __future__ import annotations

import functools
from collections.abc import Callable
from types import TracebackType
from typing import ParamSpec, TypeVar

from wengert.ir.location import PACKAGE, is_internal

P = ParamSpec("P")
R = TypeVar("R")


def boundary(function: Callable[P, R]) -> Callable[P, R]:
    """Take the frames of this package and of NumPy below it out of the traceback of an exception that passes."""

    @functools.wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return function(*args, **kwargs)
        except Exception as error:
            _clean(error)
            raise  # bare: so this frame is not entered into the traceback again

    return call


def _clean(error: BaseException) -> None:
    """Clean the tracebacks of an exception and of those that it came from."""
    seen = set()
    rest: list[BaseException | None] = [error]
    while rest:
        one = rest.pop()
        if one is not None and id(one) not in seen:
            seen.add(id(one))
            one.__traceback__ = users_frames(one.__traceback__)
            rest += [one.__cause__, one.__context__]


def users_frames(traceback: TracebackType | None) -> TracebackType | None:
    """The frames of a traceback that are the user's; all of them if it holds none of this package's."""
    frames = []
    step = traceback
    while step is not None:
        frames.append(step)
        step = step.tb_next
    if not any(one.tb_frame.f_code.co_filename.startswith(PACKAGE) for one in frames):
        return traceback
    out: TracebackType | None = None
    for one in reversed(frames):
        if not is_internal(one.tb_frame.f_code.co_filename):
            out = TracebackType(out, one.tb_frame, one.tb_lasti, one.tb_lineno)
    return out
