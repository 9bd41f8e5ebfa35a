"""The sliding product of two sequences, of which np.correlate and np.convolve are made."""

from __future__ import annotations

from typing import Any

import numpy as np

from wengert.ir import Array, Composite, dtype_of, shape_of
from wengert.primitives.linear import linear
from wengert.primitives.rearranging import windows
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
    before, after = _cut(n, m, mode)
    return concatenate(np.zeros(before, dtype_of(ct)), ct, np.zeros(after, dtype_of(ct)), axis=-1)


def _composed(a: Any, v: Any, mode: str) -> Any:
    """The full result as windows of the padded sequence times the other one, and the part of it that is asked for."""
    n, m = shape_of(a)[0], shape_of(v)[0]
    zeros = np.zeros(m - 1, dtype_of(a))
    full = windows(np.concatenate([zeros, a, zeros]), window=m) @ v
    if mode == "full":
        return full
    before, after = _cut(n, m, mode)
    return full[before : n + m - 1 - after]


def _cut(n: int, m: int, mode: str) -> tuple[int, int]:
    """How much of the full result is cut off.

    np.correlate cuts the same part out of the full result of the longer with the shorter sequence, and reverses it
    where the shorter one comes first.
    """
    short = min(n, m)
    before = short - 1 if mode == "valid" else (short - 1) // 2
    after = n + m - 1 - before - (max(n, m) if mode == "same" else max(n, m) - short + 1)
    return (before, after) if n >= m else (after, before)


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
    native=Composite(_composed),
)
