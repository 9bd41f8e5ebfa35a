"""The engines compared, each with the module that stands for `np` in the source they share."""

from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import autograd
import autograd.numpy
import numpy
from autograd.core import make_vjp

import wengert as wg
from workload import Workload


@dataclass(frozen=True)
class Engine:
    np: ModuleType
    grad: Callable[..., Any]
    vjp: Callable[..., Any]  # vjp(f, x) runs f and records it

    def gradient(self, workload: Workload) -> Callable[[], Any]:
        gradient = self.grad(workload.bind(self.np))
        return lambda: gradient(workload.params)

    def record(self, workload: Workload) -> Callable[[], Any]:
        f = workload.bind(self.np)
        return lambda: self.vjp(f, workload.params)


WENGERT = Engine(numpy, wg.grad, wg.vjp)
AUTOGRAD = Engine(autograd.numpy, autograd.grad, make_vjp)


def check_agreement(workload: Workload) -> None:
    """The gradients are equal: otherwise their times say nothing."""
    ours, theirs = (flat(engine.gradient(workload)()) for engine in (WENGERT, AUTOGRAD))
    numpy.testing.assert_allclose(ours, theirs, rtol=1e-7, atol=1e-9, err_msg=workload.name)


def flat(gradient: Any) -> numpy.ndarray:
    parts = gradient if isinstance(gradient, tuple) else (gradient,)
    return numpy.concatenate([numpy.ravel(part) for part in parts])
