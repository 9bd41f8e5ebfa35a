"""Derivatives of any order from values on a circle in the complex plane: Cauchy's integral, by the trapezoidal rule.

J. N. Lyness, C. B. Moler, Numerical differentiation of analytic functions (1967); B. Fornberg, the same title (1981).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from wengert.numeric.complex_step import check_real, not_analytic
from wengert.numeric.ladder import Array
from wengert.numeric.line import Line

HALF = 16  # points on the upper half of the circle, at least; a real function has conjugate values on the lower one
START = 0.5  # the first radius, relative to the size of the point
SHRINK = 4.0  # while the function is not analytic within the circle
CHANGE = 1.6  # from then on, to the best radius
CIRCLES = 16
PATIENCE = 2  # circles without progress
OBSERVED = 3.0  # an error is at most so many times that of the coefficients that should vanish
ANALYTIC = 1e-3  # which is at most so large, relative to the function's variation on the circle


@dataclass(frozen=True)
class _Circle:
    value: Array
    error: Array
    analytic: Array
    truncated: bool  # whether the error is rather that of the series than that of rounding


def contour(line: Line, order: int) -> tuple[Array, Array]:
    """The derivative of some order of every component, and a bound of its error, on the best of several circles.

    The Fourier coefficients of the values on a circle are c_n rⁿ, those of Taylor's series, and zero for negative n.
    What is found for these is the error: rounding, and the c_n rⁿ of the high n that the points cannot tell from them.
    A smaller circle has less of the latter, a larger one less of the former, as c_n is divided by rⁿ.
    """
    check_real(line.program)
    known, radius = line.program.known, START * line.scale
    circle = _circle(line, order, radius)
    for _ in range(CIRCLES):
        if circle.analytic.all():
            break
        radius /= SHRINK
        circle = _circle(line, order, radius)
    else:
        raise not_analytic(line.program.what)
    best, factor, patience = circle, 1 / CHANGE if circle.truncated else CHANGE, PATIENCE
    for _ in range(CIRCLES):
        radius *= factor
        circle = _circle(line, order, radius)
        better = circle.error < best.error
        patience = PATIENCE if better.any() else patience - 1
        value, error = np.where(better, circle.value, best.value), np.where(better, circle.error, best.error)
        best = _Circle(value, error, best.analytic, best.truncated)
        if not patience:
            break
    return np.where(known, best.value, np.nan), np.where(known, best.error, np.inf)


def _circle(line: Line, order: int, radius: Any) -> _Circle:
    program = line.program
    unit = np.maximum(program.units, 0.5**53)
    count = max(HALF, order + HALF // 2)
    angles = (np.arange(count) + 0.5) * (np.pi / count)
    negative = np.exp(1j * np.outer(np.arange(1, count // 2), angles))
    with np.errstate(all="ignore"):
        values = np.stack([program.continued(line.move(radius * complex(np.exp(1j * one)))) for one in angles])
        size = abs(values).max(axis=0)
        vanishing = abs((negative @ values).real / count).max(axis=0)
        value = (np.exp(-1j * order * angles) @ values).real / count
        wrong = np.maximum(OBSERVED * vanishing, 2 * unit * size)
        scale = math.factorial(order) / radius**order
        error = wrong * scale + 4 * unit * abs(value * scale)
    analytic = vanishing <= ANALYTIC * abs(values - program.center).max(axis=0) + 4 * unit * size
    truncated = bool((vanishing > 10 * unit * size)[program.known].any())
    return _Circle(value * scale, np.where(np.isfinite(error), error, np.inf), analytic | ~program.known, truncated)
