"""scipy.special: values of SciPy's, derivatives against mpmath where they are hard, conventions, refusals.

The rows themselves are tested on their samples by `test_table`.
"""

import subprocess
import sys

import mpmath as mp
import numpy as np
import pytest
import scipy.special as sp

import wengert as wg
from tests.agreement import assert_agreement, assert_same
from wengert.errors import UnsupportedError
from wengert.functions import has_traced
from wengert.read import as_read


def read(f):
    """The function read where its arguments are traced, and itself on plain ones: what it is compared with."""
    followed = as_read(f)
    return lambda *xs: followed(*xs) if has_traced(xs) else f(*xs)


RNG = np.random.default_rng(3)
X = RNG.uniform(0.3, 2.5, (2, 3))


# -- derivatives at hard points ----------------------------------------------------------------------------------------


def i_scaled(v):
    return lambda x: mp.besseli(v, x) * mp.exp(-abs(x))


def k_scaled(v):
    return lambda x: mp.besselk(v, x) * mp.exp(x)


def student(v, t):
    return 1 - mp.betainc(v / 2, 0.5, 0, v / (v + t * t), True) / 2


def owens_t(h):
    return mp.quad(lambda t: mp.exp(-h * h * (1 + t * t) / 2) / (1 + t * t), [0, 0.7]) / (2 * mp.pi)


HARD = [
    (sp.erf, mp.erf, (0.0, 1e-9, 3.0, -5.0)),
    (sp.erfc, mp.erfc, (0.0, 5.0, 25.0, -3.0)),
    (sp.erfcx, lambda x: mp.exp(x * x) * mp.erfc(x), (-3.0, 0.0, 5.0, 29.0, 31.0, 1e3)),
    (sp.erfi, mp.erfi, (0.0, 0.5, 20.0)),
    (sp.dawsn, lambda x: mp.sqrt(mp.pi) / 2 * mp.exp(-x * x) * mp.erfi(x), (0.0, 0.9, 5.0, 29.0, 31.0, -500.0)),
    (sp.erfinv, mp.erfinv, (0.0, 1e-9, 0.99, -0.5)),
    (sp.ndtr, mp.ncdf, (-30.0, -1.0, 0.0, 8.0)),
    (sp.log_ndtr, lambda x: mp.log(mp.erfc(-x / mp.sqrt(2)) / 2), (-1000.0, -20.0, -1.0, 0.0, 5.0, 20.0)),
    (sp.gamma, mp.gamma, (1e-3, 0.5, 10.0, 100.0, -0.5, -2.7)),
    (sp.gammaln, lambda x: mp.log(abs(mp.gamma(x))), (1e-3, 1.0, 2.0, 1e5, -0.5, -2.7)),
    (sp.rgamma, mp.rgamma, (0.3, 5.0, -0.5, -2.0, -7.0, -2.7, 0.5)),
    (sp.digamma, mp.digamma, (1e-3, 1.46, 100.0, -0.5, -2.7)),
    (sp.expit, lambda x: 1 / (1 + mp.exp(-x)), (-700.0, -30.0, 0.0, 30.0, 300.0)),
    (sp.log_expit, lambda x: -mp.log(1 + mp.exp(-x)), (-1e3, 0.0, 30.0, 300.0)),
    (sp.logit, lambda p: mp.log(p / (1 - p)), (1e-9, 0.5, 0.999)),
    (sp.exprel, lambda x: mp.expm1(x) / x if x else mp.mpf(1), (1e-12, 1e-5, 0.5, 30.0, -30.0, 300.0)),
    (sp.cosm1, lambda x: mp.cos(x) - 1, (1e-8, 3.0)),
    (sp.spence, lambda z: mp.polylog(2, 1 - z), (0.01, 0.49, 0.51, 1.0 + 1e-9, 1.49, 1.51, 30.0)),
    (sp.exp1, mp.e1, (1e-5, 1.0, 50.0)),
    (sp.expi, mp.ei, (1e-5, 1.0, 50.0, -3.0)),
    (sp.ellipk, mp.ellipk, (0.0, 1e-10, 0.5, 0.999, 1 - 1e-10, -1.0, -1e4)),
    (sp.ellipkm1, lambda p: mp.ellipk(1 - p), (1e-12, 1e-3, 0.5, 1.0, 2.0)),
    (sp.ellipe, mp.ellipe, (0.0, 1e-10, 0.5, 0.999, 1 - 1e-10, -1.0, -1e4)),
    (sp.j0, lambda x: mp.besselj(0, x), (0.0, 2.4, 1e3, -1.0)),
    (sp.j1, lambda x: mp.besselj(1, x), (0.0, 1e-9, 3.8, 1e3)),
    (sp.y1, lambda x: mp.bessely(1, x), (1e-3, 2.0, 1e3)),
    (sp.i0e, i_scaled(0), (1e-9, 1.0, -3.0, 100.0, 1e4)),
    (sp.i1e, i_scaled(1), (1e-9, 1.0, -3.0, 100.0, 1e4)),
    (sp.k0e, k_scaled(0), (1e-3, 30.0)),
    (sp.k1e, k_scaled(1), (2.0,)),
    (sp.wrightomega, lambda x: mp.lambertw(mp.exp(x)).real, (-30.0, 0.0, 1.0, 50.0)),
    (lambda x: sp.jv(2.5, x), lambda x: mp.besselj(2.5, x), (1e-3, 1.0, 100.0)),
    (lambda x: sp.yv(0, x), lambda x: mp.bessely(0, x), (1e-3, 1.0, 100.0)),
    (lambda x: sp.iv(0.5, x), lambda x: mp.besseli(0.5, x), (1e-3, 1.0, 100.0)),
    (lambda x: sp.kv(1.5, x), lambda x: mp.besselk(1.5, x), (1e-3, 1.0, 100.0)),
    (lambda x: sp.struve(1, x), lambda x: mp.struveh(1, x), (1e-3, 1.0, 20.0)),
    (lambda x: sp.hyp1f1(0.5, 1.5, x), lambda x: mp.hyp1f1(0.5, 1.5, x), (0.0, -3.0, 5.0)),
    (lambda x: sp.hyp2f1(0.5, 1.5, 2.5, x), lambda x: mp.hyp2f1(0.5, 1.5, 2.5, x), (0.0, -3.0, 0.9)),
    (lambda x: sp.gammainc(2.5, x), lambda x: mp.gammainc(2.5, 0, x, regularized=True), (1e-6, 2.0, 30.0)),
    (lambda x: sp.gammainc(1e4, x), lambda x: mp.gammainc(1e4, 0, x, regularized=True), (9.9e3, 1e4, 1.02e4)),
    (lambda a: sp.gammainc(a, 2.0), lambda a: mp.gammainc(a, 0, 2, regularized=True), (0.01, 0.5, 1.5, 3.0, 20.0)),
    (lambda a: sp.gammaincc(a, 30.0), lambda a: mp.gammainc(a, 30, mp.inf, regularized=True), (0.01, 3.0, 28.0, 50.0)),
    (lambda a: sp.betainc(a, 2.5, 0.3), lambda a: mp.betainc(a, 2.5, 0, 0.3, True), (0.01, 1.0, 3.0, 20.0)),
    (lambda b: sp.betainc(2.5, b, 0.7), lambda b: mp.betainc(2.5, b, 0, 0.7, True), (0.01, 1.0, 3.0, 20.0)),
    (lambda x: sp.betainc(2.5, 0.5, x), lambda x: mp.betainc(2.5, 0.5, 0, x, True), (1e-4, 0.5, 0.999)),
    (lambda n: sp.binom(n, 2.0), lambda n: mp.binomial(n, 2), (0.5, 1.0, 0.0, 5.0)),
    (lambda z: sp.poch(z, 3.0), lambda z: z * (z + 1) * (z + 2), (0.0, -1.0, -5.0, 2.5)),
    (lambda k: sp.boxcox(2.5, k), lambda k: (mp.mpf(2.5) ** k - 1) / k, (1e-12, 1e-4, 2.0, -30.0)),
    (lambda k: sp.inv_boxcox(1.5, k), lambda k: (1 + k * mp.mpf(1.5)) ** (1 / k), (1e-12, 1e-4, 2.0, 30.0)),
    (lambda d: sp.pseudo_huber(d, 1e-3), lambda d: d * d * (mp.sqrt(1 + (mp.mpf(1e-3) / d) ** 2) - 1), (1.0, 100.0)),
    (lambda v: sp.stdtr(v, 1.3), lambda v: student(v, mp.mpf(1.3)), (0.7, 4.0, 60.0)),
    (lambda m: sp.ellipkinc(1.2, m), lambda m: mp.ellipf(1.2, m), (0.0, 1e-9, 0.5, -20.0)),
    (lambda m: sp.ellipeinc(5.0, m), lambda m: mp.ellipe(5.0, m), (0.0, 1e-9, 0.5, -20.0)),
    (lambda h: sp.owens_t(h, 0.7), owens_t, (0.0, 1.0, -4.0)),
]  # fmt: skip


@pytest.mark.parametrize(("f", "exact", "points"), HARD, ids=lambda x: getattr(x, "__name__", "")[:12])
def test_hard_points(f, exact, points):
    """First derivatives, relative to 1e-10, where rounding or overflow is near."""
    with mp.workdps(60):
        for x in points:
            expected = float(mp.diff(exact, mp.mpf(x), h=mp.mpf(10) ** -20))
            assert wg.grad(f)(x) == pytest.approx(expected, rel=1e-10), x


SECOND = [
    (sp.log_ndtr, lambda x: mp.log(mp.erfc(-x / mp.sqrt(2)) / 2), (-500.0, -3.0, 2.0)),
    (sp.erfcx, lambda x: mp.exp(x * x) * mp.erfc(x), (2.0, 500.0)),
    (sp.rgamma, mp.rgamma, (-2.0, 0.5, 3.0)),
    (sp.exprel, lambda x: mp.expm1(x) / x if x else mp.mpf(1), (1e-9, 3.0)),
    (sp.ellipk, mp.ellipk, (0.0, 0.5)),
    (sp.spence, lambda z: mp.polylog(2, 1 - z), (1.0 + 1e-9, 3.0)),
    (lambda x: sp.gammainc(2.5, x), lambda x: mp.gammainc(2.5, 0, x, regularized=True), (1e-3, 2.0)),
    (lambda k: sp.boxcox(2.5, k), lambda k: (mp.mpf(2.5) ** k - 1) / k, (1e-9, 2.0)),
    (lambda m: sp.ellipkinc(1.2, m), lambda m: mp.ellipf(1.2, m), (1e-3, 0.5, -5.0)),
]


@pytest.mark.parametrize(("f", "exact", "points"), SECOND)
def test_second_derivatives(f, exact, points):
    """Second derivatives, reverse over reverse."""
    with mp.workdps(60):
        for x in points:
            expected = float(mp.diff(exact, mp.mpf(x), 2, h=mp.mpf(10) ** -15))
            assert wg.grad(wg.grad(f))(x) == pytest.approx(expected, rel=1e-9), x


AT_ZERO = [
    (lambda x: sp.sici(x)[0], [1.0, 0.0, -1 / 3]),
    (lambda x: sp.shichi(x)[0], [1.0, 0.0, 1 / 3]),
    (lambda x: sp.j0(x), [0.0, -0.5, 0.0, 3 / 8]),
    (lambda x: sp.jv(1, x), [0.5, 0.0, -3 / 8]),
    (lambda x: sp.iv(2, x), [0.0, 0.25, 0.0]),
    (lambda x: sp.exprel(x), [1 / 2, 1 / 3, 1 / 4]),
    (lambda x: sp.lambertw(x).real, [1.0, -2.0, 9.0]),
    (lambda x: sp.spence(1 + x), [-1.0, 0.5, -2 / 3]),
    (lambda x: sp.boxcox(np.e, x), [1 / 2, 1 / 3, 1 / 4]),
    (lambda x: sp.ellipk(x), [np.pi / 8, 9 * np.pi / 64]),
    (lambda x: sp.ellipe(x), [-np.pi / 8, -3 * np.pi / 64]),
    (lambda x: sp.spherical_jn(0, x), [0.0, -1 / 3, 0.0, 1 / 5]),
    (lambda x: sp.spherical_jn(1, x), [1 / 3, 0.0, -1 / 5]),
    (lambda x: sp.struve(0, x), [2 / np.pi, 0.0]),
    (lambda x: sp.airy(x)[0], [sp.airy(0.0)[1], 0.0, sp.airy(0.0)[0]]),
    (lambda x: sp.xlogy(x, 2.0), [np.log(2.0), 0.0]),
    (lambda x: sp.expit(x), [0.25, 0.0, -0.125]),
    (lambda x: sp.softplus(x), [0.5, 0.25, 0.0]),
    (lambda x: sp.gammainc(1.0, x), [1.0, -1.0, 1.0]),
    (lambda x: sp.gammainc(3.0, x), [0.0, 0.0, 1.0]),
]


@pytest.mark.parametrize(("f", "derivatives"), AT_ZERO)
def test_all_orders_at_zero(f, derivatives):
    """Removable singularities are removed in every order."""
    for k, expected in enumerate(derivatives, start=1):
        g = read(f)
        for _ in range(k):
            g = wg.grad(g)
        assert g(0.0) == pytest.approx(expected, rel=1e-12, abs=1e-12), k


# -- the functions written in Python -----------------------------------------------------------------------------------

PYTHON = {
    "logsumexp": (sp.logsumexp, X),
    "logsumexp-axis": (lambda x: sp.logsumexp(x, axis=0), X),
    "logsumexp-axes": (lambda x: sp.logsumexp(x, axis=(0, -1), keepdims=True), X),
    "logsumexp-0d": (sp.logsumexp, np.array(0.7)),
    "logsumexp-b": (lambda x, b: sp.logsumexp(x, 1, b), X, RNG.uniform(0.5, 2, (2, 3))),
    "logsumexp-b-row": (lambda x, b: sp.logsumexp(x, b=b, axis=-1), X, RNG.uniform(0.5, 2, 3)),
    "logsumexp-b-list": (lambda x: sp.logsumexp(x, b=[1, 2, 3], axis=-1), X),
    "logsumexp-sign": (lambda x: sp.logsumexp(x, b=np.array([-1.0, 2.0, -3.0]), axis=1, return_sign=True)[0], X),
    "logsumexp-list": (lambda x, y: sp.logsumexp([x[0, 0], 1.0, y]), X, np.array(0.4)),
    "logsumexp-f32": (sp.logsumexp, X.astype(np.float32)),
    "logsumexp-complex": (sp.logsumexp, X + 1j * X[::-1]),
    "softmax": (sp.softmax, X),
    "softmax-axis": (lambda x: sp.softmax(x, axis=0), X.T),
    "softmax-f32": (lambda x: sp.softmax(x, axis=-1), X.astype(np.float32)),
    "log_softmax": (lambda x: sp.log_softmax(x, axis=1), X),
    "polygamma": (lambda x: sp.polygamma(2, x), X),
    "polygamma-orders": (lambda x: sp.polygamma([0, 1, 2], x), X),
    "zeta": (lambda q: sp.zeta(2.5, q), X),
    "multigammaln": (lambda a: sp.multigammaln(a, 3), X + 1),
    "factorial": (sp.factorial, X),
    "comb": (sp.comb, X + 3, np.array([0.5, 1.2, 2.0])),
    "comb-outside": (lambda n: sp.comb(n, 4), X),
    "comb-repetition": (lambda n: sp.comb(n, 2, repetition=True), X + 2),
    "perm": (sp.perm, X + 3, np.array([0.5, 1.2, 2.0])),
    "lambertw": (sp.lambertw, X),
    "lambertw-branch": (lambda z: sp.lambertw(z, -1), -X / 10),
    "lambertw-complex": (lambda z: sp.lambertw(z, k=2), X + 1j),
    "softplus": (sp.softplus, X),
    "spherical_jn": (lambda z: sp.spherical_jn(2, z), X),
    "spherical_yn": (lambda z: sp.spherical_yn(0, z), X),
    "spherical_in": (lambda z: sp.spherical_in(1, z, True), X),
    "spherical_kn": (lambda z: sp.spherical_kn(1, z, derivative=True), X),
    "jvp": (lambda z: sp.jvp(1, z, 2), X),
    "kvp": (lambda z: sp.kvp(1, z), X),
    "sinc": (sp.sinc, X),
}


@pytest.mark.parametrize("name", PYTHON)
def test_python_functions(name):
    """Values are SciPy's, derivatives agree in all modes."""
    f, *args = PYTHON[name]
    with np.errstate(all="ignore"):
        assert_agreement(read(f), *args)


UFUNCS = {
    "airy": (lambda x: sp.airy(x), X),
    "ellipj": (sp.ellipj, X, X / 3),
    "fresnel": (sp.fresnel, X),
    "gamma-f32": (sp.gamma, X.astype(np.float32)),
    "gamma-complex": (sp.gamma, X + 1j),
    "jv-broadcast": (lambda z: sp.jv(np.arange(3.0), z), X),
    "jv-f32": (lambda z: sp.jv(1, z), X.astype(np.float32)),
    "expit-longdouble": (sp.expit, X.astype(np.longdouble)),
    "expit-f16": (sp.expit, X.astype(np.float16)),
    "hankel1": (lambda z: np.abs(sp.hankel1(1, z)), X),
    "kv-complex": (lambda z: sp.kv(0.5, z), X + 1j),
    "voigt": (sp.voigt_profile, X, X + 0.2, X / 2),
    "out": (lambda x: sp.erf(x, out=np.zeros_like(x)), X),
    "empty": (sp.gamma, np.zeros((0, 3))),
    "fortran": (sp.digamma, np.asfortranarray(X)),
    "reversed": (sp.digamma, X[:, ::-1]),
}


@pytest.mark.parametrize("name", UFUNCS)
def test_ufuncs(name):
    """Ufuncs of several outputs, of several dtypes and layouts."""
    f, *args = UFUNCS[name]
    if any(x.dtype in (np.float16, np.longdouble) for x in args):
        assert_same(wg.vjp(f, *args)[0], f(*args))
        slope = wg.grad(lambda x: np.sum(f(x)))(*args)
        assert slope.dtype == args[0].dtype
        np.testing.assert_allclose(slope, sp.expit(X) * sp.expit(-X), rtol=2e-3)
    else:
        assert_agreement(f, *args)


# -- conventions -------------------------------------------------------------------------------------------------------

INF = np.inf
POINTS = [
    (sp.logsumexp, [1000.0, 0.0], [1.0, 0.0]),
    (sp.logsumexp, [-INF, 0.0], [0.0, 1.0]),
    (sp.logsumexp, [-INF, -INF], [0.5, 0.5]),  # the limit along the diagonal
    (sp.logsumexp, [INF, 0.0, INF], [0.5, 0.0, 0.5]),
    (sp.logsumexp, [-1000.0, -1000.0], [0.5, 0.5]),
    (lambda x: sp.logsumexp(x, b=[0.0, 2.0, 1.0]), [1.0, 5.0, 5.0], [0.0, 2 / 3, 1 / 3]),
    (lambda b: sp.logsumexp([1000.0, 1000.0], b=b), [1.0, 3.0], [0.25, 0.25]),
    (lambda x: sp.softmax(x)[0], [1000.0, 0.0], [0.0, 0.0]),
    (lambda x: sp.softmax(x)[0], [0.0, -INF, 0.0], [0.25, 0.0, -0.25]),
    (lambda x: sp.log_softmax(x)[1], [1000.0, 0.0], [-1.0, 1.0]),
    (lambda x: sp.log_softmax(x)[0], [0.0, -INF], [0.0, 0.0]),
    (lambda x: np.where(x > 0, sp.xlogy(x, x), 0.0).sum(), [0.0, 1.0], [0.0, 1.0]),
    (lambda x: np.sum(0 * sp.logit(x)), [0.0, 1.0], [0.0, 0.0]),
    (lambda x: sp.comb(x[0], x[1]), [3.0, 5.0], [0.0, 0.0]),
    (lambda x: sp.factorial(x[0]), [-1.5], [0.0]),
    (lambda x: np.sum(sp.i0e(x)), [0.0], [0.0]),
]


@pytest.mark.parametrize(("f", "point", "gradient"), POINTS)
def test_special_points(f, point, gradient):
    """Gradients where a formula written out gives nan."""
    with np.errstate(all="ignore"):
        x = np.array(point)
        np.testing.assert_allclose(wg.grad(read(f))(x), gradient, rtol=1e-13, atol=1e-300)
        pushed = [wg.jvp(read(f), (x,), (e,))[1] for e in np.eye(len(x))]
        np.testing.assert_allclose(pushed, gradient, rtol=1e-13, atol=1e-300)


def test_hessian_of_logsumexp():
    """diag(p) - p pᵀ, also far out."""
    np.testing.assert_allclose(wg.hessian(read(sp.logsumexp))(np.array([1000.0, 0.0])), np.zeros((2, 2)))
    p = sp.softmax(X[0])
    np.testing.assert_allclose(wg.hessian(read(sp.logsumexp))(X[0]), np.diag(p) - np.outer(p, p), rtol=1e-12)


def test_sign_of_logsumexp():
    """The sign is SciPy's, and has no derivative."""
    f = read(lambda x: sp.logsumexp(x, b=np.array([1.0, -2.0]), return_sign=True))
    value, pullback = wg.vjp(f, np.array([0.3, 0.1]))
    assert_same(value, sp.logsumexp([0.3, 0.1], b=[1.0, -2.0], return_sign=True))
    assert value[1] == -1.0
    assert np.all(pullback((0.0, 1.0))[0] == 0)


def test_plain_arguments_give_what_scipy_gives():
    """A call on untraced values is SciPy's own, and its array may be written with traced ones."""

    def f(x):
        row = sp.softmax(np.array([1.0, 2.0]))
        row[0] = x * sp.comb(5, 2, exact=True)
        return np.sum(row)

    assert wg.grad(read(f))(2.0) == 10.0


# -- refusals ----------------------------------------------------------------------------------------------------------

REFUSED = [
    (lambda v: sp.jv(v, 1.5), r"jv\(v, z\).* in the order v"),
    (lambda v: sp.kve(v, 1.5), r"kve\(v, z\).* in the order v"),
    (lambda a: sp.hyp2f1(a, 1.0, 2.0, 0.3), r"hyp2f1\(a, b, c, z\).* in a"),
    (lambda s: sp.zeta(s, 2.0), r"zeta\(x, q\).* in x"),
    (lambda s: sp.zeta(s), r"zeta\(x\).* in x"),
    (lambda n: sp.polygamma(n, 2.0), r"polygamma\(n, x\).* in n"),
    (lambda n: sp.eval_legendre(n, 0.3), r"eval_legendre\(n, x\).* in n"),
    (lambda n: sp.factorial(n, exact=True), r"factorial.*exact=True"),
    (lambda n: sp.comb(n, 2, exact=True), r"comb.*exact=True"),
    (lambda x: sp.softmax(np.array([x, x]), dtype=float), r"softmax.*dtype"),
    (lambda x: sp.kolmogorov(x), r"kolmogorov has no derivative rule"),
    (lambda x: sp.ive(1, x + 0.1j).real, r"ive\(v, z\) has a derivative rule for real arguments only"),
]


@pytest.mark.parametrize(("f", "message"), REFUSED)
def test_refusals(f, message):
    """What has no rule raises, in both modes, and names what it is."""
    with pytest.raises(UnsupportedError, match=message):
        wg.grad(read(f))(1.5)
    with pytest.raises(UnsupportedError, match=message):
        wg.jvp(read(f), (1.5,), (1.0,))


def test_other_arguments_of_a_refusal_go_through():
    """An argument without a rule may be a traced value that nothing is differentiated in."""
    assert wg.grad(lambda x: sp.jv(wg.stop_gradient(x) * 2, x))(1.0) == pytest.approx(sp.jvp(2, 1.0))


def test_import_is_light():
    """`import wengert` needs scipy.special, not scipy.fft nor scipy.linalg."""
    code = "import sys, wengert; print('scipy.fft' in sys.modules, 'scipy.linalg' in sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.split() == ["False", "False"]
