"""The function of Rosenbrock of 1e5 numbers."""

import numpy

from rows.row import Row


def program(np):
    def f(x):
        return np.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)

    return f


def torch_program():
    import torch

    return lambda x: torch.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


def casadi_functions():
    import casadi

    x = casadi.MX.sym("x", 100_000)
    z = casadi.sum1(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)
    return casadi.Function("f", [x], [z]), casadi.Function("g", [x], [z, casadi.gradient(z, x)])


def arguments():
    return (numpy.random.default_rng(0).standard_normal(100_000),)


ROW = Row("rosenbrock", "Rosenbrock, 1e5", arguments, (0,), program, {"torch": torch_program}, casadi_functions)
