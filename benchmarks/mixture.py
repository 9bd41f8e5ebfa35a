"""The log-likelihood of a Gaussian mixture: the GMM of ADBench (Srajer, Kukelova, Fitzgibbon 2018), vectorized.

A component's inverse covariance is QᵀQ; Q is lower triangular, its diagonal given by logarithms.
"""

from math import lgamma, log, pi

import numpy

from workload import Workload


def mixture(d: int, k: int, n: int, gamma: float = 1.0, m: int = 0) -> Workload:
    rng = numpy.random.default_rng(0)
    x = rng.normal(size=(n, d))
    params = (
        rng.normal(size=k),  # alphas: weights, up to normalization
        rng.uniform(size=(k, d)),  # means
        rng.normal(size=(k, d)),  # log_diagonals of Q
        rng.normal(size=(k, d * (d - 1) // 2)),  # below: the entries of Q below its diagonal
    )
    identity = numpy.eye(d)
    placement = numpy.zeros((d * (d - 1) // 2, d * d))  # where the entries below the diagonal stand in Q
    rows, columns = numpy.tril_indices(d, -1)
    placement[numpy.arange(len(rows)), rows * d + columns] = 1.0

    def log_sum_exp(np, a, axis):
        largest = np.max(a, axis=axis, keepdims=True)
        return np.sum(largest, axis=axis) + np.log(np.sum(np.exp(a - largest), axis=axis))

    def log_wishart_prior(np, log_diagonals, below):
        degrees = d + m + 1
        constant = degrees * d * (log(gamma) - 0.5 * log(2)) - log_gamma_distribution(0.5 * degrees, d)
        squares = np.sum(np.exp(log_diagonals) ** 2) + np.sum(below**2)
        return 0.5 * gamma**2 * squares - m * np.sum(log_diagonals) - k * constant

    def f(np, params):
        alphas, means, log_diagonals, below = params
        q = np.reshape(below @ placement, (k, d, d)) + np.exp(log_diagonals)[:, :, None] * identity
        scaled = (x - means[:, None, :]) @ np.swapaxes(q, 1, 2)
        inner = (alphas + np.sum(log_diagonals, axis=1))[:, None] - 0.5 * np.sum(scaled * scaled, axis=2)
        likelihood = np.sum(log_sum_exp(np, inner, 0)) - n * log_sum_exp(np, alphas, 0) - 0.5 * n * d * log(2 * pi)
        return likelihood + log_wishart_prior(np, log_diagonals, below)

    return Workload(f"mixture, d={d} K={k} n={n}", f, params)


def log_gamma_distribution(a: float, p: int) -> float:
    return 0.25 * p * (p - 1) * log(pi) + sum(lgamma(a + 0.5 * (1 - j)) for j in range(1, p + 1))
