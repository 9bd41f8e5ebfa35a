"""The two ends of a derivative: what a caller hands in, and what it gets.

Inside, cotangents pair with tangents without conjugation; a caller's are conjugated where they enter and leave.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from wengert.ir import Traced, dtype_of, shape_of
from wengert.record import Box, plain
from wengert.record.operators import weaken
from wengert.transform.push import zeros_like


def tangent_for(dx: Any, x: Any, name: str, allow_complex: bool = False) -> Any:
    """A tangent or cotangent that fits its value; TypeError or ValueError for one that does not."""
    if not isinstance(dx, (Traced, np.ndarray, np.generic, float, int, complex)):
        dx = np.asarray(dx)
    if shape_of(dx) != shape_of(x):
        raise ValueError(f"the tangent of {name} has shape {shape_of(dx)}, its value has shape {shape_of(x)}")
    kind, dtype = dtype_of(dx).kind, dtype_of(x)
    if kind not in "fciub" or (kind == "c" and dtype.kind != "c" and not allow_complex):
        raise TypeError(f"the tangent of {name} is of dtype {dtype_of(dx)}, its value of {dtype}")
    if isinstance(dx, Box):
        dx = plain(dx.snapshot())
        if isinstance(dx, Box):
            if kind not in "fc":
                raise TypeError(f"the tangent of {name} is of dtype {dtype_of(dx)}; derivatives need floats")
            return dx
    found = np.asarray(dx, np.result_type(dtype, np.complex64) if kind == "c" else dtype)
    return found if isinstance(x, np.ndarray) else found[()]


def cotangents_out(found: Sequence[Any], values: Sequence[Any], none: bool = False, conj: bool = True) -> list[Any]:
    """Cotangents as the caller gets them: zeros or None for missing ones, conjugated, each in a buffer of its own."""
    seen: set[int] = set()
    out = []
    for one, value in zip(found, values, strict=True):
        if one is None:
            one = None if none else zeros_of(value)
        elif conj:
            one = conjugate(one)
        if dtype_of(value).kind == "c" and one is not None and dtype_of(one).kind != "c":
            one = one + 0j
        one = None if one is None else own(one.snapshot() if isinstance(one, Box) else one, value)
        if isinstance(one, np.ndarray):
            one = one.copy() if id(one) in seen else one
            seen.add(id(one))
        out.append(one)
    return out


def own(value: Any, given: Any = None) -> Any:
    """A result that the caller may write into: no view, no shared buffer; a Python float for a Python float."""
    value = plain(value)
    if type(given) in (float, complex) or (isinstance(given, Box) and given.is_weak()):
        return value.item() if isinstance(value, (np.generic, np.ndarray)) else weaken(value)
    if isinstance(value, np.ndarray):
        return value if value.flags.owndata and value.flags.writeable else value.copy()
    if isinstance(given, np.ndarray) and isinstance(value, (float, complex, np.generic)):
        return np.asarray(value)
    return value


def conjugate(x: Any) -> Any:
    """The complex conjugate; real values as they are."""
    return np.conjugate(x) if dtype_of(x).kind == "c" else x


def zeros_of(value: Any) -> Any:
    """Zero like a value: a number for a number."""
    if type(value) in (float, int):
        return 0.0
    return 0j if type(value) is complex else zeros_like(value)
