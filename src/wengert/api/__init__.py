"""The public functions."""

from wengert.api.gradients import grad, jvp, linearize, value_and_grad, vjp
from wengert.record import debug

__all__ = ["debug", "grad", "jvp", "linearize", "value_and_grad", "vjp"]
