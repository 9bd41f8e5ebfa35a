"""The keyword `out=`: a result is written into the array given."""

from __future__ import annotations

from typing import Any

from wengert.errors import UnsupportedError
from wengert.ir import Traced


def delivered(value: Any, out: Any, name: str) -> Any:
    """The result itself, or the array that was given for it after the result is written there."""
    if isinstance(out, tuple) and len(out) == 1:
        (out,) = out
    if out is None or out is Ellipsis:
        return value
    if not isinstance(out, Traced):
        raise UnsupportedError(
            f"{name}(..., out=array) writes a traced value into a plain NumPy array, which cannot hold its derivative. "
            "Make the array from a traced one (np.zeros_like(x), np.empty_like(x), x.copy())"
        )
    out.write_all(value)  # type: ignore[attr-defined]  # a Box, which this layer does not know
    return out
