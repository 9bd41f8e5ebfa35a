"""GradientTape and Variable: each thing that TensorFlow documents of them, and what is our own."""

import copy
import gc
import math
import pickle
import threading
import warnings
import weakref

import numpy as np
import pytest

import wengert as wg
from wengert.errors import MutationError, TraceConversionError, UnsupportedError


def f(x, y):
    return x * x * y + y + 2


@pytest.fixture
def xy():
    return wg.Variable(3.0), wg.Variable(4.0)


class TestGradient:
    def test_of_the_tour(self, xy):
        with wg.GradientTape() as tape:
            z = f(*xy)
        assert z == 42.0
        assert tape.gradient(z, list(xy)) == [24.0, 10.0]

    def test_of_arrays(self):
        rng = np.random.default_rng(0)
        w, b, x = rng.normal(size=(3, 2)), rng.normal(size=2), rng.normal(size=(1, 3))
        weight, bias = wg.Variable(w), wg.Variable(b)
        with wg.GradientTape(persistent=True) as tape:
            y = x @ weight + bias
            loss = np.mean(y**2)
        dw, db = tape.gradient(loss, [weight, bias])
        np.testing.assert_allclose(dw, wg.grad(lambda w: np.mean((x @ w + b) ** 2))(w), rtol=1e-14)
        np.testing.assert_allclose(db, wg.grad(lambda b: np.mean((x @ w + b) ** 2))(b), rtol=1e-14)
        assert dw.shape == (3, 2)

    def test_containers(self):
        p = {"w": wg.Variable([1.0, 2.0]), "inner": (wg.Variable(3.0), [wg.Variable(np.float32(2))])}
        with wg.GradientTape() as tape:
            loss = np.sum(p["w"] ** 2) * p["inner"][0] * p["inner"][1][0]
        found = tape.gradient(loss, p)
        assert found["w"].tolist() == [12.0, 24.0]
        assert found["inner"][0] == 10.0
        assert found["inner"][1][0] == 15.0
        assert found["inner"][1][0].dtype == np.float32

    def test_of_a_model(self):
        class Dense:
            def __init__(self, size, count):
                self.w = wg.Variable(np.full((size, count), 0.5), name="w")
                self.b = wg.Variable(np.zeros(count), name="b")

            @property
            def variables(self):
                return [self.w, self.b]

            def __call__(self, x):
                return np.maximum(x @ self.w + self.b, 0.0)

        layer, x = Dense(3, 2), np.array([[1.0, 2.0, 3.0]])
        losses = []
        for _ in range(20):
            with wg.GradientTape() as tape:
                loss = np.mean((layer(x) - 1.0) ** 2)
            losses.append(float(loss))
            for variable, gradient in zip(layer.variables, tape.gradient(loss, layer.variables), strict=True):
                variable.assign_sub(0.05 * gradient)
        assert losses[0] == 4.0
        assert losses[-1] < 1e-10

    def test_kinds_of_numbers(self):
        for x, kind in (
            (3.0, float),
            (np.float32(3), np.float32),
            (np.ones(2), np.ndarray),
            (np.array(3.0), np.ndarray),
        ):
            with wg.GradientTape() as tape:
                w = tape.watch(x)
                y = np.sum(w * w)
            gradient = tape.gradient(y, w)
            assert type(gradient) is kind
            np.testing.assert_array_equal(gradient, 2 * x)

    def test_a_value_that_is_no_scalar(self):
        x = wg.Variable([1.0, 2.0])
        with wg.GradientTape() as tape:
            y = np.outer(x, x)
        assert tape.gradient(y, x).tolist() == [6.0, 6.0]

    def test_several_targets_are_added(self):
        x = wg.Variable(2.0)
        with wg.GradientTape() as tape:
            y0, y1 = x**2, 1 / x
        assert tape.gradient({"y0": y0, "y1": y1}, x) == 3.75

    def test_target_is_a_source(self):
        x = wg.Variable(2.0)
        with wg.GradientTape(persistent=True) as tape:
            y = x * 3
        assert tape.gradient(y, y) == 1.0
        assert tape.gradient([y, y], [y, x]) == [2.0, 6.0]
        assert tape.gradient(x, x) == 1.0

    def test_values_on_the_way(self):
        with wg.GradientTape() as tape:
            x = tape.watch(3.0)
            y = x * x
            z = y * y + x
        assert tape.gradient(z, [y, x]) == [18.0, 109.0]

    def test_values_on_the_way_that_are_written_into(self):
        with wg.GradientTape(persistent=True) as tape:
            x = tape.watch(np.array([1.0, 2.0, 3.0]))
            y = x * x
            first = y.copy()
            y[0] = 10.0
            y[1:] *= x[:2]
            z = np.sum(y * x)
        np.testing.assert_array_equal(tape.gradient(z, y), [1.0, 2.0, 3.0])
        np.testing.assert_array_equal(tape.gradient(z, x), [18.0, 39.0, 54.0])
        assert tape.gradient(np.sum(first), y) is None
        np.testing.assert_array_equal(first, [1.0, 4.0, 9.0])

    def test_output_gradients(self):
        x = wg.Variable([1.0, 2.0])
        with wg.GradientTape(persistent=True) as tape:
            y, z = x**2, np.sum(x)
        assert tape.gradient(y, x, output_gradients=[1.0, 10.0]).tolist() == [2.0, 40.0]
        assert tape.gradient([y, z], x, output_gradients=[np.array([1.0, 0.0]), 5.0]).tolist() == [7.0, 5.0]
        assert tape.gradient([y, z], x, output_gradients=[None, 5.0]).tolist() == [7.0, 9.0]
        given = np.ones(2)
        assert tape.gradient(x, x, output_gradients=given) is not given
        with pytest.raises(ValueError, match=r"output_gradients.*\(3,\)"):
            tape.gradient(y, x, output_gradients=np.ones(3))

    def test_control_flow_is_followed(self):
        x, v0, v1 = 1.0, wg.Variable(2.0), wg.Variable(2.0)
        with wg.GradientTape(persistent=True) as tape:
            x = tape.watch(x)
            result = v0 if x > 0.0 else v1**2
            for _ in range(3):
                result = result * v0
        assert tape.gradient(result, [v0, v1]) == [32.0, None]
        assert tape.gradient(result, x) is None

    def test_complex(self):
        z = wg.Variable(3 + 4j)
        with wg.GradientTape() as tape:
            y = np.abs(z) ** 2
        assert tape.gradient(y, z) == 6 + 8j

    def test_equals_grad_everywhere(self):
        def g(a):
            b = np.sin(a[1:]) * a[:-1]
            b[0] += a[-1] ** 2
            return np.sum(np.sort(b) * np.arange(3)) + np.linalg.norm(a)

        point = np.array([0.4, 1.2, -0.7, 2.0])
        with wg.GradientTape() as tape:
            x = tape.watch(point)
            y = g(x)
        np.testing.assert_allclose(tape.gradient(y, x), wg.grad(g)(point), rtol=1e-14)

    def test_own_rules(self):
        clip = wg.primitive(lambda x: x, vjp=lambda ct, y, x: (np.clip(ct, -0.5, 0.5),))
        v = wg.Variable(2.0)
        with wg.GradientTape() as tape:
            out = clip(v * v)
        assert tape.gradient(out, v) == 2.0


class TestNone:
    def test_what_the_target_does_not_depend_on(self, xy):
        x, y = xy
        with wg.GradientTape(persistent=True) as tape:
            z = y * y
        assert tape.gradient(z, x) is None
        assert tape.gradient(z, [x, y]) == [None, 8.0]
        assert tape.gradient(z, x, unconnected_gradients="zero") == 0.0
        a = wg.Variable(np.ones((2, 3), np.float32))
        zeros = tape.gradient(z, a, unconnected_gradients="zero")
        assert (zeros.shape, zeros.dtype) == ((2, 3), np.float32)
        with pytest.raises(ValueError, match='choose "none" or "zero"'):
            tape.gradient(z, x, unconnected_gradients="None")

    def test_what_is_not_watched(self):
        """A Variable that is not trainable, what was computed before, a constant."""
        x0, x1 = wg.Variable(3.0), wg.Variable(3.0, trainable=False)
        x2, x3 = wg.Variable(2.0) + 1.0, np.array(3.0)
        with wg.GradientTape() as tape:
            y = x0**2 + x1**2 + x2**2
        assert tape.gradient(y, [x0, x1, x2, x3]) == [6.0, None, None, None]
        assert tape.watched_variables() == (x0,) or tape.watched_variables()[0] is x0

    def test_a_target_that_is_no_result(self):
        x = wg.Variable(3.0)
        with wg.GradientTape(persistent=True) as tape:
            x * x
        assert tape.gradient(5.0, x) is None
        assert tape.gradient(np.ones(2), x, unconnected_gradients="zero") == 0.0
        assert tape.gradient(7, x) is None

    def test_state_stops_gradients(self):
        x0, x1 = wg.Variable(3.0), wg.Variable(0.0)
        with wg.GradientTape() as tape:
            x0.assign_add(x1)
            y = x0**2
        assert tape.gradient(y, [x0, x1]) == [6.0, None]

    def test_a_variable_replaced_by_a_number(self):
        x, found = wg.Variable(2.0), []
        for _ in range(2):
            with wg.GradientTape() as tape:
                y = x + 1
            found.append(tape.gradient(y, x))
            x = x + 1
        assert found == [1.0, None]

    def test_integers_are_not_watched(self):
        with wg.GradientTape() as tape:
            with pytest.warns(UserWarning, match=r"watch: array\(\[1, 2\]\) is of dtype int64.*not watched") as caught:
                x = tape.watch(np.array([1, 2]))
            assert caught[0].filename == __file__
            y = np.sum(x * x)
        assert tape.gradient(y, x) is None
        for value in (10, True, np.int32(3), wg.Variable(3)):
            with wg.GradientTape() as tape:
                with pytest.warns(UserWarning, match="not watched"):
                    assert tape.watch(value) is value
                assert tape.gradient(value * 2, value) is None

    def test_stop_gradient(self, xy):
        x, y = xy
        with wg.GradientTape() as tape:
            z = x**2 + wg.stop_gradient(y**2)
        assert tape.gradient(z, [x, y]) == [6.0, None]


class TestWatch:
    def test_gives_the_value_to_go_on_with(self):
        with wg.GradientTape() as tape:
            x = tape.watch({"a": 3.0, "b": [np.array([1.0, 2.0])]})
            y = x["a"] * np.sum(x["b"][0] ** 2)
        found = tape.gradient(y, x)
        assert found["a"] == 5.0
        assert found["b"][0].tolist() == [6.0, 12.0]

    def test_the_original_serves_as_a_source(self):
        a = np.array([1.0, 2.0])
        with wg.GradientTape() as tape:
            x = tape.watch(a)
            y = np.sum(x * x)
        assert tape.gradient(y, a).tolist() == [2.0, 4.0]

    def test_not_going_on_with_it_is_an_error(self):
        """And not a silent None."""
        a = np.array([1.0, 2.0])
        with wg.GradientTape(persistent=True) as tape:
            tape.watch(a)
            y = np.sum(a * a)
        with pytest.raises(TypeError, match=r"x = tape\.watch\(x\)"):
            tape.gradient(y, a)
        number = 2.5
        with wg.GradientTape() as tape:
            x = tape.watch(number)
            y = x * x
        with pytest.raises(TypeError, match=r"the number 2\.5 that was watched.*x = tape\.watch\(x\)"):
            tape.gradient(y, number)

    def test_copies(self):
        a = np.array([1.0, 2.0])
        with wg.GradientTape() as tape:
            x = tape.watch(a)
            a[0] = 100.0
            y = np.sum(x * x)
        assert tape.gradient(y, x).tolist() == [2.0, 4.0]

    def test_variables_by_hand(self):
        x0, x1 = wg.Variable(0.0), wg.Variable(10.0)
        with wg.GradientTape(watch_accessed_variables=False) as tape:
            assert tape.watch(x1) is x1
            y = np.sin(x0) + np.log1p(np.exp(x1))
        found = tape.gradient(y, {"x0": x0, "x1": x1})
        assert found["x0"] is None
        assert found["x1"] == pytest.approx(1 / (1 + np.exp(-10)))
        assert len(tape.watched_variables()) == 1
        still = wg.Variable(3.0, trainable=False)
        with wg.GradientTape() as tape:
            tape.watch(still)
            y = still * still
        assert tape.gradient(y, still) == 6.0

    def test_watched_variables_in_order(self, xy):
        x, y = xy
        with wg.GradientTape() as tape:
            z = y * x * y
        assert [v is w for v, w in zip(tape.watched_variables(), (y, x), strict=True)] == [True, True]
        tape.gradient(z, x)
        assert len(tape.watched_variables()) == 2

    def test_what_cannot_be_watched(self):
        with wg.GradientTape() as tape, pytest.raises(ValueError, match="not a str"):
            tape.watch("x")
        with pytest.raises(RuntimeError, match="inside the `with` block"):
            wg.GradientTape().watch(3.0)

    def test_twice(self):
        with wg.GradientTape() as tape:
            x = tape.watch(3.0)
            assert tape.watch(x) is x
            y = x * x
        assert tape.gradient(y, x) == 6.0

    def test_a_watched_value_is_not_written(self):
        with wg.GradientTape() as tape:
            x = tape.watch(np.ones(2))
            with pytest.raises(MutationError, match=r"a watched value.*x = x\.copy\(\)"):
                x[0] = 5.0
            y = x.copy()
            y[0] = 5.0 * x[1]
        assert tape.gradient(y, x).tolist() == [0.0, 6.0]

    def test_values_of_a_later_derivative(self):
        def g(x):
            with pytest.raises(ValueError, match="made after this GradientTape"):
                tape.watch(x)
            return x

        with wg.GradientTape() as tape:
            wg.grad(g)(2.0)


class TestContext:
    def test_a_second_use(self, xy):
        with wg.GradientTape() as tape:
            z = f(*xy)
        tape.gradient(z, xy)
        for again in (tape.gradient, tape.jacobian):
            with pytest.raises(RuntimeError, match=r"not persistent.*one set of gradients.*persistent=True"):
                again(z, xy)

    def test_persistent(self):
        x = wg.Variable([1.0, 3.0])
        with wg.GradientTape(persistent=True) as tape:
            y = x * x
            z = y * y
        assert tape.gradient(z, x).tolist() == [4.0, 108.0]
        assert tape.gradient(y, x).tolist() == [2.0, 6.0]

    def test_an_error_does_not_use_it_up(self, xy):
        with wg.GradientTape() as tape:
            z = f(*xy)
        with pytest.raises(TypeError, match="target of a gradient is None"):
            tape.gradient(None, xy)
        with pytest.raises(TypeError, match="target of a gradient is a str"):
            tape.gradient("z", xy)
        with pytest.raises(TypeError, match="source of a gradient is a function"):
            tape.gradient(z, f)
        assert tape.gradient(z, xy) == (24.0, 10.0)

    def test_before_the_context(self):
        with pytest.raises(RuntimeError, match="recorded nothing"):
            wg.GradientTape().gradient(1.0, 2.0)

    def test_inside_its_own_context(self):
        x = wg.Variable(3.0)
        with wg.GradientTape() as tape:
            y = x * x
            assert tape.gradient(y, x) == 6.0
            z = x + 1  # the tape has stopped
        assert z == 4.0

    def test_warns_once_when_persistent(self):
        x = wg.Variable(3.0)
        with wg.GradientTape(persistent=True) as tape:
            y = x**3
            with pytest.warns(UserWarning, match=r"inside the context of a persistent GradientTape.*time") as caught:
                slopes = [tape.gradient(y, x) for _ in range(3)]
            second = tape.gradient(slopes[0], x)  # would be an error if it warned again
        assert len(caught) == 1
        assert caught[0].filename == __file__
        assert [*slopes, second, tape.gradient(second, x)] == [27.0, 27.0, 27.0, 18.0, 6.0]
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            assert tape.gradient(slopes[0], x) == 18.0

    def test_jacobian_inside_its_own_context(self):
        x = wg.Variable([1.0, 2.0])
        with wg.GradientTape(persistent=True) as tape:
            y = x**3
            with pytest.warns(UserWarning, match="inside the context"):
                j = tape.jacobian(y, x)
        np.testing.assert_allclose(tape.gradient(j, x), [6.0, 12.0])

    def test_stop_recording(self, xy):
        x, y = xy
        with wg.GradientTape() as tape:
            x_sq = x * x
            with tape.stop_recording():
                y_sq = y * y
                assert float(x_sq) == 9.0
            z = x_sq + y_sq
        assert tape.gradient(z, {"x": x, "y": y}) == {"x": 6.0, "y": None}
        with pytest.raises(RuntimeError, match="not recording"), tape.stop_recording():
            pass

    def test_reset(self, xy):
        x, y = xy
        with wg.GradientTape() as tape:
            y_sq = y * y
            tape.reset()
            z = x * x + y_sq
        assert tape.gradient(z, {"x": x, "y": y}) == {"x": 6.0, "y": None}
        with pytest.raises(ValueError, match="not recording"):
            tape.reset()

    def test_entered_again(self, xy):
        x, y = xy
        with wg.GradientTape(persistent=True) as tape:
            a = x * x
            with pytest.raises(ValueError, match="recording already"):
                tape.__enter__()
        with tape:
            b = a * y
        assert tape.gradient(b, [x, y]) == [24.0, 9.0]
        once = wg.GradientTape()
        for _ in range(2):
            with once:
                z = x * x
            assert once.gradient(z, x) == 6.0

    def test_an_exception_ends_it(self):
        x = wg.Variable(3.0)
        tape, kept = wg.GradientTape(), []

        def failing():
            with tape:
                kept.append(x * x)
                return 1 / 0

        with pytest.raises(ZeroDivisionError):
            failing()
        (y,) = kept
        assert type(x * x) is float
        assert tape.gradient(y, x) == 6.0

    def test_threads_do_not_meet(self):
        x, seen = wg.Variable(3.0), []
        with wg.GradientTape():
            thread = threading.Thread(target=lambda: seen.append(x * x))
            thread.start()
            thread.join()
        assert type(seen[0]) is float

    def test_repr(self):
        tape = wg.GradientTape(persistent=True)
        assert repr(tape) == "<GradientTape persistent, not recording, 0 lines>"
        with tape:
            wg.Variable(2.0) * 3.0 + 1.0
            assert repr(tape) == "<GradientTape persistent, recording, 2 lines>"


class TestHigherOrders:
    def test_hessian_of_the_tour(self, xy):
        with wg.GradientTape(persistent=True) as outer:
            with wg.GradientTape(persistent=True) as inner:
                z = f(*xy)
            slopes = [inner.gradient(z, v) for v in xy]
        assert slopes == [24.0, 10.0]
        assert [outer.gradient(slope, xy) for slope in slopes] == [(8.0, 6.0), (6.0, None)]
        assert [outer.gradient(slope, xy, unconnected_gradients="zero") for slope in slopes] == [(8.0, 6.0), (6.0, 0.0)]

    def test_nested_watch(self):
        point = 2.0
        with wg.GradientTape() as t3:
            x3 = t3.watch(point)
            with wg.GradientTape() as t2:
                x2 = t2.watch(x3)
                with wg.GradientTape() as t1:
                    x1 = t1.watch(x2)
                    y = x1**4
                d1 = t1.gradient(y, x1)
            d2 = t2.gradient(d1, x2)
        assert (d1, d2, t3.gradient(d2, x3)) == (32.0, 48.0, 48.0)

    def test_one_name_on_all_tapes(self):
        with wg.GradientTape() as outer:
            x = outer.watch(np.array([1.0, 2.0]))
            with wg.GradientTape() as inner:
                x = inner.watch(x)
                y = np.sum(x**3)
            slope = inner.gradient(y, x)
        assert outer.gradient(slope, x).tolist() == [6.0, 12.0]

    def test_hessian_as_a_jacobian_of_a_gradient(self):
        w = wg.Variable(np.array([[1.0, 2.0], [3.0, 4.0]]))
        with wg.GradientTape() as outer:
            with wg.GradientTape() as inner:
                loss = np.sum(w**3) * w[0, 0]
            gradient = inner.gradient(loss, w)
        np.testing.assert_allclose(
            outer.jacobian(gradient, w), wg.hessian(lambda w: np.sum(w**3) * w[0, 0])(w.numpy()), rtol=1e-13
        )

    def test_gradient_penalty(self):
        """The gradient of the size of an input gradient by the parameters."""
        x, w = np.array([[0.3, -0.2, 0.5]]), np.arange(6.0).reshape(3, 2) / 5
        weight = wg.Variable(w)
        with wg.GradientTape() as outer:
            with wg.GradientTape(watch_accessed_variables=False) as inner:
                given = inner.watch(x)
                out = np.sum(np.tanh(given @ weight) ** 2)
            size = np.linalg.norm(inner.gradient(out, given))
        expected = wg.grad(lambda w: np.linalg.norm(wg.grad(lambda x: np.sum(np.tanh(x @ w) ** 2))(x)))(w)
        np.testing.assert_allclose(outer.gradient(size, weight), expected, rtol=1e-12)

    def test_two_tapes_side_by_side(self):
        with wg.GradientTape() as one, wg.GradientTape() as other:
            x0, x1 = one.watch(0.5), other.watch(0.25)
            y = np.sin(x0) + np.exp(x1) * x0
        assert one.gradient(y, x0) == pytest.approx(np.cos(0.5) + np.exp(0.25))
        assert other.gradient(y, x1) == pytest.approx(np.exp(0.25) * 0.5)

    def test_an_outer_tape_that_is_paused(self):
        x = wg.Variable(3.0)
        with wg.GradientTape() as outer:
            with wg.GradientTape(persistent=True) as inner:
                with outer.stop_recording():
                    a = x * x
                b = x * x
            found = inner.gradient(a, x), inner.gradient(b, x)
        assert found == (6.0, 6.0)
        assert outer.gradient(found[1], x) == 2.0

    def test_with_the_transforms(self):
        def by_tape(x):
            with wg.GradientTape() as tape:
                x = tape.watch(x)
                y = np.sin(x) * math.exp(x)
            return tape.gradient(y, x)

        assert wg.grad(by_tape)(1.0) == pytest.approx(2 * np.cos(1) * np.e)
        assert wg.jvp(by_tape, (1.0,), (1.0,))[1] == pytest.approx(2 * np.cos(1) * np.e)
        v = wg.Variable(2.0)
        with wg.GradientTape() as tape:
            slope = wg.grad(lambda x: x**3 * v)(3.0)
        assert tape.gradient(slope, v) == 27.0

    def test_a_value_is_given_back_by_a_transform(self):
        """A value that a finished tape has watched is no hidden constant."""

        def inside(x):
            with wg.GradientTape() as tape:
                w = tape.watch(x)
                y = w * w
            tape.gradient(y, w)
            return y

        assert wg.grad(inside)(3.0) == 6.0
        assert wg.jacobian(inside)(np.array([1.0, 2.0])).tolist() == [[2.0, 0.0], [0.0, 4.0]]

    def test_dual_numbers(self):
        x = wg.Dual(3.0, 1.0)
        with wg.GradientTape() as tape:
            x = tape.watch(x)
            y = x**3
        assert str(y) == "27.0 + 27.0ε"
        assert str(tape.gradient(y, x)) == "27.0 + 18.0ε"
        v = wg.Variable(3.0)
        with wg.GradientTape(persistent=True) as tape:
            y = wg.Dual(v, 1.0) ** 3
            slope = y.eps
        assert tape.gradient(slope, v) == 18.0
        with pytest.raises(TypeError, match=r"a dual number made of watched values.*x\.value and x\.eps"):
            tape.gradient(y, v)


class TestJacobian:
    def test_of_a_scalar(self):
        x, delta = np.linspace(-1.0, 1.0, 5), wg.Variable(0.0)
        with wg.GradientTape() as tape:
            y = np.tanh(x + delta)
        np.testing.assert_allclose(tape.jacobian(y, delta), 1 - np.tanh(x) ** 2)

    def test_of_a_layer(self):
        rng = np.random.default_rng(1)
        x, w, b = rng.normal(size=(7, 5)), rng.normal(size=(5, 4)), rng.normal(size=4)
        kernel, bias = wg.Variable(w), wg.Variable(b)
        with wg.GradientTape(persistent=True) as tape:
            y = np.maximum(x @ kernel + bias, 0.0)
        jk, jb = tape.jacobian(y, [kernel, bias])
        assert jk.shape == (7, 4, 5, 4)
        np.testing.assert_allclose(jk, wg.jacobian(lambda w: np.maximum(x @ w + b, 0.0))(w))
        np.testing.assert_allclose(jb, wg.jacobian(lambda b: np.maximum(x @ w + b, 0.0))(b))
        np.testing.assert_allclose(np.sum(jk, axis=(0, 1)), tape.gradient(y, kernel))

    def test_of_values_on_the_way(self):
        with wg.GradientTape() as tape:
            x = tape.watch(np.array([1.0, 2.0]))
            y = x * x
            z = y * x[0]
        jx, jy = tape.jacobian(z, [x, y])
        np.testing.assert_allclose(jy, np.eye(2))
        np.testing.assert_allclose(jx, [[3.0, 0.0], [4.0, 4.0]])

    def test_scalars_stay_numbers(self, xy):
        with wg.GradientTape() as tape:
            z = f(*xy)
        assert repr(tape.jacobian(z, xy)) == "(24.0, 10.0)"

    def test_unconnected(self):
        x, y = wg.Variable([1.0, 2.0]), wg.Variable(np.ones((2, 2)))
        with wg.GradientTape(persistent=True) as tape:
            z = x * x
        jx, jy = tape.jacobian(z, [x, y])
        assert jx.tolist() == [[2.0, 0.0], [0.0, 4.0]]
        assert jy is None
        assert tape.jacobian(z, y, unconnected_gradients="zero").shape == (2, 2, 2)

    def test_one_target(self):
        x = wg.Variable(1.0)
        with wg.GradientTape() as tape:
            y = x * x
        with pytest.raises(TypeError, match="one target, not a list"):
            tape.jacobian([y, y], x)

    def test_complex(self):
        z = wg.Variable([1 + 2j, 3j])
        with wg.GradientTape(persistent=True) as tape:
            y = np.abs(z) ** 2
            w = z * z
        np.testing.assert_allclose(tape.jacobian(y, z), np.diag(2 * z.numpy()))
        with pytest.raises(TypeError, match="real target"):
            tape.jacobian(w, z)

    def test_in_batches(self):
        rng = np.random.default_rng(2)
        x = rng.normal(size=(7, 5))
        w = rng.normal(size=(5, 6))
        with wg.GradientTape(persistent=True) as tape:
            given = tape.watch(x)
            y = np.tanh(given @ w)
        whole = tape.jacobian(y, given)
        found = tape.batch_jacobian(y, given)
        assert found.shape == (7, 6, 5)
        np.testing.assert_allclose(found, np.einsum("bxby->bxy", whole))
        assert tape.batch_jacobian(y, np.ones((7, 2))) is None
        assert tape.batch_jacobian(y, np.ones((7, 2)), unconnected_gradients="zero").shape == (7, 6, 2)

    def test_batches_must_agree(self):
        x = wg.Variable(np.ones((3, 2)))
        with wg.GradientTape(persistent=True) as tape:
            y = x.sum(axis=0)
        with pytest.raises(ValueError, match=r"leading axis of the same length; they are \(2,\) and \(3, 2\)"):
            tape.batch_jacobian(y, x)
        with pytest.raises(TypeError, match="one source"):
            tape.batch_jacobian(y, [x, x])


class TestVariable:
    def test_holds_a_value(self):
        v = wg.Variable([[1, 2], [3, 4]], dtype=np.float32, name="v")
        assert (v.shape, v.dtype, v.name, v.trainable) == ((2, 2), np.dtype(np.float32), "v", True)
        assert repr(v) == "Variable(array([[1., 2.],\n       [3., 4.]], dtype=float32), name='v')"
        assert repr(wg.Variable(3.0, trainable=False)) == "Variable(3.0, trainable=False)"
        assert str(wg.Variable(3.0)) == f"{wg.Variable(3.0)}" == "3.0"
        assert type(v.numpy()) is np.ndarray

    def test_assignment(self):
        v = wg.Variable([1.0, 2.0])
        assert v.assign([3.0, 4.0]) is v
        v.assign_add([1.0, 1.0]).assign_sub(np.array([0.5, 0.5]))
        assert v.numpy().tolist() == [3.5, 4.5]
        n = wg.Variable(1)
        assert repr(n.assign_add(2)) == "Variable(3)"
        x = wg.Variable(np.float32(1))
        assert x.assign(2.5).numpy().dtype == np.float32

    def test_refused_assignments(self):
        v = wg.Variable([1.0, 2.0])
        with pytest.raises(ValueError, match=r"has shape \(2,\); a value of shape \(3,\) cannot be assigned"):
            v.assign([1.0, 2.0, 3.0])
        with pytest.raises(ValueError, match="cannot be assigned"):
            v.assign_add(np.ones((2, 2)))
        with pytest.raises(TypeError, match="dtype complex128 cannot be assigned"):
            v.assign([1j, 2.0])
        with pytest.raises(TypeError, match="cannot be assigned"):
            wg.Variable(1).assign(2.5)
        for bad in ("x", None, {}, [[1.0], [2.0, 3.0]]):
            with pytest.raises((TypeError, ValueError)):
                wg.Variable(bad)

    def test_is_changed_by_assignment_only(self):
        v, x = wg.Variable([1.0, 2.0]), wg.Variable(3.0)
        for number in (v, x):
            with pytest.raises(RuntimeError, match=r"v\.assign_add\(x\)"):
                number += 1.0
        with pytest.raises(MutationError, match="only assign, assign_add and assign_sub"):
            v[0] = 5.0
        with wg.GradientTape(), pytest.raises(MutationError, match="only assign"):
            v[:1][0] = 5.0
        with pytest.raises(ValueError, match="read-only"):
            v.value[0] = 5.0
        v.numpy()[0] = 5.0
        assert v.numpy().tolist() == [1.0, 2.0]

    def test_is_what_it_holds(self):
        v = wg.Variable([1.0, 4.0])
        for found, expected in (
            (v + 1, [2.0, 5.0]),
            (1 / v, [1.0, 0.25]),
            (v @ v, 17.0),
            (np.sqrt(v), [1.0, 2.0]),
            (np.concatenate([v, v]), [1.0, 4.0, 1.0, 4.0]),
            (np.array([v, v]), [[1.0, 4.0], [1.0, 4.0]]),
            (v[::-1], [4.0, 1.0]),
            (v.T.sum(), 5.0),
            (v > 2, [False, True]),
            (np.histogram2d(v, v, bins=1)[0], [[2.0]]),
            (np.asarray(v), [1.0, 4.0]),
        ):
            assert not hasattr(found, "ssa")
            np.testing.assert_array_equal(found, expected)
        assert len(v) == 2
        assert [float(x) for x in v] == [1.0, 4.0]
        x = wg.Variable(2.0)
        assert (math.sin(x), float(x), int(x), x == 2, bool(x)) == (math.sin(2.0), 2.0, 2, True, True)
        assert type(x * 2) is float

    def test_a_view_keeps_what_it_saw(self):
        v = wg.Variable([1.0, 2.0])
        with wg.GradientTape() as tape:
            part = v[:1]
            v.assign([5.0, 6.0])
            y = part[0] * v[0]
        assert y == 5.0
        assert tape.gradient(y, v).tolist() == [6.0, 0.0]

    def test_every_value_counts(self):
        """The gradient by a Variable is that by all the values that it had."""
        v = wg.Variable(2.0)
        with wg.GradientTape() as tape:
            y = v * v
            v.assign(3.0)
            z = v * v
        assert tape.gradient([y, z], v) == 10.0

    def test_dtype_of_a_python_number_is_weak(self):
        x = np.ones(2, np.float32)
        assert (wg.Variable(2.0) * x).dtype == np.float32
        assert (wg.Variable(np.float64(2)) * x).dtype == np.float64

    def test_in_a_transform(self):
        v = wg.Variable([1.0, 2.0])
        assert wg.grad(lambda x: np.sum(x * v * math.sqrt(v[0])))(2.0) == 3.0
        assert wg.grad(lambda x: np.sum(x * x))(v).tolist() == [2.0, 4.0]
        assert wg.hessian(lambda x: np.sum(x**3))(v).tolist() == [[6.0, 0.0], [0.0, 12.0]]
        with pytest.raises(
            TraceConversionError, match=r"assign: a Variable holds plain numbers.*wengert\.stop_gradient"
        ):
            wg.grad(lambda x: wg.Variable(1.0).assign(x) * x)(2.0)
        with pytest.raises(TraceConversionError, match="a dual number"):
            wg.Variable(wg.Dual(1.0, 2.0))

    def test_copies(self):
        v = wg.Variable([1.0, 2.0], trainable=False, name="v")
        for again in (copy.copy(v), copy.deepcopy(v), pickle.loads(pickle.dumps(v))):
            assert repr(again) == repr(v)
            again.assign([0.0, 0.0])
        assert v.numpy().tolist() == [1.0, 2.0]

    def test_not_a_key(self):
        with pytest.raises(TypeError, match="key"):
            {wg.Variable(1.0): 1}


class TestValues:
    def test_inside_of_the_context(self):
        with wg.GradientTape() as tape:
            x = tape.watch(np.array([1.0, 2.0]))
            y = x[0] * 2
            assert f"{y}" == str(y) == "2.0"
            assert repr(x) == "<traced array([1., 2.])>"
            assert y.numpy() == 2.0
            assert y > 1
            for use in (float, math.sin, np.asarray, int):
                with pytest.raises(
                    TraceConversionError, match=r"a GradientTape watches.*x\.numpy\(\).*np\.sin.*traceable"
                ):
                    use(y)

    def test_afterwards(self):
        with wg.GradientTape() as tape:
            x = tape.watch(np.array([1.0, 2.0]))
            y, a = x[0] * 2, x * x
        assert (repr(y), repr(a)) == ("np.float64(2.0)", "array([1., 4.])")
        assert (float(y), math.sin(y), {y: 1}[2.0]) == (2.0, math.sin(2.0), 1)
        assert type(y + 1) is np.float64
        assert type(a * a) is type(np.asarray(a)) is np.ndarray
        assert np.histogram2d(a, a, bins=1)[0] == 2.0
        assert type(np.sum(a)) is np.float64
        assert pickle.loads(pickle.dumps(a)).tolist() == [1.0, 4.0]
        np.asarray(a)[0] = a.numpy()[0] = (a * 1)[0] = a[:1][0] = 100.0
        a[1] = 100.0
        assert a.tolist() == [1.0, 100.0]
        assert tape.gradient(y, x).tolist() == [2.0, 0.0]

    def test_the_tape_is_not_changed_by_later_writes(self):
        with wg.GradientTape() as tape:
            x = tape.watch(np.array([1.0, 2.0]))
            a = x * x
            z = np.sum(a * a)
        a[0] = 100.0
        assert tape.gradient(z, x).tolist() == [4.0, 32.0]

    def test_functions_that_are_read(self):
        @wg.traceable
        def g(x):
            out = np.zeros(2)
            out[0], out[1] = math.sin(x), float(x) * 2
            return np.array([out[0], out[1]])

        with wg.GradientTape() as tape:
            x = tape.watch(0.5)
            y = g(x)
        assert tape.gradient(y, x) == pytest.approx(math.cos(0.5) + 2)

    def test_arrays_made_of_watched_ones(self):
        with wg.GradientTape() as tape:
            x = tape.watch(np.array([1.0, 2.0]))
            out = np.zeros_like(x)
            assert repr(out) == "array([0., 0.])"
            out[0] = x[1] ** 2
        assert tape.gradient(out, x).tolist() == [0.0, 4.0]

    def test_no_rule(self):
        with wg.GradientTape() as tape, pytest.raises(UnsupportedError, match="no derivative rule"):
            np.histogramdd(tape.watch(np.ones((3, 2))))

    def test_memory_is_given_back(self):
        x = wg.Variable(np.ones(1000))
        with wg.GradientTape() as tape:
            y = np.sum(np.exp(x) * x)
        on_the_way = weakref.ref(tape._level.lines[0].outputs[0].value)
        assert on_the_way() is not None
        tape.gradient(y, x)
        gc.collect()
        assert on_the_way() is None
