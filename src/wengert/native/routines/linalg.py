"""Linear algebra by the compiled loops that numpy.linalg itself calls, LAPACK below.

They mark what has no result (a singular matrix, say) with nan. Where there is a nan, `evaluate` is called for the
exception that NumPy raises.
"""

from __future__ import annotations

import importlib
from typing import Any

from wengert.ir import Line
from wengert.native import python_calls
from wengert.native.routines import gufuncs
from wengert.native.scope import Scope
from wengert.native.values import PARTS
from wengert.native.views import Layout


def linalg(low: Scope, line: Line, name: Any, checked: bool = True) -> Any:
    """The loop of this name, or of the one that `name(line)` says."""
    library: Any = importlib.import_module("numpy.linalg._umath_linalg")
    function = getattr(library, name if isinstance(name, str) else name(line), None)
    if function is None or gufuncs.call(low, line, function) is NotImplemented:
        return NotImplemented
    if not checked:
        return None
    b = low.b
    wrong = b.variable(b.constant(False, "b1"))
    place = low.place(line.outputs[0])
    code = PARTS.get(place.code, place.code)
    count = place.layout.size * (2 if place.code in PARTS else 1)
    flat = Layout((count,), (int(code[1:]),), code)
    with b.loop(0, count) as index:
        at = b.offset(low.address(place), b.op("mul", index, b.constant(flat.strides[0], "i8")))
        b.put(wrong, low.e.logical_or(b.get(wrong), low.e.isnan(b.load(at, code))))
    with b.when(b.get(wrong)), low.apart():
        python_calls.emit(low, line, because="")
    return None
