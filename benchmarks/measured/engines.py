"""Each library: its functions of the value and of the derivatives, ready to be called and measured.

An engine gives the primal function, the derivative, what is called first (the derivative with whatever has to be
compiled), the arguments as the library has them, and a function that takes the derivatives out of the result, as arrays
of NumPy.
"""

import ctypes
import subprocess
from pathlib import Path

import numpy

from measured.timing import NotForThisRowError

ROWS = Path(__file__).parent.parent / "rows"


def _program(row, engine, np):
    return row.others[engine]() if engine in row.others else row.program(np)


def wengert(row, given, folder):
    import wengert as wg
    import wengert.native.machine.engine  # which is imported when something is compiled

    f = row.program(numpy)
    if row.each:
        primal, derivative = (
            wg.compile(wg.vmap(f, (0,) * len(given))),
            wg.compile(wg.vmap(wg.jacobian(f, row.wrt), (0,) * len(given))),
        )
        return primal, derivative, derivative, given, tuple
    derivative = wg.compile(wg.value_and_grad(f, row.wrt))
    return wg.compile(f), derivative, derivative, given, lambda out: out[1]


def numpy_alone(row, given, folder):
    """The program as it is; there is no derivative, so that its own time stands for it."""
    f = row.program(numpy)
    if row.each:

        def primal(*arguments):
            return [f(*one) for one in zip(*arguments, strict=True)]
    else:
        primal = f
    return primal, primal, primal, given, lambda out: ()


def jax(row, given, folder):
    import jax

    jax.config.update("jax_enable_x64", True)
    f = _program(row, "jax", jax.numpy)
    if row.each:
        primal, derivative = jax.jit(jax.vmap(f)), jax.jit(jax.vmap(jax.jacfwd(f, row.wrt)))
    else:
        primal, derivative = jax.jit(f), jax.jit(jax.value_and_grad(f, row.wrt))
    arguments = tuple(jax.numpy.asarray(x) for x in given)
    waits = [lambda *args, f=f: jax.block_until_ready(f(*args)) for f in (primal, derivative)]
    return waits[0], waits[1], waits[1], arguments, (lambda out: out if row.each else out[1])


def torch(row, given, folder):
    import torch

    torch.set_num_threads(1)
    f = _program(row, "torch", torch)
    arguments = tuple(torch.tensor(x, dtype=torch.float64) for x in given)
    if row.each:
        primal, derivative = torch.vmap(f), torch.vmap(torch.func.jacfwd(f, row.wrt))
        return primal, derivative, derivative, arguments, tuple
    active = tuple(x.clone().requires_grad_(i in row.wrt) for i, x in enumerate(arguments))
    wanted = [active[i] for i in row.wrt]

    def derivative(*_):
        out = f(*active)
        return out, torch.autograd.grad(out, wanted)

    return (lambda *args: f(*arguments)), derivative, derivative, arguments, lambda out: out[1]


def autograd(row, given, folder):
    import autograd
    import autograd.numpy as np

    f = _program(row, "autograd", np)
    if row.each:
        raise NotForThisRowError
    return f, autograd.value_and_grad(f, row.wrt), autograd.value_and_grad(f, row.wrt), given, lambda out: out[1]


def casadi(row, given, folder):
    if row.casadi is None:
        raise NotForThisRowError
    made = []

    def first(*args):
        made.extend(row.casadi())
        return made[1](*args)

    def plain(out):
        return [x.toarray() for x in out[1:]]

    return (lambda *args: made[0](*args)), (lambda *args: made[1](*args)), first, given, plain


def cpp(row, given, folder):
    source = next(ROWS.glob(f"{row.program.__module__.rpartition('.')[2]}.cpp"))
    library = Path(folder) / "adjoint.so"
    command = ["g++", "-O3", "-march=native", "-std=c++17", "-shared", "-fPIC", *row.defines]
    command += [str(source), "-o", str(library)]
    pointer = ctypes.POINTER(ctypes.c_double)
    held = [numpy.ascontiguousarray(numpy.atleast_1d(x), dtype=float) for x in given]
    shape = (2,) if row.each else ()
    outputs = [numpy.zeros((len(held[i]), *shape, *held[i].shape[1:]) if row.each else held[i].shape) for i in row.wrt]
    addresses = [(pointer * len(xs))(*[x.ctypes.data_as(pointer) for x in xs]) for xs in (held, outputs)]
    functions = []

    def first(*_):
        assert held  # the addresses do not keep the arrays alive
        subprocess.run(command, check=True)
        code = ctypes.CDLL(str(library))
        for name in ("value", "derivative"):
            function = getattr(code, name)
            function.restype = ctypes.c_double
            functions.append(function)
        functions[1](*addresses)

    return (
        lambda *_: functions[0](*addresses),
        lambda *_: functions[1](*addresses),
        first,
        given,
        lambda _: [x.copy() for x in outputs],
    )


ENGINES = {
    "wengert": wengert,
    "C++": cpp,
    "JAX": jax,
    "torch": torch,
    "autograd": autograd,
    "CasADi": casadi,
    "NumPy": numpy_alone,
}
