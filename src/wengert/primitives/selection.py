"""Choosing and replacing, element by element."""

from __future__ import annotations

from typing import Any

import numpy as np

from wengert.errors import UnsupportedError
from wengert.ir import Array, Composite, Pointwise, Primitive, dtype_of, shape_of
from wengert.primitives.elementwise import align_batch, elementwise
from wengert.primitives.linear import linear
from wengert.primitives.shape import sum_to


def _where_type(condition: Array, x: Array, y: Array) -> Array:
    shape = np.broadcast_shapes(condition.shape, x.shape, y.shape)
    return Array(shape, np.result_type(*(t.dtype.type(0).item() if t.weak else t.dtype for t in (x, y))))


# The arm that is not selected gets an exact zero, which the chain rule's product then keeps.
where: Primitive = linear(
    "where",
    np.where,
    _where_type,
    None,
    lambda ct, condition, x, y: sum_to(where(condition, ct, 0.0), shape_of(x)),
    lambda ct, condition, x, y: sum_to(where(condition, 0.0, ct), shape_of(y)),
    batch=lambda size, args, batched: where(*align_batch(args, batched)),
    latex=r"\begin{cases}#2 & #1 \\ #3 & \text{otherwise}\end{cases}",
    python="np.where({0}, {1}, {2})",
    native=Pointwise("where", raw=(0,)),
    samples=lambda rng: [
        ((rng.random((3, 4)) < 0.5, rng.standard_normal((3, 4)), rng.standard_normal(4)), {}),
        ((rng.random(3) < 0.5, rng.standard_normal((2, 1)), rng.standard_normal(())), {}),
    ],
)


def _finite(x: Any, nan: Any, posinf: Any, neginf: Any) -> Any:
    if dtype_of(x).kind != "f":
        raise UnsupportedError("np.nan_to_num of complex numbers")
    limits = np.finfo(dtype_of(x))
    x = np.where(np.isnan(x), nan, x)
    x = np.where(x == np.inf, float(limits.max) if posinf is None else posinf, x)
    return np.where(x == -np.inf, float(limits.min) if neginf is None else neginf, x)


replace_non_finite = elementwise(
    "replace_non_finite",
    lambda x, nan, posinf, neginf: np.nan_to_num(x, True, nan, posinf, neginf),
    lambda y, x: np.isfinite(x),
    samples=lambda rng: [((np.array([1.0, -2.0]),), {"nan": 0.0, "posinf": None, "neginf": -9.0})],
    native=Composite(_finite),
)
