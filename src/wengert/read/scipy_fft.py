"""scipy.fft: all its transforms. It is not imported for this: a program that calls it has done so."""

from __future__ import annotations

import sys
from typing import Any

from wengert.functions.fourier import SCIPY_FFT
from wengert.read.tables import on_traced, stands_for_named


def _original(name: str) -> Any:
    return lambda *args, **kwargs: getattr(sys.modules["scipy.fft"], name)(*args, **kwargs)


for _name, _meaning in SCIPY_FFT.items():
    stands_for_named("scipy.fft", _name)(on_traced(_original(_name), _meaning))
