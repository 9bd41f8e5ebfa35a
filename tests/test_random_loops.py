"""Random programs with loops, compiled: as Python runs them, in all modes, for numbers of several kinds."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pytest

import wengert as wg
from tests.scenarios.random_loops import random_loops

ALL = (0, 1, 2)
ITEMS = 3
SEEDS = {
    ("f64", 4): (0, 2, 4, 6, 7, 8, 9, 10, 15, 20, 22),
    ("f32", 4): (105, 108, 110, 111),
    ("mixed", 3): (200, 204, 209),
    ("c128", 3): (302, 304, 309, 310),
    ("f64", 0): (402, 403, 406, 407),  # arrays without elements
    ("f64", 1): (502, 503),
}
CASES = [(kind, size, seed) for (kind, size), seeds in SEEDS.items() for seed in seeds]


def close(found: Iterable[Any], expected: Iterable[Any], tolerance: float, dtypes: bool = True) -> None:
    for a, b in zip(found, expected, strict=True):
        a, b = np.asarray(a), np.asarray(b)
        assert a.shape == b.shape
        assert a.dtype == b.dtype or not dtypes
        assert np.all(np.abs(a - b) <= tolerance * (1 + np.max(np.abs(b), initial=0))), (a, b)


@pytest.mark.parametrize(("kind", "size", "seed"), CASES)
def test_random_loops(kind: str, size: int, seed: int) -> None:
    f, args = random_loops(seed, kind, size)
    exact = 1e-11 if kind in ("f64", "c128") else 2e-4
    compiled = wg.compile(f, mode="list")
    close([compiled(*args)], [f(*args)], exact)
    gradient = wg.grad(f, ALL)(*args)
    close(wg.compile(wg.grad(f, ALL), mode="list")(*args), gradient, exact)
    close(wg.grad(compiled, ALL)(*args), gradient, exact)

    rng = np.random.default_rng(seed)
    vs = tuple(np.asarray(rng.standard_normal(np.shape(x)), np.asarray(x).dtype)[()] for x in args)
    close(wg.jvp(compiled, args, vs), wg.jvp(f, args, vs), exact)
    close(wg.grad(wg.checkpoint(compiled), ALL)(*args), gradient, exact)
    if kind == "c128":
        return

    def twice(*both: Any) -> Any:
        return wg.jvp(wg.grad(f, ALL), both[:3], both[3:])[1]

    def turned(*both: Any) -> Any:
        return wg.grad(lambda *xs: wg.jvp(f, xs, both[3:])[1], ALL)(*both[:3])

    second = twice(*args, *vs)
    close(wg.compile(twice, mode="list")(*args, *vs), second, 10 * exact)
    close(wg.compile(turned, mode="list")(*args, *vs), second, 10 * exact)
    if kind == "f64":

        def line(s: Any) -> Any:
            return f(*(x + s * v for x, v in zip(args, vs, strict=True)))

        third = wg.derivative(line, order=3)(0.0)
        close([wg.derivative(wg.compile(line, mode="list"), order=3)(0.0)], [third], 1e-8)

    stacks = [np.stack([np.asarray(x) * (1 + 0.05 * k) for k in range(ITEMS)]) for x in args]
    stacks = [stack.astype(np.asarray(x).dtype) for stack, x in zip(stacks, args, strict=True)]
    each = [wg.value_and_grad(f, ALL)(*(stack[k] for stack in stacks)) for k in range(ITEMS)]
    close([wg.vmap(compiled)(*stacks)], [np.stack([value for value, _ in each])], exact, dtypes=False)
    gradients = [np.stack(parts) for parts in zip(*(gradient for _, gradient in each), strict=True)]
    close(wg.vmap(wg.grad(compiled, ALL))(*stacks), gradients, exact, dtypes=False)


@pytest.mark.parametrize("seed", [602, 607, 608])
def test_in_machine_code(seed: int) -> None:
    f, args = random_loops(seed, "f64", 4)
    close(wg.compile(wg.grad(f, ALL))(*args), wg.grad(f, ALL)(*args), 1e-11)
