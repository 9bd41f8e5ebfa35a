"""Derivatives against central differences along random directions, in both modes and any order."""

import itertools

from autograd.core import make_jvp, make_vjp, vspace
from autograd.wrap_util import get_name, unary_to_nary

TOLERANCE = 1e-6
STEP = 1e-6


def scalar_close(a, b):
    """Whether two numbers agree, absolutely or relatively."""
    return abs(a - b) < TOLERANCE or abs(a - b) / abs(a + b) < TOLERANCE


def numerical_jvp(f, x):
    """The tangent by a central difference."""

    def jvp(v):
        inputs, outputs = vspace(x), vspace(f(x))
        ahead = f(inputs.add(x, inputs.scalar_mul(v, STEP / 2)))
        behind = f(inputs.add(x, inputs.scalar_mul(v, -STEP / 2)))
        return outputs.scalar_mul(outputs.add(ahead, outputs.scalar_mul(behind, -1.0)), 1.0 / STEP)

    return jvp


def check_vjp(f, x):
    """Reverse mode."""
    vjp, y = make_vjp(f, x)
    inputs, outputs = vspace(x), vspace(y)
    v, w = inputs.randn(), outputs.randn()
    found = inputs.covector(vjp(outputs.covector(w)))
    assert vspace(found) == inputs
    exact = inputs.inner_prod(v, found)
    numeric = outputs.inner_prod(w, numerical_jvp(f, x)(v))
    assert scalar_close(numeric, exact), f"Derivative (VJP) check of {get_name(f)} failed at {x}: {exact} {numeric}"


def check_jvp(f, x):
    """Forward mode."""
    v = vspace(x).randn()
    check_equivalent(make_jvp(f, x)(v)[1], numerical_jvp(f, x)(v))


def check_equivalent(x, y):
    """Equal spaces, and equal products with a random vector."""
    assert vspace(x) == vspace(y), f"spaces: {vspace(x)} and {vspace(y)}"
    v = vspace(x).randn()
    assert scalar_close(vspace(x).inner_prod(x, v), vspace(x).inner_prod(y, v)), f"values: {x} and {y}"


@unary_to_nary
def check_grads(f, x, modes=("fwd", "rev"), order=2):
    """Every mode of every order."""
    checks = {"fwd": (check_jvp, "jvp", x), "rev": (check_vjp, "vjp", None)}
    for mode in ("fwd", "rev"):
        if mode not in modes:
            continue
        check, name, _ = checks[mode]
        check(f, x)
        if order > 1:
            inner = (lambda x, v: make_jvp(f, x)(v)[1]) if mode == "fwd" else (lambda x, v: make_vjp(f, x)[0](v))
            inner.__name__ = f"{name}_{get_name(f)}"
            v = vspace(x).randn() if mode == "fwd" else vspace(f(x)).randn()
            check_grads(inner, (0, 1), modes=modes, order=order - 1)(x, v)


def combo_check(fun, *settings, **named):
    """`check_grads` at all combinations of arguments and keywords."""

    def check(*choices, **keywords):
        keys = list(keywords)
        for args in itertools.product(*choices):
            for values in itertools.product(*keywords.values()):
                check_grads(fun, *settings, **named)(*args, **dict(zip(keys, values, strict=True)))

    return check
