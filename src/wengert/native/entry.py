"""The builtin function in machine code: it looks at the arguments, calls the program, and makes the results.

What is not exactly as the program wants it (another type, a strided array) goes through `slow`, a Python function.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from wengert.ir import Array
from wengert.native import cpython
from wengert.native.assembly import INTERRUPTED, Assembly, Frame
from wengert.native.llvm import Builder
from wengert.native.values import PARTS, Val, code_of

ON_STACK = 1 << 15  # bytes of working memory, up to which it is on the stack
RELEASE = 20_000  # elements that are computed, from which on other threads of Python may run meanwhile


class Entry:
    """The construction of the function."""

    def __init__(
        self, assembly: Assembly, inputs: Sequence[Array], outputs: Sequence[Array], arena: int, single: bool,
        slow: Callable[..., Any], fail: Callable[..., Any],
    ) -> None:  # fmt: skip
        self.assembly, self.inputs, self.outputs = assembly, inputs, outputs
        self.arena, self.single, self.slow, self.fail = arena, single, slow, fail
        self.b = Builder(assembly.module)

    # -- addresses -----------------------------------------------------------------------------------------------------

    def _object(self, value: Any) -> Val:
        def find() -> int:
            self.assembly.keep.append(value)
            return id(value)

        return self.b.slot(self.assembly.address(("object", id(value)), find))

    def _c(self, name: str, code: str | None, *args: Val) -> Val:
        slot = self.assembly.address(("C", name), lambda: cpython.function(name))
        found = self.b.call_address(self.b.slot(slot), code, args)
        return found if found is not None else self.b.constant(0, "i8")

    def _numpy(self, number: int, *args: Val) -> Val:
        slot = self.assembly.address(("numpy", number), lambda: cpython.numpy_function(number))
        found = self.b.call_address(self.b.slot(slot), "p", args)
        assert found is not None
        return found

    def _number(self, value: int) -> Val:
        return self.b.constant(value, "i8")

    @property
    def _null(self) -> Val:
        return Val("null", "p")

    # -- the function --------------------------------------------------------------------------------------------------

    def emit(self) -> None:
        """Add the function `entry` to the module."""
        b, frame = self.b, Frame(Val("%frame", "p"), len(self.inputs), len(self.outputs))
        heaps = self.assembly.heaps
        size = frame.size(heaps)
        b.head.append(f"  %frame = alloca [{size} x i8], align 16")
        self._differs(Val("%count", "i8"), self._number(len(self.inputs)))
        for k, kind in enumerate(self.inputs):
            self._take(b.load(b.offset(Val("%args", "p"), 8 * k), "p"), kind, frame.input(b, k))
        made = [self._make(k, kind, frame) for k, kind in enumerate(self.outputs)]
        memory: Val = self._memory()
        for k in range(heaps):
            b.store(self._null, frame.heap(b, k))
            b.store(self._number(0), b.offset(frame.heap(b, k), 8))
        status = self._run(frame, memory)
        for k in range(heaps):
            b.emit(f"call void @free(ptr {b.load(frame.heap(b, k), 'p').text})")
        self._free(memory)
        with b.when(b.compare("eq", status, b.constant(INTERRUPTED, "i4"))):
            for x in made:
                if x is not None:
                    self._c("Py_DecRef", None, x)
            b.emit("ret ptr null")
            b.start(b.label("unreachable"))
        wrong = b.compare("ne", status, b.constant(0, "i4"))
        with b.when(wrong):
            for x in made:
                if x is not None:
                    self._c("Py_DecRef", None, x)
            self._raise(status, frame)
        results = [x if x is not None else self._scalar(k, frame) for k, x in enumerate(made)]
        b.emit(f"ret ptr {self._result(results).text}")
        b.start("slow")
        found = self._c(
            "PyObject_Vectorcall", "p", self._object(self.slow), Val("%args", "p"), Val("%count", "i8"), self._null
        )
        b.emit(f"ret ptr {found.text}")
        self.assembly.module.functions["@entry"] = b.finish("ptr @entry(ptr %self, ptr %args, i64 %count) #0")

    def _differs(self, a: Val, b: Val) -> None:
        self.b.leave(self.b.compare("ne", a, b), "slow")

    def _take(self, x: Val, kind: Array, target: Val) -> None:
        """Check an argument, and put it into the frame."""
        b, code = self.b, code_of(kind.dtype)
        assert code is not None
        found = b.load(b.offset(x, cpython.TYPE), "p")
        if kind.shape == ():
            fits = b.compare("eq", found, self._object(kind.dtype.type))
            python: type | None = {"f8": float, "c16": complex}.get(code)
            if python is not None:
                fits = b.op("or", b.compare("eq", found, self._object(python)), fits)
            b.leave(b.op("xor", fits, b.constant(True, "b1")), "slow")
            value = b.load(b.offset(x, cpython.PAYLOAD), code)
            b.store(value, target)
            return
        self._differs(found, self._object(np.ndarray))
        self._differs(b.load(b.offset(x, cpython.DESCR), "p"), self._object(np.dtype(kind.dtype)))
        flags = b.op("and", b.load(b.offset(x, cpython.FLAGS), "i4"), b.constant(cpython.WELL_BEHAVED, "i4"))
        self._differs(flags, b.constant(cpython.WELL_BEHAVED, "i4"))
        self._differs(b.load(b.offset(x, cpython.NDIM), "i4"), b.constant(kind.ndim, "i4"))
        dims = b.load(b.offset(x, cpython.DIMENSIONS), "p")
        for axis, n in enumerate(kind.shape):
            self._differs(b.load(b.offset(dims, 8 * axis), "i8"), self._number(n))
        b.store(b.load(b.offset(x, cpython.DATA), "p"), target)

    def _make(self, k: int, kind: Array, frame: Frame) -> Val | None:
        """A new array for an output; nothing for a number."""
        if kind.shape == ():
            return None
        b = self.b
        descr = self._object(np.dtype(kind.dtype))
        self._c("Py_IncRef", None, descr)
        dims = self.assembly.module.constant(kind.shape, "i8")
        ndim, none = b.constant(kind.ndim, "i4"), self._null
        x = self._numpy(
            cpython.NEW_FROM_DESCR, self._object(np.ndarray), descr, ndim, dims, none, none, b.constant(0, "i4"), none
        )
        with b.when(b.compare("eq", x, none)):
            b.emit("ret ptr null")
            b.start(b.label("unreachable"))
        b.store(b.load(b.offset(x, cpython.DATA), "p"), frame.output(b, k))
        return x

    def _memory(self) -> Val:
        b = self.b
        if self.arena <= ON_STACK:
            return b.alloca(self.arena, 64)
        return b.call("@wengert.memory", "p", [self._number(self.arena)])

    def _free(self, memory: Val) -> None:
        declare = self.assembly.module.declarations
        if self.assembly.heaps:
            declare["@free"] = "declare void @free(ptr)"
        if self.arena > ON_STACK:
            declare["@free"] = "declare void @free(ptr)"
            declare["@malloc"] = "declare ptr @malloc(i64)"
            self.assembly.module.functions["@wengert.memory"] = _MEMORY
            self.b.emit(f"call void @wengert.release(ptr {memory.text})")

    def _run(self, frame: Frame, memory: Val) -> Val:
        release = self.assembly.cost > RELEASE
        state = self._c("PyEval_SaveThread", "p") if release else None
        status = self.b.call("@program", "i4", [frame.pointer, memory])
        if state is not None:
            self._c("PyEval_RestoreThread", None, state)
        return status

    def _raise(self, status: Val, frame: Frame) -> None:
        b = self.b
        numbers = [b.cast("sext", status, "i8")] + [
            b.load(frame.error(b, k), "i8") for k in range(Frame.ERRORS)
        ]
        block = b.alloca(8 * len(numbers))
        for i, n in enumerate(numbers):
            b.store(self._c("PyLong_FromLongLong", "p", n), b.offset(block, 8 * i))
        found = self._c(
            "PyObject_Vectorcall", "p", self._object(self.fail), block, self._number(len(numbers)), self._null
        )
        b.emit(f"ret ptr {found.text}")
        b.start(b.label("unreachable"))

    def _scalar(self, k: int, frame: Frame) -> Val:
        """A Python number for a weak output, a NumPy scalar for another."""
        b, kind = self.b, self.outputs[k]
        code = code_of(kind.dtype)
        assert code is not None
        place = frame.output(b, k)
        if kind.weak:
            value = b.load(place, code)
            if code in PARTS:
                return self._c("PyComplex_FromDoubles", "p", *b.parts(value))
            if code[0] == "f":
                return self._c("PyFloat_FromDouble", "p", value)
            return self._c("PyLong_FromLongLong", "p", value)
        return self._numpy(cpython.SCALAR, place, self._object(np.dtype(kind.dtype)), self._null)

    def _result(self, results: list[Val]) -> Val:
        if self.single:
            return results[0]
        found = self._c("PyTuple_New", "p", self._number(len(results)))
        for i, x in enumerate(results):
            self._c("PyTuple_SetItem", "i4", found, self._number(i), x)
        return found


# A block of working memory is kept from call to call; a call that finds it taken gets one of its own.
_MEMORY = """
@wengert.kept = internal global ptr null
@wengert.taken = internal global i32 0
define internal ptr @wengert.memory(i64 %size) {
  %was = atomicrmw xchg ptr @wengert.taken, i32 1 acquire
  %free = icmp eq i32 %was, 0
  br i1 %free, label %kept, label %new
kept:
  %old = load ptr, ptr @wengert.kept
  %none = icmp eq ptr %old, null
  br i1 %none, label %first, label %use
first:
  %more = add i64 %size, 64
  %raw = call ptr @malloc(i64 %more)
  %number = ptrtoint ptr %raw to i64
  %up = add i64 %number, 63
  %aligned = and i64 %up, -64
  %block = inttoptr i64 %aligned to ptr
  store ptr %block, ptr @wengert.kept
  ret ptr %block
use:
  ret ptr %old
new:
  %size2 = add i64 %size, 128
  %raw2 = call ptr @malloc(i64 %size2)
  %number2 = ptrtoint ptr %raw2 to i64
  %up2 = add i64 %number2, 127
  %aligned2 = and i64 %up2, -64
  %block2 = inttoptr i64 %aligned2 to ptr
  %before = getelementptr i8, ptr %block2, i64 -8
  store ptr %raw2, ptr %before
  ret ptr %block2
}
define internal void @wengert.release(ptr %block) {
  %kept = load ptr, ptr @wengert.kept
  %same = icmp eq ptr %kept, %block
  br i1 %same, label %own, label %other
own:
  store atomic i32 0, ptr @wengert.taken release, align 4
  ret void
other:
  %before = getelementptr i8, ptr %block, i64 -8
  %raw = load ptr, ptr %before
  call void @free(ptr %raw)
  ret void
}"""
