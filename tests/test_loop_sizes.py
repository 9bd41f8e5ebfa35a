"""Loops stay loops: how long lists are, how often a loop is tried, what gradients keep. Counts, no times."""

from __future__ import annotations

import linecache
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import wengert as wg
from tests.scenarios.staged_programs import STAGED
from wengert.ir import WengertList, check_list
from wengert.regions import bytes_kept
from wengert.stage.control.rolling import Rolling
from wengert.transform import reverse, simplify
from wengert.tree import flatten

U = np.sin(np.linspace(0.0, 3.0, 50))


def lines(wl: WengertList) -> int:
    """The number of lines, those of bodies too."""
    return sum(1 + sum(map(lines, line.bodies())) for line in wl.lines)


def heat(u0: Any, alpha: Any) -> Any:
    u = u0.copy()
    left, middle, right = u[:-2], u[1:-1], u[2:]
    for _ in range(10_000):
        middle += alpha * (left - 2 * middle + right)
    return u


def pendulum(y: Any, length: Any) -> Any:
    def slope(y: Any) -> Any:
        return np.array([y[1], -9.81 / length * np.sin(y[0])])

    h = 1e-3
    for _ in range(1000):
        k1 = slope(y)
        k2 = slope(y + h / 2 * k1)
        k3 = slope(y + h / 2 * k2)
        k4 = slope(y + h * k3)
        y = y + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
    return y


def three_bodies(state: Any, mass: Any) -> Any:
    """Runge-Kutta with numbers of its own names."""
    h = 1e-3

    def slope(x: Any, v: Any) -> Any:
        return v, -mass * x / (1 + x * x) ** 1.5

    x, v = state[0], state[1]
    for _ in range(1000):
        a, b = slope(x, v)
        c, d = slope(x + h / 2 * a, v + h / 2 * b)
        e, f = slope(x + h / 2 * c, v + h / 2 * d)
        p, q = slope(x + h * e, v + h * f)
        x, v = x + h / 6 * (a + 2 * c + 2 * e + p), v + h / 6 * (b + 2 * d + 2 * f + q)
    return x + v


SIZES: list[tuple[Callable[..., Any], tuple[Any, ...], int]] = [
    (heat, (U, 0.2), 20),
    (pendulum, (np.array([0.3, 0.0]), 1.0), 80),
    (three_bodies, (np.array([0.3, 0.1]), 1.5), 80),
]


@pytest.mark.parametrize(("f", "args", "most"), SIZES, ids=lambda x: getattr(x, "__name__", ""))
def test_lists_are_short(f: Callable[..., Any], args: tuple[Any, ...], most: int) -> None:
    wl = check_list(wg.compile(f).list(*args))
    back = check_list(simplify(reverse(wl)))
    assert lines(wl) <= most
    assert lines(back) <= 4 * lines(wl)
    gradient = wg.compile(wg.grad(lambda *xs: np.sum(f(*xs)), tuple(range(len(args))))).list(*args)
    assert lines(gradient) <= 4 * lines(wl)


@pytest.mark.parametrize("program", STAGED, ids=lambda program: program.name)
def test_a_gradient_is_not_many_times_as_long(program: Any) -> None:
    """Of all programs, with a margin for the small ones; an order more is no more than three times as long again."""
    args = program.make_arguments(np.random.default_rng(0))
    wl = wg.compile(program.function).list(*args)
    back = simplify(reverse(wl))
    assert lines(back) <= 4 * lines(wl) + 40, (lines(wl), lines(back))


def nest(depth: int, inside: str) -> Callable[[float], float]:
    """A program of loops in loops."""
    text = "def f(x):\n    s = x\n    u = np.zeros(4)\n"
    for d in range(depth):
        pad = "    " * (d + 1)
        text += f"{pad}for i{d} in range(4):\n{pad}    t{d} = s * x\n"
    pad = "    " * (depth + 1)
    text += f"{pad}{inside}\n"
    for d in reversed(range(depth)):
        text += "    " * (d + 2) + f"s = s + t{d} * i{d}\n"
    text += "    return s + np.sum(u)\n"
    name = f"<nest {depth} {inside}>"
    linecache.cache[name] = (len(text), None, text.splitlines(True), name)
    scope: dict[str, Any] = {"np": np}
    exec(compile(text, name, "exec"), scope)
    return scope["f"]  # type: ignore[no-any-return]


@pytest.mark.parametrize("inside", ["s = 0.1 * np.sin(x * s)", "u[i0] += s; s = s * 0.1", "s = s if s < 1 else 1 / s"])
def test_nested_loops_are_not_tried_again_and_again(inside: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Five loops, one in the other: the trials grow as a power of the depth, not 2 to it."""
    count = 0
    trial = Rolling._trial

    def counted(self: Rolling) -> Any:
        nonlocal count
        count += 1
        return trial(self)

    monkeypatch.setattr(Rolling, "_trial", counted)
    trials, sizes = [], []
    for depth in range(1, 8):
        count = 0
        f = nest(depth, inside)
        sizes.append(lines(wg.compile(f).list(0.3)))
        trials.append(count)
    assert all(number <= 4 * depth**2 for depth, number in enumerate(trials, 1)), trials
    growth = np.diff(sizes)
    assert np.all(growth == growth[-1]), sizes  # every loop has the same lines
    assert wg.compile(nest(4, inside), mode="list")(0.3) == nest(4, inside)(0.3)


def kept(f: Callable[..., Any], *args: Any, moving: Any = None) -> int:
    """The bytes that a gradient keeps."""
    return sum(bytes_kept(wg.compile(f).list(*args), flatten(args)[0], moving).values())


class TestKept:
    """The bytes that go from the forward to the reverse sweep."""

    N = 100_000

    def test_of_a_linear_recurrence_nothing(self) -> None:
        def f(x: Any) -> Any:
            for k in range(self.N):
                x = 0.999 * x + 0.1 * k
            return x

        assert kept(f, 0.5) == 0

    def test_of_a_linear_recurrence_what_the_partial_by_a_coefficient_reads(self) -> None:
        def f(x: Any, a: Any) -> Any:
            for _ in range(1000):
                x = a * x + 0.1
            return x

        assert kept(f, 0.5, 0.9, moving=(True, False)) == 0
        assert kept(f, 0.5, 0.9) == 8000

    def test_of_a_large_linear_state_nothing(self) -> None:
        def f(u: Any) -> Any:
            for _ in range(1000):
                u = u + 0.1 * (np.roll(u, 1) - 2 * u + np.roll(u, -1))
            return u

        assert kept(f, U) == 0

    def test_of_steps_in_place(self) -> None:
        assert kept(heat, U, 0.2, moving=(True, False)) == 0

    def test_of_newtons_method_the_state(self) -> None:
        trips = 0

        def f(a: Any) -> Any:
            nonlocal trips
            y = a
            trips = 0
            while abs(y * y - a) > 1e-12:
                y = 0.5 * (y + a / y)
                trips += 1
            return y

        f(3.0)
        count = trips

        def g(a: Any) -> Any:
            y = a
            while abs(y * y - a) > 1e-12:
                y = 0.5 * (y + a / y)
            return y

        assert kept(g, 3.0) == 8 * count + 8  # and the number of trips

    def test_of_runge_kutta_the_state(self) -> None:
        """Four stages a step, of arithmetic: computed again."""

        def f(y: Any) -> Any:
            h = 0.01
            for _ in range(1000):
                a = y * (1 - y)
                b = (y + h / 2 * a) * (1 - y - h / 2 * a)
                c = (y + h / 2 * b) * (1 - y - h / 2 * b)
                d = (y + h * c) * (1 - y - h * c)
                y = y + h / 6 * (a + 2 * b + 2 * c + d)
            return y

        assert kept(f, 0.3) == 8000

    def test_of_an_lstm(self) -> None:
        """Of a step with n units: six vectors; the four gates are not kept beside what they are made of."""
        program = next(program for program in STAGED if program.name == "lstm-steps")
        weights, inputs = program.make_arguments(np.random.default_rng(0))
        units = 3
        assert kept(program.function, weights, inputs) <= len(inputs) * 6 * units * 8

    def test_items_that_are_read_and_constants_are_not_kept(self) -> None:
        def f(x: Any, w: Any) -> Any:
            out = np.zeros(1000)
            for i in range(1000):
                out[i] = np.exp(w) * x[i] ** 2 + np.sin(x[i])
            return np.sum(out)

        assert kept(f, np.linspace(0, 1, 1000), 0.3) == 0

    def test_of_a_matrix_that_is_filled_the_elements_that_are_read(self) -> None:
        """Cholesky, number by number: two for each of the n³/6 products, not the matrix for each of its elements."""

        def cholesky(a: Any) -> Any:
            n = len(a)
            low = np.zeros((n, n))
            for i in range(n):
                for j in range(i + 1):
                    s = a[i, j]
                    for k in range(j):
                        s -= low[i, k] * low[j, k]
                    low[i, j] = np.sqrt(s) if i == j else s / low[j, j]
            return low

        for n in (5, 10, 20):
            assert kept(cholesky, np.eye(n) + 0.1) <= 2 * 8 * n**3 / 6 + 10 * 8 * n**2

    def test_a_loop_through_an_array_that_is_filled(self) -> None:
        """What is read of it, item by item, rather than the array of each trip."""

        def f(x: Any) -> Any:
            out = np.zeros(len(x))
            for i in range(1, len(x)):
                out[i] = np.sin(out[i - 1]) * x[i]
            return np.sum(out)

        for n in (1000, 2000):
            assert kept(f, np.linspace(0.1, 1, n)) <= 2 * 8 * (n - 1)


def test_lists_that_grow_are_read_only_where_they_are_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """10,000 items are appended: the recording does not make a line for each of them, not even one that is dropped."""
    from wengert.ir import Recorder

    def f(x: Any) -> Any:
        out, s = [], 0.0
        for v in x:
            s = 0.9 * s + np.sin(v)
            out.append(s * v)
        return sum(out) + out[-1] + np.sum(np.array(out) ** 2)

    count = 0
    append = Recorder.append

    def counted(self: Any, *args: Any, **kwargs: Any) -> Any:
        nonlocal count
        count += 1
        return append(self, *args, **kwargs)

    monkeypatch.setattr(Recorder, "append", counted)
    wl = wg.compile(f).list(np.linspace(0, 1, 10_000))
    assert lines(wl) <= 20
    assert count <= 200
