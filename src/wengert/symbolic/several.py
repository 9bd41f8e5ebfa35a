"""Several expressions at once, which share what they have in common: their values, their cost, their list."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from wengert.ir import WengertList
from wengert.symbolic.expressions import SYMBOLS, Expression, as_expression
from wengert.symbolic.values import by_name, evaluated, executable
from wengert.symbolic.walk import operations as operations_of
from wengert.symbolic.walk import to_list, walk
from wengert.tree import flatten, unflatten


def evaluate(expressions: Any, values: Mapping[Any, Any] | None = None, /, **named: Any) -> Any:
    """The values of all expressions in a container, each common part computed once.

    Examples
    --------
    >>> import wengert as wg
    >>> from wengert.symbolic import evaluate
    >>> x, y = wg.symbols("x y")
    >>> z = x*x*y + y + 2
    >>> evaluate({"z": z, "gradient": z.gradient([x, y])}, x=3, y=4)
    {'z': 42.0, 'gradient': [24.0, 10.0]}
    """
    leaves, structure = flatten(expressions)
    return unflatten(structure, evaluated(wengert_list(leaves), by_name(values, named)))


def compiled(expressions: Any, *symbols: Expression) -> Callable[..., Any]:
    """A fast function that computes all expressions in a container from values of the symbols.

    Parameters
    ----------
    expressions
        An expression, or a container of them.
    *symbols
        The order of the function's arguments; sorted by name where none are given.

    Examples
    --------
    >>> import wengert as wg
    >>> from wengert.symbolic import compiled
    >>> x, y = wg.symbols("x y")
    >>> f = compiled([x * y, (x * y) ** 2], y, x)
    >>> f(3.0, 2.0)
    [6.0, 36.0]
    """
    leaves, structure = flatten(expressions)
    return executable(wengert_list(leaves, *symbols), lambda values: unflatten(structure, values))


def operations(*expressions: Any) -> int:
    """The floating-point operations of all expressions in containers together, each common part counted once.

    Examples
    --------
    >>> import wengert as wg
    >>> from wengert.symbolic import operations
    >>> x, y, z = wg.symbols("x y z")
    >>> product = x * y * z
    >>> operations(product), operations(product, product.gradient([x, y, z]))
    (2, 4)
    """
    values = [SYMBOLS.operand(as_expression(leaf)) for leaf in flatten(expressions)[0]]
    return operations_of(walk(values)[1])


def wengert_list(expressions: Any, *symbols: Expression) -> WengertList:
    """The Wengert list that computes all expressions in a container.

    Examples
    --------
    >>> import wengert as wg
    >>> from wengert.symbolic import wengert_list
    >>> x, y = wg.symbols("x y")
    >>> print(wengert_list([x * y, x * y + 1]))
    inputs  x: f64[]~, y: f64[]~
      v1 = x * y                                    f64[]~
      v2 = v1 + 1                                   f64[]~
    outputs v1, v2
    """
    outputs = [as_expression(leaf).ssa for leaf in flatten(expressions)[0]]
    return to_list(outputs, [one.ssa for one in symbols] if symbols else None)
