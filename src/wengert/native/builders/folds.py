"""What reductions begin with, and in which types they compute."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from wengert.ir import Fold
from wengert.native.builders import elements
from wengert.native.builders.emit import Emitter
from wengert.native.builders.values import Val


def start_of(fold: Fold, code: str) -> Any:
    """The value of an empty reduction; the least or greatest of its type."""
    start = fold.start
    if isinstance(start, str):
        if start.startswith("nan") and code[0] == "f":
            return np.nan
        low = start.endswith("lowest")
        if code[0] == "f":
            return -np.inf if low else np.inf
        if code == "b1":
            return not low
        info = np.iinfo(f"{code[0]}{code[1:]}")
        return info.min if low else info.max
    return start


def operands(e: Emitter, fold: Fold, code: str, values: Sequence[Val]) -> list[Val]:
    """What is reduced, in the type of the result; a mask beside it stays one."""
    if not fold.dtype:
        return list(values)
    return [v if i and v.kind == "b" else _as(e, v, code) for i, v in enumerate(values)]


def _as(e: Emitter, x: Val, code: str) -> Val:
    return elements.literal(e, x.value, code) if isinstance(x, elements.Literal) else e.convert(x, code)
