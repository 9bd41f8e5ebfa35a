"""The public functions."""

from wengert import (
    numeric,
    regions,  # noqa: F401  # enters its lines into the table
)
from wengert.api import methods  # noqa: F401  # enters the ways to differentiate into their table
from wengert.api.checking import check
from wengert.api.checkpointing import checkpoint, checkpoint_chain
from wengert.api.compiling import compile
from wengert.api.custom import primitive
from wengert.api.expansion import TaylorPolynomial, derivative, taylor
from wengert.api.explaining import draw, explain
from wengert.api.gradients import grad, jvp, linearize, value_and_grad, vjp
from wengert.api.listing import trace
from wengert.api.mapping import stop_gradient, vmap
from wengert.api.matrices import hessian, hvp, jacobian
from wengert.api.reading import traceable
from wengert.api.tensors import derivative_tensor, partial_derivative
from wengert.api.threads import get_num_threads, set_num_threads
from wengert.boundary import boundary
from wengert.dual import Dual
from wengert.ir import WengertList
from wengert.record import debug
from wengert.symbolic import Expression, expression, symbols
from wengert.tape import GradientTape, Variable

expression = boundary(expression)

__all__ = [
    "Dual",
    "Expression",
    "GradientTape",
    "TaylorPolynomial",
    "Variable",
    "WengertList",
    "check",
    "checkpoint",
    "checkpoint_chain",
    "compile",
    "debug",
    "derivative",
    "derivative_tensor",
    "draw",
    "explain",
    "expression",
    "get_num_threads",
    "grad",
    "hessian",
    "hvp",
    "jacobian",
    "jvp",
    "linearize",
    "numeric",
    "partial_derivative",
    "primitive",
    "set_num_threads",
    "stop_gradient",
    "symbols",
    "taylor",
    "trace",
    "traceable",
    "value_and_grad",
    "vjp",
    "vmap",
]
