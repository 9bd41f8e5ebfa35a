"""Dual numbers as text: `15.0 + 41.0ε`."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from wengert.dual.level import Infinitesimals
from wengert.record import Box

SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
Symbol = tuple[tuple[str, ...], int]  # the ε of a level, and which of them it is


def text(x: Any, spec: str = "") -> str:
    """A sum of terms, each one a coefficient and the ε it belongs to, in the order of 1, a, b, ab, c, ac, bc, abc."""
    terms = list(_terms(x))
    names = _names(symbol for symbols, _ in terms for symbol in symbols)
    rank = {symbol: 1 << i for i, symbol in enumerate(names)}
    terms.sort(key=lambda term: sum(rank[symbol] for symbol in term[0]))
    apart = any(np.ndim(coefficient) > 1 for _, coefficient in terms)
    out, gap = "", "\n" if apart else " "
    for symbols, coefficient in terms:
        product = "".join(names[symbol] for symbol in sorted(symbols, key=rank.__getitem__))
        if not out:
            out = _number(coefficient, spec) + product
            continue
        negative = isinstance(coefficient, (float, np.floating)) and math.copysign(1.0, coefficient) < 0
        written = _number(-coefficient if negative else coefficient, spec)
        if apart:
            written = written.replace("\n", "\n  ")
        out += f"{gap}{'-' if negative else '+'} {written}{product}"
    return out


def _terms(x: Any) -> Iterator[tuple[tuple[Symbol, ...], Any]]:
    """Products of ε, and their coefficients."""
    if not (isinstance(x, Box) and isinstance(x.level, Infinitesimals)):
        yield (), x.concrete() if isinstance(x, Box) else x
        return
    yield from _terms(x.value)  # type: ignore[attr-defined]
    symbols = x.level.symbols
    eps = x.eps if len(symbols) > 1 else (x.eps,)  # type: ignore[attr-defined]
    for i, coefficient in enumerate(eps):
        yield from (((*inner, (symbols, i)), term) for inner, term in _terms(coefficient))


def _names(found: Iterator[Symbol]) -> dict[Symbol, str]:
    """What each ε is called, in order; different ones of one name get primes."""
    names: dict[Symbol, str] = {}
    for symbols, i in sorted(set(found)):
        name = symbols[i]
        while name in names.values():
            name += "′"
        names[symbols, i] = name
    return names


def _number(x: Any, spec: str) -> str:
    if not isinstance(x, np.ndarray):
        return format(x, spec)
    return np.array2string(x, formatter={"all": lambda one: format(one, spec)}) if spec else str(x)


def written_out(x: Any) -> str:
    """A part of a number as Python would write it; NumPy's double precision numbers as Python's, which equal them."""
    return repr(x.item() if isinstance(x, (np.float64, np.complex128)) else x)
