"""Spherical Bessel functions in their argument, and their derivatives.

DLMF 10.51.1 and 10.51.4: (2n+1) f_n' is a combination of n f_{n-1} and (n+1) f_{n+1}, without a singularity at 0. The
same combination of the derivatives gives the second derivative.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.special as sp

from wengert.ir import Primitive
from wengert.primitives.elementwise import elementwise
from wengert.primitives.special.family import orders, refused

SPHERICAL: dict[Any, tuple[Primitive, Primitive]] = {}  # SciPy's function -> its row, and that of `derivative=True`


def _row(name: str, call: Callable[..., Any], below: float, above: float) -> Primitive:
    def partial(y: Any, n: Any, z: Any) -> Any:
        lower = n * row(np.maximum(n - 1, 0), z)
        return (below * lower + above * (n + 1) * row(n + 1, z)) / (2 * n + 1)

    row = elementwise(name, call, refused(f"{name}(n, z)", "n"), partial, samples=orders(0, 1, 3), holomorphic=True)
    return row


def _enter(function: Any, below: float, above: float) -> Primitive:
    name = function.__name__
    plain = _row(name, lambda n, z: function(n, z), below, above)
    slope = _row(f"{name}_derivative", lambda n, z: function(n, z, derivative=True), below, above)
    SPHERICAL[function] = plain, slope
    return plain


spherical_jn = _enter(sp.spherical_jn, 1, -1)
spherical_yn = _enter(sp.spherical_yn, 1, -1)
spherical_in = _enter(sp.spherical_in, 1, 1)
spherical_kn = _enter(sp.spherical_kn, -1, -1)
