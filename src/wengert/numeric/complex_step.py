"""The complex step: the imaginary part of f(x + ih) is h f'(x), without any difference that could cancel.

J. N. Lyness, C. B. Moler, Numerical differentiation of analytic functions (1967); W. Squire, G. Trapp, Using complex
variables to estimate derivatives of real functions (1998).
"""

from __future__ import annotations

import math

import numpy as np

from wengert.numeric.ladder import Array
from wengert.numeric.line import Line
from wengert.numeric.program import Program

OBSERVED = 10.0  # rounding errors are at most so many times those that are seen
ASIDE = (1.0, 2.6)  # steps aside, in units of the root of the rounding unit: there the derivative is taken again
ALLOWED = 1e-4  # relative difference from a real difference quotient, before its rounding errors


def complex_step(line: Line) -> tuple[Array, Array]:
    """The derivative of every component, and a bound of its error.

    It is taken at five points that are close together. At steps of d aside, the derivatives' mean differs from that in
    the middle by d² f''' / 2, and their difference is 2 d f''. What two such pairs find for f''' and f'' differs by
    rounding errors within the program; f'' tells what rounding of the point amounts to. The real parts have a
    difference quotient of their own: if that is another number, the program is not analytic.
    """
    program = line.program
    check_real(program)
    h = line.tiny
    value = program.continued(line.move(1j * h)).imag / h
    seen, curvature = [], []
    for times in ASIDE:
        d = line.exact(times * math.sqrt(program.unit) * line.scale)
        ahead, back = (program.continued(line.move(t + 1j * h)) for t in (d, -d))
        quotient = (ahead.real - back.real) / (2 * d)
        noise = 16 * program.units * np.maximum(abs(ahead.real), abs(program.center)) / d
        other = abs(value - quotient) > ALLOWED * np.maximum(abs(value), abs(quotient)) + noise
        if (other & program.known).any() or np.isnan(value[program.known]).any():
            raise not_analytic(program.what)
        seen.append((ahead.imag + back.imag) / (2 * h) - value)
        curvature.append((ahead.imag - back.imag) / (2 * h * d))
    noise = np.maximum(abs(seen[0] - seen[1] / ASIDE[1] ** 2), abs(curvature[0] - curvature[1]) * d)
    error = OBSERVED * noise + program.units * (line.size * abs(curvature[0]) + 4 * abs(value))
    return np.where(program.known, value, np.nan), np.where(program.known, error, np.inf)


def not_analytic(what: str) -> ValueError:
    """The error for a function that means something else on complex numbers."""
    return ValueError(
        f"{what}(method='complex'): as it is written, the function is not analytic: abs, max, real, conj, comparisons "
        "and the like mean something else for complex numbers. Leave out method="
    )


def check_real(program: Program) -> None:
    """TypeError for complex arguments, which have no imaginary part to spare."""
    if any(np.iscomplexobj(leaf) for leaf in program.leaves):
        raise TypeError(f"{program.what}(method='complex') takes real arguments. Leave out method=")
