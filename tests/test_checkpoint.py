"""Checkpointing by hand: gradients, memory, evaluations, draws, and what is refused."""

import contextlib
import gc
import random
import threading
import tracemalloc
from dataclasses import dataclass

import numpy as np
import pytest

import wengert as wg
from tests.differences import check
from wengert.errors import LeakedTracerError, MutationError
from wengert.ir import check_list
from wengert.run import run
from wengert.transform import reverse

N = 4
MATRIX = np.random.default_rng(0).standard_normal((N, N)) / 2
VECTOR = np.random.default_rng(1).standard_normal(N)


def plain(f):
    """The function itself, where `wg.checkpoint` would make a checkpointed one."""
    return f


def layer(x, w):
    """A function with something to keep."""
    return np.tanh(w @ np.sin(w @ x))


class Counted:
    """A function that counts its calls."""

    def __init__(self, function):
        self.function, self.calls = function, 0

    def __call__(self, *args):
        self.calls += 1
        return self.function(*args)


# -- programs, each with its function checkpointed or not --------------------------------------------------------------


def arguments(ck):
    """Called twice, with arrays."""
    f = ck(layer)
    return lambda w: np.sum(f(f(VECTOR, w), w) ** 2)


def closure(ck):
    """What is closed over is differentiated, also where only that is used."""

    def loss(w):
        f = ck(lambda x: np.tanh(w @ x) + (w @ w)[0] * x[0])
        return np.sum(f(f(VECTOR)))

    return loss


def only_closure(ck):
    """No argument at all."""
    return lambda w: np.sum(ck(lambda: np.sin(w) @ w)())


def data_argument(ck):
    """The argument is a constant."""
    return lambda w: np.sum(ck(lambda data: data @ w)(np.ones((2, N))))


def attribute(ck):
    """Parameters on an object."""

    class Model:
        def __init__(self, w):
            self.w = w

        def forward(self, x):
            return np.exp(-np.sin(self.w @ x))

    def loss(w):
        model = Model(w)
        return np.sum(ck(model.forward)(VECTOR) * ck(Model.forward)(model, VECTOR))

    return loss


@dataclass
class Parameters:
    """A container."""

    w: np.ndarray
    scale: float


def containers(ck):
    """In and out, with keywords, numbers, strings."""

    @ck
    def f(p, x, *, mode):
        inner = p.scale * x["x"]
        return {"out": (np.tanh(p.w @ inner), mode, 3), "norm": np.sum(inner**2)}

    def loss(w):
        out = f(Parameters(w, 0.5 + w[0, 0]), {"x": w[1]}, mode="up")
        assert out["out"][1:] == ("up", 3)
        return np.sum(out["out"][0]) * out["norm"]

    return loss


def nested(ck):
    """Checkpointed functions in checkpointed functions, with the parameters in a closure."""

    def loss(w):
        def inner(x):
            return np.sin(x) * w[0]

        def outer(x):
            g = ck(inner)
            return g(g(x)) * w[1] + x

        f = ck(outer)
        return np.sum(f(f(w[2])))

    return loss


def buffers(ck):
    """Writing in place into arrays of its own, and into views of them."""

    @ck
    def f(x):
        out = np.zeros((2, N))
        for i in range(N):
            out[0, i] = x[i] ** 2
        row = out[1]
        row[:] = np.cos(x)
        row *= 2
        y = x.copy()
        y[0] = 7.0
        return out.T @ np.ones(2) + y

    return lambda w: np.sum(f(w[0]) * f(w[1]))


def given_back(ck):
    """Results that are an argument, what is closed over, a view, or a constant."""

    def loss(w):
        same, outer, view, constant = ck(lambda x: (x, w, x[1:], np.ones(N)))(2 * w[0])
        return np.sum(same * constant) + np.sum(outer**2) + np.sum(view**3)

    return loss


def branches(ck):
    """Where values decide."""

    @ck
    def f(x):
        while np.sum(x**2) > 1:
            x = x / 2
        return x if x[0] > 0 else np.sin(x)

    return lambda w: np.sum(f(w[0]) + f(w[1]))


def written_after(ck):
    """A result may be written; what was handed in may be written afterwards."""

    def loss(w):
        x = w[0] * 2
        data = np.ones(N)
        y = ck(lambda x, data: np.sin(x) * data)(x, data)
        data[:] = 100.0
        x[1] = 5.0
        y[0] = 1.0
        y *= x
        return np.sum(y)

    return loss


def chained(ck):
    """A chain of steps, of a state in a container."""

    def step(i):
        return lambda state: {"x": np.sin(state["x"]) + 0.1 * i, "p": state["p"] * state["x"][0]}

    chain = wg.checkpoint_chain([step(i) for i in range(7)], every=3) if ck is wg.checkpoint else None

    def loss(w):
        state = {"x": w[0], "p": w[1]}
        if chain is not None:
            state = chain(state)
        else:
            for i in range(7):
                state = step(i)(state)
        return np.sum(state["x"] * state["p"])

    return loss


PROGRAMS = [
    arguments, closure, only_closure, data_argument, attribute, containers, nested, buffers, given_back, branches,
    written_after, chained,
]  # fmt: skip
programs = pytest.mark.parametrize("program", PROGRAMS, ids=lambda p: p.__name__)


def close(found, expected):
    """Equal up to rounding."""
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-13)


class TestDerivatives:
    """Every derivative is that of the function itself."""

    @programs
    def test_gradient(self, program):
        """By reverse mode."""
        value, gradient = wg.value_and_grad(program(wg.checkpoint))(MATRIX)
        expected, expected_gradient = wg.value_and_grad(program(plain))(MATRIX)
        assert value == expected == program(wg.checkpoint)(MATRIX)
        close(gradient, expected_gradient)

    @programs
    def test_pullback(self, program):
        """Long after the recording has ended, and any number of times."""
        _, pullback = wg.vjp(program(wg.checkpoint), MATRIX)
        (first,), (second,) = pullback(1.0), pullback(2.0)
        close(first, wg.grad(program(plain))(MATRIX))
        close(second, 2 * first)

    @programs
    def test_second_order(self, program):
        """Reverse over reverse, forward over reverse, reverse over forward, and Jacobians of gradients."""
        f, g = program(wg.checkpoint), program(plain)
        v = np.cos(np.arange(N * N)).reshape(N, N)
        expected = wg.hvp(g, MATRIX, v)
        close(wg.hvp(f, MATRIX, v), expected)
        close(wg.grad(lambda w: np.sum(wg.grad(f)(w) * v))(MATRIX), expected)
        close(wg.grad(lambda w: wg.jvp(f, (w,), (v,))[1])(MATRIX), expected)
        close(wg.jacobian(wg.grad(f), mode="reverse")(MATRIX), wg.hessian(g)(MATRIX))
        close(wg.hessian(f)(MATRIX), wg.hessian(g)(MATRIX))

    @programs
    def test_third_order(self, program):
        """Three reverse modes in each other."""

        def third(f):
            second = lambda w: np.sum(wg.grad(f)(w) ** 2)  # noqa: E731
            return wg.grad(lambda w: np.sum(wg.grad(second)(w) ** 2))(MATRIX)

        close(third(program(wg.checkpoint)), third(program(plain)))

    @programs
    def test_other_modes(self, program):
        """Forward and Taylor mode, whole Jacobians, and Taylor over reverse."""
        f, g = program(wg.checkpoint), program(plain)
        v = np.cos(np.arange(N * N)).reshape(N, N)
        assert wg.jvp(f, (MATRIX,), (v,)) == wg.jvp(g, (MATRIX,), (v,))
        close(wg.taylor(f, MATRIX, 3, direction=v).coefficients, wg.taylor(g, MATRIX, 3, direction=v).coefficients)
        close(wg.jacobian(f, mode="forward")(MATRIX), wg.grad(g)(MATRIX))
        close(
            wg.taylor(wg.grad(f), MATRIX, 2, direction=v).coefficients,
            wg.taylor(wg.grad(g), MATRIX, 2, direction=v).coefficients,
        )

    def test_agreement(self):
        """Against finite differences."""
        check(arguments(wg.checkpoint), MATRIX)

    def test_mapped(self):
        """Inside vmap, and of a gradient that is mapped."""
        stack = np.stack([MATRIX, 2 * MATRIX])
        expected = np.stack([wg.grad(closure(plain))(w) for w in stack])
        close(wg.vmap(wg.grad(closure(wg.checkpoint)))(stack), expected)
        summed = lambda ws: np.sum(wg.vmap(closure(wg.checkpoint))(ws))  # noqa: E731
        close(wg.grad(summed)(stack), expected)

    def test_two_variables_of_two_recordings(self):
        """The inner gradient is by x, the outer by w, of which only one is an argument."""

        def loss(ck):
            def outer(w):
                f = ck(lambda x: np.sum(np.sin(w * x) ** 2))
                return np.sum(wg.grad(f)(VECTOR) * w)

            return outer

        close(wg.grad(loss(wg.checkpoint))(VECTOR), wg.grad(loss(plain))(VECTOR))

    def test_unconnected(self):
        """An argument that the result does not depend on is told apart from one with gradient zero."""
        f = wg.checkpoint(lambda x, y: (x * 2, y))
        assert wg.grad(lambda x, y: f(x, y)[0], argnums=(0, 1), unconnected="none")(1.0, 2.0) == (2.0, None)

    def test_float32(self):
        """Precisions are kept."""
        gradient = wg.grad(arguments(wg.checkpoint))(MATRIX.astype(np.float32))
        assert gradient.dtype == np.float32
        close(wg.grad(lambda z: np.abs(wg.checkpoint(np.exp)(z)))(0.3 + 0.4j), np.exp(0.3))

    def test_traced(self):
        """In a list it is a line with the function's own list."""
        wl = check_list(wg.trace(lambda x, w: wg.checkpoint(lambda x: np.sin(x) * w)(x) * 2, 1.0, 3.0))
        assert [line.primitive.name for line in wl.lines] == ["remat", "multiply"]
        (body,) = wl.lines[0].bodies()
        assert [line.primitive.name for line in body.lines] == ["sin", "multiply"]
        assert run(wl, 1.0, 3.0) == [np.sin(1.0) * 6]
        pulled = run(check_list(reverse(wl)), 1.0, 3.0, 1.0)
        close(pulled[1:], wg.grad(lambda x, w: np.sin(x) * w * 2, (0, 1))(1.0, 3.0))


class TestCost:
    """Memory, and evaluations."""

    def test_evaluations(self):
        """Once for the value, once for the reverse sweep; once in all where nothing is kept anyway."""
        counted = Counted(layer)
        f = wg.checkpoint(counted)
        for derive, calls in (
            (lambda g: g(MATRIX), 1),
            (lambda g: wg.grad(g)(MATRIX), 2),
            (lambda g: wg.jvp(g, (MATRIX,), (MATRIX,)), 1),
            (lambda g: wg.taylor(g, MATRIX, 4, direction=MATRIX), 1),
            (lambda g: wg.hvp(g, MATRIX, MATRIX), 2),
        ):
            counted.calls = 0
            derive(lambda w: np.sum(f(VECTOR, w)))
            assert counted.calls == calls

    def test_evaluations_of_a_chain(self):
        """Each step twice."""
        steps = [Counted(np.sin) for _ in range(20)]
        wg.grad(wg.checkpoint_chain(steps, every=4))(0.5)
        assert [step.calls for step in steps] == [2] * 20

    @staticmethod
    def peak(loss, x):
        """Bytes that were allocated at once while the gradient was computed."""
        wg.grad(loss)(x[:2])  # caches
        gc.collect()
        tracemalloc.start()
        wg.grad(loss)(x)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    def test_memory_of_a_chain(self):
        """All values of 100 steps, every second, every tenth: 300, 150, 40 of them with three to a step."""
        x = np.linspace(0, 1, 20_000)
        step = lambda x: np.sin(x) * 0.9 + 0.1  # noqa: E731
        steps = [step] * 100

        def every(k):
            chain = wg.checkpoint_chain(steps, every=k)
            return self.peak(lambda x: np.sum(chain(x)), x) / x.nbytes

        def whole(x):
            for one in steps:
                x = one(x)
            return np.sum(x)

        kept, tenth = self.peak(whole, x) / x.nbytes, every(10)
        assert kept > 200
        assert tenth < 60
        assert tenth < every(1) < kept
        assert every(50) > 2 * tenth

    def test_memory_is_given_back(self):
        """Also where the function closes over what is differentiated, without waiting for the garbage collector."""
        x = np.linspace(0, 1, 100_000)

        def loss(x):
            f = wg.checkpoint(lambda y: np.sin(y * x))
            return np.sum(f(f(x)))

        wg.grad(loss)(x)
        gc.collect()
        gc.disable()
        try:
            tracemalloc.start()
            for _ in range(10):
                wg.grad(loss)(x)
            left, _ = tracemalloc.get_traced_memory()
            tracemalloc.stop()
        finally:
            gc.enable()
        assert left < 2 * x.nbytes

    def test_nested_memory(self):
        """Checkpoints in checkpoints: the memory of a chain of n steps grows with the logarithm of n."""
        x = np.linspace(0, 1, 20_000)

        def halves(n):
            if n == 1:
                return lambda x: np.sin(x) * 0.9 + 0.1
            first, second = halves(n // 2), halves(n - n // 2)
            return wg.checkpoint(lambda x: second(first(x)))

        def peak(n):
            chain = halves(n)
            return self.peak(lambda x: np.sum(chain(x)), x) / x.nbytes

        small, large = peak(16), peak(128)
        assert large < small + 15
        assert large < 40


class TestDraws:
    """Random numbers are the same the second time."""

    @pytest.mark.parametrize("kind", ["global", "python", "closure", "argument", "attribute", "nested"])
    def test_replayed(self, kind):
        """Wherever the generator is."""

        class Holder:
            rng: np.random.Generator

            def __init__(self):
                self.rng = np.random.default_rng(5)

            def __call__(self, x):
                return x * self.rng.standard_normal(N)

        def make():
            np.random.seed(3)  # noqa: NPY002
            random.seed(4)
            rng, holder, table = np.random.default_rng(5), Holder(), {"a": [np.random.RandomState(6)]}
            return {
                "global": lambda x: x * np.random.standard_normal(N),  # noqa: NPY002
                "python": lambda x: x * random.random(),
                "closure": lambda x: x * rng.standard_normal(N),
                "argument": lambda x, r=rng: x * r.standard_normal(N),
                "attribute": holder,
                "nested": lambda x: x * table["a"][0].standard_normal(N),
            }[kind]

        def after(ck):
            f = make()
            g = ck(f)
            gradient = wg.grad(lambda x: np.sum(g(g(x) * x)))(VECTOR)
            return gradient, f(VECTOR)  # the generator goes on as if nothing had been run twice

        for found, expected in zip(after(wg.checkpoint), after(plain), strict=True):
            close(found, expected)

    def test_second_order(self):
        """Also when the reverse sweep is run again."""

        def loss(ck):
            rng = np.random.default_rng(7)
            f = ck(lambda x: np.sin(x * rng.standard_normal(N)))
            return wg.grad(lambda x: np.sum(wg.grad(lambda x: np.sum(f(x) ** 2))(x) ** 2))(VECTOR)

        close(loss(wg.checkpoint), loss(plain))

    def test_out_of_reach(self):
        """A generator that is not found is noticed."""
        rng = np.random.default_rng(8)
        hidden = iter(lambda: rng.random(), None)
        with pytest.raises(MutationError, match="something else"):
            wg.grad(wg.checkpoint(lambda x: x * next(hidden)))(1.0)


GLOBAL_RNG = np.random.default_rng(9)


def test_global_generator():
    """A generator of the module is replayed."""
    state = GLOBAL_RNG.bit_generator.state
    found = wg.grad(lambda x: np.sum(wg.checkpoint(lambda x: x * GLOBAL_RNG.random(N))(x)))(VECTOR)
    GLOBAL_RNG.bit_generator.state = state
    close(found, GLOBAL_RNG.random(N))


class TestRefusals:
    """What would be silently wrong raises."""

    def test_writing_into_an_argument(self):
        """Traced or not, directly or by a view."""

        def writes(x):
            x[0] = 1.0
            return x * 2

        def by_view(x):
            x[1:] *= 2
            return x

        for f in map(wg.checkpoint, (writes, by_view)):
            with pytest.raises(MutationError, match="argument x"):
                wg.grad(lambda w, f=f: np.sum(f(w * 2)))(VECTOR)
            with pytest.raises(MutationError, match="argument x"):
                wg.grad(lambda w, f=f: np.sum(f(np.ones(N)) * w))(VECTOR)

    def test_writing_into_what_is_closed_over(self):
        """It would be written twice."""

        def item(w):
            y = w * 2

            def f(x):
                y[0] = x[0]
                return y * x

            return np.sum(wg.checkpoint(f)(w))

        def whole(w):
            y = w * 2

            def f(x):
                nonlocal y
                y += x
                return y * x

            return np.sum(wg.checkpoint(f)(w))

        for loss, what in ((item, "array that it did not make"), (whole, "closed-over array")):
            with pytest.raises(MutationError, match=what):
                wg.grad(loss)(VECTOR)

    def test_a_buffer_from_outside(self):
        """Its values belong to the call."""

        def loss(w):
            out = np.zeros(N)

            def f(x):
                out[0] = x[0]
                return x * 2

            return np.sum(wg.checkpoint(f)(w)) + np.sum(out)

        with pytest.raises((LeakedTracerError, MutationError)):
            wg.grad(loss)(VECTOR)

    def test_changed_containers(self):
        """Of arguments."""

        def f(p):
            p["x"] = p["x"] * 2
            return p["x"]

        with pytest.raises(MutationError, match="container"):
            wg.grad(lambda x: wg.checkpoint(f)({"x": x}))(1.0)

    @pytest.mark.parametrize("kind", ["counter", "array", "small array", "list", "branch", "base"])
    def test_doing_something_else(self, kind):
        """What has changed in between is noticed, also where the value does not tell."""
        calls = []
        data = np.ones(100_000 if kind == "array" else N)

        def f(x):
            calls.append(1)
            if kind == "counter":
                return x * len(calls)
            if kind == "branch":
                return np.sin(x) if len(calls) == 1 else np.cos(x)
            if kind == "list":
                return x * numbers[0]
            if kind == "base":
                y = data.copy()
                y[0] = x[0]
                return np.sum(y * y) * x + y
            return x * data[:N]

        numbers = [1.0]

        def loss(x):
            y = wg.checkpoint(f)(x)
            data[:2] = 3.0
            numbers[0] = 4.0
            return np.sum(y)

        with pytest.raises(MutationError, match="something else"):
            wg.grad(loss)(np.zeros(N))

    def test_every(self):
        """A whole number of steps."""
        for every in (0, -1, 2.5, True):
            with pytest.raises(ValueError, match="every"):
                wg.checkpoint_chain([np.sin], every=every)

    def test_errors_of_the_function(self):
        """They come through, and the recordings go on."""

        def fails(x):
            raise ZeroDivisionError("mine")

        def loss(w):
            with contextlib.suppress(ZeroDivisionError):
                wg.checkpoint(fails)(w)
            return np.sum(w**2)

        close(wg.grad(loss)(VECTOR), 2 * VECTOR)
        with pytest.raises(ZeroDivisionError, match="mine"):
            wg.grad(lambda w: wg.checkpoint(fails)(w))(VECTOR)


class TestUse:
    """As a decorator, in threads, with no steps."""

    def test_it_stays_the_function(self):
        """Name and text."""

        @wg.checkpoint
        def f(x):
            """Text."""
            return x

        assert (f.__name__, f.__doc__) == ("f", "Text.")
        assert f(3) == 3
        assert f({"a": [1, None, "b"]}) == {"a": [1, None, "b"]}

    def test_chains(self):
        """The default keeps a square root of the values; an empty chain is the identity."""
        steps = [Counted(np.sin) for _ in range(10)]
        assert wg.grad(wg.checkpoint_chain(steps))(0.5) == pytest.approx(wg.grad(chain_of_sines)(0.5))
        assert wg.grad(wg.checkpoint_chain([]))(2.0) == 1.0

    def test_threads(self):
        """Recordings of one thread do not rest for another."""
        f = wg.checkpoint(layer)
        expected = wg.grad(lambda w: np.sum(f(VECTOR, w)))(MATRIX)
        found = []

        def work():
            for _ in range(20):
                found.append(wg.grad(lambda w: np.sum(f(VECTOR, w)))(MATRIX))

        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(found) == 80
        for one in found:
            np.testing.assert_array_equal(one, expected)


def chain_of_sines(x):
    """What the chain computes."""
    for _ in range(10):
        x = np.sin(x)
    return x


class TestTapes:
    """With GradientTape, Variables and dual numbers."""

    @pytest.mark.parametrize("persistent", [False, True])
    def test_watched(self, persistent):
        """The reverse sweep comes when the tape has ended."""
        with wg.GradientTape(persistent=persistent) as tape:
            w = tape.watch(MATRIX)
            loss = closure(wg.checkpoint)(w) + arguments(wg.checkpoint)(w)
        expected = wg.grad(lambda w: closure(plain)(w) + arguments(plain)(w))(MATRIX)
        close(tape.gradient(loss, w), expected)
        if persistent:
            close(tape.gradient(loss, w), expected)

    def test_variables(self):
        """They are followed inside, by closure and by argument."""
        w, scale = wg.Variable(MATRIX), wg.Variable(2.0)
        with wg.GradientTape() as tape:
            f = wg.checkpoint(lambda x, s: np.tanh(w @ x) * s * scale)
            loss = np.sum(f(f(VECTOR, scale), 1.0))
        found = tape.gradient(loss, [w, scale])

        def function(w, scale):
            f = lambda x, s: np.tanh(w @ x) * s * scale  # noqa: E731
            return np.sum(f(f(VECTOR, scale), 1.0))

        for a, b in zip(found, wg.grad(function, (0, 1))(MATRIX, 2.0), strict=True):
            close(a, b)

    def test_assigned(self):
        """A Variable that has another value by then is noticed."""
        w = wg.Variable(2.0)
        with wg.GradientTape() as tape:
            loss = wg.checkpoint(lambda: w * w)()
        w.assign(5.0)
        with pytest.raises(MutationError, match="something else"):
            tape.gradient(loss, w)

    def test_nested_tapes(self):
        """Second order."""
        x = wg.Variable(0.5)
        f = wg.checkpoint(lambda: np.sin(x) * x)
        with wg.GradientTape() as outer:
            with wg.GradientTape() as inner:
                y = f() ** 2
            slope = inner.gradient(y, x)
        assert outer.gradient(slope, x) == pytest.approx(wg.derivative(lambda x: (np.sin(x) * x) ** 2, 2)(0.5))

    def test_a_tape_that_rests(self):
        """What is not recorded is not recorded by a checkpoint either; a finished tape is no recording."""
        x = wg.Variable(3.0)
        with wg.GradientTape(persistent=True) as tape:
            y = x * x
            with tape.stop_recording():
                z = wg.checkpoint(lambda: x * y)()
        assert tape.gradient(z, x) is None
        assert tape.gradient(y, x) == 6
        assert wg.grad(lambda a: wg.checkpoint(lambda b: a * b * x.numpy())(a))(2.0) == 12

    def test_dual_numbers(self):
        """Forward mode: a plain call, also in a recording."""
        f = wg.checkpoint(lambda x: np.sin(x) * x)
        assert f(wg.Dual(0.5, 1.0)).eps == pytest.approx(wg.derivative(f)(0.5))
        found = wg.grad(lambda x: f(wg.Dual(x, 1.0)).eps)(0.5)
        assert found == pytest.approx(wg.derivative(f, 2)(0.5))
