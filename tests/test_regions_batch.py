"""Batches of programs with loops: the same as item by item, also where items go different ways."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import wengert as wg
from tests.scenarios.regions import PROGRAMS, Program, Rolled, Unrolled, read, write
from wengert.ir import WengertList, check_list, type_of
from wengert.regions import record
from wengert.run import run
from wengert.transform import batch, forward, reverse, simplify

programs = pytest.mark.parametrize("program", PROGRAMS, ids=repr)
SIZE = 3
ROLLED, UNROLLED = Rolled(), Unrolled()


def as_list(program: Program) -> WengertList:
    return check_list(record(lambda *xs: program.run(ROLLED, *xs), [type_of(np.asarray(x)) for x in program.args]))


def batch_and_items(wl: WengertList, args: Any, which: Any) -> None:
    """The batched list gives what the list gives for each item."""
    rng = np.random.default_rng(5)
    stacks = [
        np.stack([x * rng.uniform(0.9, 1.1, np.shape(x)) for _ in range(SIZE)]) if flag else x
        for x, flag in zip(args, which, strict=True)
    ]
    wide, flags = batch(wl, SIZE, which)
    found = run(check_list(wide), *stacks)
    again = run(check_list(simplify(wide)), *stacks)
    items = [run(wl, *(x[k] if flag else x for x, flag in zip(stacks, which, strict=True))) for k in range(SIZE)]
    for out, other, flag, *each in zip(found, again, flags, *items, strict=True):
        for values in (out, other):
            np.testing.assert_allclose(values, np.stack(each) if flag else each[0], rtol=1e-12, atol=1e-12)


@programs
def test_values_and_gradients(program):
    wl = as_list(program)
    count = len(program.args)
    rng = np.random.default_rng(6)
    vs = [np.asarray(rng.standard_normal(np.shape(x)), np.asarray(x).dtype)[()] for x in program.args]
    for which in {(True,) * count, (True,) + (False,) * (count - 1)}:
        batch_and_items(wl, program.args, which)
        batch_and_items(reverse(wl), (*program.args, 1.0), (*which, False))
        batch_and_items(forward(wl), (*program.args, *vs), (*which, *which))


@programs
def test_batch_then_derivative(program):
    """The derivative of a batch is the batch of the derivatives."""
    wl = as_list(program)
    which = (True,) * len(program.args)
    stacks = [np.stack([x, x * 0.9]) for x in program.args]
    wide, _ = batch(wl, 2, which)
    _, *pulled = run(check_list(reverse(wide)), *stacks, np.ones(2))
    gradient = wg.grad(lambda *xs: program.run(UNROLLED, *xs), tuple(range(len(which))))
    each = [gradient(*(x[k] for x in stacks)) for k in (0, 1)]
    for found, *expected in zip(pulled, *each, strict=True):
        np.testing.assert_allclose(np.conj(found), np.stack(expected), rtol=1e-11, atol=1e-12)


class TestOthersDoNoHarm:
    """Items that are done, or have another branch, would fail or never end in what is computed for the others."""

    def check(self, function: Any, xs: Any) -> None:
        wl = check_list(record(lambda x: function(ROLLED, x), (type_of(0.5),)))
        for one in (wl, reverse(wl)):
            args = (xs, np.ones(len(xs)))[: len(one.inputs)]
            wide, flags = batch(one, len(xs), (True,) * len(args))
            with np.errstate(all="raise" if one is wl else "ignore"):  # what is left out of a sequence is 0
                found = run(wide, *args)
            for out, flag, expected in zip(found, flags, self.each(function, xs), strict=False):
                np.testing.assert_allclose(out if flag else np.full(len(xs), out), expected, rtol=1e-12)

    def each(self, function: Any, xs: Any) -> Any:
        values = [function(UNROLLED, x) for x in xs]
        return values, [wg.grad(lambda x: function(UNROLLED, x))(x) for x in xs]

    def test_an_inner_loop_that_would_not_end(self) -> None:
        def root(ops: Any, x: Any) -> Any:
            def newton(x: Any) -> Any:  # from a negative number it would go on forever
                (y,) = ops.repeat(lambda y, x: np.abs(y * y - x) > 1e-13, lambda y, x: (y + x / y) / 2, (1.0,), (x,))
                return y

            return ops.choose(x > 0.0, (lambda x: x * 3.0, newton), (x,))[0]

        self.check(root, np.array([-0.5, 3.1, 0.0, 2.0]))

    def test_a_loop_in_a_loop_that_would_not_end(self) -> None:
        def outer(ops: Any, x: Any) -> Any:
            def step(x: Any) -> Any:
                (y,) = ops.repeat(lambda y, x: y < 3.0, lambda y, x: y * x, (1.5, x)[:1], (x,))
                return x / y

            return ops.repeat(lambda x: x > 1.0, step, (x,))[0]

        self.check(outer, np.array([0.5, 1.4, 40.0]))

    def test_an_index_beyond_the_end(self) -> None:
        def walk(ops: Any, x: Any) -> Any:
            def step(k: Any, s: Any, table: Any, x: Any) -> Any:
                return k + 1, s + read(table, k) * x

            return ops.repeat(lambda k, s, table, x: s < x, step, (0, 0.0), (np.array([0.1, 0.5, 2.0]), x))[1]

        self.check(walk, np.array([0.05, 0.5, 1.6, 2.5]))

    def test_a_singular_matrix(self) -> None:
        def solve(ops: Any, x: Any) -> Any:
            arms = (lambda x: x * 2.0, lambda x: np.linalg.solve(np.eye(2) * x, np.ones(2))[0])
            return ops.choose(x > 0.0, arms, (x,))[0]

        self.check(solve, np.array([0.0, 0.5, 2.0]))

    def test_a_number_out_of_the_domain(self) -> None:
        def roots(ops: Any, x: Any) -> Any:
            arms = (lambda x: x * x, lambda x: np.log(x) + np.sqrt(x))
            return ops.choose(x > 0.0, arms, (x,))[0]

        wl = record(lambda x: roots(ROLLED, x), (type_of(0.5),))
        xs = np.array([-1.0, 0.0, 2.0])
        wide, _ = batch(reverse(wl), 3, (True, False))
        np.testing.assert_allclose(run(wide, xs, 1.0)[1], [-2.0, 0.0, 0.5 + 0.5 / np.sqrt(2)])


def test_counts_of_their_own() -> None:
    """A run-time number of trips for each item, of a loop that writes by index."""

    def fill(ops: Any, n: Any, x: Any) -> Any:
        (u,), _ = ops.loop_until(n, lambda i, u, x: ((write(u, x * i, i),), ()), (np.zeros(4),), (x,))
        return u

    wl = check_list(record(lambda n, x: fill(ROLLED, n, x), (type_of(np.int64(0)), type_of(0.5))))
    wide, flags = batch(wl, 3, (True, False))
    assert flags == [True]
    np.testing.assert_array_equal(run(wide, np.array([4, 0, 2]), 2.0)[0], [[0, 2, 4, 6], [0, 0, 0, 0], [0, 2, 0, 0]])


def test_nothing_to_do() -> None:
    """A batch of no items ends."""
    (newton,) = (p for p in PROGRAMS if p.name == "newton")
    wide, _ = batch(as_list(newton), 0, (True,))
    assert run(wide, np.zeros(0))[0].shape == (0,)


def test_batch_of_batches() -> None:
    (program,) = (p for p in PROGRAMS if p.name == "loops_in_choice_in_loop")
    wl = reverse(as_list(program))
    c, xs = np.array([0.5, 0.7]), np.random.default_rng(7).standard_normal((3, 3))
    inner, _ = batch(wl, 3, (False, True, False))
    outer, flags = batch(inner, 2, (True, False, False))
    found = run(check_list(outer), c, xs, 1.0)
    for a in range(2):
        for b in range(3):
            expected = run(wl, c[a], xs[b], 1.0)
            for out, flag, one in zip(found, flags, expected, strict=True):
                np.testing.assert_allclose((out[a] if flag else out)[b], one, rtol=1e-12)
