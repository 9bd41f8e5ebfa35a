"""The front of wg.compile: what is recorded again and when, what comes from outside, and every transform around it."""

import dataclasses
import functools
import gc
import threading
import weakref
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import numpy as np
import pytest

import wengert as wg
from wengert.errors import LeakedTracerError, MutationError, StagingError

X = np.array([1.0, 1.0, 2.0])
POINT = np.array([0.3, -1.2, 0.8, 2.0])

WEIGHTS = np.array([1.0, 2.0, 3.0])
RATE = 0.5
NAME = "a"


class Twin:
    """One program run twice, as it is and compiled, on objects of its own each time."""

    def __init__(self, make: Callable[[], Any], program: Callable[..., Any]) -> None:
        self.plain, self.other = make(), make()
        self.program = program
        self.run = wg.compile(functools.partial(program, self.other))

    def change(self, change: Callable[[Any], Any]) -> None:
        change(self.plain)
        change(self.other)

    def agrees(self, *args: Any) -> None:
        expected, found = self.program(self.plain, *args), self.run(*args)
        np.testing.assert_allclose(found, expected, rtol=1e-13)
        same(self.other, self.plain)


def same(one: Any, other: Any) -> None:
    """Whether two objects hold equal values, all the way down."""
    assert type(one) is type(other), (one, other)
    if isinstance(one, dict):
        assert list(one) == list(other)
        for key in one:
            same(one[key], other[key])
    elif isinstance(one, (list, tuple)):
        assert len(one) == len(other)
        for a, b in zip(one, other, strict=True):
            same(a, b)
    elif hasattr(one, "__dict__"):
        same(vars(one), vars(other))
    elif isinstance(one, (str, set)) or one is None:
        assert one == other
    else:
        np.testing.assert_allclose(one, other, rtol=1e-13)
        assert np.asarray(one).dtype == np.asarray(other).dtype


# -- when it is recorded again -----------------------------------------------------------------------------------------


def test_one_recording_for_each_kind_of_arguments() -> None:
    f = wg.compile(lambda x, k=1.0: np.sum(x * k))
    first = f.list(X)
    assert f.list(X + 1) is first
    assert f.list(X[::2].repeat(2)[:3]) is first
    for other in (np.ones(4), np.ones((3, 1)), X.astype(np.float32), X.astype(complex), X.astype(int), 2.0):
        assert f.list(other) is not first
    assert f.list(X, 2.0) is not first
    assert f.list(X, 2.0) is f.list(X, 3.0)
    assert f.list(X, np.float64(2.0)) is not f.list(X, 2.0)  # NumPy's scalars are of a dtype, Python's numbers are weak
    assert f.list(X, k=2.0) is f.list(X + 1, k=4.0)


def test_results_are_of_the_same_types_as_without() -> None:
    def f(x: Any) -> Any:
        return x * 2, {"a": [x + 1, (x, 3)], "b": None}, "text"

    compiled = wg.compile(f)
    for x in (2.0, 2, True, 1j, np.float32(2), X, X.astype(np.float32), np.arange(3), np.array(1.5)):
        one, other = compiled(x), f(x)
        assert one[2] == "text"
        assert one[1]["b"] is None
        for a, b in ((one[0], other[0]), (one[1]["a"][0], other[1]["a"][0]), (one[1]["a"][1][0], other[1]["a"][1][0])):
            np.testing.assert_array_equal(a, b)
            assert np.asarray(a).dtype == np.asarray(b).dtype
            assert isinstance(a, np.ndarray) == isinstance(b, np.ndarray) or np.shape(a) == ()


def test_arguments_in_containers_and_objects() -> None:
    @dataclasses.dataclass
    class Point:
        a: Any
        b: float

    class Pair(NamedTuple):
        x: Any
        y: Any

    def f(p: Point, q: dict[str, Any], pair: Pair, n: int = 3) -> Any:
        s = 0.0
        for _ in range(n):
            s = s + np.sum(p.a) * p.b * q["z"] + pair.x
        return {"s": s, "p": Point(p.a * 2, p.b)}

    args = (Point(np.ones(3), 2.0), {"z": np.ones(2)}, Pair(1.0, X))
    compiled = wg.compile(f)
    same(compiled(*args), f(*args))
    same(compiled(*args, n=4), f(*args, n=4))
    same(compiled(p=args[0], q=args[1], pair=args[2]), f(*args))
    slope = wg.compile(wg.grad(lambda p, q, pair: np.sum(f(p, q, pair)["s"]), argnums=(0, 1)))
    same(slope(*args), wg.grad(lambda p, q, pair: np.sum(f(p, q, pair)["s"]), argnums=(0, 1))(*args))


def test_an_object_as_an_argument() -> None:
    class Body:
        def __init__(self, x: Any) -> None:
            self.x, self.v, self.steps = x, np.zeros(3), 0

    def step(body: Any, dt: Any) -> Any:
        for _ in range(5):
            body.v = body.v - dt * body.x
            body.x = body.x + dt * body.v
            body.steps += 1
        return body.x.sum()

    compiled = wg.compile(step)
    one, other = Body(X), Body(X)
    for dt in (0.1, 0.2):
        assert compiled(one, dt) == pytest.approx(step(other, dt), rel=1e-13)
        same(one, other)
    third, fourth = Body(X * 2), Body(X * 2)
    assert compiled(third, 0.3) == pytest.approx(step(fourth, 0.3), rel=1e-13)
    same(third, fourth)


def test_static_arguments() -> None:
    def power(x: Any, n: int, kind: str = "p") -> Any:
        out = np.ones(n) if kind == "p" else np.zeros(n)
        for i in range(n):
            out[i] = x**i
        return out

    for compiled in (
        wg.compile(power, static_argnums=1),
        wg.compile(power, static_argnames="n"),
        wg.compile(power, static_argnums=(-2,), static_argnames=["kind"]),
        wg.compile(power),  # finds out by itself
    ):
        for n in (2, 3, 2):
            np.testing.assert_allclose(compiled(1.5, n), power(1.5, n))
            np.testing.assert_allclose(compiled(1.5, n=n, kind="z"), power(1.5, n, "z"))
    with pytest.raises(ValueError, match="'m', which is no argument"):
        wg.compile(power, static_argnames="m")
    with pytest.raises(TypeError, match="has no hash"):
        wg.compile(power, static_argnums=1)(1.5, [1, 2])
    table = wg.compile(lambda x, t: x * t.sum(), static_argnums=1)
    assert table(2.0, np.arange(3)) == 6.0
    assert table(2.0, np.arange(4)) == 12.0


def test_numbers_of_trips_share_a_recording() -> None:
    def f(x: Any, n: int) -> Any:
        s = 0.0
        for i in range(n):
            s = s + x**i
        return s

    compiled = wg.compile(f)
    assert compiled.list(0.5, 3) is compiled.list(0.5, 40)
    for n in (0, 1, 2, 7):
        assert compiled(0.5, n) == pytest.approx(f(0.5, n), rel=1e-15)
        assert wg.grad(compiled)(0.5, n) == pytest.approx(wg.grad(f)(0.5, n), rel=1e-14)


def test_functions_as_arguments_are_guards() -> None:
    compiled = wg.compile(lambda g, x: g(x))
    assert compiled(np.sin, 1.0) == np.sin(1.0)
    assert compiled(np.cos, 1.0) == np.cos(1.0)
    assert compiled(lambda x: x + 1, 1.0) == 2.0
    assert compiled(lambda x: x + 2, 1.0) == 3.0


# -- what comes from outside -------------------------------------------------------------------------------------------


def test_arrays_from_outside_are_read_at_each_call() -> None:
    space = {"np": np}
    exec("def f(x): return np.sum(x * WEIGHTS) * RATE", space)

    def f(x: Any) -> Any:
        return np.sum(x * WEIGHTS) * RATE

    compiled = wg.compile(f)
    before = compiled.list(X)
    weights, rate = WEIGHTS.copy(), RATE
    try:
        assert compiled(X) == f(X)
        WEIGHTS[0] = 7.0
        assert compiled(X) == f(X)
        globals()["WEIGHTS"] = np.array([3.0, 1.0, 4.0])
        assert compiled(X) == f(X)
        assert compiled.list(X) is before  # one recording for all these
        globals()["WEIGHTS"] = np.array([3.0])
        assert compiled(X) == f(X)
        globals()["WEIGHTS"] = 3
        assert compiled(X) == f(X)
        for globals()["RATE"] in (0.7, 0.8, np.float32(2), 0.8):
            assert compiled(X) == pytest.approx(f(X), rel=1e-7)
    finally:
        globals().update(WEIGHTS=weights, RATE=rate)


def test_a_number_from_outside_that_changes_becomes_an_input() -> None:
    settings = {"rate": 0.1}

    def f(x: Any) -> Any:
        return x * settings["rate"]

    compiled = wg.compile(f)
    lists = set()
    for settings["rate"] in (0.1, 0.2, 0.3, 0.4):
        assert compiled(2.0) == 2.0 * settings["rate"]
        lists.add(compiled.list(2.0))
    assert len(lists) == 2  # the second one has the number as an input
    assert wg.grad(compiled)(2.0) == 0.4


def test_names_texts_and_functions_from_outside_are_guards() -> None:
    functions = {"a": lambda x: x * 2, "b": lambda x: x * 3}

    def f(x: Any) -> Any:
        return functions[NAME](x) if NAME != "c" else x

    compiled = wg.compile(f)
    try:
        for globals()["NAME"] in ("a", "b", "c", "a"):
            assert compiled(2.0) == f(2.0)
        functions["a"] = lambda x: x * 5
        assert compiled(2.0) == 10.0
    finally:
        globals()["NAME"] = "a"


def test_closures() -> None:
    def make(scale: Any) -> Any:
        shift = np.ones(3)

        def rescale(new: Any) -> None:
            nonlocal scale
            scale = new

        return lambda x: np.sum(x * scale + shift), rescale, shift

    f, rescale, shift = make(2.0)
    compiled = wg.compile(f)
    for change in (
        lambda: None,
        lambda: rescale(3.0),
        lambda: rescale(4.0),
        lambda: rescale(np.array([1.0, 2.0, 3.0])),
        lambda: shift.fill(5.0),
        lambda: rescale(2),
    ):
        change()
        assert compiled(X) == pytest.approx(f(X), rel=1e-15)


def test_defaults_and_partial() -> None:
    def f(x: Any, w: Any = np.ones(3), *, c: float = 2.0) -> Any:
        return np.sum(x * w) * c

    compiled = wg.compile(f)
    assert compiled(X) == f(X)
    f.__defaults__[0][0] = 9.0  # type: ignore[index]
    assert compiled(X) == f(X)
    f.__kwdefaults__["c"] = 3.0
    assert compiled(X) == f(X)
    assert wg.compile(functools.partial(f, c=5.0))(X) == f(X, c=5.0)


class Model:
    def __init__(self) -> None:
        self.w, self.b, self.calls, self.last = np.ones(3), 0.5, 0, None
        self.layers = [np.ones(3), np.ones(3) * 2]
        self.settings = {"kind": "tanh", "p": np.ones(3)}

    def loss(self, x: Any) -> Any:
        self.calls += 1
        y = x * self.w + self.b
        for layer in self.layers:
            y = y * layer
        if self.settings["kind"] == "tanh":
            y = np.tanh(y)
        y = y * self.settings["p"]
        self.last = y.sum()
        return y.sum()


def test_attributes_of_self() -> None:
    twin = Twin(Model, lambda model, x: model.loss(x))
    for change in (
        lambda m: None,
        lambda m: None,
        lambda m: m.w.__setitem__(1, 7.0),
        lambda m: setattr(m, "w", np.full(3, 0.25)),
        lambda m: m.layers.append(np.ones(3) * 3),
        lambda m: m.layers.__setitem__(0, np.ones(3) * 4),
        lambda m: m.layers.pop(),
        lambda m: m.settings.update(kind="id"),
        lambda m: m.settings["p"].fill(0.5),
        lambda m: setattr(m, "b", np.float64(2.0)),
        lambda m: setattr(m, "b", np.ones(3)),
    ):
        twin.change(change)
        twin.agrees(X)


def test_a_method() -> None:
    model, other = Model(), Model()
    compiled = wg.compile(model.loss)
    for _ in range(3):
        assert compiled(X) == pytest.approx(other.loss(X), rel=1e-14)
    same(model, other)
    slope = wg.compile(wg.grad(model.loss))
    np.testing.assert_allclose(slope(X), wg.grad(other.loss)(X), rtol=1e-13)
    assert model.calls == other.calls == 4
    assert model.last == pytest.approx(other.loss(X), rel=1e-13)


def test_a_method_as_a_decorated_function() -> None:
    class Scale:
        def __init__(self, k: float) -> None:
            self.k = k

        @wg.compile
        def __call__(self, x: Any) -> Any:
            return x * self.k

    one, two = Scale(2.0), Scale(3.0)
    assert one(X).tolist() == (X * 2).tolist()
    assert two(X).tolist() == (X * 3).tolist()
    one.k = 5.0
    assert one(X).tolist() == (X * 5).tolist()


def test_methods_of_a_class_that_changes() -> None:
    class Law:
        def value(self, x: Any) -> Any:
            return x * 2

    law = Law()
    compiled = wg.compile(lambda x: law.value(x))
    assert compiled(1.0) == 2.0
    Law.value = lambda self, x: x * 7  # type: ignore[method-assign]
    assert compiled(1.0) == 7.0
    law.value = lambda x: x * 9  # type: ignore[method-assign]
    assert compiled(1.0) == 9.0


def test_slots_and_properties() -> None:
    class Spring:
        __slots__ = ("k", "x")

        def __init__(self) -> None:
            self.k, self.x = 2.0, np.ones(2)

        @property
        def energy(self) -> Any:
            return 0.5 * self.k * np.sum(self.x**2)

    spring = Spring()
    compiled = wg.compile(lambda s: spring.energy * s)
    assert compiled(3.0) == 6.0
    spring.x[0] = 2.0
    assert compiled(3.0) == spring.energy * 3.0
    spring.k = 4.0
    assert compiled(3.0) == spring.energy * 3.0


# -- what a function does outside of itself ----------------------------------------------------------------------------


def test_what_is_written_outside_is_written_at_each_call() -> None:
    def f(state: Any, x: Any) -> Any:
        state["array"][0] += x
        state["history"].append(x * 2)
        state["total"] = state["total"] + x
        state["inner"]["n"] += 1
        state["new"] = x
        return x + state["array"].sum()

    def make() -> dict[str, Any]:
        return {"array": np.zeros(3), "history": [], "total": 0.0, "inner": {"n": 0}}

    twin = Twin(make, f)
    for x in (1.0, 2.0, 3.5):
        twin.agrees(x)


def test_a_counter_in_a_closure() -> None:
    def make() -> Any:
        count = 0
        best = np.inf

        def f(x: Any) -> Any:
            nonlocal count, best
            count += 1
            best = np.minimum(best, x)
            return x * count

        return f, lambda: (count, float(best))

    f, state = make()
    g, expected = make()
    compiled = wg.compile(f)
    for x in (3.0, 1.0, 2.0):
        assert compiled(x) == g(x)
        assert state() == expected()


def test_an_argument_is_not_written() -> None:
    def f(x: Any) -> Any:
        x[0] = 1.0
        return x.sum()

    with pytest.raises(MutationError, match="argument x"):
        wg.compile(f)(np.ones(3))


def test_a_failed_recording_leaves_no_trace() -> None:
    class State:
        def __init__(self) -> None:
            self.items: list[Any] = []
            self.n = 0
            self.array = np.zeros(3)

    state = State()

    def f(x: Any) -> Any:
        for i in range(10):
            state.items.append(x * i)
            state.n += 1
            state.array[0] += x
        return np.zeros(int(x))  # asks for the number

    with pytest.raises(StagingError, match='mode="eager"') as info:
        wg.compile(f)(2.0)
    assert "np.zeros(int(x))" in str(info.value) or "test_compile.py" in str(info.value)
    assert (state.items, state.n, state.array.tolist()) == ([], 0, [0.0, 0.0, 0.0])


# -- donate and mode ---------------------------------------------------------------------------------------------------


def smooth(u: Any, k: Any = 0.1) -> Any:
    v = u * 1.0 if np.ndim(u) == 0 else u.copy()
    for _ in range(20):
        v[1:-1] += k * (v[2:] - 2 * v[1:-1] + v[:-2])
    return v


def test_what_is_donated_is_written_over() -> None:
    u = np.random.default_rng(0).standard_normal(50)
    kept, given = wg.compile(smooth), wg.compile(smooth, donate=0, mode="list")
    expected = smooth(u)
    x = u.copy()
    np.testing.assert_allclose(kept(x), expected, rtol=1e-14)
    np.testing.assert_array_equal(x, u)
    for _ in range(3):
        x = u.copy()
        out = given(x)
        np.testing.assert_allclose(out, expected, rtol=1e-14)
        assert out is x
    x = u.copy()
    assert given(x, k=0.1) is x
    np.testing.assert_allclose(given(u[:]), expected, rtol=1e-14)  # a view: not reused, and right


def test_donated_arrays_that_are_still_read() -> None:
    def f(a: Any, b: Any) -> Any:
        c = a.copy()
        for i in range(10):
            c[i] = c[i] * 2 + b[9 - i]
        return c, a[3] * 2

    u = np.arange(10.0)
    given = wg.compile(f, donate=(0, 1))
    for args in ((u.copy(), u.copy()), (u, u), (u, u[::-1])):
        expected = f(*args)
        same(given(*(x.copy() for x in args)), f(*args))
        same(wg.compile(f, donate=0)(*args), expected)
        u = np.arange(10.0)


def test_the_eager_mode() -> None:
    def f(x: Any) -> Any:
        return np.zeros(int(wg.stop_gradient(x))) + x

    f_eager = wg.compile(f, mode="eager")
    np.testing.assert_array_equal(f_eager(3.0), f(3.0))
    np.testing.assert_allclose(wg.jacobian(f_eager)(3.0), np.ones(3))
    with pytest.raises(ValueError, match="mode"):
        wg.compile(f, mode="fast")


def test_a_decorator() -> None:
    @wg.compile(static_argnums=1)
    def f(x: Any, n: int) -> Any:
        """Powers."""
        return x**n

    assert f.__doc__ == "Powers."
    assert f.__name__ == "f"
    assert f(2.0, 3) == 8.0


# -- transforms --------------------------------------------------------------------------------------------------------


def ring(x: Any) -> Any:
    s = 0.0
    for i in range(4):
        s = s + np.sin(x[i]) * x[(i + 1) % 4] ** 2
    return s


def fields(x: Any) -> Any:
    out = np.zeros(4)
    for i in range(4):
        out[i] = x[i] * x[(i + 1) % 4] if x[i] > 0 else np.exp(x[i])
    return out


V = np.array([0.2, 0.1, -0.4, 0.5])
MANY = np.stack([POINT, POINT * 2, -POINT])
TRANSFORMS: dict[str, Callable[[Any, Any], tuple[Any, Any]]] = {
    "grad": lambda f, g: (wg.grad(f), POINT),
    "value_and_grad": lambda f, g: (wg.value_and_grad(f), POINT),
    "jacobian, reverse": lambda f, g: (wg.jacobian(g, mode="reverse"), POINT),
    "jacobian, forward": lambda f, g: (wg.jacobian(g, mode="forward"), POINT),
    "hessian": lambda f, g: (wg.hessian(f), POINT),
    "jvp": lambda f, g: (lambda x: wg.jvp(g, (x,), (V * x,)), POINT),
    "vjp": lambda f, g: (lambda x: wg.vjp(g, x)[1](V * x), POINT),
    "hvp": lambda f, g: (lambda x: wg.hvp(f, x, V), POINT),
    "linearize": lambda f, g: (lambda x: wg.linearize(g, x)[1](V), POINT),
    "vmap": lambda f, g: (wg.vmap(g), MANY),
    "vmap of grad": lambda f, g: (wg.vmap(wg.grad(f)), MANY),
    "grad of vmap": lambda f, g: (wg.grad(lambda xs: np.sum(wg.vmap(f)(xs) ** 2)), MANY),
    "grad of grad": lambda f, g: (wg.grad(lambda x: np.sum(wg.grad(f)(x) ** 2)), POINT),
    "grad of hvp": lambda f, g: (wg.grad(lambda x: np.sum(wg.hvp(f, x, V) ** 2)), POINT),
    "jacobian of vjp": lambda f, g: (wg.jacobian(lambda x: wg.vjp(g, x)[1](x)[0]), POINT),
    "has_aux": lambda f, g: (wg.value_and_grad(lambda x: (f(x), g(x)), has_aux=True), POINT),
}


@pytest.mark.parametrize("name", TRANSFORMS)
def test_transforms_inside_outside_and_both(name: str) -> None:
    expected_of, x = TRANSFORMS[name](ring, fields)
    expected = expected_of(x)
    outer, _ = TRANSFORMS[name](wg.compile(ring), wg.compile(fields))
    for function in (wg.compile(expected_of), outer, wg.compile(outer), wg.compile(wg.compile(outer))):
        for _ in range(2):
            found = function(x)
            for a, b in zip(leaves(found), leaves(expected), strict=True):
                np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-13)


def leaves(value: Any) -> list[Any]:
    return [x for part in value for x in leaves(part)] if isinstance(value, (tuple, list)) else [value]


def test_a_gradient_of_a_loop_that_descends() -> None:
    def fit(x: Any) -> Any:
        for _ in range(10):
            x = x - 0.05 * wg.grad(ring)(x)
        return x

    compiled = wg.compile(fit)
    np.testing.assert_allclose(compiled(POINT), fit(POINT), rtol=1e-12)
    np.testing.assert_allclose(wg.jacobian(compiled)(POINT), wg.jacobian(fit)(POINT), rtol=1e-10, atol=1e-12)
    assert len(compiled.list(POINT).lines) < 40


def test_branches_in_a_batch_go_their_own_ways() -> None:
    def f(x: Any) -> Any:
        while x > 1:
            x = x / 2
        return x * x if x > 0 else -x

    xs = np.array([5.0, -2.0, 0.5])
    expected = [f(x) for x in xs]
    np.testing.assert_allclose(wg.vmap(wg.compile(f))(xs), expected)
    np.testing.assert_allclose(wg.compile(wg.vmap(f))(xs), expected)
    np.testing.assert_allclose(wg.compile(wg.vmap(wg.grad(f)))(xs), [wg.grad(f)(x) for x in xs])


def test_gradients_with_respect_to_many_arguments() -> None:
    def f(x: Any, y: Any) -> Any:
        s = x
        for i in range(6):
            s = np.tanh(s * y["w"]) + y["b"][i % 2]
        return np.sum(s)

    args = (X, {"w": np.array([0.3, 0.2, 0.9]), "b": [0.1, -0.4]})
    expected = wg.grad(f, argnums=(0, 1))(*args)
    same(wg.grad(wg.compile(f), argnums=(0, 1))(*args), expected)
    same(wg.compile(wg.grad(f, argnums=(0, 1)))(*args), expected)


def power_sum(x: Any) -> Any:
    total, term, n = 0.0, 1.0, 0
    while abs(term) > 1e-17:
        for k in range(2):
            term = term * x / (2 * n + 1 + k) if x > -10 else term
        total, n = total + term, n + 1
    return total


@pytest.mark.parametrize("order", [1, 2, 3, 4])
def test_orders_through_while_for_and_choices(order: int) -> None:
    """The sum of x^2n / (2n)!, n > 0, is cosh(x) - 1."""
    f = wg.compile(power_sum)
    inside: Any = power_sum
    for _ in range(order):
        f, inside = wg.grad(f), wg.grad(inside)
    expected = np.cosh(0.7) if order % 2 == 0 else np.sinh(0.7)
    assert f(0.7) == pytest.approx(expected, rel=1e-12)
    assert wg.compile(inside)(0.7) == pytest.approx(expected, rel=1e-12)


# -- dtypes ------------------------------------------------------------------------------------------------------------


def test_single_precision_and_complex_numbers() -> None:
    def f(x: Any) -> Any:
        y = x
        for i in range(5):
            y = y * 0.5 + x * i
            if np.abs(y[0]) > 3:
                y = y / 2
        return y

    compiled = wg.compile(f)
    for x in (X.astype(np.float32), X.astype(np.complex64), X * (1 + 2j), X):
        found, expected = compiled(x), f(x)
        assert found.dtype == expected.dtype
        np.testing.assert_allclose(found, expected, rtol=1e-6)


# -- threads, leaks, memory --------------------------------------------------------------------------------------------


def test_threads_compile_at_once() -> None:
    """Eight threads compile one function, and each one of its own, whose arrays and cells the others read."""
    weights = np.linspace(0.5, 1.5, 7)
    count = 8

    def program(x: Any) -> Any:
        s = 0.0
        for i in range(50):
            if s > 5:
                s = s * 0.5
            s = s + x * i * weights[i % 7]
        return s

    def another(number: int) -> Any:
        total = np.zeros(3)

        def function(x: Any) -> Any:
            nonlocal total
            total = np.zeros(3)
            while total.sum() < number + x:
                total[number % 3] += x
            return program(x) + total.sum()

        return function

    compiled, gradient = wg.compile(program), wg.compile(wg.grad(program))
    functions = [another(number) for number in range(count)]
    kinds = [wg.compile(function) for function in functions]
    start = threading.Barrier(count)

    def work(number: int) -> float:
        start.wait()
        wrong = [0.0]
        for x in (1.0, 2.0 + number, 3.0):
            wrong.append(compiled(x) - program(x))
            wrong.append(gradient(x) - wg.grad(program)(x))
            wrong.append(wg.grad(compiled)(x) - wg.grad(program)(x))
            wrong.append(kinds[number](x) - functions[number](x))
            own = wg.compile(lambda y: program(y) + number, mode="list")
            wrong.append(own(x) - program(x) - number)
        return max(map(abs, wrong)) / 1000

    with ThreadPoolExecutor(count) as pool:
        assert max(pool.map(work, range(count))) < 1e-12


def test_leaks_are_errors() -> None:
    kept: list[Any] = []

    def f(x: Any) -> Any:
        class Holder:
            item = None

        def inner() -> None:
            kept.append(x)

        inner()
        return x * 2

    compiled = wg.compile(f)
    assert compiled(2.0) == 4.0
    assert kept == [2.0]  # appended at each call, as in Python, and no stand-in
    assert compiled(3.0) == 6.0
    assert kept == [2.0, 3.0]

    outside: list[Any] = []

    def grab(y: Any) -> Any:
        outside.append(y)
        return y * y

    wg.grad(grab)(1.0)
    leaked = outside[0]
    with pytest.raises(LeakedTracerError):
        wg.compile(lambda x: x * leaked)(1.0)


def test_recordings_go_with_the_function() -> None:
    big = np.zeros(1000)
    alive = weakref.ref(big)

    def make() -> Any:
        held = big
        return wg.compile(lambda x: x * held.sum())

    f = make()
    f(1.0)
    del f
    big = None
    gc.collect()
    assert alive() is None


def test_a_cached_function_of_abstract_values_is_not_cached() -> None:
    @functools.lru_cache
    def square(x: Any) -> Any:
        return x * x

    compiled = wg.compile(lambda x: square(x) + square(x))
    assert compiled(2.0) == 8.0
    assert compiled(3.0) == 18.0


# -- sizes and reports -------------------------------------------------------------------------------------------------


def heat(u: Any, k: Any) -> Any:
    u = u.copy()
    left, middle, right = u[:-2], u[1:-1], u[2:]
    for _ in range(10_000):
        middle += k * (left - 2 * middle + right)
    return u


def rows(wl: Any) -> int:
    return len(str(wl).splitlines())


def test_ten_thousand_steps_are_a_few_lines() -> None:
    u = np.sin(np.linspace(0, 3, 20))
    compiled = wg.compile(heat)
    assert rows(compiled.list(u, 0.1)) <= 20
    np.testing.assert_allclose(compiled(u, 0.1), heat(u, 0.1), rtol=1e-12)
    gradient = wg.compile(wg.grad(lambda u, k: np.sum(heat(u, k))))
    assert rows(gradient.list(u, 0.1)) <= 80


def test_runge_kutta_is_a_few_lines() -> None:
    def lorenz(s: Any) -> Any:
        x, y, z = s
        return np.array([10.0 * (y - x), x * (28.0 - z) - y, x * y - 8.0 / 3.0 * z])

    def integrate(s: Any) -> Any:
        h = 0.001
        for _ in range(1000):
            k1 = lorenz(s)
            k2 = lorenz(s + h / 2 * k1)
            k3 = lorenz(s + h / 2 * k2)
            k4 = lorenz(s + h * k3)
            s = s + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
        return s

    s = np.array([1.0, 2.0, 3.0])
    compiled = wg.compile(integrate)
    count = rows(compiled.list(s))
    assert count <= 80
    np.testing.assert_allclose(compiled(s), integrate(s), rtol=1e-11)
    gradient = wg.compile(wg.grad(lambda s: np.sum(integrate(s))))
    assert rows(gradient.list(s)) <= 4 * count


def test_the_inputs_have_their_names() -> None:
    def f(x: Any, params: dict[str, Any]) -> Any:
        return x * params["w"] + WEIGHTS.sum()

    first = str(wg.compile(f).list(1.0, {"w": X})).splitlines()[0]
    assert first == "inputs  x: f64[]~, params['w']: f64[3], WEIGHTS: f64[3]"


def test_the_report_says_what_became_of_each_loop() -> None:
    def f(x: Any, table: dict[str, float]) -> Any:
        s, total = x, np.zeros(3)
        for i in range(100):
            if s > 2:
                s = s / 2
            total[i % 3] += s
            s = s * 1.1
        for key in table:
            s = s * table[key]
        while s > 1:
            s = s / 2
        if len(table) > 1:
            s = s + 1
        return s + total.sum()

    report = wg.compile(f).report(1.0, {"a": 0.5, "b": 2.0})
    found = [(entry.what, entry.status) for entry in report]
    assert found == [
        ("for", "rolled"), ("if", "staged"), ("for", "unrolled"), ("while", "rolled"), ("if", "followed"),
    ]  # fmt: skip
    text = str(report)
    assert "carries s, total" in text
    assert "test_compile.py" in text
