"""Threads that help with large loop nests: they spin for a while after their work, then wait.

A nest is cut into a number of chunks that depends on its shape alone. Chunks are taken one after another by whoever is
free; what each of them sums up is put together in the order of the chunks, so that the result does not depend on how
many threads there are. The thread that calls does not wait for the others to wake: it begins with the first chunk.
"""

from __future__ import annotations

import ctypes
import os
import platform
import threading
from typing import Any

from wengert.native.machine import engine

SPINS = 20_000  # about half a millisecond
STATE = 512  # bytes; each number of the pool is in a cache line of its own
TICKET, TOTAL, GENERATION, FUNCTION, CONTEXT, DONE, LOCK, THREADS, AWAKE = (0, 64, 128, 192, 200, 256, 320, 384, 448)
_X86 = platform.machine() in ("x86_64", "AMD64")
_PAUSE = "call void @llvm.x86.sse2.pause()" if _X86 else ""


class Pool:
    """The helpers of this process."""

    def __init__(self) -> None:
        raw = ctypes.create_string_buffer(STATE + 64)
        self._raw = raw
        self.address = -(-ctypes.addressof(raw) // 64) * 64
        self.limit = max(1, int(os.environ.get("WENGERT_NUM_THREADS", "0")) or (os.cpu_count() or 1))
        self.wake_type = ctypes.CFUNCTYPE(None)
        self.wake = self.wake_type(self._wake)
        self._events: list[threading.Event] = []
        self._work: Any = None
        self._start = threading.Lock()
        self._set(THREADS, self.limit)

    def _set(self, offset: int, value: int) -> None:
        ctypes.c_int64.from_address(self.address + offset).value = value

    def set_limit(self, count: int) -> None:
        """How many threads there may be, the caller's among them."""
        self.limit = count
        self._set(THREADS, count)

    def _wake(self) -> None:
        with self._start:
            while len(self._events) < self.limit - 1:
                event = threading.Event()
                self._events.append(event)
                number = len(self._events)
                threading.Thread(target=self._run, args=(event, number), daemon=True, name=f"wengert-{number}").start()
        for event in self._events[: self.limit - 1]:
            event.set()

    def _run(self, event: threading.Event, number: int) -> None:
        work = self._native_work()
        while True:
            event.wait()
            event.clear()
            work(self.address, number)

    def _native_work(self) -> Any:
        with engine.LOCK:
            if self._work is None:
                module = engine.parse("@table = global [1 x ptr] zeroinitializer\n" + WORK)
                loaded = engine.load(engine.assemble(module, 1), ("work",))
                kind = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_int64)
                self._work = kind(loaded.addresses["work"])
                self._work.loaded = loaded  # stays for good
        return self._work

    def forget(self) -> None:
        """In a child process there are no helpers yet."""
        ctypes.memset(self.address, 0, STATE)
        self._events.clear()
        self._start = threading.Lock()
        self._set(THREADS, self.limit)


pool = Pool()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=lambda: pool.forget())


def _at(base: str, offset: int) -> str:
    return f"getelementptr i8, ptr {base}, i64 {offset}"


# One chunk is claimed by a ticket: the number of the job above, that of the chunk below. A ticket that is no chunk of
# the job that is on is dropped; a job is not replaced before all of its chunks are done.
_CLAIM = f"""
{"declare void @llvm.x86.sse2.pause()" if _X86 else ""}
define internal i64 @wengert.claim(ptr %pool) noinline optnone {{
  %tp = {_at("%pool", TICKET)}
  %sp = {_at("%pool", TOTAL)}
  %gp = {_at("%pool", GENERATION)}
  %seen = load atomic i64, ptr %tp acquire, align 8
  %seenindex = and i64 %seen, 4294967295
  %seentotal = load atomic i64, ptr %sp acquire, align 8
  %some = icmp slt i64 %seenindex, %seentotal
  br i1 %some, label %try, label %none
try:
  %ticket = atomicrmw add ptr %tp, i64 1 acq_rel
  %index = and i64 %ticket, 4294967295
  %total = load atomic i64, ptr %sp acquire, align 8
  %now = load atomic i64, ptr %gp acquire, align 8
  %of = lshr i64 %ticket, 32
  %same = icmp eq i64 %of, %now
  %inside = icmp slt i64 %index, %total
  %valid = and i1 %same, %inside
  br i1 %valid, label %chunk, label %none
chunk:
  ret i64 %index
none:
  ret i64 -1
}}
define internal void @wengert.do(ptr %pool, i64 %index) noinline optnone {{
  %fp = {_at("%pool", FUNCTION)}
  %cp = {_at("%pool", CONTEXT)}
  %dp = {_at("%pool", DONE)}
  %f = load ptr, ptr %fp
  %c = load ptr, ptr %cp
  call void %f(ptr %c, i64 %index)
  %d = atomicrmw add ptr %dp, i64 1 acq_rel
  ret void
}}
"""

WORK = (
    _CLAIM
    + f"""
define void @work(ptr %pool, i64 %number) {{
  %ap = {_at("%pool", AWAKE)}
  %up = {_at("%pool", THREADS)}
  %more = atomicrmw add ptr %ap, i64 1 acq_rel
  br label %look
look:
  %spins = phi i64 [ 0, %0 ], [ %next, %idle ], [ 0, %do ]
  %threads = load atomic i64, ptr %up acquire, align 8
  %wanted = icmp slt i64 %number, %threads
  br i1 %wanted, label %claim, label %idle
claim:
  %index = call i64 @wengert.claim(ptr %pool)
  %got = icmp sge i64 %index, 0
  br i1 %got, label %do, label %idle
do:
  call void @wengert.do(ptr %pool, i64 %index)
  br label %look
idle:
  {_PAUSE}
  %next = add i64 %spins, 1
  %tired = icmp sgt i64 %next, {SPINS}
  br i1 %tired, label %rest, label %look
rest:
  %less = atomicrmw sub ptr %ap, i64 1 acq_rel
  ret void
}}
"""
)

PARALLEL = (
    _CLAIM
    + f"""
define internal void @wengert.parallel(ptr %pool, ptr %wake, ptr %f, ptr %c, i64 %total) noinline optnone {{
  %lp = {_at("%pool", LOCK)}
  %up = {_at("%pool", THREADS)}
  %threads = load atomic i64, ptr %up acquire, align 8
  %many = icmp sgt i64 %threads, 1
  br i1 %many, label %lock, label %alone
lock:
  %was = atomicrmw xchg ptr %lp, i64 1 acquire
  %free = icmp eq i64 %was, 0
  br i1 %free, label %start, label %alone
start:
  %tp = {_at("%pool", TICKET)}
  %sp = {_at("%pool", TOTAL)}
  %gp = {_at("%pool", GENERATION)}
  %fp = {_at("%pool", FUNCTION)}
  %cp = {_at("%pool", CONTEXT)}
  %dp = {_at("%pool", DONE)}
  %ap = {_at("%pool", AWAKE)}
  store ptr %f, ptr %fp
  store ptr %c, ptr %cp
  store atomic i64 0, ptr %dp release, align 8
  %g = load i64, ptr %gp
  %g1 = add i64 %g, 1
  %new = and i64 %g1, 2147483647
  store atomic i64 %new, ptr %gp release, align 8
  store atomic i64 %total, ptr %sp release, align 8
  %first = shl i64 %new, 32
  store atomic i64 %first, ptr %tp release, align 8
  %awake = load atomic i64, ptr %ap acquire, align 8
  %asleep = icmp sle i64 %awake, 0
  br i1 %asleep, label %call, label %claim
call:
  call void %wake()
  br label %claim
claim:
  %index = call i64 @wengert.claim(ptr %pool)
  %got = icmp sge i64 %index, 0
  br i1 %got, label %do, label %wait
do:
  call void @wengert.do(ptr %pool, i64 %index)
  br label %claim
wait:
  %done = load atomic i64, ptr %dp acquire, align 8
  %all = icmp eq i64 %done, %total
  br i1 %all, label %end, label %more
more:
  {_PAUSE}
  br label %wait
end:
  store atomic i64 0, ptr %sp release, align 8
  store atomic i64 0, ptr %lp release, align 8
  ret void
alone:
  br label %loop
loop:
  %i = phi i64 [ 0, %alone ], [ %i1, %loop ]
  call void %f(ptr %c, i64 %i)
  %i1 = add i64 %i, 1
  %on = icmp slt i64 %i1, %total
  br i1 %on, label %loop, label %out
out:
  ret void
}}
"""
)
