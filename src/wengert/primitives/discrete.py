"""The row of a function whose results are counts, truths or positions: its derivative is zero everywhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from wengert.ir import Native, Primitive, register
from wengert.ir.primitive import Rule, Sampler


def discrete(
    name: str,
    evaluate: Rule,
    infer: Callable[..., Any],
    inputs: int = 1,
    samples: Sampler | None = None,
    batch: Rule | None = None,
    native: Native | None = None,
    python: str | None = None,
) -> Primitive:
    """One row. Without `batch` it must mean the same with a leading axis on every input (axes count from the end)."""
    return register(
        Primitive(
            name,
            evaluate,
            infer,
            partials=(0,) * inputs,
            samples=samples,
            batch=batch,
            native=native,
            python=python,
        )
    )


def one_by_one(size: int, inputs: Any, batched: Any, **params: Any) -> Any:
    """The `batch` column of what has to be called once per item."""
    raise LookupError
