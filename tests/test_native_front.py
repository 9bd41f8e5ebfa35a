"""wg.compile runs machine code: which, for what arguments, at what price, and as text."""

from __future__ import annotations

import ast
import dataclasses
import sys
import timeit
import warnings
from typing import Any, NamedTuple

import numpy as np
import pytest
import scipy.linalg

import wengert as wg


def price(call: Any) -> float:
    """Nanoseconds of a call, the least of many."""
    return min(timeit.repeat(call, number=2000, repeat=30)) / 2000 * 1e9


def mixed(x: Any, y: Any) -> Any:
    return {"sum": x * np.sin(y) + 3, "parts": (x, [y * y])}


def newton(x: Any) -> Any:
    y = x
    while abs(y * y - x) > 1e-12:
        y = 0.5 * (y + x / y)
    return y


def test_modes_agree() -> None:
    x, y = np.arange(5.0), 2.5
    expected = mixed(x, y)
    for mode in ("native", "list", "eager"):
        found = wg.compile(mixed, mode=mode)(x, y)
        assert list(found) == ["sum", "parts"]
        assert (type(found["parts"]), type(found["parts"][1])) == (tuple, list)
        np.testing.assert_allclose(found["sum"], expected["sum"], rtol=1e-15)
        np.testing.assert_array_equal(found["parts"][1][0], y * y)
    with pytest.raises(ValueError, match="mode="):
        wg.compile(mixed, mode="fast")


def test_calls_cost_little() -> None:
    """Bounds that hold on a busy machine; a quiet one is three times as fast."""
    scalar, array = wg.compile(lambda x, y: x * np.sin(y)), wg.compile(lambda x: x * 2.0 + 1.0)
    x = np.arange(8.0)
    assert type(scalar(1.0, 2.0)) is float or isinstance(scalar(1.0, 2.0), np.float64)
    array(x)
    assert price(lambda: scalar(1.0, 2.0)) < 600
    assert price(lambda: array(x)) < 900


def test_kinds_of_arguments() -> None:
    """One function, many kinds of arguments, in turns, more than machine code tells apart."""
    f = wg.compile(lambda x: (x * x).sum() if isinstance(x, np.ndarray) else x * x)
    cases = [np.arange(float(n)) + 1 for n in range(1, 13)] + [np.arange(3), np.float32(2), 1.5, 3, 1j]
    for _ in range(3):
        for x in cases:
            expected = (x * x).sum() if isinstance(x, np.ndarray) else x * x
            found = f(x)
            assert found == expected
            assert np.asarray(found).dtype == np.asarray(expected).dtype
    a = np.arange(24.0).reshape(2, 3, 4)
    for view in (a, a.T, a[::-1, :, ::2], np.asfortranarray(a), a[1, 2]):
        assert f(view) == (view * view).sum()


FACTOR = np.array([1.0, 2.0])
SCALE = 1.0


def test_what_is_read_from_outside_is_never_stale() -> None:
    global FACTOR, SCALE
    f = wg.compile(lambda x: (x * FACTOR).sum() * SCALE)
    x = np.array([1.0, 1.0])
    assert f(x) == f(x) == 3.0
    FACTOR[1] = 5.0
    assert f(x) == 6.0
    SCALE = 2.0
    assert f(x) == f(x) == 12.0
    FACTOR = np.array([0.0, 1.0])
    assert f(x) == 2.0
    SCALE, FACTOR = 1.0, np.array([1.0, 2.0])


def test_inside_and_outside_of_transforms() -> None:
    root = wg.compile(newton)
    slope = 0.5 / np.sqrt(2.0)
    assert root(2.0) == pytest.approx(2**0.5, rel=1e-15)
    assert wg.grad(root)(2.0) == pytest.approx(slope, rel=1e-12)
    assert wg.compile(wg.grad(newton))(2.0) == pytest.approx(slope, rel=1e-12)
    assert wg.compile(wg.grad(wg.grad(root)))(2.0) == pytest.approx(-slope / 4, rel=1e-10)
    assert wg.vmap(root)(np.array([4.0, 9.0])) == pytest.approx([2.0, 3.0])


def test_sources() -> None:
    """Text of each language; that of Python runs."""
    root = wg.compile(newton)
    with pytest.raises(ValueError, match="nothing is recorded"):
        root.source()
    root(2.0)
    code = root.source("python")
    names: dict[str, Any] = {}
    exec(compile(ast.parse(code), "newton", "exec"), names)
    assert names["newton"](2.0) == root(2.0)
    assert "while" in code
    assert "newton(" in root.source("c")
    assert "define" in root.source("llvm")
    assert "ret" in root.source("asm")


def test_what_python_runs_is_named_once() -> None:
    f = wg.compile(lambda a: scipy.linalg.coshm(a).sum())
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        assert f(np.zeros((3, 3))) == 3.0
        assert f(np.eye(3)) == pytest.approx(3 * np.cosh(1))
    assert [str(w.message).split()[0] for w in said if "inside of compiled code" in str(w.message)] == ["coshm"]
    g = wg.compile(lambda a: np.fft.ifft(np.fft.fft(a)).real * 2)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        np.testing.assert_allclose(g(np.arange(7.0)), np.arange(7.0) * 2, atol=1e-14)


@dataclasses.dataclass
class Layer:
    w: Any
    b: Any


class Line(NamedTuple):
    w: Any
    b: Any


class Model:
    def __init__(self, k: float) -> None:
        self.k = k

    def loss(self, x: Any) -> Any:
        return np.sum(self.k * x * x)


def affine(p: Any) -> Any:
    return np.sum(p.w * p.w) + 3.0 * p.b


def is_quick(f: Any, *args: Any, **kwargs: Any) -> bool:
    """Whether machine code serves a call alone, once it is compiled: no function of the package is entered but two."""
    f(*args, **kwargs)
    entered = []

    def note(frame: Any, event: str, argument: Any) -> None:
        if event == "call":
            entered.append(frame.f_code.co_name)

    sys.setprofile(note)
    try:
        f(*args, **kwargs)
    finally:
        sys.setprofile(None)
    return set(entered) <= {"compiled", "call"}


def test_what_machine_code_serves_alone() -> None:
    x, model = np.arange(4.0), Model(2.0)
    cases: list[tuple[Any, tuple[Any, ...], dict[str, Any]]] = [
        (lambda x, y: x * y, (2.0, 3), {}),
        (lambda x: x * 2, (np.array(3.0),), {}),
        (lambda x: x * 2, (x[::-1],), {}),
        (lambda x: x * 2, (np.asfortranarray(np.eye(3)),), {}),
        (lambda x, *, k: x * k, (x,), {"k": 2.0}),
        (lambda x, flip: -x if flip else x, (x, True), {}),
        (lambda x, how="sum": getattr(np, how)(x), (x,), {"how": "max"}),
        (lambda x: x * FACTOR[0] + SCALE, (x,), {}),
        (wg.grad(affine), (Layer(x, 1.0),), {}),
        (wg.grad(affine), (Line(x, 1.0),), {}),
        (wg.value_and_grad(lambda p: np.sum(p["w"]) * 2 + p["b"][0]), ({"w": x, "b": [1.0]},), {}),
        (lambda m, x: m.loss(x), (model, x), {}),
        (wg.grad(Model(1.5).loss), (x,), {}),
        (lambda x: (x + 1, 2.0, "text", None, {"c": np.ones(2), "t": True}), (x,), {}),
    ]
    for f, args, kwargs in cases:
        native = wg.compile(f)
        for _ in range(2):
            found, expected = native(*args, **kwargs), f(*args, **kwargs)
            assert repr(found) == repr(expected)
        assert is_quick(native, *args, **kwargs), (args, kwargs)


def test_constants_in_results_are_new_each_time() -> None:
    f = wg.compile(lambda x: (x, np.zeros(2)))
    for _ in range(3):
        zeros = f(1.0)[1]
        assert zeros.tolist() == [0.0, 0.0]
        zeros[:] = 7.0


def test_machine_code_tells_arguments_apart() -> None:
    """Another flag, another text, another number of arguments, other keywords: another program, never a stale one."""

    def f(x: Any, y: Any = 2.0, how: str = "add", deep: bool = False) -> Any:
        out = x + y if how == "add" else x * y
        return SCALE * (-out if deep else out)

    native = wg.compile(f)
    calls: list[tuple[tuple[Any, ...], dict[str, Any]]] = [
        ((3.0,), {}), ((3.0, 4.0), {}), ((3.0,), {"y": 4.0}), ((3.0, 4.0, "mul"), {}), ((3.0, 4.0, "mul", True), {}),
        ((3.0,), {"y": 4.0, "how": "mul"}), ((3.0,), {"how": "mul", "y": 4.0}), ((3.0, 4.0), {"how": "".join("mul")}),
        ((3.0, 4.0), {"deep": True}), ((np.float64(3.0), 4), {}), ((np.ones(2), 4.0), {}),
    ]  # fmt: skip
    for _ in range(3):
        for args, kwargs in calls:
            assert repr(native(*args, **kwargs)) == repr(f(*args, **kwargs))
    with pytest.raises(TypeError):
        native()
    with pytest.raises(TypeError):
        native(1.0, 2.0, "add", False, 5)
    assert native(3.0) == f(3.0)


def test_objects_that_are_arguments_are_never_stale() -> None:
    f = wg.compile(lambda m, x: m.loss(x))
    model = Model(2.0)
    for k in (2.0, 2.0, 3.0, 5.0, 5.0):
        model.k = k
        assert f(model, np.ones(3)) == 3 * k
    other = Model(7.0)
    assert f(other, np.ones(3)) == 21.0
    assert f(model, np.ones(3)) == 15.0


def test_errors_in_calls_are_python_errors_of_the_function() -> None:
    """A TypeError of the function is not taken for a lookup that failed."""
    calls = []

    def f(x: Any) -> Any:
        calls.append(1)
        raise TypeError("mine")

    native = wg.compile(lambda x: f(x) * SCALE)
    for _ in range(2):
        with pytest.raises(TypeError, match="mine"):
            native(1.0)


@dataclasses.dataclass
class Scaled:
    w: Any

    def __post_init__(self) -> None:
        self.norm = float(np.sum(self.w))  # no field, and made anew for each object
        self.name = f"of {self.norm}"


def test_attributes_of_dataclasses_that_are_no_fields_are_never_stale() -> None:
    def f(p: Scaled) -> Any:
        return np.sum(p.w) * p.norm + len(p.name)

    native, slope = wg.compile(f), wg.compile(wg.grad(f))
    for k in (1.0, 2.0, 3.5, 2.0):
        p = Scaled(np.ones(3) * k)
        assert native(p) == f(p)
        np.testing.assert_array_equal(slope(p).w, wg.grad(f)(p).w)
