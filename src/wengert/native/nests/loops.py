"""Loop nests: pointwise lines and reductions over one domain, computed together, in vectors of our own.

One axis is taken in steps of a vector (`axes.py`). A reduction keeps several sums side by side, whose number and order
depend on nothing but the shapes.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from wengert.ir import Line, Var
from wengert.ir.native import Fold
from wengert.native import zeros
from wengert.native.builders import elements
from wengert.native.builders.folds import operands, start_of
from wengert.native.builders.values import Val, itemsize
from wengert.native.nests.axes import Access, Axes, Reduction
from wengert.native.planning.plan import Item
from wengert.native.scope import Scope

UNROLL = 4  # vectors of sums side by side
LONG = 2048  # elements after which a sum is added to the sum of sums, so that rounding errors do not grow with length
FOLD = 4  # instructions, about, of an element of a reduction
CHUNKS = 16  # of a nest that threads share


class Context:
    """What is known inside a loop: indices, and the values computed so far."""

    def __init__(self, parent: Context | None = None) -> None:
        self.values: dict[Any, Val] = dict(parent.values) if parent else {}
        self.pointers: dict[Any, Val] = dict(parent.pointers) if parent else {}
        self.index: dict[int, Val] = dict(parent.index) if parent else {}
        self.steps: dict[tuple[int, int], Val] = dict(parent.steps) if parent else {}
        self.lanes: int = parent.lanes if parent else 1
        self.sums: dict[Reduction, Val] = dict(parent.sums) if parent else {}
        self.mask: Val | None = parent.mask if parent else None  # the lanes that are not done before


class Nest(Axes):
    """The code of one loop nest."""

    def __init__(self, low: Scope, item: Item) -> None:
        super().__init__(low, item)
        self.start: Val | int = 0
        self.partial: Callable[[Reduction], Val] | None = None

    # -- a stretch of it -----------------------------------------------------------------------------------------------

    def stretches(self) -> tuple[int, int] | None:
        """How long the chunks are into which the outermost axis can be cut, and how much is left over."""
        if not self.order or any(r.in_memory for r in self.reductions):
            return None
        n = self.lengths[self.order[0]]
        length = n // CHUNKS
        if self.order[0] == self.vector:
            length -= length % (UNROLL * self.b.lanes)
        return (length, n - CHUNKS * length) if length >= self.b.lanes else None

    def restrict(self, start: Val | int, length: int, partial: Callable[[Reduction], Val]) -> None:
        """Do only so much of the outermost axis; sums over all of it are left at an address."""
        axis = self.order[0]
        self.lengths = (*self.lengths[:axis], length, *self.lengths[axis + 1 :])
        if self.vector == axis and length < self.b.lanes:
            self.vector = None
        self.start, self.partial = start, partial

    def totals(self) -> list[Reduction]:
        """The reductions over the whole domain, which are left at addresses."""
        return [r for r in self.reductions if r.access is None]

    def combined(self, r: Reduction, a: Val, b: Val) -> Val:
        """The total of two stretches."""
        return self._two(r, a, b)

    def finish(self, r: Reduction, total: Val) -> None:
        """Note the total of all."""
        self.low.set_scalar(r.line.outputs[0], self._last(r.fold, r.line, total))

    def gather(self, r: Reduction, addresses: Iterable[Val]) -> None:
        """Put together what the stretches have left, in their order."""
        total = self.e.constant(self._start(r), r.code)
        for address in addresses:
            total = self._two(r, total, self.b.load(address, r.code))
        self.finish(r, total)

    # -- code ----------------------------------------------------------------------------------------------------------

    def emit(self) -> None:
        """The loops."""
        self.low.assembly.cost += float(np.prod(self.lengths, dtype=float)) * len(self.lines)
        for r in self.reductions:
            if r.in_memory:
                assert r.access is not None
                self.low.fill(r.access.place, self._start(r))
        self._level(0, Context())
        for r in self.reductions:
            if r.in_memory and r.fold.last is not None:
                assert r.access is not None
                fold, line = r.fold, r.line
                self.low.update_all(r.access.place, functools.partial(self._last, fold, line))

    def _start(self, r: Reduction) -> Any:
        return start_of(r.fold, r.code)

    def _last(self, fold: Fold, line: Line, value: Val) -> Val:
        return fold.last(self.e, value, **line.params) if fold.last is not None else value

    def _level(self, depth: int, ctx: Context) -> None:
        """What is computed inside of so many loops, and the loops inside of that."""
        if depth == len(self.order) and self._many_products():
            self._quick_points(depth, ctx)
        else:
            for line in self.by_depth.get(depth, ()):
                self._point(line, ctx)
        here = [r for r in self.reductions if r.home == depth and not r.in_memory]
        for r in here:
            ctx.sums[r] = self.b.variable(self.e.constant(self._start(r), r.code, ctx.lanes))
        if depth == len(self.order):
            for r in self.reductions:
                self._combine(r, ctx)
            self._store_all(depth, ctx)
        else:
            self._loop(depth, ctx)
        for r in here:
            total = self.b.get(ctx.sums[r])
            out = r.line.outputs[0]
            if r.access is None and self.partial is not None:
                self.b.store(total, self.partial(r))
                continue
            total = self._last(r.fold, r.line, total)
            if r.access is None:
                self.low.set_scalar(out, total)
            else:
                self._write_once(r.access, total, ctx, depth)

    def _many_products(self) -> bool:
        """Whether the inmost loop multiplies so that an exact zero wins."""
        return self.b.language == "llvm" and any(
            line.primitive.name == "times" for line in self.by_depth.get(len(self.order), ())
        )

    def _quick_points(self, depth: int, ctx: Context) -> None:
        """The inmost values with plain products; only if one of those is nan, once more with an eye on zeros."""
        lines, b = self.by_depth[depth], self.b
        with zeros.plain_products(b) as suspects:
            for line in lines:
                self._point(line, ctx)
        if not suspects.values:
            return
        wrong = zeros.any_nan(self.e, suspects.values)
        needed = self._needed(lines)
        places = {x: b.variable(ctx.values[x]) for x in needed}
        with b.when(wrong, likely=False):
            again = Context(ctx)
            for line in lines:
                self._point(line, again)
            for x, place in places.items():
                b.put(place, elements.spread(self.e, again.values[x], ctx.values[x].lanes))
        for x, place in places.items():
            ctx.values[x] = b.get(place)

    def _needed(self, lines: list[Line]) -> list[Var]:
        """What of these lines is stored or reduced."""
        reduced = {self._inputs[id(r.line), k] for r in self.reductions for k in range(len(r.line.inputs))}
        return [v for line in lines for v in line.outputs if v in self.stores or v in reduced]

    def _loop(self, depth: int, ctx: Context) -> None:
        axis = self.order[depth]
        n = self.lengths[axis]
        if axis != self.vector:
            with self.b.loop(0, n) as index:
                self._turn(depth, ctx, axis, index, 1)
            return
        inner = depth == len(self.order) - 1
        summed = [r for r in self.reductions if r.reduced[axis] and not r.in_memory]
        light = len(self.lines) <= 12 and self.b.lanes > 1
        unroll = UNROLL if summed and inner and light and n >= 8 * UNROLL * self.b.lanes else 1
        done = n - n % (self.b.lanes * unroll) if unroll > 1 else 0
        if not summed:
            with self.b.loop(0, n, self.b.lanes) as index:
                self._vector_turn(depth, Context(ctx), axis, index)
            return
        totals = {r: self._variable(r) for r in summed}
        if done:
            self._blocks(depth, ctx, axis, 0, done, unroll, totals)
        if done < n:
            self._blocks(depth, ctx, axis, done, n, 1, totals)
        for r in summed:
            total = self._across(r, self.b.get(totals[r]))
            self.b.put(ctx.sums[r], self._two(r, self.b.get(ctx.sums[r]), total))

    def _variable(self, r: Reduction) -> Val:
        return self.b.variable(self.e.constant(self._start(r), r.code, self.b.lanes))

    def _blocks(
        self, depth: int, ctx: Context, axis: int, begin: int, end: int, unroll: int, totals: dict[Reduction, Val]
    ) -> None:
        """Sums of a long stretch are sums of sums."""
        if end - begin <= 2 * LONG:
            self._sums(depth, ctx, axis, begin, end, unroll, totals)
            return
        with self.b.loop(begin, end, LONG) as first:
            last = self.b.op("add", first, self.b.constant(LONG, "i8"))
            self._sums(depth, ctx, axis, first, self.e.minimum(last, self.b.constant(end, "i8")), unroll, totals)

    def _sums(
        self, depth: int, ctx: Context, axis: int, begin: Any, end: Any, unroll: int, totals: dict[Reduction, Val]
    ) -> None:
        """Sums of vectors from here to there, side by side, added to the totals."""
        sides = [{r: self._variable(r) for r in totals} for _ in range(unroll)]
        with self.b.loop(begin, end, self.b.lanes * unroll) as index:
            for number, side in enumerate(sides):
                at = self.b.op("add", index, self.b.constant(number * self.b.lanes, "i8")) if number else index
                inner = Context(ctx)
                inner.sums.update(side)
                self._vector_turn(depth, inner, axis, at)
        for r, total in totals.items():
            found = [self.b.get(side[r]) for side in sides]
            while len(found) > 1:
                found = [self._two(r, a, b) for a, b in zip(found[::2], found[1::2], strict=True)]
            self.b.put(total, self._two(r, self.b.get(total), found[0]))

    def _vector_turn(self, depth: int, ctx: Context, axis: int, index: Val) -> None:
        """A vector from this index on; the last one begins so that it ends with the axis.

        What it then computes a second time is stored a second time, unless the nest writes over what it reads, and
        masked in sums.
        """
        n = self.lengths[axis]
        if n % self.b.lanes:
            start = self.e.minimum(index, self.b.constant(n - self.b.lanes, "i8"))
            if self.reductions or self.in_place:
                lanes = self.e.add(self.e.splat(start, self.b.lanes), self.b.steps(self.b.lanes))
                ctx.mask = self.b.compare("sge", lanes, self.e.splat(index, self.b.lanes))
            index = start
        self._turn(depth, ctx, axis, index, self.b.lanes)

    def _two(self, r: Reduction, a: Val, b: Val) -> Val:
        return getattr(self.e, r.fold.combine)(a, b)

    def _across(self, r: Reduction, total: Val) -> Val:
        """The lanes of a vector combined, halves first."""
        lanes = total.lanes
        while lanes > 1:
            half = lanes // 2
            if half == 1:
                low, high = self.b.extract(total, 0), self.b.extract(total, 1)
            else:
                low = self.b.shuffle(total, total, range(half))
                high = self.b.shuffle(total, total, range(half, lanes))
            total, lanes = self._two(r, low, high), half
        return total

    def _turn(self, depth: int, ctx: Context, axis: int, index: Val, lanes: int) -> None:
        inner = Context(ctx)
        inner.index[axis] = index
        inner.steps = {key: value for key, value in inner.steps.items() if key[0] != axis}
        inner.lanes = max(lanes, ctx.lanes)
        self._level(depth + 1, inner)

    # -- elements ------------------------------------------------------------------------------------------------------

    def _point(self, line: Line, ctx: Context) -> None:
        values = [self._input(line, i, ctx) for i in range(len(line.inputs))]
        ctx.values[line.outputs[0]] = elements.apply(self.e, self.low.plan.resolved[id(line)], values)

    def _input(self, line: Line, position: int, ctx: Context) -> Val:
        key = self._inputs[id(line), position]
        if type(key) is Var:
            return ctx.values[key]
        known = ctx.values.get(key)
        if known is None:
            leaf = self.leaves[key]
            known = leaf.uniform if leaf.uniform is not None else self._read(leaf.access, ctx, leaf.depth)
            assert known is not None
            ctx.values[key] = known
        return known

    def _pointer(self, access: Access, ctx: Context, depth: int) -> Val:
        """The address at the present indices."""
        key = (id(access), depth)
        known = ctx.pointers.get(key)
        if known is not None:
            return known
        if depth == 0:
            pointer = self.b.offset(access.place.pointer, access.place.layout.offset)
            stride = access.strides[self.order[0]] if self.order else 0
            if stride and isinstance(self.start, int):
                pointer = self.b.offset(pointer, self.start * stride)
            elif stride and isinstance(self.start, Val):
                pointer = self.b.offset(pointer, self.b.op("mul", self.start, self.b.constant(stride, "i8")))
        else:
            axis = self.order[depth - 1]
            pointer = self._pointer(access, ctx, depth - 1)
            stride = access.strides[axis]
            if stride:
                pointer = self.b.offset(pointer, self._step(axis, stride, ctx))
        ctx.pointers[key] = pointer
        return pointer

    def _step(self, axis: int, stride: int, ctx: Context) -> Val:
        """How far an index leads in this stride."""
        key = (axis, stride)
        known = ctx.steps.get(key)
        if known is None:
            known = ctx.steps[key] = self.b.op("mul", ctx.index[axis], self.b.constant(stride, "i8"))
        return known

    def _vector_stride(self, access: Access, ctx: Context, depth: int) -> int:
        """The stride between lanes; 0 where there are none at this depth."""
        if ctx.lanes == 1 or self.vector is None or self.vector not in self.order[:depth]:
            return 0
        return access.strides[self.vector]

    def _read(self, access: Access | None, ctx: Context, depth: int) -> Val:
        assert access is not None
        pointer = self._pointer(access, ctx, depth)
        stride, code = self._vector_stride(access, ctx, depth), access.place.code
        if stride == 0:
            return self.b.load(pointer, code)
        size = itemsize(code)
        if stride == size:
            return self.b.load(pointer, code, self.b.lanes, align=size)
        if stride == -size:
            found = self.b.load(self.b.offset(pointer, -size * (self.b.lanes - 1)), code, self.b.lanes, align=size)
            return self.b.shuffle(found, found, range(self.b.lanes - 1, -1, -1))
        return self.b.gather([self.b.load(self.b.offset(pointer, stride * i), code) for i in range(self.b.lanes)])

    def _write(self, access: Access, value: Val, ctx: Context, depth: int) -> None:
        pointer = self._pointer(access, ctx, depth)
        stride, size = self._vector_stride(access, ctx, depth), itemsize(access.place.code)
        if stride == 0:
            self.b.store(value if value.lanes == 1 else self.b.extract(value, self.b.lanes - 1), pointer)
            return
        value = elements.spread(self.e, value, self.b.lanes)
        if stride == size:
            self.b.store(value, pointer)
            return
        for i in range(self.b.lanes):
            self.b.store(self.b.extract(value, i), self.b.offset(pointer, stride * i))

    def _store_all(self, depth: int, ctx: Context) -> None:
        """Stores, in the inmost loop, of what was computed in any."""
        for x, access in self.stores.items():
            self._write_once(access, ctx.values[x], ctx, depth)

    def _write_once(self, access: Access, value: Val, ctx: Context, depth: int) -> None:
        """Write, but for what is done already, where the nest has written over what that is computed from."""
        if ctx.mask is not None and self.in_place:
            value = elements.spread(self.e, value, self.b.lanes)
            value = self.e.where(ctx.mask, value, self._read(access, ctx, depth))
        self._write(access, value, ctx, depth)

    def _combine(self, r: Reduction, ctx: Context) -> None:
        values = [self._input(r.line, i, ctx) for i in range(len(r.line.inputs))]
        values = operands(self.e, r.fold, r.code, values)
        lanes = max([ctx.lanes if self.vector is not None and r.in_memory else 1, *(v.lanes for v in values)])
        values = [elements.spread(self.e, v, lanes) for v in values]
        value = r.fold.each(self.e, *values, **r.line.params) if r.fold.each is not None else values[0]
        value = self.e.convert(value, r.code)
        if ctx.mask is not None and (r.in_memory or (self.vector is not None and r.reduced[self.vector])):
            value = elements.spread(self.e, value, self.b.lanes)
            value = self.e.where(ctx.mask, value, self.e.constant(self._start(r), r.code, self.b.lanes))
        if r.in_memory:
            assert r.access is not None
            depth = len(self.order)
            stride = self._vector_stride(r.access, ctx, depth)
            if ctx.lanes > 1 and stride == 0:
                value = self._across(r, elements.spread(self.e, value, self.b.lanes))
            old = self._read(r.access, ctx, depth)
            self._write(r.access, self._two(r, old, value), ctx, depth)
            return
        place = ctx.sums[r]
        value = elements.spread(self.e, value, place.lanes) if place.lanes > value.lanes else value
        self.b.put(place, self._two(r, self.b.get(place), value))


def work_of(low: Scope, item: Item) -> float:
    """About how many instructions a nest takes."""
    costs = (r.cost if (r := low.plan.resolved.get(id(line))) is not None else FOLD for line in item.lines)
    return float(np.prod(item.domain or (), dtype=float)) * (1 + sum(costs))


def emit_nest(low: Scope, item: Item) -> None:
    """The code of a group of pointwise lines and reductions."""
    if item.lines:
        Nest(low, item).emit()
