"""The modified Bessel function I₀(x) of NumPy; SciPy's are in `special`."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.special

from wengert.ir import UfuncLoop, dtype_of
from wengert.primitives.elementwise import elementwise
from wengert.primitives.shape import to_dtype


def _i1(y: Any, x: Any) -> Any:
    return scipy.special.i1(to_dtype(x, np.dtype(np.float64)) if dtype_of(x) == np.longdouble else x)  # no longdouble


i0 = elementwise("i0", np.i0, _i1, special=(((0.0,), (0.0,)),), native=UfuncLoop(scipy.special.i0))
