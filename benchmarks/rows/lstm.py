"""A recurrent network of long short-term memory, 100 steps."""

import numpy

from rows.row import Row

HIDDEN, GIVEN, STEPS = 32, 14, 100


def program(np):
    def f(weights, bias, x):
        h = np.zeros(HIDDEN)
        c = np.zeros(HIDDEN)
        loss = 0.0
        for t in range(len(x)):
            gates = weights @ np.concatenate((x[t], h)) + bias
            admit, forget, show = (1 / (1 + np.exp(-gates[k * HIDDEN : (k + 1) * HIDDEN])) for k in range(3))
            c = forget * c + admit * np.tanh(gates[3 * HIDDEN :])
            h = show * np.tanh(c)
            loss = loss + np.sum(h * h)
        return loss

    return f


def jax_program():
    import jax
    import jax.numpy as np

    def f(weights, bias, x):
        def step(state, now):
            h, c = state
            gates = weights @ np.concatenate((now, h)) + bias
            admit, forget, show = (jax.nn.sigmoid(gates[k * HIDDEN : (k + 1) * HIDDEN]) for k in range(3))
            c = forget * c + admit * np.tanh(gates[3 * HIDDEN :])
            h = show * np.tanh(c)
            return (h, c), np.sum(h * h)

        _, losses = jax.lax.scan(step, (np.zeros(HIDDEN), np.zeros(HIDDEN)), x)
        return np.sum(losses)

    return f


def torch_program():
    import torch

    def f(weights, bias, x):
        h = torch.zeros(HIDDEN, dtype=torch.float64)
        c = torch.zeros(HIDDEN, dtype=torch.float64)
        loss = 0.0
        for now in x:
            gates = weights @ torch.cat((now, h)) + bias
            admit, forget, show = (torch.sigmoid(gates[k * HIDDEN : (k + 1) * HIDDEN]) for k in range(3))
            c = forget * c + admit * torch.tanh(gates[3 * HIDDEN :])
            h = show * torch.tanh(c)
            loss = loss + (h * h).sum()
        return loss

    return f


def arguments():
    rng = numpy.random.default_rng(0)
    weights = rng.standard_normal((4 * HIDDEN, GIVEN + HIDDEN)) / 6
    return weights, 0.1 * rng.standard_normal(4 * HIDDEN), rng.standard_normal((STEPS, GIVEN))


ROW = Row("lstm", "LSTM, 100 steps", arguments, (0, 1), program, {"jax": jax_program, "torch": torch_program})
