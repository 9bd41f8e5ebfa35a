"""Vector functions of our own: exp, log, sin, cos, tan, tanh, pow, log1p, expm1, erf and their relatives, in float64.

Each is written once, for any number of lanes, in arithmetic that LLVM has on every machine. They are within 4 units in
the last place (most within 1), take nan, infinities, zeros of both signs and arguments of any size as NumPy does, and
leave what is rare (huge angles, powers of negative numbers) to the C library, lane by lane. With WENGERT_VECTOR_MATH=0
everything goes to the C library.
"""

from __future__ import annotations

import os
from collections.abc import Callable

from wengert.native.builders.kernels import error, exponential, logarithm, powers, trigonometric
from wengert.native.builders.kernels.number import Number
from wengert.native.builders.llvm import Builder
from wengert.native.builders.values import Val

KERNELS: dict[str, Callable[..., Number]] = {
    "exp": exponential.exp,
    "exp2": exponential.exp2,
    "expm1": exponential.expm1,
    "tanh": exponential.tanh,
    "log": logarithm.log,
    "log2": logarithm.log2,
    "log1p": logarithm.log1p,
    "sin": trigonometric.sin,
    "cos": trigonometric.cos,
    "tan": trigonometric.tan,
    "pow": powers.power,
    "erf": error.erf,
}


# Of single numbers the C library has these from tables, in less time: a chain of them waits for each.
ALONE = frozenset({"pow", "exp", "exp2", "log", "log2", "erf"})


def enabled() -> bool:
    """Whether the functions are used."""
    return os.environ.get("WENGERT_VECTOR_MATH", "1") != "0"


def call(b: Builder, name: str, *xs: Val) -> Val:
    """A call of a function; its code goes into the module when it is first called there."""
    lanes = xs[0].lanes
    if b.language != "llvm":
        return b.call(name, "f8", xs, declare=True)
    if not enabled() or (name in ALONE and lanes == 1):
        parts = [[b.extract(x, i) for x in xs] for i in range(lanes)]
        return b.gather([b.call(f"@{name}", "f8", part, declare=True) for part in parts])
    function = f"@wengert.{name}.{lanes}"
    if function not in b.module.functions:
        b.module.functions[function] = ""  # reserved: a kernel may call others
        inner = Builder(b.module)
        arguments = [inner.parameter(f"x{i}", "f8", lanes) for i in range(len(xs))]
        inner.give(KERNELS[name](*(Number(inner, x) for x in arguments)).val)
        inner.define(function, arguments, "f8", note=1)
    b.module.calls[function] += 1
    return b.call(function, "f8", xs)
