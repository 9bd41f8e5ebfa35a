"""The builtin function in machine code: it looks at the arguments, calls the program, and makes the results.

What is not exactly as the program wants it (another type, a strided array) goes through `slow`, a Python function.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from wengert.ir import Array
from wengert.native import cpython
from wengert.native.assembly import INTERRUPTED, Assembly, Frame
from wengert.native.llvm import Builder
from wengert.native.values import PARTS, Val, code_of
from wengert.tree import LEAF, Structure

ON_STACK = 1 << 15  # bytes of working memory, up to which it is on the stack
RELEASE = 20_000  # elements that are computed, from which on other threads of Python may run meanwhile


def is_plain(structure: Structure) -> bool:
    """Whether a container is made of tuples, lists, dicts and None, which are taken apart without Python."""
    known = structure.kind in (None, type(None), tuple, list, dict)
    return known and all(map(is_plain, structure.children))


def row_of(count: int) -> Structure:
    """A tuple of so many leaves."""
    return Structure(tuple, tuple(range(count)), (LEAF,) * count)


class Entry:
    """The construction of the function."""

    def __init__(
        self, assembly: Assembly, inputs: Sequence[Array], outputs: Sequence[Array], arena: int,
        slow: Callable[..., Any], fail: Callable[..., Any], result: Structure, arguments: Structure | None = None,
    ) -> None:  # fmt: skip
        self.assembly, self.inputs, self.outputs = assembly, inputs, outputs
        self.arena, self.slow, self.fail = arena, slow, fail
        self.result, self.arguments = result, arguments  # containers; without arguments, all inputs in a row
        self.b = Builder(assembly.module)
        self.release = assembly.cost > RELEASE
        self._held: list[Val] = []  # arrays out of containers, which somebody else may change meanwhile

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

    def emit(self, name: str = "entry") -> None:
        """Add the function to the module."""
        b, frame = self.b, Frame(Val("%frame", "p"), len(self.inputs), len(self.outputs))
        heaps = self.assembly.heaps
        size = frame.size(heaps)
        b.head.append(f"  %frame = alloca [{size} x i8], align 16")
        self._arguments(frame)
        for held in self._held:
            self._c("Py_IncRef", None, held)
        made = [self._make(k, kind, frame) for k, kind in enumerate(self.outputs)]
        memory: Val = self._memory()
        for k in range(heaps):
            b.store(self._null, frame.heap(b, k))
            b.store(self._number(0), b.offset(frame.heap(b, k), 8))
        status = self._run(frame, memory)
        for k in range(heaps):
            b.emit(f"call void @free(ptr {b.load(frame.heap(b, k), 'p').text})")
        self._free(memory)
        for held in self._held:
            self._c("Py_DecRef", None, held)
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
        results = iter([x if x is not None else self._scalar(k, frame) for k, x in enumerate(made)])
        b.emit(f"ret ptr {self._built(self.result, results).text}")
        b.start("slow")
        found = self._c(
            "PyObject_Vectorcall", "p", self._object(self.slow), Val("%args", "p"), Val("%count", "i8"), self._null
        )
        b.emit(f"ret ptr {found.text}")
        self.assembly.module.functions[f"@{name}"] = b.finish(f"ptr @{name}(ptr %self, ptr %args, i64 %count) #0")

    # -- arguments -----------------------------------------------------------------------------------------------------

    def _arguments(self, frame: Frame) -> None:
        """Check all arguments, and put them into the frame."""
        children = self.arguments.children if self.arguments is not None else (LEAF,) * len(self.inputs)
        self._differs(Val("%count", "i8"), self._number(len(children)))
        places = iter(range(len(self.inputs)))
        for k, child in enumerate(children):
            self._walk(self.b.load(self.b.offset(Val("%args", "p"), 8 * k), "p"), child, frame, places, False)

    def _walk(self, x: Val, structure: Structure, frame: Frame, places: Iterator[int], inside: bool) -> None:
        """A container of arguments, checked to be of this structure."""
        b, kind = self.b, structure.kind
        if kind is None:
            k = next(places)
            self._take(x, self.inputs[k], frame.input(b, k))
            if inside and self.release and self.inputs[k].shape:
                self._held.append(x)
            return
        if kind is type(None):
            self._differs(x, self._object(None))
            return
        self._differs(b.load(b.offset(x, cpython.TYPE), "p"), self._object(kind))
        if kind is dict:
            self._walk_dict(x, structure, frame, places)
            return
        self._differs(b.load(b.offset(x, cpython.SIZE), "i8"), self._number(len(structure.children)))
        get = "PyTuple_GetItem" if kind is tuple else "PyList_GetItem"
        for k, child in enumerate(structure.children):
            self._walk(self._c(get, "p", x, self._number(k)), child, frame, places, True)

    def _walk_dict(self, x: Val, structure: Structure, frame: Frame, places: Iterator[int]) -> None:
        """A dict with the very same keys, in the same order."""
        b = self.b
        self._differs(self._c("PyDict_Size", "i8", x), self._number(len(structure.keys)))
        at, key, value = (b.alloca(8) for _ in range(3))
        b.store(self._number(0), at)
        for expected, child in zip(structure.keys, structure.children, strict=True):
            self._c("PyDict_Next", "i4", x, at, key, value)
            self._differs(b.load(key, "p"), self._object(expected))
            self._walk(b.load(value, "p"), child, frame, places, True)

    def _differs(self, a: Val, b: Val) -> None:
        self.b.leave(self.b.compare("ne", a, b), "slow")

    def _take(self, x: Val, kind: Array, target: Val) -> None:
        """Check an argument, and put it into the frame."""
        b, code = self.b, code_of(kind.dtype)
        assert code is not None
        found = b.load(b.offset(x, cpython.TYPE), "p")
        if kind.shape == () and self.arguments is not None and kind.weak:
            self._take_number(x, found, code, target)
            return
        if kind.shape == ():
            fits = b.compare("eq", found, self._object(kind.dtype.type))
            python: type | None = {"f8": float, "c16": complex}.get(code)
            if python is not None and self.arguments is None:
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

    def _take_number(self, x: Val, found: Val, code: str, target: Val) -> None:
        """A number of Python's: a float, a complex number, or an integer of 64 bits."""
        b = self.b
        self._differs(found, self._object({"f8": float, "c16": complex, "i8": int}[code]))
        if code == "i8":
            beyond = b.alloca(4)
            b.store(self._c("PyLong_AsLongLongAndOverflow", "i8", x, beyond), target)
            self._differs(b.load(beyond, "i4"), b.constant(0, "i4"))
        else:
            b.store(b.load(b.offset(x, cpython.PAYLOAD), code), target)

    # -- results -------------------------------------------------------------------------------------------------------

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
        state = self._c("PyEval_SaveThread", "p") if self.release else None
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

    def _built(self, structure: Structure, results: Iterator[Val]) -> Val:
        """A container of results."""
        kind = structure.kind
        if kind is None:
            return next(results)
        if kind is type(None):
            none = self._object(None)
            self._c("Py_IncRef", None, none)
            return none
        parts = [self._built(child, results) for child in structure.children]
        if kind is dict:
            found = self._c("PyDict_New", "p")
            for key, x in zip(structure.keys, parts, strict=True):
                self._c("PyDict_SetItem", "i4", found, self._object(key), x)
                self._c("Py_DecRef", None, x)
            return found
        name = "PyTuple" if kind is tuple else "PyList"
        found = self._c(f"{name}_New", "p", self._number(len(parts)))
        for i, x in enumerate(parts):
            self._c(f"{name}_SetItem", "i4", found, self._number(i), x)
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
