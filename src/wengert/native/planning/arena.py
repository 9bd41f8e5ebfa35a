"""The working memory of a call: one block, in which values share places whose lives do not overlap."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from wengert.ir import Line, Var
from wengert.native.builders.llvm import Builder
from wengert.native.builders.values import Val, itemsize
from wengert.native.planning.plan import Plan

ALIGN = 64
PAGE, APART = 4096, 512


def padded(size: int) -> int:
    """A size that keeps what follows aligned.

    And at other places in a page: a processor takes a read for one of what was just written, and waits, if the two
    are the same distance from the beginnings of their pages.
    """
    if size >= PAGE // 2:
        size += -min((size + APART) % PAGE - 2 * APART, 0)
    return -(-size // ALIGN) * ALIGN


class Part(NamedTuple):
    """A part of what a line puts together: the line, and the number of the input."""

    line: Line
    number: int


class Arena:
    """Places for the stored values of a plan."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.storage: dict[Var, Var] = {}  # values that were updated in place, and whose memory they are in
        self._ways: dict[Var, Var] = {}  # the same, over several updates
        self.parts: dict[Var, Part] = {}  # values that are computed where they are wanted, in a part of another one
        self.fixed: dict[Var, Callable[[], Val]] = {}  # memory that is not of the arena: results, inputs
        self.offsets: dict[Var, int] = {}
        self.static = 0
        self._temporary = 0
        self.size = 0
        self._item = 0

    def owner(self, x: Var) -> Var:
        """The value in whose memory this one lies."""
        while True:
            x = self._updated(x)
            if x not in self.parts:
                return x
            x = self.parts[x].line.outputs[0]

    def _updated(self, x: Var) -> Var:
        """The first of the values that were updated to this one; the way there is kept short."""
        passed = []
        while x in self.storage:
            passed.append(x)
            x = self._ways[x] if x in self._ways else self.storage[x]
        for one in passed:
            self._ways[one] = x
        return x

    def lay_out(self) -> None:
        """Give each stored value its offset: the first free stretch that is long enough, in order of appearance."""
        plan = self.plan
        first: dict[Var, int] = {}
        last: dict[Var, int] = {}
        made_in_order = (v for item in plan.items for line in item.lines for v in line.outputs)
        for x in (v for v in made_in_order if v in plan.stored):
            owner = self.owner(x)
            if owner in self.fixed:
                continue
            made = plan.made[x]
            first[owner] = min(first.get(owner, made), made)
            last[owner] = max(last.get(owner, made), plan.last.get(x, made), made)
        active: list[tuple[int, int, int]] = []  # offset, end, last group
        for x in sorted(first, key=lambda x: first[x]):
            size = padded(x.type.size * itemsize(plan.layout(x).code))
            active = sorted(entry for entry in active if entry[2] >= first[x])
            offset = 0
            for start, end, _ in active:
                if start - offset >= size:
                    break
                offset = max(offset, end)
            active.append((offset, offset + size, last[x]))
            self.offsets[x] = offset
            self.static = max(self.static, offset + size)
        self.size = self._temporary = self.static

    def begin(self, item: int) -> None:
        """The temporaries of the last group are free."""
        self._item = item
        self._temporary = self.static

    def pointer(self, b: Builder, memory: Val, x: Var) -> Val:
        """Where a stored value lies."""
        owner = self.owner(x)
        known = self.fixed.get(owner)
        return known() if known is not None else b.offset(memory, self.offsets[owner])

    def temporary(self, b: Builder, memory: Val, size: int) -> Val:
        """Memory until the end of the present group."""
        offset = self._temporary
        self.reserve(size)
        return b.offset(memory, offset)

    @property
    def top(self) -> int:
        """Where free memory begins."""
        return self._temporary

    def reserve(self, size: int) -> None:
        """Keep so many bytes from the top until the end of the present group."""
        self._temporary += padded(size)
        self.size = max(self.size, self._temporary)

    def rewind(self, top: int, size: int) -> None:
        """Keep so many bytes from this place on."""
        self._temporary = top
        self.reserve(size)
