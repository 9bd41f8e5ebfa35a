"""The error function: a polynomial in x² up to 1, from there 1 - exp(-x²)·g(x)."""

from __future__ import annotations

from wengert.native.builders.kernels.exponential import exp
from wengert.native.builders.kernels.number import Number, choose, polynomial

# Near-minimax: erf(√z)/√z on 0 ≤ z ≤ 1, and exp(x²)·erfc(x) in 4/(x + 2) on 1 ≤ x ≤ 6.
NEAR = (
    1.1283791670955126, -0.3761263890318354, 0.1128379167094491, -0.026866170643221454, 0.005223977606976882,
    -0.0008548325968458515, 0.00012055294691019695, -1.4924732685547572e-05, 1.6447371314258486e-06,
    -1.6208065704722215e-07, 1.3718218762051456e-08, -7.792387776980085e-10,
)  # fmt: skip
FAR = (
    1.2965841302986556e-07, 0.1410448799645877, 0.07054631386520552, 0.030729267903141042, 0.011492197886707013,
    0.0013176815888036417, 0.0026000368191088927, -0.004596722644163887, 0.004690620672554521, -0.004328342374669553,
    0.0028016713746258563, -0.001152512847103079, 0.0002859398199199556, -3.6512297401278557e-05, 8.041078187099624e-07,
    2.22812957637235e-07,
)  # fmt: skip


def erf(x: Number) -> Number:
    """The error function; 1 from 6 on."""
    size = x.abs()
    square = x * x
    near = x * polynomial(square, NEAR)
    capped = choose(size > 6.0, 6.0, size)
    far = 1.0 - exp((capped * capped).neg()) * polynomial(4.0 / (capped + 2.0), FAR)
    return choose(size > 1.0, far.copysign(x), near)
