"""python -m measured.calls LIBRARY: what a call of a compiled gradient costs, for many kinds of arguments, as JSON.

The programs compute next to nothing; each library is called as its users call it, with plain Python numbers and arrays
of NumPy where it takes them.
"""

import dataclasses
import json
import sys

import numpy

from measured.timing import NotForThisRowError, least

FACTOR = numpy.linspace(1.0, 2.0, 16)
SCALE = 3.0


def scalars(np):
    return lambda x, y: x * x * y + y + 2


def array(np):
    return lambda x: np.sum(x * x)


def number_outside(np):
    return lambda x, y: x * x * y + SCALE


def array_outside(np):
    return lambda x: np.sum(x * x * FACTOR)


def in_dict(np):
    return lambda p: np.sum(p["w"] * p["w"]) + p["b"] * p["b"]


def in_tuple(np):
    return lambda p: np.sum(p[0] * p[0]) + p[1] * p[1]


def in_dataclass(np):
    return lambda p: np.sum(p.w * p.w) + p.b * p.b


@dataclasses.dataclass
class Parameters:
    """Of a model."""

    w: object
    b: object


X = numpy.linspace(0.0, 1.0, 16)
CASES = {
    "two numbers": (scalars, lambda: (3.0, 4.0)),
    "two `np.float64`": (scalars, lambda: (numpy.float64(3.0), numpy.float64(4.0))),
    "two arrays without axes": (scalars, lambda: (numpy.array(3.0), numpy.array(4.0))),
    "array of 16": (array, lambda: (X,)),
    "every other number of an array": (array, lambda: (numpy.repeat(X, 2)[::2],)),
    "a global number is read": (number_outside, lambda: (3.0, 4.0)),
    "a global array is read": (array_outside, lambda: (X,)),
    "dict of array and number": (in_dict, lambda: ({"w": X, "b": 2.0},)),
    "tuple of array and number": (in_tuple, lambda: ((X, 2.0),)),
    "dataclass of array and number": (in_dataclass, lambda: (Parameters(X, 2.0),)),
}


def wengert(f, args):
    import wengert as wg

    g = wg.compile(wg.grad(f(numpy), tuple(range(len(args)))))
    return lambda: g(*args)


def jax(f, args):
    import jax

    jax.config.update("jax_enable_x64", True)
    if f is in_dataclass:
        jax.tree_util.register_dataclass(Parameters, ["w", "b"], [])
    g = jax.jit(jax.grad(f(jax.numpy), tuple(range(len(args)))))
    return lambda: jax.block_until_ready(g(*args))


def torch(f, args):
    import torch

    torch.set_num_threads(1)
    if f not in (scalars, array):
        raise NotForThisRowError
    function = f(torch)
    tensors = [torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in args]
    return lambda: torch.autograd.grad(function(*tensors), tensors)


def autograd(f, args):
    import autograd
    import autograd.numpy as np

    if f is in_dataclass:
        raise NotForThisRowError
    g = autograd.grad(f(np), tuple(range(len(args))))
    return lambda: g(*args)


def casadi(f, args):
    import casadi

    if f not in (scalars, array):
        raise NotForThisRowError
    symbols = [casadi.SX.sym(f"x{i}", numpy.size(x)) for i, x in enumerate(args)]
    z = symbols[0] ** 2 * symbols[1] + symbols[1] + 2 if f is scalars else casadi.sumsqr(symbols[0])
    g = casadi.Function("g", symbols, [casadi.gradient(z, x) for x in symbols])
    return lambda: g(*args)


LIBRARIES = {"wengert": wengert, "JAX": jax, "torch": torch, "autograd": autograd, "CasADi": casadi}


def main():
    make = LIBRARIES[sys.argv[1]]
    found = {}
    for title, (f, arguments) in CASES.items():
        try:
            found[title] = least(make(f, arguments()), 0.3)
        except NotForThisRowError:
            found[title] = None
    print(json.dumps(found))


if __name__ == "__main__":
    main()
