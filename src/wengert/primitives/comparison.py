"""Comparisons, logic, bits and tests: functions whose values are truths or integers, and whose derivatives are 0."""

from __future__ import annotations

from typing import Any

import numpy as np

from wengert.ir import Array, Composite, Primitive
from wengert.primitives.discrete import discrete
from wengert.primitives.elementwise import elementwise


def _integers(count: int) -> Any:
    return lambda rng: [(tuple(rng.integers(1, 9, 4) for _ in range(count)), {})]


_OF_FLOATS: dict[np.ufunc, str | None] = {
    np.equal: "{0} == {1}",
    np.not_equal: "{0} != {1}",
    np.less: "{0} < {1}",
    np.less_equal: "{0} <= {1}",
    np.greater: "{0} > {1}",
    np.greater_equal: "{0} >= {1}",
    np.logical_and: "{0} and {1}",
    np.logical_or: "{0} or {1}",
    np.logical_xor: None,
    np.logical_not: "not {0}",
    np.isnan: None,
    np.isinf: None,
    np.isfinite: None,
    np.signbit: None,
}
_OF_INTEGERS: dict[np.ufunc, str | None] = {
    np.bitwise_and: "{0} & {1}",
    np.bitwise_or: "{0} | {1}",
    np.bitwise_xor: "{0} ^ {1}",
    np.invert: "~{0}",
    np.left_shift: "{0} << {1}",
    np.right_shift: "{0} >> {1}",
    np.bitwise_count: None,
    np.gcd: None,
    np.lcm: None,
}
for _function, _symbol in _OF_FLOATS.items():
    elementwise(_function.__name__, _function, *(0,) * _function.nin, symbol=_symbol, native=_function.__name__)
for _function, _symbol in _OF_INTEGERS.items():
    elementwise(
        _function.__name__,
        _function,
        *(0,) * _function.nin,
        symbol=_symbol,
        samples=_integers(_function.nin),
        native=_function.__name__ if _function not in (np.gcd, np.lcm) else None,
    )
elementwise("isnat", np.isnat, 0, samples=lambda rng: [((np.array(["2026-01-01", "NaT"], "M8[D]"),), {})])


def _close(a: Any, b: Any, rtol: Any, atol: Any, equal_nan: bool = False) -> Any:
    b = b * 1.0
    found = (np.abs(a - b) <= atol + rtol * np.abs(b)) & np.isfinite(b) | (a == b)
    return found | (np.isnan(a) & np.isnan(b)) if equal_nan else found


def _among(x: Any, among: Any, invert: bool = False, **options: Any) -> Any:
    found = np.any(x[..., None] == np.reshape(among, -1), axis=-1)
    return np.logical_not(found) if invert else found


isclose = elementwise("isclose", np.isclose, 0, 0, 0, 0, symbol="{0} ≈ {1}", native=Composite(_close))


def _isin_batch(size: int, args: Any, batched: Any, **params: Any) -> Any:
    if batched[1]:
        raise LookupError("another set for each item")
    return isin(*args, **params)


isin: Primitive = discrete(
    "isin",
    np.isin,
    lambda x, among, **params: Array(x.shape, np.dtype(bool)),
    inputs=2,
    batch=_isin_batch,
    native=Composite(_among),
    samples=lambda rng: [((rng.integers(0, 5, (2, 3)) + 0.0, np.array([1.0, 4.0])), {"invert": False})],
)
