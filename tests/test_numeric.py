"""Derivatives from values: how right they are, that their bound holds, and what they cost."""

from __future__ import annotations

import math
import random
import subprocess
import sys
import warnings
from collections import namedtuple
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import mpmath
import numpy as np
import pytest

import wengert as wg
from wengert import numeric
from wengert.numeric import derivative, directional, gradient, hessian, jacobian
from wengert.tree import flatten

mp = mpmath.mp.clone()
mp.dps = 50

TWENTY: list[tuple[str, Callable[[Any], Any], Callable[[Any], Any], float]] = [
    ("exp", np.exp, mp.exp, 1.0),
    ("sin", np.sin, mp.sin, 1.0),
    ("cos", np.cos, mp.cos, 1.0),
    ("tan", np.tan, mp.tan, 1.0),
    ("log", np.log, mp.log, 1.0),
    ("log at 0.001", np.log, mp.log, 1e-3),
    ("sqrt", np.sqrt, mp.sqrt, 1.0),
    ("1/x", lambda x: 1 / x, lambda x: 1 / x, 1.0),
    ("x³+x⁴", lambda x: x**3 + x**4, lambda x: x**3 + x**4, 1.0),
    ("runge", lambda x: 1 / (1 + 25 * x * x), lambda x: 1 / (1 + 25 * x * x), 1.0),
    ("tanh", np.tanh, mp.tanh, 1.0),
    ("sinh", np.sinh, mp.sinh, 1.0),
    ("atan", np.arctan, mp.atan, 1.0),
    ("asin at 0.999", np.arcsin, mp.asin, 0.999),
    ("gauss", lambda x: np.exp(-x * x), lambda x: mp.exp(-x * x), 1.0),
    (
        "lyness",
        lambda x: np.exp(x) / (np.sin(x) ** 3 + np.cos(x) ** 3),
        lambda x: mp.exp(x) / (mp.sin(x) ** 3 + mp.cos(x) ** 3),
        1.0,
    ),
    (
        "sin(eˣ) log(1+x²)",
        lambda x: np.sin(np.exp(x)) * np.log(1 + x * x),
        lambda x: mp.sin(mp.exp(x)) * mp.log(1 + x * x),
        1.0,
    ),
    ("sin 50x", lambda x: np.sin(50 * x), lambda x: mp.sin(50 * x), 1.0),
    ("1e6 + exp", lambda x: 1e6 + np.exp(x), lambda x: 10**6 + mp.exp(x), 1.0),
    ("xˣ at 20", lambda x: x**x, lambda x: x**x, 20.0),
]


def exact(f: Callable[[Any], Any], x: float, order: int = 1) -> Any:
    return mp.taylor(f, mp.mpf(x), order)[order] * mp.factorial(order)


def off(estimate: numeric.Estimate, right: Any) -> float:
    return float(abs(mp.mpf(float(estimate.value)) - right))


def within(estimate: numeric.Estimate, right: Any) -> bool:
    """Whether every entry is within its bound of the right value."""
    columns = (flatten(tree)[0] for tree in (estimate.value, right, estimate.error))
    return all(np.all(abs(np.asarray(a) - b) <= e) for a, b, e in zip(*columns, strict=True))


class TestOneVariable:
    def test_the_twenty(self):
        found = [(derivative(f, x), exact(g, x)) for _, f, g, x in TWENTY]
        assert sum(off(estimate, right) <= 1e-12 * abs(right) for estimate, right in found) >= 18
        assert all(off(estimate, right) <= estimate.error for estimate, right in found)
        assert np.mean([estimate.evaluations for estimate, _ in found]) <= 20

    @pytest.mark.parametrize("x", [0.3, 0.5, 1.7, 2.0])
    def test_the_twenty_elsewhere(self, x):
        right = 0
        for name, f, g, _ in TWENTY:
            if " at " not in name:
                estimate, slope = derivative(f, x), exact(g, x)
                assert off(estimate, slope) <= estimate.error, name
                right += off(estimate, slope) <= 1e-12 * abs(slope)
        assert right >= 16

    @pytest.mark.parametrize(("order", "digits"), [(2, 12), (3, 10), (4, 9), (6, 6), (10, 2)])
    def test_higher_orders(self, order, digits):
        errors = []
        for name, f, g, x in TWENTY:
            estimate, right = derivative(f, x, order), exact(g, x, order)
            assert off(estimate, right) <= estimate.error, name
            if right:
                errors.append(off(estimate, right) / float(abs(right)))
        assert np.median(errors) <= 10.0**-digits

    @pytest.mark.parametrize("order", [1, 2, 3, 4])
    def test_functions_unseen(self, order):
        """Random compositions at random points: the bound holds on every one."""
        right = 0
        for subject in compositions(60, seed=order):
            estimate, slope = derivative(subject.value, subject.x, order), exact(subject.exact, subject.x, order)
            assert off(estimate, slope) <= estimate.error, f"{subject.term} at {subject.x}"
            right += off(estimate, slope) <= 1e-12 * abs(slope)
        assert order > 1 or right >= 57

    @pytest.mark.parametrize("x", [1e-8, -1e-8, 1e8, 1e-300, 1e150])
    def test_scales(self, x):
        estimate = derivative(lambda x: 3 * x, x)
        assert abs(estimate.value - 3) <= estimate.error < 1e-10
        estimate = derivative(lambda x: x * abs(x), x)
        assert abs(estimate.value - 2 * abs(x)) <= estimate.error
        assert estimate.error <= 1e-10 * abs(x) or abs(x) < 1e-100  # where the squares underflow

    @pytest.mark.parametrize("x", [1e-8, 0.3, 1e8])
    def test_values_that_change_in_the_last_bit_only(self, x):
        estimate = derivative(lambda x: x / (x + 1e-3 * x), x)
        assert abs(estimate.value) <= estimate.error <= 1e-10 / x

    def test_steps_grow_where_the_point_is_small(self):
        estimate = derivative(np.exp, 1e-8)
        assert abs(estimate.value - np.exp(1e-8)) <= estimate.error < 1e-11

    def test_steps_shrink_where_the_point_is_large(self):
        estimate = derivative(np.sin, 1e8)
        assert abs(estimate.value - np.cos(1e8)) <= estimate.error < 1e-2

    def test_at_zero(self):
        for f, slope in ((np.sin, 1.0), (np.cos, 0.0), (np.exp, 1.0), (lambda x: x * x, 0.0)):
            estimate = derivative(f, 0.0)
            assert abs(estimate.value - slope) <= estimate.error < 1e-12

    def test_constants(self):
        estimate = derivative(lambda x: 3.0, 1.0)
        assert estimate.value == 0
        assert estimate.error < 1e-12
        assert estimate.evaluations < 20

    def test_evaluations_are_all_calls(self):
        for options in ({}, {"eps": 1e-4}, {"method": "complex"}, {"order": 2}, {"order": 2, "method": "complex"}):
            calls: list[Any] = []

            def f(x: Any, calls: list[Any] = calls) -> Any:
                calls.append(x)
                return np.exp(x)

            assert derivative(f, 1.0, **options).evaluations == len(calls), options

    def test_numbers_and_precision(self):
        assert type(derivative(np.sin, 1.0).value) is float
        assert type(derivative(np.sin, 1).value) is float
        single = derivative(np.sin, np.float32(1))
        assert single.value.dtype == np.float32
        assert abs(single.value - np.cos(1)) <= single.error < 1e-4
        wide = derivative(np.sin, np.longdouble(1))
        assert abs(wide.value - np.cos(np.longdouble(1))) <= wide.error < 1e-14

    def test_containers_as_results(self):
        estimate = derivative(lambda x: {"a": np.array([x, x**2]), "b": (np.sin(x), 1j * x)}, 2.0)
        assert within(estimate, {"a": np.array([1.0, 4.0]), "b": (np.cos(2.0), 1j)})
        assert estimate.error["a"].shape == (2,)

    def test_element_by_element(self):
        x = np.array([[1e-3, 1.0, 30.0], [-2.0, 0.5, 1e4]])
        estimate = derivative(np.sin, x)
        assert within(estimate, np.cos(x))
        assert within(derivative(lambda x: x**3 * 1j, x), 3j * x**2)
        assert np.max(estimate.error) < 1e-6

    @pytest.mark.parametrize("f", [np.cumsum, np.flip, lambda x: x / np.sum(x), lambda x: x * x[0]])
    def test_elements_must_be_apart(self, f):
        with pytest.raises(TypeError, match="depend on others"):
            derivative(f, np.array([1.0, 2.0, 4.0]))

    def test_holomorphic(self):
        for order, right in ((1, np.cos(1 + 2j)), (2, -np.sin(1 + 2j))):
            assert within(derivative(np.sin, 1 + 2j, order), right)
        z = np.array([1 + 1j, 2.0])
        assert within(derivative(np.exp, z), np.exp(z))
        with pytest.raises(ValueError, match="not holomorphic"):
            derivative(np.conj, 1 + 1j)

    def test_text(self):
        assert str(derivative(lambda x: 2 * x, 1.0)).endswith(" evaluations)")
        assert "±" in str(gradient(lambda d: d["a"] * 2, {"a": 1.0}))


class TestDomains:
    @pytest.mark.parametrize("x", [1e-3, 1e-6, 1e-12, 0.1])
    def test_log_near_zero(self, x):
        for f in (np.log, math.log):
            estimate = derivative(f, x)
            assert abs(estimate.value - 1 / x) <= estimate.error <= 1e-9 / x

    @pytest.mark.parametrize("distance", [1e-3, 1e-6, 1e-9])
    def test_asin_near_one(self, distance):
        x = 1 - distance
        right = float(1 / mp.sqrt(1 - mp.mpf(x) ** 2))
        for f in (np.arcsin, math.asin):
            estimate = derivative(f, x)
            assert abs(estimate.value - right) <= estimate.error <= 1e-3 * right

    @pytest.mark.parametrize(("f", "x", "right"), [
        (lambda x: inside(x >= 0, np.exp, x), 0.0, 1.0),
        (lambda x: inside(x >= 0, np.exp, x), 1e-6, np.exp(1e-6)),
        (lambda x: inside(x <= 1, np.exp, x), 1.0, np.e),
        (lambda x: inside(x >= 1, np.sin, x), 1.0, np.cos(1.0)),
        (lambda x: np.power(x, 2.5), 0.0, 0.0),
    ])  # fmt: skip
    def test_at_the_end_of_the_domain(self, f, x, right):
        estimate = derivative(f, x)
        assert abs(estimate.value - right) <= estimate.error < 1e-5

    def test_powers_that_turn_complex(self):
        estimate = derivative(lambda x: x**0.5, 1e-3)  # Python's floats: a complex number left of 0
        assert abs(estimate.value - 0.5 / math.sqrt(1e-3)) <= estimate.error < 1e-9

    def test_warnings_tell_of_the_domain_and_are_not_shown(self):
        def f(x: float) -> float:
            if x < 0.9:
                warnings.warn("extrapolated", RuntimeWarning, stacklevel=1)
                return 0.0
            return x * x

        estimate = derivative(f, 1.0)  # a warning would be an error here
        assert abs(estimate.value - 2) <= estimate.error < 1e-9

    def test_warnings_at_the_point_are_shown(self):
        def f(x: float) -> float:
            warnings.warn("old", UserWarning, stacklevel=1)
            return x * x

        with pytest.warns(UserWarning, match="old") as caught:
            derivative(f, 1.0)
        assert len(caught) == 1

    def test_arms_that_are_not_taken_elsewhere(self):
        estimate = derivative(lambda x: np.where(x > 0, np.log(x), 0.0), 0.1)
        assert abs(estimate.value - 10) <= estimate.error < 1e-9

    def test_no_value_at_the_point(self):
        estimate = derivative(np.log, -1.0)
        assert np.isnan(estimate.value)
        assert estimate.error == np.inf

    def test_an_error_at_the_point_is_raised(self):
        with pytest.raises(ZeroDivisionError):
            derivative(lambda x: 1 / 0, 1.0)


class TestRoughFunctions:
    @pytest.mark.parametrize("level", [1e-10, 1e-6, 1e-3])
    def test_noise(self, level):
        for seed in range(5):
            rng = np.random.default_rng(seed)
            estimate = derivative(lambda x: np.exp(x) * (1 + level * rng.standard_normal()), 1.0)  # noqa: B023
            assert abs(estimate.value - np.e) <= estimate.error < 3e3 * level

    @pytest.mark.parametrize("x", [0.7, 1.0, 1e-3, 33.3])
    def test_single_precision_inside(self, x):
        estimate = derivative(lambda x: float(np.sin(np.float32(x))), x)
        assert abs(estimate.value - np.cos(x)) <= estimate.error < 0.05

    def test_cancellation(self):
        estimate = derivative(lambda x: 1e6 + np.exp(x), 1.0)
        assert abs(estimate.value - np.e) <= estimate.error < 1e-7

    def test_a_corner_has_no_derivative(self):
        for f, mean in ((abs, 0.0), (lambda x: max(x, 3 * x), 2.0), (lambda x: max(np.exp(x) - 1, 0.0), 0.5)):
            estimate = derivative(f, 0.0)
            assert estimate.value == pytest.approx(mean, abs=0.1)
            assert 0.5 <= estimate.error < 10
        estimate = derivative(lambda x: abs(x) ** 1.5, 0.0)  # a cusp of its derivative
        assert abs(estimate.value) <= estimate.error < 1e-2

    def test_beside_a_corner(self):
        for x in (1e-9, 1e-3, -0.1):
            estimate = derivative(abs, x)
            assert abs(estimate.value - np.sign(x)) <= estimate.error < 1e-10
        estimate = derivative(lambda x: max(x - 1, 0.0), 1.0001)
        assert abs(estimate.value - 1) <= estimate.error < 1e-8

    def test_jumps_and_poles(self):
        for f in (lambda x: float(x > 1), lambda x: np.exp(x) + (x > 1), lambda x: np.cbrt(x - 1)):
            assert derivative(f, 1.0).error == np.inf
        assert derivative(np.sqrt, 0.0).error == np.inf

    def test_beside_a_jump(self):
        estimate = derivative(lambda x: np.exp(x) + (x > 1), 0.9999)
        assert abs(estimate.value - np.exp(0.9999)) <= estimate.error < 1e-6
        estimate = derivative(lambda x: np.floor(10 * x), 1.234)
        assert abs(estimate.value) <= estimate.error < 1e-6

    @pytest.mark.parametrize(("f", "x", "right"), [
        (lambda x: x + 1e-3 * np.sin(1e4 * x), 0.3, 1 + 10 * np.cos(3e3)),
        (lambda x: x + 1e-6 * np.sin(1e6 * x), 1.0, 1 + np.cos(1e6)),
        (lambda x: np.sin(2 * np.pi * 16 * x), 0.3, 32 * np.pi * np.cos(32 * np.pi * 0.3)),
        (lambda x: np.exp(-(((x - 1) / 1e-4) ** 2)), 1.00005, -1e4 * np.exp(-0.25)),
        (lambda x: np.tanh(1e6 * (x - 1)), 1.0, 1e6),
    ])  # fmt: skip
    def test_what_large_steps_pass_over(self, f, x, right):
        estimate = derivative(f, x)
        assert abs(estimate.value - right) <= estimate.error + 1e-9 * abs(right)


class TestTextbook:
    def test_the_known_number(self):
        estimate = derivative(lambda x: x * x * 4 + 4 + 2, 3.0, eps=1e-4)
        assert estimate.value == 24.000400000048216
        assert 4e-4 <= estimate.error < 5e-4

    def test_nested(self):
        estimate = hessian(lambda x, y: x * x * y + y + 2, 3.0, 4.0, argnums=(0, 1), eps=1e-4)
        rows = ((7.999999951380232, 6.000099261882497), (6.000099261882497, -1.4210854715202004e-06))
        assert estimate.value == rows
        assert within(estimate, ((8.0, 6.0), (6.0, 0.0)))

    def test_formulas(self):
        errors = [abs(derivative(np.exp, 1.0, method=name, eps=1e-2).value - np.e) for name in FORMULAS]
        assert errors[0] == pytest.approx(errors[1], rel=0.1)
        assert errors[0] > 100 * errors[2] > 1e4 * errors[3]

    def test_gradient(self):
        estimate = gradient(lambda x, y: x * x * y + y + 2, 3.0, 4.0, argnums=(0, 1), eps=1e-4)
        assert estimate.value == (24.000400000048216, 10.000000000047748)
        assert within(estimate, (24.0, 10.0))

    @pytest.mark.parametrize("options", [
        {"eps": 0.0}, {"eps": -1e-3}, {"eps": 1e-3, "method": "complex"}, {"method": "central"}, {"method": "best"},
        {"order": 0}, {"order": 1.0},
    ])  # fmt: skip
    def test_refusals(self, options):
        with pytest.raises(ValueError, match=r"derivative: (eps|method|order|the formula)"):
            derivative(np.exp, 1.0, **options)


FORMULAS = ("forward", "backward", "central", "five-point")


class TestComplexStep:
    def test_first_derivatives(self):
        for _, f, g, x in TWENTY:
            estimate, right = derivative(f, x, method="complex"), exact(g, x)
            assert off(estimate, right) <= estimate.error
            assert off(estimate, right) <= 1e-13 * abs(right)
            assert estimate.evaluations <= 6

    @pytest.mark.parametrize(("order", "digits"), [(2, 13), (5, 11), (10, 8), (20, 5)])
    def test_higher_orders_on_a_circle(self, order, digits):
        errors = []
        for name, f, g, x in TWENTY:
            estimate, right = derivative(f, x, order, method="complex"), exact(g, x, order)
            assert off(estimate, right) <= estimate.error, name
            if right:
                errors.append(off(estimate, right) / float(abs(right)))
        assert np.median(errors) <= 10.0**-digits

    @pytest.mark.parametrize("f", [abs, np.real, lambda x: np.abs(x) * x, lambda x: np.conj(x) * x, lambda x: x.real])
    @pytest.mark.parametrize("order", [1, 2])
    def test_functions_that_are_not_analytic(self, f, order):
        with pytest.raises(ValueError, match="not analytic"):
            derivative(f, -1.5, order, method="complex")

    def test_functions_that_refuse_complex_numbers(self):
        with pytest.raises(TypeError, match="with complex numbers") as caught:
            derivative(math.sin, 1.0, method="complex")
        assert isinstance(caught.value.__cause__, TypeError)
        with pytest.raises(TypeError, match="real arguments"):
            derivative(np.sin, 1j, method="complex")
        with pytest.raises(TypeError, match="real values"):
            derivative(lambda x: 1j * x, 1.0, method="complex")

    def test_matrices(self):
        x = {"w": np.array([[0.3, -1.0], [2.0, 0.1]]), "b": 0.5}

        def f(d: Any) -> Any:
            return np.sin(d["w"] @ np.array([1.0, 2.0])) * d["b"]

        assert within(jacobian(f, x, method="complex"), wg.jacobian(f)(x))
        scalar = lambda d: np.sum(f(d) ** 2)  # noqa: E731
        assert within(hessian(scalar, x, method="complex"), wg.hessian(scalar)(x))
        assert gradient(scalar, x, method="complex").evaluations == 1 + 5 * 5


Params = namedtuple("Params", "w b")


@dataclass
class Model:
    w: np.ndarray
    b: float


def loss(p: Any) -> Any:
    return np.sum(np.tanh(p.w * p.b) ** 2) + p.b**2 * np.prod(p.w)


class TestMatrices:
    @pytest.mark.parametrize("kind", [Params, Model])
    def test_gradient_and_hessian_in_containers(self, kind):
        p = kind(np.array([[0.3, -1.2], [0.7, 2.0]]), 0.6)
        found = gradient(loss, p)
        assert type(found.value) is kind
        assert within(found, wg.grad(loss)(p))
        assert found.value.w.shape == (2, 2)
        assert within(hessian(loss, p), wg.hessian(loss)(p))

    def test_jacobian(self):
        x = {"a": np.array([0.5, 2.0, -1.0]), "b": 0.3}

        def f(d: Any, k: float) -> Any:
            return {"u": np.outer(d["a"], d["a"]) * d["b"] ** k, "v": np.sum(d["a"])}

        found, right = jacobian(f, x, 2.0), wg.jacobian(f)(x, 2.0)
        assert within(found, right)
        assert [np.shape(one) for one in flatten(found.value)[0]] == [np.shape(one) for one in flatten(right)[0]]
        assert within(jacobian(f, x, 2.0, argnums=(1,)), wg.jacobian(f, argnums=(1,))(x, 2.0))

    def test_accuracy(self):
        x = np.array([0.4, 1.0, 2.0])
        f = lambda x: np.sum(np.exp(-x) * np.sin(x[::-1]))  # noqa: E731
        found = gradient(f, x)
        assert np.max(abs(found.value - wg.grad(f)(x))) < 1e-12
        assert np.max(found.error) < 1e-11
        assert found.evaluations <= 60
        second = hessian(f, x)
        assert np.max(abs(second.value - wg.hessian(f)(x))) < 1e-9
        assert np.max(second.error) < 1e-7

    def test_hessian_of_different_scales(self):
        f = lambda x: np.sin(1e4 * x[0]) * np.exp(1e-3 * x[1]) + x[0] * x[2]  # noqa: E731
        x = np.array([1e-4, 200.0, 0.0])
        assert within(hessian(f, x), wg.hessian(f)(x))

    def test_precision_and_types(self):
        x = np.array([1.0, 2.0], np.float32)
        found = gradient(lambda x: np.sum(x**3), x)
        assert found.value.dtype == np.float32
        assert within(found, 3 * x**2)
        assert gradient(lambda x, y: x * y, 2, 3, argnums=(0, 1)).value == pytest.approx((3.0, 2.0))
        assert gradient(lambda x: np.sum(x), np.zeros(0)).value.shape == (0,)

    def test_complex_arguments(self):
        z = np.array([1 + 2j, 3 - 1j])
        f = lambda z: np.sum(np.abs(z) ** 2 * z.real)  # noqa: E731
        assert within(gradient(f, z), wg.grad(f)(z))
        g = lambda z: z**2 * z[0]  # noqa: E731
        assert within(jacobian(g, z, holomorphic=True), wg.jacobian(g, holomorphic=True)(z))
        h = lambda z: np.abs(z) ** 2  # noqa: E731
        assert within(jacobian(h, z), wg.jacobian(h)(z))
        with pytest.raises(ValueError, match="not holomorphic"):
            jacobian(np.conj, z, holomorphic=True)
        with pytest.raises(TypeError, match="holomorphic=True"):
            jacobian(np.conj, z)

    def test_directional(self):
        p, v = Params(np.array([1.0, 2.0]), 0.5), Params(np.array([0.3, -0.7]), 1.0)
        assert within(directional(loss, p, v), wg.jvp(loss, (p,), (v,))[1])
        f = lambda x, y: np.sin(x) * y**2  # noqa: E731
        slope = lambda x, y: wg.jvp(f, (x, y), (0.6, -1.0))[1]  # noqa: E731
        found = directional(f, (1.0, 2.0), (0.6, -1.0), order=2)
        assert within(found, wg.jvp(slope, (1.0, 2.0), (0.6, -1.0))[1])
        assert type(found.value) is float

    def test_refusals(self):
        for f, message in ((lambda x: x, "jacobian"), (lambda x: [x[0]], "a list"), (lambda x: x[0] * 1j, "complex")):
            with pytest.raises(TypeError, match=message):
                gradient(f, np.ones(2))
        with pytest.raises(TypeError, match="argument x is of dtype int64"):
            gradient(lambda x: np.sum(x), np.array([1, 2]))
        with pytest.raises(TypeError, match="argnums=2"):
            gradient(np.sum, np.ones(2), argnums=2)
        with pytest.raises(TypeError, match="a str"):
            gradient(lambda x: "no number", 1.0)
        with pytest.raises(ValueError, match="shape"):
            directional(np.sum, np.ones(2), np.ones(3))
        with pytest.raises(TypeError, match="hessian takes real"):
            hessian(lambda z: abs(z), 1j)

    def test_traced_values_are_refused(self):
        with pytest.raises(TypeError, match="outer derivative numerically"):
            wg.grad(lambda x: derivative(np.sin, x).value)(1.0)
        with pytest.raises(TypeError, match="outer derivative numerically"):
            wg.grad(lambda x: derivative(lambda t: t * x, 1.0).value)(1.0)

    def test_numeric_of_exact_derivatives(self):
        found = derivative(wg.grad(lambda x: np.sin(x) * x), 0.7)
        assert within(found, 2 * np.cos(0.7) - 0.7 * np.sin(0.7))

    def test_functions_that_write_into_their_arguments(self):
        def f(x: np.ndarray) -> Any:
            x *= 2
            return np.sum(x**2)

        x = np.array([1.0, 2.0])
        assert within(gradient(f, x), 8 * x)
        assert x.tolist() == [1.0, 2.0]


class TestPicture:
    def test_plot_error(self, tmp_path):
        plt = pytest.importorskip("matplotlib.pyplot")
        ax = numeric.plot_error(np.sin, 1.0, exact=np.cos(1.0))
        try:
            curves = {
                line.get_label(): line.get_ydata() for line in ax.get_lines() if not line.get_label().startswith("_")
            }
            forward, central = (
                next(y for name, y in curves.items() if name.startswith(s)) for s in ("forward", "central")
            )
            steps = ax.get_lines()[0].get_xdata()
            for curve, best, least in ((forward, 1e-8, 1e-6), (central, 1e-5, 1e-9)):  # the V
                lowest = int(np.argmin(curve))
                assert best / 100 < steps[lowest] < best * 100
                assert curve[lowest] < least < 1e-4 < min(curve[0], curve[-1])
            assert any(name.startswith("complex step") for name in curves)
            ax.figure.savefig(tmp_path / "error.png")
            assert (tmp_path / "error.png").stat().st_size > 10_000
            assert "sin" in ax.get_title()
        finally:
            plt.close("all")

    def test_functions_without_complex_step(self):
        plt = pytest.importorskip("matplotlib.pyplot")
        _, ax = plt.subplots()
        try:
            assert numeric.plot_error(math.sin, 1.0, ax=ax) is ax
            assert not any(line.get_label().startswith("complex") for line in ax.get_lines())
            with pytest.raises(TypeError, match="plot_error"):
                numeric.plot_error(lambda x: np.array([x, x]), 1.0)
        finally:
            plt.close("all")

    def test_import_is_light(self):
        code = (
            "import wengert, sys; print(any(m.startswith(('matplotlib', 'scipy.differentiate')) for m in sys.modules))"
        )
        assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "False\n"


def inside(condition: bool, f: Callable[[Any], Any], x: Any) -> Any:
    if not condition:
        raise ValueError("outside of the domain")
    return f(x)


@dataclass(frozen=True)
class Composition:
    """A random composition of elementary functions, for floats and for mpmath's numbers."""

    term: Any
    x: float

    def value(self, x: Any) -> Any:
        return compose(self.term, x, np, {"atan": np.arctan})

    def exact(self, x: Any) -> Any:
        return compose(self.term, x, mp, {})


def compositions(count: int, seed: int) -> list[Composition]:
    rng, found = random.Random(seed), []
    while len(found) < count:
        one = Composition(draw_term(rng, rng.randint(1, 4)), round(rng.uniform(0.1, 3), 3))
        try:
            value, slope = one.exact(mp.mpf(one.x)), exact(one.exact, one.x)
        except (ArithmeticError, ValueError):
            continue
        if not any(mp.im(y) for y in (value, slope)) and all(1e-30 < abs(y) < 1e30 for y in (value, slope)):
            found.append(one)
    return found


def draw_term(rng: random.Random, depth: int) -> Any:
    if depth == 0:
        return "x"
    if rng.random() < 0.6:
        name = rng.choice(
            ["exp", "sin", "cos", "tan", "tanh", "atan", "log", "sqrt", "sinh", "square", "scale", "shift"]
        )
        return (name, draw_term(rng, depth - 1), round(rng.uniform(-4, 4), 2) or 1.0)
    return (rng.choice("+-*/"), draw_term(rng, depth - 1), draw_term(rng, rng.randint(0, depth - 1)))


def compose(term: Any, x: Any, m: Any, names: dict[str, Any]) -> Any:
    if term == "x":
        return x
    name, first, second = term
    a = compose(first, x, m, names)
    if name in "+-*/":
        b = compose(second, x, m, names)
        return a + b if name == "+" else a - b if name == "-" else a * b if name == "*" else a / b
    if name in ("square", "scale", "shift"):
        return a * a if name == "square" else a * second if name == "scale" else a + second
    return names.get(name, getattr(m, name, None))(a)
