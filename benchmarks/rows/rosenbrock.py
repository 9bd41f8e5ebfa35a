"""The function of Rosenbrock, of 1e3 and of 1e5 numbers."""

import functools

import numpy

from rows.row import Row


def program(np):
    def f(x):
        return np.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)

    return f


def torch_program():
    import torch

    return lambda x: torch.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


def casadi_functions(n):
    import casadi

    x = casadi.MX.sym("x", n)
    z = casadi.sum1(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)
    return casadi.Function("f", [x], [z]), casadi.Function("g", [x], [z, casadi.gradient(z, x)])


def arguments(n):
    return (numpy.random.default_rng(0).standard_normal(n),)


def row(name, title, n):
    partial = functools.partial
    return Row(
        name,
        title,
        partial(arguments, n),
        (0,),
        program,
        {"torch": torch_program},
        partial(casadi_functions, n),
        defines=(f"-DN={n}",),
    )


SHORT = row("rosenbrock-1e3", "Rosenbrock, 1e3", 1000)
LONG = row("rosenbrock-1e5", "Rosenbrock, 1e5", 100_000)
