"""Recordings that rest while a checkpointed function runs, and what of them the function meets."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

from wengert.ir import Var
from wengert.record import Box, Eager, Level, levels_in_progress


class Meetings:
    """The values of resting recordings as inputs of the recording that does their work, by what `input_for` makes."""

    def __init__(self, levels: Sequence[Eager], input_for: Callable[[Box], Box]) -> None:
        self.levels = levels
        self._input_for = input_for
        self._known: dict[Var, Box] = {}
        self._marked: list[Box] = []

    def __call__(self, box: Box) -> Box | None:
        """The input for a value; `None` for one of another recording, which is a constant."""
        if box.level not in self.levels:
            return None
        root = box.root()
        if root.argument is None:  # it must not be written either
            root.argument = "closed-over array"
            self._marked.append(root)
        if box.ssa not in self._known:
            self._known[box.ssa] = self._input_for(box)
        return self._known[box.ssa]

    def end(self) -> None:
        """Let the arrays be written again."""
        for root in self._marked:
            root.argument = None


@contextmanager
def resting(levels: Sequence[Eager], inner: Eager, input_for: Callable[[Box], Box]) -> Iterator[None]:
    """What is done with values of these recordings in the block is recorded by another one."""
    inner.capture = meetings = Meetings(levels, input_for)
    with ExitStack() as stack:
        for level in levels:
            stack.enter_context(level.resting(inner))
        try:
            yield
        finally:
            meetings.end()
            inner.capture = None  # it refers to the recording, which refers to it


def innermost() -> list[Eager]:
    """The recordings for reverse mode that no other kind of recording is inside of, the outermost first."""
    found: list[Eager] = []
    for level in reversed(levels_in_progress()):
        if level.active and level.is_recording:  # a tape says that it records while it rests
            if not isinstance(level, Eager) or level.keeps_all:
                break
            found.insert(0, level)
    return found


def resting_around(levels: Sequence[Eager]) -> list[Eager]:
    """The recordings that rest already, whose work one of these does."""
    return [outer for level in levels if isinstance(level.capture, Meetings) for outer in level.capture.levels]


def belongs(value: Any, levels: Sequence[Level]) -> bool:
    """Whether a value is traced by one of these recordings."""
    while isinstance(value, Box):
        value.refresh()
        if value.level in levels:
            return True
        value = value.ssa.value
    return False


def below(value: Any, levels: Sequence[Level]) -> Any:
    """What a value is under these recordings."""
    while isinstance(value, Box) and (value.level in levels or value.level.depth == 0):
        value = value.ssa.value
    return value


def at(value: Any, level: Level, levels: Sequence[Level]) -> Any:
    """What a value is for one of these recordings, which does not know of those inside it."""
    while isinstance(value, Box) and value.level in levels and value.level.depth > level.depth:
        value = value.ssa.value
    return value
