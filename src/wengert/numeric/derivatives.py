"""Derivatives by one variable, and along a direction."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from wengert.arguments import as_float, parameter_name, split_arguments
from wengert.boundary import boundary
from wengert.numeric.assembly import assemble, check_holomorphic
from wengert.numeric.complex_step import complex_step
from wengert.numeric.contour import contour
from wengert.numeric.estimate import Estimate
from wengert.numeric.extrapolation import differentiate
from wengert.numeric.ladder import Array, step
from wengert.numeric.line import Line, coordinate, direction, elementwise
from wengert.numeric.program import Program
from wengert.numeric.textbook import FORMULAS, values_of
from wengert.tree import flatten, flatten_like

Function = Callable[..., Any]
METHODS = ("adaptive", *FORMULAS, "complex")
CROSSTALK = -20  # the rung of the step that should change one element only
TELLS = 64  # rounding units that it may change others by


@boundary
def derivative(
    fun: Function, x: Any, order: int = 1, *, method: str = "adaptive", eps: float | None = None
) -> Estimate:
    """The derivative of a function of one variable, from its values, with a bound of the error.

    Parameters
    ----------
    fun
        Takes a number, and returns a number, an array, or a container of them (dict, list, tuple, namedtuple,
        dataclass). Any function: it is only called.
    x
        A number; a complex one for a holomorphic function. Or an array, for a function that acts element by element:
        then each element gets its own derivative.
    order
        1 for f', 2 for f'', and so on. Each order costs digits: about 14, 12, 11, 10 are right for orders 1 to 4.
    method
        `"adaptive"`: the steps follow from the function's own noise and convergence, and stay in its domain.
        `"complex"`: the complex step, and values on a circle for higher orders; for functions that work on complex
        numbers, and are analytic.
        `"forward"`, `"backward"`, `"central"`, `"five-point"`: the textbook formula with the step `eps`, applied
        `order` times. Its error is found from the adaptive derivative.
    eps
        The step of a textbook formula, `"forward"` if no other is named: `(fun(x + eps) - fun(x)) / eps`.

    Returns
    -------
    An `Estimate`: `.value`, `.error`, `.evaluations`.

    Examples
    --------
    >>> import numpy as np, wengert as wg
    >>> estimate = wg.numeric.derivative(np.exp, 1.0)
    >>> abs(estimate.value - np.e) <= estimate.error < 1e-12
    True
    >>> wg.numeric.derivative(lambda x: x * x * 4 + 4 + 2, 3.0, eps=1e-4).value
    24.000400000048216
    """
    method = choose(method, eps, "derivative")
    _check_order(order, "derivative")
    name = f"argument {parameter_name(fun, 0)}"
    if flatten(x)[1].kind is not None:
        raise TypeError(f"derivative: {name} is a {type(x).__name__}; see gradient, jacobian and directional")
    x = as_float(x, name, "derivative")
    program = Program(lambda leaves: fun(leaves[0]), [x], "derivative")
    separate = isinstance(x, np.ndarray) and x.ndim > 0
    if separate:
        _check_shape(program, name)
    lines = [
        elementwise(program, unit)
        if separate
        else coordinate(program, 0, 0 if isinstance(x, np.ndarray) else None, unit)
        for unit in ((1, 1j) if np.iscomplexobj(x) else (1,))
    ]
    found = [along(line, order, method, eps) for line in lines]
    if len(found) > 1:
        check_holomorphic(program, found[0], found[1], order)
    if separate:
        _check_apart(program, lines[0], name)
    return assemble(program, found[0], x)


@boundary
def directional(
    fun: Function, primals: Any, tangents: Any, order: int = 1, *, method: str = "adaptive", eps: float | None = None
) -> Estimate:
    """The derivative of some order along a direction: that of `fun(primals + t * tangents)` by t, at 0.

    Parameters
    ----------
    fun
        Takes and returns numbers, arrays, and containers of them.
    primals, tangents
        The point and the direction: each a tuple with one entry per argument, or for a function of one argument just
        that. Entries have the same structure and shapes.
    order, method, eps
        As for `derivative`.

    Examples
    --------
    >>> import numpy as np, wengert as wg
    >>> x, v = {"a": np.array([1.0, 2.0])}, {"a": np.array([1.0, 0.0])}
    >>> wg.numeric.directional(lambda d: np.sum(d["a"] ** 3), x, v, order=2).value
    np.float64(6.0)
    """
    method = choose(method, eps, "directional")
    _check_order(order, "directional")
    if type(primals) is not tuple:  # a namedtuple is one argument
        primals, tangents = (primals,), (tangents,)
    if type(tangents) is not tuple or len(primals) != len(tangents):
        raise TypeError("directional: primals and tangents need one entry for every argument")
    given = split_arguments(fun, primals, range(len(primals)), "directional")
    vector: list[Any] = []
    for structure, tangent in zip(given.structures, tangents, strict=True):
        vector.extend(flatten_like(structure, tangent, "directional: a tangent"))
    for leaf, v, name in zip(given.leaves, vector, given.names, strict=True):
        if np.shape(v) != np.shape(leaf):
            raise ValueError(f"directional: the tangent of {name} has shape {np.shape(v)}, its value {np.shape(leaf)}")
        if np.asarray(v).dtype.kind not in "fiub":
            raise TypeError(
                f"directional: the tangent of {name} is of dtype {np.asarray(v).dtype}; a real one is needed"
            )
    vector = [
        np.asarray(v, leaf.real.dtype) if isinstance(leaf, np.ndarray) else float(v)
        for leaf, v in zip(given.leaves, vector, strict=True)
    ]
    program = Program(lambda leaves: fun(*given.fill(leaves)), given.leaves, "directional")
    single = all(type(leaf) in (float, complex) for leaf in given.leaves)
    return assemble(program, along(direction(program, vector), order, method, eps), 0.0 if single else np.float16(0))


def along(line: Line, order: int, method: str, eps: float | None) -> tuple[Array, Array]:
    """The derivative along a line by one of the methods, and the bound of its error."""
    if method == "complex":
        return complex_step(line) if order == 1 else contour(line, order)
    best = differentiate(line, order)
    if method == "adaptive":
        return best.value, best.error
    assert eps is not None
    values = values_of(line.program)
    for _ in range(order):
        values = FORMULAS[method](values, line.shift, eps)
    value = values(line.program.leaves)
    return value, distance(value, best.value, best.error)


def distance(value: Array, other: Array, error: Array) -> Array:
    """The bound of a value's error from another value and the bound of its error."""
    with np.errstate(invalid="ignore"):
        found = abs(value - other) + error
    return np.where(np.isnan(found), np.inf, found)


def choose(method: str, eps: float | None, what: str) -> str:
    """The method that is meant; ValueError for what is none."""
    if method not in METHODS:
        raise ValueError(f"{what}: method={method!r}: choose one of {', '.join(map(repr, METHODS))}")
    if eps is None and method in FORMULAS:
        raise ValueError(f"{what}: the formula {method!r} needs its step: give eps=")
    if eps is not None and (method == "complex" or not (np.isfinite(eps) and eps > 0)):
        raise ValueError(f"{what}: eps={eps!r} must be a positive number, for a textbook formula")
    return "forward" if eps is not None and method == "adaptive" else method


def _check_order(order: int, what: str) -> None:
    if not isinstance(order, int) or isinstance(order, bool) or order < 1:
        raise ValueError(f"{what}: order={order!r} must be an integer of at least 1")


def _check_shape(program: Program, name: str) -> None:
    shape, shapes = program.leaves[0].shape, [one.shape for one in program.outputs]
    if shapes != [shape]:
        raise TypeError(
            f"derivative: {name} has shape {shape}, for a function that acts element by element; but the result has "
            f"shape {shapes[0] if len(shapes) == 1 else shapes}. See gradient and jacobian"
        )


def _check_apart(program: Program, line: Line, name: str) -> None:
    """TypeError if elements of the result depend on others of the argument: half of these are moved, then the rest."""
    count = program.leaves[0].size
    chosen = np.random.default_rng(0).permutation(count) % 2 == 0
    for still in (chosen, ~chosen):
        t = np.where(np.tile(still, program.size // count), 0, line.exact(step(CROSSTALK) * line.scale))
        values, valid = program(line.move(t))
        moved = abs(values - program.center) > TELLS * program.units * abs(program.center)
        if (moved & valid & np.tile(still, program.size // count)).any():
            raise TypeError(
                f"derivative: {name} is an array, for a function that acts element by element; but some elements of "
                "the result depend on others. See gradient and jacobian"
            )
