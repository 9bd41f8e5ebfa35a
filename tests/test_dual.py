"""Dual numbers: their arithmetic, their text, duals of duals, several ε, and what they refuse."""

import copy
import inspect
import math
import operator
import pickle
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import wengert as wg
from wengert.errors import MutationError, TraceConversionError, UnsupportedError
from wengert.functions import NUMPY
from wengert.primitives import UFUNCS
from wengert.read.mathematics import REAL
from wengert.run import run

D = wg.Dual
VECTOR = np.array([1.0, 2.0, 3.0])
small = st.floats(-4, 4).filter(lambda x: abs(x) > 0.1)


def by_dual(function, x):
    """The derivative of a function of one number."""
    out = function(D(x, 1.0))
    return out.eps if isinstance(out, D) else 0.0


class TestArithmetic:
    def test_of_the_tour(self):
        assert str(D(3, 4) * D(5, 7)) == "15.0 + 41.0ε"
        assert str(D(3, 4) + D(5, 7)) == "8.0 + 11.0ε"

    @given(small, small, small, small)
    def test_is_that_of_the_algebra(self, a, b, c, d):
        """(a + bε) ∘ (c + dε) against the rules written out, with ε² = 0."""
        x, y = D(a, b), D(c, d)
        for found, value, eps in (
            (x + y, a + c, b + d),
            (x - y, a - c, b - d),
            (x * y, a * c, a * d + b * c),
            (x / y, a / c, (b * c - a * d) / c**2),
            (abs(x) ** y, abs(a) ** c, abs(a) ** c * (d * np.log(abs(a)) + c * b / a)),
        ):
            assert found.value == pytest.approx(value, rel=1e-13, abs=1e-13)
            assert found.eps == pytest.approx(eps, rel=1e-12, abs=1e-12)

    @pytest.mark.parametrize(
        "op",
        [operator.add, operator.sub, operator.mul, operator.truediv, operator.pow, operator.mod, operator.floordiv],
    )
    @pytest.mark.parametrize("other", [2, 2.5, np.float64(2.5), np.float32(2.5), np.array([2.5, 1.5]), np.int64(2)])
    def test_with_numbers_and_arrays_on_both_sides(self, op, other):
        for function in (lambda x: op(x, other), lambda x: op(other, x)):
            found = function(D(1.7, 1.0))
            value, tangent = wg.jvp(function, (1.7,), (1.0,))
            assert isinstance(found, D)
            np.testing.assert_array_equal(found.value, value)
            np.testing.assert_array_equal(found.eps, tangent)
            assert np.asarray(found.value).dtype == np.asarray(function(1.7)).dtype

    def test_in_place(self):
        x = D(3.0, 1.0)
        y = x
        x *= x
        assert (str(x), str(y)) == ("9.0 + 6.0ε", "3.0 + 1.0ε")
        v = D(VECTOR, 1.0)
        w = v
        v *= v
        assert str(w) == "[1. 4. 9.] + [2. 4. 6.]ε"

    def test_comparisons_look_at_the_value(self):
        assert D(2.0, 5.0) == D(2.0, 7.0) == 2
        assert D(2.0, 5.0) < D(3.0, 1.0) <= 3.0
        assert 1 < D(2.0, 5.0) != 3
        assert (D(VECTOR, 1.0) >= 2).tolist() == [False, True, True]
        assert max(D(2.0, 1.0), D(3.0, 4.0)).eps == 4.0
        assert [x.eps for x in sorted([D(3.0, 1.0), D(1.0, 2.0)])] == [2.0, 1.0]
        assert D(0.0, 1.0) or True
        assert not D(0.0, 1.0)

    def test_discrete_functions_are_constant(self):
        for found, value in (
            (np.floor(D(2.5, 1.0)), 2.0),
            (D(7.5, 1.0) // 2, 3.0),
            (np.sign(D(-2.0, 1.0)), -1.0),
            (round(D(2.567, 1.0), 1), 2.6),
        ):
            assert (found.value, found.eps) == (value, 0.0)
        assert (round(D(2.567, 1.0)), math.floor(D(2.5, 1.0)), math.ceil(D(2.5, 1.0))) == (3, 2, 3)

    def test_divmod(self):
        quotient, rest = divmod(D(7.5, 1.0), D(2.0, 1.0))
        assert (str(quotient), str(rest)) == ("3.0 + 0.0ε", "1.5 - 2.0ε")
        assert str(divmod(7.5, D(2.0, 1.0))[1]) == "1.5 - 3.0ε"
        assert str(-D(7.5, 1.0) % 2) == "0.5 - 1.0ε"

    def test_conventions_are_those_of_all_modes(self):
        assert abs(D(0.0, 1.0)).eps == 0.0
        assert np.maximum(D(1.0, 1.0), 1.0).eps == 0.5
        assert np.isinf(np.sqrt(D(0.0, 1.0)).eps)
        assert (D(0.0, 1.0) ** 2).eps == 0.0
        assert (D(0.0, 1.0) ** 0).eps == 0.0
        assert np.where(D(0.0, 1.0) > 0, np.log(D(1.0, 1.0)), 0.0).eps == 0.0
        assert (0 * np.sqrt(D(0.0, 1.0))).eps == 0.0

    def test_sum_of_a_list(self):
        assert str(sum([D(1.0, 2.0), D(3.0, 4.0)])) == "4.0 + 6.0ε"

    def test_dtype_is_kept(self):
        x = D(np.float32(2), 1.0)
        assert (x * 2).value.dtype == (x * 2).eps.dtype == np.float32
        assert (x * np.float64(2)).eps.dtype == np.float64
        assert D(np.ones(2, np.float16), 1.0).eps.dtype == np.float16
        assert type(D(2, 1).value) is type((D(2, 1) * 3).eps) is float

    def test_complex_numbers(self):
        assert str(D(1 + 2j, 1.0) ** 2) == "(-3+4j) + (2+4j)ε"
        assert D(1.0, 1j).value == 1 + 0j
        assert D(np.exp(1j), 1j).real.eps == 0.0
        z = np.abs(D(3 + 4j, 1.0))
        assert (z.value, z.eps) == (5.0, 0.6)


INTEGERS = {  # how many of a ufunc's first arguments are to be whole numbers
    **dict.fromkeys(("expn", "kn", "pdtri", "yn"), 1),
    **dict.fromkeys(("bdtr", "bdtrc", "bdtri", "nbdtr", "nbdtrc"), 2),
}


class TestFunctions:
    @pytest.mark.parametrize("ufunc", sorted(UFUNCS, key=lambda f: f.__name__), ids=lambda f: f.__name__)
    def test_every_ufunc(self, ufunc):
        """Called as a ufunc, it gives what `jvp` gives, or refuses as `jvp` does."""
        whole = INTEGERS.get(ufunc.__name__, 0)
        if ufunc.signature is None:
            point = [np.array([0.3, 0.7]) + 0.2 * i for i in range(ufunc.nin - whole)]
        else:
            axes = [core.count(",") + 1 for core in ufunc.signature.split("->")[0].split("),")]
            point = [np.array([[2.0, 0.3], [0.1, 1.5]])[(0,) * (2 - count)] for count in axes]

        def call(*xs):
            return ufunc(*[2] * whole, *xs)

        duals = [D(x, 1.0) for x in point]
        try:
            values, tangents = wg.jvp(call, point, [np.ones_like(x) for x in point])
        except (TypeError, ValueError) as error:
            with pytest.raises(type(error)):
                call(*duals)
            return
        found = call(*duals)
        many = isinstance(values, tuple)
        for one, value, tangent in zip(*((x if many else (x,)) for x in (found, values, tangents)), strict=True):
            if isinstance(one, D):
                np.testing.assert_array_equal(one.value, value)
                np.testing.assert_array_equal(one.eps, tangent)
            else:
                assert value.dtype.kind in "iub"
                np.testing.assert_array_equal(one, value)

    @pytest.mark.parametrize("function", sorted(REAL, key=lambda f: f.__name__), ids=lambda f: f.__name__)
    def test_every_function_of_math(self, function):
        """Read, a function may call math; its derivative is that by central differences."""
        count = 2 if function in (math.atan2, math.copysign, math.fmod, math.pow, math.remainder) else 1
        x = [1.3 if function is math.acosh else 0.3, 0.7][:count]
        if function is math.ldexp or function is math.nextafter:
            x.append(2)
        called = wg.traceable(lambda a: function(a, *x[1:]))
        found, step = called(D(x[0], 1.0)), 1e-6
        slope = (function(x[0] + step, *x[1:]) - function(x[0] - step, *x[1:])) / (2 * step)
        assert found.value == pytest.approx(function(*x), rel=1e-14)
        assert found.eps == pytest.approx(slope, rel=1e-7, abs=1e-8)

    @pytest.mark.parametrize(
        "function",
        [
            np.sum, np.mean, np.prod, np.cumsum, np.sort, np.flip, np.diff, np.std, np.ptp, np.median, np.ravel,
            np.linalg.norm, np.fft.fft, np.outer, np.dot, np.kron, np.convolve, np.tile, np.roll, np.pad, np.gradient,
            np.trapezoid, np.concatenate, np.stack, np.vstack, np.where, np.clip, np.interp, np.einsum, np.cross,
        ],
        ids=lambda f: f.__name__,
    )  # fmt: skip
    def test_functions_of_arrays(self, function):
        others = {
            np.outer: (VECTOR,), np.dot: (VECTOR,), np.kron: (VECTOR,), np.convolve: (VECTOR,), np.tile: (2,),
            np.roll: (1,), np.pad: (1,), np.clip: (1.5, 2.5), np.cross: (np.array([0.0, 1.0, 2.0]),),
        }.get(function, ())  # fmt: skip

        def call(x):
            if function in (np.concatenate, np.stack, np.vstack):
                return function([x, VECTOR, x * x])
            if function is np.where:
                return np.where(VECTOR > 1.5, x * x, x)
            if function is np.interp:
                return np.interp(x, np.array([0.0, 2.0, 4.0]), np.array([0.0, 1.0, 5.0]))
            if function is np.einsum:
                return np.einsum("i,i->", x, x)
            return function(x, *others)

        assert function in NUMPY
        point = np.array([1.0, 2.5, 1.7])
        value, tangent = wg.jvp(call, (point,), (VECTOR,))
        found = call(D(point, VECTOR))
        np.testing.assert_array_equal(found.value, value)
        np.testing.assert_allclose(found.eps, tangent, rtol=1e-14, atol=1e-14)

    def test_linear_algebra(self):
        a, da = np.array([[4.0, 1.0], [2.0, 3.0]]), np.array([[0.0, 1.0], [1.0, 0.5]])
        inverse = np.linalg.inv(D(a, da))
        np.testing.assert_allclose(inverse.eps, -np.linalg.inv(a) @ da @ np.linalg.inv(a), rtol=1e-13)
        w, v = np.linalg.eigh(D(np.eye(2), da))  # equal eigenvalues
        again = v @ np.diag(w**2) @ v.T
        np.testing.assert_allclose(again.eps, 2 * da, atol=1e-12)
        assert np.isfinite(w.value).all()

    def test_indexing_and_writing(self):
        v = D(VECTOR, 1.0)
        v[1:][0] = D(5.0, 7.0)
        v[v > 4] *= 2
        assert str(v) == "[ 1. 10.  3.] + [ 1. 14.  1.]ε"
        assert [str(x) for x in v] == ["1.0 + 1.0ε", "10.0 + 14.0ε", "3.0 + 1.0ε"]
        assert str(v.T.reshape(3, 1).sum()) == "14.0 + 16.0ε"

    def test_writing_into_zeros_like(self):
        v = D(VECTOR, 1.0)
        out = np.zeros_like(v)
        out[0] = v[1] * 2
        assert str(out) == "[4. 0. 0.] + [2. 0. 0.]ε"

    def test_numbers_made_apart_meet_in_an_array(self):
        out = D(np.zeros(2))
        out[0] = D(2.0, 5.0)
        view = out[:1]
        out[0] += D(1.0, 1.0)
        assert str(out) == "[3. 0.] + [6. 0.]ε"
        assert str(view) == "[3.] + [6.]ε"

    def test_the_callers_arrays_are_not_shared(self):
        value, eps = VECTOR.copy(), np.ones(3)
        x = D(value, eps)
        value[0] = eps[0] = 100.0
        x.value[1] = x.eps[1] = 100.0
        assert str(x) == "[1. 2. 3.] + [1. 1. 1.]ε"
        x[2] = 0.0
        assert VECTOR.tolist() == [1.0, 2.0, 3.0]

    def test_control_flow_of_a_plain_function(self):
        def root(x):
            guess = x
            while abs(guess * guess - x) > 1e-12:
                guess = (guess + x / guess) / 2
            return guess if x > 0 else -guess

        assert by_dual(root, 2.0) == pytest.approx(0.5 / np.sqrt(2), rel=1e-12)


class TestTraceable:
    def test_a_function_as_it_is_written(self):
        @wg.traceable
        def f(x):
            a = np.zeros(3)
            a[0] = x
            a[1] = math.sin(x) * float(x)
            for i in range(2):
                a[2] += a[i]
            return {"a": np.array([x, a[2]]), "kind": type(x), "is": isinstance(x, wg.Dual)}

        out = f(D(1.0, 1.0))
        assert out["kind"] is float
        assert out["is"]
        assert isinstance(out["a"], D)
        np.testing.assert_allclose(out["a"].eps, [1.0, 1 + np.sin(1) + np.cos(1)], rtol=1e-14)

    def test_plain_numbers_stay_plain(self):
        f = wg.traceable(lambda x: np.zeros(2) + math.sin(x))
        assert type(f(0.0)) is np.ndarray

    def test_keeps_the_name(self):
        def named(x, *, y=2):
            """Text."""
            return x * y

        f = wg.traceable(named)
        assert (f.__name__, f.__doc__) == ("named", "Text.")
        assert list(inspect.signature(f).parameters) == ["x", "y"]
        assert f(D(1.0, 1.0), y=3).eps == 3.0


class TestSecondOrder:
    def test_dual_of_dual(self):
        x = D(D(2.0, 1.0), 1.0)
        assert str(x**3) == "8.0 + 12.0ε + 12.0ε′ + 12.0εε′"
        assert (x**3).eps.eps == 12.0

    def test_every_order(self):
        x = 0.7
        for _ in range(5):
            x = D(x, 1.0)
        out = np.sin(x)
        for _ in range(5):
            out = out.eps
        assert out == pytest.approx(np.cos(0.7), rel=1e-14)

    def test_derivative_of_a_derivative(self):
        def derivative(f):
            return lambda x: f(D(x, 1.0)).eps

        assert derivative(derivative(derivative(lambda x: x**4)))(2.0) == 48.0

    @pytest.mark.parametrize(("inner", "expected"), [(lambda x, y: x + y, 1.0), (lambda x, y: x * y, 4.0)])
    def test_no_confusion_with_names(self, inner, expected):
        """d/dx x·(d/dy f(x, y)): ε and δ stay apart, whichever is made first."""
        point = 1.0 if expected == 1.0 else 2.0
        x, y = D(point, 1.0, "ε"), D(point, 1.0, "δ")
        assert (x * inner(x, y).part("δ")).part("ε") == expected
        y, x = D(point, 1.0, "δ"), D(point, 1.0, "ε")
        assert (x * inner(x, y).part("δ")).part("ε") == expected

    @pytest.mark.parametrize(
        ("inner", "x", "expected"), [(lambda x, y: x + y, 1.0, 1.0), (lambda x, y: x * y, 2.0, 4.0)]
    )
    def test_no_confusion_with_transforms(self, inner, x, expected):
        def by_transform(f, at):
            return wg.jvp(f, (at,), (1.0,))[1]

        assert by_dual(lambda x: x * by_transform(lambda y: inner(x, y), x.value), x) == expected
        assert by_dual(lambda x: x * wg.grad(lambda y: inner(x, y))(x.value), x) == expected
        assert wg.grad(lambda x: x * by_dual(lambda y: inner(x, y), wg.stop_gradient(x)))(x) == expected
        assert by_transform(lambda x: x * by_dual(lambda y: inner(x, y), wg.stop_gradient(x)), x) == expected

    def test_hyperdual(self):
        x, y = D(3.0, 1.0, "a"), D(4.0, 1.0, "b")
        z = x * x * y + y + 2
        assert str(z) == "42.0 + 24.0a + 10.0b + 6.0ab"
        assert (z.part("a").part("b"), z.part("b").part("a"), str(z.part("c"))) == (6.0, 6.0, "0.0 + 0.0b")

    def test_powers_of_sums_of_independent_eps(self):
        x = D(3.0, 1.0, "a") + D(0.0, 1.0, "b") + D(0.0, 1.0, "a")  # 3 + 2a + b
        assert str(x * x) == "9.0 + 12.0a + 6.0b + 4.0ab"
        y = D(1.0, 1.0, "b") * x
        assert str(y) == "3.0 + 2.0a + 4.0b + 2.0ab"

    def test_through_all_transforms(self):
        x = D(2.0, 1.0)
        assert str(wg.grad(lambda x: x**3)(x)) == "12.0 + 12.0ε"
        assert str(wg.value_and_grad(lambda x: x**3)(x)[0]) == "8.0 + 12.0ε"
        assert str(wg.jvp(lambda x: x**3, (x,), (1.0,))[1]) == "12.0 + 12.0ε"
        assert str(wg.vjp(lambda x: x**3, x)[1](1.0)[0]) == "12.0 + 12.0ε"
        h = wg.hessian(lambda x: x[0] ** 2 * x[1])(D(np.array([1.0, 2.0]), np.array([1.0, 0.0])))
        assert h.eps.tolist() == [[0.0, 2.0], [2.0, 0.0]]
        v = wg.vmap(lambda x: np.sin(x) * x)(D(VECTOR, 1.0))
        np.testing.assert_allclose(v.eps, np.cos(VECTOR) * VECTOR + np.sin(VECTOR), rtol=1e-14)

    def test_a_list_runs_on_them(self):
        wl = wg.trace(lambda x, y: x * x * y + y + 2, 3.0, 4.0)
        assert [str(x) for x in run(wl, *D.variables(3.0, 4.0))] == ["42.0 + 24.0ε₁ + 10.0ε₂"]
        assert str(wg.linearize(lambda x: x**3, D(2.0, 1.0))[1](1.0)) == "12.0 + 12.0ε"

    def test_inside_of_all_transforms(self):
        def slope(x):
            return (D(x, 1.0) ** 3).eps

        assert wg.grad(slope)(2.0) == 12.0
        assert wg.jvp(slope, (2.0,), (1.0,)) == (12.0, 12.0)
        assert wg.vmap(slope)(np.array([1.0, 2.0])).tolist() == [3.0, 12.0]
        assert wg.grad(lambda x: (D(3.0, 1.0) * x).eps)(2.0) == 1.0
        assert len(wg.trace(slope, 2.0)) == 2
        x, w = wg.grad(lambda x, w: by_dual(lambda t: t * t * w, x), argnums=(0, 1))(3.0, D(4.0, 1.0))
        assert (str(x), w) == ("8.0 + 2.0ε", 6.0)

    def test_a_dual_may_not_hide_a_derivative(self):
        def hidden(x):
            return D(x, 1.0) * x

        for transform in (
            lambda: wg.grad(hidden)(2.0),
            lambda: wg.jacobian(hidden)(2.0),
            lambda: wg.jvp(hidden, (2.0,), (1.0,)),
            lambda: wg.vjp(hidden, 2.0),
        ):
            with pytest.raises(TypeError, match=r"returned a dual number made of its arguments.*x\.value and x\.eps"):
                transform()


class TestSeveral:
    def test_variables(self):
        x, y = D.variables(3.0, 4.0)
        z = x * x * y + y + 2
        assert str(z) == "42.0 + 24.0ε₁ + 10.0ε₂"
        assert z.eps == (24.0, 10.0)
        assert z.symbols == ("ε₁", "ε₂")
        assert z.part("ε₂") == 10.0

    def test_of_arrays(self):
        x, y = D.variables(VECTOR, np.float32(2))
        z = np.sum(x**2) * y
        np.testing.assert_allclose(z.eps, [4.0, 8.0, 12.0, 14.0])
        assert len(x.symbols) == 4
        assert x[1].eps == (0.0, 1.0, 0.0, 0.0)

    def test_of_one(self):
        (x,) = D.variables(3.0)
        assert str(x) == "3.0 + 1.0ε"

    def test_of_nothing(self):
        assert [x.eps for x in D.variables(np.ones(0), 2.0)[1:]] == [1.0]
        with pytest.raises(ValueError, match="no number"):
            D.variables(np.ones(0))

    def test_of_dual_numbers(self):
        """The Hessian: variables of which each is a dual number."""
        rows = []
        for direction in ((1.0, 0.0), (0.0, 1.0)):
            x, y = D.variables(D(3.0, direction[0], "δ"), D(4.0, direction[1], "δ"))
            rows.append([part.part("δ") for part in (x * x * y + y + 2).eps])
        assert rows == [[8.0, 6.0], [6.0, 0.0]]

    def test_tuple(self):
        assert str(D(2.5, (1.0, -2.0)) * 2) == "5.0 + 2.0ε₁ - 4.0ε₂"
        assert str(D(2.5, (1.0, -2.0), ("x", "y"))) == "2.5 + 1.0x - 2.0y"
        v = D(VECTOR, (VECTOR, 1.0))
        w = D(np.zeros(3), (0.0, 0.0))
        w[1:] = v[:2] * v[:2]
        assert str(w) == "[0. 1. 4.] + [0. 2. 8.]ε₁ + [0. 2. 4.]ε₂"

    def test_one_letter_of_two_families(self):
        """Two different ε of one name are told apart where they meet."""
        assert str(D(1.0, 1.0, "x") * D(1.0, (1.0, 2.0), ("x", "y"))) == ("1.0 + 1.0x + 1.0x′ + 1.0xx′ + 2.0y + 2.0xy")


class TestText:
    @pytest.mark.parametrize(
        ("number", "text", "code"),
        [
            (lambda: D(15, 41), "15.0 + 41.0ε", "Dual(15.0, 41.0)"),
            (lambda: D(3.0, -4.5), "3.0 - 4.5ε", "Dual(3.0, -4.5)"),
            (lambda: D(-3.0, 0.0), "-3.0 + 0.0ε", "Dual(-3.0, 0.0)"),
            (lambda: D(3.0, -0.0), "3.0 - 0.0ε", "Dual(3.0, -0.0)"),
            (lambda: D(3.0), "3.0 + 0.0ε", "Dual(3.0)"),
            (lambda: D(np.inf, np.nan), "inf + nanε", "Dual(inf, nan)"),
            (lambda: D(1e-20, 1e20), "1e-20 + 1e+20ε", "Dual(1e-20, 1e+20)"),
            (lambda: D(np.float64(2), 1.0), "2.0 + 1.0ε", "Dual(2.0, 1.0)"),
            (lambda: D(np.float32(2), 1.0), "2.0 + 1.0ε", "Dual(np.float32(2.0), np.float32(1.0))"),
            (lambda: D(1 + 2j, 3.0), "(1+2j) + (3+0j)ε", "Dual((1+2j), (3+0j))"),
            (lambda: D(2.0, 1.0, "h"), "2.0 + 1.0h", "Dual(2.0, 1.0, symbol='h')"),
            (lambda: D(2.0, (1.0, 3.0)), "2.0 + 1.0ε₁ + 3.0ε₂", "Dual(2.0, (1.0, 3.0))"),
            (lambda: D(2.0, (1.0, 3.0), ("a", "b")), "2.0 + 1.0a + 3.0b", "Dual(2.0, (1.0, 3.0), symbol=('a', 'b'))"),
            (lambda: D(D(2.0, 1.0), 3.0), "2.0 + 1.0ε + 3.0ε′", "Dual(Dual(2.0, 1.0), 3.0)"),
            (lambda: D(D(D(2.0, 1.0), 3.0), 4.0), "2.0 + 1.0ε + 3.0ε′ + 4.0ε″".replace("″", "′′"), None),
            (lambda: D([1, -2], 1.0), "[ 1. -2.] + [1. 1.]ε", "Dual(array([ 1., -2.]), array([1., 1.]))"),
            (
                lambda: D(np.eye(2), np.ones((2, 2))),
                "[[1. 0.]\n [0. 1.]]\n+ [[1. 1.]\n   [1. 1.]]ε",
                None,
            ),
        ],
    )
    def test_str_and_repr(self, number, text, code):
        x = number()
        assert str(x) == f"{x}" == text
        if code is not None:
            assert repr(x) == code
        names = {"Dual": D, "np": np, "array": np.array, "inf": np.inf, "nan": np.nan}
        assert str(eval(repr(x), names)) == text

    def test_format(self):
        assert f"{D(3, -4):.3f}" == "3.000 - 4.000ε"
        assert f"{D(VECTOR, 1.0):.1f}" == "[1.0 2.0 3.0] + [1.0 1.0 1.0]ε"
        assert f"{D(D(2.0, 1.0), 1.0) ** 2:.2e}" == "4.00e+00 + 4.00e+00ε + 4.00e+00ε′ + 2.00e+00εε′"

    def test_copies(self):
        for x in (D(2.0, 3.0), D(2.0, (1.0, 2.0)), D(D(2.0, 1.0), 1.0), D(VECTOR, VECTOR, "h"), D(3.0)):
            for again in (copy.copy(x), copy.deepcopy(x), pickle.loads(pickle.dumps(x))):
                assert isinstance(again, D)
                assert repr(again) == repr(x)
        v = D(VECTOR, 1.0)
        again = copy.copy(v)
        again[0] = 100.0
        assert v[0].value == 1.0

    def test_copies_share_their_eps(self):
        x = D(3.0, 1.0)
        assert str(x * pickle.loads(pickle.dumps(x))) == "9.0 + 6.0ε"


class TestRefusals:
    @pytest.mark.parametrize(
        "use",
        [
            lambda x: float(x),
            lambda x: int(x),
            lambda x: complex(x),
            lambda x: math.sin(x),
            lambda x: np.asarray(x),
            lambda x: np.array([x, x]),
        ],
    )
    def test_eps_is_not_lost(self, use):
        with pytest.raises(TraceConversionError, match=r"dual number.*x\.value.*np\.sin.*wengert\.traceable") as caught:
            use(D(3.0, 1.0))
        assert "test_dual.py" in str(caught.value)
        with pytest.raises(TraceConversionError):
            use(D(3.0, 0.0))  # a zero is a coefficient

    def test_written_into_a_plain_array(self):
        with pytest.raises(ValueError, match="setting an array element") as caught:
            np.zeros(2)[0] = D(3.0, 1.0)
        assert isinstance(caught.value.__cause__, TraceConversionError)

    def test_without_eps_it_is_a_number(self):
        assert float(D(3.0)) == 3.0
        assert math.sin(D(3.0)) == math.sin(3.0)
        assert np.asarray(D(VECTOR)).tolist() == VECTOR.tolist()
        assert float(wg.stop_gradient(D(3.0, 1.0))) == 3.0
        assert float(D(D(3.0))) == 3.0
        with pytest.raises(TraceConversionError):
            float(D(D(3.0, 1.0)))

    def test_out_of_a_plain_array(self):
        with pytest.raises(MutationError):
            np.multiply(D(VECTOR, 1.0), 2.0, out=np.zeros(3))

    def test_functions_without_a_rule(self):
        with pytest.raises(UnsupportedError, match=r"np\.histogramdd|histogramdd"):
            np.histogramdd(D(np.ones((3, 2)), 1.0))

    def test_not_a_key(self):
        with pytest.raises(TypeError, match="a dual number cannot be a key"):
            {D(1.0, 1.0): 1}

    @pytest.mark.parametrize("bad", ["3", None, True, object(), np.array(["a"]), np.array([True]), [[1.0], [1.0, 2.0]]])
    def test_what_is_no_number(self, bad):
        with pytest.raises((TypeError, ValueError)):
            D(bad, 1.0)

    def test_numbers_of_other_kinds(self):
        assert str(D(Fraction(1, 2), 3)) == "0.5 + 3.0ε"
        assert D(np.array([1, 2]), np.int64(1)).value.dtype == np.float64

    def test_shapes(self):
        with pytest.raises(ValueError, match=r"eps has shape \(2,\), the value has shape \(\).*variables"):
            D(3.0, np.ones(2))
        with pytest.raises(ValueError, match="eps has shape"):
            D(np.ones(3), np.ones(2))

    def test_symbols(self):
        with pytest.raises(ValueError, match="'ε' occurs"):
            D(D(1.0, 1.0), 1.0, "ε")
        with pytest.raises(TypeError, match="give the name of the ε"):
            D(1.0, 1.0, 1.0)
        with pytest.raises(ValueError, match="2 symbols"):
            D(1.0, 1.0, ("a", "b"))
        with pytest.raises(ValueError, match="symbols"):
            D(1.0, (1.0, 2.0), ("a", "a"))
