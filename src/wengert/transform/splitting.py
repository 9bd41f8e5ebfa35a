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

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np

from wengert.ir import Primitive, Var, dtype_of, shape_of
from wengert.primitives import multiply, times
from wengert.primitives.gaps import CLOSE, ratio
from wengert.record import GROUND, Box, Level
from wengert.transform.push import plus, push, zeros_like

TERMS = 6  # each division by a gap takes one away; second derivatives divide twice
ROUNDING = 1e-9  # a pole that is smaller, relative to the limit and the largest pole on the way, has cancelled
Terms = list[Any]  # coefficients; None for zero


class Series(Var):
    """The terms `parts[k] t**(low + k)`; what comes after them is not known.

    `value` is the term at t⁰, nan where it is not known; `peak` the size of the largest pole on the way.
    """

    __slots__ = ("low", "parts", "peak")

    def __init__(self, parts: Terms, like: Any, low: int = 0, peak: float = 0.0) -> None:
        while low < 0 and parts and (parts[0] is None or not np.any(parts[0])):
            parts, low = parts[1:], low + 1
        self.low, self.parts = low, parts
        poles = [float(np.max(np.abs(p), initial=0)) for p in parts[: max(-low, 0)] if p is not None]
        self.peak = max([peak, *poles])
        here = self.at(0) if self.end > 0 else np.full(shape_of(like), np.nan, dtype_of(zeros_like(like)))
        super().__init__(zeros_like(like) if here is None else here)

    @property
    def end(self) -> int:
        """The power of the first term that is not known."""
        return self.low + len(self.parts)

    def at(self, power: int) -> Any:
        """The coefficient of a power, `None` for zero."""
        return self.parts[power - self.low] if self.low <= power < self.end else None


class Splitting(Level):
    """The level of all series in t, below the recordings of the user's derivatives; it is never closed."""

    __slots__ = ()

    def __init__(self) -> None:
        super().__init__("")
        self.depth = 0.5  # type: ignore[assignment]  # above the ground, below all others

    def process(self, primitive: Primitive, args: tuple[Any, ...], params: dict[str, Any], update: bool = False) -> Any:
        """Apply a primitive to series."""
        xs = tuple([_content(a) for a in args])
        with np.errstate(all="ignore"):
            if primitive.discrete:
                return primitive.evaluate(*map(_leading, xs), **params)
            if primitive.split is not None:
                out = primitive.evaluate(*map(_leading, xs), **params)
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
        for pole in x.parts[: max(-x.low, 0)]:
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
        one if direction is None else boxed(Series([one, direction, *[None] * (TERMS - 2)], one))
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


def _leading(x: Any) -> Any:
    return x.value if isinstance(x, Series) else x


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
    return Series([plus(_term(z, k + depth), _term(y, k)) for k in range(-depth, end)], y.value, -depth, _peak(xs))


def _linear(primitive: Primitive, xs: tuple[Any, ...], params: dict[str, Any]) -> Any:
    """A linear function maps each term for itself."""
    leading = tuple(map(_leading, xs))
    y0 = primitive.evaluate(*leading, **params)
    low, end = min(x.low for x in xs if isinstance(x, Series)), _end(xs)
    columns = []
    for power in range(low, end):
        terms = tuple([x.at(power) if isinstance(x, Series) else None for x in xs])
        still = all(term is None for term in terms)
        columns.append(y0 if power == 0 else None if still else push(primitive, y0, leading, terms, params))
    return _series(y0, columns, xs, low)


def _product(primitive: Primitive, xs: tuple[Any, ...], moving: list[int], params: dict[str, Any]) -> Any:
    """A product of series."""
    like = primitive.evaluate(*map(_leading, xs), **params)
    low = sum(xs[i].low for i in moving)
    end = min(xs[i].end + low - xs[i].low for i in moving)
    terms: list[Any] = [None] * max(0, end - low)
    for powers in itertools.product(*(range(xs[i].low, xs[i].end) for i in moving)):
        factors = {i: xs[i].at(k) for i, k in zip(moving, powers, strict=True)}
        if sum(powers) < end and all(factor is not None for factor in factors.values()):
            term = primitive.evaluate(*(factors.get(i, x) for i, x in enumerate(xs)), **params)
            terms[sum(powers) - low] = plus(terms[sum(powers) - low], term)
    return Series(terms, like, low, _peak(xs))


def _regular(primitive: Primitive, xs: tuple[Any, ...], params: dict[str, Any], end: int) -> Any:
    """The terms, up to `end`, of a primitive of series without poles.

    As `y' = push(x')`, the terms of x and y before the k-th give those of y' before the k-th, and they the k-th of y.
    """
    y0 = primitive.evaluate(*map(_leading, xs), **params)
    if end == 1:
        return _series(y0, [y0], xs)
    shorter = tuple([_shortened(x, end - 1) for x in xs])
    moved = tuple([_derivative(x, end) for x in xs])
    y = _applied(primitive, shorter, params) if end > 2 else y0
    dy = push(primitive, boxed(y), tuple(map(boxed, shorter)), tuple(map(boxed, moved)), params)
    dys = dy if isinstance(dy, tuple) else (dy,)
    columns = [tuple([_over(_term(_content(one), k - 1), k) for one in dys]) for k in range(1, end)]
    return _series(y0, [y0, *(column if isinstance(y0, tuple) else column[0] for column in columns)], xs)


def _is_line(x: Series) -> bool:
    """Whether a series has a term with t and none after it."""
    return x.low == 0 and x.at(1) is not None and all(part is None for part in x.parts[2:])


# -- series ------------------------------------------------------------------------------------------------------------


def _term(x: Any, power: int) -> Any:
    """The coefficient of a power in a series or a constant."""
    if isinstance(x, Series):
        return x.at(power)
    return x if power == 0 else None


def _over(term: Any, number: int) -> Any:
    return None if term is None else term / number


def _shortened(x: Any, end: int) -> Any:
    """The terms before `end`; a number, if there is only one."""
    if not isinstance(x, Series):
        return x
    return x.value if end == 1 else Series(x.parts[:end], x.value)


def _derivative(x: Any, end: int) -> Any:
    """The derivative by t of the terms before `end`; `None` for a constant."""
    if not isinstance(x, Series):
        return None
    terms = [None if x.at(k) is None else x.at(k) * k for k in range(1, end)]
    return (terms[0] if len(terms) == 1 else Series(terms, x.value)) if any(t is not None for t in terms) else None


def _finite(x: Any) -> Any:
    """The terms without poles."""
    if not isinstance(x, Series) or x.low >= 0:
        return x
    return Series([x.at(k) for k in range(max(1, x.end))], x.value if x.end > 0 else zeros_like(x.value))


def _poles(x: Any, depth: int) -> Any:
    """`t**depth` times the poles, which are few and exact; `None` where there are none."""
    if not isinstance(x, Series) or x.low >= 0:
        return None
    return Series([x.at(k) if k < 0 else None for k in range(-depth, TERMS)], x.value)


def _series(y0: Any, terms: Sequence[Any], xs: Sequence[Any], low: int = 0) -> Any:
    """The series with these terms; for several outputs a tuple."""
    if isinstance(y0, tuple):
        columns = [[None if term is None else term[i] for term in terms] for i in range(len(y0))]
        return tuple(Series(column, one, low, _peak(xs)) for one, column in zip(y0, columns, strict=True))
    return Series(list(terms), y0, low, _peak(xs))


def _quotient(x: Any, gap: Series) -> Any:
    """`x / (g + h t)`, also where g is zero or as near to it as rounding brings two equal eigenvalues.

    Terms of the quotient q follow from `x = (g + h t) q`: upwards, where g is not zero; else downwards, so that nothing
    is divided by g, which gives the quotient at once with what is left over, the pole.
    """
    g, h = gap.value, gap.at(1)
    low, end = (x.low, x.end) if isinstance(x, Series) else (0, gap.end)
    terms = [_term(x, k) for k in range(low, end)]
    terms = [zeros_like(_leading(x)) if term is None else term for term in terms]
    closed = np.abs(g) <= CLOSE * np.finfo(g.dtype).eps * np.abs(h)
    up, down = [ratio.evaluate(terms[0], g)], [np.zeros_like(terms[0] * g)]
    for term in terms[1:]:
        up.append(ratio.evaluate(term - h * up[-1], g))
    for term in terms[:0:-1]:
        down.append(ratio.evaluate(term - g * down[-1], h))
    down.append(ratio.evaluate(terms[0] - g * down[-1], h))
    parts = [np.where(closed, b, a) for a, b in zip([np.zeros_like(up[0]), *up[:-1]], down[:0:-1], strict=True)]
    return Series(parts, parts[0], low - 1, _peak((x,)))
