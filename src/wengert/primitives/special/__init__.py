"""Rows for SciPy's special functions, one file per family; their partials are special functions again."""

from wengert.primitives.special import (
    airy,
    bessel,
    combinatorial,
    distributions,
    elliptic,
    entropy,
    error,
    gamma,
    hypergeometric,
    incomplete,
    integrals,
    lambert,
    logistic,
    polynomials,
    powers,
    spherical,
)

__all__ = [
    "airy",
    "bessel",
    "combinatorial",
    "distributions",
    "elliptic",
    "entropy",
    "error",
    "gamma",
    "hypergeometric",
    "incomplete",
    "integrals",
    "lambert",
    "logistic",
    "polynomials",
    "powers",
    "spherical",
]
