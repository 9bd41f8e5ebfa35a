"""Where the functions of BLAS are: in the library that NumPy has loaded, or behind SciPy's Cython interface.

NumPy's are there already, and give its very numbers; to import SciPy's takes longer than to compile a program. NumPy's
may take integers of 64 bits, SciPy's takes 32: integers are passed by their address, so that 64 bits, the low ones
first, serve both.
"""

from __future__ import annotations

import ctypes
import importlib
from functools import cache

SPELLINGS = ("scipy_{}_64_", "{}_64_", "scipy_{}_", "{}_")  # of NumPy's wheels, of other builds


@cache
def _numpy_library() -> ctypes.CDLL | None:
    """NumPy's compiled module, and with it the libraries that it was linked to."""
    try:
        return ctypes.CDLL(importlib.import_module("numpy._core._multiarray_umath").__file__)
    except OSError:
        return None


def address(name: str) -> int:
    """The address of a function of BLAS, such as `dgemm`, whose arguments are addresses as in Fortran."""
    library = _numpy_library()
    for spelling in SPELLINGS:
        found = getattr(library, spelling.format(name), None)
        if found is not None:
            return ctypes.cast(found, ctypes.c_void_p).value or 0
    from scipy.linalg import cython_blas

    capsule = cython_blas.__pyx_capi__[name]
    get_name, get = ctypes.pythonapi.PyCapsule_GetName, ctypes.pythonapi.PyCapsule_GetPointer
    get_name.restype, get_name.argtypes = ctypes.c_char_p, [ctypes.py_object]
    get.restype, get.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
    return int(get(capsule, get_name(capsule)))
