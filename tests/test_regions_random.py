"""Random nested loops and choices: every mode against the same program unrolled in Python."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pytest

import wengert as wg
from tests.scenarios.random_regions import random_program
from tests.scenarios.regions import Rolled, Unrolled
from wengert.ir import Var, WengertList, check_list, type_of
from wengert.regions import record
from wengert.run import run
from wengert.transform import batch, forward, reverse, simplify

SIZE = 3


def close(found: Iterable[Any], expected: Iterable[Any], tolerance: float = 1e-11) -> None:
    for a, b in zip(found, expected, strict=True):
        a, b = np.asarray(a), np.asarray(b)
        assert a.shape == b.shape
        assert np.all(np.abs(a - b) <= tolerance * (1 + np.max(np.abs(b), initial=0))), (a, b)


def lines(wl: WengertList) -> int:
    """The number of lines, those of bodies too."""
    return sum(1 + sum(map(lines, line.bodies())) for line in wl.lines)


def given(cts: Iterable[Any], wl: WengertList) -> list[Any]:
    """The cotangents of those outputs that are no literals."""
    return [ct for ct, out in zip(cts, wl.outputs, strict=True) if type(out) is Var]


@pytest.mark.parametrize("seed", range(30))
def test_random_program(seed: int) -> None:
    program = random_program(seed)
    args = program.args
    rng = np.random.default_rng(seed)
    vs = [rng.standard_normal(np.shape(x)) for x in args]

    def f(*xs: Any) -> Any:
        return program.run(Unrolled(), *xs)

    wl = check_list(record(lambda *xs: program.run(Rolled(), *xs), [type_of(np.asarray(x)) for x in args]))
    short = check_list(simplify(wl))
    value, gradient = wg.value_and_grad(f, (0, 1, 2))(*args)
    for one in (wl, short):
        close(run(one, *args), [value])
        back = check_list(reverse(one))
        close(run(back, *args, 1.0), [value, *gradient])
    back = check_list(simplify(back))
    double = check_list(simplify(forward(short)))
    close(run(back, *args, 1.0), [value, *gradient])
    close(run(double, *args, *vs), wg.jvp(f, args, vs))

    if lines(wl) < 250:
        for which in ((True, True, True), (False, False, True)):
            stacks = [
                np.stack([x * (1 + 0.01 * k) for k in range(SIZE)]) if w else x
                for x, w in zip(args, which, strict=True)
            ]
            wide, flags = batch(back, SIZE, (*which, False))
            found = run(check_list(simplify(wide)), *stacks, 1.0)
            for k in range(SIZE):
                item = [x[k] if w else x for x, w in zip(stacks, which, strict=True)]
                close((a[k] if flag else a for a, flag in zip(found, flags, strict=True)), run(back, *item, 1.0))

    if lines(wl) < 120:
        second = wg.jvp(wg.grad(f, (0, 1, 2)), args, vs)[1]
        turned = check_list(simplify(forward(back)))
        close(run(turned, *args, 1.0, *vs, 0.0)[5:], second, 1e-10)
        turned = check_list(simplify(reverse(double)))
        close(run(turned, *args, *vs, *given((0.0, 1.0), double))[2:5], second, 1e-10)
        turned = check_list(simplify(reverse(back)))
        close(run(turned, *args, 1.0, *given((0.0, *vs), back))[4:7], second, 1e-10)
