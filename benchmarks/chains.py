"""Long chains of small steps, where the cost of recording a line is all there is."""

from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy

from workload import Workload


def scalar_chain(lines: int) -> Workload:
    return Workload(f"{lines} scalars", chain_of(lines // 4), 0.7)


def array_chain(lines: int, size: int) -> Workload:
    x = numpy.linspace(0.1, 0.9, size)
    return Workload(f"{lines} arrays of {size}", chain_of(lines // 4, total=True), x)


def chain_of(steps: int, total: bool = False) -> Callable[[ModuleType, Any], Any]:
    """Four primitives a step, no two of them the same line."""

    def f(np, x):
        for _ in range(steps):
            x = np.sin(x) * 0.9 + x * 0.1
        return np.sum(x) if total else x

    return f


def recurrence(steps: int) -> Workload:
    """A damped pendulum driven by its parameters, one Euler step after the other."""

    def f(np, params):
        angle, speed, stiffness, damping = params
        for _ in range(steps):
            speed = speed - 0.01 * (stiffness * np.sin(angle) + damping * speed)
            angle = angle + 0.01 * speed
        return angle * angle + speed * speed

    return Workload(f"recurrence, {steps} steps", f, (1.0, 0.0, 4.0, 0.1))


def reading(n: int) -> Workload:
    """Every element of an array, read on its own."""

    def f(np, x):
        total = 0.0
        for i in range(n):
            total = total + x[i] * x[i]
        return total

    return Workload(f"x[i] for {n:,} i", f, numpy.linspace(0.0, 1.0, n))
