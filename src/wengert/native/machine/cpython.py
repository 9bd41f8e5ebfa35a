"""CPython and NumPy as machine code sees them: where the fields of their objects are, and the addresses of functions.

The offsets are those of CPython's and NumPy's C API; they are checked on live objects before the first use.
"""

from __future__ import annotations

import ctypes
import importlib
import sys
import sysconfig
from functools import cache
from typing import Any

import numpy as np

HEAD = object.__basicsize__  # 16: reference count and type
TYPE, PAYLOAD = 8, HEAD  # of a float, a complex number, a NumPy scalar
SIZE = HEAD  # of a tuple or list
DATA, NDIM, DIMENSIONS, DESCR, FLAGS = HEAD, HEAD + 8, HEAD + 16, HEAD + 40, HEAD + 48  # of an array
WELL_BEHAVED = 0x1 | 0x100  # C-contiguous, aligned
NEW_FROM_DESCR, NEW_COPY, SCALAR = 94, 85, 60  # in the table of NumPy's C API


def function(name: str) -> int:
    """The address of a function of CPython's C API."""
    return ctypes.cast(getattr(ctypes.pythonapi, name), ctypes.c_void_p).value or 0


@cache
def _numpy_table() -> Any:
    multiarray: Any = importlib.import_module("numpy._core._multiarray_umath")

    get = ctypes.pythonapi.PyCapsule_GetPointer
    get.restype, get.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
    return ctypes.cast(get(multiarray._ARRAY_API, None), ctypes.POINTER(ctypes.c_void_p))


def numpy_function(number: int) -> int:
    """The address of a function of NumPy's C API."""
    return int(_numpy_table()[number])


def _read(kind: Any, value: Any, offset: int) -> Any:
    return kind.from_address(id(value) + offset).value


@cache
def layout_is_known() -> bool:
    """Whether objects look as this module says; elsewhere, lists are run by NumPy."""
    if sys.implementation.name != "cpython" or HEAD != 16 or sysconfig.get_config_var("Py_GIL_DISABLED"):
        return False
    x = np.arange(6.0).reshape(2, 3)
    scalars = ((ctypes.c_double, 1.5), (ctypes.c_double, np.float64(1.5)), (ctypes.c_float, np.float32(1.5)))
    dims = (ctypes.c_int64 * 2).from_address(_read(ctypes.c_void_p, x, DIMENSIONS))
    return (
        all(_read(kind, value, PAYLOAD) == 1.5 for kind, value in scalars)
        and _read(ctypes.c_int64, np.int64(7), PAYLOAD) == 7
        and _read(ctypes.c_double, 2.5 + 1j, PAYLOAD) == 2.5
        and _read(ctypes.c_void_p, 1.5, TYPE) == id(float)
        and _read(ctypes.c_int64, (1, 2, 3), SIZE) == _read(ctypes.c_int64, [1, 2, 3], SIZE) == 3
        and _read(ctypes.c_void_p, x, DATA) == x.ctypes.data
        and _read(ctypes.c_int, x, NDIM) == 2
        and tuple(dims) == (2, 3)
        and _read(ctypes.c_void_p, x, DESCR) == id(x.dtype)
        and _read(ctypes.c_int, x, FLAGS) & WELL_BEHAVED == WELL_BEHAVED
        and not _read(ctypes.c_int, x.T, FLAGS) & 1
        and numpy_function(2) == id(np.ndarray)
    )


class MethodDef(ctypes.Structure):
    """CPython's PyMethodDef."""

    _fields_ = (
        ("name", ctypes.c_char_p),
        ("function", ctypes.c_void_p),
        ("flags", ctypes.c_int),
        ("doc", ctypes.c_char_p),
    )


FASTCALL = 0x0080


def builtin(address: int, name: str, keep: Any) -> Any:
    """A builtin function of the code at an address; `keep` lives as long as it does, and a little longer."""
    definition = MethodDef(name.encode(), address, FASTCALL, None)
    new = ctypes.pythonapi.PyCFunction_NewEx
    new.restype, new.argtypes = ctypes.py_object, [ctypes.c_void_p, ctypes.py_object, ctypes.c_void_p]
    return new(ctypes.addressof(definition), (definition, keep), None)  # which goes last when the function goes
