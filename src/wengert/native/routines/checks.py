"""Conditions that must hold: Python is called only where one does not."""

from __future__ import annotations

from typing import Any

from wengert.ir import Line
from wengert.native import python_calls
from wengert.native.scope import Scope


def check(low: Scope, line: Line) -> Any:
    """Raise the user's error if the first input is false."""
    holds = low.e.truth(low.elements(line.inputs[0]).flat[0])
    with low.b.when(low.e.logical_not(holds)), low.apart():
        python_calls.emit(low, line, because="")
