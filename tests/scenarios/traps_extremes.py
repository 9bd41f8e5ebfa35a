"""Saturated and overflowing functions: logsumexp, softmax, sigmoid, softplus, tanh, sinc."""

import numpy as np

from tests.scenarios.trap import Trap

PI = np.pi
FAR = np.array([1000.0, 0.0])
MASKED = np.array([-np.inf, 0.0])
QUARTERS = np.array([[0.25, -0.25], [-0.25, 0.25]])


def logsumexp(x):
    """log(sum(exp(x))) with the largest entry taken out."""
    largest = np.max(x)
    return largest + np.log(np.sum(np.exp(x - largest)))


def rows_logsumexp(x):
    """The sum of the rows' logsumexp."""
    largest = x.max(axis=1, keepdims=True)
    return np.sum(largest + np.log(np.exp(x - largest).sum(axis=1, keepdims=True)))


def softmax(x):
    """exp(x)/sum(exp(x)) with the largest entry taken out."""
    weights = np.exp(x - np.max(x))
    return weights / np.sum(weights)


def log_softmax(x):
    """x - logsumexp(x)."""
    return x - logsumexp(x)


def cross_entropy(x):
    """-log of the first softmax weight."""
    return -log_softmax(x)[0]


def sigmoid(x):
    """The logistic function as everyone writes it."""
    return 1.0 / (1.0 + np.exp(-x))


def softplus(x):
    """log(1 + exp(x)), stable on both sides."""
    return np.maximum(x, 0.0) + np.log1p(np.exp(-np.abs(x)))


def log_cosh(x):
    """log(cosh(x)), stable on both sides."""
    return np.abs(x) + np.log1p(np.exp(-2.0 * np.abs(x))) - np.log(2.0)


EXTREMES: tuple[Trap, ...] = (
    Trap("logsumexp-far", logsumexp, (FAR,), np.array([1.0, 0.0]), "softmax"),
    Trap("logsumexp-far-second", logsumexp, (FAR,), np.zeros((2, 2)), "diag p - pp'", order=2),
    Trap("logsumexp-very-negative", logsumexp, (np.full(2, -1000.0),), np.full(2, 0.5), "softmax"),
    Trap(
        "logsumexp-all-tied",
        logsumexp,
        (np.full(3, 1000.0),),
        np.full(3, 1 / 3),
        "softmax: whatever the tie of max, its part cancels",
    ),
    Trap("logsumexp-tied-second", logsumexp, (np.ones(2),), QUARTERS, "diag p - pp'", order=2),
    Trap("logsumexp-one-masked", logsumexp, (MASKED,), np.array([0.0, 1.0]), "softmax"),
    Trap("logsumexp-one-masked-second", logsumexp, (MASKED,), np.zeros((2, 2)), "diag p - pp'", order=2),
    Trap(
        "logsumexp-rows",
        rows_logsumexp,
        (np.array([[1000.0, 0.0], [2.0, 2.0]]),),
        np.array([[1.0, 0.0], [0.5, 0.5]]),
        "softmax of each row",
    ),
    Trap("softmax-far", softmax, (FAR,), np.zeros((2, 2)), "diag p - pp'"),
    Trap("softmax-tied-far", softmax, (np.full(2, 1000.0),), QUARTERS, "diag p - pp'"),
    Trap("softmax-masked", softmax, (MASKED,), np.zeros((2, 2)), "diag p - pp', p = (0, 1)"),
    Trap("log-softmax-far", log_softmax, (FAR,), np.array([[0.0, 0.0], [-1.0, 1.0]]), "I - 1p'"),
    Trap("cross-entropy-far", cross_entropy, (np.array([0.0, 1000.0]),), np.array([-1.0, 1.0]), "p - onehot"),
    Trap(
        "cross-entropy-far-second", cross_entropy, (np.array([0.0, 1000.0]),), np.zeros((2, 2)), "diag p - pp'", order=2
    ),
    Trap("sigmoid-far-left", sigmoid, (-1000.0,), 0.0, "s(1-s); the written rule is inf/inf²"),
    Trap("sigmoid-far-right", sigmoid, (1000.0,), 0.0, "s(1-s)"),
    Trap("sigmoid-far-left-second", sigmoid, (-1000.0,), 0.0, "s(1-s)(1-2s)", order=2),
    Trap("sigmoid-far-right-second", sigmoid, (1000.0,), 0.0, "s(1-s)(1-2s)", order=2),
    Trap("sigmoid-third-at-0", sigmoid, (0.0,), -0.125, "s(1-s)(1-6s+6s²)", order=3),
    Trap(
        "sigmoid-vector",
        lambda x: np.sum(sigmoid(x)),
        (np.array([-800.0, 0.0, 800.0]),),
        np.array([0.0, 0.25, 0.0]),
        "s(1-s)",
    ),
    Trap("log-sigmoid-far-left", lambda x: -np.logaddexp(0.0, -x), (-1000.0,), 1.0, "1 - s"),
    Trap("tanh-far-second", lambda x: np.tanh(x), (1000.0,), 0.0, "-2t(1-t²)", order=2),
    Trap("tanh-far", lambda x: np.tanh(x), (-1000.0,), 0.0, "1-t²; cosh² overflows"),
    Trap("tanh-third-at-0", lambda x: np.tanh(x), (0.0,), -2.0, "t = x - x³/3", order=3),
    Trap("tanh-infinite", lambda x: np.tanh(x), (np.inf,), 0.0, "1-t²"),
    Trap("arctan-far", lambda x: np.arctan(x), (1e200,), 0.0, "1/(1+x²)"),
    Trap("arctan-far-second", lambda x: np.arctan(x), (1e200,), 0.0, "-2x/(1+x²)²", order=2),
    Trap("softplus-tie", softplus, (0.0,), 0.5, "sigmoid: half of max's tie and nothing of |x|"),
    Trap("softplus-far-right", softplus, (1000.0,), 1.0, "sigmoid"),
    Trap("softplus-far-left", softplus, (-1000.0,), 0.0, "sigmoid"),
    Trap("softplus-far-second", softplus, (1000.0,), 0.0, "s(1-s)", order=2),
    Trap("softplus-second", softplus, (-1.0,), sigmoid(1.0) * sigmoid(-1.0), "s(1-s)", order=2),
    Trap("log-cosh-at-0", log_cosh, (0.0,), 0.0, "tanh"),
    Trap("log-cosh-far", log_cosh, (-1000.0,), -1.0, "tanh"),
    Trap("log-cosh-second", log_cosh, (1.0,), 1.0 - np.tanh(1.0) ** 2, "1 - tanh²", order=2),
    Trap(
        "logaddexp-far",
        lambda x, y: np.logaddexp(x, y),
        (-1000.0, 1000.0),
        (0.0, 1.0),
        "softmax of the two",
        argnums=(0, 1),
    ),
    Trap("logaddexp-of-itself", lambda x: np.logaddexp(x, x), (3.0,), 1.0, "x + log 2"),
    Trap("logaddexp-second-at-0", lambda x: np.logaddexp(x, 0.0), (0.0,), 0.25, "s(1-s)", order=2),
    Trap("logaddexp-far-second", lambda x: np.logaddexp(x, 0.0), (1000.0,), 0.0, "s(1-s)", order=2),
    Trap("logaddexp-masked", lambda x: np.logaddexp(x, -np.inf), (0.0,), 1.0, "the identity"),
    Trap("logaddexp-masked-second", lambda x: np.logaddexp(x, -np.inf), (0.0,), 0.0, "the identity", order=2),
    Trap(
        "logaddexp-both-masked",
        lambda x: np.logaddexp(x, -np.inf),
        (-np.inf,),
        1.0,
        "the identity, continued to its end",
        convention=True,
    ),
    Trap("logaddexp2-far", lambda x: np.logaddexp2(x, 0.0), (1000.0,), 1.0, "2**x/(2**x + 1)"),
    Trap("logaddexp2-tie", lambda x: np.logaddexp2(x, 0.0), (0.0,), 0.5, "2**x/(2**x + 1)"),
    Trap("gaussian-far", lambda x: np.exp(-x * x), (1e200,), 0.0, "-2x exp(-x²): exp wins"),
    Trap("gaussian-far-second", lambda x: np.exp(-x * x), (1e3,), 0.0, "(4x²-2) exp(-x²)", order=2),
    Trap("log1p-tiny", lambda x: np.log1p(x), (1e-20,), 1.0, "1/(1+x)"),
    Trap("expm1-tiny-second", lambda x: np.expm1(x), (1e-20,), 1.0, "exp(x)", order=2),
    Trap("xlogy-naive-at-0", lambda x, y: x * np.log(y), (0.0, 0.0), -np.inf, "log y"),
    Trap("sinc-at-0", lambda x: np.sinc(x), (0.0,), 0.0, "an even function"),
    Trap("sinc-second-at-0", lambda x: np.sinc(x), (0.0,), -(PI**2) / 3, "1 - (πx)²/6 + (πx)⁴/120", order=2),
    Trap("sinc-third-at-0", lambda x: np.sinc(x), (0.0,), 0.0, "an even function", order=3),
    Trap("sinc-at-1", lambda x: np.sinc(x), (1.0,), -1.0, "cos(πx)/x - sin(πx)/(πx²)"),
    Trap("sinc-near-0", lambda x: np.sinc(x), (1e-5,), -(PI**2) / 3 * 1e-5, "-π²x/3, cancelling 1/x terms", rtol=1e-6),
    Trap(
        "sinc-second-near-0",
        lambda x: np.sinc(x),
        (1e-4,),
        -(PI**2) / 3 + PI**4 * 1e-9,
        "-π²/3 + π⁴x²/10, cancelling 1/x³ terms",
        order=2,
        rtol=1e-6,
    ),
    Trap(
        "sinc-vector-second",
        lambda x: np.sum(np.sinc(x)),
        (np.array([0.0, 1.0]),),
        np.diag([-(PI**2) / 3, 2.0]),
        "at 1: -2cos(πx)/x² = 2 once sin vanishes",
        order=2,
    ),
)
