"""Machine code gives what the interpreter gives: on every row of the table, and on whole programs."""

from __future__ import annotations

import gc
import sys
import threading
from typing import Any

import numpy as np
import pytest

import wengert as wg
from tests.scenarios.as_written import AS_WRITTEN
from tests.scenarios.program import Program
from tests.scenarios.programs import PROGRAMS
from tests.test_as_written import prepared
from tests.test_table import rows, staged
from wengert.ir import Primitive, WengertList
from wengert.native import Front, NativeFallbackWarning, compile_list
from wengert.run import run
from wengert.tree import LEAF, flatten


def compiled(wl: WengertList) -> Any:
    """The list in machine code, checked by LLVM."""
    return compile_list(wl, warn=False, verify=True)


def assert_equal(found: Any, expected: Any, what: str, ulp: float = 16) -> None:
    """Equal but for rounding, in shape, dtype and kind."""
    assert len(found) == len(expected)
    for a, b in zip(found, expected, strict=True):
        x, y = np.asarray(a), np.asarray(b)
        assert (x.shape, x.dtype) == (y.shape, y.dtype), what
        assert isinstance(a, np.ndarray) == isinstance(b, np.ndarray) or y.ndim == 0, what
        eps = np.finfo(y.dtype).eps if y.dtype.kind in "fc" else 0
        size = np.max(np.abs(y), initial=0, where=np.isfinite(y)) if y.dtype.kind in "fc" else 0
        np.testing.assert_allclose(x, y, rtol=ulp * eps, atol=ulp * eps * size, err_msg=what)


@rows
def test_every_row(row: Primitive) -> None:
    for case, wl in staged(row):
        with np.errstate(all="ignore"):
            expected = run(wl, *case.inputs)
            assert_equal(compiled(wl)(*case.inputs), expected, str(case), 64)


UNKNOWN_SIZES = ("centroids", "convolutional-net")  # x[mask]
PAIRS = [pytest.param(p, id=p.name) for p in (*PROGRAMS, *AS_WRITTEN) if p.name not in UNKNOWN_SIZES]


@pytest.mark.parametrize("program", PAIRS)
def test_programs(program: Program) -> None:
    """The value and the gradient of whole programs, twice, for the second call finds memory that was used."""
    function, arguments, _ = prepared(program)
    everything = tuple(range(len(arguments)))
    wl = wg.trace(wg.value_and_grad(function, everything), *arguments)
    leaves = [float(x) if type(x) is int else x for x in flatten(arguments)[0]]
    with np.errstate(all="ignore"):
        expected = run(wl, *leaves)
        call = compiled(wl)
        for _ in range(2):
            for a, b in zip(call(*leaves), expected, strict=True):
                np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-12)


class TestEntry:
    def test_scalars(self) -> None:
        call = compile_list(wg.trace(lambda x, y: x * x * y + y + 2, 3.0, 4.0), single=True).call
        assert call(3.0, 4.0) == 42.0
        assert type(call(3.0, 4.0)) is float
        assert call(3, 4) == call(np.float64(3), np.array(4.0)) == call(np.float32(3), True + 3) == 42.0

    def test_wrong_arguments(self) -> None:
        call = compiled(wg.trace(lambda x, y: x * y, np.ones(3), 1.0)).call
        with pytest.raises(TypeError, match="2 inputs, 1 were given"):
            call(np.ones(3))
        with pytest.raises(ValueError, match=r"x: the program was compiled for shape \(3,\), and got \(4,\)"):
            call(np.ones(4), 1.0)
        with pytest.raises(TypeError, match="x: the program was compiled for float64, and got complex128"):
            call(np.ones(3) * 1j, 1.0)
        with pytest.raises(TypeError, match="got <U1"):
            call(np.array(["a", "b", "c"]), 1.0)
        with pytest.raises((TypeError, ValueError)):
            call(None, 1.0)
        with pytest.raises(TypeError):
            call(np.ones(3), 1.0, key=1)

    @pytest.mark.parametrize(
        "change",
        [
            lambda x: x,
            np.asfortranarray,
            lambda x: x[::-1][::-1],
            lambda x: np.repeat(x, 2, axis=1)[:, ::2],
            lambda x: x.astype(np.float32).astype(float) * 0 + x,
            lambda x: x.astype(">f8"),
            lambda x: np.frombuffer(b"\0" + x.tobytes(), np.uint8)[1:].view(float).reshape(x.shape),
            lambda x: x.view(np.matrix),
            lambda x: x.tolist(),
        ],
    )
    def test_layouts(self, change: Any) -> None:
        x = np.random.default_rng(0).standard_normal((4, 5))
        call = compiled(wg.trace(lambda x: np.exp(x) @ np.sin(x).T + x[:, ::-1].sum(), x))
        (expected,) = call(x)
        read_only = x.copy()
        read_only.flags.writeable = False
        for y in (change(x), read_only):
            np.testing.assert_array_equal(call(y)[0], expected)

    def test_results_are_fresh(self) -> None:
        x = np.ones(3)
        call = compiled(wg.trace(lambda x: (x, x[1:], x.reshape(3, 1), x, 2.0, np.arange(3.0)), x))
        results = call(x)
        for r in results[:4]:
            assert r.flags.owndata
            assert r.flags.writeable
            assert not np.shares_memory(r, x)
        assert not np.shares_memory(results[0], results[3])
        results[5][0] = 7
        np.testing.assert_array_equal(call(x)[5], np.arange(3.0))

    def test_the_function_outlives_the_program(self) -> None:
        call = compile_list(wg.trace(lambda x: np.linalg.det(x) + np.ones((3, 3)) @ x, np.eye(3)), warn=False).call
        gc.collect()
        np.testing.assert_array_equal(call(np.eye(3))[0], np.ones((3, 3)) + 1)

    def test_out_of_range(self) -> None:
        program = compiled(wg.trace(lambda x, i: x[i], np.arange(4.0), np.array([0, 1])))
        np.testing.assert_array_equal(program(np.arange(4.0), np.array([-1, 3]))[0], [3, 3])
        for wrong in (4, -5, 2**62):
            with pytest.raises(IndexError, match=f"index {wrong} is out of bounds for axis 0 with size 4"):
                program(np.arange(4.0), np.array([0, wrong]))

    def test_python_errors_pass(self) -> None:
        program = compile_list(wg.trace(np.linalg.cholesky, np.eye(30)), warn=False)
        np.testing.assert_array_equal(program(np.eye(30))[0], np.eye(30))
        with pytest.raises(np.linalg.LinAlgError):
            program(-np.eye(30))
        np.testing.assert_array_equal(program(np.eye(30))[0], np.eye(30))

    def test_unknown_dtypes_are_interpreted(self) -> None:
        with pytest.warns(NativeFallbackWarning, match="float16"):
            program = compile_list(wg.trace(lambda x: x * 2, np.ones(2, np.float16)))
        assert program(np.ones(2, np.float16))[0].dtype == np.float16

    def test_threads(self) -> None:
        x = np.random.default_rng(0).standard_normal((60, 500))
        call = compiled(wg.trace(lambda x: (np.exp(x) / np.exp(x).sum(axis=0)).sum(axis=1), x)).call
        inputs = [x + i for i in range(8)]
        expected = [call(y)[0] for y in inputs]
        wrong: list[int] = []

        def work(i: int) -> None:
            for _ in range(200):
                if not np.array_equal(call(inputs[i])[0], expected[i]):
                    wrong.append(i)

        threads = [threading.Thread(target=work, args=(i,)) for i in range(8)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        assert not wrong

    def test_memory_does_not_grow(self) -> None:
        import resource

        call = compiled(wg.trace(lambda x: (np.sin(x), x.sum(), x @ x), np.ones(100))).call
        x = np.ones(100)
        for _ in range(10_000):
            call(x)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        for _ in range(200_000):
            call(x)
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 2000


class TestNumbers:
    def test_sums_of_many(self) -> None:
        """Rounding errors do not grow with the length, and the order is always the same."""
        x = np.random.default_rng(0).random(1_000_003)
        call = compiled(wg.trace(np.sum, x)).call
        import math

        assert abs(call(x)[0] - math.fsum(x)) < 1e-14 * math.fsum(x)
        assert call(x)[0] == call(x)[0]

    @pytest.mark.parametrize("shape", [(1000, 3), (3, 1000), (40, 50, 7), (5, 1, 300), (17,), (2000, 40)])
    def test_reductions(self, shape: tuple[int, ...]) -> None:
        x = np.random.default_rng(0).standard_normal(shape)
        for axis in (None, *range(len(shape)), (0, -1) if len(shape) > 1 else 0):

            def f(x: Any, axis: Any = axis) -> Any:
                return (
                    np.sum(np.exp(x), axis), np.max(x, axis), np.min(x, axis), np.mean(x, axis),
                    np.prod(1 + x / 99, axis), np.any(x > 3, axis), np.all(x > -3, axis),
                    np.count_nonzero(x > 0, axis), np.sum(x, axis, keepdims=True) * x,
                )  # fmt: skip

            wl = wg.trace(f, x)
            for a, b in zip(compiled(wl)(x), run(wl, x), strict=True):
                assert np.shape(a) == np.shape(b)
                np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-11)

    def test_nan_in_extrema(self) -> None:
        x = np.linspace(-1, 1, 100)
        call = compiled(wg.trace(lambda x: (np.max(x), np.min(x), np.nanmax(x), np.nanmin(x)), x)).call
        for i in (0, 50, 99):
            y = x.copy()
            y[i] = np.nan
            np.testing.assert_array_equal(call(y), (np.nan, np.nan, np.nanmax(y), np.nanmin(y)))

    def test_in_place_updates_do_not_touch_what_is_read_later(self) -> None:
        def f(x: Any) -> Any:
            y = np.zeros(100)
            y[:50] = x
            z = y * 2
            y[25:75] = y[:50]
            y[::2] += z[:50]
            return y, z, np.sum(y * z)

        x = np.random.default_rng(0).standard_normal(50)
        wl = wg.trace(f, x)
        assert_equal(compiled(wl)(x), run(wl, x), "in place")
        wl = wg.trace(wg.grad(lambda x: f(x)[2]), x)
        assert_equal(compiled(wl)(x), run(wl, x), "its gradient")


class TestFront:
    def test_containers(self) -> None:
        """Containers are taken apart and put together in machine code, references counted."""

        def f(p: Any, x: Any) -> Any:
            return {"w": [x * p["w"][0], p["w"][1][0]], "b": (p["b"] * 2.0, None)}

        args = ({"w": [2.0, (np.arange(3.0),)], "b": np.float64(1.5)}, np.ones(4))
        handed: list[Any] = []

        def otherwise(*args: Any) -> Any:
            handed.append(args)
            return "handed over"

        result = flatten(f(*args))[1]
        wl = wg.trace(f, *args)
        front = Front(flatten(args)[1], result, otherwise)
        call = compile_list(wl, verify=True, front=front).quick
        for _ in range(3):
            found = call(*args)
            assert flatten(found)[1] == result
            for a, b in zip(flatten(found)[0], flatten(f(*args))[0], strict=True):
                np.testing.assert_array_equal(a, b)
                assert type(a) is type(b)
        assert not handed
        p, x = args
        others = [
            (p,), (p, x, x), ({**p, "c": 1.0}, x), ({"b": p["b"], "w": p["w"]}, x), ({"w": p["w"][:1], "b": p["b"]}, x),
            ({"w": [2, p["w"][1]], "b": p["b"]}, x), ({"w": tuple(p["w"]), "b": p["b"]}, x), (p, x[:2]),
            (p, x.astype(np.float32)), (p, None), ({"w": p["w"], "b": 1.5}, x), ("text", x), (p, x.tolist()),
        ]  # fmt: skip
        for other in others:
            assert call(*other) == "handed over"
            assert handed.pop() is not None
        equal = {"".join(["w"]): p["w"], "b": np.array(1.5)}  # a key that is not the same object; an array for a scalar
        np.testing.assert_array_equal(call(equal, np.repeat(x, 2)[::2])["w"][0], f(p, x)["w"][0])
        assert not handed
        strided = np.repeat(x, 2)[::2]
        before = sys.getrefcount(args[1]), sys.getrefcount(None), sys.getrefcount(strided)
        for _ in range(1000):
            call(*args)
            call(p, strided)
            call(p, strided[:3])
        handed.clear()
        after = sys.getrefcount(args[1]), sys.getrefcount(None), sys.getrefcount(strided)
        assert all(abs(a - b) < 100 for a, b in zip(after, before, strict=True))

    def test_integers(self) -> None:
        call = compile_list(
            wg.trace(lambda x, n: x * n, np.arange(3.0), np.int64(2)),
            front=Front(flatten((0, 0))[1], LEAF, lambda *args: args),
        ).quick
        np.testing.assert_array_equal(call(np.arange(3.0), np.int64(5)), [0, 5, 10])
        assert call(np.arange(3.0), 2.5)[1] == 2.5
