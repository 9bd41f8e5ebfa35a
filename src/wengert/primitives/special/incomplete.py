"""The incomplete gamma and beta functions, their inverses, and the densities that are their derivatives."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.special as sp

from wengert.errors import UnsupportedError
from wengert.ir import Composite, Primitive, dtype_of
from wengert.primitives.elementwise import elementwise, times
from wengert.primitives.special import shape_parameters
from wengert.primitives.special.family import orders, refused

_POSITIVE = (0.5, 4.0)
_GAMMA = (_POSITIVE, _POSITIVE)
# Parameters in samples are whole numbers: the second derivative in them is refused.
_OF_GAMMA, _OF_GAMMA_INVERSE = orders(1, 3), orders(1, 3, low=0.1, high=0.9)
_OF_BETA = orders((1, 2), (3, 2), low=0.1, high=0.9)



def _in_doubles(function: Callable[..., Any]) -> Composite:
    """A function of float64 for float32, too."""

    def lines(*xs: Any) -> Any:
        kinds = [dtype_of(x) if hasattr(x, "dtype") else np.dtype(float) for x in xs]
        if any(kind.kind != "f" for kind in kinds):
            raise UnsupportedError("parameters that are not floats")
        out = function(*(x.astype(np.float64) if hasattr(x, "dtype") else x for x in xs))
        return out.astype(np.result_type(*kinds))

    return Composite(lines)


# -- gamma -------------------------------------------------------------------------------------------------------------

# The partial in x is (a-1) x^(a-2) exp(-x)/Γ(a) less the density itself; the first is the density of a - 1.
gamma_density: Primitive = elementwise(
    "gamma_density",
    shape_parameters.gamma_density,
    lambda y, a, x: times(y, np.log(x) - sp.digamma(a)),
    lambda y, a, x: gamma_density(a - 1, x) - y,
    domain=_GAMMA,
    special=(((2.0, 0.0), (0.0, 1.0)), ((1.0, 0.0), (-np.inf, -1.0))),
    native=_in_doubles(shape_parameters.of_gamma),
)
gammainc_by_a = elementwise(
    "gammainc_by_a",
    shape_parameters.gammainc_by_a,
    refused("gammainc(a, x), differentiated in a,", "a"),
    lambda y, a, x: times(gamma_density(a, x), np.log(x) - sp.digamma(a)),
    samples=_OF_GAMMA,
)
gammainc = elementwise(
    "gammainc",
    sp.gammainc,
    lambda y, a, x: gammainc_by_a(a, x),
    lambda y, a, x: gamma_density(a, x),
    samples=_OF_GAMMA,
    special=(((1.0, 0.0), (0.0, 1.0)), ((2.0, 0.0), (0.0, 0.0))),
)
gammaincc = elementwise(
    "gammaincc",
    sp.gammaincc,
    lambda y, a, x: -gammainc_by_a(a, x),
    lambda y, a, x: -gamma_density(a, x),
    samples=_OF_GAMMA,
    special=(((1.0, 0.0), (0.0, -1.0)),),
)
# Of P(a, y) = p: dy = (dp - ∂P/∂a da) / density.
gammaincinv = elementwise(
    "gammaincinv",
    sp.gammaincinv,
    lambda y, a, p: -gammainc_by_a(a, y) / gamma_density(a, y),
    lambda y, a, p: 1 / gamma_density(a, y),
    samples=_OF_GAMMA_INVERSE,
)
gammainccinv = elementwise(
    "gammainccinv",
    sp.gammainccinv,
    lambda y, a, p: -gammainc_by_a(a, y) / gamma_density(a, y),
    lambda y, a, p: -1 / gamma_density(a, y),
    samples=_OF_GAMMA_INVERSE,
)

# -- beta --------------------------------------------------------------------------------------------------------------


def _log_slope(log: Any, a: Any, b: Any) -> Any:
    """∂ log(density)/∂a, log the logarithm of what is raised to a - 1."""
    return log + sp.digamma(a + b) - sp.digamma(a)


beta_density: Primitive = elementwise(
    "beta_density",
    shape_parameters.beta_density,
    lambda y, a, b, x: times(y, _log_slope(np.log(x), a, b)),
    lambda y, a, b, x: times(y, _log_slope(np.log1p(-x), b, a)),
    lambda y, a, b, x: (a + b - 1) * (beta_density(a - 1, b, x) - beta_density(a, b - 1, x)),
    domain=((1.5, 4.0), (1.5, 4.0), (0.1, 0.9)),
    special=(((2.0, 1.0, 0.0), (0.0, 0.0, 2.0)), ((1.0, 2.0, 1.0), (0.0, 0.0, -2.0))),
    native=_in_doubles(shape_parameters.of_beta),
)


def _by_shape(name: str, function: Callable[..., Any], by_a: bool) -> Primitive:
    call = f"betainc(a, b, x), differentiated in {'a' if by_a else 'b'},"

    def partial(y: Any, a: Any, b: Any, x: Any) -> Any:
        slope = _log_slope(np.log(x), a, b) if by_a else _log_slope(np.log1p(-x), b, a)
        return times(beta_density(a, b, x), slope)

    return elementwise(name, function, refused(call, "a"), refused(call, "b"), partial, samples=_OF_BETA)


betainc_by_a = _by_shape("betainc_by_a", shape_parameters.betainc_by_a, True)
betainc_by_b = _by_shape("betainc_by_b", shape_parameters.betainc_by_b, False)

betainc = elementwise(
    "betainc",
    sp.betainc,
    lambda y, a, b, x: betainc_by_a(a, b, x),
    lambda y, a, b, x: betainc_by_b(a, b, x),
    lambda y, a, b, x: beta_density(a, b, x),
    samples=_OF_BETA,
    special=(((1.0, 1.0, 0.0), (0.0, 0.0, 1.0)),),
)
betaincc = elementwise(
    "betaincc",
    sp.betaincc,
    lambda y, a, b, x: -betainc_by_a(a, b, x),
    lambda y, a, b, x: -betainc_by_b(a, b, x),
    lambda y, a, b, x: -beta_density(a, b, x),
    samples=_OF_BETA,
)
for _inverse, _sign in ((sp.betaincinv, 1), (sp.betainccinv, -1)):
    elementwise(
        _inverse.__name__,
        _inverse,
        lambda y, a, b, p: -betainc_by_a(a, b, y) / beta_density(a, b, y),
        lambda y, a, b, p: -betainc_by_b(a, b, y) / beta_density(a, b, y),
        lambda y, a, b, p, sign=_sign: sign / beta_density(a, b, y),
        samples=_OF_BETA,
    )
