"""Functions made in loops, variables of functions around, and one thing under several names: as Python means it."""

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import wengert as wg
from tests.scenarios.closures import CLOSURES
from wengert.errors import StagingError, UnrolledLoopWarning

P = np.array([0.7, 1.3])
REFUSED = {
    "cond_alias": "may be one container or another",
    "cond_ret": "a list of 2 in one case",
}
ROLLED = {"scope", "scope_loop", "late", "default_bound", "partials", "counter_one", "dict_state", "arr_twice"}


@pytest.mark.parametrize("function", [pytest.param(f, id=f.__name__) for f in CLOSURES])
def test_closures(function: Callable[[Any], Any], capfd: Any) -> None:
    if function.__name__ in REFUSED:
        with pytest.raises(StagingError, match=REFUSED[function.__name__]) as info:
            wg.compile(function)(P)
        assert 'mode="eager"' in str(info.value)
        return
    compiled = wg.compile(function, mode="list")
    gradient = wg.compile(wg.grad(function), mode="list")
    for p in (P, P * 1.1 + 0.05, P):
        np.testing.assert_allclose(compiled(p), function(p), rtol=1e-12)
        np.testing.assert_allclose(gradient(p), wg.grad(function)(p), rtol=1e-12)
        np.testing.assert_allclose(wg.grad(compiled)(p), wg.grad(function)(p), rtol=1e-12)
    if function.__name__ in ROLLED:
        assert "rolled" in [entry.status for entry in compiled.report(P)]


def test_a_function_is_the_result() -> None:
    @wg.compile
    def model(p: Any, q: Any) -> Any:
        scale = p[0] * p[1]
        parts = []
        for i in range(3):
            parts.append(lambda z, i=i: z * scale + i * q)

        def total(z: Any) -> Any:
            return sum(part(z) for part in parts)

        return total, parts[1]

    for p, q in ((P, 2.0), (P + 1, 3.0)):
        total, part = model(p, q)
        assert total(5.0) == pytest.approx(3 * 5.0 * p[0] * p[1] + 3 * q, rel=1e-14)
        assert part(5.0) == pytest.approx(5.0 * p[0] * p[1] + q, rel=1e-14)


def test_a_long_loop_that_would_have_to_be_unrolled() -> None:
    def f(x: Any) -> Any:
        u, history = x * np.ones(2), []
        for _ in range(5000):
            u = np.sin(u) + x
            history.append(u)
        u[0] = 0.0
        return history[-1][0] + u[1]

    with pytest.raises(StagingError, match=r"several places, and one of them is written. Write into a copy"):
        wg.compile(f)(0.5)


def test_what_is_unrolled_says_why() -> None:
    def f(x: Any) -> Any:
        state, history = {"x": x}, []
        for _ in range(300):
            state = {"x": state["x"] * 0.99}
            history.append(state)
        state["x"] = 0.0
        return sum(one["x"] for one in history)

    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        compiled = wg.compile(f, mode="list")
        assert compiled(2.0) == pytest.approx(f(2.0), rel=1e-13)
    assert any("several places" in str(one.message) for one in found if one.category is UnrolledLoopWarning)
    assert ("unrolled", "what it leaves in several places is written afterwards") in [
        (entry.status, entry.detail) for entry in compiled.report(2.0)
    ]
