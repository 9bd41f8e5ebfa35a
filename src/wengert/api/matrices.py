"""Whole derivative matrices: Jacobians and Hessians, and the Hessian's product with a vector."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from wengert.api.arguments import Arguments, split_arguments
from wengert.api.gradients import LinearMap, grad, jvp
from wengert.boundary import boundary
from wengert.ir import dtype_of, shape_of
from wengert.run import by_columns, by_rows
from wengert.transform.ends import own
from wengert.tree import unflatten

Function = Callable[..., Any]


def jacobian(
    fun: Function, argnums: int | Sequence[int] = 0, mode: str = "auto", *, holomorphic: bool = False
) -> Function:
    """A function that returns the Jacobian: every output's derivative by every input.

    Parameters
    ----------
    fun
        Any function of numbers, arrays and containers of them.
    argnums
        Which positional arguments; an int gives one Jacobian, a tuple gives a tuple.
    mode
        `"forward"` pushes one tangent per input, `"reverse"` pulls one cotangent per output, all in one batched pass;
        `"auto"` takes the cheaper.
    holomorphic
        `fun` is complex and holomorphic: return its complex derivative.

    Returns
    -------
    A function of the same arguments. For an array argument of shape `s` and an array result of shape `t`, an array
    of shape `t + s`. For containers, the result's container of the argument's containers.

    Examples
    --------
    >>> import numpy as np, wengert as wg
    >>> wg.jacobian(lambda x: x**2 * x[0])(np.array([1.0, 2.0]))
    array([[3., 0.],
           [4., 4.]])
    """
    if mode not in ("auto", "forward", "reverse"):
        raise ValueError(f'jacobian: mode={mode!r}: choose "auto", "forward" or "reverse"')

    @functools.wraps(fun)
    @boundary
    def jacobian_of(*args: Any, **kwargs: Any) -> Any:
        given = split_arguments(fun, args, argnums, "jacobian")
        linear = LinearMap(fun, given, "jacobian", kwargs)
        chosen, conjugate = _choose(mode, holomorphic, given, linear)
        blocks = (by_columns if chosen == "forward" else by_rows)(linear.list, given.leaves, linear.values)
        rows = []
        for value, row in zip(linear.values, blocks, strict=True):
            entries = [
                own(
                    np.conjugate(block) if conjugate else block,
                    0.0 if type(leaf) is float and not shape_of(value) else None,
                )
                for block, leaf in zip(row, given.leaves, strict=True)
            ]
            containers = given.rebuild(entries)
            rows.append(containers[0] if isinstance(argnums, int) else tuple(containers))
        return unflatten(linear.structure, rows)

    return jacobian_of


def hessian(fun: Function, argnums: int | Sequence[int] = 0) -> Function:
    """A function that returns the Hessian of a scalar function, by forward over reverse mode.

    The result's shape is that of the argument twice over; for containers, containers of containers.

    Examples
    --------
    >>> import numpy as np, wengert as wg
    >>> wg.hessian(lambda x: x[0] ** 2 * x[1])(np.array([1.0, 2.0]))
    array([[4., 2.],
           [2., 0.]])
    """
    return jacobian(grad(fun, argnums), argnums, mode="forward")


@boundary
def hvp(fun: Function, primals: Any, tangents: Any) -> Any:
    """The product of the Hessian of a scalar function with a vector, by forward over reverse mode.

    It costs a small multiple of the function, however many inputs there are.

    Parameters
    ----------
    fun
        A scalar function.
    primals, tangents
        The arguments and the vector, each a tuple with one entry per argument (the result is then a tuple, too, if
        there are several), or for a function of one argument just that.

    Examples
    --------
    >>> import numpy as np, wengert as wg
    >>> wg.hvp(lambda x: np.sum(x**3), np.array([1.0, 2.0]), np.array([1.0, 0.0]))
    array([6., 0.])
    """
    if not isinstance(primals, tuple):
        primals, tangents = (primals,), (tangents,)
    argnums: int | tuple[int, ...] = 0 if len(primals) == 1 else tuple(range(len(primals)))
    product: Any = jvp(grad(fun, argnums), primals, tangents)[1]
    return product


def _choose(mode: str, holomorphic: bool, given: Arguments, linear: LinearMap) -> tuple[str, bool]:
    """The direction to take, and whether to conjugate its result."""
    complex_in = any(dtype_of(leaf).kind == "c" for leaf in given.leaves)
    complex_out = any(dtype_of(value).kind == "c" for value in linear.values)
    if holomorphic and not (complex_in and complex_out):
        raise TypeError("jacobian(holomorphic=True) needs complex arguments and a complex result")
    if complex_in and complex_out and not holomorphic:
        raise TypeError("the Jacobian of a complex function of complex arguments needs holomorphic=True")
    if complex_in != complex_out:
        forced = "reverse" if complex_in else "forward"
        if mode not in ("auto", forced):
            raise TypeError(f"this mix of real and complex needs jacobian(mode={forced!r})")
        return forced, complex_in
    if mode == "auto":
        inputs = sum(var.type.size for var in linear.list.inputs)
        outputs = sum(int(np.prod(shape_of(value))) for value in linear.values)
        mode = "forward" if inputs <= outputs else "reverse"
    return mode, False
