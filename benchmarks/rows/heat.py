"""The heat equation: 1000 explicit steps on 1000 points, in place."""

import numpy

from rows.row import Row

STEPS, N = 1000, 1000


def program(np):
    def f(start, k):
        u = start.copy()
        for _ in range(STEPS):
            u[1:-1] = u[1:-1] + k * (u[2:] - 2 * u[1:-1] + u[:-2])
        return np.sum(u * u)

    return f


def jax_program():
    import jax
    import jax.numpy as np

    def f(start, k):
        def step(u, _):
            return u.at[1:-1].add(k * (u[2:] - 2 * u[1:-1] + u[:-2])), None

        u, _ = jax.lax.scan(step, start, None, length=STEPS)
        return np.sum(u * u)

    return f


def torch_program():
    import torch

    def f(u, k):
        for _ in range(STEPS):
            u = torch.cat((u[:1], u[1:-1] + k * (u[2:] - 2 * u[1:-1] + u[:-2]), u[-1:]))
        return torch.sum(u * u)

    return f


def autograd_program():
    import autograd.numpy as np

    def f(u, k):
        for _ in range(STEPS):
            u = np.concatenate((u[:1], u[1:-1] + k * (u[2:] - 2 * u[1:-1] + u[:-2]), u[-1:]))
        return np.sum(u * u)

    return f


def casadi_functions():
    import casadi

    u, k = casadi.MX.sym("u", N), casadi.MX.sym("k")
    after = casadi.vertcat(u[0], u[1:-1] + k * (u[2:] - 2 * u[1:-1] + u[:-2]), u[-1])
    step = casadi.Function("step", [u, k], [after])
    start, rate = casadi.MX.sym("start", N), casadi.MX.sym("rate")
    end = step.fold(STEPS)(start, casadi.repmat(rate, 1, STEPS))
    z = casadi.dot(end, end)
    gradient = [casadi.gradient(z, v) for v in (start, rate)]
    return casadi.Function("f", [start, rate], [z]), casadi.Function("g", [start, rate], [z, *gradient])


def arguments():
    return numpy.random.default_rng(0).standard_normal(N), 0.2


ROW = Row(
    "heat",
    "heat equation, 1000 × 1000",
    arguments,
    (0, 1),
    program,
    {"jax": jax_program, "torch": torch_program, "autograd": autograd_program},
    casadi_functions,
)
