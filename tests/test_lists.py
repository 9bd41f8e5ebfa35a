"""The list itself: the recorder, the executable specification, and every list -> list transform."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import wengert as wg
from wengert.ir import Array, Line, Recorder, Var, WengertList, check_linear, check_list
from wengert.primitives import add, multiply, reduce_sum
from wengert.run import run
from wengert.transform import batch, clean, forward, reverse, simplify, transpose_list

F64 = Array((3,), np.dtype(float))


def program(x: Any, y: Any) -> Any:
    z = np.sin(x) * y
    w = z[1:] + np.exp(y[:2])
    return np.sum(w * w), w


X, Y = np.array([0.3, 1.2, -0.4]), np.array([1.0, 0.5, -0.7])


class TestRecorder:
    def test_equal_lines_merge(self) -> None:
        recorder = Recorder()
        x = recorder.add_input(F64)
        (a,) = recorder.append(add, (x, x), {}, None)
        (b,) = recorder.append(add, (x, x), {}, None)
        assert a is b
        assert len(recorder.lines) == 1

    def test_params_tell_lines_apart(self) -> None:
        recorder = Recorder()
        x = recorder.add_input(Array((2, 3), np.dtype(float)))
        recorder.append(reduce_sum, (x,), {"axis": (-1,)}, None)
        recorder.append(reduce_sum, (x,), {"axis": (-2,)}, None)
        assert len(recorder.lines) == 2

    def test_zeros_of_two_signs_are_two_values(self) -> None:
        recorder = Recorder()
        x = recorder.add_input(F64)
        assert recorder.append(add, (x, 0.0), {}, None) != recorder.append(add, (x, -0.0), {}, None)

    def test_known_lines_fold(self) -> None:
        assert Recorder().append(add, (2.0, 3.0), {}, None) == (5.0,)

    def test_simple_lines_simplify(self) -> None:
        recorder = Recorder()
        x = recorder.add_input(F64)
        assert recorder.append(multiply, (x, 1.0), {}, None) == (x,)
        assert recorder.lines == []

    def test_common_parts_of_a_gradient_merge(self) -> None:
        once = wg.trace(wg.value_and_grad(lambda x: np.exp(np.sin(x))), 0.5)
        assert sum(line.primitive.name == "exp" for line in once.lines) == 1


class TestSpecification:
    def test_reads_before_assignment(self) -> None:
        x, loose, out = Var(type=F64), Var(type=F64), Var(type=F64)
        with pytest.raises(AssertionError, match="before it is assigned"):
            check_list(WengertList((x,), (Line(add, (x, loose), {}, (out,), None),), (out,)))

    def test_wrong_type(self) -> None:
        x, out = Var(type=F64), Var(type=Array((4,), np.dtype(float)))
        with pytest.raises(AssertionError, match="its type rule says"):
            check_list(WengertList((x,), (Line(add, (x, x), {}, (out,), None),), (out,)))

    def test_assigned_twice(self) -> None:
        x, out = Var(type=F64), Var(type=F64)
        line = Line(add, (x, x), {}, (out,), None)
        with pytest.raises(AssertionError, match="assigns a value again"):
            check_list(WengertList((x,), (line, line), (out,)))

    def test_not_linear(self) -> None:
        with pytest.raises(AssertionError, match="not linear"):
            check_linear(wg.trace(lambda x: x * x, 1.0))


class TestTransforms:
    def test_run_is_the_function(self) -> None:
        wl = check_list(wg.trace(program, X, Y))
        for found, expected in zip(run(wl, X, Y), program(X, Y), strict=True):
            np.testing.assert_array_equal(found, expected)

    def test_forward(self) -> None:
        wl = check_list(forward(wg.trace(program, X, Y)))
        v, w = np.array([1.0, 2.0, 3.0]), np.array([-1.0, 0.0, 1.0])
        values, tangents = wg.jvp(program, (X, Y), (v, w))
        for found, expected in zip(run(wl, X, Y, v, w), (*values, *tangents), strict=True):
            np.testing.assert_allclose(found, expected, rtol=1e-15)

    def test_reverse(self) -> None:
        wl = check_list(reverse(wg.trace(program, X, Y)))
        cts = (2.0, np.array([1.0, -1.0]))
        values, pullback = wg.vjp(program, X, Y)
        for found, expected in zip(run(wl, X, Y, *cts), (*values, *pullback(cts)), strict=True):
            np.testing.assert_allclose(found, expected, rtol=1e-15)

    def test_in_any_order(self) -> None:
        def scalar(x: Any) -> Any:
            return program(x, Y)[0]

        v = np.array([1.0, -2.0, 0.5])
        once = reverse(wg.trace(scalar, X))
        twice = check_list(forward(once))  # inputs x, ct, dx, dct; outputs f, gradient, df, Hessian · dx
        product = run(twice, X, 1.0, v, 0.0)[3]
        np.testing.assert_allclose(product, wg.hvp(scalar, X, v), rtol=1e-14)
        check_list(reverse(twice))

    def test_linearize_and_transpose(self) -> None:
        _, df = wg.linearize(program, X, Y)
        linear = check_linear(df.list)
        back = check_linear(transpose_list(linear))
        rng = np.random.default_rng(0)
        v = [rng.standard_normal(3), rng.standard_normal(3)]
        w = [rng.standard_normal(), rng.standard_normal(2)]
        forth = sum(np.sum(a * b) for a, b in zip(run(linear, *v), w, strict=True))
        assert forth == pytest.approx(sum(np.sum(a * b) for a, b in zip(run(back, *w), v, strict=True)))

    def test_batch(self) -> None:
        wl = wg.trace(program, X, Y)
        batched, flags = batch(wl, 4, [True, False])
        check_list(batched)
        assert flags == [True, True]
        many = X + np.arange(4.0)[:, None]
        total, w = run(batched, many, Y)
        for i in range(4):
            np.testing.assert_allclose(total[i], program(many[i], Y)[0], rtol=1e-15)
            np.testing.assert_allclose(w[i], program(many[i], Y)[1], rtol=1e-15)

    def test_clean_and_simplify(self) -> None:
        wl = wg.trace(program, X, Y)
        shorter = clean(WengertList(wl.inputs, wl.lines, wl.outputs[1:], wl.names))
        assert len(shorter) < len(wl)
        assert str(simplify(wl)) == str(wl)


class TestRun:
    def test_number_of_inputs(self) -> None:
        with pytest.raises(TypeError, match="2 inputs, 1 were given"):
            run(wg.trace(program, X, Y), X)

    def test_weak_numbers_stay_weak(self) -> None:
        a = np.ones(2, np.float32)
        wl = wg.trace(lambda s: (s * s) * a, 3.0)
        assert run(wl, 3.0)[0].dtype == np.float32

    def test_traced_inputs_are_recorded(self) -> None:
        wl = wg.trace(lambda x: np.sin(x) * x, 0.5)
        assert wg.grad(lambda x: run(wl, x)[0])(0.5) == pytest.approx(np.cos(0.5) * 0.5 + np.sin(0.5))
