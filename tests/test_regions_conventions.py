"""The library's conventions hold inside of loops: dtypes, exact zeros, ties, complex numbers, rows of every kind."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import wengert as wg
from tests.scenarios.regions import Rolled, Unrolled, read
from wengert.ir import bind, check_list, type_of
from wengert.regions import for_, record
from wengert.run import run
from wengert.transform import forward, reverse, simplify

OPS = Rolled()
RNG = np.random.default_rng(2)


def agree(f: Any, *args: Any, tolerance: float = 1e-12) -> Any:
    """Value, gradient and tangent of `f(ops, *args)` are those of the unrolled program, in dtype too."""
    each = tuple(range(len(args)))
    value, gradient = wg.value_and_grad(lambda *xs: f(Unrolled(), *xs), each)(*args)
    wl = check_list(record(lambda *xs: f(OPS, *xs), [type_of(x) for x in args]))
    vs = [np.asarray(RNG.standard_normal(np.shape(x)), np.asarray(x).dtype)[()] for x in args]
    _, tangent = wg.jvp(lambda *xs: f(Unrolled(), *xs), args, vs)
    for tidy in (lambda wl: wl, simplify):
        found = run(check_list(tidy(reverse(wl))), *args, np.asarray(1.0, np.asarray(value).dtype)[()])
        pushed = run(check_list(tidy(forward(wl))), *args, *vs)
        rows = [(found[0], value), (pushed[0], value), (pushed[1], tangent)]
        rows += zip(map(np.conj, found[1:]), gradient, strict=True)
        for a, b in rows:
            a, b = np.asarray(a), np.asarray(b)
            assert a.dtype == b.dtype
            np.testing.assert_allclose(a, b, rtol=tolerance, atol=tolerance)
    eager = wg.grad(lambda *xs: f(OPS, *xs), each)(*args)
    for a, b in zip(eager, gradient, strict=True):
        assert np.asarray(a).dtype == np.asarray(b).dtype
        np.testing.assert_allclose(a, b, rtol=tolerance, atol=tolerance)
    return gradient


class TestDtypes:
    def test_single_precision(self) -> None:
        def f(ops: Any, x: Any, w: Any) -> Any:
            (x,), (seen,) = ops.loop(4, lambda i, x, w: ((np.tanh(w * x + 0.5 * i),), (x * 2.0,)), (x,), (w,))
            return np.sum(x) + np.sum(seen)

        agree(f, RNG.random(3).astype(np.float32), RNG.random(3).astype(np.float32), tolerance=2e-6)

    def test_single_with_double(self) -> None:
        def f(ops: Any, x: Any, w: Any) -> Any:
            step = lambda i, x, w: (((x * 0.5 + np.sin(w)).astype(np.float32),), (x * w,))  # noqa: E731
            (x,), (seen,) = ops.loop(3, step, (x,), (w,))
            return np.sum(x) * np.sum(seen)

        agree(f, RNG.random(3).astype(np.float32), RNG.random(3), tolerance=2e-6)

    def test_single_in_a_while(self) -> None:
        def f(ops: Any, x: Any) -> Any:
            (x,) = ops.repeat(lambda x: np.sum(x) < 10.0, lambda x: x * 1.5 + np.cos(x), (x,))
            return np.sum(x * x)

        agree(f, RNG.random(3).astype(np.float32), tolerance=5e-6)

    def test_complex_and_real(self) -> None:
        def f(ops: Any, x: Any, z: Any) -> Any:
            step = lambda i, x, z: ((np.real(z * np.exp(1j * x)), z * z + x), ())  # noqa: E731
            (x, z), _ = ops.loop(3, step, (x, z))
            return x * np.abs(z) ** 2

        agree(f, 0.4, 0.3 - 0.5j)

    def test_single_complex(self) -> None:
        def f(ops: Any, z: Any) -> Any:
            (z,), (r,) = ops.loop(3, lambda i, z: ((z * z * 0.5 + 0.1,), (np.imag(z),)), (z,))
            return np.sum(np.real(z)) + np.sum(r)

        agree(f, (RNG.random(2) + 1j * RNG.random(2)).astype(np.complex64), tolerance=2e-6)

    def test_python_numbers_stay_weak(self) -> None:
        """A carried Python number does not make what it meets double."""

        def f(x: Any) -> Any:
            body = record(lambda i, s, x: (s * 0.5, x * s), (type_of(0), type_of(1.0), type_of(x)))
            params = {"body": body, "length": 3, "carries": 1, "consts": 1, "reverse": False}
            return bind(for_, (1.0, x), params)[1]

        x = RNG.random(2).astype(np.float32)
        wl = check_list(record(lambda x: np.sum(f(x)), [type_of(x)]))
        assert run(wl, x)[0].dtype == np.float32
        assert run(simplify(reverse(wl)), x, np.float32(1))[1].dtype == np.float32


class TestSpecialPoints:
    def test_an_arm_that_was_not_selected(self) -> None:
        def f(ops: Any, x: Any, p: Any) -> Any:
            def step(i: Any, s: Any, x: Any, p: Any) -> Any:
                return (s * p + np.where(x > 0, np.log(x), 0.0) + np.where(x > 0, np.sqrt(x), 0.0),), ()

            (s,), _ = ops.loop(3, step, (np.zeros(2),), (x, p))
            return np.sum(s)

        (dx, _) = agree(f, np.array([0.0, 2.0]), 0.5)
        assert dx[0] == 0.0

    def test_choice_beside_a_singular_arm(self) -> None:
        def f(ops: Any, x: Any) -> Any:
            def step(i: Any, s: Any, x: Any) -> Any:
                return ops.choose(x > 0, (lambda s, x: s + x, lambda s, x: s + np.log(x) * x), (s, x)), ()

            return ops.loop(3, step, (0.0,), (x,))[0][0]

        assert agree(f, 0.0) == (3.0,)

    def test_ties(self) -> None:
        def f(ops: Any, x: Any) -> Any:
            step = lambda i, s, x: ((s + np.max(x) + np.maximum(x[0], 1.0) + np.abs(x[2]),), ())  # noqa: E731
            return ops.loop(2, step, (0.0,), (x,))[0][0]

        (dx,) = agree(f, np.array([1.0, 1.0, 0.0]))
        np.testing.assert_array_equal(dx, [2.0, 1.0, 0.0])

    def test_powers_at_zero(self) -> None:
        def f(ops: Any, x: Any) -> Any:
            return ops.loop(3, lambda i, s, x: ((s + x**2 + x**i,), ()), (0.0,), (x,))[0][0]

        assert agree(f, 0.0) == (1.0,)

    def test_sigmoid_after_underflow(self) -> None:
        def f(ops: Any, x: Any) -> Any:
            return ops.loop(2, lambda i, s, x: ((s + 1 / (1 + np.exp(-x)),), ()), (0.0,), (x,))[0][0]

        assert agree(f, -1000.0) == (0.0,)


ROWS = {
    "solve": lambda x, a: np.linalg.solve(a + 3 * np.eye(3), x),
    "cholesky": lambda x, a: np.linalg.cholesky(a @ a.T + np.eye(3)) @ x,
    "eigh": lambda x, a: np.linalg.eigh(a + a.T)[0] * x,
    "eigh vectors": lambda x, a: np.linalg.eigh(a + a.T)[1] ** 2 @ x,
    "slogdet": lambda x, a: x * np.linalg.slogdet(a + 3 * np.eye(3))[1],
    "inv": lambda x, a: np.linalg.inv(a + 3 * np.eye(3)) @ x,
    "svd": lambda x, a: np.linalg.svd(a)[1] * x,
    "sort": lambda x, a: np.sort(x * a[0]),
    "cumsum": lambda x, a: np.cumsum(x) * a[1],
    "cumprod": lambda x, a: np.cumprod(x) + a[1],
    "prod": lambda x, a: x * np.prod(a),
    "fft": lambda x, a: np.real(np.fft.fft(x * a[0]) * (1 + 1j)),
    "norm": lambda x, a: x / np.linalg.norm(a @ x),
    "einsum": lambda x, a: np.einsum("ij,j,ik->k", a, x, a),
    "softmax": lambda x, a: np.exp(x - np.max(x)) / np.sum(np.exp(x - np.max(x))) * a[0],
    "convolve": lambda x, a: np.convolve(x, a[0], "same"),
    "concatenate": lambda x, a: np.concatenate([x[1:], x[:1] * a[0, 1]]),
    "take": lambda x, a: x[np.array([2, 0, 0])] * a[0],
    "outer": lambda x, a: np.outer(x, a[0]) @ x,
    "interp": lambda x, a: np.interp(x, np.array([-2.0, 0.0, 2.0]), a[0]),
}


@pytest.mark.parametrize("name", ROWS)
def test_rows_of_every_kind(name: str) -> None:
    """As the step of a loop, of a loop of unknown length, and of a branch."""
    one = ROWS[name]
    x, a = np.array([0.7, -0.4, 0.9]), np.random.default_rng(1).standard_normal((3, 3))

    def in_for(ops: Any, x: Any, a: Any) -> Any:
        (x,), (seen,) = ops.loop(2, lambda i, x, a: ((0.3 * one(x, a),), (x,)), (x,), (a,))
        return np.sum(x * np.arange(3.0)) + np.sum(seen**2)

    def in_while(ops: Any, x: Any, a: Any) -> Any:
        _, x = ops.repeat(lambda k, x, a: k < 2, lambda k, x, a: (k + 1, 0.3 * one(x, a)), (0, x), (a,))
        return np.sum(x * np.arange(3.0))

    def in_cond(ops: Any, x: Any, a: Any) -> Any:
        (x,) = ops.choose(x[0] > 0, (lambda x, a: x, lambda x, a: one(x, a)), (x, a))
        return np.sum(x * np.arange(3.0))

    for f in (in_for, in_while, in_cond):
        agree(f, x, a, tolerance=1e-10)


class TestEqualEigenvalues:
    """What a function of the vectors is made of where they are not determined: as outside of loops."""

    def square(self, a: Any) -> Any:
        w, v = np.linalg.eigh(a)
        return v @ np.diag(w * w) @ v.T

    def test_in_a_loop(self) -> None:
        def f(ops: Any, a: Any, m: Any) -> Any:
            (a,), (seen,) = ops.loop(2, lambda i, a, m: ((self.square(a) * 0.5,), (self.square(a) * m,)), (a,), (m,))
            return np.sum(a * m) + np.sum(seen)

        agree(f, np.eye(2), np.array([[1.0, 2.0], [2.0, 4.0]]))

    def test_in_a_branch(self) -> None:
        def f(ops: Any, a: Any, m: Any) -> Any:
            (a,) = ops.choose(a[0, 0] > 0, (lambda a, m: a, lambda a, m: self.square(a) * m), (a, m))
            return np.sum(a)

        agree(f, np.eye(2), np.array([[1.0, 2.0], [2.0, 4.0]]))


def test_a_while_whose_step_depends_on_a_row_that_was_read() -> None:
    """A search through a table, whose place decides which numbers the derivative goes to."""

    def f(ops: Any, x: Any, table: Any) -> Any:
        step = lambda k, s, x, table: (k + 1, s + read(table, k))  # noqa: E731
        k, s = ops.repeat(lambda k, s, x, table: s < x, step, (0, 0.0), (x, table))
        return (s - x) * read(table, k)

    dx, dtable = agree(f, 1.0, np.array([0.3, 0.5, 0.4, 0.9]))
    assert dx == -0.9
    np.testing.assert_allclose(dtable, [0.9, 0.9, 0.9, 0.2], rtol=1e-12)
