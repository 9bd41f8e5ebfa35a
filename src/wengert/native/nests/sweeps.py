"""One sweep over a matrix for A w and r A, r being made of A w element by element: least squares, logistic regression.

Both products read the whole matrix, and nothing else takes long. So a block of rows is multiplied by w, r is computed
for it, and its share of r A is added up, while the block is in the cache: the matrix is read from memory once.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from wengert.ir import Line, Var
from wengert.native import moves
from wengert.native.builders.folds import start_of
from wengert.native.builders.values import Val, code_of, itemsize
from wengert.native.nests.loops import Nest
from wengert.native.nests.transposed import transposed
from wengert.native.planning.plan import Item
from wengert.native.planning.sweep_plan import BLOCK, ROWS, Product, product_of
from wengert.native.scope import Scope


def emit_sweep(low: Scope, item: Item) -> None:
    """The code of such a group."""
    products = [p for line in item.lines if (p := product_of(low.plan, line))]
    between = [line for line in item.lines if all(line is not p.line for p in products)]
    _Sweep(low, item, products, between).emit()


class _Sweep:
    def __init__(self, low: Scope, item: Item, products: list[Product], between: list[Line]) -> None:
        self.low, self.b, self.e = low, low.b, low.e
        self.products, self.matrix = products, products[0].matrix
        self.nest = Item(item.number, (self.matrix.rows,), lines=between)
        code = code_of(products[0].line.outputs[0].type.dtype)
        assert code is not None
        self.code, self.size = code, itemsize(code)
        root = low.place(self.matrix.root)
        self.pointer = low.b.offset(root.pointer, root.layout.offset + self.matrix.offset)
        self.vectors = {id(p.line): self._contiguous(p.vector) for p in products}
        self.outputs = {id(p.line): self._start(p.line.outputs[0]) for p in products}

    def _start(self, x: Var) -> Val:
        place = self.low.place(x)
        return self.b.offset(place.pointer, place.layout.offset)

    def _contiguous(self, x: Any) -> Val:
        place = self.low.place(x)
        if place.layout.strides != (self.size,):
            copied = self.low.temporary(place.shape, self.code)
            moves.move(self.e, copied, place)
            place = copied
        return self.b.offset(place.pointer, place.layout.offset)

    def emit(self) -> None:
        b, m = self.b, self.matrix
        self.low.assembly.cost += 2.0 * m.rows * m.columns
        for p in self.products:
            if not p.down:
                self.low.fill(self.low.place(p.line.outputs[0]), 0)
        probe = Nest(self.low, self.nest) if self.nest.lines else None
        whole = probe.totals() if probe else []
        totals = {id(r.line): b.variable(self.e.constant(start_of(r.fold, r.code), r.code)) for r in whole}
        slots = {key: b.alloca(16) for key in totals}
        block = max(1, BLOCK // (m.step * ROWS)) * ROWS
        done = m.rows - m.rows % block
        if done:
            with b.loop(0, done, block) as first, self.low.apart():
                self._block(first, block, totals, slots)
        if done < m.rows:
            self._block(b.constant(done, "i8"), m.rows - done, totals, slots)
        for r in whole:
            if probe is not None:
                probe.finish(r, b.get(totals[id(r.line)]))

    def _block(self, first: Val, rows: int, totals: dict[int, Val], slots: dict[int, Val]) -> None:
        b = self.b
        for p in self.products:
            if p.down:
                for at, count in self._side_by_side(first, rows):
                    self._dots(p, at, count)
        if self.nest.lines:
            nest = Nest(self.low, self.nest)
            nest.restrict(first, rows, lambda r: slots[id(r.line)])
            nest.emit()
            for r in nest.totals():
                place = totals[id(r.line)]
                b.put(place, nest.combined(r, b.get(place), b.load(slots[id(r.line)], r.code)))
        for p in self.products:
            if not p.down:
                for at, count in self._side_by_side(first, rows):
                    self._add(p, at, count)

    def _side_by_side(self, first: Val, rows: int) -> Iterator[tuple[Val, int]]:
        """The rows of a block, so many at a time."""
        done = rows - rows % ROWS
        for begin, end, count in ((0, done, ROWS), (done, rows, 1)):
            if begin < end:
                with self.b.loop(begin, end, count) as index:
                    yield self.b.op("add", first, index), count

    def _at(self, pointer: Val, index: Val, step: int) -> Val:
        return self.b.offset(pointer, self.b.op("mul", index, self.b.constant(step, "i8")))

    def _columns(self) -> Iterator[tuple[Val, Any]]:
        """Along a row in vectors; the last one ends with the row, and a mask tells which lanes are new."""
        lanes, n = self.b.lanes, self.matrix.columns
        whole = n - n % lanes
        with self.b.loop(0, whole, lanes) as index:
            yield index, None
        if whole < n:
            new = self.b.compare("sge", self.b.steps(lanes), self.b.constant(lanes - n % lanes, "i8", lanes))
            yield self.b.constant(n - lanes, "i8"), new

    def _load(self, pointer: Val, index: Val) -> Val:
        return self.b.load(self._at(pointer, index, self.size), self.code, self.b.lanes, align=self.size)

    def _dots(self, p: Product, at: Val, count: int) -> None:
        """The products of so many rows with the vector."""
        b, e, lanes = self.b, self.e, self.b.lanes
        row = self._at(self.pointer, at, self.matrix.step)
        rows = [b.offset(row, self.matrix.step * r) for r in range(count)]
        zero = e.constant(0.0, self.code, lanes)
        sums = [b.variable(zero) for _ in rows]
        for index, new in self._columns():
            w = self._load(self.vectors[id(p.line)], index)
            for total, pointer in zip(sums, rows, strict=True):
                x, y = self._load(pointer, index), w
                if new is not None:
                    x, y = e.where(new, x, zero), e.where(new, y, zero)
                b.put(total, b.intrinsic("fma", x, y, b.get(total)))
        found = [b.get(total) for total in sums]
        target = self._at(self.outputs[id(p.line)], at, self.size)
        if count == lanes:
            found = transposed(b, found)
            while len(found) > 1:
                found = [e.add(x, y) for x, y in zip(found[::2], found[1::2], strict=True)]
            b.store(found[0], target)
            return
        for r, total in enumerate(found):
            parts = [b.extract(total, k) for k in range(lanes)]
            while len(parts) > 1:
                parts = [e.add(x, y) for x, y in zip(parts[::2], parts[1::2], strict=True)]
            b.store(parts[0], b.offset(target, self.size * r))

    def _add(self, p: Product, at: Val, count: int) -> None:
        """So many rows, each times its element of the vector, added to the result."""
        b, e, lanes = self.b, self.e, self.b.lanes
        row = self._at(self.pointer, at, self.matrix.step)
        rows = [b.offset(row, self.matrix.step * r) for r in range(count)]
        start = self._at(self.vectors[id(p.line)], at, self.size)
        factors = [e.splat(b.load(b.offset(start, self.size * r), self.code), lanes) for r in range(count)]
        for index, new in self._columns():
            place = self._at(self.outputs[id(p.line)], index, self.size)
            old = b.load(place, self.code, lanes, align=self.size)
            sums = [old]  # two of them, side by side
            for r, (factor, pointer) in enumerate(zip(factors, rows, strict=True)):
                x = self._load(pointer, index)
                if r == 1:
                    sums.append(e.multiply(factor, x))
                else:
                    sums[r % 2] = b.intrinsic("fma", factor, x, sums[r % 2])
            total = sums[0] if len(sums) == 1 else e.add(*sums)
            b.store(total if new is None else e.where(new, total, old), place)

