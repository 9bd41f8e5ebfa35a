"""Reductions, running reductions, statistics, differences and convolutions."""

import warnings

import numpy as np
import pytest

import wengert as wg
from tests.agreement import assert_agreement, assert_same

RNG = np.random.default_rng(1)
X = RNG.standard_normal((3, 4))
CUBE = RNG.standard_normal((2, 3, 4))
MASK = np.array([[True, False, True, True], [False, True, True, False], [True, True, False, True]])
POSITIVE = np.abs(X) + 0.5
NAN = X.copy()
NAN[0, 1] = NAN[2, 2] = np.nan
Z = X + 1j * RNG.standard_normal((3, 4))
V, W, SHORT = RNG.standard_normal(6), RNG.standard_normal(6), RNG.standard_normal(3)

LAYOUTS = {
    "plain": X,
    "fortran": np.asfortranarray(X),
    "negative strides": X[::-1, ::-2],
    "broadcast": np.broadcast_to(X[0], (3, 4)),
    "cube": CUBE,
    "float32": X.astype(np.float32),
    "complex": Z,
    "scalar": np.array(0.7),
    "one": X[:1, :1],
}
REDUCTIONS = {
    "sum": np.sum, "prod": np.prod, "mean": np.mean, "var": np.var, "std": np.std, "max": np.max, "min": np.min,
    "ptp": np.ptp, "nansum": np.nansum, "nanprod": np.nanprod, "nanmean": np.nanmean, "nanvar": np.nanvar,
    "nanmax": np.nanmax, "nanmin": np.nanmin,
}  # fmt: skip
SETTINGS = ({}, {"axis": 0}, {"axis": -1, "keepdims": True}, {"axis": (0, 1)}, {"axis": (-1, 0), "keepdims": True})


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("name", REDUCTIONS)
def test_reductions(name, layout):
    x, f = LAYOUTS[layout], REDUCTIONS[name]
    if layout == "broadcast" and (name in ("std", "max", "min", "ptp") or name.startswith("nan")):
        pytest.skip("ties and constants are among the special points; nansum and its like copy in another layout")
    if x.size == 1 and name in ("std", "ptp"):
        pytest.skip("constants are among the special points")
    for setting in SETTINGS if x.ndim > 1 else ({},):
        assert_agreement(lambda x, f=f, setting=setting: f(x, **setting), x)


@pytest.mark.parametrize(
    ("f", "args"),
    [
        (lambda x: np.sum(x, axis=0, where=MASK), (X,)),
        (lambda x: np.sum(x, where=MASK[0], keepdims=True), (X,)),
        (lambda x: np.sum(x, axis=1, initial=2.0), (X,)),
        (lambda x: np.prod(x, axis=1, where=MASK, initial=2.0), (X,)),
        (lambda x: np.mean(x, axis=1, where=MASK), (X,)),
        (lambda x: np.var(x, axis=1, where=MASK, ddof=1), (X,)),
        (lambda x: np.var(x, axis=0, ddof=1), (X,)),
        (lambda x: np.var(x, correction=1), (X,)),
        (lambda x: np.std(x, axis=0, ddof=1.5, keepdims=True), (X,)),
        (lambda x: np.std(x, axis=0, mean=np.mean(x, axis=0, keepdims=True)), (X,)),
        (lambda x, m: np.var(x, axis=0, mean=m), (X, X[:1])),
        (lambda x: np.max(x, axis=1, where=MASK, initial=-5.0), (X,)),
        (lambda x, c: np.max(x, axis=1, initial=c), (X, np.array(0.3))),
        (lambda x: np.min(x, axis=(0, 1), initial=3.0, keepdims=True), (X,)),
        (lambda x: np.max(x[:0], axis=0, initial=3.0) + x[0], (X,)),
        (lambda x: x.sum(axis=1) + x.mean(1) + x.std(1) * x.var(1) + x.max(1) * x.min(1), (X,)),
        (lambda x: x.prod(0) * x.cumsum(0) + x.cumprod(0), (X,)),
        (lambda x: np.average(x), (X,)),
        (lambda x, w: np.average(x, weights=w), (X, POSITIVE)),
        (lambda x, w: np.average(x, axis=1, weights=w, keepdims=True), (X, POSITIVE[0])),
        (lambda x, w: np.average(x, axis=0, weights=w, returned=True), (X, POSITIVE)),
        (lambda x: np.average(x, axis=0, returned=True)[0], (X,)),
        (lambda x: np.nanmean(x, axis=1, where=MASK), (X,)),
        (lambda x: np.nanstd(x, axis=0, ddof=1), (X,)),
    ],
)
def test_keywords(f, args):
    assert_agreement(f, *args)


@pytest.mark.parametrize("name", ["sum", "mean", "var", "std", "prod", "max", "min"])
def test_nan_versions_leave_nan_out(name):
    f, plain = getattr(np, f"nan{name}"), getattr(np, name)
    for axis in (None, 0, 1):
        assert_same(wg.vjp(lambda x, axis=axis: f(x, axis=axis), NAN)[0], f(NAN, axis=axis))
    gradient = wg.grad(lambda x: f(x))(NAN)
    expected = np.zeros_like(NAN)
    expected[~np.isnan(NAN)] = wg.grad(lambda x: plain(x))(NAN[~np.isnan(NAN)])
    np.testing.assert_allclose(gradient, expected, atol=1e-14)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.longdouble, np.complex64])
@pytest.mark.parametrize("name", ["sum", "mean", "var", "std", "prod", "max", "median", "cumsum", "cumprod"])
def test_dtypes(name, dtype):
    x = V.astype(dtype)
    f = getattr(np, name)
    value, pullback = wg.vjp(lambda x: f(x), x)
    assert_same(value, f(x))
    (ct,) = pullback(np.ones_like(value))
    assert ct.dtype == dtype
    if name != "cumprod":
        expected = wg.vjp(lambda x: f(x), V)[1](np.ones_like(f(V)))[0]
        np.testing.assert_allclose(np.asarray(ct, complex).real, expected, rtol=0.02, atol=0.02)


def test_accumulators():
    x = X.astype(np.float32)
    for f in (np.sum, np.prod, np.mean, np.var, np.std):
        value, pullback = wg.vjp(lambda x, f=f: f(x, axis=0, dtype=np.float64), x)
        assert_same(value, f(x, axis=0, dtype=np.float64))
        assert pullback(np.ones(4))[0].dtype == np.float32
    assert wg.grad(lambda x: np.sum(x, dtype=int) * 1.0)(X[0]).tolist() == [0, 0, 0, 0]
    big = RNG.standard_normal((300, 70)).astype(np.float32)
    for f in (np.sum, np.mean, np.std, np.prod):
        for axis in (None, 0, 1):
            assert_same(wg.vjp(lambda x, f=f, axis=axis: f(x, axis=axis), big)[0], f(big, axis=axis))


def test_empty():
    empty = np.zeros((0, 3))
    for f in (np.sum, np.prod, np.cumsum, np.cumprod, np.nansum):
        value, pullback = wg.vjp(lambda x, f=f: f(x), empty)
        assert_same(value, f(empty))
        assert pullback(np.ones_like(value))[0].shape == (0, 3)
    assert_same(wg.vjp(lambda x: np.max(x, axis=1), empty)[0], np.max(empty, axis=1))
    for f in (np.max, np.min, np.argmax, np.ptp):
        with pytest.raises(ValueError, match=r"zero-size|empty sequence"):
            wg.grad(lambda x, f=f: f(x) * 1.0)(empty)


def test_wrong_axes():
    for f in (np.sum, np.prod, np.max, np.mean, np.std, np.cumsum, np.sort, np.median, np.diff, np.argmax):
        with pytest.raises(np.exceptions.AxisError):
            wg.vjp(lambda x, f=f: f(x, axis=2), X)
    with pytest.raises(ValueError, match="axis"):
        wg.vjp(lambda x: np.sum(x, axis=(0, 0)), X)


def test_out():
    for f in (np.sum, np.mean, np.max, np.var, np.cumsum, np.median):

        def into(x, f=f):
            out = np.zeros_like(x) if f.__name__ == "cumsum" else np.zeros_like(x[0])
            assert f(x, axis=0, out=out) is out
            return out

        assert_agreement(into, X, batch=False)
    outside = np.zeros(())
    np.testing.assert_array_equal(wg.grad(lambda x: np.sum(x, out=outside) * outside)(X), 2 * np.sum(X) + 0 * X)
    assert outside == np.sum(X)


def test_discrete_results():
    def counts(x):
        found = (
            np.argmax(x), np.argmin(x, axis=0), np.argmax(x, axis=1, keepdims=True), np.argmin(x, keepdims=True),
            np.all(x), np.any(x > 0, axis=0), np.count_nonzero(x > 0), np.count_nonzero(x, axis=1, keepdims=True),
            np.nanargmax(x), np.nanargmin(x, axis=1), np.all(x, where=MASK), x.any(axis=(0, 1), keepdims=True),
        )  # fmt: skip
        return found

    seen = []
    wg.grad(lambda x: (seen.append(counts(x)), np.sum(x))[1])(X)
    assert_same(seen[0], counts(X))
    batched = wg.vmap(lambda x: np.argmax(x, axis=0) + np.count_nonzero(x > 0, axis=0) * np.any(x > 1))(CUBE)
    looped = [np.argmax(x, axis=0) + np.count_nonzero(x > 0, axis=0) * np.any(x > 1) for x in CUBE]
    assert_same(batched, np.stack(looped))
    with pytest.raises(ValueError, match="All-NaN slice"):
        wg.grad(lambda x: x[np.nanargmax(x)])(np.full(3, np.nan))


SPECIAL = [  # function, point, gradient
    (lambda x: np.std(x), [2.0, 2.0, 2.0], [0, 0, 0]),
    (lambda x: np.sum(np.std(x, axis=1)), [[1.0, 1.0], [0.0, 2.0]], [[0, 0], [-0.5, 0.5]]),
    (lambda x: np.nanstd(x), [2.0, np.nan, 2.0], [0, 0, 0]),
    (lambda x: np.var(x), [2.0], [0]),
    (lambda x: np.std(x + 1j * x), [1.0, 1.0], [0, 0]),
    (lambda x: np.max(x), [1.0, 3.0, 3.0], [0, 0.5, 0.5]),
    (lambda x: np.max(x), [1.0, np.nan, 3.0], [0, 1, 0]),
    (lambda x: np.nanmax(x), [1.0, np.nan, 3.0], [0, 0, 1]),
    (lambda x: np.nanmax(x), [np.nan, np.nan], [0.5, 0.5]),
    (lambda x: np.max(x), [-np.inf, -np.inf], [0.5, 0.5]),
    (lambda x: np.max(x, initial=0.0), [-1.0, 0.0], [0, 0.5]),
    (lambda x: np.maximum.accumulate(x)[-1], [3.0, 1.0, 3.0], [0.5, 0, 0.5]),
    (lambda x: np.sum(np.maximum.accumulate(x)), [1.0, 1.0, 0.0, 2.0], [2, 1, 0, 1]),
    (lambda x: np.sum(np.minimum.accumulate(x)), [1.0, np.inf, 0.0, 0.0], [2, 0, 1.5, 0.5]),
    (lambda x: np.prod(x), [0.0, 2.0, 3.0], [6, 0, 0]),
    (lambda x: np.prod(x), [0.0, 0.0, 3.0], [0, 0, 0]),
    (lambda x: np.prod(x, where=np.array([True, False, True])), [0.0, 0.0, 3.0], [3, 0, 0]),
    (lambda x: np.nanprod(x), [0.0, np.nan, 3.0], [3, 0, 0]),
    (lambda x: np.sum(np.cumprod(x)), [0.0, 0.0, 3.0], [1, 0, 0]),
    (lambda x: np.ptp(x), [1.0, 1.0], [0, 0]),
    (lambda x: np.cov(x), [1.0, 1.0], [0, 0]),
]


@pytest.mark.parametrize(("f", "point", "expected"), SPECIAL)
def test_special_points(f, point, expected):
    x = np.array(point)
    np.testing.assert_allclose(wg.grad(f)(x), expected, atol=1e-15)
    for i in np.ndindex(x.shape):
        unit = np.zeros_like(x)
        unit[i] = 1.0
        np.testing.assert_allclose(wg.jvp(f, (x,), (unit,))[1], np.asarray(expected)[i], atol=1e-15)


@pytest.mark.parametrize("n", range(1, 10))
def test_products_with_zeros_to_third_order(n):
    x = np.arange(n) % 4 - 1.0  # a zero in every four

    def partial(*indices):
        distinct = len(set(indices)) == len(indices)
        return np.prod(np.delete(x, indices)) if distinct else 0.0

    gradient = wg.grad(lambda x: np.prod(x))
    np.testing.assert_allclose(gradient(x), [partial(i) for i in range(n)])
    hessian = wg.jacobian(gradient)(x)
    np.testing.assert_allclose(hessian, [[partial(i, j) for j in range(n)] for i in range(n)])
    if n <= 5:
        third = wg.jacobian(wg.jacobian(gradient))(x)
        expected = [[[partial(i, j, k) for k in range(n)] for j in range(n)] for i in range(n)]
        np.testing.assert_allclose(third, expected)
    np.testing.assert_allclose(wg.grad(lambda x: np.cumprod(x)[-1])(x), gradient(x))
    np.testing.assert_allclose(wg.jacobian(wg.grad(lambda x: np.cumprod(x)[-1]))(x), hessian)


LOGSUMEXP = {
    "shifted": lambda x: np.max(x) + np.log(np.sum(np.exp(x - np.max(x)))),
    "keepdims": lambda x: np.log(np.sum(np.exp(x - (m := np.max(x, axis=-1, keepdims=True))), axis=-1)) + m[..., 0],
    "logaddexp.reduce": lambda x: np.logaddexp.reduce(x),
}


@pytest.mark.parametrize("name", LOGSUMEXP)
@pytest.mark.parametrize("point", [[1000.0, 0.0], [0.0, 0.0], [-1000.0, -1000.0], [3.0, -np.inf], [1.0, 1.0, 700.0]])
def test_logsumexp(name, point):
    x = np.array(point)
    softmax = np.exp(x - x.max()) / np.exp(x - x.max()).sum()
    f = LOGSUMEXP[name]
    np.testing.assert_allclose(wg.grad(f)(x), softmax, rtol=1e-13, atol=1e-300)
    np.testing.assert_allclose(wg.jvp(f, (x,), (np.ones_like(x),))[1], 1.0)
    if np.isfinite(x).all():
        np.testing.assert_allclose(wg.hessian(f)(x), np.diag(softmax) - np.outer(softmax, softmax), atol=1e-13)


def test_logsumexp_without_the_shift_underflows_to_a_true_zero():
    np.testing.assert_allclose(wg.grad(lambda x: np.log(np.sum(np.exp(x))))(np.array([0.0, -1000.0])), [1.0, 0.0])


# -- running reductions and methods of ufuncs --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("f", "args"),
    [
        (lambda x: np.cumsum(x), (X,)),
        (lambda x: np.cumsum(x, axis=0), (X,)),
        (lambda x: np.cumprod(x, axis=-1), (X,)),
        (lambda x: np.cumprod(x), (Z,)),
        (lambda x: np.cumsum(x), (np.array(2.0),)),
        (lambda x: np.cumsum(x, axis=1, dtype=np.float64), (X.astype(np.float32),)),
        (lambda x: np.nancumsum(x, axis=1), (X,)),
        (lambda x: np.nancumprod(x), (V,)),
        (lambda x: np.cumulative_sum(x, axis=1, include_initial=True), (X,)),
        (lambda x: np.cumulative_prod(x), (V,)),
        (lambda x: np.add.reduce(x), (CUBE,)),
        (lambda x: np.add.reduce(x, axis=None), (CUBE,)),
        (lambda x: np.multiply.reduce(x, axis=(0, 2), keepdims=True), (CUBE,)),
        (lambda x: np.subtract.reduce(x, axis=1), (X,)),
        (lambda x: np.true_divide.reduce(x, axis=0), (POSITIVE,)),
        (lambda x: np.maximum.reduce(x, axis=1), (X,)),
        (lambda x: np.fmin.reduce(x, axis=1, initial=0.0), (X,)),
        (lambda x: np.logaddexp.reduce(x, axis=1), (X,)),
        (lambda x: np.logaddexp.reduce(x, axis=0, where=MASK), (X,)),
        (lambda x: np.logaddexp.reduce(x, axis=0, initial=0.3, keepdims=True), (X,)),
        (lambda x: np.hypot.reduce(x, axis=1), (X,)),
        (lambda x: np.add.accumulate(x), (X,)),
        (lambda x: np.multiply.accumulate(x, axis=1), (X,)),
        (lambda x: np.maximum.accumulate(x, axis=1), (X,)),
        (lambda x: np.minimum.accumulate(x, axis=0), (X,)),
        (lambda x: np.fmax.accumulate(x, axis=1), (X,)),
        (lambda x: np.logaddexp.accumulate(x, axis=1), (X,)),
        (lambda x: np.subtract.accumulate(x), (X,)),
        (lambda x: np.add.reduceat(x, [0, 3, 1, 5]), (V,)),
        (lambda x: np.multiply.reduceat(x, [0, 2], axis=1), (X,)),
        (lambda x, y: np.multiply.outer(x, y), (X, V)),
        (lambda x, y: np.subtract.outer(x, y), (SHORT, np.array(0.5))),
        (lambda x: np.hypot.outer(x, SHORT), (V,)),
    ],
)
def test_methods_of_ufuncs(f, args):
    assert_agreement(f, *args)


PLACES = np.array([0, 2, 0, 5])


@pytest.mark.parametrize("ufunc", [np.add, np.subtract, np.multiply, np.maximum, np.hypot], ids=lambda u: u.__name__)
def test_at(ufunc):
    def f(x, y):
        out = x.copy()
        ufunc.at(out, PLACES, y)
        return out

    assert_agreement(f, V, W[:4], batch=False)

    def pairs(x):
        out = x * 1.0
        ufunc.at(out, (np.array([0, 0, 2]), slice(1, 3)), x[:, :2])
        return out

    assert_agreement(pairs, X, batch=False)


def test_at_of_one_argument():
    def f(x):
        out = x.copy()
        np.negative.at(out, PLACES)
        np.square.at(out, [1, 1])
        return out

    assert_agreement(f, V, batch=False)
    outside = np.zeros(3)

    def elsewhere(x):
        outside[...] = 0.0
        np.add.at(outside, [0, 0, 2], x[:3])
        return np.sum(outside**2)

    assert_agreement(elsewhere, V, batch=False)


def test_what_numpy_refuses():
    with pytest.raises(ValueError, match="not reorderable"):
        wg.vjp(lambda x: np.subtract.reduce(x, axis=(0, 1)), X)
    with pytest.raises(ValueError, match="no identity"):
        wg.vjp(lambda x: np.subtract.reduce(x[:0]), X)
    with pytest.raises(ValueError, match="does not have an identity"):
        wg.vjp(lambda x: np.max(x, where=MASK), X)
    with pytest.raises(IndexError, match="out-of-bounds"):
        wg.vjp(lambda x: np.add.reduceat(x, [9]), X)
    with pytest.raises(ZeroDivisionError):
        wg.vjp(lambda w: np.average(X, weights=w), np.zeros((3, 4)))


# -- differences, numerical derivatives, convolutions, statistics ------------------------------------------------------

PLACED = np.sort(RNG.uniform(0, 3, 6))


@pytest.mark.parametrize(
    ("f", "args"),
    [
        (lambda x: np.diff(x), (X,)),
        (lambda x: np.diff(x, n=2, axis=0), (X,)),
        (lambda x: np.diff(x, n=0), (X,)),
        (lambda x: np.diff(x, n=9), (V,)),
        (lambda x, p: np.diff(x, prepend=p, append=1.0), (X, np.array(0.5))),
        (lambda x, p: np.diff(x, axis=0, append=p), (X, X[:2])),
        (lambda x: np.ediff1d(x), (X,)),
        (lambda x, a, b: np.ediff1d(x, to_end=a, to_begin=b), (V, SHORT, np.array(0.3))),
        (lambda x: np.ediff1d(x, to_end=1.0), (V,)),
        (lambda x: np.gradient(x), (V,)),
        (lambda x: np.gradient(x), (X,)),
        (lambda x: np.gradient(x, 0.5, axis=1, edge_order=2), (X,)),
        (lambda x, h: np.gradient(x, h, edge_order=2), (V, np.array(0.4))),
        (lambda x, places: np.gradient(x, places), (V, PLACED)),
        (lambda x, places: np.gradient(x, places, edge_order=2), (V, PLACED)),
        (lambda x: np.gradient(x, 2.0, PLACED[:4]), (X,)),
        (lambda x: np.gradient(x, np.arange(6)), (V,)),
        (lambda x: np.gradient(x, axis=(1, 0)), (X.astype(np.float32),)),
        (lambda y: np.trapezoid(y), (X,)),
        (lambda y, h: np.trapezoid(y, dx=h, axis=0), (X, np.array(0.3))),
        (lambda y, x: np.trapezoid(y, x), (X, PLACED[:4])),
        (lambda y, x: np.trapezoid(y, x, axis=0), (X, np.cumsum(POSITIVE, axis=0))),
        (lambda x: np.cov(x), (X,)),
        (lambda x: np.cov(x, rowvar=False, bias=True), (X,)),
        (lambda x, y: np.cov(x, y, ddof=0), (V, W)),
        (lambda x, w: np.cov(x, aweights=w, fweights=[1, 2, 1, 3]), (X, POSITIVE[0])),
        (lambda x: np.cov(x, aweights=[0.5, 1.0, 2.0, 1.0], ddof=0), (X,)),
        (lambda x: np.cov(x), (Z,)),
        (lambda x: np.cov(x), (V,)),
        (lambda x, y: np.corrcoef(x, y), (V, W)),
        (lambda x: np.corrcoef(x), (X,)),
        (lambda w: np.bincount(PLACES, weights=w, minlength=7), (W[:4],)),
        (lambda w: np.histogram(V, bins=4, weights=w)[0], (W,)),
        (lambda w: np.histogram(V, bins=3, range=(-1, 1), weights=w, density=True)[0], (POSITIVE.ravel()[:6],)),
    ],
)
def test_calculus_and_statistics(f, args):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        assert_agreement(f, *args)


@pytest.mark.parametrize("mode", ["full", "same", "valid"])
@pytest.mark.parametrize("f", [np.convolve, np.correlate], ids=lambda f: f.__name__)
def test_convolutions(f, mode):
    for n, m in ((6, 3), (3, 6), (4, 4), (6, 2), (1, 5), (1, 1)):
        assert_agreement(lambda a, v: f(a, v, mode), V[:n], W[:m], batch=n == 6)
    assert_agreement(lambda a, v: f(a, v, mode=mode), Z[0], Z[1, :3])
    assert_agreement(lambda v: f(V, v, mode), SHORT)


def test_histogram_of_traced_data():
    edges = np.array([-1.0, 0.0, 0.5, 1.0])

    def f(x):
        counts, _ = np.histogram(x, edges)
        assert counts.tolist() == np.histogram(V, edges)[0].tolist()
        return np.sum(x * len(counts))

    assert wg.grad(f)(V).tolist() == [3.0] * 6
    with pytest.raises(wg.errors.UnsupportedError, match="edges"):
        wg.grad(lambda x: np.histogram(x)[1][0])(V)


def test_masks_written_later_do_not_matter():
    def f(x):
        mask = np.array([True, False, True])
        total = np.sum(x * x, where=mask)
        mask[:] = False
        return total

    assert wg.grad(f)(SHORT).tolist() == (2 * SHORT * [1, 0, 1]).tolist()
