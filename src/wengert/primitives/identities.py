"""Identities of real numbers: the `identities` column of arithmetic rows, which symbolic expressions use.

They hold up to rounding wherever both sides are defined: `x - x` is 0, although it is nan for x = inf. Signs and
numbers move outward, so that a sum takes up a sign as a difference, and a product folds its numbers into one.

In a product of the chain rule (`times`, `over`) an exact zero still wins: `times` never becomes a plain product or
quotient of two unknowns here.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from wengert.ir import Primitive, Step, Var
from wengert.primitives.simplifications import is_number, made_by, step
from wengert.primitives.ufuncs import UFUNCS

Rule = Callable[..., Any]
LARGEST = sys.float_info.max


# -- parts of an input -------------------------------------------------------------------------------------------------


def bare(x: Any) -> bool:
    """Whether no sign, number or quotient can be taken out of an input: told quickly, as it holds for most."""
    if type(x) is not Var:
        return False
    if x.origin is None:
        return True
    row = x.origin.primitive
    if row is UFUNCS[np.multiply]:
        first, second = x.origin.inputs
        return type(first) is Var and type(second) is Var
    return row is not UFUNCS[np.negative] and row is not UFUNCS[np.divide]


def opposite(x: Any) -> Any:
    """u with x = -u, where x is a negative or has a negative number in front; `None` for any other input."""
    inner = made_by(x, np.negative)
    if inner:
        return inner[0]
    for ufunc in (np.multiply, np.divide):
        inner = made_by(x, ufunc)
        if inner and is_number(inner[0]) and inner[0] < 0:
            return step(ufunc, -inner[0], inner[1])
    return None


def coefficient(x: Any) -> tuple[Any, Any]:
    """(c, u) with x = c·u for a number c."""
    inner = made_by(x, np.multiply)
    if inner:
        if is_number(inner[0]):
            return inner  # type: ignore[return-value]
        if is_number(inner[1]):
            return inner[1], inner[0]
    inner = made_by(x, np.negative)
    return (-1, inner[0]) if inner else (1, x)


def safe(number: Any) -> Any:
    """A folded number, `None` where folding it overflows or vanishes."""
    return number if finite(number) and number != 0 else None


def finite(number: Any) -> bool:
    """Whether a number, an int of any size too, is a finite double."""
    return bool(abs(number) <= LARGEST)


# -- the rules ---------------------------------------------------------------------------------------------------------


def negated(x: Any) -> Any:
    """-(a - b) = b - a, -(c·u) = (-c)·u, -(c/u) = (-c)/u."""
    found = opposite(x)
    if found is not None:
        return found
    inner = made_by(x, np.subtract)
    if inner:
        return step(np.subtract, inner[1], inner[0])
    for ufunc in (np.multiply, np.divide):
        inner = made_by(x, ufunc)
        if inner and is_number(inner[0]):
            return step(ufunc, -inner[0], inner[1])
    return None


def added(x: Any, y: Any) -> Any:
    """0 + y = y, u + u = 2·u, x + (-v) = x - v, c·u + d·u = (c + d)·u, (u + c) + d = u + (c + d)."""
    if is_number(x, 0):
        return y
    if is_number(y, 0):
        return x
    if x is y:
        return step(np.multiply, 2, x)
    if bare(x) and bare(y):
        return None
    u = opposite(y)
    if u is not None:
        return step(np.subtract, x, u)
    u = opposite(x)
    if u is not None:
        return step(np.subtract, y, u)
    return _like_terms(x, y, 1) or _constants(x, y)


def subtracted(x: Any, y: Any) -> Any:
    """x - 0 = x, 0 - y = -y, u - u = 0, x - (-v) = x + v, (-u) - y = -(u + y), c·u - d·u = (c - d)·u."""
    if is_number(y, 0):
        return x
    if is_number(x, 0):
        return step(np.negative, y)
    if x is y:
        return 0.0
    if bare(x) and bare(y):
        return None
    u = opposite(y)
    if u is not None:
        return step(np.add, x, u)
    u = opposite(x)
    if u is not None:
        return step(np.negative, step(np.add, u, y))
    return _like_terms(x, y, -1)


def _like_terms(x: Any, y: Any, sign: int) -> Any:
    (c, u), (d, v) = coefficient(x), coefficient(y)
    if u is not v or type(u) is not Var:
        return None
    total = c + sign * d
    return step(np.multiply, total, u) if finite(total) else None


def _constants(x: Any, y: Any) -> Any:
    for number, other in ((x, y), (y, x)):
        inner = is_number(number) and made_by(other, np.add)
        if inner:
            for c, u in (inner, inner[::-1]):
                if is_number(c) and finite(c + number):
                    return step(np.add, u, c + number)
    return None


def multiplied(x: Any, y: Any, product: Primitive | None = None, quotient: Primitive | None = None) -> Any:
    """0·y = 0, (-u)·y = -(u·y), c·(d·u) = (c·d)·u, (c·u)·(d·v) = (c·d)·(u·v), a·(1/y) = a/y.

    `product` and `quotient` are the rows for what is left of the inputs.
    """
    if bare(x) and bare(y):
        return None
    if is_number(x) or is_number(y):
        return _times_number(x, y) if is_number(x) else _times_number(y, x)
    u, v = opposite(x), opposite(y)
    if u is not None or v is not None:
        inner = _step(product, np.multiply, x if u is None else u, y if v is None else v)
        return inner if u is not None and v is not None else step(np.negative, inner)
    for a, fraction in ((x, y), (y, x)):
        inner = made_by(fraction, np.divide)
        if inner and is_number(inner[0], 1):
            return _step(quotient, np.divide, a, inner[1])
    (c, u), (d, v) = coefficient(x), coefficient(y)
    if c != 1 and d != 1:
        folded = safe(c * d)
        return folded and step(np.multiply, folded, _step(product, np.multiply, u, v))
    for number, rest, factor in ((c, u, y), (d, v, x)):
        inner = number != 1 and made_by(factor, np.divide)
        if inner and is_number(inner[0]) and safe(number * inner[0]):
            return step(np.multiply, number * inner[0], _step(quotient, np.divide, rest, inner[1]))
    return None


def _times_number(c: Any, x: Any) -> Any:
    if c == 0:
        return 0.0
    if c == 1:
        return x
    if c == -1:
        return step(np.negative, x)
    d, u = coefficient(x)
    if d != 1:
        folded = safe(c * d)
        return folded and step(np.multiply, folded, u)
    inner = made_by(x, np.divide)
    if inner and is_number(inner[0]) and safe(c * inner[0]):
        return step(np.divide, c * inner[0], inner[1])
    if inner and is_number(inner[1]) and inner[1] != 0 and safe(c / inner[1]):
        return step(np.multiply, c / inner[1], inner[0])
    return None


def chain_multiplied(product: Primitive, quotient: Primitive, x: Any, y: Any) -> Any:
    """What holds for products of the chain rule, whose quotient is `over`.

    Beside a finite number that is not zero it is an ordinary product.
    """
    if bare(x) and bare(y):
        return None
    for a, fraction in ((x, y), (y, x)):
        if is_number(a):
            found = _times_number(a, fraction)
            return step(np.multiply, a, fraction) if found is None and a != 0 and finite(a) else found
    return multiplied(x, y, product, quotient)


def divided(x: Any, y: Any, quotient: Primitive | None = None) -> Any:
    """0/y = 0, x/1 = x, (-u)/y = -(u/y), (c·u)/d = (c/d)·u, c/(d·u) = (c/d)/u, (c·u)/(d·v) = (c/d)·(u/v)."""
    if bare(x) and bare(y):
        return None
    if is_number(x, 0):
        return 0.0
    if is_number(y, 1):
        return x
    if is_number(y, -1):
        return step(np.negative, x)
    u, v = opposite(x), opposite(y)
    if u is not None or v is not None:
        inner = _step(quotient, np.divide, x if u is None else u, y if v is None else v)
        return inner if u is not None and v is not None else step(np.negative, inner)
    (c, u), (d, v) = coefficient(x), coefficient(y)
    if is_number(x) and quotient is not None:
        return step(np.divide, x, y)
    if is_number(y):
        return step(np.multiply, c / y, u) if c != 1 and y != 0 and safe(c / y) else None
    if d == 1:
        return None
    if is_number(x):
        return step(np.divide, x / d, v) if safe(x / d) else None
    return step(np.multiply, c / d, _step(quotient, np.divide, u, v)) if c != 1 and safe(c / d) else None


def raised(x: Any, y: Any) -> Any:
    """x**0 = 1, x**1 = x, 1**y = 1, (-u)**n = u**n for even n, (u**m)**n = u**(m·n) for whole m and n."""
    if is_number(y, 0) or is_number(x, 1):
        return 1.0
    if is_number(y, 1):
        return x
    if not is_number(y) or y != round(y):
        return None
    inner = made_by(x, np.negative)
    if inner and y % 2 == 0:
        return step(np.power, inner[0], y)
    inner = made_by(x, np.power)
    whole = inner and is_number(inner[1]) and inner[1] == round(inner[1])
    return step(np.power, inner[0], inner[1] * y) if inner and whole and inner[1] * y > 0 else None


def _step(row: Primitive | None, ufunc: np.ufunc, *inputs: Any) -> Step:
    return step(ufunc, *inputs) if row is None else Step(row, inputs)
