"""The names of HIPS autograd, meaning wengert: what its test-suite imports.

`autograd.numpy` is plain NumPy and `autograd.scipy` plain SciPy; nothing is wrapped.
"""

import sys

import numpy
import scipy
import scipy.integrate
import scipy.linalg
import scipy.signal
import scipy.special
import scipy.stats

sys.modules[__name__ + ".numpy"] = numpy
for part in ("random", "linalg", "fft"):
    sys.modules[f"{__name__}.numpy.{part}"] = getattr(numpy, part)
sys.modules[__name__ + ".scipy"] = scipy
for part in ("integrate", "linalg", "signal", "special", "stats"):
    sys.modules[f"{__name__}.scipy.{part}"] = getattr(scipy, part)
for part in ("multivariate_normal", "dirichlet"):  # modules there, objects here
    sys.modules[f"{__name__}.scipy.stats.{part}"] = getattr(scipy.stats, part)

from autograd.builtins import dict, isinstance, list, tuple, type  # noqa: E402
from autograd.differential_operators import (  # noqa: E402
    checkpoint,
    deriv,
    elementwise_grad,
    grad,
    grad_and_aux,
    grad_named,
    hessian,
    hessian_tensor_product,
    hessian_vector_product,
    holomorphic_grad,
    jacobian,
    make_ggnvp,
    make_hvp,
    make_jvp,
    make_vjp,
    tensor_jacobian_product,
    value_and_grad,
    vector_jacobian_product,
)
from autograd.extend import primitive  # noqa: E402

__all__ = [
    "checkpoint", "deriv", "dict", "elementwise_grad", "grad", "grad_and_aux", "grad_named", "hessian",
    "hessian_tensor_product", "hessian_vector_product", "holomorphic_grad", "isinstance", "jacobian", "list",
    "make_ggnvp", "make_hvp", "make_jvp", "make_vjp", "primitive", "tensor_jacobian_product", "tuple", "type",
    "value_and_grad", "vector_jacobian_product",
]  # fmt: skip
