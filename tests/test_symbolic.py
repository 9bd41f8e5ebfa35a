"""Expressions: how they are made, what they are worth, their derivatives, and what they refuse."""

from __future__ import annotations

import copy
import gc
import math
import operator
import pickle
import threading
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import scipy.special as sp
from hypothesis import HealthCheck, given, settings

import wengert as wg
from tests.scenarios.formulas import NAMES, Formula, formulas, points
from wengert import symbolic
from wengert.errors import MutationError, StagingError
from wengert.ir import check_list
from wengert.symbolic.expressions import SYMBOLS

x, y, z = wg.symbols("x y z")
tour = x * x * y + y + 2
slow_draws = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])


class TestTour:
    """The numbers of f(x, y) = x²y + y + 2 at (3, 4)."""

    def test_value(self) -> None:
        assert tour.evaluate(x=3, y=4) == 42

    def test_gradient(self) -> None:
        assert [one.evaluate(x=3, y=4) for one in tour.gradient([x, y])] == [24, 10]
        assert tour.gradient(x).evaluate(x=3, y=4) == 24

    def test_second_order(self) -> None:
        rows = [one.gradient([x, y]) for one in tour.gradient([x, y])]
        assert symbolic.evaluate(rows, x=3, y=4) == [[8, 6], [6, 0]]
        assert symbolic.evaluate(tour.hessian([x, y]), x=3, y=4) == [[8, 6], [6, 0]]

    def test_text(self) -> None:
        assert str(tour) == "x * x * y + y + 2"
        assert tour._repr_latex_() == r"$\displaystyle x^{2} y + y + 2$"

    def test_spelled_out(self) -> None:
        from wengert.symbolic import Add, Const, Mul, Var

        x, y = Var("x"), Var("y")
        graph = Add(Mul(Mul(x, x), y), Add(y, Const(2)))
        assert str(graph) == "x * x * y + y + 2"
        assert graph.evaluate(x=3, y=4) == 42
        assert [one.evaluate(x=3, y=4) for one in graph.gradient([x, y])] == [24, 10]


class TestMaking:
    def test_names(self) -> None:
        assert all(one is other for one, other in zip(wg.symbols("a, b"), wg.symbols("a b"), strict=True))
        assert wg.symbols("a").name == "a"
        assert [one.name for one in wg.symbols("a:3")] == ["a0", "a1", "a2"]
        assert [one.name for one in wg.symbols("a1:3 b")] == ["a1", "a2", "b"]
        assert len(wg.symbols("a,")) == 1
        for wrong in ("1x", "x-y", "", "a b!"):
            with pytest.raises(ValueError, match="name of a symbol"):
                wg.symbols(wrong)

    def test_equal_ones_are_one_object(self) -> None:
        assert x * y is y * x
        assert x + y is y + x
        assert x - y is not y - x
        assert np.sin(x * y) + 1 is np.sin(y * x) + 1
        assert wg.symbols("x", shape=(2,)) is not x

    def test_every_ufunc_builds(self) -> None:
        for ufunc in (np.sin, np.exp, np.arctan2, np.hypot, np.maximum, sp.erf, sp.gamma, np.sign, np.floor):
            operands = (x, y)[: ufunc.nin]
            made = ufunc(*operands)
            assert isinstance(made, wg.Expression)
            numbers = (0.7, 1.3)[: ufunc.nin]
            assert made.evaluate(dict(zip("xy", numbers, strict=False))) == ufunc(*numbers)

    def test_numbers_on_either_side(self) -> None:
        for number in (2, 2.5, np.float64(2.5), np.int64(3), 1j):
            for op in (operator.add, operator.sub, operator.mul, operator.truediv, operator.pow):
                assert op(x, number).evaluate(x=1.5) == pytest.approx(op(1.5, complex(number).real if not
                    isinstance(number, complex) else number), rel=1e-15)  # fmt: skip
                assert op(number, x).evaluate(x=1.5) == pytest.approx(op(number, 1.5), rel=1e-15)

    def test_arrays(self) -> None:
        weights = np.array([1.0, 2.0, 3.0])
        made = np.sum(weights * x**2)
        weights[:] = 0.0  # the expression has its own copy
        assert made.evaluate(x=2.0) == 24.0
        v, a = wg.symbols("v", shape=3), wg.symbols("a", shape=(3, 3))
        matrix, vector = np.arange(9.0).reshape(3, 3), np.array([1.0, -1.0, 2.0])
        quadratic = v @ a @ v
        assert quadratic.evaluate(a=matrix, v=vector) == vector @ matrix @ vector
        np.testing.assert_allclose(quadratic.gradient(v).evaluate(a=matrix, v=vector), (matrix + matrix.T) @ vector)
        np.testing.assert_allclose(quadratic.gradient(a).evaluate(a=matrix, v=vector), np.outer(vector, vector))
        assert str(quadratic.hessian(v)) == "(a + a.T).T"

    def test_plus_equals_makes_a_new_one(self) -> None:
        total = x
        total += y
        assert total is x + y
        assert str(x) == "x"

    def test_of_a_function(self) -> None:
        def f(x: Any, y: float, n: int = 3) -> Any:
            total = np.zeros(2)
            for i in range(n):
                total[i % 2] += math.sin(x) ** i * y
            return {"sum": total.sum(), "pair": (total[0], 7.0)}

        made = wg.expression(f)
        expected = f(0.4, 1.5)
        assert symbolic.evaluate(made, x=0.4, y=1.5) == {
            "sum": pytest.approx(expected["sum"]), "pair": (pytest.approx(expected["pair"][0]), 7.0)
        }  # fmt: skip
        assert wg.expression(f, x, x, 1)["pair"][0] is x  # 0 + sin(x)**0 * x
        assert wg.expression(lambda v: math.sqrt(v[0] ** 2 + v[1] ** 2), [x, y]).evaluate(x=3, y=4) == 5

    def test_of_a_function_with_a_choice(self) -> None:
        with pytest.raises(StagingError, match="which way the program goes"):
            wg.expression(lambda x: x if x > 0 else -x)
        with pytest.raises(TypeError, match="cannot be guessed"):
            wg.expression(lambda *xs: xs[0])
        with pytest.raises(IndexError) as caught:
            wg.expression(lambda v: v[0])
        assert "wengert.expression took v for numbers" in caught.value.__notes__[0]
        with pytest.raises(TypeError, match="returned a str"):
            wg.expression(lambda x: "x")

    @given(formulas, points)
    @slow_draws
    def test_value_is_that_of_the_formula(self, formula: Formula, point: tuple[float, ...]) -> None:
        try:
            with np.errstate(all="ignore"):
                expected = float(formula(*map(np.float64, point)))
        except ZeroDivisionError:
            return
        made = formula(x, y, z)
        if math.isfinite(expected) and abs(expected) < 1e6 and is_stable(formula, point, expected):
            assert value(made, point) == pytest.approx(expected, rel=1e-9, abs=1e-9)


def value(expression: Any, point: tuple[float, ...]) -> float:
    """The value of an expression, also of a plain number."""
    with np.errstate(all="ignore"):
        return symbolic.evaluate(expression, dict(zip(NAMES, point, strict=True)))


def is_stable(formula: Formula, point: tuple[float, ...], expected: float) -> bool:
    """Whether rounding of the input does not matter much: no cancellation, no pole near by."""
    with np.errstate(all="ignore"):
        near = [formula(*(np.float64(v) * (1 + s * 1e-9) for v in point)) for s in (-1, 1)]
    return all(abs(v - expected) <= 1e-6 * (1 + abs(expected)) for v in near)


class TestDerivatives:
    @given(formulas, points)
    @slow_draws
    def test_gradient_is_that_of_reverse_mode(self, formula: Formula, point: tuple[float, ...]) -> None:
        def f(*numbers: Any) -> Any:
            return formula(*numbers) + 0.0 * numbers[0]

        with np.errstate(all="ignore"):
            try:
                expected = wg.grad(f, (0, 1, 2))(*point)
                smooth = is_stable(formula, point, float(f(*map(np.float64, point))))
            except (ZeroDivisionError, OverflowError):
                return
        found = symbolic.Const(formula(x, y, z)).gradient([x, y, z])
        if smooth and all(map(math.isfinite, expected)) and max(map(abs, expected)) < 1e6:
            np.testing.assert_allclose(value(found, point), expected, rtol=1e-8, atol=1e-8)

    @given(formulas, points)
    @settings(slow_draws, max_examples=40)
    def test_hessian_is_that_of_forward_over_reverse(self, formula: Formula, point: tuple[float, ...]) -> None:
        with np.errstate(all="ignore"):
            try:
                expected = wg.hessian(lambda v: formula(v[0], v[1], v[2]) + 0.0 * v[0])(np.array(point))
                smooth = is_stable(formula, point, float(formula(*map(np.float64, point))))
            except (ZeroDivisionError, OverflowError):
                return
        found = symbolic.Const(formula(x, y, z)).hessian([x, y, z])
        if smooth and np.isfinite(expected).all() and np.abs(expected).max() < 1e5:
            np.testing.assert_allclose(value(found, point), expected, rtol=1e-7, atol=1e-7)

    def test_to_any_order(self) -> None:
        made = np.exp(2 * x)
        for order in range(9):
            assert made.derivative(x, order).evaluate(x=0.0) == 2.0**order
        again = made
        for order in range(1, 5):
            again = again.gradient(x)
            assert again.evaluate(x=0.0) == 2.0**order

    def test_containers(self) -> None:
        made = (x * y).gradient({"a": x, "b": (y, z)})
        assert made["a"] is y
        assert made["b"][0] is x
        assert made["b"][1].evaluate() == 0
        assert (x * y).gradient([]) == []

    def test_of_what_does_not_depend_on_it(self) -> None:
        assert (x + 1).gradient(y).evaluate() == 0
        assert symbolic.Const(3).gradient(x).evaluate() == 0
        v = wg.symbols("v", shape=(2,))
        assert (x + 1).gradient(v).shape == (2,)
        np.testing.assert_array_equal((x + 1).jacobian(v).evaluate(), [0, 0])
        assert symbolic.evaluate((x * x).hessian([x, y])) == [[2, 0], [0, 0]]

    def test_jacobian(self) -> None:
        v = wg.symbols("v", shape=(3,))
        at = np.array([0.3, -1.0, 2.0])

        def f(v: Any, s: Any) -> Any:
            return np.stack([v[0] * v[1], np.sin(v).sum() * s])

        made = f(v, x)
        np.testing.assert_allclose(made.jacobian(v).evaluate(v=at, x=2.0), wg.jacobian(f)(at, 2.0))
        np.testing.assert_allclose(made.jacobian(x).evaluate(v=at, x=2.0), wg.jacobian(f, 1)(at, 2.0))
        by_both = made.jacobian([v, x])
        assert [one.shape for one in by_both] == [(2, 3), (2,)]

    def test_hessian_of_arrays(self) -> None:
        v, w = wg.symbols("v", shape=(2,)), wg.symbols("w", shape=(2,))
        made = np.sum(v**3 * w) * x
        blocks = made.hessian([v, w, x])
        point = {"v": np.array([1.0, 2.0]), "w": np.array([0.5, -1.0]), "x": 3.0}
        expected = wg.hessian(lambda v, w, x: np.sum(v**3 * w) * x, (0, 1, 2))(*point.values())
        for row, expected_row in zip(symbolic.evaluate(blocks, point), expected, strict=True):
            for block, expected_block in zip(row, expected_row, strict=True):
                np.testing.assert_allclose(block, expected_block)

    def test_an_exact_zero_wins(self) -> None:
        assert np.where(x > 0, np.log(x), 0).gradient(x).evaluate(x=0.0) == 0
        assert (x**0).gradient(x).evaluate(x=0.0) == 0
        assert (np.sqrt(x) ** 2).gradient(x).evaluate(x=0.0) == 1
        assert (1 / (1 + np.exp(-x))).gradient(x).evaluate(x=-1000.0) == 0

    def test_several_outputs_of_one_line(self) -> None:
        def f(a: Any) -> Any:
            values, vectors = np.linalg.eigh(a)
            return np.sum(values * vectors[0] ** 2)

        a = wg.symbols("a", shape=(2, 2))
        made = f(a)
        check_list(made.list)
        at = np.array([[2.0, 1.0], [1.0, 5.0]])
        assert made.evaluate(a=at) == pytest.approx(f(at))
        np.testing.assert_allclose(made.gradient(a).evaluate(a=at), wg.grad(f)(at), atol=1e-12)

    def test_inside_and_around_other_modes(self) -> None:
        assert str(wg.grad(lambda t: np.sin(t) * t)(x)) == "sin(x) + x * cos(x)"
        assert wg.grad(lambda t: tour.evaluate(x=t, y=4.0))(3.0) == 24
        assert wg.hessian(lambda t: tour.evaluate(x=t, y=4.0))(3.0) == 8
        assert wg.grad(lambda t: t * x)(2.0) is x
        assert wg.jvp(lambda t: t * t, (x,), (1.0,))[1] is 2 * x


class TestValues:
    def test_numbers_and_arrays(self) -> None:
        assert type(tour.evaluate(x=3, y=4)) is float
        np.testing.assert_array_equal(tour.evaluate(x=np.array([1, 2, 3]), y=4), [10, 22, 42])
        np.testing.assert_array_equal(tour.evaluate(x=[1, 2], y=1), [4, 7])
        assert tour.evaluate(x=1j, y=2) == 2
        assert tour.evaluate(x=np.float32(3), y=np.float32(4)).dtype == np.float32
        assert np.longdouble(3) * 1 == (x * 1).evaluate(x=np.longdouble(3))

    def test_by_symbol_and_by_name(self) -> None:
        assert tour.evaluate({x: 3, "y": 4}) == tour.evaluate({x: 3}, y=4) == 42
        assert tour.evaluate(x=3, y=4, not_in_it=5) == 42
        with pytest.raises(TypeError, match=r"no value for y: this expression needs evaluate\(x=..., y=...\)"):
            tour.evaluate(x=3)
        with pytest.raises(TypeError, match="no symbol"):
            tour.evaluate({3: 3})

    def test_whatever_computes(self) -> None:
        class Pair:
            """A dual number by its operators."""

            def __init__(self, value: Any, eps: Any) -> None:
                self.value, self.eps = value, eps

            def __add__(self, other: Any) -> Pair:
                other = other if isinstance(other, Pair) else Pair(other, 0)
                return Pair(self.value + other.value, self.eps + other.eps)

            def __mul__(self, other: Any) -> Pair:
                other = other if isinstance(other, Pair) else Pair(other, 0)
                return Pair(self.value * other.value, self.value * other.eps + self.eps * other.value)

            __radd__, __rmul__ = __add__, __mul__

        found = tour.evaluate(x=Pair(3, 1), y=Pair(4, 0))
        assert (found.value, found.eps) == (42, 24)
        assert tour.evaluate(x=Fraction(1, 2), y=Fraction(4)) == 7

    def test_dual_numbers_and_tapes(self) -> None:
        assert str(tour.evaluate(x=wg.Dual(3.0, 1.0), y=4.0)) == "42.0 + 24.0ε"
        assert tour.evaluate(dict(zip((x, y), wg.Dual.variables(3.0, 4.0), strict=True))).eps == (24, 10)
        assert tour.gradient(x).evaluate(x=wg.Dual(3.0, 1.0), y=4.0).eps == 8
        assert tour.compile()(wg.Dual(3.0, 1.0), 4.0).eps == 24
        made = np.where(x > 0, np.log(x) * np.sin(x) ** 2, 0) / np.sqrt(x)
        found = made.evaluate(x=wg.Dual(0.7, 1.0)).eps
        assert found == pytest.approx(made.gradient(x).evaluate(x=0.7), rel=1e-14)
        with wg.GradientTape() as tape:
            variable = wg.Variable(3.0)
            value = tour.evaluate(x=variable, y=4.0)
        assert tape.gradient(value, variable) == 24

    def test_other_expressions(self) -> None:
        assert tour.evaluate(x=y, y=x) is y * y * x + x + 2
        assert tour.substitute(x=y) is y * y * y + y + 2
        assert (x * y).substitute(x=y, y=x) is x * y
        assert ((x + y) ** 2 * x).substitute({x + y: 3}) is 9 * x
        assert (x + y).substitute({x: 1, y: 2}).evaluate() == 3
        assert x.substitute(z=5) is x

    def test_shapes(self) -> None:
        v = wg.symbols("v", shape=(2,))
        with pytest.raises(TypeError, match=r"shape \(2,\), its value has shape \(3,\)"):
            (v * 2).evaluate(v=np.ones(3))
        with pytest.raises(TypeError, match="means something else for an array"):
            np.sum(x).evaluate(x=np.ones(3))

    def test_compiled(self) -> None:
        f = tour.compile()
        assert f(3.0, 4.0) == 42
        assert type(f(3.0, 4.0)) is float
        assert tour.compile(y, x)(4.0, 3.0) == 42
        np.testing.assert_array_equal(f(np.array([1.0, 2.0]), 1.0), [4, 7])
        with np.errstate(all="ignore"):
            assert (x / y).compile()(1.0, 0.0) == math.inf  # as arrays do, no ZeroDivisionError
        g = symbolic.compiled({"f": tour, "g": tour.gradient([x, y]), "c": symbolic.Const(1.5)}, x, y)
        assert g(3.0, 4.0) == {"f": 42, "g": [24, 10], "c": 1.5}
        assert "v2 = x0 * x0" in (g.__doc__ or "")
        with pytest.raises(TypeError, match="also depends on y"):
            tour.compile(x)

    @given(formulas, points)
    @settings(slow_draws, max_examples=50)
    def test_compiled_is_evaluated(self, formula: Formula, point: tuple[float, ...]) -> None:
        made = symbolic.Const(formula(x, y, z))
        together = [made, *made.gradient([x, y, z])]
        with np.errstate(all="ignore"):
            np.testing.assert_array_equal(symbolic.compiled(together, x, y, z)(*point), value(together, point))


class TestList:
    def test_it_is_a_view_of_a_list(self) -> None:
        check_list(tour.list)
        assert str(tour.list).splitlines()[1].split() == ["v1", "=", "x", "*", "x", "f64[]~"]
        assert tour.list.names == ("x", "y")
        assert [one.name for one in (wg.symbols("x10") + wg.symbols("x9") + x).symbols] == ["x", "x9", "x10"]

    @given(formulas)
    @slow_draws
    def test_lists_are_well_formed(self, formula: Formula) -> None:
        made = symbolic.Const(formula(x, y, z))
        check_list(symbolic.wengert_list([made, *made.gradient([x, y, z])]))

    def test_nothing_is_kept_alive(self) -> None:
        gc.collect()
        before = len(SYMBOLS.store.known), len(SYMBOLS.views)
        a, b = wg.symbols("only_here other_one")
        made = a
        for _ in range(50):
            made = np.sin(made * b) + a
        gradient = made.gradient([a, b])
        assert len(SYMBOLS.store.known) > before[0] + 100
        del a, b, made, gradient
        gc.collect()
        assert (len(SYMBOLS.store.known), len(SYMBOLS.views)) == before

    def test_deep_nesting(self) -> None:
        u = x
        for _ in range(10_000):
            u = np.sin(u) + y
        gradient = u.gradient(x)
        assert u.evaluate(x=1.0, y=0.1) == u.compile()(1.0, 0.1)
        assert gradient.evaluate(x=1.0, y=0.1) < 1e-3
        assert len(str(gradient)) < 1e6
        assert len(gradient.latex()) < 2e6
        assert pickle.loads(pickle.dumps(u)) is u
        assert u.substitute(x=y).evaluate(y=0.5) == u.evaluate(x=0.5, y=0.5)
        assert u.simplify() is u
        for _ in range(100_000):
            u = u * y + 1
        del u, gradient  # freed without recursion

    def test_copies_and_pickles(self) -> None:
        assert copy.copy(tour) is copy.deepcopy(tour) is tour
        assert pickle.loads(pickle.dumps(tour)) is tour
        a = wg.symbols("a", shape=(2, 2))
        made = np.linalg.solve(a, np.array([1.0, 2.0]))[0] * 3
        assert pickle.loads(pickle.dumps(made)) is made
        assert pickle.loads(pickle.dumps(symbolic.Const(2.5))).evaluate() == 2.5
        assert {tour: 1}[x * x * y + y + 2] == 1

    def test_threads(self) -> None:
        found: list[Any] = []

        def work() -> None:
            u = x
            for i in range(300):
                u = np.sin(u) * y + i
            found.append(u)

        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(found) == 4
        assert all(one is found[0] for one in found)

    def test_of_a_users_own_function(self) -> None:
        @wg.primitive(partials=[lambda y, x: 3 * x**2])
        def cube(x: Any) -> Any:
            return x**3

        made = cube(x) * y
        assert str(made) == "cube(x) * y"
        assert made.gradient(x).evaluate(x=2.0, y=5.0) == 60
        with pytest.raises(TypeError, match="your own"):
            pickle.dumps(made)


class TestRefusals:
    @pytest.mark.parametrize(
        ("ask", "instead"),
        [
            (lambda: math.sin(x), r"np.sin\(x\) for math.sin\(x\)"),
            (lambda: float(x + 1), "is a formula"),
            (lambda: 1 if x > 0 else 2, "np.where"),
            (lambda: max(x, y), "np.where"),
            (lambda: x == y or 3, r"`a is b`"),
            (lambda: np.array([x, y]), r"np.stack\(\[x, y\]\)"),
            (lambda: [1, 2][x], "np.take"),
            (lambda: range(x), "np.take"),
            (lambda: complex(x), "np.exp"),
            (lambda: int(x), "np.trunc"),
        ],
    )  # fmt: skip
    def test_no_number_is_made_up(self, ask: Any, instead: str) -> None:
        with pytest.raises(StagingError, match=instead) as caught:
            ask()
        assert "test_symbolic.py" in str(caught.value)  # the user's own line
        assert "expression(f)" in str(caught.value)

    def test_constants_are_numbers(self) -> None:
        two = symbolic.Const(2)
        assert (float(two), int(two), bool(two), two == 2, f"{two}") == (2.0, 2, True, two == 2, "2")
        assert math.sqrt(symbolic.Const(4)) == 2
        assert (x - x + 1).evaluate() == 1

    def test_nothing_is_written(self) -> None:
        v = wg.symbols("v", shape=(2,))
        with pytest.raises(MutationError, match=r"np\.where or np\.stack"):
            v[0] = 1.0
        with pytest.raises(MutationError):
            v.fill(0.0)
        with pytest.raises(MutationError):
            np.sin(v, out=v)
        held = v
        held *= 2
        assert held is 2 * v
        assert v is wg.symbols("v", shape=(2,))

    def test_what_is_no_symbol(self) -> None:
        for ask in (tour.gradient, tour.derivative, tour.jacobian, tour.hessian):
            with pytest.raises(TypeError, match=r"x \* y is no symbol"):
                ask(x * y)
        with pytest.raises(TypeError, match="use gradient or jacobian"):
            tour.derivative(wg.symbols("v", shape=(2,)))
        with pytest.raises(TypeError, match="only scalars have one"):
            (wg.symbols("v", shape=(2,)) * 2).gradient(x)
        with pytest.raises(ValueError, match="order"):
            tour.derivative(x, order=-1)

    def test_other_objects(self) -> None:
        with pytest.raises(TypeError):
            x + "a"
        with pytest.raises(TypeError, match="is a str"):
            symbolic.Const("2")
        with pytest.raises(TypeError, match="takes 2 operands"):
            symbolic.Sub(x)
        with pytest.raises(AttributeError):
            symbolic.Nothing  # noqa: B018
        with pytest.raises(TypeError, match="running derivative"):
            wg.grad(lambda t: x.substitute(x=t).evaluate(x=1.0))(1.0)
        with pytest.raises(TypeError, match="dtype"):
            wg.symbols("x", dtype=str)

    def test_comparison_with_others(self) -> None:
        assert (x == None) is False  # noqa: E711
        assert (x != "x") is True


def test_constructors_are_the_rows_of_the_table() -> None:
    for name in ("Add", "Sub", "Mul", "Div", "Pow", "Neg", "Sin", "Cos", "Exp", "Log", "Sqrt", "Tanh", "Abs", "Where"):
        assert name in dir(symbolic)
        assert name in symbolic.__all__
    assert symbolic.Sin(x) is np.sin(x)
    assert symbolic.Sub(x, y) is x - y
    assert symbolic.Pow(x, 2) is x**2
    assert symbolic.Add(x, y, z) is x + y + z
    assert symbolic.Atan2(y, x) is symbolic.Arctan2(y, x) is np.arctan2(y, x)
    assert symbolic.Erf(x) is sp.erf(x)
