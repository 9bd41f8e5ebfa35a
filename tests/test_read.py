"""The reader: every construct of Python in a differentiated function, unchanged."""

from __future__ import annotations

import cmath
import dataclasses
import functools
import linecache
import math
import textwrap
import traceback
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest

import wengert as wg

SCALE = 3.0


def numeric(f: Any, x: Any, h: float = 1e-6) -> Any:
    """Central differences."""
    if isinstance(x, float):
        return (f(x + h) - f(x - h)) / (2 * h)
    out = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        e = np.zeros_like(x)
        e[i] = h
        out[i] = (f(x + e) - f(x - e)) / (2 * h)
    return out


def agrees(f: Any, x: Any) -> None:
    """Value as plain NumPy, gradient in both modes as central differences."""
    value, gradient = wg.value_and_grad(f)(x)
    np.testing.assert_allclose(value, f(x), rtol=1e-14)  # math and NumPy differ in the last bit
    np.testing.assert_allclose(gradient, numeric(f, x), rtol=1e-6, atol=1e-7)
    v = np.cos(np.arange(np.size(x))).reshape(np.shape(x))
    v = float(v) if isinstance(x, float) else v
    np.testing.assert_allclose(wg.jvp(f, (x,), (v,))[1], np.sum(gradient * v), rtol=1e-9, atol=1e-12)


X = np.array([1.6, 0.7, 2.2])


# -- functions ---------------------------------------------------------------------------------------------------------


def helper(a: Any, b: Any = 2.0, *rest: Any, k: float = 1.0, **more: Any) -> Any:
    out = np.zeros(2)
    out[0], out[1] = a * b, a + sum(rest) * k + more.get("extra", 0.0)
    return out


def test_helpers_with_every_kind_of_parameter() -> None:
    agrees(lambda x: helper(x[0], x[1], x[2], 1.0, k=x[0], extra=x[1])[1] * helper(x[2])[0], X)


def test_several_lambdas_on_a_line() -> None:
    f, g = (lambda x: math.sin(x) * 2), (lambda x: math.cos(x) * 3)
    agrees(f, 0.4)
    agrees(g, 0.4)
    agrees(lambda x: f(g(x)), 0.4)


def test_closures_and_nonlocal() -> None:
    def f(x: Any) -> Any:
        total = 0.0
        steps = []

        def add(term: Any) -> None:
            nonlocal total
            total += math.exp(term)
            steps.append(total)

        for t in x:
            add(t)
        return total * steps[0]

    agrees(f, X)


def test_recursion() -> None:
    def power(x: Any, n: int) -> Any:
        return np.ones(1)[0] if n == 0 else float(x) * power(x, n - 1)

    agrees(lambda x: power(x, 5), 1.3)


def test_decorators_and_functools() -> None:
    def doubled(f: Any) -> Any:
        @functools.wraps(f)
        def wrapper(*args: Any) -> Any:
            return 2.0 * f(*args)

        return wrapper

    @doubled
    def inner(x: Any, p: float) -> Any:
        return math.pow(x, p)

    @functools.lru_cache
    def cached(x: Any) -> Any:
        return math.sqrt(x)

    agrees(lambda x: functools.partial(inner, p=3.0)(x) if False else inner(x, 3.0) + cached(x), 1.7)
    agrees(lambda x: functools.reduce(lambda a, b: a * math.sin(b), [x[0], x[1], x[2]]), X)


def test_generators_and_comprehensions() -> None:
    def halves(x: Any, n: int) -> Any:
        for _ in range(n):
            x = x / float(2)
            yield math.tanh(x)

    agrees(lambda x: sum(h * h for h in halves(x, 4)) + sum([math.exp(k * x) for k in range(3) if k != 1]), 0.6)
    agrees(lambda x: sum({i: math.sin(t) for i, t in enumerate(x)}.values()), X)


def test_control_flow() -> None:
    def f(x: Any) -> Any:
        out = 0.0
        i = 0
        while True:
            i += 1
            if i == 2:
                continue
            if i > 4:
                break
            try:
                if i == 3:
                    raise KeyError(i)
                out += x**i
            except KeyError as error:
                out += math.log(x) * error.args[0]
            finally:
                out *= 1.5
        else:
            out = 0.0
        for _ in range(2):
            pass
        else:
            out += x
        return out

    agrees(f, 1.4)


def test_walrus_match_with_and_conditional() -> None:
    @contextmanager
    def block() -> Any:
        yield np.zeros(2)

    def f(x: Any) -> Any:
        with block() as buffer:
            buffer[0] = (y := math.exp(x)) * y
        match ("pair", 2, {"k": 3.0}):
            case ("pair", n, {"k": k}) if n > 1:
                buffer[1] = x**n * k
            case _:
                buffer[1] = 0.0
        return buffer[0] + buffer[1] if x > 0 and buffer[1] > 0 else -x

    agrees(f, 0.8)


def test_globals_are_looked_up_late(monkeypatch: pytest.MonkeyPatch) -> None:
    def f(x: Any) -> Any:
        return SCALE * math.sin(x)

    agrees(f, 0.3)
    monkeypatch.setitem(globals(), "SCALE", 5.0)
    agrees(f, 0.3)


def test_defaults_are_those_of_the_function() -> None:
    def f(x: Any, table: Any = (1.0, 2.0), *, k: float = SCALE) -> Any:
        return math.sin(x) * table[1] * k

    agrees(f, 0.3)


# -- classes -----------------------------------------------------------------------------------------------------------


class Base:
    def __init__(self, n: int) -> None:
        self.state = np.zeros(n)
        self.__hidden = 2.0

    def step(self, x: Any) -> Any:
        self.state[0] = x[0] * self.__hidden
        return self.state

    @property
    def energy(self) -> Any:
        return float(self.state[0]) ** 2 + math.fsum(self.state[1:])

    @staticmethod
    def double(x: Any) -> Any:
        return 2 * np.array([x, x])[0]

    @classmethod
    def make(cls, n: int) -> Any:
        return cls(n)


class Child(Base):
    def __init__(self, n: int) -> None:
        super().__init__(n)
        self.log: list[Any] = []

    def step(self, x: Any) -> Any:
        state = super().step(x)
        state[1:] = np.sin(x[1:])
        self.log.append(state[1])
        return state

    def __call__(self, x: Any) -> Any:
        self.step(x)
        return self.energy + self.double(x[1]) + self.log[-1]


@dataclasses.dataclass
class Vector:
    x: Any
    y: Any

    def __add__(self, other: Vector) -> Vector:
        return Vector(self.x + other.x, float(self.y) + other.y)

    def __rmul__(self, k: Any) -> Vector:
        return Vector(k * self.x, k * self.y)

    def __neg__(self) -> Vector:
        return Vector(-self.x, -self.y)

    def __getitem__(self, i: int) -> Any:
        return np.array([self.x, self.y])[i]

    def norm(self) -> Any:
        return math.hypot(self.x, self.y)


def test_classes() -> None:
    agrees(lambda x: Child.make(3)(x), X)
    agrees(lambda x: (-(x[0] * Vector(x[1], x[2])) + Vector(1.0, x[0])).norm() + Vector(x[0], x[1])[1], X)


def test_object_made_outside_keeps_working() -> None:
    model = Child(3)

    def f(x: Any) -> Any:
        fresh = Child(3)
        return fresh(x) + model.double(x[0])

    agrees(f, X)
    np.testing.assert_array_equal(model.state, np.zeros(3))


# -- arrays ------------------------------------------------------------------------------------------------------------


def test_buffers() -> None:
    def f(x: Any) -> Any:
        out = np.zeros(4)
        grid = np.linspace(0.0, 1.0, 3)
        full = np.full((2, 2), x[0])
        eye = np.eye(3)
        empty = np.empty(2)
        empty[:] = x[:2]
        out[1:] = x**2 * grid
        out[0] = full[1, 1] * 2
        eye[0, 2] = x[1]
        out += np.arange(4.0)
        row = eye[0]
        row -= x
        return np.sum(out * out) + np.sum(eye @ x) + empty[0] * empty[1]

    agrees(f, X)


def test_arrays_of_traced_values() -> None:
    def f(x: Any) -> Any:
        a = np.array([[x[0], 1.0], [x[1] * x[2], x[0]]])
        b = np.asarray([x[0], x[1]], dtype=float)
        a[[0, 1]] = a[[1, 0]]
        c = np.concatenate([[x[0]], [x[1] * 2, 3.0]])
        return np.sum(a @ b) + c[0] * c[1] + np.diag([x[0], x[1]])[1, 1] + np.array(x[2]) ** 2

    agrees(f, X)


def test_plain_results_inside_can_be_written() -> None:
    data = np.arange(3.0)

    def f(x: Any) -> Any:
        b = data * 2
        b[0] = x[0] * x[1]
        c = data.copy()
        c[1:] = b[:2] * x[2]
        d = data[[0, 1]]
        d[0] = x[0]
        e = -data
        e[2] = x[1]
        return np.sum(b) + np.sum(c * c) + d[0] * e[2]

    agrees(f, X)
    np.testing.assert_array_equal(data, np.arange(3.0))


def test_an_array_of_the_caller_is_written() -> None:
    buffer = np.zeros(3)

    def f(x: Any) -> Any:
        buffer[0] = x[0]
        return buffer[0]

    np.testing.assert_array_equal(wg.grad(f)(X), [1.0, 0.0, 0.0])
    np.testing.assert_array_equal(buffer, [X[0], 0.0, 0.0])


def test_captured_array_changed_after_its_use() -> None:
    w = np.array([1.0, 2.0, 3.0])

    def f(x: Any) -> Any:
        w[:] = [1.0, 2.0, 3.0]
        y = np.sum(x * w)
        w[:] = 0.0
        return y * y

    np.testing.assert_allclose(wg.grad(f)(X), 2 * (X @ [1.0, 2.0, 3.0]) * np.array([1.0, 2.0, 3.0]))


def test_newton_and_float_in_conditions() -> None:
    def f(a: Any) -> Any:
        x = 1.0
        while abs(float(x * x - a)) > 1e-13:
            x = 0.5 * (x + a / x)
        return x

    assert wg.grad(f)(2.0) == pytest.approx(0.5 / math.sqrt(2.0), rel=1e-12)


# -- math and builtins -------------------------------------------------------------------------------------------------


NEAR_HALF = "sin cos tan asin acos atan sinh cosh tanh asinh atanh exp expm1 log1p exp2 fabs erf erfc"
ABOVE_ONE = "log log2 log10 sqrt cbrt acosh degrees radians gamma lgamma"


@pytest.mark.parametrize(
    ("name", "x"), [*((n, 0.4) for n in NEAR_HALF.split()), *((n, 1.7) for n in ABOVE_ONE.split())]
)
def test_math(name: str, x: float) -> None:
    function = getattr(math, name)
    agrees(lambda t: function(t) * t, x)


def test_math_of_two() -> None:
    agrees(lambda x: math.atan2(x[0], x[1]) + math.hypot(x[0], x[1], x[2]) + math.pow(x[0], x[1]), X)
    agrees(lambda x: math.fmod(x[2], x[1]) + math.copysign(x[0], -1.0) + math.log(x[0], x[2]), X)
    agrees(lambda x: math.dist([x[0], x[1]], [1.0, x[2]]) + math.prod([x[0], x[1], x[2]]) + math.fsum(list(x)), X)
    agrees(lambda x: abs(cmath.exp(1j * x) + x) + cmath.phase(complex(x, 1.0)), 0.7)


def test_builtins() -> None:
    agrees(lambda x: max(x[0], x[1]) * min(x) + max([x[2], 1.0]) + abs(-x[0]) + pow(x[1], 3) + round(x[0]) * x[0], X)
    agrees(lambda x: sum(t * t for t in x) + sum(a * b for a, b in zip(x, reversed(list(x)), strict=True)), X)
    agrees(lambda x: sorted([x[0], x[1], x[2]])[0] * len(x) + sum(filter(lambda t: t > 1, x)) + int(x[2]) * x[0], X)
    agrees(lambda x: divmod(x[2], x[1])[1] + x[2] // x[1] + x[2] % 0.5 + bool(x[0]) * x[1], X)


def test_isinstance() -> None:
    def f(x: Any) -> Any:
        assert isinstance(x, np.ndarray)
        assert isinstance(x[0], float)
        assert not isinstance(x[0], np.ndarray)
        return x[0]

    agrees(f, X)


# -- what the reader must not disturb ----------------------------------------------------------------------------------


def third(x: Any) -> Any:
    return np.linalg.solve(np.zeros((2, 2)), x)


def second(x: Any) -> Any:
    return third(x * 2)


def test_traceback_shows_only_the_users_lines() -> None:
    with pytest.raises(np.linalg.LinAlgError) as info:
        wg.grad(lambda x: np.sum(second(x)))(np.ones(2))
    text = "".join(traceback.format_exception(info.value))
    assert "return third(x * 2)" in text
    assert "return np.linalg.solve(np.zeros((2, 2)), x)" in text
    assert "wengert/read" not in text


def test_lines_of_converted_code_are_the_users() -> None:
    def f(x: Any) -> Any:
        try:
            raise RuntimeError
        except RuntimeError as error:
            lines.append((error.__traceback__.tb_lineno, error.__traceback__.tb_frame.f_code.co_filename))
        return x

    lines: list[Any] = []
    f(1.0)
    wg.grad(f)(1.0)
    assert lines[0] == lines[1]


def _without_source(text: str, **names: Any) -> Any:
    space: dict[str, Any] = {"np": np, "math": math, **names}
    exec(textwrap.dedent(text), space)
    return space["f"]


def test_functions_without_source() -> None:
    f = _without_source(
        """
        def helper(x):
            out = np.zeros(2)
            out[0] = x
            return out

        def f(x):
            from math import cos
            y = helper(math.sin(x)) + np.array([x, 1.0])
            return float(y[0]) * y[1] + max(x, 0.1) + sum([x, x]) + isinstance(x, float)
        """
    )
    agrees(f, 0.6)


def test_stale_source_is_noticed(tmp_path: Any) -> None:
    path = tmp_path / "model.py"
    path.write_text("import numpy as np\ndef f(x):\n    y = np.zeros(1)\n    y[0] = x * 3.0\n    return y[0]\n")
    space: dict[str, Any] = {}
    exec(compile(path.read_text(), str(path), "exec"), space)
    path.write_text("import numpy as np\ndef f(x):\n    y = np.zeros(1)\n    y[0] = x * 7.0\n    return y[0]\n")
    linecache.checkcache(str(path))
    assert wg.grad(space["f"])(1.0) == 3.0


def test_nothing_of_the_module_changes() -> None:
    before = {name: id(value) for name, value in globals().items()}
    code = helper.__code__
    wg.grad(lambda x: np.sum(helper(x)))(1.0)
    assert {name: id(value) for name, value in globals().items()} == before
    assert helper.__code__ is code
