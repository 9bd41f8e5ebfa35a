"""Dual numbers as text: `15.0 + 41.0ε`."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from wengert.dual.level import Infinitesimals
from wengert.record import Box

SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def text(x: Any, spec: str = "") -> str:
    """A sum of terms, each one a coefficient and the ε it belongs to."""
    terms = list(_terms(x, {}))
    lines = any(np.ndim(coefficient) > 1 for _, coefficient in terms)
    out = ""
    for symbols, coefficient in terms:
        sign, number = "+", coefficient
        if isinstance(coefficient, (float, np.floating)) and math.copysign(1.0, coefficient) < 0:
            sign, number = "-", -coefficient
        written = _coefficient(number if out else coefficient, spec)
        if lines:
            written = written.replace("\n", "\n  ")
            out += f"\n{sign} {written}{symbols}" if out else written.replace("\n  ", "\n")
        else:
            out += f" {sign} {written}{symbols}" if out else written
    return out


def _terms(x: Any, names: dict[str, tuple[str, ...]]) -> Iterator[tuple[str, Any]]:
    """The product of ε and the coefficient of each term; `names` tells which ε have a name already."""
    if not (isinstance(x, Box) and isinstance(x.level, Infinitesimals)):
        yield "", x.concrete() if isinstance(x, Box) else x
        return
    yield from _terms(x.value, names)  # type: ignore[attr-defined]
    symbols = x.level.symbols
    eps = x.eps if len(symbols) > 1 else (x.eps,)  # type: ignore[attr-defined]
    for symbol, coefficient in zip(symbols, eps, strict=True):
        name = symbol
        while names.setdefault(name, symbols) != symbols:
            name += "′"
        yield from ((inner + name, term) for inner, term in _terms(coefficient, names))


def _coefficient(x: Any, spec: str) -> str:
    if not isinstance(x, np.ndarray):
        return format(x, spec)
    return np.array2string(x, formatter={"all": lambda one: format(one, spec)}) if spec else str(x)


def written_out(x: Any) -> str:
    """A part of a number as Python would write it; NumPy's double precision numbers as Python's, which equal them."""
    return repr(x.item() if isinstance(x, (np.float64, np.complex128)) else x)
