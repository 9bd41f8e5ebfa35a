"""Taylor mode: its goals, against mpmath, on all kinds of programs, nested, and as a list."""

import gc
import math
import time
import tracemalloc
from dataclasses import dataclass

import mpmath
import numpy as np
import pytest
import scipy.special as sp

import wengert as wg
from tests.differences import close
from wengert.errors import LeakedTracerError, MutationError
from wengert.ir import check_list
from wengert.run import run
from wengert.transform import simplify, taylor

mpmath.mp.dps = 60


def goal(x):
    """The function of the goal."""
    return np.sin(np.exp(x)) * np.log(1 + x**2)


def goal_exact(x, order):
    """Its derivative, to 60 digits."""
    series = mpmath.taylor(lambda x: mpmath.sin(mpmath.exp(x)) * mpmath.log(1 + x**2), mpmath.mpf(x), order)
    return series[order] * math.factorial(order)


def nested(f, order):
    """The derivative by forward mode in forward mode."""
    return f if order == 0 else nested(lambda t: wg.jvp(f, (t,), (1.0,))[1], order - 1)


class TestGoal:
    """The 10th derivative of sin(eˣ) log(1 + x²)."""

    def test_operations(self):
        """JAX's jet needs 1,058 equations."""
        wl = wg.trace(wg.derivative(goal, order=10), 0.7)
        assert all(var.type.shape == () for line in wl.lines for var in line.outputs)
        assert len(wl) <= 300

    @pytest.mark.parametrize("x", [-1.3, -0.5, 0.0, 0.1, 0.3, 0.5, 0.7, 1.0, 1.3])
    def test_error(self, x):
        """Of the list, and of the values computed on the way."""
        expected = goal_exact(x, 10)
        for found in (wg.derivative(goal, order=10)(x), run(wg.trace(wg.derivative(goal, order=10), 0.7), x)[0]):
            assert abs(found / expected - 1) <= 3e-15

    def test_time(self):
        """Recorded in 30 ms, of the processor's time: others may be using it."""

        def seconds():
            start = time.process_time()
            wg.trace(wg.derivative(goal, order=10), 0.7)
            return time.process_time() - start

        assert min(seconds() for _ in range(10)) <= 0.03

    def test_growth(self):
        """The operations grow with the square of the order."""
        counts = [len(wg.trace(wg.derivative(goal, order=k), 0.7)) for k in (10, 20, 40)]
        assert counts[1] <= 4 * counts[0]
        assert counts[2] <= 4 * counts[1]


ELEMENTARY = [
    ("exp", np.exp, mpmath.exp),
    ("log", lambda x: np.log(1.5 + x), lambda x: mpmath.log(1.5 + x)),
    ("sin", lambda x: np.sin(3 * x), lambda x: mpmath.sin(3 * x)),
    ("tan", np.tan, mpmath.tan),
    ("sqrt", lambda x: np.sqrt(2 + x), lambda x: mpmath.sqrt(2 + x)),
    ("quotient", lambda x: (1 + x) / (2 + x * x), lambda x: (1 + x) / (2 + x * x)),
    ("reciprocal", lambda x: np.reciprocal(2 + x), lambda x: 1 / (2 + x)),
    ("power", lambda x: (2 + x) ** 2.5, lambda x: (2 + x) ** mpmath.mpf(2.5)),
    ("negative power", lambda x: (2 + x * x) ** -3, lambda x: (2 + x * x) ** -3),
    ("x**x", lambda x: (2 + x) ** (2 + x), lambda x: (2 + x) ** (2 + x)),
    ("tanh", np.tanh, mpmath.tanh),
    ("arctan", np.arctan, mpmath.atan),
    ("arcsin", lambda x: np.arcsin(x / 2), lambda x: mpmath.asin(x / 2)),
    ("expit", sp.expit, lambda x: 1 / (1 + mpmath.exp(-x))),
    ("erf", sp.erf, mpmath.erf),
    ("composed", lambda x: np.exp(np.sin(np.log1p(x * x))), lambda x: mpmath.exp(mpmath.sin(mpmath.log(1 + x * x)))),
]


@pytest.mark.parametrize(("f", "exact"), [pytest.param(f, g, id=name) for name, f, g in ELEMENTARY])
def test_elementary_functions(f, exact):
    """Coefficients up to order 24, against 60 digits."""
    x, order = 0.4, 24
    expected = np.array([float(c) for c in mpmath.taylor(exact, mpmath.mpf(x), order)])
    found = wg.taylor(f, x, order).coefficients
    radius = 0.5  # inside of which all of them converge
    scaled = radius ** np.arange(order + 1)
    np.testing.assert_allclose(found * scaled, expected * scaled, rtol=1e-11, atol=1e-14)
    np.testing.assert_allclose(found[:8], expected[:8], rtol=1e-13)


@pytest.mark.parametrize("order", range(22))
def test_every_order(order):
    """From the value itself on."""
    assert wg.derivative(lambda x: np.exp(2 * x), order)(0.25) == pytest.approx(2.0**order * math.exp(0.5), rel=1e-14)


class TestRules:
    """What is computed how often."""

    def test_nothing_is_left_over(self):
        """The series of a rule refer to each other, but no longer than the line takes."""
        x = np.linspace(0, 1, 10_000)

        def f(t):
            y = x * t
            for _ in range(20):
                y = np.sin(y) / (2 + y) + np.sqrt(1 + y * y)
            return np.sum(y)

        wg.taylor(f, 1.0, 4)
        gc.collect()
        gc.disable()
        try:
            tracemalloc.start()
            wg.taylor(f, 1.0, 4)
            left, most = tracemalloc.get_traced_memory()
            tracemalloc.stop()
        finally:
            gc.enable()
        assert left < 5 * x.nbytes
        assert most < 80 * x.nbytes

    def test_a_function_is_evaluated_once(self):
        """The rule sees the series that is being computed; nothing is computed anew for a higher order."""
        calls = []

        @wg.primitive(partials=[lambda y, x: y])
        def exponential(x):
            calls.append(x)
            return np.exp(x)

        found = wg.taylor(lambda x: exponential(np.sin(x)), 0.3, 12).coefficients
        assert len(calls) == 1
        np.testing.assert_allclose(found, wg.taylor(lambda x: np.exp(np.sin(x)), 0.3, 12).coefficients, rtol=1e-15)

    def test_sine_and_cosine_share(self):
        """The list of both is that of one, with the last two terms of the other."""
        one, both = (len(simplify(taylor(wg.trace(f, 0.5), 10))) for f in (np.sin, lambda x: (np.sin(x), np.cos(x))))
        assert both - one < 50

    def test_a_rule_of_a_users_own(self):
        """In all forms."""
        forms = [
            wg.primitive(np.arctan, partials=[lambda y, x: 1 / (1 + x * x)]),
            wg.primitive(np.arctan, jvp=lambda y, xs, dxs: dxs[0] / (1 + xs[0] * xs[0])),
            wg.primitive(np.arctan, vjp=lambda ct, y, x: ct / (1 + x * x)),
        ]
        expected = wg.taylor(lambda x: np.arctan(x * x), 0.7, 6).coefficients
        for form in forms:
            found = wg.taylor(lambda x, f=form: f(x * x), 0.7, 6).coefficients
            np.testing.assert_allclose(found, expected, rtol=1e-12)

    def test_the_exact_zero_wins(self):
        """As in every other mode."""
        safe = wg.taylor(lambda x: np.where(x > 0, np.log(x), 0.0), 0.0, 4)
        np.testing.assert_array_equal(safe.coefficients, np.zeros(5))
        below = wg.taylor(lambda x: 1 / (1 + np.exp(-x)), -1000.0, 3)
        np.testing.assert_array_equal(below.coefficients, np.zeros(4))


class TestSingularPoints:
    """Orders above the first where a quotient or a wrong branch would give nan."""

    @pytest.mark.parametrize("n", [0, 1, 2, 3, 5, 2.0, 3.0])
    def test_powers_at_zero(self, n):
        """Of integer-valued exponents, all derivatives exist."""
        for f in (lambda x: x**n, lambda x: np.power(x, np.array([n]))[0], lambda x: np.float_power(x, n)):
            found = wg.taylor(f, 0.0, 6).derivatives
            expected = np.zeros(7)
            expected[int(n)] = math.factorial(int(n))
            np.testing.assert_array_equal(found, expected)

    def test_fractional_power_at_zero(self):
        """As often differentiable as it is."""
        np.testing.assert_array_equal(wg.taylor(lambda x: x**2.5, 0.0, 3).coefficients, [0, 0, 0, np.inf])

    def test_sinc(self):
        """Even, and analytic."""
        expected = [float(c) for c in mpmath.taylor(lambda x: mpmath.sincpi(x), 0, 8)]
        np.testing.assert_allclose(wg.taylor(np.sinc, 0.0, 8).coefficients, expected, rtol=1e-12, atol=1e-14)

    def test_absolute_value(self):
        """By convention flat at 0; elsewhere a line."""
        np.testing.assert_array_equal(wg.taylor(np.abs, 0.0, 3).coefficients, np.zeros(4))
        np.testing.assert_array_equal(wg.taylor(np.abs, -2.0, 3).coefficients, [2, -1, 0, 0])

    def test_square_root(self):
        """Infinite at 0, and its square is a line."""
        assert wg.derivative(np.sqrt, 1)(0.0) == np.inf
        np.testing.assert_array_equal(wg.taylor(lambda x: np.sqrt(x) ** 2, 0.0, 3).coefficients, [0, 1, 0, 0])
        square = wg.taylor(lambda x: np.linalg.norm(x) ** 2, np.zeros(2), 3, direction=np.array([3.0, 4.0]))
        np.testing.assert_array_equal(square.coefficients, [0, 0, 25, 0])

    def test_branches(self):
        """The one that is taken at the point."""
        np.testing.assert_array_equal(wg.taylor(lambda x: np.where(x > 1, x**2, -x), 2.0, 3).coefficients, [4, 4, 1, 0])
        assert wg.derivative(lambda x: x**3 if x > 0 else -x, 2)(2.0) == 12


@dataclass
class Body:
    """A container."""

    place: np.ndarray
    speed: float


class TestPrograms:
    """What Taylor mode runs through."""

    def test_newton_while(self):
        """A loop that stops when it has converged."""

        def root(a):
            x = a
            while abs(x * x - a) > 1e-12:
                x = (x + a / x) / 2
            return (x + a / x) / 2

        found = wg.taylor(root, 2.0, 4).coefficients
        np.testing.assert_allclose(found, wg.taylor(np.sqrt, 2.0, 4).coefficients, rtol=1e-9)

    def test_buffers_and_views(self):
        """In place, through slices, backwards."""

        def f(x):
            out = np.zeros((3, 4))
            for i in range(4):
                out[:, i] = x**i
            out[1] *= x
            flipped = out[::-1, 1:]
            flipped[0, 0] += np.sin(x)
            row = out.ravel()
            row[3] = 2.0
            return out

        found = wg.taylor(f, 0.7, 4).derivatives
        close(list(found), [nested(f, k)(0.7) for k in range(5)], 1e-12, "buffers")

    def test_a_long_loop_in_place(self):
        """Writing into a buffer does not copy it."""

        def f(x, n):
            out = np.zeros(n)
            for i in range(n):
                out[i] = x * i
            return np.sum(out)

        def seconds(n):
            start = time.process_time()
            wg.taylor(lambda x: f(x, n), 2.0, 2)
            return time.process_time() - start

        small, large = (min(seconds(n) for _ in range(3)) for n in (200, 4000))
        assert large < 80 * small

    def test_linear_algebra(self):
        """Of a matrix that moves: (1 + t a)⁻¹ = 1 - t a + t² a² - …, and the rest."""
        rng = np.random.default_rng(0)
        a, b = rng.standard_normal((2, 3, 3))
        unit = np.eye(3)
        powers = [unit]
        for _ in range(6):
            powers.append(-powers[-1] @ a)
        for f in (np.linalg.inv, lambda x: np.linalg.solve(x, unit)):
            close(list(wg.taylor(f, unit, 6, direction=a).coefficients), powers, 1e-13, "inverse")
        det = wg.taylor(np.linalg.det, unit, 5, direction=a).coefficients
        second = (np.trace(a) ** 2 - np.trace(a @ a)) / 2
        np.testing.assert_allclose(det, [1, np.trace(a), second, np.linalg.det(a), 0, 0], atol=1e-13)
        for f in (
            lambda x: np.linalg.cholesky(x @ x.T + unit) @ b,
            lambda x: np.linalg.eigvalsh(x + x.T + np.diag([0.0, 5.0, 9.0])),
            lambda x: np.linalg.slogdet(x + 4 * unit)[1],
            lambda x: np.linalg.qr(x)[1],
            lambda x: np.linalg.norm(x @ b, axis=0),
        ):
            found = wg.taylor(f, a, 4, direction=b).derivatives
            close(list(found), [nested(lambda t, f=f: f(a + t * b), k)(0.0) for k in range(5)], 1e-9, "derivatives")

    def test_solve_needs_one_factorization_a_term(self):
        """Each term solves with the same matrix: no product of inverses, no series in series."""
        wl = wg.trace(wg.derivative(lambda t: np.linalg.solve(np.eye(3) + t * np.ones((3, 3)), np.ones(3)), 10), 0.1)
        names = [line.primitive.name for line in wl.lines]
        assert names.count("solve") == 11

    def test_containers(self):
        """In and out."""

        def move(body):
            return {"place": body.place + body.speed**2, "kinetic": body.speed**2 / 2}

        body = Body(np.array([1.0, 2.0]), 3.0)
        found = wg.taylor(move, body, 2, direction=Body(np.array([0.0, 1.0]), 1.0))
        np.testing.assert_array_equal(found.coefficients["place"], [[10, 11], [6, 7], [1, 1]])
        np.testing.assert_array_equal(found.coefficients["kinetic"], [4.5, 3, 0.5])
        assert found(2.0)["kinetic"] == 12.5
        assert found[1]["kinetic"] == 3

    def test_a_value_that_does_not_depend(self):
        """Zeros after it, of the right shape."""
        found = wg.taylor(lambda x: (np.ones(2), 3, x > 0), 1.0, 2).coefficients
        np.testing.assert_array_equal(found[0], [[1, 1], [0, 0], [0, 0]])
        np.testing.assert_array_equal(found[1], [3, 0, 0])
        assert wg.derivative(lambda x: np.ones(2), 3)(1.0).tolist() == [0, 0]

    def test_a_curve(self):
        """A polynomial for an argument: composition."""
        curve = wg.taylor(np.sin, 0.3, 8)
        found = wg.taylor(np.exp, curve, 8).coefficients
        np.testing.assert_allclose(found, wg.taylor(lambda t: np.exp(np.sin(t)), 0.3, 8).coefficients, rtol=1e-14)
        short = wg.TaylorPolynomial(np.array([1.0, 2.0]))
        np.testing.assert_array_equal(wg.taylor(lambda x: x * x, short, 3).coefficients, [1, 4, 4, 0])


class TestNumbers:
    """Precisions, complex numbers, kinds of scalars."""

    def test_single_precision(self):
        """It stays what it is."""
        x = np.float32(0.5)
        found = wg.taylor(lambda x: np.sin(x) / (1 + 2.0 * x), x, 5).coefficients
        assert found.dtype == np.float32
        wide = wg.taylor(lambda x: np.sin(x) / (1 + 2.0 * x), 0.5, 5).coefficients
        np.testing.assert_allclose(found, wide, rtol=2e-5)
        array = wg.taylor(lambda x: np.exp(x) * x, np.ones(3, np.float32), 4, direction=np.ones(3, np.float32))
        assert array.coefficients.dtype == np.float32
        weak = wg.taylor(lambda t: np.ones(2, np.float32) * t**3, 0.5, 3)
        assert weak.coefficients.dtype == np.float32

    def test_complex(self):
        """Holomorphic functions, and real ones of complex values."""
        z = 0.3 + 0.4j
        expected = [complex(c) for c in mpmath.taylor(lambda z: mpmath.exp(z) / z, z, 8)]
        np.testing.assert_allclose(wg.taylor(lambda z: np.exp(z) / z, z, 8).coefficients, expected, rtol=1e-11)
        wave = wg.taylor(lambda t: np.real(np.exp(1j * t)), 0.3, 6).coefficients
        assert wave.dtype == np.float64
        np.testing.assert_allclose(wave, wg.taylor(np.cos, 0.3, 6).coefficients, rtol=1e-14)
        modulus = wg.taylor(lambda t: np.abs(np.exp((1 + 1j) * t)), 0.3, 6).coefficients
        np.testing.assert_allclose(modulus, wg.taylor(np.exp, 0.3, 6).coefficients, rtol=1e-13)

    def test_kinds_of_results(self):
        """A Python number for a Python number, an array for an array."""
        assert type(wg.derivative(lambda x: x**3, 2)(2)) is float
        assert type(wg.derivative(np.sin, 2)(2.0)) is np.float64
        assert wg.derivative(lambda x: x * np.ones(2), 1)(np.array(2.0)).shape == (2,)
        assert wg.derivative(lambda x: x[None] ** 2, 1)(np.array(2.0)).tolist() == [4.0]
        assert wg.derivative(lambda x: x**3, 2)(np.float32(2.0)).dtype == np.float32

    def test_overflowing_factorials(self):
        """Coefficients stay finite where derivatives do not."""
        found = wg.taylor(lambda x: 1 / (1 - x), 0.0, 180)
        np.testing.assert_array_equal(found.coefficients, np.ones(181))
        power = wg.taylor(lambda x: (x + x * x) ** 2.5, 0.5, 120).coefficients
        exact = mpmath.taylor(lambda x: (x + x * x) ** mpmath.mpf(2.5), mpmath.mpf(0.5), 6)
        np.testing.assert_allclose(power[:7], [float(c) for c in exact], rtol=1e-13)
        assert np.isfinite(power).all()


class TestNesting:
    """With every other mode, without confusion of the levels."""

    def test_gradient_of_a_derivative(self):
        """Reverse over Taylor."""

        def f(a):
            return wg.derivative(lambda x: np.sin(a * x) * x, 3)(0.7)

        h = 1e-6
        assert wg.grad(f)(1.3) == pytest.approx((f(1.3 + h) - f(1.3 - h)) / (2 * h), rel=1e-7)
        exact = mpmath.diff(lambda a: mpmath.diff(lambda x: mpmath.sin(a * x) * x, 0.7, 3), 1.3)
        assert wg.grad(f)(1.3) == pytest.approx(float(exact), rel=1e-12)
        assert wg.jvp(f, (1.3,), (1.0,))[1] == pytest.approx(float(exact), rel=1e-12)

    def test_a_derivative_of_a_gradient(self):
        """Taylor over reverse, and over forward."""
        for inner in (wg.grad, wg.derivative, lambda f: lambda x: wg.jvp(f, (x,), (1.0,))[1]):
            found = wg.derivative(inner(goal), 4)(0.6)
            assert found == pytest.approx(float(goal_exact(0.6, 5)), rel=1e-13)

    def test_coefficients_are_differentiable(self):
        """All of them, as an array."""
        found = wg.jacobian(lambda x: wg.taylor(np.exp, x, 4).coefficients)(0.5)
        np.testing.assert_allclose(found, math.exp(0.5) / np.array([1, 1, 2, 6, 24]), rtol=1e-14)

    def test_perturbation_confusion(self):
        """The inner variable is not the outer one."""
        assert wg.derivative(lambda x: x * wg.derivative(lambda y: x + y)(1.0))(1.0) == 1
        assert wg.derivative(lambda x: x * wg.derivative(lambda y: x * y)(2.0))(2.0) == 4
        assert wg.derivative(lambda x: wg.derivative(lambda y: x**2 * y**3, 2)(x), 2)(1.5) == 6 * 3 * 2 * 1.5

    def test_order_by_order(self):
        """Derivatives of derivatives are derivatives of the sum of their orders."""
        for i in range(4):
            found = wg.derivative(wg.derivative(goal, i), 5 - i)(0.4)
            assert found == pytest.approx(float(goal_exact(0.4, 5)), rel=1e-13)

    def test_mapped(self):
        """Over an array, by one list."""
        xs = np.linspace(0.1, 1, 5)
        found = wg.vmap(wg.derivative(goal, 5))(xs)
        np.testing.assert_allclose(found, [float(goal_exact(x, 5)) for x in xs], rtol=1e-12)

    def test_linearized(self):
        """The list of a linear function of the terms."""
        value, differential = wg.linearize(wg.derivative(goal, 2), 0.4)
        assert value == pytest.approx(float(goal_exact(0.4, 2)), rel=1e-13)
        assert differential(1.0) == pytest.approx(float(goal_exact(0.4, 3)), rel=1e-13)


class TestLists:
    """List to list."""

    @pytest.mark.parametrize(
        ("f", "args"),
        [
            (goal, (0.7,)),
            (lambda x, y: np.sin(x) @ y / np.sum(y**3), (np.array([0.1, 0.2]), np.array([1.0, 2.0]))),
            (lambda x, i: (x[i] ** 2, np.max(x)), (np.array([1.0, 3.0, 2.0]), np.array([0, 2, 2]))),
            (lambda a: np.linalg.solve(a, a[0]), (np.array([[2.0, 1.0], [0.5, 3.0]]),)),
        ],
    )
    def test_a_list(self, f, args):
        """Well formed, and it computes what the level computes."""
        rng = np.random.default_rng(1)
        wl = wg.trace(f, *args)
        order = 3
        high = check_list(taylor(wl, order))
        floats = [x for x in args if np.asarray(x).dtype.kind == "f"]
        rows = [[rng.standard_normal(np.shape(x)) for _ in range(order)] for x in floats]
        found = run(high, *args, *(term for row in rows for term in row))
        curves = tuple(np.stack([x, *row]) for x, row in zip(floats, rows, strict=True))

        def of_floats(given):
            rest = iter(given)
            return f(*(next(rest) if np.asarray(x).dtype.kind == "f" else x for x in args))

        expected = wg.taylor(of_floats, wg.TaylorPolynomial(curves), order).coefficients
        expected = expected if isinstance(expected, tuple) else (expected,)
        close(found, [*(one[0] for one in expected), *(x for one in expected for x in one[1:])], 1e-12, "list")

    def test_of_some_inputs(self):
        """Only what moves has terms."""
        wl = wg.trace(lambda x, y: (x * y, y + 1, x**2), 3.0, 2.0)
        high = check_list(taylor(wl, 2, moving=(True, False), moved=(True, False, True)))
        assert len(high.inputs) == 4
        assert run(high, 3.0, 2.0, 1.0, 0.5) == [6, 3, 9, 2, 1, 6, 4]
        assert run(taylor(wl, 0), 3.0, 2.0) == [6, 3, 9]

    def test_it_prints(self):
        """With names that tell the orders."""
        text = str(taylor(wg.trace(lambda x: x * x, 3.0), 2))
        assert "x_1" in text
        assert "x_2" in text


class TestMixed:
    """Several variables from rays."""

    @pytest.mark.parametrize("orders", [(1, 1), (2, 1), (1, 3), (3, 3), (2, 0), (0, 1), (0, 0), (4, 4)])
    def test_partial_derivative(self, orders):
        """Of exp(x y) sin x, to 60 digits."""
        exact = mpmath.diff(lambda x, y: mpmath.exp(x * y) * mpmath.sin(x), (mpmath.mpf(0.5), mpmath.mpf(0.8)), orders)
        found = wg.partial_derivative(lambda x, y: np.exp(x * y) * np.sin(x), orders)(0.5, 0.8)
        assert found == pytest.approx(float(exact), rel=1e-11 if sum(orders) > 4 else 1e-13)

    def test_of_three_variables(self):
        """With a further argument, and a container for a result."""
        f = wg.partial_derivative(lambda x, y, z, n: {"value": np.array([x**2 * y * z**n, x + y])}, (2, 1, 3))
        np.testing.assert_allclose(f(1.0, 2.0, 3.0, 4)["value"], [2 * 24 * 3.0, 0], atol=1e-10)

    def test_branches(self):
        """Also where a value decides, so that it cannot be mapped."""
        f = wg.partial_derivative(lambda x, y: x * y**2 if x * y > 0 else 0.0, (1, 2))
        assert f(1.0, 2.0) == pytest.approx(2, rel=1e-14)

    def test_tensors(self):
        """Jacobians, Hessians, and their derivatives."""
        rng = np.random.default_rng(2)
        a = rng.standard_normal((3, 3))

        def f(x):
            return np.array([np.sin(x @ a @ x), np.prod(x), np.exp(x[0]) / x[1]])

        x = np.array([0.5, 0.7, 0.9])
        expected = f
        for order in range(1, 5):
            expected = wg.jacobian(expected)
            close([wg.derivative_tensor(f, order)(x)], [expected(x)], 1e-11, f"order {order}")

    def test_tensor_shapes(self):
        """Arrays of any shape, numbers, containers."""
        x = np.arange(1.0, 5.0).reshape(2, 2)
        found = wg.derivative_tensor(lambda x: x @ x, 2)(x)
        close([found], [wg.jacobian(wg.jacobian(lambda x: x @ x))(x)], 1e-13, "matrices")
        assert wg.derivative_tensor(lambda x: x**3, 3)(2.0) == 6
        nested = wg.derivative_tensor(lambda p: p["a"] * np.sum(p["b"] ** 2), 2)({"a": 2.0, "b": np.array([1.0, 2.0])})
        close([nested["a"]["b"], nested["b"]["b"]], [np.array([2.0, 4.0]), 4 * np.eye(2)], 1e-13, "containers")
        assert wg.derivative_tensor(lambda x: np.sum(x**3), 2)(np.ones(2, np.float32)).dtype == np.float32

    def test_many_variables(self):
        """Nothing is computed twice: 1,771 rays for 20 variables."""
        x = np.linspace(0, 1, 20)
        found = wg.derivative_tensor(lambda x: np.sum(x) ** 3, 3)(x)
        np.testing.assert_allclose(found, np.full((20, 20, 20), 6.0), rtol=1e-11)

    def test_gradient_of_a_tensor(self):
        """It is differentiable in its turn."""

        def size(s):
            return np.sum(wg.derivative_tensor(lambda x: s**2 * x[0] ** 2 * x[1], 3)(np.array([1.0, 2.0])))

        assert wg.grad(size)(2.0) == pytest.approx(24, rel=1e-12)


class TestErrors:
    """Messages that name the way out."""

    def test_orders(self):
        """Whole numbers from 0."""
        with pytest.raises(ValueError, match="at least 0"):
            wg.taylor(np.sin, 0.0, -1)
        with pytest.raises(TypeError, match="must be an int"):
            wg.derivative(np.sin, 1.5)
        with pytest.raises(ValueError, match="at least 1"):
            wg.derivative_tensor(np.sin, 0)

    def test_arguments(self):
        """Arrays need a direction or a map."""
        with pytest.raises(TypeError, match="direction"):
            wg.taylor(np.sin, np.ones(3), 2)
        with pytest.raises(TypeError, match="direction"):
            wg.taylor(lambda p: p["a"], {"a": 1.0}, 2)
        with pytest.raises(TypeError, match="vmap"):
            wg.derivative(lambda x: np.sum(x), 2)(np.ones(3))
        with pytest.raises(TypeError, match="x is of dtype int64"):
            wg.taylor(lambda x: x, np.arange(3), 2, direction=np.ones(3))
        with pytest.raises(ValueError, match="shape"):
            wg.taylor(lambda x: x, np.ones(3), 2, direction=np.ones(2))
        with pytest.raises(TypeError, match="derivative_tensor"):
            wg.partial_derivative(lambda x, y: x, (1, 1))(np.ones(2), 1.0)
        with pytest.raises(TypeError, match="2 orders"):
            wg.partial_derivative(lambda x: x, (1, 1))(1.0)
        with pytest.raises(TypeError, match="argnum"):
            wg.derivative(lambda x: x, argnum=3)(1.0)
        with pytest.raises(TypeError, match="not a number"):
            wg.derivative(lambda x: "text")(1.0)

    def test_writes(self):
        """Arguments are not written; nothing leaks."""

        def writes(x):
            x[0] = 1.0
            return x

        with pytest.raises(MutationError, match="argument x"):
            wg.taylor(writes, np.ones(2), 2, direction=np.ones(2))
        kept = []
        wg.taylor(lambda x: kept.append(x) or x * x, 1.0, 2)
        with pytest.raises(LeakedTracerError):
            kept[0] * 2


class TestText:
    """How a polynomial shows itself."""

    @pytest.mark.parametrize(
        ("f", "x", "order", "text"),
        [
            (np.exp, 0.0, 3, "1 + t + 0.5 t² + 0.166667 t³ + O(t⁴)"),
            (lambda x: -x - x**2, 0.0, 2, "-t - t² + O(t³)"),
            (lambda x: x * 0, 0.0, 10, "O(t¹¹)"),
            (lambda x: x + 1j, 1.0, 1, "(1+1j) + (1+0j) t + O(t²)"),
            (lambda x: x * np.ones((2, 3)), 1.0, 2, "<array of shape (2, 3), float64> + … + O(t³)"),
            (lambda x: {"a": x, "b": (x * 2,)}, 1.0, 1, "['a']: 1 + t + O(t²), ['b'][0]: 2 + 2 t + O(t²)"),
        ],
    )
    def test_text(self, f, x, order, text):
        """Plain mathematics."""
        assert str(wg.taylor(f, x, order)) == text
        assert repr(wg.taylor(f, x, order)) == f"TaylorPolynomial({text})"

    def test_a_traced_one(self):
        """Inside another derivative it has no numbers to show, and shows its kind."""
        seen = []
        wg.grad(lambda x: seen.append(repr(wg.taylor(np.sin, x, 2))) or x)(1.0)
        assert "order 2" in seen[0]


def test_check_knows_it():
    """`check` compares it with the other modes, also where the function is read."""

    def f(x):
        out = np.zeros(2)
        out[0] = np.sin(x[0]) * x[1]
        out[1] = np.exp(x[0])
        return out

    report = wg.check(f, np.array([0.3, 0.5]))
    assert report
    assert {"Taylor series against forward", "second order: Taylor series"} <= {c.name for c in report.comparisons}


class TestTapesAndDuals:
    """Beside the other ways to record."""

    def test_tape(self):
        """A derivative by Taylor mode on a tape, and Taylor mode over a tape."""
        w = wg.Variable(1.3)
        with wg.GradientTape() as tape:
            y = wg.derivative(lambda t: np.sin(w * t), 3)(0.7)
        expected = wg.grad(lambda w: wg.derivative(lambda t: np.sin(w * t), 3)(0.7))(1.3)
        assert tape.gradient(y, w) == pytest.approx(expected, rel=1e-13)

        def by_tape(t):
            with wg.GradientTape() as tape:
                x = tape.watch(t)
                y = np.sin(w * x) * x
            return tape.gradient(y, x)

        exact = mpmath.diff(lambda t: mpmath.sin(1.3 * t) * t, 0.7, 4)
        assert wg.derivative(by_tape, 3)(0.7) == pytest.approx(float(exact), rel=1e-12)

    def test_dual_numbers(self):
        """Inside and outside."""
        found = wg.derivative(lambda x: (wg.Dual(x, 1.0) ** 5).eps, 2)(2.0)
        assert found == pytest.approx(5 * 4 * 3 * 4)
        assert wg.derivative(lambda x: x**5, 2)(wg.Dual(2.0, 1.0)).eps == pytest.approx(5 * 4 * 3 * 4)
