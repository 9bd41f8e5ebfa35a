"""Where in the user's program a line was recorded; kept as code and instruction offset, read only when asked for."""

from __future__ import annotations

import contextlib
import functools
import linecache
import sys
from contextvars import ContextVar
from pathlib import Path
from types import CodeType, FrameType
from typing import NamedTuple

PACKAGE = str(Path(__file__).resolve().parents[1]) + "/"
_BETWEEN = (contextlib.__file__, functools.__file__)  # they call ours, and are called by ours
_internal: dict[str, bool] = {}


class Location(NamedTuple):
    """A place in the user's program."""

    code: CodeType
    offset: int

    @property
    def file(self) -> str:
        """The path of the file."""
        return self.code.co_filename

    @property
    def line(self) -> int:
        """The line number, from 1."""
        for start, end, line in self.code.co_lines():
            if start <= self.offset < end and line is not None:
                return line
        return self.code.co_firstlineno

    @property
    def text(self) -> str:
        """The source line, stripped; empty where the file is not to be had."""
        return linecache.getline(self.file, self.line).strip()

    def __str__(self) -> str:
        place = f'File "{self.file}", line {self.line}, in {self.code.co_name}'
        return f"{place}\n    {self.text}" if self.text else place


def is_internal(file: str) -> bool:
    """Whether a file belongs to this package, to NumPy or to SciPy, not to the user."""
    known = _internal.get(file)
    if known is None:
        known = file.startswith(PACKAGE) or file in _BETWEEN
        known = known or "/site-packages/numpy/" in file or "/site-packages/scipy/" in file
        if len(_internal) < 10_000:
            _internal[file] = known
    return known


located: ContextVar[Location | None] = ContextVar("located", default=None)  # of lines that come from another line


def user_location() -> Location | None:
    """The innermost frame that is the user's; the place of the line at hand, while lines are made of others."""
    place = located.get()
    if place is not None:
        return place
    frame: FrameType | None = sys._getframe(1)
    known = _internal
    while frame is not None:
        code = frame.f_code
        file = code.co_filename
        if not (known[file] if file in known else is_internal(file)):
            return Location(code, frame.f_lasti)
        frame = frame.f_back
    return None


def users_line() -> str:
    """The user's line for the end of a message; empty where there is none."""
    location = user_location()
    return f"\n  {location}" if location is not None else ""
