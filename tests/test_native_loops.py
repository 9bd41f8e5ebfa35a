"""Loops in machine code: what is done to make them fast changes no result."""

import warnings

import numpy as np
import pytest

import wengert as wg


def agree(f, *args, wrt=0, rtol=1e-12):
    """Value and gradient of compiled code are those of the list run by NumPy, and of the function run eagerly."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # of NumPy, at special points
        found = wg.compile(wg.value_and_grad(f, wrt))(*args)
        listed = wg.compile(wg.value_and_grad(f, wrt), mode="list")(*args)
        eager = wg.value_and_grad(f, wrt)(*args)
    for a, b, c in zip(*map(leaves, (found, listed, eager)), strict=True):
        np.testing.assert_allclose(a, b, rtol=rtol, atol=1e-300)
        np.testing.assert_allclose(a, c, rtol=rtol, atol=1e-300)
    return found


def leaves(out):
    value, gradient = out
    return [value, *(gradient if isinstance(gradient, tuple) else (gradient,))]


# -- an exact zero wins ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("start", [0.0, 0.5, 4.0])
def test_zero_times_infinity_in_a_trip(start):
    def f(x, w):
        total = 0.0
        for i in range(5):
            y = np.sqrt(x * i) * (i - 2)
            total = total + np.where(y > 1, y * w, 0) + x
        return total

    value, (dx, dw) = agree(f, start, 0.3, wrt=(0, 1))
    assert np.isfinite([value, dx, dw]).all()


def test_zeros_win_only_where_they_are_exact():
    def f(x, w):
        y = x
        for _ in range(3):
            y = y * w + np.sqrt(y)
        return y

    _, (dx, dw) = agree(f, 0.0, 2.0, wrt=(0, 1))
    assert dx == np.inf
    assert dw == 0


def test_nan_in_the_data_stays_nan():
    def f(x, w):
        total = 0.0
        for i in range(4):
            total = total + x[i] * w * np.exp(w)
        return total

    _, (dx, dw) = agree(f, np.array([1.0, np.nan, 2.0, 0.0]), 0.5, wrt=(0, 1))
    assert np.isnan(dw)
    assert np.isfinite(dx).all()


def test_zeros_win_in_small_arrays_and_branches():
    def f(x, w):
        state = np.zeros(3)
        for i in range(6):
            step = np.sqrt(np.abs(state)) if i > 2 else state * state
            state = np.where(step > 0.1, step, state) + w * x
        return np.sum(state)

    agree(f, np.array([0.0, 0.3, -0.2]), 0.25, wrt=(0, 1))
    agree(f, np.array([0.0, 0.0, 0.0]), 0.25, wrt=(0, 1))
