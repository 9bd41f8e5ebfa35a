"""A level: one recording in progress. Levels nest; the one created last is the innermost."""

from __future__ import annotations

import itertools
import threading
from typing import Any
from weakref import WeakSet

from wengert.errors import LeakedTracerError
from wengert.ir import Primitive

_depths = itertools.count(1)  # also across threads: `next` is atomic, and levels of two threads never meet


class _Open(threading.local):
    """The recordings in progress of each thread."""

    def __init__(self) -> None:
        self.levels: WeakSet[Level] = WeakSet()


_open = _Open()


def levels_in_progress() -> list[Level]:
    """The recordings of this thread that have not ended, the outermost first."""
    return sorted((level for level in _open.levels if level.depth >= 1), key=lambda level: level.depth)


class Level:
    """What a primitive does to the values of one recording."""

    __slots__ = ("__weakref__", "active", "depth", "deputy", "what")

    box: Any  # makes the cell that holds a value: Box, unless a level has its own kind
    says = "a traced value"  # what an error calls a value
    advice = "Keep it as it is, or write wengert.stop_gradient(x) where no derivative is wanted"

    def __init__(self, what: str) -> None:
        self.depth = next(_depths)
        self.active = True
        self.deputy: Level | None = None  # takes the operations while this recording rests (see checkpoint/)
        self.what = what  # the call that opened it, for messages
        _open.levels.add(self)

    def process(self, primitive: Primitive, args: tuple[Any, ...], params: dict[str, Any], update: bool = False) -> Any:
        """Apply a primitive to values of which at least one belongs to this level, none to an inner one.

        With `update`, the first argument is not read any more and its buffer may be reused.
        """
        raise NotImplementedError

    @property
    def is_recording(self) -> bool:
        """Whether operations are recorded now."""
        return self.active

    def settled(self, box: Any) -> Any:
        """What a value is to others than the recording: the plain value, if nothing follows it any more."""
        return box

    def has_read(self, view: Any) -> None:
        """A view holds a value of this level now."""

    def close(self) -> None:
        """End the recording: its values may not be used any more."""
        self.active = False
        _open.levels.discard(self)

    def check_active(self) -> None:
        """Raise `LeakedTracerError` once the recording has ended."""
        if not self.active:
            raise LeakedTracerError(
                f"a traced value of a finished {self.what} call is used again. It was probably kept in a global, an "
                "attribute, a cache or a default argument. Return it from the function instead (has_aux=True), or "
                "keep wengert.stop_gradient(value)"
            )
