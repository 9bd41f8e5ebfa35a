"""What NumPy demands of values: at once where they are known, by a line of the list where they are abstract."""

from __future__ import annotations

from typing import Any

from wengert.ir import ABSENT, Traced, bind, user_location
from wengert.primitives.effects import Raised, check


def is_abstract(x: Any) -> bool:
    """Whether a value has a type, but no number yet."""
    return isinstance(x, Traced) and x.concrete() is ABSENT  # type: ignore[attr-defined]  # a Box


def demand(holds: Any, error: Exception) -> None:
    """Raise an error unless a condition holds."""
    if is_abstract(holds):
        bind(check, (holds,), {"error": Raised(error, error.args, {}), "where": user_location()})
    elif not holds:
        raise error
