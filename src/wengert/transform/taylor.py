"""Taylor mode: a level whose values are power series in t, and the same as list -> list.

From the one rule of a primitive: for `y(t) = f(x(t))` it gives `y' = push(x, x')`, so

    y_k = 1/k [t^(k-1)] push(x(t), x'(t)),

where the rule itself is evaluated on series. It may use y, of which the terms before the k-th are known by then, and
whatever it computes on the way (the cosine in the rule of the sine) is a series in its turn, whose terms are computed
when they are asked for, once. So sine and cosine come out of each other, and order K costs O(K²).

A. Griewank and A. Walther, "Evaluating Derivatives", 2nd ed., SIAM 2008, chapter 13; M. D. McIlroy, "Squinting at power
series", Software: Practice and Experience 20, 1990, for series that define themselves.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from wengert.ir import Primitive, WengertList, bind, bind_update
from wengert.primitives import following
from wengert.record import Box, Level, ground
from wengert.record.box import make_box
from wengert.record.roots import SQUARING, exact_square, remember
from wengert.transform.joint import tangent_type
from wengert.transform.push import along, plus, product, push, slope, zeros_like
from wengert.transform.replay import Replay
from wengert.transform.series import (
    More,
    Series,
    derivative,
    in_places,
    leading,
    linear_term,
    minus,
    nonzero,
    over,
    product_term,
    seal,
    square_term,
    term,
    zeros_for,
)

Values = tuple[Any, ...]
Params = dict[str, Any]
FRAMES = 16  # of Python, that the term of a series calls for a term of another


class Taylor(Level):
    """Every operation computes the terms of its result up to `order`; nothing else is kept."""

    __slots__ = ("_inside", "_known", "order")

    def __init__(self, what: str, order: int) -> None:
        super().__init__(what)
        self.order = order
        self._inside = False  # a rule is being evaluated: its values are computed as far as they are asked for
        self._known: dict[Any, Any] = {}  # the series of one line and of its rule, so that each is computed once

    def lift(self, terms: Sequence[Any]) -> Box:
        """A value of this level with these terms, of which the first one is no `None`; further ones are zero."""
        rest = [None] * (self.order + 1 - len(terms))
        return Box(self, Series([*map(nonzero, terms[: self.order + 1]), *rest], terms[0]))

    def terms(self, value: Any) -> list[Any]:
        """The terms of a result, `None` for zero."""
        if not (isinstance(value, Box) and value.level is self):
            return [value, *[None] * self.order]
        value.refresh()
        x = value.ssa
        assert isinstance(x, Series)
        return [x.value, *(x.at(k) for k in range(1, self.order + 1))]

    def process(self, primitive: Primitive, args: Values, params: Params, update: bool = False) -> Any:
        """Evaluate, and expand."""
        self.check_active()
        exact = exact_square(self, primitive, args) if primitive in SQUARING else None
        shares = not (primitive.linear and primitive.joint)  # as in forward mode: a result may be an argument's term
        contents: list[Any] = []
        for a in args:
            if isinstance(a, Box):
                a.refresh()
                var = a.ssa
                if shares:
                    var.freeze()
                level = a.level
                a = var if level is self else var.value if level.depth == 0 else level.box(level, var)
            contents.append(a)
        xs = tuple(contents)
        if update and isinstance(xs[0], Series) and xs[0].owned:
            return self._update(primitive, xs, params)
        if primitive.lift is not None and not self._inside:
            return self._lifted(primitive, xs, params)
        y = bind(primitive, tuple(map(leading, xs)), params)
        if exact is not None:
            return following(exact, y)
        moving = [i for i, x in enumerate(xs) if isinstance(x, Series) and primitive.moves(i)]
        if primitive.discrete or not moving:
            return tuple(map(ground, y)) if type(y) is tuple else ground(y)
        out = self._found(primitive, xs, params, moving, y)
        if type(out) is tuple:
            return tuple(Box(self, one) for one in out)
        if update:
            out.owned = not self._inside
        box = make_box(self, out, primitive, args, params) if primitive.view and not self._inside else Box(self, out)
        return box if primitive.square is None else remember(box, primitive, args, params)

    def _lifted(self, primitive: Primitive, xs: Values, params: Params) -> Any:
        """A line that holds lists computes its values and all their terms together."""
        rows = [[x.at(k) for k in range(1, self.order + 1)] if isinstance(x, Series) else [] for x in xs]
        given = [
            tuple([zeros_for(one, x.value) for one in row]) if any(one is not None for one in row) else None
            for x, row in zip(xs, rows, strict=True)
        ]
        values = tuple(map(leading, xs))
        if all(row is None for row in given):
            out = bind(primitive, values, params)
            return tuple(map(ground, out)) if type(out) is tuple else ground(out)
        with np.errstate(all="ignore"):
            transform = functools.partial(_series_of, self.order)
            found, terms = primitive.lift(transform, self.order, values, given, params)  # type: ignore[misc]
        out = tuple(ground(y) if row is None else self.lift([y, *row]) for y, row in zip(found, terms, strict=True))
        return out if len(out) != 1 else out[0]

    def _update(self, primitive: Primitive, xs: Values, params: Params) -> Box:
        """Write into buffers of our own, term by term."""
        base, value, *rest = xs
        terms: list[Any] = [bind_update(primitive, tuple(map(leading, xs)), params)]
        for k in range(1, self.order + 1):
            into, what = base.at(k), term(value, k)
            if into is not None or what is not None:
                parts = (zeros_for(into, base.value), zeros_for(what, leading(value)))
                into = bind_update(primitive, (*parts, *map(leading, rest)), params)
            terms.append(into)
        out = Series(terms, terms[0])
        out.owned = True
        return Box(self, out)

    def _found(self, primitive: Primitive, xs: Values, params: Params, moving: list[int], y: Any) -> Any:
        """The series of a line: one at hand, if a rule asks for what is known; up to the last term otherwise."""
        key = (primitive, *map(_identity, xs), *((name, _identity(params[name])) for name in sorted(params)))
        if key in self._known:
            return self._known[key][0]
        out = self._expanded(primitive, xs, params, moving, y)
        self._known[key] = (out, xs, params)  # with all that the key names by its place in memory
        if primitive.partials == (-1,):  # c - x, which undoes itself
            self._known[(primitive, id(out))] = (xs[0],)
        if not self._inside:
            try:
                with np.errstate(all="ignore"), _deep_enough(self.order):
                    for one in _parts(out):
                        for k in range(1, self.order + 1):
                            one.at(k)
            finally:
                for found, *_ in self._known.values():  # they refer to each other
                    for one in _parts(found):
                        seal(one)
                self._known.clear()
        return out

    def _expanded(self, primitive: Primitive, xs: Values, params: Params, moving: list[int], y: Any) -> Any:
        """The series of a line, or of each of its outputs."""
        if type(y) is tuple:
            outs = tuple(Series([nonzero(one)], one) for one in y)
            column = self._column(primitive, xs, params, moving, outs)
            for i, one in enumerate(outs):
                one.more = functools.partial(_entry, column, i)
            return outs
        out = Series([nonzero(y)], y)
        if primitive.undoes is not None and moving != [primitive.undoes[0]]:
            out.more = self._undone(primitive, xs, params, out)
        elif primitive.partials is not None:
            out.more = self._elementwise(primitive, xs, moving, out)
        else:
            out.more = self._column(primitive, xs, params, moving, out)
        return out

    def _elementwise(self, primitive: Primitive, xs: Values, moving: list[int], y: Series) -> More:
        """By the partials. Those that do not depend on t are factors of terms; where two are each other's argument,
        this is a product.
        """
        fixed: list[Any] = [None] * len(xs)

        @functools.cache
        def rule() -> tuple[list[int], Series | None]:
            boxes = [self._box(x) for x in xs]
            slopes: list[Any] = [None] * len(xs)
            for i in moving:
                partial = (primitive.partials or ())[i]
                slopes[i] = self._asked(slope, partial, self._box(y), boxes) if callable(partial) else partial
                if not _belongs(slopes[i], self):
                    fixed[i], slopes[i] = slopes[i], None
            turning = [i for i in moving if slopes[i] is not None]
            if len(turning) == 2 and all(slopes[i] is boxes[j] for i, j in (turning, turning[::-1])):
                return turning, None
            dxs = [self._box(derivative(x)) if s is not None else None for s, x in zip(slopes, xs, strict=True)]
            found = self._content(self._asked(along, slopes, dxs, self._box(y)))
            if len(turning) == len(moving) and isinstance(found, Series):
                y.slope = found
            return [], found

        def more(k: int) -> Any:
            factors, moved = rule()
            dxs = [None if p is None else term(x, k) for p, x in zip(fixed, xs, strict=True)]
            still = along(fixed, dxs, y.value)
            if not factors:
                return plus(still, over(term(moved, k - 1), k))
            a, b = (xs[i] for i in factors)
            return plus(still, square_term(product, a, k) if a is b else product_term(product, (a, b), k))

        return more

    def _column(self, primitive: Primitive, xs: Values, params: Params, moving: list[int], y: Any) -> More:
        """The terms of all outputs at a power: of a linear function, a product, or by the `jvp`."""
        y0 = tuple(map(leading, y)) if type(y) is tuple else y.value
        if primitive.linear_in(moving):
            return functools.cache(lambda k: linear_term(primitive, y0, xs, params, k))
        if primitive.linear and not primitive.joint:
            multiply, factors = in_places(primitive, xs, moving, params), [xs[i] for i in moving]
            return lambda k: product_term(multiply, factors, k)

        @functools.cache
        def rule() -> Any:
            boxes, moves = tuple(map(self._box, xs)), tuple([self._box(derivative(x)) for x in xs])
            ys = tuple(map(self._box, y)) if type(y) is tuple else self._box(y)
            moved = self._asked(push, primitive, ys, boxes, moves, params)
            return tuple(map(self._content, moved)) if type(moved) is tuple else self._content(moved)

        def more(k: int) -> Any:
            moved = rule()
            if type(y) is tuple:
                return None if moved is None else tuple([over(term(one, k - 1), k) for one in moved])
            return over(term(moved, k - 1), k)

        return more

    def _undone(self, primitive: Primitive, xs: Values, params: Params, y: Series) -> More:
        """Of the solution y of `F(y, p) = x`, linear in y and in p: `F(y_k, p_0) = x_k - Σ F(y_(k-j), p_j)` over j ≥ 1,
        and F is undone at p_0 by the line itself.
        """
        assert primitive.undoes is not None
        index, function = primitive.undoes
        base = tuple(map(leading, xs))
        others = [i for i, x in enumerate(xs) if isinstance(x, Series) and i != index]

        def more(k: int) -> Any:
            moved = term(xs[index], k)
            for j in range(1, k + 1):
                earlier, p = y.at(k - j), {i: xs[i].at(j) for i in others}
                if earlier is not None and any(one is not None for one in p.values()):
                    inputs = [zeros_for(p[i], x) if i in p else x for i, x in enumerate(base)]
                    moved = minus(moved, function(earlier, *inputs, **params))
            dxs = tuple([moved if i == index else None for i in range(len(xs))])
            return None if moved is None else push(primitive, y.value, base, dxs, params)

        return more

    def _asked(self, rule: Callable[..., Any], *args: Any, **params: Any) -> Any:
        """What a rule gives for series, as series of which no more is computed than is asked for."""
        before, self._inside = self._inside, True
        try:
            return rule(*args, **params)
        finally:
            self._inside = before

    def _box(self, x: Any) -> Any:
        return Box(self, x) if isinstance(x, Series) else x

    def _content(self, value: Any) -> Any:
        """A result of a rule: a series, or what does not depend on t."""
        if not isinstance(value, Box):
            return value
        value.refresh()
        return value.ssa if value.level is self else value.ssa.value if value.level.depth == 0 else value


def _belongs(value: Any, level: Level) -> bool:
    if not isinstance(value, Box):
        return False
    value.refresh()
    return value.level is level


@contextmanager
def _deep_enough(order: int) -> Iterator[None]:
    """Let calls nest as deep as the rules of a power do, in which every order is a series of its own."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, before + FRAMES * (order - 40)))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)


def _parts(found: Any) -> tuple[Series, ...]:
    return found if type(found) is tuple else (found,)


def _entry(column: More, i: int, k: int) -> Any:
    found = column(k)
    return None if found is None else found[i]


def _identity(x: Any) -> Any:
    """What tells two inputs of a line apart; numbers by their kind and text, as 0.0 differs from -0.0."""
    if type(x) in (float, complex, int, bool, str) or isinstance(x, np.generic):
        return (type(x), repr(x))
    return id(x.ssa) if isinstance(x, Box) else id(x)


@functools.lru_cache(maxsize=1024)
def _series_of(order: int, wl: WengertList, moving: tuple[bool, ...], moved: tuple[bool, ...]) -> WengertList:
    return taylor(wl, order, moving, moved)


def taylor(
    wl: WengertList, order: int, moving: Sequence[bool] | None = None, moved: Sequence[bool] | None = None
) -> WengertList:
    """The list that computes terms of the outputs up to an order from those of the inputs.

    It takes `(*inputs, *terms of the moving ones)` and gives `(*outputs, *terms of the moved ones)`, for each of these
    its terms at t¹, …, t^order in a row. By default all inputs of floats move, and all outputs do.
    """
    replay = Replay("taylor")
    level = Taylor("taylor", order)
    inputs = [replay.level.add_input(var.type) for var in wl.inputs]
    names = list(wl.names) + [""] * (len(inputs) - len(wl.names))
    for i, var in enumerate(wl.inputs):
        if moving[i] if moving is not None else var.type.dtype.kind in "fc":
            kind = tangent_type(var.type)
            inputs[i] = level.lift([inputs[i], *(replay.level.add_input(kind) for _ in range(order))])
            names += [f"{names[i]}_{k}" if names[i] else "" for k in range(1, order + 1)]
    replay.run(wl, inputs, lambda primitive, xs, params, line: bind(primitive, xs, params))
    rows = [level.terms(out) for out in replay.outputs(wl)]
    level.close()
    terms = [
        zeros_like(row[0]) if one is None else one
        for row, flag in zip(rows, (True,) * len(rows) if moved is None else moved, strict=True)
        if flag
        for one in row[1:]
    ]
    return replay.finish([*(row[0] for row in rows), *terms], tuple(names) if wl.names else ())
