"""The debug context: the first nan or infinity raises where it arises."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import numpy as np

from wengert.ir import ABSENT, Location, Traced

enabled: ContextVar[bool] = ContextVar("wengert_debug", default=False)


@contextmanager
def debug() -> Iterator[None]:
    """Raise FloatingPointError at the first nan or infinity, with the line of the program it arises in.

    Values and derivatives that are computed from recordings started inside the block are checked; it holds for the
    current thread only.

    Examples
    --------
    >>> import numpy as np, wengert as wg
    >>> with wg.debug():
    ...     wg.grad(lambda x: np.log(x) * 0.0)(0.0)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    FloatingPointError: log gives -inf...
    """
    token = enabled.set(True)
    try:
        yield
    finally:
        enabled.reset(token)


def check_finite(value: Any, what: str, location: Location | None) -> None:
    """Raise FloatingPointError if there is a nan or an infinity in a value."""
    while isinstance(value, Traced):
        value = value.ssa.value
    if isinstance(value, tuple):
        for part in value:
            check_finite(part, what, location)
        return
    if value is ABSENT or not isinstance(value, (float, complex, np.ndarray, np.generic)):
        return
    array = np.asarray(value)
    if array.dtype.kind not in "fc" or np.isfinite(array).all():
        return
    bad = array[~np.isfinite(array)].flat[0]
    shape = f" in an array of shape {array.shape}" if array.shape else ""
    raise FloatingPointError(f"{what} gives {bad}{shape}" + (f"\n  {location}" if location is not None else ""))
