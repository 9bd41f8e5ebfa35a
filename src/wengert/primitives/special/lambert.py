"""Lambert's W and Wright's omega, defined as solutions of an equation: the partial is by the implicit function."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.special as sp

from wengert.primitives.elementwise import elementwise
from wengert.primitives.special.family import hidden


def _lambertw(w: Any, z: Any, k: Any) -> Any:
    """Of w exp(w) = z: w' = exp(-w)/(1 + w), which is 1 at z = 0, where w/(z(1 + w)) is 0/0."""
    return np.exp(-w) / (1 + w)


lambertw = elementwise(
    "lambertw",
    lambda z, k, tol=1e-8: sp.lambertw(z, k, tol),
    _lambertw,
    0,
    holomorphic=True,
    native=hidden("_lambertw", more=(1e-8,)),
    samples=lambda rng: [
        ((rng.uniform(-0.3, 3, 4), 0), {}),
        ((rng.uniform(-0.3, -0.1, 4), -1), {}),
        ((rng.uniform(-1, 1, 4) + 1j, 2), {}),
    ],
)
# ω + log ω = z
wrightomega = elementwise("wrightomega", sp.wrightomega, lambda w, z: w / (1 + w), holomorphic=True)
