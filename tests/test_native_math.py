"""The vector functions: within 4 units in the last place, and NumPy's at nan, infinities, zeros and huge arguments."""

from __future__ import annotations

from typing import Any

import mpmath
import numpy as np
import pytest
import scipy.special

import wengert as wg
from wengert.native import compile_list
from wengert.native.builders.kernels import ALONE, KERNELS

FUNCTIONS: dict[str, Any] = {name: getattr(np, name, None) for name in KERNELS} | {
    "erf": scipy.special.erf,
    "pow": np.power,
}
EXACT: dict[str, Any] = {name: getattr(mpmath, name, None) for name in KERNELS} | {
    "exp2": lambda x: mpmath.mpf(2) ** x,
    "log2": lambda x: mpmath.log(x, 2),
    "pow": mpmath.power,
}
DOMAINS: dict[str, list[tuple[float, float]]] = {
    "exp": [(-1, 1), (-745, 709.7)],
    "exp2": [(-1, 1), (-1074, 1023)],
    "expm1": [(-0.5, 0.5), (-40, 40), (-1e-5, 1e-5), (700, 709.7)],
    "tanh": [(-1, 1), (-25, 25), (-0.01, 0.01)],
    "log": [(0.5, 2), (0.99, 1.01), (1e-308, 1e308)],
    "log2": [(0.5, 2), (0.9, 1.1), (1e-3, 1e6)],
    "log1p": [(-0.9, 2), (-1e-3, 1e-3), (0, 1e10)],
    "sin": [(-4, 4), (-1e6, 1e6), (-1e20, 1e20)],
    "cos": [(-4, 4), (-1e6, 1e6), (-1e20, 1e20)],
    "tan": [(-1.5, 1.5), (-1e6, 1e6)],
    "erf": [(-1, 1), (-6, 6), (0.9, 1.3)],
    "pow": [(0.01, 100), (0.9, 1.1)],
}
COUNT = 400
SPECIAL = np.array([0, -0.0, np.inf, -np.inf, np.nan, 1, -1, 1e-320, -1e-320, 1e300, -1e300, 710, -750, 1e22, 2.5, -3])
every_function = pytest.mark.parametrize("name", KERNELS)


def compiled(name: str, *args: Any) -> Any:
    function = FUNCTIONS[name]
    return compile_list(wg.trace(lambda *xs: function(*xs), *args), single=True)


def error(found: Any, *args: Any, name: str) -> float:
    """The largest error in units of the last place."""
    worst = 0.0
    with mpmath.workprec(200):
        for y, *xs in zip(found, *args, strict=True):
            exact = EXACT[name](*map(mpmath.mpf, map(float, xs)))
            unit = float(np.spacing(abs(float(exact)))) if float(exact) else 5e-324
            if np.isfinite(float(exact)):
                worst = max(worst, abs(float((exact - mpmath.mpf(float(y))) / mpmath.mpf(unit))))
            else:
                assert y == float(exact)
    return worst


@every_function
def test_accuracy(name: str) -> None:
    rng = np.random.default_rng(0)
    for low, high in DOMAINS[name]:
        args = [rng.uniform(low, high, COUNT)]
        if name == "pow":
            args.append(rng.uniform(-200, 200, COUNT) if low > 0.5 else rng.uniform(-60, 60, COUNT))
        if name in ("sin", "cos", "tan"):
            args = [np.concatenate([args[0], np.arange(-50, 50) * np.pi / 2])]
        found = compiled(name, *args)(*args)
        assert error(found, *args, name=name) < 4
        if name == "pow":
            continue
        some = args[0][:COUNT:40]
        singles = [compiled(name, 1.0)(float(x)) for x in some]
        if name in ALONE:  # the C library's is taken for single numbers
            assert error(singles, some, name=name) < 4
        else:
            assert singles == list(found[:COUNT:40])


@every_function
def test_special_values(name: str) -> None:
    args = [np.tile(SPECIAL, 2)]
    if name == "pow":
        args = [part.ravel() for part in np.meshgrid(SPECIAL, SPECIAL)]
    with np.errstate(all="ignore"):
        expected = FUNCTIONS[name](*args)
    found = compiled(name, *args)(*args)
    np.testing.assert_allclose(found, expected, rtol=1e-15, atol=0)
    some = ~np.isnan(expected)
    np.testing.assert_array_equal(np.signbit(found)[some], np.signbit(expected)[some])


@every_function
def test_single_precision(name: str) -> None:
    x = np.linspace(0.1, 3, 50, dtype=np.float32)
    args = [x, x[::-1].copy()] if name == "pow" else [x]
    found = compiled(name, *args)(*args)
    assert found.dtype == np.float32
    np.testing.assert_array_max_ulp(found, FUNCTIONS[name](*args).astype(np.float32), 4)


@every_function
def test_without_vector_functions(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine for which they are switched off has the C library's."""
    monkeypatch.setenv("WENGERT_VECTOR_MATH", "0")
    args = [np.linspace(0.1, 3, 21)] * (2 if name == "pow" else 1)
    program = compile_list(wg.trace(lambda *xs: FUNCTIONS[name](*xs), *args), single=True)
    assert "wengert." + name not in program.source("llvm")
    np.testing.assert_array_max_ulp(program(*args), FUNCTIONS[name](*args), 4)
