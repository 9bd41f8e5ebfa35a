"""Operations on whole arrays, by the names that rows give in their `native` column."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from wengert.native.routines import indexing, linalg, products, regions, scans, sorting

ROUTINES: dict[str, Callable[..., Any]] = {
    "gather": indexing.gather,
    "write": indexing.write,
    "add_at": indexing.add_at,
    "matmul": products.matmul,
    "scan": scans.scan,
    "recurrence": scans.recurrence,
    "position": scans.position,
    "argsort": sorting.argsort,
    "searchsorted": sorting.searchsorted,
    "linalg": linalg.linalg,
    "for": regions.for_,
    "while": regions.while_,
    "cond": regions.cond,
}
