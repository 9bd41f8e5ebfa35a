"""A user's own function with its own derivative: one rule, every mode."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

from wengert.boundary import boundary
from wengert.functions import as_array
from wengert.ir import Traced, bind
from wengert.transform import custom_primitive

Function = Callable[..., Any]


def primitive(
    fun: Function | None = None,
    *,
    partials: Sequence[Any] | None = None,
    jvp: Function | None = None,
    vjp: Function | None = None,
    name: str | None = None,
    shape: Function | None = None,
) -> Any:
    """A function that is taken as it is, with a derivative rule of your own; also as a decorator.

    Give the one rule in whichever form you know it; forward mode, reverse mode and higher orders come from it. The rule
    is written in plain NumPy, so it is differentiated in its turn for second derivatives.

    Parameters
    ----------
    fun
        A function of arrays, which may do anything: call a C library, run a solver.
    partials
        For elementwise functions: per argument the partial derivative `p(out, *args)`, or a constant number.
    jvp
        `jvp(out, primals, tangents)` -> tangent of the result, linear in the tangents.
    vjp
        `vjp(ct, out, *args)` -> one cotangent per argument, `None` for an argument it does not depend on.
    name
        The name in printed lists and messages.
    shape
        `shape(*types)` -> the result's shape, or a type; `types` have `.shape` and `.dtype`. Needed under `vmap`
        for what is not elementwise; without it the function is called item by item.

    Examples
    --------
    >>> import numpy as np, wengert as wg
    >>> @wg.primitive(partials=[lambda y, x: 3 * x**2])
    ... def cube(x):
    ...     return x * x * x
    >>> wg.grad(cube)(2.0), wg.grad(wg.grad(cube))(2.0)
    (12.0, 12.0)
    """
    if sum(rule is not None for rule in (partials, jvp, vjp)) != 1:
        raise TypeError("primitive: give exactly one of partials=, jvp=, vjp=")
    if fun is None:
        return functools.partial(primitive, partials=partials, jvp=jvp, vjp=vjp, name=name, shape=shape)
    row = custom_primitive(fun, name or str(getattr(fun, "__name__", "primitive")), partials, jvp, vjp, shape)

    @functools.wraps(fun)
    @boundary
    def call(*args: Any, **params: Any) -> Any:
        given = tuple([x if isinstance(x, Traced) or not isinstance(x, (list, tuple)) else as_array(x) for x in args])
        if partials is not None and len(given) != len(partials):
            raise TypeError(f"{row.name} has {len(partials)} partials but was called with {len(given)} arguments")
        return bind(row, given, params)

    return call
