"""scipy.fft: all its transforms. It is not imported for this: a program that calls it has done so."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable
from typing import Any

from wengert.functions.fourier import SCIPY_FFT
from wengert.read.tables import on_traced, stands_for_named


def _original(name: str) -> Callable[..., Any]:
    """SciPy's function, which must not use the memory of x: a line recorded before may hold it."""

    def function(*args: Any, **kwargs: Any) -> Any:
        transform = getattr(sys.modules["scipy.fft"], name)
        given = inspect.signature(transform).bind(*args, **kwargs)
        given.arguments.pop("overwrite_x", None)
        return transform(*given.args, **given.kwargs)

    return function


for _name, _meaning in SCIPY_FFT.items():
    stands_for_named("scipy.fft", _name)(on_traced(_original(_name), _meaning))
