"""Operations on whole arrays, by the names that rows give in their `native` column."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from wengert.native.routines import (
    checks,
    cofactors,
    decompositions,
    fourier,
    indexing,
    linalg,
    lists,
    products,
    regions,
    scans,
    sorting,
)

ROUTINES: dict[str, Callable[..., Any]] = {
    "gather": indexing.gather,
    "write": indexing.write,
    "add_at": indexing.add_at,
    "matmul": products.matmul,
    "sum_outer": products.sum_outer,
    "scan": scans.scan,
    "recurrence": scans.recurrence,
    "position": scans.position,
    "argsort": sorting.argsort,
    "searchsorted": sorting.searchsorted,
    "linalg": linalg.linalg,
    "decomposition": decompositions.decomposition,
    "substitution": linalg.substitution,
    "cofactors": cofactors.cofactors,
    "sequence_sum": lists.total,
    "sequence_where": lists.choice,
    "spread_items": lists.spread,
    "sum_items": lists.shrink,
    "fourier": fourier.transform,
    "check": checks.check,
    "for": regions.for_,
    "while": regions.while_,
    "cond": regions.cond,
}
