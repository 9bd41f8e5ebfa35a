"""Operations on whole arrays, by the names that rows give in their `native` column."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from wengert.native.routines import indexing, products, regions

ROUTINES: dict[str, Callable[..., Any]] = {
    "gather": indexing.gather,
    "write": indexing.write,
    "add_at": indexing.add_at,
    "matmul": products.matmul,
    "for": regions.for_,
    "while": regions.while_,
    "cond": regions.cond,
}
