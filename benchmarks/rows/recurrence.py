"""A number that is replaced 1e5 times."""

from rows.row import Row

STEPS = 100_000


def program(np):
    def f(x, w):
        for _ in range(STEPS):
            x = np.sin(x) * w + 0.5 * x
        return x

    return f


def jax_program():
    import jax
    import jax.numpy as np

    def f(x, w):
        return jax.lax.scan(lambda x, _: (np.sin(x) * w + 0.5 * x, None), x, None, length=STEPS)[0]

    return f


def torch_program():
    import torch

    return program(torch)


def casadi_functions():
    import casadi

    x, w = casadi.SX.sym("x"), casadi.SX.sym("w")
    step = casadi.Function("step", [x, w], [casadi.sin(x) * w + 0.5 * x])
    start, weight = casadi.MX.sym("start"), casadi.MX.sym("weight")
    z = step.fold(STEPS)(start, casadi.repmat(weight, 1, STEPS))
    gradient = [casadi.gradient(z, v) for v in (start, weight)]
    return casadi.Function("f", [start, weight], [z]), casadi.Function("g", [start, weight], [z, *gradient])


ROW = Row(
    "recurrence",
    "recurrence, 1e5 steps",
    lambda: (0.5, 0.9),
    (0, 1),
    program,
    {"jax": jax_program, "torch": torch_program},
    casadi_functions,
)
