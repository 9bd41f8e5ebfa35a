"""Programs with loops and choices, written once: as lines that hold lists, and unrolled in Python to compare with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from wengert.ir import Array, bind, type_of
from wengert.primitives import SLOT, getitem, index_add, setitem
from wengert.regions import cond, for_, index_type, record, remat, while_
from wengert.transform import tangent_type


def read(x: Any, *index: Any) -> Any:
    """`x[index]`, where the index may be a traced number."""
    return bind(getitem, (x, *index), {"index": (SLOT,) * len(index)})


def write(x: Any, value: Any, *index: Any) -> Any:
    """`x` with `x[index] = value`."""
    return bind(setitem, (x, value, *index), {"index": (SLOT,) * len(index)})


def add_at(x: Any, value: Any, *index: Any) -> Any:
    """`x` with `x[index] += value`."""
    return bind(index_add, (x, value, *index), {"index": (SLOT,) * len(index)})


def as_tuple(out: Any) -> tuple[Any, ...]:
    return out if isinstance(out, tuple) else (out,)


class Rolled:
    """Loops and choices are lines. Steps return what is carried and what is yielded, as two tuples."""

    def loop(self, n: Any, step: Any, carry: Any, consts: Any = (), xs: Any = (), reverse: Any = False) -> Any:
        return self.line(n, (), step, carry, consts, xs, reverse)

    def loop_until(self, n: Any, step: Any, carry: Any, consts: Any = ()) -> Any:
        return self.line(None, (n,), step, carry, consts, (), False)

    def line(self, n: Any, trips: Any, step: Any, carry: Any, consts: Any, xs: Any, reverse: Any) -> Any:
        items = [Array(type_of(x).shape[1:], type_of(x).dtype) for x in xs]
        types = [index_type(), *map(_strong, carry), *map(_strong, consts), *items]
        body = record(lambda *args: sum(step(*args), ()), types)
        params = {
            "body": body,
            "length": n,
            "carries": len(carry),
            "consts": len(consts),
            "reverse": reverse,
        }
        out = as_tuple(bind(for_, (*trips, *carry, *consts, *xs), params))
        return out[: len(carry)], out[len(carry) :]

    def repeat(self, test: Any, step: Any, carry: tuple[Any, ...], consts: Any = ()) -> Any:
        types = [*map(_strong, carry), *map(_strong, consts)]
        params = {"cond": record(test, types), "body": record(step, types), "carries": len(carry)}
        return as_tuple(bind(while_, (*carry, *consts), params))

    def choose(self, index: Any, branches: Any, operands: tuple[Any, ...]) -> Any:
        types = [_strong(x) for x in operands]
        return as_tuple(bind(cond, (index, *operands), {"branches": tuple(record(b, types) for b in branches)}))

    def again(self, function: Any, operands: tuple[Any, ...]) -> Any:
        return as_tuple(bind(remat, operands, {"body": record(function, [_strong(x) for x in operands])}))


def _strong(x: Any) -> Any:
    return tangent_type(type_of(x))


class Unrolled:
    """The same in Python."""

    def loop(self, n: Any, step: Any, carry: Any, consts: Any = (), xs: Any = (), reverse: Any = False) -> Any:
        rows: dict[int, Any] = {}
        for i in reversed(range(int(n))) if reverse else range(int(n)):
            carry, rows[i] = step(i, *carry, *consts, *(x[i] for x in xs))
        if not rows:
            return carry, tuple(np.zeros((0, *np.shape(y))) for y in step(0, *carry, *consts)[1])
        columns = zip(*(rows[i] for i in sorted(rows)), strict=True)
        return carry, tuple(np.stack(column) for column in columns)

    loop_until = loop

    def repeat(self, test: Any, step: Any, carry: tuple[Any, ...], consts: Any = ()) -> Any:
        while test(*carry, *consts):
            carry = as_tuple(step(*carry, *consts))
        return carry

    def choose(self, index: Any, branches: Any, operands: tuple[Any, ...]) -> Any:
        return as_tuple(branches[int(index)](*operands))

    def again(self, function: Any, operands: tuple[Any, ...]) -> Any:
        return as_tuple(function(*operands))


@dataclass(frozen=True)
class Program:
    """A program: `run(ops, *args)`, its arguments, and to which order its derivatives are tested."""

    name: str
    run: Callable[..., Any]
    args: tuple[Any, ...]
    order: int = 3
    smooth: bool = field(default=True)

    def __repr__(self) -> str:
        return self.name


rng = np.random.default_rng(11)
PROGRAMS: list[Program] = []


def program(*args: Any, **keywords: Any) -> Any:
    """Enter a function as a program."""

    def enter(function: Any) -> Any:
        PROGRAMS.append(Program(function.__name__, function, args, **keywords))
        return function

    return enter


# -- for ---------------------------------------------------------------------------------------------------------------


@program(0.3, 1.1, rng.standard_normal(5))
def linear_recurrence(ops: Any, c: Any, a: Any, b: Any) -> Any:
    (last,), _ = ops.loop(5, lambda i, c, a, x: ((a * c + x,), ()), (c,), (a,), (b,))
    return last


@program(0.3, 0.7, rng.standard_normal(4), order=4)
def nonlinear_recurrence(ops: Any, c: Any, w: Any, xs: Any) -> Any:
    (last,), (seen,) = ops.loop(4, lambda i, c, w, x: ((np.sin(c * w) + x,), (c * x,)), (c,), (w,), (xs,))
    return last + np.sum(seen**2)


@program(0.4, 1.3)
def no_trips(ops: Any, c: Any, w: Any) -> Any:
    (last,), (seen,) = ops.loop(0, lambda i, c, w: ((c * w,), (c,)), (c,), (w,))
    return last * w + np.sum(seen)


@program(rng.standard_normal(5), 0.8)
def backward_scan(ops: Any, xs: Any, w: Any) -> Any:
    (last,), (seen,) = ops.loop(
        5, lambda i, c, w, x: ((w * c + x * x,), (np.cos(c) * x,)), (0.5,), (w,), (xs,), reverse=True
    )
    return last * np.sum(seen * np.arange(5.0))


@program(0.2, 0.9)
def integer_carry(ops: Any, x: Any, w: Any) -> Any:
    (k, s), _ = ops.loop(5, lambda i, k, s, x, w: ((k + 2, s * w + x * k * i), ()), (1, 0.5), (x, w))
    return s * k


@program(rng.standard_normal(4), rng.standard_normal((4, 4)))
def vector_state(ops: Any, x: Any, a: Any) -> Any:
    (last,), (norms,) = ops.loop(3, lambda i, x, a: ((np.tanh(a @ x),), (np.sum(x * x),)), (x,), (a,))
    return np.sum(last) + np.sum(np.sqrt(norms))


@program(np.linspace(0.1, 0.9, 6), 0.3)
def read_by_index(ops: Any, x: Any, w: Any) -> Any:
    (s, c), _ = ops.loop(
        5, lambda i, s, c, x, w: ((s + read(x, i) * read(x, i + 1) * c, np.sin(c * w)), ()), (0.0, 1.0), (x, w)
    )
    return s * c


@program(np.linspace(0.1, 0.9, 6), 0.3)
def write_by_index(ops: Any, x: Any, w: Any) -> Any:
    def step(i: Any, u: Any, x: Any, w: Any) -> Any:
        u = write(u, read(u, i) * read(x, i) + w, i + 1)
        return (add_at(u, w * read(u, i) ** 2, i),), ()

    (u,), _ = ops.loop(5, step, (np.ones(6),), (x, w))
    return np.sum(u * x)


@program(np.linspace(0.1, 0.9, 6), 0.3, order=2)
def heat_in_place(ops: Any, u: Any, k: Any) -> Any:
    def step(i: Any, u: Any, k: Any) -> Any:
        middle = bind(getitem, (u,), {"index": (slice(1, -1),)})
        left = bind(getitem, (u,), {"index": (slice(None, -2),)})
        right = bind(getitem, (u,), {"index": (slice(2, None),)})
        inner = middle + k * (left - 2 * middle + right) * np.cos(middle)
        return (bind(setitem, (u, inner), {"index": (slice(1, -1),)}),), ()

    (u,), _ = ops.loop(4, step, (u,), (k,))
    return np.sum(u**2)


@program(0.5, rng.standard_normal(3))
def nested_loops(ops: Any, c: Any, w: Any) -> Any:
    def inner(j: Any, s: Any, c: Any, w: Any) -> Any:
        return (s + np.sin(c) * w * s, c), ()

    def outer(i: Any, c: Any, total: Any, w: Any) -> Any:
        (s, _), _ = ops.loop(3, lambda j, s, c, w, x: ((s + np.sin(c) * x * s, c + x), ()), (0.3, c), (w,), (w,))
        return (c + s, total + s * c), (s,)

    (c, total), (seen,) = ops.loop(4, outer, (c, 0.0), (w,))
    return total + c * np.prod(seen)


@program(np.linspace(0.2, 1.0, 4), rng.standard_normal((4, 4)))
def triangular_solve(ops: Any, b: Any, a: Any) -> Any:
    """Forward substitution: an inner loop of i trips that reads and writes by index."""

    def row(i: Any, x: Any, b: Any, a: Any) -> Any:
        (s,), _ = ops.loop_until(
            i, lambda j, s, x, a, i: ((s - read(a, i, j) * read(x, j),), ()), (read(b, i),), (x, a, i)
        )
        return (write(x, s / (3 + read(a, i, i)), i),), ()

    (x,), _ = ops.loop(4, row, (np.zeros(4),), (b, a))
    return np.sum(x * x)


@program(0.3 + 0.2j, 0.7 - 0.1j, order=2)
def complex_state(ops: Any, z: Any, c: Any) -> Any:
    (z,), (sizes,) = ops.loop(4, lambda i, z, c: ((z * z + c,), (np.real(z) * np.imag(z),)), (z,), (c,))
    return np.real(z) ** 2 + np.imag(z) + np.sum(sizes)


@program(0.3, 0.0)
def carries_that_only_later_move(ops: Any, x: Any, y: Any) -> Any:
    (a, b, c), _ = ops.loop(4, lambda i, a, b, c, x: ((b * b, c + a, c * x), ()), (0.5, y, 1.0), (x,))
    return a + b * c


# -- while -------------------------------------------------------------------------------------------------------------


@program(2.0, order=4)
def newton(ops: Any, a: Any) -> Any:
    (x,) = ops.repeat(lambda x, a: np.abs(x * x - a) > 1e-13, lambda x, a: (x + a / x) / 2, (1.0,), (a,))
    return x


@program(0.7, 1.2, order=4)
def power_until(ops: Any, x: Any, w: Any) -> Any:
    x, s = ops.repeat(lambda x, s, w: x < 9.0, lambda x, s, w: (x * (1.5 + w), s + np.sin(x) * w), (x, 0.0), (w,))
    return x * s


@program(5.0, 0.9)
def linear_until(ops: Any, x: Any, w: Any) -> Any:
    (x,) = ops.repeat(lambda x, w: x > 1.0, lambda x, w: x * 0.5, (x,), (w,))
    return x * w


@program(0.5, 0.9)
def never(ops: Any, x: Any, w: Any) -> Any:
    (x,) = ops.repeat(lambda x, w: x > 1.0, lambda x, w: x * w, (x,), (w,))
    return x * w


@program(np.array([2.0, 3.0, 5.0, 0.5]), order=4)
def newton_in_for(ops: Any, a: Any) -> Any:
    def one(i: Any, s: Any, x: Any) -> Any:
        (r,) = ops.repeat(lambda r, x: np.abs(r * r - x) > 1e-13, lambda r, x: (r + x / r) / 2, (1.0,), (x,))
        return (s + r * x,), (r,)

    (s,), (roots,) = ops.loop(4, one, (0.0,), (), (a,))
    return s + np.sum(np.cos(roots))


@program(np.array([0.3, 1.7, 0.9]), 1.4)
def ragged_vectors(ops: Any, a: Any, w: Any) -> Any:
    def one(i: Any, s: Any, w: Any, x: Any) -> Any:
        (v,) = ops.repeat(lambda v, x: np.sum(v) < 5.0, lambda v, x: v * (1.2 + x) + np.sin(v), (w * np.ones(2),), (x,))
        return (s + np.sum(v * v),), ()

    (s,), _ = ops.loop(3, one, (0.0,), (w,), (a,))
    return s


@program(np.array([0.3, 1.7]), 1.4, order=2)
def ragged_ragged(ops: Any, a: Any, w: Any) -> Any:
    """A while in a while in a for."""

    def inner(s: Any, t: Any, w: Any) -> Any:
        (s,) = ops.repeat(lambda s, t: s < t, lambda s, t: s * 1.7 + np.sin(s), (s,), (t,))
        return s * 0.4, t + w

    def one(i: Any, total: Any, w: Any, x: Any) -> Any:
        s, t = ops.repeat(lambda s, t, w: t < 6.0, inner, (x, 1.0), (w,))
        return (total + s * t,), ()

    (total,), _ = ops.loop(2, one, (0.0,), (w,), (a,))
    return total


@program(1.2, order=3)
def run_time_length(ops: Any, x: Any) -> Any:
    k, y = ops.repeat(lambda k, y, x: y < 20.0, lambda k, y, x: (k + 1, y * x + 1.0), (0, 1.0), (x,))
    (s,), _ = ops.loop_until(k, lambda i, s, x: ((np.sin(s) * x + i,), ()), (y,), (x,))
    return s * y


# -- cond and remat ----------------------------------------------------------------------------------------------------


@program(0.6, np.array([1.0, -2.0, 3.0]), order=4)
def choice_in_loop(ops: Any, c: Any, xs: Any) -> Any:
    def step(i: Any, c: Any, x: Any) -> Any:
        (y,) = ops.choose(x * c > 0, (lambda c, x: np.exp(c * x) * c, lambda c, x: np.sin(c) + x), (c, x))
        return (y,), ()

    (c,), _ = ops.loop(3, step, (c,), (), (xs,))
    return c


@program(0.6, 0.9)
def choice_of_three(ops: Any, x: Any, y: Any) -> Any:
    def step(i: Any, s: Any, x: Any, y: Any) -> Any:
        arms = (lambda s, x, y: (s * x, y), lambda s, x, y: (np.cos(s), x * y), lambda s, x, y: (s + y, 1.0 * s))
        a, b = ops.choose(i % 3, arms, (s, x, y))
        return (a * b,), ()

    (s,), _ = ops.loop(5, step, (x,), (x, y))
    return s


@program(np.linspace(0.5, 1.5, 5), 1.1, order=3)
def choice_reads_by_index(ops: Any, x: Any, w: Any) -> Any:
    def step(i: Any, s: Any, x: Any, w: Any) -> Any:
        (s,) = ops.choose(
            i % 2, (lambda s, x, w, i: s * read(x, i), lambda s, x, w, i: s + read(x, i) ** 2 * w), (s, x, w, i)
        )
        return (s,), ()

    (s,), _ = ops.loop(5, step, (w,), (x, w))
    return s


@program(0.6, np.array([1.2, -2.0, 1.7]), order=3)
def loops_in_choice_in_loop(ops: Any, c: Any, xs: Any) -> Any:
    def search(c: Any, x: Any) -> Any:
        (r,) = ops.repeat(lambda r, x: np.abs(r * r - x) > 1e-13, lambda r, x: (r + x / r) / 2, (1.0,), (x,))
        return r * c

    def scan(c: Any, x: Any) -> Any:
        (c,), _ = ops.loop(3, lambda i, c, x: ((np.sin(c * x),), ()), (c,), (x,))
        return c

    def step(i: Any, c: Any, x: Any) -> Any:
        return ops.choose(x > 0, (scan, search), (c, x)), ()

    (c,), _ = ops.loop(3, step, (c,), (), (xs,))
    return c


@program(0.6, np.array([0.2, 0.7, 1.1]), order=4)
def everything(ops: Any, c: Any, xs: Any) -> Any:
    """A choice in a while in a for, and a loop that is computed again."""

    def grow(s: Any, k: Any, x: Any) -> Any:
        (s,) = ops.choose(k % 2, (lambda s, x: s * (1.5 + x), lambda s, x: s + np.exp(x) * np.sin(s)), (s, x))
        return s, k + 1

    def step(i: Any, c: Any, x: Any) -> Any:
        s, _ = ops.repeat(lambda s, k, x: s < 4.0, grow, (c * c + 0.5, 0), (x,))
        (s,) = ops.again(lambda s, x: np.sin(s * x) * s, (s, x))
        return (c + s,), (s * c,)

    (c,), (seen,) = ops.loop(3, step, (c,), (), (xs,))
    return c * np.sum(seen)


@program(0.4, 1.3)
def computed_again(ops: Any, x: Any, w: Any) -> Any:
    def stage(i: Any, x: Any, w: Any) -> Any:
        def chunk(x: Any, w: Any) -> Any:
            (x,), _ = ops.loop(3, lambda j, x, w: ((np.sin(x * w) + x * x,), ()), (x,), (w,))
            return x

        return ops.again(chunk, (x, w)), ()

    (x,), _ = ops.loop(3, stage, (x,), (w,))
    return x


@program(np.linspace(-1, 1, 4), order=2)
def zero_wins_inside(ops: Any, x: Any) -> Any:
    """Where(x > 0, log(x), 0) and its like, in a body."""

    def step(i: Any, s: Any, x: Any) -> Any:
        y = np.where(x > 0.5, np.log(np.where(x > 0.5, x, 1.0)), 0.0) + np.where(x > 0, np.sqrt(np.abs(x)), 0.0)
        return (s + y * x,), ()

    (s,), _ = ops.loop(4, step, (0.0,), (), (x,))
    return s


@program(rng.standard_normal(9), 0.3 * rng.standard_normal((9, 9)))
def recurrent_network(ops: Any, h: Any, w: Any) -> Any:
    """The derivative reads what is carried before each trip and after it."""
    (h,), _ = ops.loop(4, lambda i, h, w: ((np.tanh(w @ h + 0.1 * i),), ()), (h,), (w,))
    (h,), (norms,) = ops.loop(3, lambda i, h, w: ((np.exp(-(w @ h)),), (np.sum(h),)), (h,), (w,), (), True)
    return np.sum(h) + np.prod(norms)


@program(rng.standard_normal(9), 0.3 * rng.standard_normal((9, 9)), order=2)
def recurrent_network_in_a_loop(ops: Any, h: Any, w: Any) -> Any:
    def outer(i: Any, h: Any, w: Any) -> Any:
        (h,), (seen,) = ops.loop(3, lambda i, h, w: ((np.tanh(w @ h),), (h,)), (h,), (w,))
        return (h + np.sum(seen, 0),), ()

    return np.sum(ops.loop(2, outer, (h,), (w,))[0][0])
