"""Dual numbers, `value + eps·ε` with ε² = 0.

W. K. Clifford, "Preliminary sketch of biquaternions", Proc. London Math. Soc. 4, 1873; as a way to differentiate
programs: L. B. Rall, "The arithmetic of differentiation", Mathematics Magazine 59(5), 1986.
"""

from __future__ import annotations

import numbers
from collections.abc import Iterator
from typing import Any

import numpy as np

from wengert.dual.level import Infinitesimals
from wengert.dual.text import SUBSCRIPTS, text, written_out
from wengert.functions import as_array
from wengert.ir import Traced, dtype_of, shape_of
from wengert.read import known
from wengert.record import Box, plain
from wengert.transform import fit
from wengert.transform.ends import own, zeros_of
from wengert.transform.forward import Dotted


@known
class Dual(Box):
    """A dual number `value + eps·ε`, where ε is not zero but its square is.

    What is computed from dual numbers carries the derivative in its ε: `f(x + ε) = f(x) + f'(x)·ε`. Operators, every
    function of NumPy and SciPy that can be differentiated here, indexing and writing in place take them as they take
    arrays. Comparisons, `bool` and the choice of a branch look at the value.

    Parameters
    ----------
    value
        A number or an array of floats or complex numbers; integers are taken as floats. It may hold dual numbers in its
        turn: the new ε is then another one, and their products are kept (`ε·ε′`), which gives second derivatives.
    eps
        The coefficient of ε, of the shape of `value` or broadcast to it. A tuple gives several, `ε₁, ε₂, ...`, the
        products of which are zero: one for each variable of a gradient.
    symbol
        The name of the ε, or a tuple of names. Numbers of the same name share their ε; different names are
        independent of each other, and products of them are kept.

    Raises
    ------
    TypeError
        For what is no number; by `float(x)` and everything else that would lose the ε. A number without any, such as
        `Dual(3.0)`, may be converted.
    ValueError
        For an `eps` that does not fit the shape of `value`, and a `symbol` that occurs in it already.

    Notes
    -----
    `math.sin(x)` asks for a plain number and never tells us: write `np.sin`, or let the function be read by
    `wengert.traceable`. An ε that is meant to be apart from all others, as in a derivative inside of a derivative, is
    what each call of `wengert.jvp` makes.

    Examples
    --------
    >>> import numpy as np, wengert as wg
    >>> print(wg.Dual(3, 4) * wg.Dual(5, 7))
    15.0 + 41.0ε
    >>> print(np.sin(wg.Dual(0.0, 2.0)))
    0.0 + 2.0ε
    >>> x, y = wg.Dual.variables(3.0, 4.0)
    >>> print(x*x*y + y + 2)
    42.0 + 24.0ε₁ + 10.0ε₂
    >>> print(wg.Dual(wg.Dual(2.0, 1.0), 1.0) ** 3)
    8.0 + 12.0ε + 12.0ε′ + 12.0εε′
    """

    __slots__ = ()

    def __init__(self, value: Any, eps: Any = None, symbol: str | tuple[str, ...] | None = None) -> None:
        several = isinstance(eps, tuple)
        held: Any = _number(value, "value")
        coefficients = [None if one is None else _number(one, "eps") for one in (eps if several else (eps,))]
        if dtype_of(held).kind != "c" and any(one is not None and dtype_of(one).kind == "c" for one in coefficients):
            held = held + 0j
        tangents = tuple([None if one is None else _fitting(one, held) for one in coefficients])
        level = Infinitesimals(_symbols(symbol, len(tangents) if several else None, _taken(held, *coefficients)))
        super().__init__(level, Dotted(held, None if all(one is None for one in tangents) else tangents))

    @classmethod
    def variables(cls, *values: Any) -> tuple[Dual, ...]:
        """Numbers and arrays as independent variables: each number in them gets an ε of its own.

        The products of these ε are zero, so that what is computed has the gradient in its `eps`.

        Examples
        --------
        >>> import wengert as wg
        >>> x, y = wg.Dual.variables(3.0, 4.0)
        >>> (x*x*y + y + 2).eps
        (24.0, 10.0)
        """
        given = [_number(value, "value") for value in values]
        total = sum(int(np.size(value)) for value in given)
        if not total:
            raise ValueError("Dual.variables: there is no number among the values")
        out, first = [], 0
        for value in given:
            size, shape = int(np.size(value)), shape_of(value)
            basis = np.zeros((total, *shape), dtype_of(value))
            basis.reshape(total, size)[range(first, first + size), range(size)] = 1
            out.append(cls(value, tuple(one if shape else one.item() for one in basis) if total > 1 else basis[0]))
            first += size
        return tuple(out)

    @property
    def value(self) -> Any:
        """The number without ε."""
        self.refresh()
        return _given_out(self.ssa.value)

    @property
    def eps(self) -> Any:
        """The coefficient of ε; a tuple of them where there are several."""
        value, tangents = self._parts()
        found = tuple([_coefficient(tangent, value) for tangent in tangents])
        return found if len(found) > 1 else found[0]

    @property
    def symbols(self) -> tuple[str, ...]:
        """The names of the ε whose coefficients `eps` has."""
        return self.level.symbols

    def part(self, symbol: str) -> Any:
        """The coefficient of an ε by its name, also of one inside: zero for one that does not occur.

        Examples
        --------
        >>> import wengert as wg
        >>> x, y = wg.Dual(3.0, 1.0, "a"), wg.Dual(4.0, 1.0, "b")
        >>> z = x*x*y
        >>> print(z, "|", z.part("a"), "|", z.part("a").part("b"))
        36.0 + 24.0a + 9.0b + 6.0ab | 24.0 + 6.0b | 6.0
        """
        eps = self.eps if len(self.symbols) > 1 else (self.eps,)
        if symbol in self.symbols:
            return eps[self.symbols.index(symbol)]
        inside = (self.value, *eps)
        value, *parts = (x.part(symbol) if isinstance(x, Dual) else _coefficient(None, x) for x in inside)
        return Dual(value, tuple(parts), self.symbols) if any(isinstance(x, Dual) for x in inside) else value

    # -- conversions ---------------------------------------------------------------------------------------------------

    def is_followed(self) -> bool:
        """Whether there is an ε to lose."""
        value, tangents = self._parts()
        return any(t is not None for t in tangents) or (isinstance(value, Box) and value.is_followed())

    def _parts(self) -> tuple[Any, tuple[Any, ...]]:
        """The value and the coefficients, `None` for zero."""
        self.refresh()
        var: Any = self.ssa
        return var.value, var.tangent or (None,) * len(self.symbols)

    def grounded(self, out: Any) -> Any:
        """A result with its plain arrays of floats as constants, which may be written with dual numbers."""
        if isinstance(out, (tuple, list)):
            return type(out)(map(self.grounded, out)) if type(out) in (tuple, list) else out
        return self.level.constant(out) if isinstance(out, np.ndarray) else out

    def __str__(self) -> str:
        return text(self)

    def __format__(self, spec: str) -> str:
        return text(self, spec)

    def __repr__(self) -> str:
        value, eps, symbol = self._arguments()
        arguments = [written_out(value)]
        if eps is not None:
            arguments.append(f"({', '.join(map(written_out, eps))})" if isinstance(eps, tuple) else written_out(eps))
        count = len(self.symbols) if isinstance(symbol, tuple) else None
        if self.symbols != _symbols(None, count, _taken(self._parts())):
            arguments.append(f"symbol={symbol!r}")
        return f"Dual({', '.join(arguments)})"

    def __copy__(self) -> Any:
        return self.snapshot()

    def __deepcopy__(self, memo: Any) -> Any:
        return self.snapshot()

    def __reduce_ex__(self, protocol: Any) -> Any:
        return Dual, self._arguments()

    def _arguments(self) -> tuple[Any, Any, Any]:
        """What makes an equal number."""
        if len(self.symbols) > 1:
            return self.value, self.eps, self.symbols
        _, (tangent,) = self._parts()
        return self.value, None if tangent is None else self.eps, self.symbols[0]


def _cell(level: Any, var: Any) -> Dual:
    """A number of a level that exists already."""
    box = Dual.__new__(Dual)
    Box.__init__(box, level, var)
    return box


Infinitesimals.box = staticmethod(_cell)


def families(x: Any) -> Iterator[tuple[str, ...]]:
    """The ε in a number, those further in first."""
    if isinstance(x, tuple):
        for part in x:
            yield from families(part)
    elif isinstance(x, Traced):
        x.refresh()
        yield from families((x.ssa.value, getattr(x.ssa, "tangent", None)))
        if isinstance(x.level, Infinitesimals):
            yield x.level.symbols


def _taken(*parts: Any) -> set[str]:
    """The names of the ε in some numbers."""
    return {name for family in families(parts) for name in family}


def _number(x: Any, what: str) -> Any:
    """A number or an array of floats or complex numbers that is ours."""
    if isinstance(x, Box):
        x = plain(x.snapshot())
    if isinstance(x, (list, tuple)):
        x = as_array(x)
    elif isinstance(x, numbers.Real) and not isinstance(x, (bool, float, np.generic)):
        x = float(x)  # an int, a fraction
    kind = dtype_of(x).kind if isinstance(x, (Traced, float, complex, np.ndarray, np.generic)) else ""
    if not kind or kind not in "fciu":
        found = f"an array of dtype {x.dtype}" if kind else f"a {type(x).__name__}"
        raise TypeError(f"Dual: {what} is {found}; a dual number is made of floats or complex numbers, or arrays")
    if kind in "iu":
        return np.astype(x, np.float64) if isinstance(x, np.ndarray) else np.float64(x)
    return x.copy(order="K") if isinstance(x, np.ndarray) else x


def _fitting(eps: Any, value: Any) -> Any:
    """A coefficient in the shape and dtype of its value."""
    shape = shape_of(value)
    if shape_of(eps) != shape:
        try:
            if np.broadcast_shapes(shape_of(eps), shape) != shape:
                raise ValueError
        except ValueError:
            raise ValueError(
                f"Dual: eps has shape {shape_of(eps)}, the value has shape {shape}. For several ε give a tuple of "
                "coefficients, or see Dual.variables"
            ) from None
        eps = np.copy(np.broadcast_to(eps, shape))
    return fit(eps, value)


def _symbols(given: str | tuple[str, ...] | None, count: int | None, taken: set[str]) -> tuple[str, ...]:
    """The names of the ε of a new number: without a wish, such as do not occur in it yet."""
    if given is None:
        prime = ""
        while True:
            names = ("ε" + prime,) if count is None else tuple(f"ε{_subscript(i + 1)}{prime}" for i in range(count))
            if taken.isdisjoint(names):
                return names
            prime += "′"
    names = (given,) if isinstance(given, str) else given
    if not isinstance(names, tuple) or not all(isinstance(name, str) and name for name in names):
        raise TypeError(f"Dual: symbol={given!r}: give the name of the ε, or a tuple of names")
    if len(names) != (count or 1) or len(set(names)) != len(names):
        raise ValueError(f"Dual: {len(names)} symbols {names} were given for {count or 1} coefficients of ε")
    if not taken.isdisjoint(names):
        raise ValueError(f"Dual: the symbol {min(taken.intersection(names))!r} occurs in the value or in eps already")
    return names


def _subscript(number: int) -> str:
    return str(number).translate(SUBSCRIPTS)


def _coefficient(tangent: Any, value: Any) -> Any:
    """A coefficient as its caller gets it: `None` as zero, a scalar beside a scalar."""
    out = own(_given_out(zeros_of(value) if tangent is None else tangent), value)
    return out[()] if type(out) is np.ndarray and not out.shape and not isinstance(value, np.ndarray) else out


def _given_out(x: Any) -> Any:
    """A part of a number as its caller gets it, who may write into it."""
    x = plain(x.snapshot()) if isinstance(x, Box) else x
    return x.copy(order="K") if isinstance(x, np.ndarray) else x
