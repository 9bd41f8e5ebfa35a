"""Bessel and Hankel functions in their argument, plain and scaled.

DLMF 10.6.1 and 10.29.1: the derivative is half the difference (or sum) of the neighbouring orders, which has no
singularity at 0 and is of the same kind again.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.special as sp

from wengert.ir import Primitive
from wengert.primitives.elementwise import elementwise
from wengert.primitives.special.family import orders, real_only, refused

Slope = Callable[..., Any]


def _neighbours(function: np.ufunc, below: float, above: float) -> Slope:
    """below·f(v-1, z) + above·f(v+1, z)."""
    return lambda v, z: below * function(v - 1, z) + above * function(v + 1, z)


def _of_order(ufunc: np.ufunc, slope: Slope, partial: Slope | None = None, **columns: Any) -> Primitive:
    """The row of f(v, z); the rule is the neighbours' combination unless a partial is given."""
    name = ufunc.__name__
    columns.setdefault("samples", orders(0, 1, 3, -2))
    refuse = refused(f"{name}(v, z)", "v", "the order ")
    return elementwise(name, ufunc, refuse, partial or (lambda y, v, z: slope(v, z)), **columns)


_jv, _yv = _neighbours(sp.jv, 0.5, -0.5), _neighbours(sp.yv, 0.5, -0.5)
_iv, _kv = _neighbours(sp.iv, 0.5, 0.5), _neighbours(sp.kv, -0.5, -0.5)

jv = _of_order(sp.jv, _jv, holomorphic=True)
yv = _of_order(sp.yv, _yv, holomorphic=True)
yn = _of_order(sp.yn, _yv, samples=orders(0, 1, 3))
iv = _of_order(sp.iv, _iv, holomorphic=True)
kv = _of_order(sp.kv, _kv, holomorphic=True)
kn = _of_order(sp.kn, _kv, samples=orders(0, 1, 3))
hankel1 = _of_order(sp.hankel1, _neighbours(sp.hankel1, 0.5, -0.5), holomorphic=True)
hankel2 = _of_order(sp.hankel2, _neighbours(sp.hankel2, 0.5, -0.5), holomorphic=True)

# -- scaled by an exponential ------------------------------------------------------------------------------------------

# jve, yve: exp(-|Im z|), which is 1 for real z; ive: exp(-|Re z|); kve: exp(z); hankel1e, hankel2e: exp(∓iz).
_jve, _yve = _neighbours(sp.jve, 0.5, -0.5), _neighbours(sp.yve, 0.5, -0.5)
_ive, _kve = _neighbours(sp.ive, 0.5, 0.5), _neighbours(sp.kve, -0.5, -0.5)
_hankel1e, _hankel2e = _neighbours(sp.hankel1e, 0.5, -0.5), _neighbours(sp.hankel2e, 0.5, -0.5)

jve = _of_order(sp.jve, _jve, real_only("jve(v, z)", lambda y, v, z: _jve(v, z)))
yve = _of_order(sp.yve, _yve, real_only("yve(v, z)", lambda y, v, z: _yve(v, z)))
ive = _of_order(sp.ive, _ive, real_only("ive(v, z)", lambda y, v, z: _ive(v, z) - np.sign(z) * y))
kve = _of_order(sp.kve, _kve, lambda y, v, z: _kve(v, z) + y, holomorphic=True)
hankel1e = _of_order(sp.hankel1e, _hankel1e, lambda y, v, z: _hankel1e(v, z) - 1j * y, holomorphic=True)
hankel2e = _of_order(sp.hankel2e, _hankel2e, lambda y, v, z: _hankel2e(v, z) + 1j * y, holomorphic=True)

# -- orders 0 and 1 ----------------------------------------------------------------------------------------------------

_POSITIVE = (0.5, 4.0)
_FLAT = (((0.0,), (0.0,)),)
_HALF = (((0.0,), (0.5,)),)
j0 = elementwise("j0", sp.j0, lambda y, x: -sp.j1(x), special=_FLAT)
j1 = elementwise("j1", sp.j1, lambda y, x: 0.5 * (sp.j0(x) - sp.jv(2, x)), special=_HALF)
y0 = elementwise("y0", sp.y0, lambda y, x: -sp.y1(x), domain=_POSITIVE)
y1 = elementwise("y1", sp.y1, lambda y, x: 0.5 * (sp.y0(x) - sp.yv(2, x)), domain=_POSITIVE)
i0 = elementwise("special_i0", sp.i0, lambda y, x: sp.i1(x), special=_FLAT)  # np.i0 is another function
i1 = elementwise("i1", sp.i1, lambda y, x: 0.5 * (sp.i0(x) + sp.iv(2, x)), special=_HALF)
k0 = elementwise("k0", sp.k0, lambda y, x: -sp.k1(x), domain=_POSITIVE)
k1 = elementwise("k1", sp.k1, lambda y, x: -0.5 * (sp.k0(x) + sp.kv(2, x)), domain=_POSITIVE)
i0e = elementwise("i0e", sp.i0e, lambda y, x: sp.i1e(x) - np.sign(x) * y, special=_FLAT)
i1e = elementwise("i1e", sp.i1e, lambda y, x: 0.5 * (sp.i0e(x) + sp.ive(2, x)) - np.sign(x) * y, special=_HALF)
k0e = elementwise("k0e", sp.k0e, lambda y, x: y - sp.k1e(x), domain=_POSITIVE)
k1e = elementwise("k1e", sp.k1e, lambda y, x: y - 0.5 * (sp.k0e(x) + sp.kve(2, x)), domain=_POSITIVE)
