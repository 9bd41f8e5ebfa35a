"""Forward through one line: the tangent of its output from the tangents of its inputs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from wengert.ir import ABSENT, Array, Primitive, Seq, Sequence, Traced, bind, dtype_of, shape_of, type_of
from wengert.ir.primitive import Rule
from wengert.primitives import broadcast_to, chain_product, sequence_sum, times, to_dtype

Values = tuple[Any, ...]


def product(a: Any, b: Any) -> Any:
    """The chain rule's product, computed on plain values and recorded on traced ones."""
    return times(a, b) if isinstance(a, Traced) or isinstance(b, Traced) else chain_product(a, b)


def push(primitive: Primitive, y: Any, xs: Values, dxs: Values, params: dict[str, Any]) -> Any:
    """The tangent of `y = primitive(*xs)`; `None` stands for a tangent that is zero, also in the result.

    Elementwise: the sum of partial times tangent. Linear: the primitive itself, applied to the tangents. Anything
    else: its own `jvp`. For several outputs, `y` and the result are tuples.
    """
    if primitive.partials is not None:
        return _push_elementwise(primitive, y, xs, dxs)
    if primitive.jvp is not None:
        return primitive.jvp(y, xs, dxs, **params)
    moving = [i for i, dx in enumerate(dxs) if dx is not None and primitive.moves(i)]
    if not moving:
        return None
    if primitive.joint:
        moved = tuple(
            (zeros_like(x) if dx is None else dx) if primitive.moves(i) else x
            for i, (x, dx) in enumerate(zip(xs, dxs, strict=True))
        )
        out = bind(primitive, moved, params)
        return out if type(out) is tuple else fit(out, y)  # the zeros may be of a higher precision
    total = None
    for i in moving:
        total = plus(total, bind(primitive, (*xs[:i], dxs[i], *xs[i + 1 :]), params))
    return total


def _push_elementwise(primitive: Primitive, y: Any, xs: Values, dxs: Values) -> Any:
    assert primitive.partials is not None
    slopes = [
        slope(partial, y, xs) if dx is not None and callable(partial) else partial
        for partial, dx in zip(primitive.partials, dxs, strict=True)
    ]
    return along(slopes, dxs, y)


def along(slopes: Iterable[Any], dxs: Iterable[Any], y: Any) -> Any:
    """The sum of slopes times tangents, in the shape and dtype of `y`; `None` for zero."""
    total = None
    for p, dx in zip(slopes, dxs, strict=True):
        if dx is None:
            continue
        if (type(p) is int or type(p) is float) and p - p == 0:  # finite
            if p:
                total = plus(total, dx if p == 1 else -dx if p == -1 else p * dx)
        else:
            total = plus(total, product(p, dx))
    if total is None:
        return None
    shape = shape_of(y)
    return fit(total if shape_of(total) == shape else broadcast_to(total, shape=shape), y)


def slope(partial: Rule, y: Any, xs: Values) -> Any:
    """A partial at a point; Python's numbers divide by zero as NumPy's do."""
    try:
        return partial(y, *xs)
    except ZeroDivisionError:
        return partial(*(np.asarray(v)[()] if type(v) in (float, int, complex) else v for v in (y, *xs)))


def plus(a: Any, b: Any) -> Any:
    """The sum, with `None` for zero."""
    if a is None:
        return b
    if b is None:
        return a
    return sequence_sum(a, b) if is_sequence(a) else a + b


def fit(tangent: Any, primal: Any) -> Any:
    """A tangent or cotangent in the dtype of its primal: real where that is real, float32 where that is float32."""
    if tangent is None:
        return None
    dtype = dtype_of(primal)
    found = dtype_of(tangent)
    return tangent if found is dtype or found == dtype or is_sequence(tangent) else to_dtype(tangent, dtype)


def is_sequence(x: Any) -> bool:
    """Whether a value is, or stands for, a sequence, not an array."""
    if isinstance(x, Traced):
        value = x.ssa.value
        return type(x.ssa.type) is Seq if value is ABSENT else is_sequence(value)
    return type(x) in (Sequence, Seq)


def zeros_like(x: Any) -> Any:
    """Plain zeros of the shape and dtype of a value or a type; of a sequence an empty one, which stands for them."""
    if is_sequence(x):
        return Sequence(type_of(x))
    dtype = x.dtype if isinstance(x, Array) else dtype_of(x)
    return np.zeros(shape_of(x), dtype if dtype.kind in "fc" else np.float64)
