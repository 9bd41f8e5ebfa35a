"""What a NumPy or SciPy ufunc means here; filled by the rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

UFUNCS: dict[Any, Callable[..., Any]] = {}
