"""A chain of LSTM steps that predicts the next character: the LSTM of ADBench."""

from itertools import pairwise

import numpy

from workload import Workload


def lstm(layers: int, steps: int, characters: int = 14) -> Workload:
    rng = numpy.random.default_rng(0)
    b = characters
    sequence = numpy.eye(b)[rng.integers(b, size=steps + 1)]
    state = [(rng.uniform(-1, 1, b), rng.uniform(-1, 1, b)) for _ in range(layers)]
    params = (
        rng.uniform(-1, 1, (layers, 2, 4 * b)),  # weights and biases of the gates
        rng.uniform(-1, 1, (3, b)),  # weights of the input and of the output, bias of the output
    )

    def sigmoid(np, x):
        return 1 / (1 + np.exp(-x))

    def lstm_step(np, weight, bias, hidden, cell, x):
        gates = np.concatenate((x, hidden, x, hidden)) * weight + bias
        forget = sigmoid(np, gates[:b])
        admit = sigmoid(np, gates[b : 2 * b])
        show = sigmoid(np, gates[2 * b : 3 * b])
        change = np.tanh(gates[3 * b :])
        cell = cell * forget + admit * change
        return show * np.tanh(cell), cell

    def predict(np, main, extra, state, x):
        x = x * extra[0]
        after = []
        for layer, (hidden, cell) in enumerate(state):
            x, cell = lstm_step(np, main[layer, 0], main[layer, 1], hidden, cell, x)
            after.append((x, cell))
        return x * extra[1] + extra[2], after

    def f(np, params):
        main, extra = params
        now = state
        total = 0.0
        for x, following in pairwise(sequence):
            scores, now = predict(np, main, extra, now, x)
            total = total + np.sum(following * (scores - np.log(2 + np.sum(np.exp(scores)))))
        return -total / (steps * b)

    return Workload(f"LSTM, {layers} layers, {steps} steps", f, params)
