"""The row of a linear or multilinear function: its transpose for each argument."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from wengert.ir import Primitive, register
from wengert.ir.primitive import Rule


def linear(
    name: str,
    evaluate: Rule,
    infer: Callable[..., Any],
    *transposes: Rule | None,
    **columns: Any,
) -> Primitive:
    """One row: `transposes[i](ct, *inputs, **params)` is the transpose in the i-th input; the last serves the rest.

    `joint=True`, the default, is for what is linear in all inputs together (concatenate); `joint=False` for what is
    linear in each on its own (matmul).
    """
    columns.setdefault("joint", True)
    return register(Primitive(name, evaluate, infer, transposes=transposes or None, **columns))
