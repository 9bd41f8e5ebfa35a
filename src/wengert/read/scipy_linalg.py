"""scipy.linalg. It is not imported for this: a program that calls it has done so."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable
from typing import Any

from wengert.functions.scipy_linalg import SCIPY_LINALG
from wengert.read.tables import on_traced, stands_for_named

OVERWRITING = ("overwrite_a", "overwrite_b", "overwrite_ab")


def _original(name: str) -> Callable[..., Any]:
    """SciPy's function, which must not use the memory of its arguments: a line recorded before may hold it."""

    def function(*args: Any, **kwargs: Any) -> Any:
        original = getattr(sys.modules["scipy.linalg"], name)
        given = inspect.signature(original).bind(*args, **kwargs)
        for option in OVERWRITING:
            if option in given.arguments:
                given.arguments[option] = False
        return original(*given.args, **given.kwargs)

    return function


for _name, _meaning in SCIPY_LINALG.items():
    stands_for_named("scipy.linalg", _name)(on_traced(_original(_name), _meaning))
