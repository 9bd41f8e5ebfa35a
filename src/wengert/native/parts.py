"""Long programs in several functions, for the time LLVM takes for one grows faster than its length.

At the end of a part, what is in registers and read later is left in memory; the next part fetches what it reads.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from wengert.ir import Var
from wengert.native.builders.llvm import PROGRAM, Builder
from wengert.native.builders.values import Val, itemsize
from wengert.native.machine.assembly import Assembly
from wengert.native.nests.loops import CHUNKS, Nest, Reduction, work_of
from wengert.native.nests.rows import Rows, work_in_rows
from wengert.native.planning.plan import Item, Plan
from wengert.native.scope import Scope

PARAMETERS = ("frame", "memory", "spill")
LARGE = 4_000_000  # instructions of a nest, from which on threads share it
LENGTH = 1200  # instructions, after which a part ends


class Parts:
    """The functions that a program consists of, and the memory between them."""

    def __init__(self, assembly: Assembly, plan: Plan) -> None:
        self.assembly, self.module = assembly, assembly.module
        self.functions: list[tuple[str, int]] = []
        self.size = 0
        self.order: dict[int, int] = {}  # of the lines, by id
        self.last: dict[Var, int] = {}
        for item in plan.items:
            for line in item.lines:
                self.order[id(line)] = number = len(self.order)
                for x in line.inputs:
                    if type(x) is Var:
                        self.last[plan.root(x)] = self.last[x] = number
        for x in plan.outputs:
            if type(x) is Var:
                self.last[plan.root(x)] = self.last[x] = len(self.order)

    def check(self, low: Scope, line: Any) -> None:
        """Begin another part after this line if the present one is long."""
        if self.assembly.done is not None:
            self.assembly.done(self.order[id(line)])
        if low.b.language == "llvm" and len(low.b.lines) > LENGTH and self.order[id(line)] + 1 < len(self.order):
            self.turn(low, self.order[id(line)])

    def turn(self, low: Scope, now: int) -> None:
        """End the part, and begin the next."""
        for x, registers in list(low.elements_of.items()):
            if self.last.get(x, -1) > now and x not in low.spilled and x not in low.given:
                self._spill(low, x, registers)
        for x, items in list(low.sequences.items()):
            self._spill_sequence(low, x, items)
        self.close(low)
        self.begin(low)

    def is_large(self, low: Scope, item: Item) -> bool:
        """Whether a nest is worth the while of several threads."""
        work = work_in_rows if item.rows else work_of
        return low.b.language == "llvm" and bool(item.domain) and work(low, item) >= LARGE

    def parallel(self, low: Scope, item: Item) -> None:
        """A large nest as a function of the number of a chunk, which threads share."""
        self.turn(low, self.order[id(item.lines[0])] - 1)
        if item.rows:
            self._share_rows(low, item)
            return
        nest = Nest(low, item)
        found = nest.stretches()
        if found is None:
            nest.emit()
            return
        length, rest = found
        places = [self._slot(16 * (CHUNKS + 1)) for _ in nest.totals()]
        chunk = low.b.parameter("chunk", "i8")

        def partial(nest: Nest, number: Val | int) -> Callable[[Reduction], Val]:
            def address(r: Reduction) -> Val:
                b, offset = low.b, places[nest.totals().index(r)]
                if isinstance(number, int):
                    return b.offset(b.parameter("spill", "p"), offset + 16 * number)
                step = b.op("mul", number, b.constant(16, "i8"))
                return b.offset(b.offset(b.parameter("spill", "p"), offset), step)

            return address

        nest.restrict(low.b.op("mul", chunk, low.b.constant(length, "i8")), length, partial(nest, chunk))
        nest.emit()
        self.close(low, CHUNKS)
        self.begin(low)
        nest = Nest(low, item)
        if rest:
            tail = Nest(low, item)
            tail.restrict(CHUNKS * length, rest, partial(tail, CHUNKS))
            tail.emit()
        for r in nest.totals():
            address = partial(nest, 0)(r)
            nest.gather(r, [low.b.offset(address, 16 * k) for k in range(CHUNKS + bool(rest))])

    def _share_rows(self, low: Scope, item: Item) -> None:
        (count,) = item.domain or (0,)
        length = count // CHUNKS
        if not length:
            Rows(low, item).emit()
            return
        chunk = low.b.parameter("chunk", "i8")
        Rows(low, item).emit(low.b.op("mul", chunk, low.b.constant(length, "i8")), length)
        self.close(low, CHUNKS)
        self.begin(low)
        if count % CHUNKS:
            Rows(low, item).emit(CHUNKS * length, count % CHUNKS)

    def begin(self, low: Scope) -> None:
        """Have the scope write to a new function."""
        low.attach(type(low.b)(self.module), low.memory)

    def close(self, low: Scope, chunks: int = 0) -> None:
        """The function so far; with `chunks`, one that is called for each of them."""
        low.b.give(0)
        name = f"@part{len(self.functions)}"
        parameters = [low.b.parameter(one, "p") for one in PARAMETERS]
        if chunks:
            parameters.append(low.b.parameter("chunk", "i8"))
        low.b.define(name, parameters)
        self.functions.append((name, chunks))

    def _slot(self, size: int) -> int:
        offset = self.size
        self.size += -(-size // 16) * 16
        return offset

    def _spill(self, low: Scope, x: Var, registers: Any) -> None:
        code = registers.flat[0].code if registers.size else "u1"
        step = itemsize(code)
        offset = self._slot(step * registers.size)
        for i, value in enumerate(registers.flat):
            low.b.store(value, low.b.offset(low.b.parameter("spill", "p"), offset + step * i))
        shape = registers.shape

        def fetch() -> Any:
            found = np.empty(shape, object)
            for i, at in enumerate(np.ndindex(shape)):
                found[at] = low.b.load(low.b.offset(low.b.parameter("spill", "p"), offset + step * i), code)
            return found

        low.spilled[x] = fetch

    def _spill_sequence(self, low: Scope, x: Var, items: Any) -> None:
        registers = items.registers()
        offset = self._slot(8 * len(registers))
        for i, value in enumerate(registers):
            low.b.store(value, low.b.offset(low.b.parameter("spill", "p"), offset + 8 * i))

        def fetch() -> Any:
            found = [
                low.b.load(low.b.offset(low.b.parameter("spill", "p"), offset + 8 * i), value.code)
                for i, value in enumerate(registers)
            ]
            return items.of(found)

        low.spilled_sequences[x] = fetch

    def main(self, b: Builder) -> None:
        """The function that calls the parts one after another."""
        frame, memory = (b.parameter(one, "p") for one in PARAMETERS[:2])
        spill = b.alloca(self.size, 64)
        for name, chunks in self.functions:
            if chunks:
                b.share(self.assembly, name, (frame, memory, spill), chunks)
                continue
            status = b.call(name, "i4", [frame, memory, spill])
            with b.when(b.compare("ne", status, b.constant(0, "i4"))):
                b.give(status)
                b.start(b.label("unreachable"))
        b.give(0)
        b.define(PROGRAM, [frame, memory], note=3)
