"""Simplification of whole expressions: like terms and like factors, functions after their inverses, sin² + cos².

What comes out never takes more operations than what went in. The identities hold for real numbers, where what went in
is defined: `exp(log(x))` becomes `x`, `x / x` becomes 1.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from wengert.ir import Line, Step, Var
from wengert.primitives import UFUNCS, divide, multiply, over, power, times
from wengert.primitives.simplifications import is_number
from wengert.symbolic.collect import Term, collected
from wengert.symbolic.level import Store, shaped
from wengert.symbolic.walk import operations, origin_of, walk

ROUNDS = 8
SQRT = UFUNCS[np.sqrt]
PRODUCTS = frozenset({multiply, times, divide, over})
# f after g is the identity wherever g is defined.
INVERSES = {
    (UFUNCS[f], UFUNCS[g])
    for f, g in (
        (np.exp, np.log), (np.log, np.exp), (np.exp2, np.log2), (np.log2, np.exp2), (np.expm1, np.log1p),
        (np.log1p, np.expm1), (np.sin, np.arcsin), (np.cos, np.arccos), (np.tan, np.arctan), (np.sinh, np.arcsinh),
        (np.arcsinh, np.sinh), (np.cosh, np.arccosh), (np.tanh, np.arctanh), (np.arctanh, np.tanh),
        (np.reciprocal, np.reciprocal), (np.deg2rad, np.rad2deg), (np.rad2deg, np.deg2rad),
    )
}  # fmt: skip
SQUARES = ((np.sin, np.cos, 1), (np.cosh, np.sinh, -1))  # f² + sign g² = 1


def simplified(store: Store, outputs: Sequence[Any]) -> list[Any]:
    """The same values by fewer operations, or as they are."""
    best, fewest = list(outputs), operations(walk(outputs)[1])
    now = best
    for _ in range(ROUNDS):
        before, now = now, collected(store, _with_like_factors(store, now), pairs=_squares)
        count = operations(walk(now)[1])
        if count < fewest or (count == fewest and now != best):
            best, fewest = now, count
        if now == before:
            break
    return best


# -- factors -----------------------------------------------------------------------------------------------------------


def _with_like_factors(store: Store, outputs: Sequence[Any]) -> list[Any]:
    """The same values, with powers of one base in one product made one power, and inverse functions undone."""
    _, lines = walk(outputs)
    uses = Counter(x for line in lines for x in line.inputs if type(x) is Var)
    uses.update(x for x in outputs if type(x) is Var)
    inner = {
        x
        for line in lines
        if line.primitive in PRODUCTS
        for x in line.inputs
        if type(x) is Var and uses[x] == 1 and x.type.shape == line.outputs[0].type.shape
    }
    become: dict[Any, Any] = {}
    for line in lines:
        inputs = tuple([become.get(x, x) if type(x) is Var else x for x in line.inputs])
        (*_, var) = line.outputs
        found = _undone(line, inputs)
        if found is None and line.primitive in PRODUCTS and var not in inner:
            found = _like_factors(store, var, inner, become)
        if found is not None:
            become[var] = found
        elif inputs != line.inputs:
            become.update(zip(line.outputs, store.append(line.primitive, inputs, line.params, None), strict=True))
    return [become.get(x, x) if type(x) is Var else x for x in outputs]


def _undone(line: Line, inputs: tuple[Any, ...]) -> Any:
    x = inputs[0] if len(inputs) == 1 else None
    if type(x) is not Var or x.origin is None or (line.primitive, x.origin.primitive) not in INVERSES:
        return None
    return x.origin.inputs[0]


def _like_factors(store: Store, root: Var, inner: set[Var], become: dict[Any, Any]) -> Any:
    """A product with one power for each base; `None` if it is so already."""
    number, zero_wins = 1.0, False
    powers: dict[Any, float] = {}
    stack: list[tuple[float, Any]] = [(1, root)]
    count = 0
    while stack:
        exponent, x = stack.pop()
        x = become.get(x, x) if x is not root and x not in inner else x
        if is_number(x) and (x != 0 or exponent > 0):
            number *= x**exponent
            continue
        primitive, inputs = (origin_of(x).primitive, origin_of(x).inputs) if type(x) is Var else (None, ())
        whole = float(exponent).is_integer()
        if primitive in PRODUCTS and whole and (x is root or x in inner):
            zero_wins = zero_wins or primitive in (times, over)
            stack += [(-exponent if primitive in (divide, over) else exponent, inputs[1]), (exponent, inputs[0])]
        elif primitive is power and is_number(inputs[1]) and whole:
            count += 1
            base = become.get(inputs[0], inputs[0])
            powers[base] = powers.get(base, 0) + exponent * inputs[1]
        elif primitive is SQRT and whole:
            count += 1
            base = become.get(inputs[0], inputs[0])
            powers[base] = powers.get(base, 0) + exponent / 2
        else:
            count += 1
            powers[x] = powers.get(x, 0) + exponent
    if len(powers) == count or not math.isfinite(number):
        return None
    product, quotient = (times, over) if zero_wins else (multiply, divide)
    above = [_power(base, exponent) for base, exponent in powers.items() if exponent > 0]
    below = [_power(base, -exponent) for base, exponent in powers.items() if exponent < 0]
    found = _product(store, above, product)
    if below:
        found = Step(quotient, (1.0 if found is None else found, _product(store, below, multiply)))
    if found is None:  # everything has cancelled
        return shaped(_whole(number), root)
    return shaped(store.record(Step(multiply, (_whole(number), found))), root)


def _power(base: Any, exponent: float) -> Any:
    if exponent == 0.5:
        return Step(SQRT, (base,))
    return base if exponent == 1 else Step(power, (base, _whole(exponent)))


def _product(store: Store, factors: Sequence[Any], row: Any) -> Any:
    found: Any = None
    for factor in factors:
        found = store.record(factor if found is None else Step(row, (found, factor)))
    return found


def _whole(number: float) -> Any:
    return int(number) if float(number).is_integer() and abs(number) < 2**53 else number


# -- sin² + cos² -------------------------------------------------------------------------------------------------------


def _squares(terms: Sequence[Term]) -> list[Term] | None:
    """The terms of a sum with sin²u + cos²u, or cosh²u - sinh²u, in one; `None` if there are none."""
    places = {(term.base, term.number): i for i, term in enumerate(terms) if type(term.base) is Var}
    for i, term in enumerate(terms):
        inner = _squared(term.base)
        if inner is None:
            continue
        for f, g, sign in SQUARES:
            if origin_of(inner).primitive is not UFUNCS[f]:
                continue
            for (base, number), j in places.items():
                other = _squared(base)
                if (
                    other is not None
                    and number == sign * term.number
                    and origin_of(other).primitive is UFUNCS[g]
                    and origin_of(other).inputs == origin_of(inner).inputs
                ):
                    rest = [one for k, one in enumerate(terms) if k not in (i, j)]
                    return [*rest, Term(term.number, None, 1, term.number)]
    return None


def _squared(base: Any) -> Any:
    """u with base = u², where u is a value of a function."""
    if type(base) is not Var or base.origin is None or base.origin.primitive is not power or base.origin.inputs[1] != 2:
        return None
    inner = base.origin.inputs[0]
    return inner if type(inner) is Var and inner.origin is not None else None
