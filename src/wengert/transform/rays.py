"""Derivatives in several variables from Taylor series in one: along enough rays they determine each other.

A. Griewank, J. Utke and A. Walther, "Evaluating higher derivative tensors by forward propagation of univariate Taylor
series", Mathematics of Computation 69, 2000.
"""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Iterator
from fractions import Fraction

Powers = tuple[int, ...]


def compositions(total: int, parts: int) -> Iterator[Powers]:
    """All ways to write a number as an ordered sum of so many numbers from 0: first (total, 0, …, 0)."""
    if parts == 1:
        yield (total,)
        return
    for head in range(total, -1, -1):
        for tail in compositions(total - head, parts - 1):
            yield (head, *tail)


@functools.lru_cache(maxsize=1024)
def weights(powers: Powers) -> dict[Powers, float]:
    """By ray j, the factor of the d-th Taylor coefficient along x + t j in the partial derivative of these powers.

    The powers are all at least 1; d is their sum, and that of each j. Rays of weight zero are left out.
    """
    found = {}
    for ray in compositions(sum(powers), len(powers)):
        pairs = sorted(zip(powers, ray, strict=True))  # the order of the variables does not matter
        weight = _weight(tuple(i for i, _ in pairs), tuple(j for _, j in pairs))
        if weight:
            found[ray] = weight
    return found


@functools.lru_cache(maxsize=65536)
def _weight(powers: Powers, ray: Powers) -> float:
    """The weight of one ray, computed without rounding.

    For powers i and the ray j, with |i| = |j| = d and products over the variables, the paper has

        γ_ij = Σ_{0 < k ≤ i} (-1)^|i-k| C(i, k) C(d k / |k|, j) (|k| / d)^d.

    C(d k / |k|, j) is a product of d fractions (d k - c |k|) / |k|, c < j, over j!, so that |k| cancels.
    """
    d = sum(powers)
    total = 0
    for k in itertools.product(*(range(i + 1) for i in powers)):
        size = sum(k)
        if size:
            ways = math.prod(math.comb(a, b) for a, b in zip(powers, k, strict=True))
            points = math.prod(d * a - c * size for a, b in zip(k, ray, strict=True) for c in range(b))
            total += (-1) ** (d - size) * ways * points
    return float(Fraction(total, d**d * math.prod(map(math.factorial, ray))))
