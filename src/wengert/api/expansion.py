"""Taylor mode: the Taylor polynomial of a function along a line or a curve, and its derivatives of any order."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from wengert.api.arguments import as_float, parameter_name, result_leaves, split_arguments
from wengert.api.gradients import mark_arguments
from wengert.boundary import boundary
from wengert.ir import Traced, dtype_of, shape_of
from wengert.read import as_read
from wengert.record import Box, plain
from wengert.transform import Taylor
from wengert.transform.ends import own, tangent_for, zeros_of
from wengert.tree import Structure, flatten, flatten_like, tree_map, unflatten

Function = Callable[..., Any]


@dataclass(frozen=True, eq=False, repr=False)
class TaylorPolynomial:
    """The terms of a function of t up to an order: `f(t) = c₀ + c₁ t + … + c_k tᵏ + O(tᵏ⁺¹)`.

    What `taylor` gives. It is called with a number t for the value of the polynomial there.

    Attributes
    ----------
    coefficients
        `c₀, …, c_k` along the first axis; for a function that returns a container, the same container of them.

    Examples
    --------
    >>> import numpy as np, wengert as wg
    >>> sine = wg.taylor(np.sin, 0.0, 5)
    >>> sine
    TaylorPolynomial(t - 0.166667 t³ + 0.00833333 t⁵ + O(t⁶))
    >>> sine.derivatives
    array([ 0.,  1.,  0., -1.,  0.,  1.])
    >>> f"{sine(0.1) - np.sin(0.1):.1e}"
    '2.0e-11'
    """

    coefficients: Any

    @property
    def order(self) -> int:
        """The highest power of t."""
        return shape_of(flatten(self.coefficients)[0][0])[0] - 1

    @property
    def derivatives(self) -> Any:
        """The derivatives by t at 0 of all orders, `k! c_k`, along the first axis."""

        def scaled(c: Any) -> Any:
            factorials = np.array([math.factorial(k) for k in range(self.order + 1)], float).astype(dtype_of(c))
            return c * factorials.reshape(-1, *(1,) * (len(shape_of(c)) - 1))

        return tree_map(scaled, self.coefficients)

    def __call__(self, t: Any) -> Any:
        """The value of the polynomial at a number t, or for a scalar function at an array of them."""

        def value(c: Any) -> Any:
            total = c[-1]
            for k in range(self.order - 1, -1, -1):  # Horner
                total = c[k] + t * total
            return total

        return tree_map(value, self.coefficients)

    def __getitem__(self, power: int) -> Any:
        """The coefficient of a power of t."""
        return tree_map(lambda c: c[power], self.coefficients)

    def __len__(self) -> int:
        return self.order + 1

    def __repr__(self) -> str:
        return f"TaylorPolynomial({self})"

    def __str__(self) -> str:
        leaves, structure = flatten(self.coefficients)
        texts = [_written(leaf) for leaf in leaves]
        if structure.kind is None:
            return texts[0]
        return ", ".join(f"{path}: {text}" for path, text in zip(structure.paths(), texts, strict=True))


SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def _power(k: int) -> str:
    return "" if k == 0 else "t" if k == 1 else f"t{str(k).translate(SUPERSCRIPTS)}"


def _written(c: Any) -> str:
    """A polynomial as it is written on paper; one of arrays by its shape."""
    order = shape_of(c)[0] - 1
    rest = f"O({_power(order + 1)})"
    if isinstance(c, Traced):
        return f"<traced {dtype_of(c)}, order {order}>"
    if c.ndim > 1:
        return f"<array of shape {c.shape[1:]}, {c.dtype}> + … + {rest}"
    parts = []
    for k, x in enumerate(c.tolist()):
        if x == 0:
            continue
        if isinstance(x, complex):
            sign, number = "+", f"({x:g})"
        else:
            sign, number = ("-" if x < 0 else "+"), f"{abs(x):g}"
        unit = "" if number == "1" and k else number
        parts.append((sign, " ".join(filter(None, (unit, _power(k))))))
    text = " ".join(f"{sign} {part}" for sign, part in [*parts, ("+", rest)])
    return text[2:] if text.startswith("+") else text[0] + text[2:]


@boundary
def taylor(fun: Function, x: Any, order: int, direction: Any = None) -> TaylorPolynomial:
    """The Taylor polynomial of a function along a line, `f(x + t·direction)`, or along a curve.

    All terms come out of one run of the function, at a cost that grows with the square of the order, where nested
    derivatives grow exponentially.

    Parameters
    ----------
    fun
        A function of one argument: a number, an array, or a container of them. It returns the like.
    x
        Where to expand. A `TaylorPolynomial` stands for the curve that it describes.
    order
        The highest power of t, from 0.
    direction
        The direction of the line, of the structure and shapes of x. A number x needs none: it moves by t.

    Returns
    -------
    TaylorPolynomial
        Its `.coefficients` and `.derivatives` have the structure and shapes of the function's result, with the orders
        along one more axis in front.

    Raises
    ------
    TypeError
        For arguments of integers, results that are no numbers, and a missing direction.
    ValueError
        For a negative order, and a direction whose shapes are not those of x.

    Examples
    --------
    >>> import numpy as np, wengert as wg
    >>> wg.taylor(lambda x: 1 / (1 - x), 0.0, 4)
    TaylorPolynomial(1 + t + t² + t³ + t⁴ + O(t⁵))
    >>> wg.taylor(lambda x: np.sum(x**3), np.array([1.0, 2.0]), 3, direction=np.array([1.0, 0.0])).derivatives
    array([9., 3., 6., 6.])
    """
    order = checked_order(order, "taylor", 0)
    given = split_arguments(fun, (x.coefficients if isinstance(x, TaylorPolynomial) else x,), (0,), "taylor")
    (structure,) = given.structures
    if isinstance(x, TaylorPolynomial):
        if direction is not None:
            raise TypeError("taylor: a curve has its direction already; direction= is for a point")
        rows = [[leaf[k] for k in range(min(order, x.order) + 1)] for leaf in given.leaves]
    elif direction is None:
        if structure.kind is not None or shape_of(given.leaves[0]) != ():
            what = "an array" if structure.kind is None else f"a {structure.kind.__name__}"
            raise TypeError(
                f"taylor: argument {given.names[0]} belongs to {what}, so a direction is needed: "
                "taylor(f, x, order, direction=v) expands f(x + t v)"
            )
        rows = [[given.leaves[0], unit(given.leaves[0])]]
    else:
        moves = flatten_like(structure, direction, "taylor: the direction")
        rows = [
            [leaf, tangent_for(v, leaf, name)] for leaf, v, name in zip(given.leaves, moves, given.names, strict=True)
        ]
    columns, inner = expand(fun, structure, rows, given.names, order, "taylor")
    return TaylorPolynomial(unflatten(inner, [_stacked(column) for column in columns]))


def derivative(fun: Function, order: int = 1, argnum: int = 0) -> Function:
    """A function that returns the derivative of any order of a function of one number, by Taylor mode.

    Parameters
    ----------
    fun
        A function of a number, real or complex, and any further arguments. It returns numbers, arrays, or containers
        of them. Of a complex number, it should be holomorphic: the derivative is along the real axis.
    order
        The order, from 0, which is the function itself.
    argnum
        Which positional argument to differentiate with respect to.

    Returns
    -------
    A function of the same arguments. For arrays of numbers, map it: `wg.vmap(wg.derivative(f))`.

    Examples
    --------
    >>> import numpy as np, wengert as wg
    >>> wg.derivative(lambda x: x**5, order=3)(2.0)
    240.0
    >>> wg.derivative(lambda x: np.array([np.sin(x), np.exp(2 * x)]), order=10)(0.0)
    array([   0., 1024.])
    """
    order = checked_order(order, "derivative", 0)

    @functools.wraps(fun)
    @boundary
    def derivative_of(*args: Any, **kwargs: Any) -> Any:
        if not -len(args) <= argnum < len(args):
            raise TypeError(f"derivative: argnum={argnum}, but {len(args)} positional arguments were given")
        place = argnum % len(args)
        name = parameter_name(fun, place)
        x = as_float(args[place], f"argument {name}", "derivative")
        if shape_of(x) != ():
            raise TypeError(
                f"derivative: argument {name} is an array of shape {shape_of(x)}, not one number. Map the derivative "
                "over an array with wg.vmap(wg.derivative(f)), or see taylor, derivative_tensor and jacobian"
            )

        def of_one(moving: Any) -> Any:
            return as_read(fun)(*args[:place], moving, *args[place + 1 :], **kwargs)

        columns, inner = expand(of_one, None, [[x, unit(x)]], [name], order, "derivative")
        scale = float(math.factorial(order)) if order < 171 else math.inf
        found = [
            own(zeros_of(row[0]) if row[order] is None else row[order] if order < 2 else scale * row[order], row[0])
            for row in columns
        ]
        return unflatten(inner, found)

    return derivative_of


def expand(
    fun: Function, structure: Structure | None, rows: Sequence[Any], names: Sequence[str], order: int, what: str
) -> tuple[list[list[Any]], Structure]:
    """The terms of each leaf of a function's result, from those of each leaf of its argument; `None` for zero."""
    level = Taylor(what, order)
    try:
        boxes = [level.lift(row) for row in rows]
        mark_arguments(boxes, names)
        out = as_read(fun)(boxes[0] if structure is None else unflatten(structure, boxes))
        leaves, inner = result_leaves(out, what)
        return [[_settled(one) for one in level.terms(leaf)] for leaf in leaves], inner
    finally:
        level.close()


def unit(x: Any) -> Any:
    """One, as the kind of number that x is or stands for."""
    if type(x) in (float, complex) or (isinstance(x, Box) and x.is_weak()):
        return 1.0
    one = dtype_of(x).type(1)
    return np.asarray(one) if isinstance(x, np.ndarray) or (isinstance(x, Box) and x.is_array()) else one


def _settled(value: Any) -> Any:
    return plain(value.snapshot()) if isinstance(value, Box) else value


def _stacked(column: Sequence[Any]) -> Any:
    """The terms of one value along a new first axis."""
    zero = zeros_of(column[0])
    return np.stack([zero if one is None else one for one in column])


def checked_order(order: Any, what: str, least: int) -> int:
    """An order as an int; an error for anything else."""
    if isinstance(order, bool) or not isinstance(order, (int, np.integer)):
        raise TypeError(f"{what}: the order must be an int, not a {type(order).__name__}")
    if order < least:
        raise ValueError(f"{what}: the order must be at least {least}, not {order}")
    return int(order)
