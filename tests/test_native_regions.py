"""Loops and choices in machine code: what the interpreter gives, in place, and interruptible."""

from __future__ import annotations

import os
import signal
import threading
import time
from typing import Any

import numpy as np
import pytest

from tests import test_regions
from tests.scenarios.random_regions import random_program
from tests.scenarios.regions import PROGRAMS
from tests.test_regions import F64, I64, loop, program, vector
from tests.test_regions_batch import as_list
from wengert.ir import Sequence, WengertList, bind
from wengert.native import compile_list
from wengert.primitives import SLOT, index_add, setitem
from wengert.regions import cond, record, while_
from wengert.run import run
from wengert.transform import batch, forward, reverse

CASES = [
    pytest.param(getattr(kind, name), kind, id=f"{kind.__name__}-{name}")
    for kind in vars(test_regions).values()
    if isinstance(kind, type) and kind.__name__.startswith("Test")
    for name in vars(kind)
    if name.startswith("test")
]


def both(wl: WengertList, *args: Any) -> Any:
    """The interpreter's results, after a comparison with those of machine code."""
    expected = run(wl, *args)
    if any(isinstance(x, Sequence) for x in expected):
        return expected
    for a, b in zip(compile_list(wl, warn=False, verify=True)(*args), expected, strict=True):
        np.testing.assert_array_equal(a, b)
        assert np.shape(a) == np.shape(b)
    return expected


def _compiled(wl: WengertList, *args: Any) -> Any:
    return compile_list(wl, warn=False, verify=True)(*args)


@pytest.mark.parametrize(("case", "kind"), CASES)
def test_as_interpreted(case: Any, kind: type, monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests of the interpreter, each list of which is compiled too."""
    effects = kind is test_regions.TestEffects  # which happen once
    monkeypatch.setattr(test_regions, "run", _compiled if effects else both)
    case(kind())


@pytest.mark.parametrize("scenario", PROGRAMS, ids=repr)
def test_derivatives(scenario: Any) -> None:
    """Programs with loops, their derivatives in both modes and of second order, and batches."""
    wl = as_list(scenario)
    rng = np.random.default_rng(6)
    vs = [np.asarray(rng.standard_normal(np.shape(x)), np.asarray(x).dtype)[()] for x in scenario.args]
    pulled = reverse(wl)
    given = (*scenario.args, 1.0)
    flags = (True,) * len(vs)
    stacks = [np.stack([x, x * 0.9]) for x in scenario.args]
    for one, args in (
        (wl, scenario.args),
        (forward(wl), (*scenario.args, *vs)),
        (pulled, given),
        (forward(pulled), (*given, *vs, 0.0)),
        (reverse(pulled), (*given, *(np.ones_like(x) for x in run(pulled, *given)))),
        (batch(wl, 2, flags)[0], stacks),
        (batch(pulled, 2, (*flags, False))[0], (*stacks, 1.0)),
    ):
        with np.errstate(all="ignore"):
            expected = run(one, *args)
            program = compile_list(one, warn=False, verify=True)
            assert not program.reasons
            for _ in range(2):
                for a, b in zip(program(*args), expected, strict=True):
                    np.testing.assert_allclose(a, b, rtol=1e-11, atol=1e-12)


def test_a_yield_in_the_memory_of_what_is_carried() -> None:
    """The last value of an inner loop, which goes on in the carried buffer, is stored as well."""
    inner = record(lambda j, h: h * 0.5 + 0.25, (I64, vector(40)))

    def step(i: Any, h: Any) -> Any:
        last = loop(inner, [h], [], [], 2)
        return last + 1.0, last

    body = record(step, (I64, vector(40)))
    both(program(lambda h: loop(body, [h], [], [], 3), vector(40)), np.linspace(-1.0, 1.0, 40))


def test_a_result_in_the_memory_of_an_operand_that_is_a_result_too() -> None:
    """Of a branch that gives what it was given as well, the former must not be there first."""
    arms = (
        record(lambda h, v, i: (bind(setitem, (h, v, i), {"index": (SLOT,)}), h), (vector(40), F64, I64)),
        record(lambda h, v, i: (h * 0.5 + v, h), (vector(40), F64, I64)),
    )

    def step(i: Any, h: Any, v: Any) -> Any:
        return bind(cond, (i % 2, h, v, i), {"branches": arms})

    body = record(step, (I64, vector(40), F64))
    both(program(lambda h, v: loop(body, [h], [v], [], 4), vector(40), F64), np.linspace(-1.0, 1.0, 40), 0.5)


@pytest.mark.parametrize("seed", [14, 73, 110, *range(8)])
def test_random_programs(seed: int) -> None:
    """Nested loops and choices of arrays that are written in place, and their gradients."""
    scenario = random_program(seed, 24)
    for one, args in ((as_list(scenario), scenario.args), (reverse(as_list(scenario)), (*scenario.args, 1.0))):
        program = compile_list(one, warn=False, verify=True)
        for a, b in zip(program(*args), run(one, *args), strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-11, atol=1e-12)


def test_ragged_sequences_are_read_back() -> None:
    """What a `while` inside of a `for` leaves, read by another loop, forwards and backwards."""
    halve = {"cond": record(lambda c: c > 1.0, (F64,)), "body": record(lambda c: (c / 2.0, c), (F64,)), "carries": 1}

    def leave(i: Any, x: Any) -> Any:
        last, trips, seen = bind(while_, (x,), halve)
        return last, trips, seen

    def add(i: Any, c: Any, w: Any, x: Any) -> Any:
        return c * w + x

    inner = record(add, (I64, F64, F64, F64))

    def whole(xs: Any, backwards: bool) -> Any:
        last, trips, seen = loop(record(leave, (I64, F64)), [], [], [xs], 6, reverse=backwards)

        def take(i: Any, c: Any, n: Any, part: Any) -> Any:
            return loop(inner, [c], [0.5], [part], n, reverse=backwards)

        types = (I64, F64, I64, seen.ssa.type.item)
        total = loop(record(take, types), [1.0], [], [trips, seen], 6)
        return last, trips, total

    xs = np.array([3.0, 0.5, 40.0, 1.0, 7.0, 100.0])
    for backwards in (False, True):
        both(program(lambda xs, backwards=backwards: whole(xs, backwards), vector(6)), xs)


def test_what_is_carried_changes_places() -> None:
    """Carried arrays that are exchanged, kept, reversed, and yielded."""
    n = 50

    def step(i: Any, a: Any, b: Any, c: Any, d: Any) -> Any:
        return b, a + 1.0, c[::-1], bind(setitem, (d, 7.0, i), {"index": (SLOT,)}), a, d

    body = record(step, (I64, *[vector(n)] * 4))
    rng = np.random.default_rng(0)
    for trips in (0, 1, 2, 5):
        wl = program(lambda a, b, c, d, trips=trips: (*loop(body, [a, b, c, d], [], [], trips), a), *[vector(n)] * 4)
        both(wl, *rng.standard_normal((4, n)))


def test_a_choice_updates_in_place() -> None:
    n = 200
    arms = (
        record(lambda x, v: bind(index_add, (x, v, np.array(3)), {"index": (SLOT,)}), (vector(n), F64)),
        record(lambda x, v: x * v, (vector(n), F64)),
        record(lambda x, v: x[::-1], (vector(n), F64)),
        record(lambda x, v: x, (vector(n), F64)),
    )

    def step(i: Any, x: Any, v: Any) -> Any:
        return bind(cond, (i % 4, x, v), {"branches": arms})

    body = record(step, (I64, vector(n), F64))
    both(program(lambda x, v: loop(body, [x], [v], [], 9), vector(n), F64), np.arange(float(n)), 0.5)


def test_updates_inside_of_loops_cost_what_they_write() -> None:
    n = 20_000
    one = record(lambda i, x, v: bind(index_add, (x, v, i), {"index": (SLOT,)}), (I64, vector(n), F64))
    arm = record(lambda x, v, i: loop(one, [x], [v], [], 1), (vector(n), F64, I64))
    other = record(lambda x, v, i: bind(index_add, (x, v, i), {"index": (SLOT,)}), (vector(n), F64, I64))
    step = record(lambda i, x, v: bind(cond, (i % 2 == 0, x, v, i), {"branches": (arm, other)}), (I64, vector(n), F64))
    call = compile_list(program(lambda x, v: loop(step, [x], [v], [], n), vector(n), F64)).call
    x = np.zeros(n)
    start = time.perf_counter()
    (out,) = call(x, 1.0)
    assert time.perf_counter() - start < 0.1  # with a copy each trip: seconds
    assert out.sum() == n
    assert not x.any()


def test_control_c() -> None:
    endless = {"cond": record(lambda c: c >= 0.0, (F64,)), "body": record(lambda c: c * 1.0, (F64,)), "carries": 1}
    call = compile_list(program(lambda c: bind(while_, (c,), endless), F64)).call
    threading.Timer(0.2, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
    start = time.perf_counter()
    with pytest.raises(KeyboardInterrupt):
        call(1.0)
    assert time.perf_counter() - start < 1.2


def test_out_of_range_in_a_loop() -> None:
    body = record(lambda i, x: bind(setitem, (x, 1.0, i), {"index": (SLOT,)}), (I64, vector(4)))
    call = compile_list(program(lambda x: loop(body, [x], [], [], 5), vector(4))).call
    with pytest.raises(IndexError, match="index 4 is out of bounds for axis 0 with size 4"):
        call(np.zeros(4))
