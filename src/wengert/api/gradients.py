"""Gradients and the two products everything is made of: J v (jvp) and Jᵀ w (vjp)."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from wengert.api.arguments import Arguments, result_leaves, split_arguments, strip, strip_tree
from wengert.boundary import boundary
from wengert.ir import Var, WengertList, dtype_of, shape_of
from wengert.read import as_read
from wengert.record import Box, Eager, plain
from wengert.run import run
from wengert.transform import Forward, linearize_lines, reverse_lines
from wengert.transform.ends import conjugate, cotangents_out, own, tangent_for, zeros_of
from wengert.tree import flatten_like, unflatten

Function = Callable[..., Any]


def value_and_grad(
    fun: Function,
    argnums: int | Sequence[int] = 0,
    has_aux: bool = False,
    *,
    holomorphic: bool = False,
    unconnected: str = "zero",
) -> Function:
    """A function that returns `(value, gradient)` of a scalar function, by reverse mode.

    The arguments are those of `grad`; with `has_aux` the result is `((value, aux), gradient)`.

    Examples
    --------
    >>> import numpy as np, wengert as wg
    >>> wg.value_and_grad(lambda x: np.sum(x**2))(np.array([1.0, 2.0]))
    (np.float64(5.0), array([2., 4.]))
    """
    _check_unconnected(unconnected)

    @functools.wraps(fun)
    @boundary
    def value_and_grad_of(*args: Any, **kwargs: Any) -> Any:
        given = split_arguments(fun, args, argnums, "grad")
        level, boxes, out, aux = _record(fun, given, kwargs, has_aux, "grad")
        try:
            seed = _seed(level, out, holomorphic, given)
            outputs = [out.ssa] if isinstance(out, Box) and out.level is level else []
            found = reverse_lines(boxes, level.lines, outputs, [seed] * len(outputs))
            gradient = _gradient(given, found, argnums, unconnected, holomorphic)
            value = strip(out, level)
            return ((value, strip_tree(aux, level)) if has_aux else value), gradient
        finally:
            level.close()
            level.lines.clear()  # a checkpointed line may refer to a function, and it to this recording

    return value_and_grad_of


def grad(
    fun: Function,
    argnums: int | Sequence[int] = 0,
    has_aux: bool = False,
    *,
    holomorphic: bool = False,
    unconnected: str = "zero",
) -> Function:
    """A function that returns the gradient of a scalar function, by reverse mode.

    Parameters
    ----------
    fun
        Takes numbers, arrays of floats, or containers of them (dict, list, tuple, namedtuple, dataclass); returns a
        scalar. Plain NumPy code.
    argnums
        Which positional arguments to differentiate with respect to: an int gives one gradient, a tuple gives a tuple.
    has_aux
        `fun` returns `(scalar, aux)`, and the gradient function `(gradient, aux)`.
    holomorphic
        `fun` is complex and holomorphic: return its complex derivative f'. Otherwise the gradient of a real function
        of complex arguments is its direction of steepest ascent, as in PyTorch.
    unconnected
        What an argument gets that the result does not depend on: `"zero"`, `"none"`, or `"error"`.

    Returns
    -------
    A function of the same arguments. The gradient has the structure, shapes and dtypes of the argument.

    Raises
    ------
    TypeError
        For arguments of integers, and for results that are not scalar, by the call of the gradient function.

    Examples
    --------
    >>> import wengert as wg
    >>> def f(x, y):
    ...     return x*x*y + y + 2
    >>> wg.grad(f)(3.0, 4.0)
    24.0
    >>> wg.grad(f, argnums=(0, 1))(3.0, 4.0)
    (24.0, 10.0)
    """
    both = value_and_grad(fun, argnums, has_aux, holomorphic=holomorphic, unconnected=unconnected)

    @functools.wraps(fun)
    @boundary
    def grad_of(*args: Any, **kwargs: Any) -> Any:
        value, gradient = both(*args, **kwargs)
        return (gradient, value[1]) if has_aux else gradient

    return grad_of


@boundary
def jvp(fun: Function, primals: Sequence[Any], tangents: Sequence[Any], has_aux: bool = False) -> tuple[Any, ...]:
    """The value of a function and its derivative along a direction, J v, by forward mode.

    Memory does not grow with the length of the program.

    Parameters
    ----------
    fun
        Any function of numbers, arrays and containers of them.
    primals, tangents
        The arguments, and the direction: one of each for every argument, of the same structure and shapes.
    has_aux
        `fun` returns `(out, aux)`, and `jvp` returns `(value, tangent, aux)`.

    Examples
    --------
    >>> import numpy as np, wengert as wg
    >>> wg.jvp(lambda x: x**3, (2.0,), (1.0,))
    (8.0, 12.0)
    """
    if len(primals) != len(tangents):
        raise TypeError(f"jvp: {len(primals)} primals but {len(tangents)} tangents were given")
    given = split_arguments(fun, primals, range(len(primals)), "jvp")
    moves: list[Any] = []
    for structure, tangent in zip(given.structures, tangents, strict=True):
        moves.extend(flatten_like(structure, tangent, "jvp: a tangent"))
    level = Forward("jvp")
    try:
        boxes = [
            level.lift(leaf, None if dx is None else tangent_for(dx, leaf, name))
            for leaf, dx, name in zip(given.leaves, moves, given.names, strict=True)
        ]
        mark_arguments(boxes, given.names)
        out = as_read(fun)(*given.fill(boxes))
        out, aux = out if has_aux else (out, None)
        leaves, structure = result_leaves(out, "jvp")
        values = [strip(leaf, level) for leaf in leaves]
        dys = [level.tangent(leaf) for leaf in leaves]
        dys = [own(zeros_of(v) if d is None else strip(d, level), v) for d, v in zip(dys, values, strict=True)]
        result = (unflatten(structure, values), unflatten(structure, dys))
        return (*result, strip_tree(aux, level)) if has_aux else result
    finally:
        level.close()


@boundary
def vjp(fun: Function, *primals: Any, has_aux: bool = False) -> tuple[Any, ...]:
    """The value of a function and its pullback, `pullback(ct)` -> Jᵀ ct, one cotangent per argument, as a tuple.

    The pullback may be called any number of times.

    Examples
    --------
    >>> import numpy as np, wengert as wg
    >>> value, pullback = wg.vjp(lambda x, y: x * y, np.array([1.0, 2.0]), np.array([3.0, 4.0]))
    >>> pullback(np.array([1.0, 0.0]))
    (array([3., 0.]), array([1., 0.]))
    """
    given = split_arguments(fun, primals, range(len(primals)), "vjp")
    level, boxes, out, aux = _record(fun, given, {}, has_aux, "vjp", scalar=False)
    leaves, structure = result_leaves(out, "vjp")
    outputs = [leaf.ssa if isinstance(leaf, Box) and leaf.level is level else strip(leaf, level) for leaf in leaves]
    values = [own_copy(strip(leaf, level)) for leaf in leaves]
    aux = strip_tree(aux, level) if has_aux else None
    level.close()

    @boundary
    def pullback(ct: Any) -> tuple[Any, ...]:
        cts = flatten_like(structure, ct, "the cotangent")
        cts = [
            None if one is None else conjugate(tangent_for(one, value, "the cotangent", allow_complex=True))
            for one, value in zip(cts, values, strict=True)
        ]
        found = reverse_lines(boxes, level.lines, outputs, cts)
        return tuple(given.rebuild(cotangents_out(found, given.leaves)))

    value = unflatten(structure, values)
    return (value, pullback, aux) if has_aux else (value, pullback)


@boundary
def linearize(fun: Function, *primals: Any) -> tuple[Any, Function]:
    """The value of a function and its derivative there as a linear function of tangents, to be applied many times.

    The linear function's `.list` is its Wengert list.

    Examples
    --------
    >>> import wengert as wg
    >>> value, df = wg.linearize(lambda x: x**3, 2.0)
    >>> value, df(1.0), df(2.0)
    (8.0, 12.0, 24.0)
    """
    given = split_arguments(fun, primals, range(len(primals)), "linearize")
    linear = LinearMap(fun, given, "linearize")

    @boundary
    def differential(*tangents: Any) -> Any:
        if len(tangents) != len(given.structures):
            raise TypeError(f"the linear function takes {len(given.structures)} tangents, {len(tangents)} were given")
        moves: list[Any] = []
        for one, tangent in zip(given.structures, tangents, strict=True):
            moves.extend(flatten_like(one, tangent, "a tangent"))
        moves = [tangent_for(*row) for row in zip(moves, given.leaves, given.names, strict=True)]
        out = run(linear.list, *moves)
        return unflatten(linear.structure, [own(x, v) for x, v in zip(out, linear.values, strict=True)])

    differential.list = linear.list  # type: ignore[attr-defined]
    return unflatten(linear.structure, linear.values), differential


class LinearMap:
    """A function linearized at a point: its values there, and the linear list of its derivative."""

    def __init__(self, fun: Function, given: Arguments, what: str, kwargs: dict[str, Any] | None = None) -> None:
        level, boxes, out, _ = _record(fun, given, kwargs or {}, False, what, scalar=False)
        leaves: list[Any]
        leaves, self.structure = result_leaves(out, what)
        outputs = [leaf.ssa if isinstance(leaf, Box) and leaf.level is level else strip(leaf, level) for leaf in leaves]
        self.values = [own_copy(strip(leaf, level)) for leaf in leaves]
        self.list: WengertList = linearize_lines(boxes, level.lines, outputs)
        level.close()


def _record(
    fun: Function, given: Arguments, kwargs: dict[str, Any], has_aux: bool, what: str, scalar: bool = True
) -> tuple[Eager, list[Var], Any, Any]:
    """Run the function on Boxes: the recording, its inputs, and the results."""
    level = Eager(what)
    boxes = [Box(level, Var(leaf)) for leaf in given.leaves]
    inputs = [box.ssa for box in boxes]
    mark_arguments(boxes, given.names)
    try:
        out = as_read(fun)(*given.fill(boxes), **kwargs)
    except BaseException:
        level.close()
        raise
    aux = None
    if has_aux:
        if not (isinstance(out, tuple) and len(out) == 2):
            raise TypeError(f"{what}: with has_aux=True the function must return a pair (result, aux)")
        out, aux = out
    return level, inputs, plain(out), aux


def mark_arguments(boxes: Sequence[Box], names: Sequence[str]) -> None:
    """Note what the user calls the arguments, which must not be written."""
    for box, name in zip(boxes, names, strict=True):
        box.argument = f"its argument {name}, which is the caller's array"


def _seed(level: Eager, out: Any, holomorphic: bool, given: Arguments) -> Any:
    """The cotangent of a scalar result; TypeError for any other."""
    leaves, structure = result_leaves(out, "grad")
    if structure.kind is not None:
        raise TypeError(f"grad needs a function with one scalar result, not a {structure.kind.__name__}; see jacobian")
    shape, dtype = shape_of(leaves[0]), dtype_of(leaves[0])
    if shape != ():
        raise TypeError(
            f"grad needs a scalar result, but the function returned an array of shape {shape}; see jacobian"
        )
    if dtype.kind == "b":
        raise TypeError("grad needs a real result, but the function returned a truth value, which has no derivative")
    if holomorphic:
        if dtype.kind != "c" or any(dtype_of(leaf).kind != "c" for leaf in given.leaves):
            raise TypeError("grad(holomorphic=True) needs complex arguments and a complex result")
    elif dtype.kind == "c":
        raise TypeError(
            "grad needs a real result, but the function returned a complex one. Take its real part, its imaginary part "
            "or its absolute value, or give holomorphic=True"
        )
    return dtype.type(1) if dtype.kind in "fc" else 1.0


def _gradient(
    given: Arguments, found: list[Any], argnums: int | Sequence[int], unconnected: str, holomorphic: bool
) -> Any:
    if unconnected == "error":
        for name, one in zip(given.names, found, strict=True):
            if one is None:
                raise TypeError(f"grad: the result does not depend on argument {name}")
    leaves = cotangents_out(found, given.leaves, unconnected == "none", not holomorphic)
    gradients = given.rebuild(leaves)
    return gradients[0] if isinstance(argnums, int) else tuple(gradients)


def own_copy(value: Any) -> Any:
    """A value that the caller may write into while the recording still needs its own."""
    return value.copy(order="K") if isinstance(value, np.ndarray) else value


def _check_unconnected(unconnected: str) -> None:
    if unconnected not in ("zero", "none", "error"):
        raise ValueError(f'unconnected={unconnected!r}: choose "zero", "none" or "error"')
