"""The boundary between the user's program and this package: errors leave it without the package's own frames."""

from __future__ import annotations

import functools
from collections.abc import Callable
from types import TracebackType
from typing import ParamSpec, TypeVar

from wengert.ir.location import PACKAGE

P = ParamSpec("P")
R = TypeVar("R")


def boundary(function: Callable[P, R]) -> Callable[P, R]:
    """Take the package's own frames out of the traceback of an exception that passes."""

    @functools.wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return function(*args, **kwargs)
        except Exception as error:
            raise error.with_traceback(users_frames(error.__traceback__)) from error.__cause__

    return call


def users_frames(traceback: TracebackType | None) -> TracebackType | None:
    """The frames of a traceback that are not this package's; all of them if there are no others."""
    frames = []
    step = traceback
    while step is not None:
        frames.append(step)
        step = step.tb_next
    kept = [one for one in frames if not one.tb_frame.f_code.co_filename.startswith(PACKAGE)]
    out: TracebackType | None = None
    for one in reversed(kept):
        out = TracebackType(out, one.tb_frame, one.tb_lasti, one.tb_lineno)
    return out
