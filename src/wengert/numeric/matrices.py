"""Gradients, Jacobians and Hessians from values, with a bound of the error of every entry."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from wengert.arguments import Arguments, split_arguments
from wengert.boundary import boundary
from wengert.numeric.assembly import Found, check_holomorphic, like, outputs_of
from wengert.numeric.complex_step import check_real, complex_step
from wengert.numeric.derivatives import along, choose, distance
from wengert.numeric.estimate import Estimate
from wengert.numeric.extrapolation import Derivative, differentiate
from wengert.numeric.ladder import Array
from wengert.numeric.line import coordinate, diagonal, moved, power
from wengert.numeric.program import Leaves, Program
from wengert.numeric.textbook import FORMULAS, values_of

Function = Callable[..., Any]
Place = tuple[int, int | None]  # a leaf, and an element of it
CURVED = 1e-6  # relative change of a function by what counts as curvature


@boundary
def gradient(
    fun: Function,
    *args: Any,
    argnums: int | Sequence[int] = 0,
    method: str = "adaptive",
    eps: float | None = None,
    holomorphic: bool = False,
) -> Estimate:
    """The gradient of a function with one real value, from its values, with a bound of the error of every entry.

    Parameters
    ----------
    fun
        Takes numbers, arrays of floats, or containers of them; returns a number. Any function: it is only called.
    *args
        The point.
    argnums
        Which arguments to differentiate by: an int gives one gradient, a tuple gives a tuple.
    method, eps
        As for `derivative`.
    holomorphic
        `fun` is complex and holomorphic: the complex derivative. Otherwise the gradient by complex arguments is the
        direction of steepest ascent, as for `wengert.grad`.

    Returns
    -------
    An `Estimate`; its value and its error have the structure and the shapes of the argument. It takes about 15 calls of
    the function for each number in the arguments.

    Examples
    --------
    >>> import wengert as wg
    >>> def f(x, y):
    ...     return x*x*y + y + 2
    >>> wg.numeric.gradient(f, 3.0, 4.0, argnums=(0, 1)).value
    (24.0, 10.0)
    >>> wg.numeric.gradient(f, 3.0, 4.0, eps=1e-4).value
    24.000400000048216
    """
    method = choose(method, eps, "gradient")
    given = split_arguments(fun, args, argnums, "gradient")
    program = Program(lambda leaves: fun(*given.fill(leaves)), given.leaves, "gradient")
    _check_scalar(program, holomorphic, given)
    blocks = _blocks(program, _by_coordinates(program, method, eps), holomorphic, 1)
    values, errors = ([row[0] for row in block] for block in blocks)
    kept = [like(x, np.asarray(leaf), leaf) for x, leaf in zip(values, given.leaves, strict=True)]
    return Estimate(_put(given, kept, argnums), _errors(given, errors, argnums), program.evaluations)


@boundary
def jacobian(
    fun: Function,
    *args: Any,
    argnums: int | Sequence[int] = 0,
    method: str = "adaptive",
    eps: float | None = None,
    holomorphic: bool = False,
) -> Estimate:
    """The Jacobian of a function: each output's derivative by each input, with a bound of the error of every entry.

    The parameters are those of `gradient`; `fun` may return an array or a container. The value has the structure of
    `wengert.jacobian`: for an array argument of shape `s` and an array result of shape `t`, an array of shape `t + s`;
    for containers, the result's container of the argument's containers.

    Examples
    --------
    >>> import numpy as np, wengert as wg
    >>> wg.numeric.jacobian(lambda x: x**2 * x[0], np.array([1.0, 2.0])).value
    array([[3., 0.],
           [4., 4.]])
    """
    method = choose(method, eps, "jacobian")
    given = split_arguments(fun, args, argnums, "jacobian")
    program = Program(lambda leaves: fun(*given.fill(leaves)), given.leaves, "jacobian")
    _check_complex(program, holomorphic, given)
    values, errors = _blocks(program, _by_coordinates(program, method, eps), holomorphic, None)
    rows, bounds = [], []
    for k, output in enumerate(program.outputs):
        kinds = [leaf if type(leaf) is float and not output.ndim else np.asarray(leaf)[()] for leaf in given.leaves]
        row = [like(column[k], output, leaf) for column, leaf in zip(values, kinds, strict=True)]
        rows.append(_put(given, row, argnums))
        bounds.append(_put(given, [like(x[k], None, leaf) for x, leaf in zip(errors, kinds, strict=True)], argnums))
    return Estimate(program.rebuild(rows), program.rebuild(bounds), program.evaluations)


@boundary
def hessian(
    fun: Function,
    *args: Any,
    argnums: int | Sequence[int] = 0,
    method: str = "adaptive",
    eps: float | None = None,
) -> Estimate:
    """The Hessian of a function with one real value, from its values, with a bound of the error of every entry.

    Parameters
    ----------
    fun, *args, argnums
        As for `gradient`; the arguments are real.
    method
        `"adaptive"` takes second derivatives along the axes and the diagonals between them: about 20 calls for each.
        `"complex"` takes differences of the complex step. A textbook formula is applied twice.
    eps
        The step of a textbook formula.

    Returns
    -------
    An `Estimate`; its value has the shape of the argument twice over; for containers, containers of containers.

    Examples
    --------
    >>> import wengert as wg
    >>> def f(x, y):
    ...     return x*x*y + y + 2
    >>> wg.numeric.hessian(f, 3.0, 4.0, argnums=(0, 1)).value
    ((8.0, 6.0), (6.0, 0.0))
    >>> wg.numeric.hessian(f, 3.0, 4.0, argnums=(0, 1), eps=1e-4).value
    ((7.999999951380232, 6.000099261882497), (6.000099261882497, -1.4210854715202004e-06))
    """
    method = choose(method, eps, "hessian")
    given = split_arguments(fun, args, argnums, "hessian")
    program = Program(lambda leaves: fun(*given.fill(leaves)), given.leaves, "hessian")
    _check_scalar(program, False, given)
    if any(np.iscomplexobj(leaf) for leaf in given.leaves):
        raise TypeError("hessian takes real arguments; wrap a function of complex ones: lambda re, im: f(re + 1j * im)")
    places = _places(given.leaves)
    matrix, error = _by_complex_steps(program, places) if method == "complex" else _by_diagonals(program, places)
    if method in FORMULAS:
        assert eps is not None
        nested = _nested(program, places, method, eps)
        matrix, error = nested, distance(nested, matrix, error)
    return Estimate(_square(given, matrix, argnums), _square(given, error, argnums, error=True), program.evaluations)


@dataclass(frozen=True)
class _Column:
    """The derivatives by one number: of a complex one, by its imaginary part, too."""

    leaf: int
    real: Found
    imaginary: Found | None


def _places(leaves: Leaves) -> list[Place]:
    """All numbers of the leaves."""
    found: list[Place] = []
    for k, leaf in enumerate(leaves):
        found += [(k, i) for i in range(leaf.size)] if isinstance(leaf, np.ndarray) else [(k, None)]
    return found


def _by_coordinates(program: Program, method: str, eps: float | None) -> list[_Column]:
    columns = []
    for leaf, index in _places(program.leaves):
        real = along(coordinate(program, leaf, index), 1, method, eps)
        turned = None
        if np.iscomplexobj(program.leaves[leaf]):
            turned = along(coordinate(program, leaf, index, 1j), 1, method, eps)
        columns.append(_Column(leaf, real, turned))
    return columns


def _blocks(
    program: Program, columns: list[_Column], holomorphic: bool, rows: int | None
) -> tuple[list[list[Array]], list[list[Array]]]:
    """`values[input][output]`, `errors[input][output]`: each of the shape of the output and then of the input."""
    values: list[list[Array]] = []
    errors: list[list[Array]] = []
    for k, leaf in enumerate(program.leaves):
        parts = []
        for column in columns:
            if column.leaf == k:
                parts.append(_complete(program, column, holomorphic))
        shape = np.shape(leaf)
        for sink, of in ((values, 0), (errors, 1)):
            sink.append([
                np.stack([part[of][j] for part in parts], axis=-1).reshape(output.shape + shape)
                if parts else np.zeros(output.shape + shape)
                for j, output in enumerate(program.outputs)
            ])  # fmt: skip
    return values, errors


def _complete(program: Program, column: _Column, holomorphic: bool) -> tuple[list[Array], list[Array]]:
    """The derivatives of all outputs by one number, with those by its imaginary part."""
    value, error = outputs_of(program, column.real)
    if column.imaginary is None:
        return value, error
    if holomorphic:
        check_holomorphic(program, column.real, column.imaginary, 1)
        return value, error
    turned, turned_error = outputs_of(program, column.imaginary)
    return (
        [a + 1j * b for a, b in zip(value, turned, strict=True)],
        [np.hypot(a, b) for a, b in zip(error, turned_error, strict=True)],
    )


def _by_diagonals(program: Program, places: list[Place]) -> Found:
    """Second derivatives along the axes, and from them and those along a diagonal the mixed ones.

    d²/dt² f(x + t (a e_i + b e_j)) = a² H_ii + 2 a b H_ij + b² H_jj; a and b are about the steps that the axes' needed.
    """
    count = len(places)
    matrix, error = np.zeros((count, count), program.dtype), np.zeros((count, count))
    axes = [differentiate(coordinate(program, *place), 2) for place in places]
    units = [_unit(program, place, axis) for place, axis in zip(places, axes, strict=True)]
    for i in range(count):
        matrix[i, i], error[i, i] = axes[i].value[0], axes[i].error[0]
        for j in range(i):
            a, b = units[i], units[j]
            one, other = axes[i], axes[j]
            line = diagonal(program, (*places[i], a), (*places[j], b))
            mixed: Derivative = differentiate(line, 2)
            value = (mixed.value[0] - a * a * one.value[0] - b * b * other.value[0]) / (2 * a * b)
            bound = (mixed.error[0] + a * a * one.error[0] + b * b * other.error[0]) / (2 * a * b)
            matrix[i, j] = matrix[j, i] = value
            error[i, j] = error[j, i] = bound
    return matrix, error


def _unit(program: Program, place: Place, axis: Derivative) -> float:
    """The size of a variable: twice the step that its second derivative needed, if it has one, or that of the point."""
    reach = float(axis.reach[0])
    curved = abs(axis.value[0]) * reach**2 > CURVED * abs(program.center[0])
    return power(2 * reach) if curved else float(coordinate(program, *place).scale)


def _by_complex_steps(program: Program, places: list[Place]) -> Found:
    """Differences of the gradient by the complex step; the mean of the matrix and its transpose."""
    check_real(program)
    lines = [coordinate(program, *place) for place in places]

    def slopes(leaves: Leaves) -> Array:
        found = [program.continued(line.shift(leaves, 1j * line.tiny))[0].imag / line.tiny for line in lines]
        return np.array(found)

    for line in lines:
        complex_step(line)  # raises if the function is not analytic
    inner = Program(slopes, program.leaves, "hessian")
    found = [differentiate(coordinate(inner, *place), 1) for place in places]
    matrix, error = (np.array([getattr(one, name) for one in found]) for name in ("value", "error"))
    return (matrix + matrix.T) / 2, np.maximum(error, error.T)


def _nested(program: Program, places: list[Place], method: str, eps: float) -> Array:
    """A textbook formula, applied to itself."""
    formula, values = FORMULAS[method], values_of(program)

    def by(f: Any, place: Place) -> Any:
        return formula(f, lambda leaves, t: moved(leaves, *place, t), eps)

    return np.array([[by(by(values, one), other)(program.leaves)[0] for other in places] for one in places])


def _put(given: Arguments, leaves: list[Any], argnums: int | Sequence[int]) -> Any:
    containers = given.rebuild(leaves)
    return containers[0] if isinstance(argnums, int) else tuple(containers)


def _errors(given: Arguments, errors: list[Array], argnums: int | Sequence[int]) -> Any:
    return _put(given, [like(x, None, leaf) for x, leaf in zip(errors, given.leaves, strict=True)], argnums)


def _square(given: Arguments, matrix: Array, argnums: int | Sequence[int], error: bool = False) -> Any:
    """A matrix over all numbers of the arguments, as containers of containers."""
    sizes = [int(np.size(leaf)) for leaf in given.leaves]
    bounds = list(pairwise(np.cumsum([0, *sizes]).tolist()))
    rows = []
    for one, (start, end) in zip(given.leaves, bounds, strict=True):
        row = []
        for other, (low, high) in zip(given.leaves, bounds, strict=True):
            block = matrix[start:end, low:high].reshape(np.shape(one) + np.shape(other))
            kind = other if type(one) is float else np.asarray(other)[()]
            row.append(like(block, None if error else np.asarray(one), kind))
        rows.append(_put(given, row, argnums))
    return _put(given, rows, argnums)


def _check_scalar(program: Program, holomorphic: bool, given: Arguments) -> None:
    what = program.what
    if program.structure.kind is not None or program.outputs[0].shape != ():
        found = (
            f"a {program.structure.kind.__name__}" if program.structure.kind else f"shape {program.outputs[0].shape}"
        )
        raise TypeError(f"{what} needs a function with one scalar result, not {found}; see jacobian")
    _check_complex(program, holomorphic, given)
    if program.outputs[0].dtype.kind == "c" and not holomorphic:
        raise TypeError(
            f"{what} needs a real result, but the function returned a complex one. Take its real part, its imaginary "
            "part or its absolute value, or give holomorphic=True"
        )


def _check_complex(program: Program, holomorphic: bool, given: Arguments) -> None:
    complex_in = any(np.iscomplexobj(leaf) for leaf in given.leaves)
    complex_out = any(output.dtype.kind == "c" for output in program.outputs)
    if holomorphic and not (complex_in and complex_out):
        raise TypeError(f"{program.what}(holomorphic=True) needs complex arguments and a complex result")
    if complex_in and complex_out and not holomorphic:
        raise TypeError(f"{program.what} of a complex function of complex arguments needs holomorphic=True")
