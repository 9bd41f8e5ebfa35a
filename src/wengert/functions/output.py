"""The keyword `out=`: a result is written into the array given."""

from __future__ import annotations

from typing import Any

from wengert.errors import MutationError
from wengert.ir import Traced, users_line


def cannot_write(what: str) -> MutationError:
    """The error for a traced value that is written into a plain array."""
    return MutationError(
        f"{what} writes a traced value into a plain NumPy array made outside of the function, which cannot hold its "
        f"derivative. Make the array inside, or write into a copy: a = a.copy(){users_line()}"
    )


def delivered(value: Any, out: Any, name: str) -> Any:
    """The result itself, or the array that was given for it after the result is written there."""
    if isinstance(out, tuple) and len(out) == 1:
        (out,) = out
    if out is None or out is Ellipsis:
        return value
    if not isinstance(out, Traced):
        raise cannot_write(f"{name}(..., out=array)")
    out.write_all(value)  # type: ignore[attr-defined]  # a Box, which this layer does not know
    return out
