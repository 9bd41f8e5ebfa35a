"""To SymPy and back. SymPy is imported when it is asked for, and its own table says what its functions are in NumPy."""

from __future__ import annotations

import functools
import importlib
import operator
import re
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import scipy.special

from wengert.errors import UnsupportedError
from wengert.ir import Line, Primitive, Var
from wengert.primitives import UFUNCS, where
from wengert.primitives.signs import sign
from wengert.symbolic.form import operator_form
from wengert.symbolic.walk import name_of, walk


def to_sympy(value: Any) -> Any:
    """A Var or a literal as an expression of SymPy's."""
    symbols, lines = walk([value])
    if any(var.type.shape for var in symbols):
        raise UnsupportedError("to_sympy: a symbol is an array; only expressions of numbers can be given away")
    known: dict[Any, Any] = {var: _sympy().Symbol(name_of(var)) for var in symbols}
    for line in lines:
        inputs = [known[x] if type(x) is Var else _number(x) for x in line.inputs]
        known[line.outputs[0]] = _function(line)(*inputs)
    return known[value] if value in known else _number(value.value if type(value) is Var else value)


def from_sympy(expression: Any, symbol: Callable[[str], Any]) -> Any:
    """An expression of SymPy's in terms of symbols made by `symbol`; without recursion, as it may be deep."""
    done: dict[Any, Any] = {}
    stack = [expression]
    while stack:
        node = stack[-1]
        args = [] if node.is_Atom else [arg for arg in node.args if arg not in done]
        if args:
            stack += args
            continue
        stack.pop()
        if node not in done:
            done[node] = symbol(node.name) if node.is_Symbol else _meaning(node, [done[arg] for arg in node.args])
    return done[expression]


@functools.cache
def _sympy() -> Any:
    try:
        return importlib.import_module("sympy")
    except ImportError as error:
        raise ImportError("to_sympy and from_sympy need SymPy: pip install sympy") from error


@functools.cache
def _functions() -> dict[str, Callable[..., Any]]:
    """SymPy's names of functions, and the functions of NumPy and SciPy that they are."""
    printer = importlib.import_module("sympy.printing.numpy").SciPyPrinter
    modules = {"numpy": np, "scipy.special": scipy.special}
    found = {}
    for name, path in printer().known_functions.items():
        module, _, function = path.rpartition(".")
        if module in modules and hasattr(modules[module], function):
            found[name] = getattr(modules[module], function)
    for name in ("erfi", "erfinv", "erfcinv"):
        found[name] = getattr(scipy.special, name)
    return found


# -- to SymPy ----------------------------------------------------------------------------------------------------------


def _number(value: Any) -> Any:
    """A literal; fractions with a small power of two below are kept exactly."""
    sympy = _sympy()
    value = value.item() if isinstance(value, np.generic) else value
    if isinstance(value, bool):
        return sympy.true if value else sympy.false
    if isinstance(value, complex):
        return _number(value.real) + sympy.I * _number(value.imag)
    if isinstance(value, float) and np.isfinite(value):
        above, below = value.as_integer_ratio()
        return sympy.Rational(above, below) if below <= 1024 and abs(above) < 2**53 else sympy.Float(value)
    if isinstance(value, np.ndarray):
        raise UnsupportedError(
            "to_sympy: the expression has an array in it; only expressions of numbers can be given away"
        )
    return sympy.sympify(value)


def _function(line: Line) -> Callable[..., Any]:
    """What a line does, on SymPy's expressions."""
    row = line.primitive
    if line.outputs[0].type.shape or (row.partials is None and row is not where):
        raise UnsupportedError(
            f"to_sympy: {row.name} has no counterpart; only expressions of numbers can be given away"
        )
    special = _special().get(row)
    if special is not None:
        return special
    if operator_form(row) is not None:
        code = compile(re.sub(r"\{(\d)\}", r"_\1", str(row.symbol)), row.name, "eval")
        return lambda *args: eval(code, {}, {f"_{i}": arg for i, arg in enumerate(args)})
    found: Callable[..., Any] = _sympy().Function(row.name)
    return found


@functools.cache
def _special() -> dict[Primitive, Callable[..., Any]]:
    """Rows that are no operators of Python, and functions of SymPy."""
    sympy = _sympy()
    found: dict[Any, Any] = {
        UFUNCS[f]: getattr(sympy, name, None) for name, f in _functions().items() if f in UFUNCS
    } | {sign: sympy.sign}
    found |= {
        UFUNCS[np.sqrt]: sympy.sqrt,
        UFUNCS[np.cbrt]: sympy.cbrt,
        UFUNCS[np.square]: lambda x: x**2,
        UFUNCS[np.absolute]: sympy.Abs,
        UFUNCS[np.fabs]: sympy.Abs,
        UFUNCS[np.maximum]: sympy.Max,
        UFUNCS[np.minimum]: sympy.Min,
        UFUNCS[np.equal]: sympy.Eq,
        UFUNCS[np.not_equal]: sympy.Ne,
        UFUNCS[np.logical_and]: sympy.And,
        UFUNCS[np.logical_or]: sympy.Or,
        UFUNCS[np.logical_not]: sympy.Not,
        UFUNCS[np.hypot]: lambda x, y: sympy.sqrt(x**2 + y**2),
        UFUNCS[np.expm1]: lambda x: sympy.exp(x) - 1,
        UFUNCS[np.log1p]: lambda x: sympy.log(1 + x),
        UFUNCS[np.log2]: lambda x: sympy.log(x, 2),
        UFUNCS[np.log10]: lambda x: sympy.log(x, 10),
        UFUNCS[np.logaddexp]: lambda x, y: sympy.log(sympy.exp(x) + sympy.exp(y)),
        UFUNCS[np.heaviside]: sympy.Heaviside,
        where: lambda condition, x, y: sympy.Piecewise((x, condition), (y, True)),
    }
    return {row: function for row, function in found.items() if function is not None}


# -- from SymPy --------------------------------------------------------------------------------------------------------

RELATIONS = {
    "StrictLessThan": np.less, "LessThan": np.less_equal, "StrictGreaterThan": np.greater,
    "GreaterThan": np.greater_equal, "Equality": np.equal, "Unequality": np.not_equal,
}  # fmt: skip
OTHERS: dict[str, Callable[..., Any]] = {
    "Abs": np.absolute,
    "Mod": np.remainder,
    "Heaviside": np.heaviside,
    "Not": operator.invert,
    "sec": lambda x: 1 / np.cos(x),
    "csc": lambda x: 1 / np.sin(x),
    "cot": lambda x: 1 / np.tan(x),
    "sech": lambda x: 1 / np.cosh(x),
    "csch": lambda x: 1 / np.sinh(x),
    "coth": lambda x: 1 / np.tanh(x),
}
FOLDED: dict[str, Callable[[Any, Any], Any]] = {
    "Add": operator.add, "Mul": operator.mul, "Max": np.maximum, "Min": np.minimum,
    "And": operator.and_, "Or": operator.or_,
}  # fmt: skip


def _meaning(node: Any, args: Sequence[Any]) -> Any:
    """One node, its arguments translated already."""
    name = type(node).__name__
    if node.is_Atom:
        return _literal(node)
    if name == "Mul" and node.args[0].is_Rational and not node.args[0].is_Integer:  # x/3, not 0.333 x
        return node.args[0].p * functools.reduce(operator.mul, args[1:]) / node.args[0].q
    if name == "Pow":
        return _power(node, args)
    if name in FOLDED:
        return functools.reduce(FOLDED[name], args)
    if name in ("ExprCondPair", "Tuple"):
        return tuple(args)
    if name == "Piecewise":
        *arms, (last, condition) = args
        if condition is not True:
            arms, last = args, np.nan
        return functools.reduce(lambda rest, arm: np.where(arm[1], arm[0], rest), reversed(arms), last)
    if name == "log" and len(args) == 2:
        return np.log(args[0]) / np.log(args[1])
    function = RELATIONS.get(name) or OTHERS.get(name) or _functions().get(name)
    if function is None and isinstance(node, _sympy().core.function.AppliedUndef):
        function = Primitive.table.get(name)  # as to_sympy writes it
    if function is None:
        raise UnsupportedError(f"from_sympy: {node.func} has no counterpart here: rewrite it by functions that have")
    return function(*args)


def _literal(node: Any) -> Any:
    if node.is_Boolean:
        return bool(node)
    if node.is_Integer:
        return int(node)
    if node.is_number:
        value = complex(node) if not node.is_real and not node.is_infinite else float(node)
        return value
    raise UnsupportedError(f"from_sympy: {node} ({type(node).__name__}) is neither a symbol nor a number")


def _power(node: Any, args: Sequence[Any]) -> Any:
    base, exponent = args
    if node.exp == -1:
        return 1 / base
    if node.exp.is_Rational and node.exp.q == 2 and node.exp.p in (1, -1):
        return np.sqrt(base) if node.exp.p == 1 else 1 / np.sqrt(base)
    return base**exponent
