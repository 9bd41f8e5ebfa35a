"""Every derivative of every program with loops, against the same program unrolled in Python."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest

import wengert as wg
from tests.scenarios.regions import PROGRAMS, Program, Rolled, Unrolled
from wengert.ir import WengertList, check_linear, check_list, type_of
from wengert.regions import record
from wengert.run import run
from wengert.transform import forward, reverse, simplify, taylor, transpose_list

programs = pytest.mark.parametrize("program", PROGRAMS, ids=repr)
ROLLED, UNROLLED = Rolled(), Unrolled()


def direction(program: Program) -> list[Any]:
    rng = np.random.default_rng(3)
    out = []
    for x in program.args:
        v = rng.standard_normal(np.shape(x))
        out.append((v + 1j * rng.standard_normal(np.shape(x)) if np.iscomplexobj(x) else v)[()])
    return out


def as_list(program: Program) -> WengertList:
    return check_list(record(lambda *xs: program.run(ROLLED, *xs), [type_of(np.asarray(x)) for x in program.args]))


def rolled(program: Program) -> Any:
    return lambda *xs: program.run(ROLLED, *xs)


def unrolled(program: Program) -> Any:
    return lambda *xs: program.run(UNROLLED, *xs)


def close(found: Any, expected: Any, tolerance: float = 1e-12) -> None:
    for a, b in zip(found, expected, strict=True):
        assert np.shape(a) == np.shape(b)
        scale = 1 + np.max(np.abs(b), initial=0)
        assert np.max(np.abs(a - b), initial=0) <= tolerance * scale, (a, b)


@programs
def test_value(program):
    expected = unrolled(program)(*program.args)
    close([rolled(program)(*program.args)], [expected])
    close(run(as_list(program), *program.args), [expected])


@programs
def test_eager_modes(program):
    """Calls of lines that hold lists from a program that is recorded as it runs."""
    vs = direction(program)
    close(wg.jvp(rolled(program), program.args, vs), wg.jvp(unrolled(program), program.args, vs))
    each = tuple(range(len(program.args)))
    gradient = wg.grad(unrolled(program), each)(*program.args)
    close(wg.grad(rolled(program), each)(*program.args), gradient)
    value, differential = wg.linearize(rolled(program), *program.args)
    check_linear(differential.list)
    close([differential(*vs)], [wg.jvp(unrolled(program), program.args, vs)[1]])
    pulled = run(check_linear(transpose_list(differential.list)), np.ones_like(value)[()])
    close(map(np.conj, pulled), gradient)


@programs
def test_list_modes(program):
    wl, vs = as_list(program), direction(program)
    close(run(check_list(forward(wl)), *program.args, *vs), wg.jvp(unrolled(program), program.args, vs))
    each = tuple(range(len(program.args)))
    gradient = wg.grad(unrolled(program), each)(*program.args)
    pulled = run(check_list(reverse(wl)), *program.args, 1.0)
    close(map(np.conj, pulled[1:]), gradient)


def along(program: Program, ops: Any) -> Any:
    """The program as a function of the step along a direction."""
    vs = direction(program)
    return lambda t: program.run(ops, *(x + t * v for x, v in zip(program.args, vs, strict=True)))


def derived(wl: WengertList, mode: str) -> WengertList:
    """The list of the derivative of a function of one number."""
    double = forward(wl) if mode == "f" else reverse(wl)
    rest = (1.0,) * (len(double.inputs) - 1)
    return check_list(simplify(record(lambda t: run(double, t, *rest)[-1], (wl.inputs[0].type,))))


@programs
def test_orders(program):
    """Forward and reverse mode over each other in every order, against nested forward mode of the unrolled program."""
    f, slopes = along(program, UNROLLED), []
    for _ in range(program.order):
        f = _slope(f)
        slopes.append(f(0.0))
    start = check_list(record(along(program, ROLLED), (type_of(0.0),)))
    known: dict[str, WengertList] = {"": start}
    words = ("".join(word) for n in range(1, program.order + 1) for word in itertools.product("fr", repeat=n))
    for word in words:
        known[word] = derived(known[word[:-1]], word[-1])
        close(run(known[word], 0.0), [slopes[len(word) - 1]])


def _slope(f: Any) -> Any:
    return lambda t: wg.jvp(f, (t,), (1.0,))[1]


@programs
def test_taylor(program):
    """Taylor mode of lines that hold lists: one line with the terms of all values."""
    order = max(program.order, 4)
    f, expected = along(program, UNROLLED), []
    for _ in range(program.order):
        f = _slope(f)
        expected.append(f(0.0))
    start = check_list(record(along(program, ROLLED), (type_of(0.0),)))
    high = check_list(taylor(start, order))
    assert len(high) < 12 * (1 + order) ** 2 * (1 + len(start))
    series = run(high, 0.0, 1.0, *[0.0] * (order - 1))
    eager = wg.taylor(along(program, ROLLED), 0.0, order).coefficients
    close([eager], [wg.taylor(along(program, UNROLLED), 0.0, order).coefficients], 1e-10)
    close(series, list(eager), 1e-10)
    for k, slope in enumerate(expected, 1):
        close([eager[k] * math.factorial(k)], [slope], 1e-9)
    over = wg.grad(lambda t: wg.taylor(along(program, ROLLED), t, 2).coefficients[2])(0.0)
    close([over], [3 * eager[3]], 1e-9)
