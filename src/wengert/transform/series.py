"""Power series in t: what Taylor mode (taylor.py) and equal eigenvalues (splitting.py) have in common.

Terms are numbers, arrays, or values of outer recordings; `None` stands for a term that is zero.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from wengert.ir import Primitive, Var, bind
from wengert.transform.push import fit, is_sequence, plus, push, zeros_like

More = Callable[[int], Any]


class Series(Var):
    """The series of `terms[k] t**(low + k)`; its `value` is the term at t⁰.

    Terms that come later are computed when they are first asked for, by `more(power)`, which may ask for all earlier
    ones of any series, this one too; where `more` is None they are not known. `slope` is the derivative by t, where it
    is at hand; `peak` the size of the largest pole on the way.
    """

    __slots__ = ("low", "more", "peak", "slope", "terms")

    def __init__(self, terms: list[Any], value: Any, low: int = 0, more: More | None = None, peak: float = 0.0) -> None:
        super().__init__(value)
        self.terms, self.low, self.more, self.peak = terms, low, more, peak
        self.slope: Series | None = None

    @property
    def end(self) -> int:
        """The power of the first term that is not known yet."""
        return self.low + len(self.terms)

    def at(self, power: int) -> Any:
        """The term at a power, `None` for zero."""
        terms, low = self.terms, self.low
        if self.more is not None:
            while low + len(terms) <= power:
                terms.append(nonzero(fit(self.more(low + len(terms)), self.value)))
        return terms[power - low] if low <= power < low + len(terms) else None

    def weaken(self) -> None:
        """Note that the value is a Python number."""
        super().weaken()
        if self.low == 0 and self.terms[0] is not None:
            self.terms[0] = self.value

    def detach(self) -> None:
        """Hold the terms in buffers of their own."""
        self.terms = [None if term is None else term.copy(order="K") for term in self.terms]
        self.value = self.terms[0] if self.terms[0] is not None else self.value
        self.alias = None


def nonzero(x: Any) -> Any:
    """A term, `None` for a number that is zero."""
    return None if isinstance(x, (float, complex)) and x == 0 else x


def leading(x: Any) -> Any:
    """The value at t = 0 of a series or a constant."""
    return x.value if isinstance(x, Series) else x


def term(x: Any, power: int) -> Any:
    """The term at a power in a series or a constant, `None` for zero."""
    if isinstance(x, Series):
        return x.at(power)
    return x if power == 0 else None


def over(x: Any, number: int) -> Any:
    """A term divided by a number."""
    return x if x is None or number == 1 else x / number


def minus(a: Any, b: Any) -> Any:
    """The difference of two terms."""
    if b is None:
        return a
    return -b if a is None else a - b


def derivative(x: Any) -> Any:
    """The derivative by t of a series without poles; `None` for a constant."""
    if not isinstance(x, Series):
        return None
    if x.slope is None:
        first = x.at(1)
        x.slope = Series([first], zeros_like(x.value) if first is None else first)
        if x.more is None:
            x.slope.terms += [_times(k, x.terms[k]) for k in range(2, len(x.terms))]
        else:
            x.slope.more = lambda power: _times(power + 1, x.at(power + 1))
    return x.slope


def _times(number: int, x: Any) -> Any:
    return None if x is None else number * x


def linear_term(primitive: Primitive, y0: Any, xs: Sequence[Any], params: dict[str, Any], power: int) -> Any:
    """A term of a function that is linear in its series: it maps each of them for itself. `y0` is its value at 0."""
    terms = tuple([x.at(power) if isinstance(x, Series) else None for x in xs])
    if power == 0:
        return y0
    if all(one is None for one in terms):
        return None
    return push(primitive, y0, tuple(map(leading, xs)), terms, params)


def in_places(
    primitive: Primitive, xs: Sequence[Any], places: Sequence[int], params: dict[str, Any]
) -> Callable[..., Any]:
    """A primitive as a function of its inputs in these places."""

    def function(*terms: Any) -> Any:
        full = [leading(x) for x in xs]
        for i, one in zip(places, terms, strict=True):
            full[i] = one
        return bind(primitive, tuple(full), params)

    return function


def product_term(multiply: Callable[..., Any], factors: Sequence[Series], power: int) -> Any:
    """A term of a product: the sum of the products of terms whose powers add up to this one."""
    total = None
    for terms in _partitions(factors, power):
        total = plus(total, multiply(*terms))
    return total


def square_term(multiply: Callable[..., Any], x: Series, power: int) -> Any:
    """The same for a product of a series with itself that commutes: every pair of different terms is met twice."""
    total = None
    for k in range(x.low, (power + 1) // 2):
        a, b = x.at(k), x.at(power - k)
        if a is not None and b is not None:
            total = plus(total, multiply(a, b))
    total = None if total is None else 2 * total
    middle = x.at(power // 2) if power % 2 == 0 else None
    return total if middle is None else plus(total, multiply(middle, middle))


def _partitions(factors: Sequence[Series], power: int) -> Iterator[tuple[Any, ...]]:
    """Terms, none of them zero, one of each factor, whose powers add up to this one.

    Of two, the one of the lower power is asked for first: where that is zero, the other one need not be known yet.
    """
    first, *rest = factors
    if not rest:
        last = first.at(power)
        if last is not None:
            yield (last,)
        return
    for k in range(first.low, power - sum(x.low for x in rest) + 1):
        if len(rest) == 1 and 2 * k > power and rest[0].at(power - k) is None:
            continue
        head = first.at(k)
        if head is not None:
            for tail in _partitions(rest, power - k):
                yield (head, *tail)


def zeros_for(x: Any, like: Any) -> Any:
    """A term as a number or an array of its own: zeros where it is `None`."""
    if x is not None:
        return x
    zero = zeros_like(like)
    return zero if is_sequence(zero) else zero[()]


def seal(x: Series) -> None:
    """Let go of what the terms are made from: there will be no further ones."""
    if x.slope is not None:
        x.slope.more = None
    x.more = None
