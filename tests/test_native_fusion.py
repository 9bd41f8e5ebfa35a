"""Machine code of array programs: what is fused, written over, put together and shared gives what NumPy gives."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import wengert as wg
from wengert.native import compile_list
from wengert.native.nests import sweeps
from wengert.native.planning.prepare import prepared
from wengert.native.planning.row_forms import row_counts
from wengert.run import run


def compare(function: Any, *args: Any, tolerance: float = 1e-11) -> None:
    """The value and the gradient by machine code, twice, and by the interpreter."""
    for fun in (function, wg.value_and_grad(lambda *xs: np.sum(function(*xs)), tuple(range(len(args))))):
        wl = wg.trace(fun, *args)
        with np.errstate(all="ignore"):
            expected = run(wl, *args)
        call = compile_list(wl, warn=False, verify=True)
        for _ in range(2):
            for a, b in zip(call(*args), expected, strict=True):
                size = np.max(np.abs(b), initial=1.0, where=np.isfinite(b))
                np.testing.assert_allclose(a, b, rtol=tolerance, atol=tolerance * size)


# -- random programs ---------------------------------------------------------------------------------------------------


def _pick(rng: np.random.Generator, values: list[Any], ndim: int = 0) -> Any:
    fitting = [x for x in values if np.ndim(x) >= ndim and np.size(x)]
    return fitting[max(rng.integers(len(fitting)), rng.integers(len(fitting)))]  # rather a late one


def _fitting(rng: np.random.Generator, values: list[Any], x: Any) -> Any:
    """A value that broadcasts against another without growing it."""

    def fits(y: Any) -> bool:
        try:
            return bool(np.broadcast_shapes(np.shape(x), np.shape(y)) == np.shape(x))
        except ValueError:
            return False

    fitting = [y for y in values if fits(y)]
    return fitting[max(rng.integers(len(fitting)), rng.integers(len(fitting)))]


def _window(rng: np.random.Generator, n: int) -> slice:
    start = int(rng.integers(0, min(n, 4)))
    return slice(start, max(start + 1, n - int(rng.integers(0, 4))))


def _step(rng: np.random.Generator, values: list[Any]) -> Any:
    kind = rng.choice(["unary", "binary", "binary", "reduce", "window", "item", "view", "join", "shift", "update"])
    if kind == "unary":
        f = rng.choice(np.array([np.sin, np.tanh, np.square, np.negative, lambda x: np.exp(-x * x), np.abs], object))
        return f(_pick(rng, values))
    if kind == "binary":
        x = _pick(rng, values)
        y = _fitting(rng, values, x)
        f = rng.choice(np.array([np.add, np.subtract, np.multiply, lambda x, y: x / (2 + y * y), np.maximum], object))
        return f(x, y)
    if kind == "reduce":
        x = _pick(rng, values, 1)
        axis = int(rng.integers(np.ndim(x)))
        f = rng.choice(np.array([np.sum, np.max, np.mean], object))
        return f(x, axis=axis, keepdims=bool(rng.integers(2)))
    x = _pick(rng, values, 1)
    windows = tuple(_window(rng, n) if rng.integers(2) else slice(None) for n in np.shape(x))
    if kind == "window":
        return x[windows]
    if kind == "item":
        return x[(*(slice(None),) * (np.ndim(x) - 1), int(rng.integers(np.shape(x)[-1])))]
    if kind == "view":
        return [lambda: x.T, lambda: x[..., None], lambda: x[None], lambda: np.reshape(x, (-1,)), lambda: x[::-1]][
            int(rng.integers(5))
        ]()
    if kind == "join":
        y = _fitting(rng, values, x)
        f = rng.choice(np.array([np.stack, np.concatenate], object))
        return f([x, y + np.zeros(np.shape(x))], axis=int(rng.integers(np.ndim(x))))
    if kind == "shift":  # the adjoint of windows
        out = np.zeros(np.shape(x))
        out[windows] += np.sin(x[windows])
        out[windows] -= x[windows] * 0.5
        return out
    out = x * 1.0
    out[windows] = 0.25 * x[windows]
    return out


@pytest.mark.parametrize("seed", range(60))
def test_random_programs(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n, m = int(rng.integers(1, 140)), int(rng.integers(1, 12))
    shapes = [(n, m), (n,), (n, 3), (m,), (n, 2, 3), (9, n, m)]
    args = [rng.uniform(-1, 1, shapes[i]) for i in rng.permutation(len(shapes))[:3]]
    steps, choices = int(rng.integers(3, 15)), int(rng.integers(1 << 30))

    def program(*xs: Any) -> Any:
        inner = np.random.default_rng(choices)
        values = list(xs)
        for _ in range(steps):
            found = _step(inner, values)
            if np.size(found) < 20_000 and np.ndim(found) < 5:
                values.append(found)
        return sum(np.sum(v) for v in values[-3:])

    compare(program, *args)


# -- sums of multiples of what is summed -------------------------------------------------------------------------------


def log_sum_exp(x: Any) -> Any:
    largest = np.max(x, axis=-1, keepdims=True)
    return np.squeeze(largest, -1) + np.log(np.sum(np.exp(x - largest), axis=-1))


@pytest.mark.parametrize("shape", [(1003,), (40, 25), (3, 7, 21)])
def test_the_sum_of_a_multiple(shape: tuple[int, ...]) -> None:
    x = np.random.default_rng(0).standard_normal(shape)
    wl = wg.trace(wg.value_and_grad(lambda x: np.sum(log_sum_exp(x))), x)
    before = sum(line.primitive.name == "sum" and line.outputs[0].type.dtype == float for line in wl.lines)
    after = sum(
        line.primitive.name == "sum" and line.outputs[0].type.dtype == float for line in prepared(wl).lines
    )
    assert after == before - 1
    compare(log_sum_exp, x)


def test_the_sum_of_a_multiple_of_what_may_be_negative_stays() -> None:
    def f(x: Any) -> Any:
        total = np.sum(x)
        return np.sum(x * np.log(total)) - total

    wl = wg.trace(wg.grad(f), np.ones(50))
    assert len(prepared(wl).lines) == len(wl.lines)


# -- values written over what they are computed from -------------------------------------------------------------------


@pytest.mark.parametrize("n", [16, 17, 23, 64, 1001])
def test_written_over(n: int) -> None:
    """The last vector overlaps the one before: what was written there must not be computed once more."""

    def f(x: Any, y: Any) -> Any:
        a = np.exp(x)
        b = a / np.sum(a)
        return b * y, np.sum(b * b), a + np.max(b)

    rng = np.random.default_rng(n)
    x, y = rng.standard_normal(n), rng.standard_normal(n)
    wl = wg.trace(f, x, y)
    for a, b in zip(compile_list(wl, verify=True)(x, y), run(wl, x, y), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-14)


# -- rows side by side -------------------------------------------------------------------------------------------------


def rotated(r: Any, x: Any) -> Any:
    """Rotation about r by |r|; at r = 0 it has derivatives in which zeros meet infinity."""
    angle = np.sqrt(np.sum(r * r))
    axis = r / (angle + 1.0)
    across = np.stack(
        [axis[1] * x[2] - axis[2] * x[1], axis[2] * x[0] - axis[0] * x[2], axis[0] * x[1] - axis[1] * x[0]]
    )
    y = x * np.cos(angle) + across * np.sin(angle) + axis * (np.sum(axis * x) * (1 - np.cos(angle)))
    return np.concatenate([y[:2] / y[2], np.where(y > 0, y, np.float64(2.0) * y)])


@pytest.mark.parametrize("n", [64, 67, 100, 131])
@pytest.mark.parametrize("threads", [1, 2])
def test_rows(n: int, threads: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wengert.native.parts.LARGE", 1000)
    rng = np.random.default_rng(n)
    r, x = rng.standard_normal((n, 3)), rng.standard_normal((n, 3)) + 5
    r[n // 2] = 0.0
    before = wg.get_num_threads()
    wg.set_num_threads(threads)
    try:
        mapped = (rotated, wg.jacobian(rotated, (0, 1)), wg.jacobian(rotated, mode="forward"))
        for f in map(wg.vmap, mapped):
            wl = wg.trace(f, r, x)
            assert n in row_counts(prepared(wl).lines)
            for a, b in zip(compile_list(wl, verify=True)(r, x), run(wl, r, x), strict=True):
                np.testing.assert_allclose(a, b, rtol=1e-13, atol=1e-13)
    finally:
        wg.set_num_threads(before)


@pytest.mark.parametrize("dtype", ["float32", "int64", "bool"])
@pytest.mark.parametrize("order", ["C", "F", "strided"])
def test_rows_of_other_types_and_layouts(dtype: str, order: str) -> None:
    x = (np.random.default_rng(0).standard_normal((2 * 70, 10)) * 4).astype(dtype)
    x = {"C": x[:70].copy(), "F": np.asfortranarray(x[:70]), "strided": x[::2, ::-1]}[order]

    def f(x: Any) -> Any:
        last = x[:, 0] & x[:, 2] if dtype == "bool" else x[:, 2]
        y = np.concatenate([x[:, 3:], np.stack([x[:, 1], x[:, 0], last], 1)], 1)
        z = np.sum(np.where(y > 1, y, x), axis=1)
        return y, z, y[:, 2:4] + z[:, None], np.max(x[:, 1:5], axis=1), x[:, ::-1] == y

    wl = wg.trace(f, x)
    assert 70 in row_counts(prepared(wl).lines)
    for a, b in zip(compile_list(wl, verify=True)(x), run(wl, x), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-6)
        assert a.dtype == b.dtype


# -- windows put together ----------------------------------------------------------------------------------------------


def rough(x: Any) -> Any:
    return (x[1:] - x[:-1] ** 2) ** 2


def smooth(x: Any) -> Any:
    return x[2:] * x[:-2] - 2 * np.sin(x[1:-1])


def plane(x: Any) -> Any:
    return np.tanh(x[1:, :] - x[:-1, :])


def costly(x: Any) -> Any:
    return np.exp(np.sin(x[1:])) * np.tanh(np.exp(x[:-1]))


@pytest.mark.parametrize("f", [rough, smooth, plane, costly])
@pytest.mark.parametrize("n", [3, 31, 40, 257])
def test_windows(f: Any, n: int) -> None:
    x = np.random.default_rng(n).standard_normal((n, 3) if f is plane else n)
    compare(f, x)
    wl = wg.trace(wg.grad(lambda x: np.sum(f(x))), x)
    left = sum(line.primitive.name in ("index_add", "setitem") for line in prepared(wl).lines)
    assert (left == 0) == (n >= 32)


def test_windows_that_are_set() -> None:
    def f(x: Any) -> Any:
        a = np.zeros(100)
        a[1:-1] = x[2:] - x[:-2]
        a[:1] = 3.0
        a[90:] = x[0] * 2
        a[5:50] += x[:45]
        a[10:20] = x[1:2]
        return a

    compare(f, np.random.default_rng(0).standard_normal(100))


def test_windows_of_what_is_read_on_the_way_stay() -> None:
    def f(x: Any) -> Any:
        a = np.zeros(100)
        a[1:] += x[:-1]
        b = a * 1.0
        a[:50] += b[50:]
        return a, b, np.concatenate([a, b * 2, np.sin(x)])

    x = np.random.default_rng(0).standard_normal(100)
    wl = wg.trace(f, x)
    for a, b in zip(compile_list(wl, verify=True)(x), run(wl, x), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-14)


def test_computed_in_place_of_a_part() -> None:
    def f(x: Any, y: Any) -> Any:
        a, b = np.sin(x), x * y
        joined = np.concatenate([np.concatenate([a, b], axis=1), np.stack([y, a + b], axis=1)[:, 0]], axis=1)
        c = x - y
        return joined * 2, np.sum(a), np.concatenate([c, c]), np.stack([x + 1, c * c, c])

    rng = np.random.default_rng(0)
    x, y = rng.standard_normal((40, 50)), rng.standard_normal((40, 50))
    wl = wg.trace(f, x, y)
    for a, b in zip(compile_list(wl, verify=True)(x, y), run(wl, x, y), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-14)


# -- one sweep over a matrix -------------------------------------------------------------------------------------------


def squares(w: Any, a: Any, b: Any) -> Any:
    r = a @ w - b
    return np.sum(r * r)


def logistic(w: Any, a: Any, b: Any) -> Any:
    return np.mean(np.log1p(np.exp(-b * (a @ w)))) + 0.1 * np.sum(w * w)


def columns(w: Any, a: Any, b: Any) -> Any:
    return np.max(np.abs(w @ a.T - b)) + np.sum(np.tanh(a @ (2 * w)) * b)


@pytest.mark.parametrize("f", [squares, logistic, columns])
@pytest.mark.parametrize("shape", [(1000, 70), (301, 257), (4003, 33), (70, 1024)])
@pytest.mark.parametrize("order", ["C", "F", "strided"])
def test_sweeps(f: Any, shape: tuple[int, int], order: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wengert.native.planning.sweep_plan.LARGE", 1000)
    m, n = shape
    rng = np.random.default_rng(m)
    a = rng.standard_normal((2 * m, n)) / np.sqrt(n)
    a = {"C": a[:m].copy(), "F": np.asfortranarray(a[:m]), "strided": a[::2]}[order]
    args = rng.standard_normal(n), a, rng.standard_normal(m)
    for fun in (f, wg.value_and_grad(f), lambda *xs: wg.hvp(lambda w: f(w, *xs[1:]), xs[:1], (xs[0] + 1,))):
        expected, call = fun(*args), wg.compile(fun)
        for _ in range(2):
            for x, y in zip(*(z if isinstance(z, tuple) else (z,) for z in (call(*args), expected)), strict=True):
                np.testing.assert_allclose(x, y, rtol=1e-11, atol=1e-11)


def test_a_sweep_is_one_group(monkeypatch: pytest.MonkeyPatch) -> None:
    swept: list[Any] = []
    emit = sweeps.emit_sweep
    monkeypatch.setattr(sweeps, "emit_sweep", lambda low, item: swept.append(item) or emit(low, item))
    rng = np.random.default_rng(0)
    args = rng.standard_normal(300), rng.standard_normal((600, 300)), rng.standard_normal(600)
    for f in (squares, logistic):
        compile_list(wg.trace(wg.value_and_grad(f), *args), verify=True)
    assert len(swept) == 2
    assert all(sum(line.primitive.name == "matmul" for line in item.lines) == 2 for item in swept)


# -- any number of threads ---------------------------------------------------------------------------------------------


def test_the_bits_do_not_depend_on_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wengert.native.parts.LARGE", 1000)
    rng = np.random.default_rng(0)
    points, line, w = rng.standard_normal((1003, 3)), rng.standard_normal(5001), rng.standard_normal(300)
    programs = [
        (wg.vmap(wg.jacobian(rotated, (0, 1))), (points, points + 5)),
        (wg.value_and_grad(lambda x: np.sum(rough(x))), (line,)),
        (wg.value_and_grad(log_sum_exp), (line,)),
        (wg.value_and_grad(logistic), (w, rng.standard_normal((600, 300)), rng.standard_normal(600))),
    ]
    before = wg.get_num_threads()
    try:
        for f, args in programs:
            call = compile_list(wg.trace(f, *args))
            found = set()
            for threads in (1, 2, 3, 5):
                wg.set_num_threads(threads)
                for _ in range(5):
                    found.add(b"".join(np.asarray(x).tobytes() for x in call(*args)))
            assert len(found) == 1
    finally:
        wg.set_num_threads(before)
