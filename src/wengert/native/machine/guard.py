"""What the entry point of a program calls where the arguments are not as they should be, or something went wrong."""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Sequence
from typing import Any

import numpy as np

from wengert.ir import Array, WengertList, shape_of
from wengert.native.machine.assembly import Assembly, Frame


class Guard:
    """The slow ways of one program."""

    def __init__(self, wl: WengertList, assembly: Assembly) -> None:
        self.wl, self.assembly = wl, assembly
        self.types: Sequence[Array] = [x.type for x in wl.inputs]
        self.call: Any = None
        self._inside = threading.local()

    def slow(self, *args: Any) -> Any:
        """Bring the arguments to the form that the code reads, and call it again."""
        if getattr(self._inside, "active", False):
            raise TypeError(f"a compiled function was given {[type(x).__name__ for x in args]}")
        if len(args) != len(self.types):
            raise TypeError(f"the list has {len(self.types)} inputs, {len(args)} were given")
        fitted = [self._fit(k, x) for k, x in enumerate(args)]
        self._inside.active = True
        try:
            return self.call(*fitted)
        finally:
            self._inside.active = False

    def _fit(self, k: int, x: Any) -> Any:
        kind = self.types[k]
        name = self.wl.names[k] if k < len(self.wl.names) and self.wl.names[k] else f"input {k}"
        if shape_of(x) != kind.shape:
            raise ValueError(f"{name}: the program was compiled for shape {kind.shape}, and got {shape_of(x)}")
        found = np.asarray(x)
        if found.dtype != kind.dtype and not _converts(found.dtype, kind.dtype):
            raise TypeError(f"{name}: the program was compiled for {kind.dtype}, and got {found.dtype}")
        if kind.shape == ():
            return found.astype(kind.dtype)[()]
        out = np.array(found, dtype=kind.dtype, order="C", copy=None, subok=False)
        well = out.flags.c_contiguous and out.flags.aligned and out.dtype is kind.dtype
        return out if well else self._copied(out, kind)

    def _copied(self, x: Any, kind: Array) -> Any:
        out = np.empty(x.shape, kind.dtype)
        out[...] = x
        return out

    def fail(self, status: int, address: int) -> None:
        """Raise what a status stands for; the numbers that were noted are at the address."""
        failure = self.assembly.failures[status - 2]
        error = failure.make(list((ctypes.c_int64 * Frame.ERRORS).from_address(address)))
        if failure.line is not None and failure.line.location is not None:
            error.add_note(f"in the compiled line {failure.line.location}")
        raise error


def _converts(source: np.dtype[Any], target: np.dtype[Any]) -> bool:
    """Whether values of one dtype are all values of the other: an int for a float, a float for a complex number."""
    return bool(np.can_cast(source, target, "safe")) or (source.kind in "iub" and target.kind in "fc")

