"""The log-likelihood of a Gaussian mixture: GMM of ADBench (Srajer, Kukelova, Fitzgibbon 2018), without its prior.

A component's inverse covariance is QᵀQ; Q is lower triangular, its diagonal given by logarithms.
"""

import numpy

from rows.row import Row

D, K, N = 10, 25, 1000
ROWS, COLUMNS = numpy.tril_indices(D, -1)


def program(np):
    def log_sum_exp(a, axis):
        largest = np.max(a, axis=axis, keepdims=True)
        return np.squeeze(largest, axis) + np.log(np.sum(np.exp(a - largest), axis=axis))

    def f(alphas, means, diagonals, below, x):
        q = np.zeros((K, D, D))
        q[:, ROWS, COLUMNS] = below
        centered = x[:, None, :] - means
        scaled = np.einsum("kij,nkj->nki", q, centered) + centered * np.exp(diagonals)
        terms = alphas + np.sum(diagonals, axis=1) - 0.5 * np.sum(scaled * scaled, axis=2)
        return np.sum(log_sum_exp(terms, 1)) - N * log_sum_exp(alphas, 0)

    return f


def jax_program():
    import jax
    import jax.numpy as np

    def f(alphas, means, diagonals, below, x):
        q = np.zeros((K, D, D)).at[:, ROWS, COLUMNS].set(below)
        centered = x[:, None, :] - means
        scaled = np.einsum("kij,nkj->nki", q, centered) + centered * np.exp(diagonals)
        terms = alphas + np.sum(diagonals, axis=1) - 0.5 * np.sum(scaled * scaled, axis=2)
        logsumexp = jax.scipy.special.logsumexp
        return np.sum(logsumexp(terms, 1)) - N * logsumexp(alphas)

    return f


def torch_program():
    import torch

    def f(alphas, means, diagonals, below, x):
        q = torch.zeros((K, D, D), dtype=torch.float64)
        q[:, torch.as_tensor(ROWS), torch.as_tensor(COLUMNS)] = below
        centered = x[:, None, :] - means
        scaled = torch.einsum("kij,nkj->nki", q, centered) + centered * torch.exp(diagonals)
        terms = alphas + torch.sum(diagonals, 1) - 0.5 * torch.sum(scaled * scaled, 2)
        return torch.sum(torch.logsumexp(terms, 1)) - N * torch.logsumexp(alphas, 0)

    return f


def autograd_program():
    import autograd.numpy as np
    from autograd.scipy.special import logsumexp

    placement = numpy.zeros((len(ROWS), D * D))
    placement[numpy.arange(len(ROWS)), ROWS * D + COLUMNS] = 1.0

    def f(alphas, means, diagonals, below, x):
        q = np.reshape(below @ placement, (K, D, D))
        centered = x[:, None, :] - means
        scaled = np.einsum("kij,nkj->nki", q, centered) + centered * np.exp(diagonals)
        terms = alphas + np.sum(diagonals, axis=1) - 0.5 * np.sum(scaled * scaled, axis=2)
        return np.sum(logsumexp(terms, 1)) - N * logsumexp(alphas)

    return f


def arguments():
    rng = numpy.random.default_rng(0)
    return (
        rng.standard_normal(K),
        rng.standard_normal((K, D)),
        0.1 * rng.standard_normal((K, D)),
        0.1 * rng.standard_normal((K, D * (D - 1) // 2)),
        rng.standard_normal((N, D)),
    )


ROW = Row(
    "gmm",
    "Gaussian mixture, d=10, K=25, n=1000",
    arguments,
    (0, 1, 2, 3),
    program,
    {"jax": jax_program, "torch": torch_program, "autograd": autograd_program},
)
