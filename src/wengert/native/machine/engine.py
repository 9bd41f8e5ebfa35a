"""LLVM in this process: from the text of a module to machine code at an address."""

from __future__ import annotations

import contextlib
import ctypes
import os
import threading
import weakref
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import llvmlite
import llvmlite.binding as llvm

LOCK = threading.RLock()  # LLVM's context and engine are of one thread at a time
_LLVMLITES: Any = getattr(llvm.ffi.lib, "_lock", contextlib.nullcontext())  # what is freed takes its lock without ours


def _before_fork() -> None:
    """A child process must not begin with LLVM in the middle of something."""
    LOCK.acquire()
    _LLVMLITES.__enter__()


def _after_fork() -> None:
    _LLVMLITES.__exit__(None, None, None)
    LOCK.release()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before_fork, after_in_parent=_after_fork, after_in_child=_after_fork)


@dataclass(frozen=True)
class Machine:
    """The processor that code is made for."""

    triple: str
    cpu: str
    features: str

    @property
    def key(self) -> str:
        """What a stored piece of code depends on beside its text."""
        return f"{llvmlite.__version__} {llvm.llvm_version_info} {self.triple} {self.cpu} {self.features}"


@cache
def machine() -> Machine:
    """This processor."""
    if hasattr(llvm, "initialize") and llvm.llvm_version_info[0] < 20:
        llvm.initialize()
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    features = llvm.get_host_cpu_features()
    return Machine(llvm.get_process_triple(), llvm.get_host_cpu_name(), features.flatten() if features else "")


@cache
def target_machine(level: int) -> Any:
    """LLVM's code generator at one of its levels, 0 to 3."""
    return _new_target_machine(level)


def _new_target_machine(level: int) -> Any:
    host = machine()
    target = llvm.Target.from_triple(host.triple)
    return target.create_target_machine(
        cpu=host.cpu, features=host.features, opt=level, reloc="pic", codemodel="jitdefault", jit=True
    )


def parse(text: str, verify: bool = False) -> Any:
    """The module of a text; `verify` has LLVM check it."""
    module = llvm.parse_assembly(text)
    module.triple = machine().triple
    module.data_layout = str(target_machine(2).target_data)
    if verify:
        module.verify()
    return module


def optimize(module: Any, level: str) -> None:
    """Run the passes of a level.

    `none` for straight lines of numbers, in which there is nothing to find; `registers` for lists with branches and
    loops, whose variables have to become registers; `loops` for short programs of nested loops over single numbers: all
    of LLVM's passes, for only those of whole modules keep in a register what the last trip has written, `y[i - 1]`.
    """
    if level == "none":
        return
    tuning = llvm.create_pipeline_tuning_options(speed_level=1)
    tuning.loop_vectorization = False
    tuning.slp_vectorization = False
    tuning.loop_unrolling = level == "loops"
    builder = llvm.create_pass_builder(target_machine(2), tuning)
    if level == "loops":
        manager = builder.getModulePassManager()
    else:
        manager = llvm.create_new_module_pass_manager()
        for name in ("always_inliner", "sroa", "simplify_cfg", "instruction_combine", "loop_rotate"):
            getattr(manager, f"add_{name}_pass")()
    manager.run(module, builder)


@contextlib.contextmanager
def _addresses_as_they_are() -> Iterator[None]:
    """LLVM's reduction of addresses to steps takes a third of its time, and gains nothing: ours are steps already."""
    llvm.set_option("", "-disable-lsr=true")
    try:
        yield
    finally:
        llvm.set_option("", "-disable-lsr=false")  # the option is of the process, and others use LLVM, too


def assemble(module: Any, level: int) -> bytes:
    """The object code of a module."""
    with _addresses_as_they_are():
        return bytes(target_machine(level).emit_object(module))


def assembly_text(module: Any, level: int) -> str:
    """The same as text."""
    with _addresses_as_they_are():
        return str(target_machine(level).emit_assembly(module))


@dataclass(frozen=True, eq=False)
class Loaded:
    """Code in memory, for as long as this object lives."""

    engine: Any  # of its own, for all pieces of code use the same names
    table: int
    addresses: dict[str, int]


def load(code: bytes, names: tuple[str, ...]) -> Loaded:
    """Bring object code into memory; its function `discard`, if it has one, is called in the end."""
    with LOCK:
        owned = _new_target_machine(0)  # by the engine, which frees it
        engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), owned)
        engine.add_object_file(llvm.ObjectFileRef.from_data(code))
        engine.finalize_object()
        addresses = {n: engine.get_function_address(n) for n in names}
        loaded = Loaded(engine, engine.get_global_value_address("table"), addresses)
        discard = engine.get_function_address("discard")
    if discard:
        weakref.finalize(loaded, _discard, engine, ctypes.CFUNCTYPE(None)(discard)).atexit = False
    return loaded


def _discard(engine: Any, function: Any) -> None:
    """Free what code has kept, while the code is still there."""
    function()
