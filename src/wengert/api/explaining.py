"""A function at a point, to look at: the textbook tables and the computation graph."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from wengert.api.arguments import parameter_name
from wengert.api.programs import Program, program_at
from wengert.boundary import boundary
from wengert.ir import Var, WengertList, shape_of
from wengert.show import Drawing, Explanation, Worked, summary, work_through
from wengert.tree import flatten


@boundary
def explain(
    fun: Callable[..., Any] | WengertList,
    *args: Any,
    tangents: Sequence[Any] | None = None,
    cotangent: Any = None,
    limit: int | None = 24,
) -> Explanation:
    """How the derivatives of a function come about at a point: the textbook tables, in both orders.

    Each step with its formula, value, tangent, adjoint, local partials and the line of yours that it comes from; then
    forward mode from the first line to the last, and reverse mode back, with every product spelled out. `print` shows
    the tables, a notebook shows them as HTML; `.steps` has the numbers.

    Of each loop and branch a table tells what `compile` makes of it: rolled (and what is carried), unrolled (and why),
    staged, or followed; and how many bytes it keeps for the reverse sweep. The list of a function that is not compiled
    has its loops written out, unless that would be very long.

    Parameters
    ----------
    fun
        Any function of numbers, arrays and containers of them, one that is compiled, or a `WengertList`.
    *args
        The point.
    tangents
        The direction of forward mode, one tangent per argument, as for `jvp`. By default each of up to three numbers
        gets a sweep of its own; with more of them, one sweep goes along ones for the first argument.
    cotangent
        What reverse mode begins with, in the shape of the result, as for a pullback of `vjp`; by default ones.
    limit
        How many lines are shown: of a longer list the first and the last ones. `None` shows all.

    Examples
    --------
    >>> import numpy as np, wengert as wg
    >>> e = wg.explain(lambda x: np.sin(x**2), 3.0)
    >>> for step in e.steps:
    ...     print(f"{step.name:<3} {step.value:9.4f} {step.tangents[0]:9.4f} {step.adjoint:9.4f}")
    x      3.0000    1.0000   -5.4668
    v1     9.0000    6.0000   -0.9111
    z      0.4121   -5.4668    1.0000
    """
    program = program_at(fun, args, "explain")
    worked = _work(program, "explain", tangents, cotangent)
    return Explanation(_title(fun, args, worked), worked, program.regions(), limit, program.note)


@boundary
def draw(fun: Callable[..., Any] | WengertList, *args: Any, cotangent: Any = None, limit: int | None = 40) -> Drawing:
    """The computation graph of a function at a point: values and adjoints on the nodes, partials on the edges.

    A notebook shows it; `.save("graph.svg")` or `.save("graph.png")` writes a file (PNG by Matplotlib), `.svg()` and
    `.png()` give its contents, `.graph` the nodes and edges.

    Parameters
    ----------
    fun
        Any function of numbers, arrays and containers of them, or a `WengertList`.
    *args
        The point.
    cotangent
        What the adjoints begin with, in the shape of the result; by default ones.
    limit
        How many lines are drawn: of a longer list those in the middle are one node. `None` draws all.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.draw(lambda x, y: x*x*y + y + 2, 3.0, 4.0)
    <drawing of a function of x, y at x = 3, y = 4: 6 nodes; a notebook shows it, .save(path) writes it>
    """
    worked = _work(program_at(fun, args, "draw"), "draw", None, cotangent)
    return Drawing(_title(fun, args, worked), worked, limit)


def _work(program: Program, what: str, tangents: Any = None, cotangent: Any = None) -> Worked:
    """The list of a program worked through."""
    wl = program.list
    if not wl.inputs:
        raise TypeError(f"{what}: give the point at which to show the function: {what}(f, 3.0)")
    moves = None if tangents is None else _fitting(tangents, wl.inputs, f"{what}: a tangent")
    cts = None if cotangent is None else _fitting(cotangent, wl.outputs, f"{what}: the cotangent")
    return work_through(wl, program.values, moves, cts)


def _fitting(given: Any, values: Sequence[Any], name: str) -> list[Any]:
    """The leaves of a container of tangents, each in the shape and dtype of its value."""
    leaves = flatten(given)[0]
    if len(leaves) != len(values):
        raise TypeError(f"{name}: {len(values)} are needed, {len(leaves)} were given")
    for one, value in zip(leaves, values, strict=True):
        if shape_of(one) != shape_of(value):
            raise ValueError(f"{name} has shape {shape_of(one)}, its value has shape {shape_of(value)}")
    return [
        np.asarray(one, value.dtype)[()] if type(value) is Var and value.dtype.kind in "fc" else None
        for one, value in zip(leaves, values, strict=True)
    ]


def _title(fun: Any, args: Sequence[Any], worked: Worked) -> str:
    """`f(x, y) at x = 3, y = 4`."""
    inputs = worked.list.inputs
    point = ", ".join(f"{worked.names(var)} = {summary(worked.values[var])}" for var in inputs)
    if isinstance(fun, WengertList):
        return f"a list of {len(fun)} lines at {point}"
    name = getattr(fun, "__name__", type(fun).__name__)
    names = ", ".join(parameter_name(fun, i) for i in range(len(args)))
    return f"a function of {names} at {point}" if name == "<lambda>" else f"{name}({names}) at {point}"
