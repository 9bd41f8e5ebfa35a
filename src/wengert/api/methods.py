"""`method=`: the same derivative in every way the field knows. They are entered into the table of `ways.py`."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from wengert import numeric
from wengert.api.arguments import Arguments
from wengert.api.expansion import derivative as by_taylor
from wengert.api.expansion import unit
from wengert.api.gradients import LinearMap, grad, jvp
from wengert.api.listing import record
from wengert.api.matrices import jacobian
from wengert.api.tensors import derivative_tensor
from wengert.api.ways import WAYS, Blocks, Leaves, Way
from wengert.ir import dtype_of, shape_of
from wengert.run import by_columns, by_rows, run
from wengert.symbolic import derivative_list, hessian_list, jacobian_list
from wengert.tree import LEAF

Found = tuple[list[Any], Blocks]  # the values of the result's leaves, and their derivatives


def _alone(given: Arguments) -> Arguments:
    """The differentiated leaves as arguments of their own."""
    count = len(given.leaves)
    return Arguments(tuple(given.leaves), tuple(range(count)), given.leaves, [LEAF] * count, given.names)


def _scalar(leaves_of: Leaves) -> Any:
    """The function of a list of leaves that has one result."""
    return lambda leaves: leaves_of(*leaves)[0]


# -- numeric and complex step ------------------------------------------------------------------------------------------


def _numeric_jacobian(leaves_of: Leaves, given: Arguments, method: str) -> Found:
    values = leaves_of(*given.leaves)
    found = numeric.jacobian(lambda leaves: leaves_of(*leaves), list(given.leaves), method=method)
    return values, found.value


def _numeric_hessian(leaves_of: Leaves, given: Arguments, method: str) -> Blocks:
    blocks: Blocks = numeric.hessian(_scalar(leaves_of), list(given.leaves), method=method).value
    return blocks


def _numeric_derivative(leaves_of: Leaves, x: Any, order: int, method: str) -> list[Any]:
    found: list[Any] = numeric.derivative(lambda t: leaves_of(t), x, order, method=method).value
    return found


for _name, _method in (("numeric", "adaptive"), ("complex-step", "complex")):
    WAYS[_name] = Way(
        _name,
        functools.partial(_numeric_jacobian, method=_method),
        functools.partial(_numeric_hessian, method=_method),
        functools.partial(_numeric_derivative, method=_method),
    )

# -- symbolic ----------------------------------------------------------------------------------------------------------


def _symbolic_jacobian(leaves_of: Leaves, given: Arguments) -> Found:
    wl, leaves = record(leaves_of, given.leaves, 'method="symbolic"')
    flat = iter(run(jacobian_list(wl), *leaves))
    return run(wl, *leaves), [[next(flat) for _ in leaves] for _ in wl.outputs]


def _symbolic_hessian(leaves_of: Leaves, given: Arguments) -> Blocks:
    wl, leaves = record(leaves_of, given.leaves, 'method="symbolic"')
    flat = iter(run(hessian_list(wl), *leaves))
    return [[next(flat) for _ in leaves] for _ in leaves]


def _symbolic_derivative(leaves_of: Leaves, x: Any, order: int) -> list[Any]:
    wl, leaves = record(leaves_of, (x,), 'method="symbolic"')
    return run(derivative_list(wl, order), *leaves)


WAYS["symbolic"] = Way("symbolic", _symbolic_jacobian, _symbolic_hessian, _symbolic_derivative)

# -- forward and reverse -----------------------------------------------------------------------------------------------


def _linear(leaves_of: Leaves, given: Arguments, direction: Any) -> Found:
    linear = LinearMap(leaves_of, _alone(given), "jacobian")
    return linear.values, direction(linear.list, given.leaves, linear.values)


def _hessian_within(mode: str) -> Any:
    def hessian(leaves_of: Leaves, given: Arguments) -> Blocks:
        scalar = _scalar(leaves_of)
        first = grad(scalar) if mode == "reverse" else jacobian(scalar, mode=mode)
        blocks: Blocks = jacobian(first, mode=mode)(list(given.leaves))
        return blocks

    return hessian


def _forward_derivative(leaves_of: Leaves, x: Any, order: int) -> list[Any]:
    function: Any = leaves_of
    for _ in range(order):
        function = _pushed(function)
    found: list[Any] = function(x)
    return found


def _pushed(function: Any) -> Any:
    return lambda x: jvp(function, (x,), (unit(x),))[1]


def _reverse_derivative(leaves_of: Leaves, x: Any, order: int) -> list[Any]:
    """Each element of the results by itself: a gradient has one result."""
    values = leaves_of(x)
    found = []
    for k, value in enumerate(values):
        block = np.zeros(shape_of(value), np.result_type(dtype_of(value), np.float16))
        for index in np.ndindex(block.shape):
            element: Any = lambda t, k=k, index=index: leaves_of(t)[k][index] if index else leaves_of(t)[k]  # noqa: E731
            for _ in range(order):
                element = grad(element)
            block[index] = element(x)
        found.append(block if block.shape else block[()])
    return found


for _name, _direction, _derivative in (
    ("forward", by_columns, _forward_derivative),
    ("reverse", by_rows, _reverse_derivative),
):
    WAYS[_name] = Way(_name, functools.partial(_linear, direction=_direction), _hessian_within(_name), _derivative)

# -- Taylor ------------------------------------------------------------------------------------------------------------


def _taylor_jacobian(leaves_of: Leaves, given: Arguments) -> Found:
    """Series that are cut off after their first term, along all directions at once."""
    blocks: Blocks = derivative_tensor(lambda leaves: leaves_of(*leaves), 1)(list(given.leaves))
    return leaves_of(*given.leaves), blocks


def _taylor_hessian(leaves_of: Leaves, given: Arguments) -> Blocks:
    blocks: Blocks = derivative_tensor(_scalar(leaves_of), 2)(list(given.leaves))
    return blocks


def _taylor_derivative(leaves_of: Leaves, x: Any, order: int) -> list[Any]:
    found: list[Any] = by_taylor(leaves_of, order)(x)
    return found


WAYS["taylor"] = Way("taylor", _taylor_jacobian, _taylor_hessian, _taylor_derivative)
