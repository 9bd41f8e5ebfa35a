"""Lines that hold lists under all that records or transforms: public functions, tapes, dual numbers, rules."""

from __future__ import annotations

from typing import Any

import numpy as np

import wengert as wg
from tests.scenarios.regions import Rolled, Unrolled, read
from wengert.ir import check_linear, check_list, type_of
from wengert.regions import record
from wengert.run import run
from wengert.transform import transpose_list

ROLLED, UNROLLED = Rolled(), Unrolled()
X = np.array([0.4, -0.3, 0.8])


def program(ops: Any, x: Any) -> Any:
    """A loop with a search inside, of a vector."""

    def step(i: Any, s: Any, x: Any) -> Any:
        (r,) = ops.repeat(lambda r, y: np.abs(r * r - y) > 1e-13, lambda r, y: (r + y / r) / 2, (1.0,), (1 + s * s,))
        return (np.sin(s) + r * read(x, i),), (r,)

    (s,), (roots,) = ops.loop(3, step, (0.5,), (x,))
    return s * np.sum(roots)


def rolled(x: Any) -> Any:
    return program(ROLLED, x)


def unrolled(x: Any) -> Any:
    return program(UNROLLED, x)


def same(found: Any, expected: Any, tolerance: float = 1e-12) -> None:
    np.testing.assert_allclose(found, expected, rtol=tolerance, atol=tolerance)


def test_gradients_of_gradients() -> None:
    same(wg.grad(rolled)(X), wg.grad(unrolled)(X))
    same(wg.hessian(rolled)(X), wg.hessian(unrolled)(X))
    same(wg.jacobian(wg.grad(rolled))(X), wg.hessian(unrolled)(X))
    same(wg.hvp(rolled, X, np.ones(3)), wg.hvp(unrolled, X, np.ones(3)))
    third = wg.jacobian(wg.hessian(rolled))(X)
    same(third, wg.jacobian(wg.hessian(unrolled))(X), 1e-10)


def test_of_vector_values() -> None:
    def many(ops: Any, x: Any) -> Any:
        (x,), (seen,) = ops.loop(3, lambda i, x: ((np.sin(x) * np.roll(x, 1) + 0.1 * i,), (x[0] * x,)), (x,))
        return np.concatenate([x, seen.reshape(-1)])

    expected = wg.jacobian(lambda x: many(UNROLLED, x))(X)
    same(wg.jacobian(lambda x: many(ROLLED, x))(X), expected)
    value, pullback = wg.vjp(lambda x: many(ROLLED, x), X)
    w, v = np.arange(12.0), np.array([1.0, -2.0, 0.5])
    _, pushed = wg.jvp(lambda x: many(ROLLED, x), (X,), (v,))
    same(w @ pushed, pullback(w)[0] @ v)
    same(pullback(w)[0], w @ expected)
    assert value.shape == (12,)


def test_vmap() -> None:
    many = X * np.linspace(0.5, 1.0, 4)[:, None]
    same(wg.vmap(rolled)(many), [unrolled(x) for x in many])
    same(wg.vmap(wg.grad(rolled))(many), [wg.grad(unrolled)(x) for x in many])
    same(
        wg.grad(lambda xs: np.sum(wg.vmap(rolled)(xs) ** 2))(many),
        wg.grad(lambda xs: sum(unrolled(x) ** 2 for x in xs))(many),
    )


def test_tape() -> None:
    with wg.GradientTape() as tape:
        x = tape.watch(X)
        with wg.GradientTape() as inner:
            z = inner.watch(x)
            y = rolled(z)
        slope = inner.gradient(y, z)
        total = np.sum(slope * slope)
    same(slope.numpy(), wg.grad(unrolled)(X))
    same(tape.gradient(total, x), wg.grad(lambda x: np.sum(wg.grad(unrolled)(x) ** 2))(X))


def test_dual_numbers() -> None:
    out = wg.Dual(0.4, 1.0)
    f = lambda ops, t: ops.loop(3, lambda i, s, t: ((np.sin(s * t) + t,), ()), (0.5,), (t,))[0][0]  # noqa: E731
    found = f(ROLLED, out)
    value, tangent = wg.jvp(lambda t: f(UNROLLED, t), (0.4,), (1.0,))
    same((found.value, found.eps), (value, tangent))


def test_inside_of_a_rule() -> None:
    """A rule that a user gives may call functions that hold loops."""

    def cube(x: Any) -> Any:
        return ROLLED.loop(3, lambda i, p, x: ((p * x,), ()), (1.0,), (x,))[0][0]

    def pullback(ct: Any, y: Any, x: Any) -> Any:
        (total,), _ = ROLLED.loop(3, lambda i, t, ct, x: ((t + ct * x * x,), ()), (0.0,), (ct, x))
        return (total,)

    own = wg.primitive(cube, vjp=pullback, name="own_cube", shape=lambda x: x)
    same(wg.grad(own)(1.3), 3 * 1.3**2)
    same(wg.grad(wg.grad(own))(1.3), 6 * 1.3)
    same(wg.jvp(own, (1.3,), (1.0,))[1], 3 * 1.3**2)


def test_transpose_of_a_linear_program() -> None:
    """Loops that are linear in what they read, with counters beside: the list itself is transposed."""

    def linear(ops: Any, x: Any) -> Any:
        _, s = ops.repeat(lambda k, s, x: k < 3, lambda k, s, x: (k + 1, 0.5 * s + k * read(x, k)), (0, 0.0), (x,))
        (t, _), _ = ops.loop(3, lambda i, t, j, x: ((t * j + read(x, i), j + 2), ()), (s, 1), (x,))
        (u,) = ops.choose(True, (lambda t, x: t, lambda t, x: 3.0 * t + x[0]), (t, x))
        return u, np.cumsum(x) + s

    wl = check_linear(check_list(record(lambda x: linear(ROLLED, x), [type_of(X)])))
    back = check_list(transpose_list(wl))
    rows = np.array([np.concatenate([np.atleast_1d(part) for part in run(wl, row)]) for row in np.eye(3)])
    for k, ct in enumerate(np.eye(4)):
        same(run(back, ct[0], ct[1:])[0], rows[:, k])


def test_a_list_is_run_on_traced_values() -> None:
    wl = record(rolled, [type_of(X)])
    same(wg.grad(lambda x: run(wl, x)[0])(X), wg.grad(unrolled)(X))
