"""Hyperbolic functions and their inverses."""

from __future__ import annotations

from typing import Any

import numpy as np

from wengert.ir import dtype_of
from wengert.primitives.elementwise import elementwise


def _hypotenuse(y: Any, x: Any) -> Any:
    """√(1 + x²) for y = arcsinh(x): without overflow for real x, on y's side of the branch cuts for complex x."""
    return np.cosh(y) if dtype_of(x).kind == "c" else np.hypot(1.0, x)


sinh = elementwise("sinh", np.sinh, lambda y, x: np.cosh(x), latex=r"\sinh", holomorphic=True, native="sinh")
cosh = elementwise("cosh", np.cosh, lambda y, x: np.sinh(x), latex=r"\cosh", holomorphic=True, native="cosh")
tanh = elementwise(
    "tanh",
    np.tanh,
    lambda y, x: 1 - y * y,
    latex=r"\tanh",
    holomorphic=True,
    special=(((1000.0,), (0.0,)), ((-np.inf,), (0.0,))),
    native="tanh",
)
arcsinh = elementwise(
    "arcsinh",
    np.arcsinh,
    lambda y, x: 1 / _hypotenuse(y, x),
    holomorphic=True,
    special=(((1e200,), (1e-200,)),),
    native="arcsinh",
)
arccosh = elementwise(
    "arccosh",
    np.arccosh,
    lambda y, x: 1 / (np.sqrt(x - 1) * np.sqrt(x - -1)),  # x - -1 keeps the sign of a zero imaginary part, x + 1 not
    domain=(1.2, 4.0),
    holomorphic=True,
    special=(((1.0,), (np.inf,)), ((1e200,), (1e-200,))),
    native="arccosh",
)
arctanh = elementwise(
    "arctanh",
    np.arctanh,
    lambda y, x: 1 / ((1 - x) * (1 + x)),
    domain=(-0.9, 0.9),
    holomorphic=True,
    special=(((1.0,), (np.inf,)), ((1 - 2.0**-40,), (1 / (2.0**-39 - 2.0**-80),))),
    native="arctanh",
)
