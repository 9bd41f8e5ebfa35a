"""The compiled loops of NumPy's and SciPy's ufuncs, as addresses: what they compute, they compute here too.

The fields of a ufunc are part of NumPy's C API (PyUFuncObject); they are checked against what NumPy says of the ufunc
before they are believed.
"""

from __future__ import annotations

import ctypes
from functools import cache
from typing import Any, NamedTuple

import numpy as np


class _Fields(ctypes.Structure):
    _fields_ = (
        ("head", ctypes.c_byte * object.__basicsize__),
        ("nin", ctypes.c_int),
        ("nout", ctypes.c_int),
        ("nargs", ctypes.c_int),
        ("identity", ctypes.c_int),
        ("functions", ctypes.POINTER(ctypes.c_void_p)),
        ("data", ctypes.POINTER(ctypes.c_void_p)),
        ("ntypes", ctypes.c_int),
        ("reserved", ctypes.c_int),
        ("name", ctypes.c_char_p),
        ("types", ctypes.POINTER(ctypes.c_char)),
    )


class CompiledLoop(NamedTuple):
    """`function(args, dimensions, strides, data)`, for operands of these dtypes."""

    function: int
    data: int
    dtypes: tuple[np.dtype[Any], ...]


@cache
def compiled_loop(ufunc: np.ufunc, dtypes: tuple[Any, ...]) -> CompiledLoop | None:
    """The loop that NumPy would take for operands of these dtypes (or Python types), if it can be called from here."""
    fields = _Fields.from_address(id(ufunc))
    if (fields.nin, fields.nout, fields.ntypes) != (ufunc.nin, ufunc.nout, len(ufunc.types)):
        return None
    if not fields.functions or not fields.types:  # made in another way
        return None
    try:
        wanted = ufunc.resolve_dtypes((*dtypes, *[None] * ufunc.nout))
    except TypeError:
        return None
    text = "".join(d.char for d in wanted)
    for k in range(fields.ntypes):
        found = b"".join(fields.types[k * fields.nargs + i] for i in range(fields.nargs))
        signature = [np.dtype(chr(c)) for c in found] if b"O" not in found else []
        if signature and (found.decode() == text or tuple(signature) == tuple(wanted)):
            function = fields.functions[k]
            return CompiledLoop(function, fields.data[k] or 0, tuple(signature)) if function else None
    return None
