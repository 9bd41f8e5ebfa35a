"""Equal eigenvalues told apart: the derivative of V f(w) Vᴴ and the like where eigenvalues or singular values coincide.

Any basis of the space of equal eigenvalues will do, so eigenvectors have no derivative there. What a program makes of
them mostly has one: it does not depend on the basis. In the chain rule it appears as 0/0, the turn of the vectors
`h_ij / (w_j - w_i)` times something that vanishes with the gap, and its value is the limit when the eigenvalues are
drawn apart. So this is what is done: w goes on as `w + t d`, with a direction d that differs between equal eigenvalues,
V as it is, and everything that is computed from them is a power series in t, of which a few terms are kept. It begins
with what NumPy computes; a division by a gap that is zero (the row `ratio`) divides series, and may leave a pole 1/t in
a tangent. At the end the term at t⁰ is the derivative. A pole that is left says that the result does depend on the
basis: its derivative is nan.

For `f(A) = V f(w) Vᴴ` this gives the divided differences of Yu. L. Daletskii and S. G. Krein, "Integration and
differentiation of functions of Hermitian operators", 1956, and it gives the like for every other program.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from wengert.ir import Primitive, dtype_of, shape_of
from wengert.primitives import multiply, times
from wengert.primitives.gaps import CLOSE, ratio
from wengert.record import GROUND, Box, Level
from wengert.transform.push import plus, push, zeros_like
from wengert.transform.series import Series, in_places, leading, linear_term, over, product_term, term

TERMS = 6  # each division by a gap takes one away; second derivatives divide twice
ROUNDING = 1e-9  # a pole that is smaller, relative to the limit and the largest pole on the way, has cancelled
Terms = list[Any]  # coefficients; None for zero


def laurent(terms: Terms, like: Any, low: int = 0, peak: float = 0.0) -> Series:
    """The series with these terms, of which what comes after is not known; `value` is nan where it is not known."""
    while low < 0 and terms and (terms[0] is None or not np.any(terms[0])):
        terms, low = terms[1:], low + 1
    poles = [float(np.max(np.abs(p), initial=0)) for p in terms[: max(-low, 0)] if p is not None]
    if low + len(terms) > 0:
        here = terms[-low] if low <= 0 else None
    else:
        here = np.full(shape_of(like), np.nan, dtype_of(zeros_like(like)))
    return Series(terms, zeros_like(like) if here is None else here, low, peak=max([peak, *poles]))


class Splitting(Level):
    """The level of all series in t, below the recordings of the user's derivatives; it is never closed."""

    __slots__ = ()

    def __init__(self) -> None:
        super().__init__("")
        self.depth = 0.5  # type: ignore[assignment]  # above the ground, below all others

    def process(self, primitive: Primitive, args: tuple[Any, ...], params: dict[str, Any], update: bool = False) -> Any:
        """Apply a primitive to series."""
        if primitive.consume is not None:
            return primitive.evaluate(*args, **params)  # line by line
        xs = tuple([_content(a) for a in args])
        with np.errstate(all="ignore"):
            if primitive.discrete:
                return primitive.evaluate(*map(leading, xs), **params)
            if primitive.split is not None:
                out = primitive.evaluate(*map(leading, xs), **params)
                apart = tell_apart(primitive, out)
                if apart is not out:  # the limit does not depend on the way: its own values are drawn apart instead
                    return apart
            if primitive is ratio and isinstance(xs[1], Series) and _is_line(xs[1]):
                return boxed(_quotient(*xs))
            return boxed(_applied(primitive, xs, params))

    def settled(self, box: Box) -> Any:
        """The limit, nan where there is none."""
        x = box.ssa
        assert isinstance(x, Series)
        limit = np.asarray(x.value)
        bad = np.zeros(limit.shape, bool)
        size = max(x.peak, float(np.max(np.abs(limit), initial=0)))
        for pole in x.terms[: max(-x.low, 0)]:
            if pole is not None:
                bad |= np.abs(pole) > ROUNDING * size
        return np.where(bad, np.nan, limit).astype(limit.dtype)[()] if bad.any() else x.value


SPLITTING = Splitting()


def tell_apart(primitive: Primitive, out: Any) -> Any:
    """The outputs of a decomposition, equal values among them as series in t that differ; as they are if none are."""
    assert primitive.split is not None
    outputs = out if isinstance(out, tuple) else (out,)
    directions = primitive.split(*outputs)
    if all(direction is None for direction in directions):
        return out
    found = tuple(
        one if direction is None else boxed(laurent([one, direction, *[None] * (TERMS - 2)], one))
        for one, direction in zip(outputs, directions, strict=True)
    )
    return found if isinstance(out, tuple) else found[0]


Primitive.tell_apart = staticmethod(tell_apart)


def boxed(x: Any) -> Any:
    """A series as a value of the level; anything else, and a tuple's parts, as they are."""
    if isinstance(x, tuple):
        return tuple(map(boxed, x))
    return Box(SPLITTING, x) if isinstance(x, Series) else x


def _content(value: Any) -> Any:
    if not isinstance(value, Box):
        return value
    value.refresh()
    return value.ssa.value if value.level is GROUND else value.ssa


def _end(xs: Sequence[Any]) -> int:
    return min(x.end for x in xs if isinstance(x, Series))


def _peak(xs: Sequence[Any]) -> float:
    return max((x.peak for x in xs if isinstance(x, Series)), default=0.0)


def _applied(primitive: Primitive, xs: tuple[Any, ...], params: dict[str, Any]) -> Any:
    """A primitive of series: term by term where it is linear, as a product, or by its derivative."""
    moving = [i for i, x in enumerate(xs) if isinstance(x, Series)]
    if primitive.linear_in(moving):
        return _linear(primitive, xs, params)
    if primitive in (multiply, times) or (primitive.linear and not primitive.joint):
        return _product(primitive, xs, moving, params)
    depth = -min(xs[i].low for i in moving)
    if depth <= 0:
        return _regular(primitive, xs, params, _end(xs))
    # Poles occur in tangents only, in which everything is linear: so they are pushed.
    finite, poles = tuple(map(_finite, xs)), tuple([_poles(x, depth) for x in xs])
    y: Any = _regular(primitive, finite, params, max(1, _end(xs)))
    z = _content(push(primitive, boxed(y), tuple(map(boxed, finite)), tuple(map(boxed, poles)), params))
    end = min(_end(xs), (z.end if isinstance(z, Series) else TERMS) - depth)
    return laurent([plus(term(z, k + depth), term(y, k)) for k in range(-depth, end)], y.value, -depth, _peak(xs))


def _linear(primitive: Primitive, xs: tuple[Any, ...], params: dict[str, Any]) -> Any:
    """A linear function maps each term for itself."""
    y0 = primitive.evaluate(*map(leading, xs), **params)
    low = min(x.low for x in xs if isinstance(x, Series))
    return _series(y0, [linear_term(primitive, y0, xs, params, k) for k in range(low, _end(xs))], xs, low)


def _product(primitive: Primitive, xs: tuple[Any, ...], moving: list[int], params: dict[str, Any]) -> Any:
    """A product of series."""
    like = primitive.evaluate(*map(leading, xs), **params)
    factors = [xs[i] for i in moving]
    low = sum(x.low for x in factors)
    end = min(x.end + low - x.low for x in factors)
    multiply = in_places(primitive, xs, moving, params)
    return laurent([product_term(multiply, factors, k) for k in range(low, end)], like, low, _peak(xs))


def _regular(primitive: Primitive, xs: tuple[Any, ...], params: dict[str, Any], end: int) -> Any:
    """The terms, up to `end`, of a primitive of series without poles.

    As `y' = push(x')`, the terms of x and y before the k-th give those of y' before the k-th, and they the k-th of y.
    """
    y0 = primitive.evaluate(*map(leading, xs), **params)
    if end == 1:
        return _series(y0, [y0], xs)
    shorter = tuple([_shortened(x, end - 1) for x in xs])
    moved = tuple([_derivative(x, end) for x in xs])
    y = _applied(primitive, shorter, params) if end > 2 else y0
    dy = push(primitive, boxed(y), tuple(map(boxed, shorter)), tuple(map(boxed, moved)), params)
    dys = dy if isinstance(dy, tuple) else (dy,)
    columns = [tuple([over(term(_content(one), k - 1), k) for one in dys]) for k in range(1, end)]
    return _series(y0, [y0, *(column if isinstance(y0, tuple) else column[0] for column in columns)], xs)


def _is_line(x: Series) -> bool:
    """Whether a series has a term with t and none after it."""
    return x.low == 0 and x.at(1) is not None and all(part is None for part in x.terms[2:])


# -- series ------------------------------------------------------------------------------------------------------------


def _shortened(x: Any, end: int) -> Any:
    """The terms before `end`; a number, if there is only one."""
    if not isinstance(x, Series):
        return x
    return x.value if end == 1 else laurent(x.terms[:end], x.value)


def _derivative(x: Any, end: int) -> Any:
    """The derivative by t of the terms before `end`; `None` for a constant."""
    if not isinstance(x, Series):
        return None
    terms = [None if x.at(k) is None else x.at(k) * k for k in range(1, end)]
    return (terms[0] if len(terms) == 1 else laurent(terms, x.value)) if any(t is not None for t in terms) else None


def _finite(x: Any) -> Any:
    """The terms without poles."""
    if not isinstance(x, Series) or x.low >= 0:
        return x
    return laurent([x.at(k) for k in range(max(1, x.end))], x.value if x.end > 0 else zeros_like(x.value))


def _poles(x: Any, depth: int) -> Any:
    """`t**depth` times the poles, which are few and exact; `None` where there are none."""
    if not isinstance(x, Series) or x.low >= 0:
        return None
    return laurent([x.at(k) if k < 0 else None for k in range(-depth, TERMS)], x.value)


def _series(y0: Any, terms: Sequence[Any], xs: Sequence[Any], low: int = 0) -> Any:
    """The series with these terms; for several outputs a tuple."""
    if isinstance(y0, tuple):
        columns = [[None if part is None else part[i] for part in terms] for i in range(len(y0))]
        return tuple(laurent(column, one, low, _peak(xs)) for one, column in zip(y0, columns, strict=True))
    return laurent(list(terms), y0, low, _peak(xs))


def _quotient(x: Any, gap: Series) -> Any:
    """`x / (g + h t)`, also where g is zero or as near to it as rounding brings two equal eigenvalues.

    Terms of the quotient q follow from `x = (g + h t) q`: upwards, where g is not zero; else downwards, so that nothing
    is divided by g, which gives the quotient at once with what is left over, the pole.
    """
    g, h = gap.value, gap.at(1)
    low, end = (x.low, x.end) if isinstance(x, Series) else (0, gap.end)
    terms = [term(x, k) for k in range(low, end)]
    terms = [zeros_like(leading(x)) if one is None else one for one in terms]
    closed = np.abs(g) <= CLOSE * np.finfo(g.dtype).eps * np.abs(h)
    up, down = [ratio.evaluate(terms[0], g)], [np.zeros_like(terms[0] * g)]
    for one in terms[1:]:
        up.append(ratio.evaluate(one - h * up[-1], g))
    for one in terms[:0:-1]:
        down.append(ratio.evaluate(one - g * down[-1], h))
    down.append(ratio.evaluate(terms[0] - g * down[-1], h))
    parts = [np.where(closed, b, a) for a, b in zip([np.zeros_like(up[0]), *up[:-1]], down[:0:-1], strict=True)]
    return laurent(parts, parts[0], low - 1, _peak((x,)))
