"""What loops keep for the reverse sweep: little."""

from __future__ import annotations

import tracemalloc
from typing import Any

import numpy as np
import pytest

import wengert as wg
from tests.scenarios.regions import Rolled, read, write
from wengert.ir import Seq, WengertList, type_of
from wengert.primitives import indexing
from wengert.primitives.shape import duplicate
from wengert.regions import record, residuals
from wengert.run import run
from wengert.transform import reverse, simplify

OPS = Rolled()
N = 1000
ROWS = np.linspace(0.0, 1.0, N)


def as_list(function: Any, *args: Any) -> WengertList:
    return record(function, [type_of(np.asarray(x)) for x in args])


def kept(function: Any, *args: Any, moving: Any = None) -> list[str]:
    """The types of all that is kept."""
    return [str(kind) for one in residuals(as_list(function, *args), moving) for kind in one.values]


class TestFor:
    def test_a_linear_body_keeps_nothing(self) -> None:
        def f(c: Any, a: Any, xs: Any) -> Any:
            return OPS.loop(N, lambda i, c, a, x: ((a * c + x,), ()), (c,), (a,), (xs,))[0][0]

        assert kept(f, 1.0, 0.9, ROWS, moving=(True, False, True)) == []
        assert kept(f, 1.0, 0.9, ROWS) == ["f64[1000]"]  # the partial by a is what is carried

    def test_a_linear_body_keeps_nothing_of_a_large_state(self) -> None:
        def f(c: Any, a: Any) -> Any:
            return np.sum(OPS.loop(N, lambda i, c, a: ((a @ c + np.sin(0.1 * i),), ()), (c,), (a,))[0][0])

        assert kept(f, np.ones(50), np.eye(50), moving=(True, False)) == []
        assert kept(f, np.ones(50), np.eye(50)) == ["f64[1000,50]"]

    def test_what_the_partials_read_of_a_large_state(self) -> None:
        """Of 50 numbers that are carried the derivative reads one."""

        def step(i: Any, c: Any, w: Any) -> Any:
            return (np.roll(c, 1) * 0.5 + np.sin(w * read(c, 3)),), ()

        def f(c: Any, w: Any) -> Any:
            return np.sum(OPS.loop(N, step, (c,), (w,))[0][0])

        assert kept(f, np.ones(50), 0.3) == ["f64[1000]"]

    def test_constants_and_what_is_made_of_them(self) -> None:
        def f(c: Any, a: Any, w: Any) -> Any:
            step = lambda i, c, a, w: ((np.linalg.solve(a, c) * np.exp(w),), ())  # noqa: E731
            return np.sum(OPS.loop(N, step, (c,), (a, w))[0][0])

        assert kept(f, np.ones(3), np.eye(3), np.ones(3), moving=(True, False, False)) == []

    def test_the_index_and_what_is_read_by_it(self) -> None:
        def step(i: Any, c: Any, x: Any, w: Any) -> Any:
            return (c * np.cos(0.1 * i) + np.exp(read(x, i)) * w,), ()

        def f(c: Any, x: Any, w: Any) -> Any:
            return OPS.loop(N, step, (c,), (x, w))[0][0]

        assert kept(f, 1.0, ROWS, 0.5) == []

    def test_a_function_of_what_is_kept(self) -> None:
        def f(c: Any, w: Any) -> Any:
            return OPS.loop(N, lambda i, c, w: ((w * c * np.exp(c),), ()), (c,), (w,))[0][0]

        assert kept(f, 0.3, 0.5) == ["f64[1000]"]  # c, and not exp(c) too

    def test_a_long_body_of_cheap_steps(self) -> None:
        def rk4(i: Any, x: Any, w: Any) -> Any:
            def slope(x: Any) -> Any:
                return w * x * (1 - x) + 0.1 * x * x * x

            a = slope(x)
            b = slope(x + 0.05 * a)
            c = slope(x + 0.05 * b)
            d = slope(x + 0.1 * c)
            return (x + 0.1 / 6 * (a + 2 * b + 2 * c + d),), ()

        assert kept(lambda x, w: OPS.loop(N, rk4, (x,), (w,))[0][0], 0.3, 0.5) == ["f64[1000]"]

    def test_truths_rather_than_numbers(self) -> None:
        def step(i: Any, c: Any, w: Any) -> Any:
            return (np.where(np.sin(3 * c) > 0, c * 1.1, c * 0.5),), ()

        assert kept(lambda c, w: np.sum(OPS.loop(N, step, (c,), (w,))[0][0]), np.ones(8), 0.5) == ["bool[1000,8]"]

    def test_yields_are_not_kept_twice(self) -> None:
        def f(c: Any, w: Any) -> Any:
            (last,), (seen,) = OPS.loop(N, lambda i, c, w: ((np.sin(c * w),), (c,)), (c,), (w,))
            return last + np.sum(seen)

        assert kept(f, 0.3, 0.5) == []

    def test_numbers_read_from_an_array_that_is_written(self) -> None:
        def step(i: Any, u: Any, w: Any) -> Any:
            return (write(u, read(u, i) * w + np.sin(read(u, i)), i + 1),), ()

        assert kept(lambda u, w: np.sum(OPS.loop(N - 1, step, (u,), (w,))[0][0]), ROWS, 0.5) == ["f64[999]"]

    def test_a_state_that_is_read_before_and_after_a_trip(self) -> None:
        def f(h: Any, w: Any) -> Any:
            return np.sum(OPS.loop(N, lambda i, h, w: ((np.tanh(w @ h),), ()), (h,), (w,))[0][0])

        assert kept(f, np.ones(20), np.eye(20)) == ["f64[1000,20]"]

    def test_counters(self) -> None:
        def f(x: Any) -> Any:
            (k, s), _ = OPS.loop(N, lambda i, k, s, x: ((k + 3, s * 0.5 + x * k), ()), (2, 0.0), (x,))
            return s * k

        assert kept(f, 0.5) == []

    def test_memory_of_a_long_recurrence(self) -> None:
        """No buffer of all states, of 160 MB: measured, not only counted."""

        def f(c: Any, a: Any) -> Any:
            return np.sum(OPS.loop(10_000, lambda i, c, a: ((a * c + 0.1,), ()), (c,), (a,))[0][0])

        assert residuals(as_list(f, np.ones(2000), np.ones(2000)))[0].bytes == 10_000 * 2000 * 8
        few = simplify(reverse(as_list(lambda c: f(c, np.full(2000, 0.5)), np.ones(2000))))
        tracemalloc.start()
        run(few, np.ones(2000), 1.0)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 1_000_000


class TestWhile:
    def test_a_linear_body_keeps_the_number_of_trips(self) -> None:
        def f(c: Any, a: Any) -> Any:
            return OPS.repeat(lambda c, a: c > 1.0, lambda c, a: c * 0.9 - a, (c,), (a,))[0]

        assert kept(f, 9.0, 0.1) == ["i64[]~"]

    def test_the_counter_is_the_index(self) -> None:
        def f(x: Any) -> Any:
            return OPS.repeat(lambda k, s, x: s < 9.0, lambda k, s, x: (k + 1, s + x * k), (1, 0.0), (x,))[1]

        assert kept(f, 0.5) == ["i64[]~"]

    def test_bytes_of_what_has_no_known_length(self) -> None:
        def f(x: Any) -> Any:
            return OPS.repeat(lambda s, x: np.sum(s) < 9.0, lambda s, x: s * s * x, (np.full(3, 1.5),), (x,))[0]

        (one,) = residuals(as_list(f, 1.5))
        assert one.values[1] == Seq(type_of(np.ones(3)))
        assert one.bytes == 3 * 8 + 8
        assert not one.is_known


class TestChoices:
    def test_branches_share_their_places(self) -> None:
        def step(i: Any, x: Any, a: Any) -> Any:
            arms = (lambda x, a: np.linalg.solve(a, x), lambda x, a: np.tanh(a @ x))
            return OPS.choose(i % 2, arms, (x, a)), ()

        found = kept(lambda x, a: np.sum(OPS.loop(N, step, (x,), (a,))[0][0]), np.ones(3), np.eye(3))
        assert sorted(found) == ["f64[1000,3]", "f64[1000,3]"]  # x and the output of either branch

    def test_cheap_branches_are_computed_again(self) -> None:
        def step(i: Any, s: Any, x: Any) -> Any:
            (a, b) = OPS.choose(s > x, (lambda s, x: (s * x, s + x), lambda s, x: (s - x, s * 0.5)), (s, x))
            return (a * b,), ()

        assert kept(lambda s, x: OPS.loop(N, step, (s,), (x,))[0][0], 0.5, 0.3) == ["f64[1000]"]


class TestRemat:
    def test_nothing_inside_is_kept(self) -> None:
        def stage(x: Any, w: Any) -> Any:
            return OPS.loop(N, lambda i, x, w: ((np.sin(x * w),), ()), (x,), (w,))[0][0]

        assert kept(lambda x, w: OPS.again(stage, (x, w))[0], 0.3, 0.5) == []

    def test_checkpoints_of_a_loop(self) -> None:
        """Of 1,000 trips in stages of 50, every 50th state is kept."""

        def inner(x: Any, w: Any) -> Any:
            return OPS.loop(50, lambda i, x, w: ((np.sin(x * w),), ()), (x,), (w,))[0][0]

        def f(x: Any, w: Any) -> Any:
            return OPS.loop(20, lambda i, x, w: (OPS.again(inner, (x, w)), ()), (x,), (w,))[0][0]

        assert kept(f, 0.3, 0.5) == ["f64[20]"]


def test_adjoints_add_up_in_place(monkeypatch: pytest.MonkeyPatch) -> None:
    """A loop over `x[i]` and `out[i]`, in another loop and in a branch, does not copy arrays trip by trip."""
    copies = []

    def counting(x: Any, order: Any = "K") -> Any:
        copies.append(np.shape(x))
        return duplicate(x, order)

    monkeypatch.setattr(indexing, "duplicate", counting)

    def inner(j: Any, u: Any, x: Any, i: Any) -> Any:
        return (write(u, read(x, i) * np.cos(read(u, i)) + 0.1 * j, i),), ()

    def step(i: Any, u: Any, x: Any) -> Any:
        (u,), _ = OPS.loop(2, inner, (u,), (x, i))
        arms = (lambda u, x, i: u, lambda u, x, i: write(u, read(u, i) * read(x, i), i))
        return OPS.choose(i % 2, arms, (u, x, i)), ()

    wl = simplify(reverse(as_list(lambda x: np.sum(OPS.loop(N, step, (np.ones(N),), (x,))[0][0]), ROWS)))
    copies.clear()
    run(wl, ROWS, 1.0)
    assert copies.count((N,)) <= 3, "once of what the caller or the list holds, then never again"


def test_what_inner_loops_read_is_kept_where_it_changes():
    def f(x):
        for _ in range(10):
            y = x.copy()
            for i in range(4):
                for j in range(4):
                    d = x[j] - x[i]
                    y[i] += 0.1 * d / np.sqrt(d * d + 1.0)
            x = y
        return np.sum(x * x)

    x = np.array([0.1, 0.5, -0.3, 0.2])
    wl = wg.compile(f).list(x)
    assert sum(one.bytes for one in residuals(wl)) <= 10 * 4 * 8  # the state of each step, and no distances
    np.testing.assert_allclose(wg.compile(wg.grad(f))(x), wg.grad(f)(x), rtol=1e-11)
