"""The builtin function in machine code: it looks at the arguments, calls the program, and makes the results.

What is not exactly as the program wants it (another type) goes through `slow`, a Python function. There is little to
gain from optimizing this code, and much of it, so that LLVM is told not to.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from wengert.ir import Array
from wengert.native.builders.llvm import Builder
from wengert.native.builders.values import Val
from wengert.native.calls.capi import CApi
from wengert.native.calls.giving import built, gives, new_arrays, scalar
from wengert.native.calls.taking import Taking, takes
from wengert.native.machine.assembly import RAISED, Assembly, Frame
from wengert.tree import LEAF, Structure

ON_STACK = 1 << 15  # bytes of working memory, up to which it is on the stack
RELEASE = 20_000  # elements that are computed, from which on other threads of Python may run meanwhile


class Program(NamedTuple):
    """What the entry point has to know of a program.

    `cell` is the address of two numbers: where the program is, and how many calls it is until `hurry` is called.
    """

    inputs: Sequence[Array]
    outputs: Sequence[Array]
    arena: int
    heaps: int
    cost: float
    cell: int
    hurry: Callable[[], None]


class Calls(NamedTuple):
    """How a program is called: the containers of results and of arguments, which without `arguments` are the inputs.

    `slow` takes all other calls, `fail` makes the exception of a status and the address of what was noted.
    """

    slow: Callable[..., Any]
    fail: Callable[[int, int], Any]
    result: Structure
    arguments: Structure | None = None

    @property
    def is_plain(self) -> bool:
        """Whether the containers are among those that machine code knows."""
        return gives(self.result) and (self.arguments is None or all(map(takes, self.arguments.children)))


def row_of(count: int) -> Structure:
    """A tuple of so many leaves."""
    return Structure(tuple, tuple(range(count)), (LEAF,) * count)


def emit_entry(assembly: Assembly, program: Program, calls: Calls, name: str = "entry") -> None:
    """Add the builtin function to a module."""
    b = Builder(assembly.module)
    api, frame = CApi(assembly, b), Frame(Val("%frame", "p"), len(program.inputs), len(program.outputs))
    b.head.append(f"  %frame = alloca [{frame.size(program.heaps)} x i8], align 16")
    shared = program.cost > RELEASE
    cell = b.slot(assembly.address("cell", lambda: program.cell))
    _count(api, cell, program.hurry)
    structures = None if calls.arguments is None else calls.arguments.children
    taking = Taking(api, program.inputs, structures, frame, shared)
    taking.emit()
    made = new_arrays(api, program.outputs, frame)
    memory = _memory(api, program.arena)
    for k in range(program.heaps):
        b.store(api.null, frame.heap(b, k))
        b.store(api.number(0), b.offset(frame.heap(b, k), 8))
    status = _run(api, cell, frame, memory, shared)
    for k in range(program.heaps):
        assembly.module.declare("@free", "declare void @free(ptr)")
        b.emit(f"call void @free(ptr {b.load(frame.heap(b, k), 'p').text})")
    if program.arena > ON_STACK:
        b.emit(f"call void @wengert.release(ptr {memory.text})")
    taking.give_up()
    with b.when(b.compare("ne", status, b.constant(0, "i4"))):
        _stop(api, made, status, frame, calls.fail)
    found = [
        scalar(api, kind, frame.output(b, k)) if x is None else x
        for k, (x, kind) in enumerate(zip(made, program.outputs, strict=True))
    ]
    b.emit(f"ret ptr {built(api, calls.result, iter(found)).text}")
    b.start("slow")
    taking.give_up()
    b.emit(f"ret ptr {api.vectorcall(api.object(calls.slow), Val('%args', 'p'), Val('%count', 'i8')).text}")
    _undo(api, made, taking)
    b.start("failed")
    b.emit("ret ptr null")
    assembly.module.functions[f"@{name}"] = b.finish(f"ptr @{name}(ptr %self, ptr %args, i64 %count) #3")


def _memory(api: CApi, size: int) -> Val:
    if size <= ON_STACK:
        return api.b.alloca(size, 64)
    module = api.assembly.module
    module.declare("@free", "declare void @free(ptr)")
    module.declare("@malloc", "declare ptr @malloc(i64)")
    module.functions["@wengert.memory"] = _MEMORY
    found = api.b.call("@wengert.memory", "p", [api.number(size)])
    api.b.leave(api.b.compare("eq", found, api.null), "nomemory")
    return found


def _undo(api: CApi, made: Sequence[Val | None], taking: Taking) -> None:
    """Where there is no memory: the arrays that were made are given back, from the last one on, and the arguments."""
    b = api.b
    b.start("nomemory")
    api.call("PyErr_NoMemory", "p")
    for k in range(len(made), 0, -1):
        b.emit(f"br label %undo{k}")
        b.start(f"undo{k}")
        x = made[k - 1]
        if x is not None:
            api.call("Py_DecRef", None, x)
    b.emit("br label %undo0")
    b.start("undo0")
    taking.give_up()
    b.emit("br label %failed")


def _count(api: CApi, cell: Val, hurry: Callable[[], None]) -> None:
    """One call more; after some there is something to do."""
    b = api.b
    place = b.offset(cell, 8)
    left = b.op("sub", b.load(place, "i8"), api.number(1))
    b.store(left, place)
    with b.when(b.compare("eq", left, api.number(0))):
        found = api.vectorcall(api.object(hurry), api.null, api.number(0))
        b.leave(b.compare("eq", found, api.null), "failed")
        api.call("Py_DecRef", None, found)


def _run(api: CApi, cell: Val, frame: Frame, memory: Val, shared: bool) -> Val:
    b = api.b
    state = api.call("PyEval_SaveThread", "p") if shared else None
    status = b.call_address(b.load(cell, "p"), "i4", [frame.pointer, memory])
    assert status is not None
    if state is not None:
        api.call("PyEval_RestoreThread", None, state)
    return status


def _stop(api: CApi, made: Sequence[Val | None], status: Val, frame: Frame, fail: Callable[..., Any]) -> None:
    """Give back what was made, and raise the exception that the status stands for."""
    b = api.b
    for x in made:
        if x is not None:
            api.call("Py_DecRef", None, x)
    b.leave(b.compare("eq", status, b.constant(RAISED, "i4")), "failed")
    block = b.alloca(16)
    numbers = (
        api.call("PyLong_FromLongLong", "p", b.cast("sext", status, "i8")),
        api.call("PyLong_FromVoidPtr", "p", frame.error(b, 0)),
    )
    for k, x in enumerate(numbers):
        b.store(x, b.offset(block, 8 * k))
    found = api.vectorcall(api.object(fail), block, api.number(2))
    for x in numbers:
        api.call("Py_DecRef", None, x)
    b.emit(f"ret ptr {found.text}")
    b.start(b.label("unreachable"))


# A block of working memory is kept from call to call; a call that finds it taken gets one of its own.
_MEMORY = """
@wengert.kept = internal global ptr null
@wengert.raw = internal global ptr null
@wengert.taken = internal global i32 0
define internal ptr @wengert.memory(i64 %size) #3 {
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
  %empty = icmp eq ptr %raw, null
  br i1 %empty, label %nothing, label %keep
nothing:
  store atomic i32 0, ptr @wengert.taken release, align 4
  ret ptr null
keep:
  %number = ptrtoint ptr %raw to i64
  %up = add i64 %number, 63
  %aligned = and i64 %up, -64
  %block = inttoptr i64 %aligned to ptr
  store ptr %block, ptr @wengert.kept
  store ptr %raw, ptr @wengert.raw
  ret ptr %block
use:
  ret ptr %old
new:
  %size2 = add i64 %size, 128
  %raw2 = call ptr @malloc(i64 %size2)
  %empty2 = icmp eq ptr %raw2, null
  br i1 %empty2, label %none2, label %made
none2:
  ret ptr null
made:
  %number2 = ptrtoint ptr %raw2 to i64
  %up2 = add i64 %number2, 127
  %aligned2 = and i64 %up2, -64
  %block2 = inttoptr i64 %aligned2 to ptr
  %before = getelementptr i8, ptr %block2, i64 -8
  store ptr %raw2, ptr %before
  ret ptr %block2
}
define internal void @wengert.release(ptr %block) #3 {
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
}
define void @discard() {
  %raw = load ptr, ptr @wengert.raw
  call void @free(ptr %raw)
  ret void
}"""
