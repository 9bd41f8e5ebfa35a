"""Derivatives from a function's values alone: of any function that can be called, each with a bound of its error.

>>> import numpy as np, wengert as wg
>>> estimate = wg.numeric.derivative(np.log, 1e-3)
>>> estimate.value, estimate.error < 1e-8, estimate.evaluations < 30
(1000.0, True, True)
"""

from wengert.numeric.derivatives import derivative, directional
from wengert.numeric.estimate import Estimate
from wengert.numeric.extrapolation import slope as slope  # for `check`
from wengert.numeric.matrices import gradient, hessian, jacobian
from wengert.numeric.plotting import plot_error

__all__ = ["Estimate", "derivative", "directional", "gradient", "hessian", "jacobian", "plot_error"]
