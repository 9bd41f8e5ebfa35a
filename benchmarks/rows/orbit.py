"""The equations of Lotka and Volterra by 1000 steps of the classical method of Runge and Kutta."""

import numpy

from rows.row import Row

STEPS, H = 1000, 0.01


def program(np):
    def f(y, a, b, c, d):
        def slope(y):
            return np.array([a * y[0] - b * y[0] * y[1], d * y[0] * y[1] - c * y[1]])

        for _ in range(STEPS):
            k1 = slope(y)
            k2 = slope(y + H / 2 * k1)
            k3 = slope(y + H / 2 * k2)
            k4 = slope(y + H * k3)
            y = y + H / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
        return y[0] + y[1]

    return f


def jax_program():
    import jax
    import jax.numpy as np

    def f(y, a, b, c, d):
        def slope(y):
            return np.array([a * y[0] - b * y[0] * y[1], d * y[0] * y[1] - c * y[1]])

        def step(y, _):
            k1 = slope(y)
            k2 = slope(y + H / 2 * k1)
            k3 = slope(y + H / 2 * k2)
            k4 = slope(y + H * k3)
            return y + H / 6 * (k1 + 2 * k2 + 2 * k3 + k4), None

        return np.sum(jax.lax.scan(step, y, None, length=STEPS)[0])

    return f


def torch_program():
    import torch

    def f(y, a, b, c, d):
        def slope(y):
            return torch.stack([a * y[0] - b * y[0] * y[1], d * y[0] * y[1] - c * y[1]])

        for _ in range(STEPS):
            k1 = slope(y)
            k2 = slope(y + H / 2 * k1)
            k3 = slope(y + H / 2 * k2)
            k4 = slope(y + H * k3)
            y = y + H / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
        return y[0] + y[1]

    return f


def casadi_functions():
    import casadi

    p, y = casadi.SX.sym("p", 4), casadi.SX.sym("y", 2)

    def slope(y):
        return casadi.vertcat(p[0] * y[0] - p[1] * y[0] * y[1], p[3] * y[0] * y[1] - p[2] * y[1])

    k1 = slope(y)
    k2 = slope(y + H / 2 * k1)
    k3 = slope(y + H / 2 * k2)
    k4 = slope(y + H * k3)
    step = casadi.Function("step", [y, p], [y + H / 6 * (k1 + 2 * k2 + 2 * k3 + k4)])
    start, rates = casadi.MX.sym("start", 2), [casadi.MX.sym(name) for name in "abcd"]
    end = step.fold(STEPS)(start, casadi.repmat(casadi.vertcat(*rates), 1, STEPS))
    z = end[0] + end[1]
    given = [start, *rates]
    gradient = [casadi.gradient(z, v) for v in given]
    return casadi.Function("f", given, [z]), casadi.Function("g", given, [z, *gradient])


def arguments():
    return numpy.array([1.0, 2.0]), 1.1, 0.4, 0.4, 0.1


ROW = Row(
    "ode",
    "Lotka–Volterra, RK4, 1000 steps",
    arguments,
    (0, 1, 2, 3, 4),
    program,
    {"jax": jax_program, "torch": torch_program},
    casadi_functions,
)
