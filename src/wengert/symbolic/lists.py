"""The symbolic method as list -> list: a list becomes expressions, they are differentiated, and become a list again.

The lists that come out have the inputs of the one that went in, are simplified, and compute common parts once. Complex
cotangents are in the library's inner convention, as those of `wengert.transform.reverse`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from wengert.ir import Var, WengertList, shape_of
from wengert.symbolic import derive
from wengert.symbolic.expressions import SYMBOLS
from wengert.symbolic.sources import of_list
from wengert.symbolic.walk import to_list


class _Formulas(NamedTuple):
    """A list as expressions: its inputs as symbols, those of them that can be differentiated by, and its outputs."""

    symbols: list[Var]
    moving: list[Var]
    outputs: list[Any]  # Vars and literals

    def list(self, values: Sequence[Any], names: tuple[str, ...]) -> WengertList:
        """The list that computes values from the inputs."""
        return to_list(values, self.symbols, names)


def _formulas(wl: WengertList) -> _Formulas:
    symbols = [
        SYMBOLS.store.symbol(f"{i}:{name}", var.type)  # a number before it: two inputs may have one name
        for i, (var, name) in enumerate(zip(wl.inputs, _names(wl), strict=True))
    ]
    outputs = [SYMBOLS.operand(one) for one in of_list(wl, [SYMBOLS.view(var) for var in symbols])]
    return _Formulas(symbols, [var for var in symbols if var.type.dtype.kind in "fc"], outputs)


def _names(wl: WengertList) -> tuple[str, ...]:
    return wl.names if len(wl.names) == len(wl.inputs) else tuple(f"x{i}" for i in range(len(wl.inputs)))


def gradient_list(wl: WengertList) -> WengertList:
    """The list that computes `(value, *derivatives)` of a list with one scalar output, by its inputs of floats."""
    formulas = _formulas(wl)
    (output,) = formulas.outputs
    if shape_of(output.type if type(output) is Var else output) != ():
        raise TypeError("the gradient of a function needs a scalar result; for an array use its jacobian")
    return formulas.list([output, *derive.gradient(SYMBOLS, output, formulas.moving)], _names(wl))


def jacobian_list(wl: WengertList) -> WengertList:
    """The list that computes the derivative of every output by every input of floats, output by output.

    Each has the shape of the output and then that of the input.
    """
    formulas = _formulas(wl)
    blocks: list[Any] = []
    for output in formulas.outputs:
        if not (output.type.shape if type(output) is Var else shape_of(output)):
            blocks += derive.gradient(SYMBOLS, output, formulas.moving)
        else:
            blocks += [derive.jacobian(SYMBOLS, output, symbol) for symbol in formulas.moving]
    return formulas.list(blocks, _names(wl))


def hessian_list(wl: WengertList) -> WengertList:
    """The list that computes the second derivatives of one scalar output, row by row."""
    formulas = _formulas(wl)
    (output,) = formulas.outputs
    rows = derive.hessian(SYMBOLS, output, formulas.moving)
    return formulas.list([block for row in rows for block in row], _names(wl))


def derivative_list(wl: WengertList, order: int = 1) -> WengertList:
    """The list that computes the derivatives of this order of all outputs by the only input, which is a number."""
    formulas = _formulas(wl)
    (symbol,) = formulas.moving
    found = formulas.outputs
    for _ in range(order):
        found = derive.tangents(SYMBOLS, found, symbol)
    return formulas.list(found, _names(wl))
