"""Random programs of nested loops and choices, smooth wherever they are run, drawn from a seed."""

from __future__ import annotations

import random
from typing import Any

import numpy as np

from tests.scenarios.regions import Program, add_at, read, write


class Draw(random.Random):
    """Random choices, and the size of the vector."""

    size = 4


def random_program(seed: int, size: int = 4) -> Program:
    """A program of two numbers and a vector."""
    rng = Draw(seed)
    rng.size = size
    body = block(rng, 3)
    numbers = np.random.default_rng(seed)
    args = (numbers.uniform(0.3, 0.9), numbers.uniform(-0.9, -0.3), numbers.uniform(0.2, 0.8, rng.size))

    def run(ops: Any, a: Any, b: Any, v: Any) -> Any:
        a, b, v = body(ops, a, b, v, 1)
        return a + 2 * b + np.sum(v * np.arange(1.0, rng.size + 1))

    return Program(f"seed {seed}", run, args)


def block(rng: Draw, depth: int) -> Any:
    """A few statements one after another: `f(ops, a, b, v, i)` -> the new numbers and vector."""
    steps = [statement(rng, depth) for _ in range(rng.randint(1, 3))]

    def run(ops: Any, a: Any, b: Any, v: Any, i: Any) -> Any:
        for step in steps:
            a, b, v = step(ops, a, b, v, i)
        return a, b, v

    return run


def statement(rng: Draw, depth: int) -> Any:
    kinds = (
        [number, vector, element] if depth == 0 else [number, element, counted, until, chosen, scanned, again, dynamic]
    )
    return rng.choice(kinds)(rng, depth)


def number(rng: Draw, depth: int) -> Any:
    """A number from others. All stay between -1.5 and 1.5."""
    form = rng.choice(
        [
            lambda a, b, x, i: np.sin(a * b + x),
            lambda a, b, x, i: 0.5 * a + 0.3 * np.cos(x),
            lambda a, b, x, i: np.tanh(a + x * b),
            lambda a, b, x, i: np.exp(-a * a) * b,
            lambda a, b, x, i: a / (2 + b * b),
            lambda a, b, x, i: np.where(b > 0, a * 0.5, np.sin(a)),
            lambda a, b, x, i: np.sin(a + 0.1 * i),
            lambda a, b, x, i: a,
            lambda a, b, x, i: x * 1.0,
        ]
    )
    place = rng.randrange(rng.size)
    swap = rng.random() < 0.5

    def run(ops: Any, a: Any, b: Any, v: Any, i: Any) -> Any:
        new = form(a, b, read(v, place), i)
        return (b, new, v) if swap else (new, b, v)

    return run


def vector(rng: Draw, depth: int) -> Any:
    form = rng.choice(
        [
            lambda a, b, v: np.sin(v * a + b),
            lambda a, b, v: np.roll(v, 1) * 0.5 + a * 0.1,
            lambda a, b, v: v / (1 + np.sum(v * v)),
            lambda a, b, v: np.cumsum(v) * 0.25 * b,
        ]
    )
    return lambda ops, a, b, v, i: (a, b, form(a, b, v))


def element(rng: Draw, depth: int) -> Any:
    shift, how = rng.randrange(rng.size), rng.choice([write, add_at])

    def run(ops: Any, a: Any, b: Any, v: Any, i: Any) -> Any:
        k = (i + shift) % rng.size
        return a, b, how(v, np.sin(read(v, k) * a) * 0.3, k)

    return run


def counted(rng: Draw, depth: int) -> Any:
    inner, n, reverse = block(rng, depth - 1), rng.randint(0, 3), rng.random() < 0.3
    carried = rng.random() < 0.5  # else b and v are constants of the loop

    def run(ops: Any, a: Any, b: Any, v: Any, i: Any) -> Any:
        if carried:
            (a, b, v), _ = ops.loop(n, lambda j, a, b, v, i: (inner(ops, a, b, v, j), ()), (a, b, v), (i,), (), reverse)
            return a, b, v
        (a,), _ = ops.loop(n, lambda j, a, b, v, i: (inner(ops, a, b, v, j + i)[:1], ()), (a,), (b, v, i), (), reverse)
        return a, b, v

    return run


def scanned(rng: Draw, depth: int) -> Any:
    inner, reverse = block(rng, depth - 1), rng.random() < 0.3

    def run(ops: Any, a: Any, b: Any, v: Any, i: Any) -> Any:
        def step(j: Any, a: Any, b: Any, v: Any, x: Any) -> Any:
            c, d, w = inner(ops, a, x, v, j)
            return (c,), (d * b + read(w, 0), a)

        (a,), (ys, zs) = ops.loop(rng.size, step, (a,), (b, v), (v,), reverse)
        return a, b, np.sin(ys) + 0.5 * zs

    return run


def until(rng: Draw, depth: int) -> Any:
    inner, top = block(rng, depth - 1), rng.randint(0, 4)
    speed = rng.uniform(0.4, 0.9)

    def run(ops: Any, a: Any, b: Any, v: Any, i: Any) -> Any:
        def step(k: Any, t: Any, a: Any, b: Any, v: Any, i: Any) -> Any:
            a, b, v = inner(ops, a, b, v, k)
            return k + 1, t + speed, a, b, v

        # the number of trips depends on a number, but does not jump near it
        _, t, a, b, v = ops.repeat(
            lambda k, t, a, b, v, i: t < top + 0.01 * np.sin(i), step, (0, 0.001 * a, a, b, v), (i,)
        )
        return a + 0.1 * t, b, v

    return run


def dynamic(rng: Draw, depth: int) -> Any:
    inner = block(rng, depth - 1)

    def run(ops: Any, a: Any, b: Any, v: Any, i: Any) -> Any:
        (a, b, v), _ = ops.loop_until(i % 3, lambda j, a, b, v: (inner(ops, a, b, v, j), ()), (a, b, v))
        return a, b, v

    return run


def chosen(rng: Draw, depth: int) -> Any:
    one, other = block(rng, depth - 1), block(rng, depth - 1)
    by_index = rng.random() < 0.5

    def run(ops: Any, a: Any, b: Any, v: Any, i: Any) -> Any:
        arms = (lambda a, b, v, i: one(ops, a, b, v, i), lambda a, b, v, i: other(ops, a, b, v, i))
        return ops.choose(i % 2 if by_index else a > 0.05, arms, (a, b, v, i))

    return run


def again(rng: Draw, depth: int) -> Any:
    inner = block(rng, depth - 1)
    return lambda ops, a, b, v, i: ops.again(lambda a, b, v, i: inner(ops, a, b, v, i), (a, b, v, i))
