"""Arrays that names, attributes and items exchange in loops and choices."""

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import wengert as wg
from tests.scenarios.swaps import SWAPS
from wengert.errors import StagingError

P = np.array([0.7, 1.3])
REFUSED = {"swap_cond": "may be one array or another"}
ROLLED = {"swap_buffers", "rotate3", "swap_attr", "swap_list", "swap_while"}


@pytest.mark.parametrize("function", [pytest.param(f, id=f.__name__) for f in SWAPS])
def test_swaps(function: Callable[[Any], Any]) -> None:
    if function.__name__ in REFUSED:
        with pytest.raises(StagingError, match=REFUSED[function.__name__]):
            wg.compile(function)(P)
        return
    compiled, native, gradient = wg.compile(function, mode="list"), wg.compile(function), wg.compile(wg.grad(function))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for p in (P, P * 1.1 + 0.05, P):
            np.testing.assert_allclose(compiled(p), function(p), rtol=1e-12)
            np.testing.assert_allclose(native(p), function(p), rtol=1e-12)
            np.testing.assert_allclose(gradient(p), wg.grad(function)(p), rtol=1e-12)
    if function.__name__ in ROLLED:
        assert len(compiled.list(P).lines) <= 10
