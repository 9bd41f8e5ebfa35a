"""Sorting, searching, medians and quantiles."""

import numpy as np
import pytest

import wengert as wg
from tests.agreement import assert_agreement, assert_same

RNG = np.random.default_rng(2)
X = RNG.permutation(15).reshape(3, 5) / 5 - 1.3  # far enough apart that no difference quotient crosses a kink
CUBE = RNG.permutation(24).reshape(2, 3, 4) / 7 - 1.5
V = RNG.permutation(9) / 3 - 1.2
SPACED = np.array([[0.5, -1.0, 2.5], [0.1, 1.5, 3.0]], np.float32)
NAN = X.copy()
NAN[0, 1] = NAN[2, 2] = NAN[2, 3] = np.nan
REPEATED = np.array([2.0, 1.0, 2.0, 0.5, 1.0])


@pytest.mark.parametrize(
    ("f", "x"),
    [
        (lambda x: np.sort(x), X),
        (lambda x: np.sort(x, axis=0, kind="mergesort"), X),
        (lambda x: np.sort(x, axis=None, stable=True), CUBE),
        (lambda x: np.sort(x, axis=-2), np.asfortranarray(CUBE)),
        (lambda x: np.sort(x[::-1, ::2]), X),
        (lambda x: np.sort(x), X + 1j * X[::-1]),
        (lambda x: np.sort(x), SPACED),
        (lambda x: np.sort_complex(x), V),
        (lambda x: np.sort_complex(x), V.astype(np.float32)),
        (lambda x: np.partition(x, 2), X),
        (lambda x: np.partition(x, (1, 4), axis=0), RNG.standard_normal((6, 2))),
        (lambda x: np.partition(x, -3, axis=None), CUBE),
        (lambda x: x[np.argsort(x)], V),
        (lambda x: x[np.argpartition(x, 3)], V),
        (lambda x: x[np.lexsort((x, np.floor(x)))], V),
        (lambda x: np.median(x), V),
        (lambda x: np.median(x), V[:8]),
        (lambda x: np.median(x, axis=0), CUBE),
        (lambda x: np.median(x, axis=(0, 2), keepdims=True), CUBE),
        (lambda x: np.median(x, keepdims=True), CUBE),
        (lambda x: np.nanmedian(x, axis=1), X),
        (lambda x: np.percentile(x, 30), V),
        (lambda x: np.percentile(x, 70, axis=1), X),
        (lambda x: np.percentile(x, [10, 50, 90], axis=1), X),
        (lambda x: np.percentile(x, [[10, 50], [90, 100]], axis=0, keepdims=True), X),
        (lambda x: np.quantile(x, np.array([0.1, 0.7]), axis=(0, 1)), CUBE),
        (lambda x: np.quantile(x, 0.3, keepdims=True), X),
        (lambda x: np.quantile(x, 1), X),
        (lambda x: np.quantile(x, 0.35), SPACED),
        (lambda x: np.quantile(x, [0.35, 0.8]), SPACED),
        (lambda x: np.nanquantile(x, 0.4, axis=0), X),
        (lambda x: np.nanpercentile(x, [20, 65], axis=1), X),
    ],
)
def test_agreement(f, x):
    assert_agreement(f, x)


@pytest.mark.parametrize(
    ("f", "x"),
    [
        (lambda x: np.unique(x), V),
        (lambda x: np.unique(x, axis=0), X),
        (lambda x: np.extract(x > 0, x), V),
        (lambda x: x[np.nonzero(x > 0)], X),
        (lambda x: x.ravel()[np.flatnonzero(x > 0)], X),
        (lambda x: x[tuple(np.argwhere(x > 0).T)], X),
    ],
)
def test_sizes_that_depend_on_values(f, x):
    assert_agreement(f, x)


METHODS = (
    "inverted_cdf", "averaged_inverted_cdf", "closest_observation", "interpolated_inverted_cdf", "hazen", "weibull",
    "linear", "median_unbiased", "normal_unbiased", "lower", "higher", "midpoint", "nearest",
)  # fmt: skip


@pytest.mark.parametrize("method", METHODS)
def test_methods_of_quantile(method):
    q = np.array([0.0, 0.1, 0.25, 0.33, 0.5, 0.66, 0.9, 1.0])
    assert_agreement(lambda x: np.quantile(x, q, method=method), V)
    assert_agreement(lambda x: np.quantile(x, 0.3, axis=1, method=method), X)
    assert_agreement(lambda x: np.percentile(x, q * 100, axis=0, method=method), X)
    assert_same(wg.vjp(lambda x: np.nanquantile(x, q, axis=1, method=method), NAN)[0],
                np.nanquantile(NAN, q, axis=1, method=method))  # fmt: skip


def test_quantiles_of_many_sizes_are_numpys():
    for n in range(1, 30):
        x = RNG.standard_normal(n)
        for q in (0.0, 0.1, 1 / 3, 0.5, 0.77, 1.0, 1, np.float64(0.2), np.float32(0.7), [0.2, 0.9], [0, 1]):
            assert_same(wg.vjp(lambda x, q=q: np.quantile(x, q), x)[0], np.quantile(x, q))
        assert_same(wg.vjp(lambda x: np.median(x), x)[0], np.median(x))


def test_quantiles_refuse():
    with pytest.raises(wg.errors.UnsupportedError, match=r"np\.quantile\(\.\.\., weights"):
        wg.grad(lambda x: np.quantile(x, 0.5, weights=np.ones(9), method="inverted_cdf"))(V)
    with pytest.raises(wg.errors.UnsupportedError, match="with respect to q"):
        wg.grad(lambda q: np.quantile(V + 0 * q, q))(0.5)
    with pytest.raises(ValueError, match="range"):
        wg.grad(lambda x: np.percentile(x, 101))(V)
    with pytest.raises(ValueError, match="not a valid method"):
        wg.grad(lambda x: np.quantile(x, 0.5, method="best"))(V)
    with pytest.raises(wg.errors.UnsupportedError, match="order"):
        wg.grad(lambda x: np.sort(x, order="f")[0])(V)


SPECIAL = [  # function, point, gradient
    (lambda x: np.sort(x) @ np.arange(5.0), REPEATED, [3, 1, 4, 0, 2]),
    (lambda x: np.sort(x[::-1]) @ np.arange(5.0), REPEATED, [4, 2, 3, 0, 1]),
    (lambda x: np.median(x), [1.0, 1.0, 1.0], [0, 1, 0]),
    (lambda x: np.median(x), [2.0, 2.0, 1.0, 5.0], [0.5, 0.5, 0, 0]),
    (lambda x: np.nanmedian(x), [np.nan, 1.0, 3.0], [0, 0.5, 0.5]),
    (lambda x: np.nanmedian(x), [np.nan, 1.0, 3.0, 2.0], [0, 0, 0, 1]),
    (lambda x: np.sum(np.nanmedian(x, axis=1)), [[np.nan, 1.0, 3.0], [4.0, 5.0, 6.0]], [[0, 0.5, 0.5], [0, 1, 0]]),
    (lambda x: np.median(x), [np.nan, 1.0, 3.0], [1, 0, 0]),
    (lambda x: np.percentile(x, 25), [1.0, 2.0, 3.0, 4.0], [0.25, 0.75, 0, 0]),
    (lambda x: np.quantile(x, 0.75), [4.0], [1]),
    (lambda x: np.unique(x) @ np.array([1.0, 2.0, 3.0]), REPEATED, [3, 2, 0, 1, 0]),
    (lambda x: np.sum(np.partition(x, 2)[:3]), REPEATED, [1, 1, 0, 1, 1]),
]


@pytest.mark.parametrize(("f", "point", "expected"), SPECIAL[:-1])
def test_special_points(f, point, expected):
    x = np.array(point)
    np.testing.assert_allclose(wg.grad(f)(x), expected)
    ones = np.ones_like(x)
    np.testing.assert_allclose(wg.jvp(f, (x,), (ones,))[1], np.sum(expected))


def test_partition_with_ties_gives_one_derivative_to_each_place():
    jacobian = wg.jacobian(lambda x: np.partition(x, 2))(REPEATED)
    assert_same(jacobian @ REPEATED, np.partition(REPEATED, 2))
    assert sorted(map(tuple, jacobian)) == sorted(map(tuple, np.eye(5)))


@pytest.mark.parametrize("x", [NAN, REPEATED, np.array([0.0, -0.0, 1.0]), np.zeros(0), np.array([np.inf, -np.inf, 0])])
def test_values_are_numpys(x):
    functions = [np.sort, np.unique, lambda x: np.sort(x, axis=0)]
    if x.size:
        functions += [np.median, lambda x: np.quantile(x, 0.4), lambda x: np.partition(x, 1), np.nanmedian]
    for f in functions:
        with np.errstate(invalid="ignore"):
            assert_same(wg.vjp(lambda x, f=f: f(x), x)[0], f(x))


def test_positions():
    edges = np.array([-1.0, 0.0, 1.0])

    def positions(x):
        flat = x.reshape(-1)
        return (
            np.argsort(x), np.argsort(x, axis=0, stable=True), np.argsort(x, axis=None), np.argpartition(x, 2),
            np.searchsorted(edges, x), np.searchsorted(np.sort(flat), 0.0, side="right"),
            np.searchsorted(flat, [0.0, 1.0], sorter=np.argsort(flat)), np.digitize(x, edges),
            np.digitize(x, edges[::-1], right=True), np.lexsort((x[0], x[1])), *np.nonzero(x > 0), np.argwhere(x > 0),
            np.unique(x > 0, return_counts=True)[1], *np.unique(x, return_index=True, return_inverse=True)[1:],
        )  # fmt: skip

    seen = []
    wg.grad(lambda x: (seen.append(positions(x)), np.sum(x))[1])(X)
    assert_same(seen[0], positions(X))
    assert_same(wg.vmap(lambda x: np.searchsorted(edges, x))(X), np.searchsorted(edges, X))
    both = wg.vmap(lambda e, x: np.searchsorted(e, x))(np.stack([edges, edges + 1]), X[:2])
    assert_same(both, np.stack([np.searchsorted(edges, X[0]), np.searchsorted(edges + 1, X[1])]))


def test_in_place_methods():
    def f(x):
        y = x * 1.0
        y.sort()
        y.partition(1, axis=0)
        return y

    assert_agreement(f, X, batch=False)
