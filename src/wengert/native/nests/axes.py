"""What a loop nest reads and writes, in which strides; the order of its loops, and the axis that is taken in vectors.

The axes that all arrays step through evenly are merged; each value is computed in the outermost loop in which it is
known.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from wengert.ir import Line, Var
from wengert.ir.native import Fold
from wengert.native.builders import elements
from wengert.native.builders.elements import types_of
from wengert.native.builders.values import PARTS, Val, code_of, itemsize
from wengert.native.planning.plan import Item, Kind
from wengert.native.planning.views import Layout, Place
from wengert.native.scope import Scope

IN_CACHE = 4096  # results of sums along an outer axis that are kept in memory rather than in registers


@dataclass(eq=False)
class Access:
    """Memory that is stepped through: where, and in which strides along the axes of the nest."""

    place: Place
    strides: tuple[int, ...]


@dataclass(eq=False)
class Leaf:
    """A value from outside of the nest: in memory, or the same everywhere."""

    access: Access | None
    uniform: Val | None
    depth: int = 0


@dataclass(eq=False)
class Reduction:
    """A fold of the nest."""

    line: Line
    fold: Fold
    code: str
    reduced: tuple[bool, ...]  # by axis
    home: int = 0  # the number of loops around its accumulator
    access: Access | None = None  # of its results
    in_memory: bool = False


class Axes:
    """The loops of one nest, before there is any code."""

    def __init__(self, low: Scope, item: Item) -> None:
        assert item.domain is not None
        self.low, self.b, self.e = low, low.b, low.e
        self.lines = item.lines
        self.own = {v: line for line in item.lines for v in line.outputs}
        self.lengths = item.domain
        self.leaves: dict[Any, Leaf] = {}
        self.stores: dict[Var, Access] = {}
        self.in_place = False  # whether a store writes over what the nest reads
        self.reductions: list[Reduction] = []
        self.vector: int | None = None
        self._inputs: dict[tuple[int, int], Any] = {}  # (line, position) -> key of a leaf, or a Var of the nest
        self._collect()
        self._merge()
        self._choose()
        self._find_depths()

    # -- what is read and written --------------------------------------------------------------------------------------

    def _collect(self) -> None:
        for line in self.lines:
            full = np.broadcast_shapes(*(t.shape for t in types_of(line)))
            for position, x in enumerate(line.inputs):
                if type(x) is Var and x in self.own and not self._is_fold(self.own[x]):
                    self._inputs[id(line), position] = x
                else:
                    self._inputs[id(line), position] = self._leaf(x, full)
            out = line.outputs[0]
            if self._is_fold(line):
                self.reductions.append(self._reduction(line, full))
            elif out in self.low.plan.stored:
                place = self.low.place(out)
                self.stores[out] = Access(place, self._strides(place.layout, full))
                self.in_place |= out in self.low.arena.storage

    def _is_fold(self, line: Line) -> bool:
        return self.low.plan.kinds[id(line)] is Kind.FOLD

    def _strides(self, layout: Layout, full: tuple[int, ...]) -> tuple[int, ...]:
        shape = (1,) * (len(full) - len(layout.shape)) + layout.shape
        strides = (0,) * (len(full) - len(layout.shape)) + layout.strides
        return tuple(
            0 if n == 1 else stride for n, stride, whole in zip(shape, strides, full, strict=True) if whole != 1
        )

    def _leaf(self, x: Any, full: tuple[int, ...]) -> Any:
        if type(x) is not Var and np.size(x) > 1 and elements.all_equal(x):
            x = np.asarray(x).flat[0]
        if type(x) is not Var or self.low.is_scalar(x):
            value = self.low.uniform(x)
            if value is not None:
                key: Any = ("uniform", x if type(x) is Var else (type(x), repr(x)))
                self.leaves.setdefault(key, Leaf(None, value))
                return key
        place = self.low.place(x)
        strides = self._strides(place.layout, full)
        if place.layout.size == 1:
            key = ("one", place.pointer.text, place.layout.offset, place.code)
            if key not in self.leaves:
                self.leaves[key] = Leaf(None, self.low.load_one(place))
            return key
        key = (place.pointer.text, place.layout.offset, place.code, strides)
        self.leaves.setdefault(key, Leaf(Access(place, strides), None))
        return key

    def _reduction(self, line: Line, full: tuple[int, ...]) -> Reduction:
        fold = line.primitive.native
        assert isinstance(fold, Fold)
        gone = {axis % len(full) for axis in line.params["axis"]} if full else set()
        reduced = tuple(i in gone for i, n in enumerate(full) if n != 1)
        out = line.outputs[0]
        code = code_of(out.type.dtype)
        assert code is not None
        found = Reduction(line, fold, code, reduced)
        if not all(reduced):
            place = self.low.place(out)
            sizes = [n for n, r in zip(self.lengths, reduced, strict=True) if not r]
            step, kept = itemsize(code), []
            for n in reversed(sizes):
                kept.append(step)
                step *= n
            it = iter(reversed(kept))
            found.access = Access(place, tuple(0 if r else next(it) for r in reduced))
        return found

    # -- axes ----------------------------------------------------------------------------------------------------------

    def _accesses(self) -> list[Access]:
        found = [leaf.access for leaf in self.leaves.values() if leaf.access is not None]
        found += list(self.stores.values()) + [r.access for r in self.reductions if r.access is not None]
        return found

    def _merge(self) -> None:
        """Neighbouring axes that everything steps through evenly become one."""
        axis = len(self.lengths) - 2
        while axis >= 0:
            n = self.lengths[axis + 1]
            even = all(a.strides[axis] == a.strides[axis + 1] * n for a in self._accesses())
            even = even and all(r.reduced[axis] == r.reduced[axis + 1] for r in self.reductions)
            if even:
                for a in self._accesses():
                    a.strides = (*a.strides[:axis], *a.strides[axis + 1 :])
                for r in self.reductions:
                    r.reduced = (*r.reduced[:axis], *r.reduced[axis + 1 :])
                self.lengths = (*self.lengths[:axis], self.lengths[axis] * n, *self.lengths[axis + 2 :])
            axis -= 1

    def _choose(self) -> None:
        """The order of the loops, and the axis that is taken in vectors."""
        axes = range(len(self.lengths))
        order = list(axes)
        vector = None
        complex_ = any(code_of(v.type.dtype) in PARTS for v in self.own) or any(
            leaf.access is not None and leaf.access.place.code in PARTS for leaf in self.leaves.values()
        )
        if not complex_:
            costs = {a: self._cost(a) for a in axes if self.lengths[a] >= self.b.lanes}
            vector = min(costs, key=lambda a: (costs[a], -a), default=None)
        for r in self.reductions:
            kept = [a for a in axes if not r.reduced[a]]
            size = int(np.prod([self.lengths[a] for a in kept], dtype=np.int64))
            inner_kept = kept and any(r.reduced[a] for a in axes if a < kept[-1])
            if inner_kept and not (len(self.lengths) == 2 and self.b.lanes <= size <= IN_CACHE and vector == kept[-1]):
                order.sort(key=_kept_first(r.reduced))  # sums in registers: kept axes outside
        self.order, self.vector = order, vector
        for r in self.reductions:
            outside = [i for i, a in enumerate(order) if not r.reduced[a]]
            r.home = outside[-1] + 1 if outside else 0
            r.in_memory = any(r.reduced[a] for a in order[: r.home])

    def _cost(self, axis: int) -> float:
        """What an element costs, about, where this axis is taken in vectors."""
        work: float = sum(r.cost for line in self.lines if (r := self.low.plan.resolved.get(id(line))) is not None)
        for access in self._accesses():
            stride = access.strides[axis]
            work += 1 if stride == itemsize(access.place.code) else 0.2 if stride == 0 else 3 * self.b.lanes
        vectors = -(-self.lengths[axis] // self.b.lanes)
        return work * vectors / self.lengths[axis]

    def _find_depths(self) -> None:
        position = {a: i for i, a in enumerate(self.order)}
        for leaf in self.leaves.values():
            if leaf.access is not None:
                leaf.depth = max((position[a] + 1 for a, s in enumerate(leaf.access.strides) if s), default=0)
        self.depths: dict[Var, int] = {}
        for line in self.lines:
            deepest = 0
            for i in range(len(line.inputs)):
                key = self._inputs[id(line), i]
                deepest = max(deepest, self.depths[key] if type(key) is Var else self.leaves[key].depth)
            self.depths[line.outputs[0]] = deepest
        self.by_depth: dict[int, list[Line]] = {}
        for line in self.lines:
            if not self._is_fold(line):
                self.by_depth.setdefault(self.depths[line.outputs[0]], []).append(line)


def _kept_first(reduced: tuple[bool, ...]) -> Callable[[int], tuple[bool, int]]:
    return lambda axis: (reduced[axis], axis)
