"""Where expressions come from: symbols, and whole functions."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from wengert.ir import Array, WengertList
from wengert.read import as_read
from wengert.record import Box, Staged
from wengert.run import run
from wengert.symbolic import with_sympy
from wengert.symbolic.expressions import SYMBOLS, Expression, as_expression
from wengert.symbolic.level import NUMBER
from wengert.tree import flatten, unflatten


def symbols(names: str, *, shape: int | tuple[int, ...] = (), dtype: Any = float) -> Any:
    """Symbols: the unknowns of expressions.

    Parameters
    ----------
    names
        Names with spaces or commas between them; `x:3` and `x1:4` mean `x0 x1 x2` and `x1 x2 x3`.
    shape
        For symbols that stand for arrays.
    dtype
        `float` or `complex`, or a NumPy dtype.

    Returns
    -------
    An expression for a single name, else a tuple of them. The same name, shape and dtype give the same symbol.

    Raises
    ------
    ValueError
        A name is no Python identifier, or there is none.

    Examples
    --------
    >>> import wengert as wg
    >>> x, y = wg.symbols("x y")
    >>> wg.symbols("x") is x
    True
    >>> wg.symbols("a:3")
    (a0, a1, a2)
    >>> A = wg.symbols("A", shape=(2, 2))
    >>> (A @ A).shape
    (2, 2)
    """
    found: list[str] = []
    for name in re.split(r"[,\s]+", names.strip(", \t\n")):
        several = re.fullmatch(r"(.*?)(\d*):(\d+)", name)
        if several is not None:
            stem, start, end = several.groups()
            found += [f"{stem}{i}" for i in range(int(start or 0), int(end))]
        else:
            found.append(name)
    made = tuple([symbol(name, shape, dtype) for name in found])
    return made[0] if len(made) == 1 and not set(":,") & set(names) else made


def symbol(name: str, shape: int | tuple[int, ...] = (), dtype: Any = float) -> Expression:
    """One symbol."""
    if not isinstance(name, str) or not name.isidentifier():
        raise ValueError(
            f"{name!r} cannot be the name of a symbol: names are Python identifiers, such as x, x1 or rate"
        )
    shape = (shape,) if isinstance(shape, int) else tuple(shape)
    kind = np.dtype(dtype)
    if kind.kind not in "fcib":
        raise TypeError(f"symbols({name!r}): a symbol of dtype {kind} is not possible")
    weak = not shape and dtype in (float, complex, int)
    type = Array(shape, kind, weak)
    return SYMBOLS.view(SYMBOLS.store.symbol(name, NUMBER if type == NUMBER else type))


def expression(fun: Callable[..., Any], *args: Any) -> Any:
    """The expression that a function computes; the function is read, so it may use `math`, loops and arrays of its own.

    Parameters
    ----------
    fun
        Any function of numbers and arrays.
    *args
        Its arguments: expressions, numbers, or containers of them. Without any, each parameter that has no default
        is a symbol of that name.

    Returns
    -------
    An expression, or what containers of them the function returns.

    Raises
    ------
    StagingError
        The function asks for a number that only the values of the symbols would tell, such as `if x > 0`.

    Examples
    --------
    >>> import math, numpy as np, wengert as wg
    >>> wg.expression(lambda x, y: math.exp(x) / y)
    exp(x) / y
    >>> def norm(v):
    ...     total = 0.0
    ...     for i in range(len(v)):
    ...         total += v[i]**2
    ...     return math.sqrt(total)
    >>> wg.expression(norm, wg.symbols("v", shape=(2,)))
    sqrt(v[0] ** 2 + v[1] ** 2)
    """
    leaves, structure = flatten(args or _parameters(fun))
    level = Staged("expression")
    boxes = [level.add_input(leaf.ssa.type, vague=True) if isinstance(leaf, Expression) else leaf for leaf in leaves]
    try:
        try:
            out = as_read(fun)(*unflatten(structure, boxes))
        except (TypeError, IndexError, AttributeError) as error:
            if not args and leaves:
                names = ", ".join(str(leaf) for leaf in leaves)
                error.add_note(
                    f"wengert.expression took {names} for numbers. Where they stand for arrays or containers, say so: "
                    f"wengert.expression(f, wengert.symbols({str(leaves[0])!r}, shape=...))"
                )
            raise
        found, shape = flatten(out)
        for value in found:
            if not isinstance(value, (Box, bool, int, float, complex, np.ndarray, np.generic)):
                raise TypeError(f"expression: the function returned a {type(value).__name__}, not a number or an array")
        wl = level.finish(found)
    finally:
        level.close()
    return unflatten(shape, of_list(wl, [leaf for leaf in leaves if isinstance(leaf, Expression)]))


def of_list(wl: WengertList, values: Sequence[Any]) -> list[Expression]:
    """The outputs of a list as expressions, of expressions for its inputs."""
    return list(map(as_expression, run(wl, *values)))


def _parameters(fun: Callable[..., Any]) -> tuple[Expression, ...]:
    """A symbol for each parameter without a default."""
    found = []
    for name, parameter in inspect.signature(fun).parameters.items():
        if (
            parameter.kind in (parameter.VAR_POSITIONAL, parameter.KEYWORD_ONLY)
            and parameter.default is parameter.empty
        ):
            raise TypeError(f"expression: give the function's arguments, one for {parameter} cannot be guessed")
        if parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD):
            if parameter.default is not parameter.empty:
                break
            found.append(symbol(name))
    return tuple(found)


def from_sympy(expression: Any) -> Any:
    """The expression that one of SymPy's is; its symbols become symbols of the same names that stand for numbers.

    Raises
    ------
    UnsupportedError
        It contains a function that has no counterpart here.

    Examples
    --------
    >>> import sympy
    >>> from wengert.symbolic import from_sympy
    >>> from_sympy(sympy.sin(sympy.Symbol("x")) ** 2 / 3)
    sin(x) ** 2 / 3
    """
    return as_expression(with_sympy.from_sympy(expression, symbol))
