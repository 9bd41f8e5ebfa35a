"""What a program consists of beside its instructions: addresses, constants, errors, calls of Python."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from wengert.ir import Line
from wengert.native.builders.llvm import Builder, Module
from wengert.native.builders.values import Val
from wengert.native.machine import threads

RAISED = 2**31 - 1  # the status of a program that ends with an exception of Python's: Ctrl-C, or in what it called


@dataclass(frozen=True)
class Failure:
    """An error that machine code can find: it stores numbers, and Python makes the exception of them."""

    make: Callable[[list[int]], Exception]
    line: Line | None


@dataclass(eq=False)
class Assembly:
    """The parts of one program that are filled in when it is loaded."""

    module: Module = field(default_factory=Module)
    slots: list[int] = field(default_factory=list)  # the addresses in the module's table
    failures: list[Failure] = field(default_factory=list)  # by status, from 2 on; 1: there is no memory
    keep: list[Any] = field(default_factory=list)  # objects whose addresses are in the table
    reasons: dict[str, str] = field(default_factory=dict)  # rows that are left to Python, and why
    cost: float = 0.0  # elements that are computed, about
    looks: bool = False  # there are loops that look from time to time whether the user wants to stop
    longest: float = 0.0  # elements that the longest of these computes, as far as that is known
    heaps: int = 0  # buffers that grow
    done: Callable[[int], None] | None = None  # told the number of each line of a long program
    _known: dict[Any, int] = field(default_factory=dict)

    def address(self, key: Any, find: Callable[[], int]) -> int:
        """The slot of an address."""
        number = self._known.get(key)
        if number is None:
            number = self._known[key] = len(self.slots)
            self.slots.append(find())
        return number

    def array(self, value: Any) -> int:
        """The slot of a constant array, in C order."""
        array = np.ascontiguousarray(value)
        if array is value or np.may_share_memory(array, value):
            array = array.copy()
        array = array.reshape(np.shape(value))
        number = self._known.get(("array", id(value)))
        if number is None:
            self.keep.extend((value, array))
            number = self._known["array", id(value)] = len(self.slots)
            self.slots.append(array.ctypes.data)
        return number

    @property
    def parallel(self) -> str:
        """The function that shares chunks among threads."""
        return threads.PARALLEL

    def pool(self) -> tuple[int, int]:
        """The slots of the threads' state and of what wakes them."""
        pool = threads.pool
        address = ctypes.cast(pool.wake, ctypes.c_void_p).value or 0
        return self.address("pool", lambda: pool.address), self.address("wake", lambda: address)

    def fail(self, make: Callable[[list[int]], Exception], line: Line | None) -> int:
        """The status that stands for an error."""
        self.failures.append(Failure(make, line))
        return len(self.failures) + 1


@dataclass(frozen=True)
class Frame:
    """What the function of a program gets: one block with the inputs, the addresses of outputs, and room for errors."""

    pointer: Val
    inputs: int
    outputs: int

    ERRORS = 4

    def input(self, b: Builder, k: int) -> Val:
        """Where an input lies: a number itself, or the address of an array."""
        return b.offset(self.pointer, 16 * k)

    def output(self, b: Builder, k: int) -> Val:
        """Where the address of an output lies."""
        return b.offset(self.pointer, 16 * (self.inputs + k))

    def error(self, b: Builder, k: int) -> Val:
        """Where the k-th number of an error is left."""
        return b.offset(self.pointer, 16 * (self.inputs + self.outputs) + 8 * k)

    def heap(self, b: Builder, k: int) -> Val:
        """Where the address and the size of the k-th buffer that grows are."""
        return b.offset(self.pointer, self.size(0) + 16 * k)

    def size(self, heaps: int) -> int:
        """The number of bytes."""
        return 16 * (self.inputs + self.outputs) + 8 * Frame.ERRORS + 16 * heaps
