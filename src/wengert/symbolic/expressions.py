"""Expressions: values of a list whose inputs are symbols."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NoReturn

import numpy as np

from wengert.errors import MutationError, StagingError
from wengert.ir import ABSENT, Traced, Var, WengertList, users_line
from wengert.primitives import UFUNCS
from wengert.record import Box
from wengert.record.operands import PLAIN
from wengert.record.operators import Operators
from wengert.symbolic import derive
from wengert.symbolic.level import Symbols
from wengert.symbolic.notations import LATEX, PYTHON
from wengert.symbolic.portable import packed, unpacked
from wengert.symbolic.simplify import simplified
from wengert.symbolic.text import to_text
from wengert.symbolic.values import as_value, by_name, evaluated, executable
from wengert.symbolic.walk import name_of, operations, symbols_of, to_list, walk
from wengert.symbolic.with_sympy import to_sympy
from wengert.tree import flatten, unflatten

NO_PARAMS: dict[str, Any] = {}


def _operator(name: str, function: np.ufunc) -> tuple[Any, Any]:
    """An operator and its reflected form; the short way for what expressions mostly meet."""
    row = UFUNCS[function]
    general, general_reflected = getattr(Operators, f"__{name}__"), getattr(Operators, f"__r{name}__")

    def method(self: Any, other: Any) -> Any:
        if type(other) is Expression or type(other) in PLAIN:
            return SYMBOLS.process(row, (self, other), NO_PARAMS)  # type: ignore[arg-type]
        return general(self, other)

    def reflected(self: Any, other: Any) -> Any:
        if type(other) in PLAIN:
            return SYMBOLS.process(row, (other, self), NO_PARAMS)  # type: ignore[arg-type]
        return general_reflected(self, other)

    return method, reflected


class Expression(Box):
    """A value of a Wengert list whose inputs are symbols: a formula.

    Operators, NumPy's ufuncs and most of its other functions make expressions of expressions. They cannot be changed.
    Equal ones are one object: `x * y is y * x`. Derivatives come from the same rules as everywhere, so any function
    that the library knows can be differentiated here, to any order.

    An expression is simplified as it is made, by identities of real numbers: `x * 1`, `x - x`, `2 * (3 * x)`. They hold
    up to rounding, wherever both sides are defined.

    Examples
    --------
    >>> import numpy as np, wengert as wg
    >>> x, y = wg.symbols("x y")
    >>> z = x*x*y + y + 2
    >>> z
    x * x * y + y + 2
    >>> z.gradient([x, y])
    [2 * y * x, x * x + 1]
    >>> z.evaluate(x=3, y=4)
    42.0
    >>> np.sin(x**2).derivative(x)
    2 * cos(x ** 2) * x
    """

    __slots__ = ()
    __hash__ = object.__hash__

    __add__, __radd__ = _operator("add", np.add)
    __sub__, __rsub__ = _operator("sub", np.subtract)
    __mul__, __rmul__ = _operator("mul", np.multiply)
    __truediv__, __rtruediv__ = _operator("truediv", np.true_divide)
    __pow__, __rpow__ = _operator("pow", np.power)

    # -- what it is made of --------------------------------------------------------------------------------------------

    @property
    def list(self) -> WengertList:
        """The Wengert list of which this is the output; its inputs are the symbols, sorted by name."""
        return to_list([self.ssa])

    @property
    def symbols(self) -> tuple[Expression, ...]:
        """The symbols that it depends on, sorted by name, `x2` before `x10`."""
        return tuple(map(SYMBOLS.view, symbols_of([self.ssa])))

    @property
    def name(self) -> str | None:
        """The name of a symbol; `None` for any other expression."""
        origin = self.ssa.origin
        return name_of(self.ssa) if origin is not None and origin.primitive is None else None

    def operations(self) -> int:
        """The number of floating-point operations that computing it takes, what occurs twice computed once.

        Every element of an array that an arithmetic operation or an elementwise function computes is one; moving
        elements about is none. `wengert.symbolic.operations` counts those of several expressions together.

        Examples
        --------
        >>> import wengert as wg
        >>> x, y = wg.symbols("x y")
        >>> ((x + y) * (x + y)).operations()
        2
        """
        return operations(walk([self.ssa])[1])

    # -- derivatives ---------------------------------------------------------------------------------------------------

    def gradient(self, symbols: Any) -> Any:
        """The derivative of a scalar by a symbol, or by each in a container of symbols, in one reverse sweep.

        Parameters
        ----------
        symbols
            A symbol, or a list, tuple, dict or other container of them.

        Returns
        -------
        An expression of the symbol's shape, or the container with one in the place of each symbol.

        Raises
        ------
        TypeError
            The expression is an array (see `jacobian`), or what it is to be differentiated by is no symbol.

        Examples
        --------
        >>> import wengert as wg
        >>> x, y = wg.symbols("x y")
        >>> (x**3 * y).gradient(x)
        3 * y * x ** 2
        >>> (x**3 * y).gradient(x).gradient(x)
        6 * y * x
        """
        if self.shape:
            raise TypeError(
                f"gradient of an expression of shape {self.shape}: only scalars have one. Use jacobian, or sum it first"
            )
        leaves, structure = flatten(symbols)
        found = derive.gradient(SYMBOLS, _content(self), [_symbol(leaf, "gradient") for leaf in leaves])
        return unflatten(structure, map(SYMBOLS.result, found))

    def derivative(self, symbol: Expression, order: int = 1) -> Expression:
        """The derivative by a symbol that is a number, of any order.

        Examples
        --------
        >>> import numpy as np, wengert as wg
        >>> (x,) = wg.symbols("x,")
        >>> np.sin(2 * x).derivative(x, order=4)
        16 * sin(2 * x)
        """
        var = _symbol(symbol, "derivative")
        if var.type.shape:
            raise TypeError(f"derivative by {symbol.name}, which has shape {var.type.shape}: use gradient or jacobian")
        if not isinstance(order, int) or order < 0:
            raise ValueError(f"derivative(order={order!r}): the order is a number 0, 1, 2, ...")
        found = _content(self)
        for _ in range(order):
            (found,) = derive.tangents(SYMBOLS, [found], var)
        return SYMBOLS.result(found)

    def jacobian(self, symbols: Any) -> Any:
        """The derivative of every element by every element of a symbol, or of each in a container of symbols.

        Returns
        -------
        For an expression of shape `s` and a symbol of shape `t`, an expression of shape `s + t`.

        Examples
        --------
        >>> import numpy as np, wengert as wg
        >>> x = wg.symbols("x", shape=(2,))
        >>> (x * x).jacobian(x).evaluate(x=np.array([1.0, 2.0]))
        array([[2., 0.],
               [0., 4.]])
        """
        leaves, structure = flatten(symbols)
        found = [derive.jacobian(SYMBOLS, _content(self), _symbol(leaf, "jacobian")) for leaf in leaves]
        return unflatten(structure, map(SYMBOLS.result, found))

    def hessian(self, symbols: Any) -> Any:
        """The second derivatives of a scalar expression.

        Returns
        -------
        For a list of symbols a list of rows; for one symbol of shape `t` an expression of shape `t + t`.

        Examples
        --------
        >>> import wengert as wg
        >>> x, y = wg.symbols("x y")
        >>> (x*x*y + y + 2).hessian([x, y])
        [[2 * y, 2 * x], [2 * x, 0]]
        """
        if self.shape:
            raise TypeError(f"hessian of an expression of shape {self.shape}: only scalars have one")
        leaves, structure = flatten(symbols)
        rows = derive.hessian(SYMBOLS, _content(self), [_symbol(leaf, "hessian") for leaf in leaves])
        return unflatten(structure, [unflatten(structure, map(SYMBOLS.result, row)) for row in rows])

    # -- values --------------------------------------------------------------------------------------------------------

    def evaluate(self, values: Mapping[Any, Any] | None = None, /, **named: Any) -> Any:
        """The value for values of the symbols; more may be given than occur.

        Parameters
        ----------
        values, **named
            For each symbol a number, an array, a `Dual`, another expression, or any object that computes like a number;
            by name, or in a dictionary by symbol or name. A Python int means the float it equals. A symbol that stands
            for a number takes arrays too, if every operation is elementwise.

        Raises
        ------
        TypeError
            A symbol has no value, or an array has the wrong shape.

        Examples
        --------
        >>> import numpy as np, wengert as wg
        >>> x, y = wg.symbols("x y")
        >>> (x * y).evaluate(x=3, y=np.array([1.0, 2.0]))
        array([3., 6.])
        >>> (x * y).evaluate({x: 3, y: 4})
        12.0
        """
        return evaluated(self.list, by_name(values, named))[0]

    def substitute(self, values: Mapping[Any, Any] | None = None, /, **named: Any) -> Expression:
        """The expression with other expressions or numbers in the places of symbols, or of parts, all at once.

        Examples
        --------
        >>> import wengert as wg
        >>> x, y = wg.symbols("x y")
        >>> (x + y).substitute(x=y, y=x*x)
        y + x * x
        >>> ((x + y)**2 * x).substitute({x + y: 3})
        9 * x
        """
        wanted = {name_of(var): var for var in walk([self.ssa])[0]}
        places: dict[Var, Any] = {}
        for key, value in {**(values or {}), **named}.items():
            var = wanted.get(key) if isinstance(key, str) else _content(as_expression(key))
            if type(var) is Var:  # it may occur
                places[var] = as_expression(as_value(value, var))
        return SYMBOLS.result(derive.replaced(SYMBOLS, [_content(self)], places)[0])

    def compile(self, *symbols: Expression) -> Callable[..., Any]:
        """A fast function of values of the symbols, in this order, or sorted by name where none are given.

        `wengert.symbolic.compiled` does the same for several expressions, which then share what they have in common.

        Examples
        --------
        >>> import wengert as wg
        >>> x, y = wg.symbols("x y")
        >>> f = (x - y).compile()
        >>> f(5.0, 3.0)
        2.0
        """
        inputs = [_symbol(one, "compile") for one in symbols] if symbols else None
        return executable(to_list([self.ssa], inputs), lambda values: values[0])

    def simplify(self) -> Expression:
        """The same by fewer operations: like terms and like factors, inverse functions, sin² + cos².

        The identities hold for real numbers where the expression is defined.

        Examples
        --------
        >>> import numpy as np, wengert as wg
        >>> x, y = wg.symbols("x y")
        >>> (x * y * x / y + np.exp(np.log(x))).simplify()
        x ** 2 + x
        """
        return SYMBOLS.result(simplified(SYMBOLS.store, [_content(self)])[0])

    # -- text ----------------------------------------------------------------------------------------------------------

    def __str__(self) -> str:
        return to_text(self.ssa, PYTHON)

    __repr__ = __str__

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)

    def latex(self) -> str:
        r"""The expression in LaTeX; notebooks show it so.

        Examples
        --------
        >>> import numpy as np, wengert as wg
        >>> x, y = wg.symbols("x y")
        >>> print((np.sin(x)**2 / (1 + y)).latex())
        \frac{\sin^{2}\left(x\right)}{y + 1}
        """
        return to_text(self.ssa, LATEX)

    def _repr_latex_(self) -> str | None:
        text = self.latex()
        return rf"$\displaystyle {text}$" if len(text) < 20_000 else None  # a notebook then shows the plain text

    def to_sympy(self) -> Any:
        """The expression for SymPy, which has to be installed."""
        return to_sympy(self.ssa)

    # -- what Python asks ----------------------------------------------------------------------------------------------

    def __bool__(self) -> bool:
        return bool(
            self._constant("whether it is true", "np.where(c, a, b) for `a if c else b`, `a is b` to compare formulas")
        )

    def __float__(self) -> float:
        return float(self._constant("a plain number", "np.sin(x) for math.sin(x)"))

    def __int__(self) -> int:
        return int(self._constant("an integer", "np.trunc(x) for int(x)"))

    def __complex__(self) -> complex:
        return complex(self._constant("a complex number", "np.exp(z) for cmath.exp(z)"))

    def __index__(self) -> int:
        return int(self._constant("an index", "np.take(a, i) for a[i]"))

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        return np.array(self._constant("a plain array", "np.stack([x, y]) for np.array([x, y])"), dtype=dtype)

    def _constant(self, what: str, instead: str) -> Any:
        """The value of an expression without symbols."""
        if self.ssa.value is not ABSENT:
            return self.ssa.value
        text = str(self)
        raise StagingError(
            f"{text if len(text) < 60 else 'a long expression'} is a formula, but the program asks for {what}. "
            f"Evaluate it first, or write {instead}; wengert.expression(f) makes a formula of a function that does it"
            f"{users_line()}"
        )

    def _number(self, why: str) -> Any:
        return self._constant("its number", f"it otherwise: {why}")

    def __copy__(self) -> Expression:
        return self

    def __deepcopy__(self, memo: Any) -> Expression:
        return self

    def __reduce_ex__(self, protocol: Any) -> Any:
        return Expression._restored, (packed(self.ssa),)

    @staticmethod
    def _restored(state: Any) -> Expression:
        return SYMBOLS.result(unpacked(SYMBOLS.store, state))

    def snapshot(self) -> Any:
        """Itself: it never changes."""
        return self

    def is_array(self) -> bool:
        """Whether `+=` writes into it: never, the name then stands for the new expression."""
        return False

    def check_writable(self) -> NoReturn:
        """Refuse to be written."""
        raise MutationError(f"expressions cannot be written: make a new one, by np.where or np.stack{users_line()}")

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        return delivered(super().__array_ufunc__(ufunc, method, *inputs, **kwargs))

    def __array_function__(self, func: Any, types: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        return delivered(super().__array_function__(func, types, args, kwargs))


SYMBOLS = Symbols(Expression)


def as_expression(value: Any) -> Expression:
    """A number, an array or an expression as an expression."""
    if isinstance(value, Traced) and value.level.depth > SYMBOLS.depth:
        raise TypeError("a traced value of a running derivative cannot become part of an expression")
    if not isinstance(value, (Traced, bool, int, float, complex, np.ndarray, np.generic)):
        raise TypeError(f"{value!r} is a {type(value).__name__}, not an expression, a number or an array")
    return SYMBOLS.expression(value)


def _content(expression: Box) -> Any:
    """The Var of an expression, or the literal that it is."""
    return SYMBOLS.operand(expression)


def _symbol(value: Any, what: str) -> Var:
    """The Var of a symbol."""
    if not isinstance(value, Expression) or value.name is None:
        raise TypeError(f"{what}: {value!r} is no symbol; make one by wengert.symbols")
    return value.ssa


def delivered(out: Any) -> Any:
    """A result as its user sees it: cells that were written with expressions are expressions."""
    if isinstance(out, (tuple, list)):
        parts = map(delivered, out)
        return type(out)(*parts) if hasattr(out, "_fields") else type(out)(parts)
    if not isinstance(out, Box) or isinstance(out, Expression):
        return out
    out.refresh()
    return SYMBOLS.view(out.ssa) if out.level is SYMBOLS else out.ssa.value if out.level.depth == 0 else out
