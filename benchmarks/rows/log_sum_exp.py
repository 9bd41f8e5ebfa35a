"""The logarithm of a sum of exponentials of a million numbers."""

import numpy

from rows.row import Row


def program(np):
    def f(x):
        largest = np.max(x)
        return largest + np.log(np.sum(np.exp(x - largest)))

    return f


def torch_program():
    import torch

    return lambda x: torch.logsumexp(x, 0)


def arguments():
    return (numpy.random.default_rng(0).standard_normal(1_000_000),)


ROW = Row("lse", "log Σ exp, 1e6", arguments, (0,), program, {"torch": torch_program})
