"""The sliding product of two sequences, of which np.correlate and np.convolve are made."""

from __future__ import annotations

from typing import Any

import numpy as np

from wengert.ir import Array, dtype_of, shape_of
from wengert.primitives.linear import linear
from wengert.primitives.shape import concatenate


def _slide_type(a: Array, v: Array, mode: str) -> Array:
    n, m = max(a.size, v.size), min(a.size, v.size)
    length = {"full": n + m - 1, "same": n, "valid": n - m + 1}[mode]
    return Array((length,), np.result_type(a.dtype, v.dtype))


def _in_full(ct: Any, a: Any, v: Any, mode: str) -> Any:
    """A cotangent of the `mode` part of the result as one of the full result: zeros around it."""
    n, m = shape_of(a)[0], shape_of(v)[0]
    if mode == "full":
        return ct
    short = min(n, m)
    # np.correlate cuts the same part out of the full result of the longer with the shorter sequence, and reverses it
    # where the shorter one comes first.
    before = short - 1 if mode == "valid" else (short - 1) // 2
    after = n + m - 1 - before - shape_of(ct)[0]
    if n < m:
        before, after = after, before
    return concatenate(np.zeros(before, dtype_of(ct)), ct, np.zeros(after, dtype_of(ct)), axis=-1)


# slide(a, v)_k = Σ_j a_{j+k} v_j for k = 1-m, ..., n-1, and its transposes with c = the cotangent of the full result:
# ā_i = Σ_k c_k v_{i-k} slides the reversed v along c, v̄_j = Σ_k c_k a_{j+k} slides a along c, from the end.
slide = linear(
    "slide",
    lambda a, v, mode: np.correlate(a, np.conj(v), mode),
    _slide_type,
    lambda ct, a, v, mode: slide(_in_full(ct, a, v, mode), v[::-1], mode="valid"),
    lambda ct, a, v, mode: slide(_in_full(ct, a, v, mode), a, mode="valid")[::-1],
    joint=False,
    samples=lambda rng: [
        ((rng.standard_normal(n), rng.standard_normal(m)), {"mode": mode})
        for n, m in ((5, 3), (3, 4), (4, 4), (1, 3))
        for mode in ("full", "same", "valid")
    ],
)
