"""Programs are recorded as they are: every construct, for all ways it can go."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import wengert as wg
from tests.scenarios.staged_constructs import CONSTRUCTS, POINTS
from wengert.ir import check_list
from wengert.transform import reverse


@pytest.mark.parametrize("function", CONSTRUCTS, ids=lambda function: function.__name__)
def test_construct(function: Callable[[Any], Any]) -> None:
    """One recording serves all ways the function can go."""
    compiled, gradient = wg.compile(function), wg.compile(wg.grad(function))
    for x in POINTS:
        value, slope = wg.value_and_grad(function)(x)
        np.testing.assert_allclose(compiled(x), function(x), rtol=1e-12, atol=1e-14)
        np.testing.assert_allclose(value, function(x), rtol=1e-12, atol=1e-14)
        np.testing.assert_allclose(wg.grad(compiled)(x), slope, rtol=1e-12, atol=1e-13)
        np.testing.assert_allclose(gradient(x), slope, rtol=1e-12, atol=1e-13)
        assert isinstance(compiled(x), (int, float))  # also np.float64, where it is one in some cases


@pytest.mark.parametrize("function", CONSTRUCTS, ids=lambda function: function.__name__)
def test_lists_are_well_formed(function: Callable[[Any], Any]) -> None:
    wl = check_list(wg.compile(function).list(0.35))
    check_list(reverse(wl))


def test_one_recording_for_all_values() -> None:
    calls = []

    def f(x: float) -> float:
        calls.append(1)
        return x * x if x > 0 else -x

    compiled = wg.compile(f)
    assert [compiled(x) for x in (2.0, -3.0, 0.0)] == [4.0, 3.0, 0.0]
    assert len(calls) == 3  # written at each call, but recorded once:
    assert len({id(compiled.list(x)) for x in (1.0, -1.0)}) == 1
