"""Orthogonal polynomials in their argument.

The derivative of a Jacobi polynomial is one of degree n - 1 with both parameters raised by one (DLMF 18.9.15), and the
others' follow from it: no division by 1 - x², so the ends of the interval are nothing special.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.special as sp

from wengert.ir import Primitive
from wengert.primitives.elementwise import elementwise
from wengert.primitives.special.family import orders, refused


def _lower(function: Callable[..., Any], n: Any, *rest: Any) -> Any:
    """The function of degree n - 1, and 0 for n = 0, where a constant has been differentiated."""
    constant = n == 0
    return np.where(constant, 0.0, function(np.where(constant, 0, n - 1), *rest))


def _polynomial(
    ufunc: np.ufunc,
    slope: Callable[..., Any],
    *parameters: str,
    sample: tuple[int, ...] = (),
    holomorphic: bool = True,
) -> Primitive:
    name = ufunc.__name__
    call = f"{name}({', '.join(('n', *parameters, 'x'))})"
    return elementwise(
        name,
        ufunc,
        *(refused(call, parameter) for parameter in ("n", *parameters)),
        lambda y, *xs: slope(*xs),
        samples=orders(*((n, *sample) for n in (0, 1, 4)), low=-0.9, high=0.9),
        holomorphic=holomorphic,
    )


eval_jacobi = _polynomial(
    sp.eval_jacobi,
    lambda n, a, b, x: 0.5 * (n + a + b + 1) * _lower(sp.eval_jacobi, n, a + 1, b + 1, x),
    "alpha",
    "beta",
    sample=(1, 2),
)
eval_sh_jacobi = _polynomial(  # normalized to leading coefficient 1
    sp.eval_sh_jacobi,
    lambda n, p, q, x: n * _lower(sp.eval_sh_jacobi, n, p + 2, q + 1, x),
    "p",
    "q",
    sample=(3, 2),
)
eval_gegenbauer = _polynomial(
    sp.eval_gegenbauer,
    lambda n, a, x: 2 * a * _lower(sp.eval_gegenbauer, n, a + 1, x),
    "alpha",
    sample=(2,),
)
eval_legendre = _polynomial(sp.eval_legendre, lambda n, x: 0.5 * (n + 1) * _lower(sp.eval_jacobi, n, 1.0, 1.0, x))
eval_chebyt = _polynomial(sp.eval_chebyt, lambda n, x: n * _lower(sp.eval_chebyu, n, x))
eval_chebyu = _polynomial(sp.eval_chebyu, lambda n, x: 2 * _lower(sp.eval_gegenbauer, n, 2.0, x))
eval_chebyc = _polynomial(sp.eval_chebyc, lambda n, x: n * _lower(sp.eval_chebys, n, x))
eval_chebys = _polynomial(sp.eval_chebys, lambda n, x: _lower(sp.eval_gegenbauer, n, 2.0, 0.5 * x))
eval_sh_legendre = _polynomial(
    sp.eval_sh_legendre, lambda n, x: (n + 1) * _lower(sp.eval_jacobi, n, 1.0, 1.0, 2 * x - 1)
)
eval_sh_chebyt = _polynomial(sp.eval_sh_chebyt, lambda n, x: 2 * n * _lower(sp.eval_sh_chebyu, n, x))
eval_sh_chebyu = _polynomial(sp.eval_sh_chebyu, lambda n, x: 4 * _lower(sp.eval_gegenbauer, n, 2.0, 2 * x - 1))
eval_genlaguerre = _polynomial(
    sp.eval_genlaguerre, lambda n, a, x: -_lower(sp.eval_genlaguerre, n, a + 1, x), "alpha", sample=(1,)
)
eval_laguerre = _polynomial(sp.eval_laguerre, lambda n, x: -_lower(sp.eval_genlaguerre, n, 1.0, x))
eval_hermite = _polynomial(sp.eval_hermite, lambda n, x: 2 * n * _lower(sp.eval_hermite, n, x), holomorphic=False)
eval_hermitenorm = _polynomial(
    sp.eval_hermitenorm, lambda n, x: n * _lower(sp.eval_hermitenorm, n, x), holomorphic=False
)
