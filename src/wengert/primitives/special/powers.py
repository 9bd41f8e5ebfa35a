"""Powers and their transforms, exponentials, angles in degrees, rounding: SciPy's own, beside NumPy's of that name."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import scipy.special as sp

from wengert.primitives.elementwise import elementwise, times
from wengert.primitives.special.hypergeometric import hyp1f1, hyp2f1

LOG2, LOG10, DEGREE = math.log(2.0), math.log(10.0), math.pi / 180
_POSITIVE = (0.3, 3.0)

exp2 = elementwise("special_exp2", sp.exp2, lambda y, x: LOG2 * y)
exp10 = elementwise("exp10", sp.exp10, lambda y, x: LOG10 * y)
expm1 = elementwise("special_expm1", sp.expm1, lambda y, x: np.exp(x), holomorphic=True)
log1p = elementwise("special_log1p", sp.log1p, lambda y, x: 1 / (1 + x), domain=(-0.8, 3.0), holomorphic=True)
cbrt = elementwise(
    "special_cbrt", sp.cbrt, lambda y, x: 1 / (3 * y * y), domain=_POSITIVE, special=(((0.0,), (np.inf,)),)
)
rounded = elementwise("special_round", sp.round, 0, domain=(0.6, 1.4))
cosm1 = elementwise("cosm1", sp.cosm1, lambda y, x: -np.sin(x))

sindg = elementwise("sindg", sp.sindg, lambda y, x: DEGREE * sp.cosdg(x), domain=(-80.0, 80.0))
cosdg = elementwise("cosdg", sp.cosdg, lambda y, x: -DEGREE * sp.sindg(x), domain=(-80.0, 80.0))
tandg = elementwise("tandg", sp.tandg, lambda y, x: DEGREE * (1 + y * y), domain=(-60.0, 60.0))
cotdg = elementwise("cotdg", sp.cotdg, lambda y, x: -DEGREE * (1 + y * y), domain=(30.0, 80.0))
radian = elementwise(
    "radian", sp.radian, lambda *_: DEGREE, lambda *_: DEGREE / 60, lambda *_: DEGREE / 3600, domain=(0.0, 60.0)
)


def _exprel_slope(x: Any) -> Any:
    """The derivative of (exp(x) - 1)/x = ₁F₁(1; 2; x), smooth at 0."""
    return 0.5 * hyp1f1(2.0, 3.0, x)


exprel = elementwise("exprel", sp.exprel, lambda y, x: _exprel_slope(x), special=(((0.0,), (0.5,)),))

# x**y - 1
powm1 = elementwise(
    "powm1",
    sp.powm1,
    lambda z, x, y: np.where(y == 0, 0.0, y * np.power(x, np.where(y == 0, 1, y - 1))),
    lambda z, x, y: times(np.power(x, y), np.log(x)),
    domain=(_POSITIVE, (-2.0, 2.0)),
    special=(((0.0, 2.0), (0.0, 0.0)),),
)

# -- Box-Cox transforms ------------------------------------------------------------------------------------------------

# (xᵏ - 1)/k = L exprel(kL) with L = log x, smooth at k = 0.


def _by_power(log: Any, k: Any) -> Any:
    return log * log * _exprel_slope(k * log)


boxcox = elementwise(
    "boxcox",
    sp.boxcox,
    lambda y, x, k: np.power(x, k - 1),
    lambda y, x, k: _by_power(np.log(x), k),
    domain=(_POSITIVE, (-2.0, 2.0)),
    special=(((2.0, 0.0), (0.5, 0.5 * LOG2**2)), ((1.0, 3.0), (1.0, 0.0))),
)
boxcox1p = elementwise(
    "boxcox1p",
    sp.boxcox1p,
    lambda y, x, k: np.power(1 + x, k - 1),
    lambda y, x, k: _by_power(np.log1p(x), k),
    domain=((-0.7, 2.0), (-2.0, 2.0)),
    special=(((1.0, 0.0), (0.5, 0.5 * LOG2**2)), ((0.0, 3.0), (1.0, 0.0))),
)


def _inverse_by_power(z: Any, y: Any, k: Any) -> Any:
    """Of z = (1 + ky)^(1/k): z y² g(ky), g(u) = d/du log(1 + u)/u = -₂F₁(2, 2; 3; -u)/2, smooth at k = 0."""
    return -0.5 * z * y * y * hyp2f1(2.0, 2.0, 3.0, -k * y)


inv_boxcox = elementwise(
    "inv_boxcox",
    sp.inv_boxcox,
    lambda z, y, k: z / (1 + k * y),
    _inverse_by_power,
    domain=((-0.4, 1.5), (-0.5, 1.5)),
    special=(((1.0, 0.0), (math.e, -math.e / 2)),),
)
inv_boxcox1p = elementwise(
    "inv_boxcox1p",
    sp.inv_boxcox1p,
    lambda z, y, k: (1 + z) / (1 + k * y),
    lambda z, y, k: _inverse_by_power(1 + z, y, k),
    domain=((-0.4, 1.5), (-0.5, 1.5)),
    special=(((1.0, 0.0), (math.e, -math.e / 2)),),
)
