"""The code of a program: plain code at once, which takes half the time to make, and good code when it pays.

Good code is twice as fast; to make it takes as long as so many calls of plain code, after which it is made (the rule of
those who rent skis until they have spent the price of a pair: never more than twice the cost of having known). What is
on disk is good code, and used at once. Both give the same numbers: LLVM keeps to the letter of the arithmetic.
`WENGERT_PLAIN=0` in the environment has good code made at once.
"""

from __future__ import annotations

import ctypes
import os
from time import perf_counter
from typing import Any

from wengert.native.machine import cache, engine
from wengert.native.machine.assembly import Assembly

HEAVY = 20_000_000  # elements that are computed in a call, from which on good code is made at once
CALLS = 10_000  # with plain code, at most
PRICE = 2.0  # of good code, in terms of plain code


class Tiers:
    """Where the code of a program is, and when it is replaced."""

    def __init__(self, assembly: Assembly, text: str, level: str, generator: int, verify: bool) -> None:
        self._assembly, self._verify = assembly, verify
        self._good = (text, level, generator)
        self._cell = (ctypes.c_int64 * 2)(0, 0)
        self._seconds = 0.0  # that making good code takes, about
        self._loaded: list[engine.Loaded] = []  # a thread may still be in plain code when there is good code

    @property
    def address(self) -> int:
        """That of the cell with the address of the program and the number of calls that are left."""
        return ctypes.addressof(self._cell)

    def start(self, plainly: bool) -> None:
        """Make code: plain one if that is allowed and there is no other."""
        text, _, generator = self._good
        plainly = plainly and os.environ.get("WENGERT_PLAIN", "1") != "0"
        if not plainly or generator == 0 or cache.has(_key(*self._good)):
            self.finish()
            return
        started = perf_counter()
        self._use(object_code(text, "none", 0, self._verify))
        self._seconds = PRICE * (perf_counter() - started)
        self._cell[1] = CALLS

    def ran(self, seconds: float) -> None:
        """Say how long the first run took."""
        if self._cell[1] > 0:
            self._cell[1] = int(min(max(self._seconds / max(seconds, 1e-7), 1), CALLS))

    def finish(self) -> None:
        """Make good code."""
        with engine.LOCK:
            self._use(object_code(*self._good, self._verify))
            self._cell[1] = 0

    def _use(self, code: bytes) -> None:
        found = loaded(self._assembly, code, "program")
        self._loaded.append(found)
        self._cell[0] = found.addresses["program"]


def loaded(assembly: Assembly, code: bytes, name: str) -> engine.Loaded:
    """Bring code with this function into memory, and fill in its table."""
    found = engine.load(code, (name,))
    table = (ctypes.c_void_p * max(len(assembly.slots), 1)).from_address(found.table)
    for i, address in enumerate(assembly.slots):
        table[i] = address
    return found


def _key(text: str, level: str, generator: int) -> str:
    return cache.key_of(text, level, str(generator), engine.machine().key)


def object_code(text: str, level: str, generator: int, verify: bool = False) -> Any:
    """The object code of a module, from the cache if it is there."""
    key = _key(text, level, generator)
    found = cache.read(key)
    if found is None or verify:
        with engine.LOCK:
            module = engine.parse(text, verify)
            engine.optimize(module, level)
            found = engine.assemble(module, generator)
        cache.write(key, found)
    return found
