"""Ctrl-C in long loops: a loop counts what it computes, and once in a while the clock is looked at, and then the user.

To ask Python whether there was a signal takes its lock, for which other threads may make us wait; so that is done at
most every fiftieth of a second, however quick or slow the elements of the loop are.
"""

from __future__ import annotations

import ctypes
import sys

from wengert.native.builders.values import Val
from wengert.native.machine import cpython
from wengert.native.machine.assembly import RAISED
from wengert.native.scope import Scope

PATIENCE = 2_000_000  # elements that are computed between two looks at the clock
LONG = 10_000_000  # elements, from which on a loop counts

_MILLISECONDS = (
    """define internal i64 @wengert.now(ptr %clock) {
  %now = call i64 %clock()
  ret i64 %now
}"""
    if sys.platform == "win32"
    else """define internal i64 @wengert.now(ptr %clock) {
  %place = alloca [16 x i8], align 8
  call i32 %clock(ptr %place, ptr null)
  %seconds = load i64, ptr %place
  %at = getelementptr i8, ptr %place, i64 8
  %rest = load i32, ptr %at
  %micro = sext i32 %rest to i64
  %milli = sdiv i64 %micro, 1000
  %thousand = mul i64 %seconds, 1000
  %now = add i64 %thousand, %milli
  ret i64 %now
}"""
)
_LOOK = """define internal i32 @wengert.look(ptr %last, ptr %clock, ptr %ensure, ptr %check, ptr %release) noinline {
  %now = call i64 @wengert.now(ptr %clock)
  %before = load i64, ptr %last
  %passed = sub i64 %now, %before
  %long = icmp ugt i64 %passed, 20
  br i1 %long, label %ask, label %go
ask:
  store i64 %now, ptr %last
  %state = call i32 %ensure()
  %found = call i32 %check()
  call void %release(i32 %state)
  ret i32 %found
go:
  ret i32 0
}"""


def _clock() -> int:
    """The address of a function that tells the time: gettimeofday, on Windows GetTickCount64."""
    library, name = ("kernel32", "GetTickCount64") if sys.platform == "win32" else (None, "gettimeofday")
    return ctypes.cast(getattr(ctypes.CDLL(library), name), ctypes.c_void_p).value or 0


def look(low: Scope, cost: float) -> None:
    """At the end of a trip that computed so many elements: end the program if the user wants it.

    All loops count down together. So a loop that looks counts no more than one of its trips for the loop around it.
    """
    b, module = low.b, low.assembly.module
    if b.language != "llvm":
        return
    low.assembly.looks = True
    left, last = b.counter("left", PATIENCE), b.counter("last", 0)
    now = b.op("sub", b.load(left, "i8"), b.constant(int(min(cost, PATIENCE)), "i8"))
    b.store(now, left)
    with b.when(b.compare("slt", now, b.constant(0, "i8")), likely=False):
        b.store(b.constant(PATIENCE, "i8"), left)

        def function(name: str) -> Val:
            return b.slot(low.assembly.address(("C", name), lambda: cpython.function(name)))

        module.functions["@wengert.now"], module.functions["@wengert.look"] = _MILLISECONDS, _LOOK
        clock = b.slot(low.assembly.address(("clock",), _clock))
        calls = [function(name) for name in ("PyGILState_Ensure", "PyErr_CheckSignals", "PyGILState_Release")]
        found = b.call("@wengert.look", "i4", [last, clock, *calls])
        b.guard(b.compare("ne", found, b.constant(0, "i4")), RAISED)
