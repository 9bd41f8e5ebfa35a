"""Adding an elementwise function is one row: everything else is derived from it."""

import numpy as np
import pytest
import scipy.special
from numpy.testing import assert_allclose, assert_array_equal

import wengert as wg
from tests.differences import check
from wengert.ir import Primitive, check_list
from wengert.primitives import UFUNCS, elementwise


@pytest.fixture
def erf():
    """The row. As in CONTRIBUTING.md."""
    known = UFUNCS.pop(scipy.special.erf, None)  # the library's own row, if it has one
    row = elementwise("my_erf", scipy.special.erf, lambda y, x: 2 / np.sqrt(np.pi) * np.exp(-x * x))
    yield scipy.special.erf
    del Primitive.table[row.name], UFUNCS[scipy.special.erf]
    if known is not None:
        UFUNCS[scipy.special.erf] = known


X = np.array([[-1.5, 0.0, 0.3], [2.0, -0.2, 1.0]])
SLOPE = 2 / np.sqrt(np.pi) * np.exp(-X * X)


def test_one_row_gives_every_mode(erf):
    """Values, forward and reverse mode, first and second order, in each precision and shape."""
    check(erf, X)
    check(erf, X.astype(np.float32))
    check(erf, 0.7)
    check(erf, X[::-1, ::-1])
    check(lambda x, y: erf(x * erf(y)), X, X[0])


def test_one_row_gives_gradients(erf):
    """The same by name."""
    assert wg.grad(erf)(0.3) == pytest.approx(SLOPE[0, 2])
    assert_allclose(wg.jvp(erf, (X,), (np.full(X.shape, 2.0),))[1], 2 * SLOPE)
    assert_allclose(wg.vjp(erf, X)[1](np.full(X.shape, 3.0))[0], 3 * SLOPE)
    assert_allclose(wg.linearize(erf, X)[1](np.ones(X.shape)), SLOPE)


def test_one_row_gives_higher_orders(erf):
    """erf'' = -2x erf', erf''' = (4x² - 2) erf'."""
    second, third = wg.grad(wg.grad(erf)), wg.grad(wg.grad(wg.grad(erf)))
    for x, slope in zip(X.ravel(), SLOPE.ravel(), strict=True):
        assert second(float(x)) == pytest.approx(-2 * x * slope)
        assert third(float(x)) == pytest.approx((4 * x * x - 2) * slope)


def test_one_row_gives_batches(erf):
    """A batch is one line on the whole array."""
    assert_array_equal(wg.vmap(erf)(X), scipy.special.erf(X))
    assert_allclose(wg.vmap(wg.vmap(wg.grad(erf)))(X), SLOPE)


def test_one_row_is_printed(erf):
    """A list with it is well formed and reads well; the type comes from the ufunc."""
    wl = wg.trace(lambda x: erf(x) * 2, X.astype(np.float32))
    check_list(wl)
    assert "v1 = my_erf(x)" in str(wl)
    assert "f32[2,3]" in str(wl)


def test_one_row_for_any_broadcasting_function():
    """What is no ufunc is called by its row."""
    row = elementwise("my_hill", lambda x, n: x**n / (1 + x**n), lambda y, x, n: n * y * (1 - y) / x, 0)
    try:
        check(lambda x: row(x, 4), np.array([0.5, 1.0, 2.5], np.float64))
        wl = wg.trace(lambda x: row(x, 4), np.ones(3, np.float32))
        assert wl.outputs[0].type.dtype == np.float32
    finally:
        del Primitive.table[row.name]


def test_a_row_needs_one_partial_an_input():
    """A forgotten partial is noticed when the row is made."""
    with pytest.raises(TypeError, match="2 partials"):
        elementwise("my_atan2", np.arctan2, lambda y, a, b: b)
    assert "my_atan2" not in Primitive.table
