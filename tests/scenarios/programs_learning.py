"""Plain NumPy programs of machine learning: networks, attention, optimizers."""

import itertools

import numpy as np

from tests.scenarios.program import Program

TOKENS = np.array([3, 1, 3, 0, 2, 3])
LABELS = np.array([1, 0, 2, 1])


class Network:
    """A perceptron whose parameters are a dict, as everyone writes it first."""

    def __init__(self, parameters):
        self.parameters = parameters
        self.depth = len(parameters) // 2

    def __call__(self, x):
        for layer in range(self.depth):
            x = x @ self.parameters[f"w{layer}"] + self.parameters[f"b{layer}"]
            if layer < self.depth - 1:
                x = np.tanh(x)
        return x

    def loss(self, x, labels):
        scores = self(x)
        scores = scores - scores.max(axis=1, keepdims=True)
        log_probabilities = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
        penalty = sum(np.sum(w**2) for name, w in self.parameters.items() if name.startswith("w"))
        return -log_probabilities[np.arange(len(labels)), labels].mean() + 1e-3 * penalty


def perceptron_loss(parameters, x):
    """Cross-entropy of a two-layer network."""
    return Network(parameters).loss(x, LABELS)


def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-x))


class Cell:
    """One LSTM cell that keeps its state on itself."""

    def __init__(self, parameters):
        self.parameters = parameters
        self.hidden = np.zeros(parameters["bias"].shape[0] // 4)
        self.memory = self.hidden

    def step(self, x):
        gates = self.parameters["input"] @ x + self.parameters["recurrent"] @ self.hidden + self.parameters["bias"]
        forget, update, output, candidate = np.split(gates, 4)
        self.memory = sigmoid(forget) * self.memory + sigmoid(update) * np.tanh(candidate)
        self.hidden = sigmoid(output) * np.tanh(self.memory)
        return self.hidden


def lstm_chain(parameters, sequence):
    """Squared outputs of an LSTM over a sequence."""
    cell = Cell(parameters)
    return sum(np.sum(cell.step(x) ** 2) for x in sequence)


def attention(queries, keys, values):
    """Two heads of causal attention by einsum."""
    scores = np.einsum("hqd,hkd->hqk", queries, keys) / np.sqrt(queries.shape[-1])
    length = queries.shape[1]
    scores = np.where(np.tril(np.ones((length, length), bool)), scores, -np.inf)
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    weights /= weights.sum(axis=-1, keepdims=True)
    return np.einsum("hqk,hkd->qhd", weights, values).reshape(length, -1)


def adam(parameters, data, rate):
    """The loss after five Adam steps on a linear model whose gradient is written by hand."""
    parameters = dict(parameters)
    first = {name: np.zeros_like(p) for name, p in parameters.items()}
    second = {name: np.zeros_like(p) for name, p in parameters.items()}
    x, y = data[:, :-1], data[:, -1]
    for step in range(1, 6):
        residual = x @ parameters["w"] + parameters["b"] - y
        gradients = {"w": x.T @ residual / len(y), "b": residual.mean()}
        for name, gradient in gradients.items():
            first[name] = 0.9 * first[name] + 0.1 * gradient
            second[name] = 0.99 * second[name] + 0.01 * gradient**2
            corrected = first[name] / (1 - 0.9**step)
            spread = np.sqrt(second[name] / (1 - 0.99**step)) + 1e-2
            parameters[name] = parameters[name] - rate * corrected / spread
    residual = x @ parameters["w"] + parameters["b"] - y
    return 0.5 * np.mean(residual**2)


def convolution_by_loops(image, kernels):
    """A convolution layer in plain loops, relu, and the largest of each 2 by 2 window."""
    size = kernels.shape[1]
    height, width = image.shape[0] - size + 1, image.shape[1] - size + 1
    maps = np.zeros_like(image, shape=(len(kernels), height, width))
    for k in range(len(kernels)):
        for i in range(height):
            for j in range(width):
                maps[k, i, j] = np.sum(image[i : i + size, j : j + size] * kernels[k])
    maps = np.maximum(maps, 0.0)
    pooled = maps.reshape(len(kernels), height // 2, 2, width // 2, 2).max(axis=(2, 4))
    return np.sum(pooled**2)


def convolution_by_shifts(image, kernel):
    """The same by adding shifted images, padded by reflection."""
    padded = np.pad(image, 1, mode="reflect")
    result = np.zeros_like(image)
    for i in range(3):
        for j in range(3):
            result += kernel[i, j] * padded[i : i + image.shape[0], j : j + image.shape[1]]
    return np.sum(np.tanh(result))


def normalized_layers(x, gain, shift):
    """Batch normalization after layer normalization."""
    x = (x - x.mean(axis=-1, keepdims=True)) / np.sqrt(x.var(axis=-1, keepdims=True) + 1e-5)
    x = gain * x + shift
    x = (x - np.mean(x, axis=0)) / np.sqrt(np.var(x, axis=0) + 1e-5)
    return np.sum(x**3)


def bag_of_words(embedding, projection):
    """Embedded tokens, repeated ones too, averaged and projected."""
    vectors = embedding[TOKENS]
    window = (vectors[:-2] + vectors[1:-1] + vectors[2:]) / 3.0
    scores = np.tanh(window) @ projection
    return np.sum(np.take(scores, TOKENS[:4], axis=0) ** 2)


def centroids(points, centres):
    """One soft and one hard step of k-means."""
    squares = np.sum((points[:, None] - centres) ** 2, axis=-1)
    hard = np.argmin(squares, axis=1)
    moved = centres.copy()
    for k in range(len(centres)):
        members = points[hard == k]
        if len(members):
            moved[k] = members.mean(axis=0)
    soft = np.exp(-squares)
    soft = soft / soft.sum(axis=1, keepdims=True)
    return np.sum(np.min(np.sum((points[:, None] - moved) ** 2, axis=-1), axis=1)) + np.sum(soft**2)


def scattered_histogram(values, weights):
    """A softly binned histogram, accumulated with np.add.at."""
    places = np.searchsorted(np.linspace(-3, 3, 5), values)
    histogram = np.zeros_like(values, shape=(6,))
    np.add.at(histogram, places, weights * np.cos(values))
    return np.sum(histogram**2)


def decision_by_confidence(x, parameters):
    """Refine an estimate until it is confident, by a path that depends on the values."""
    path = []
    state = parameters["start"] * x
    while np.abs(state).max() < 2.0 and len(path) < 30:
        path.append(state)
        scale = parameters["grow"] if np.sum(state) > 0 else 1.5 * parameters["grow"]
        state = state + scale * np.tanh(state + x)
    return np.sum(np.stack(path).mean(axis=0) ** 2) + np.sum(state)


def _layers(rng, sizes):
    """Weights and biases of a perceptron."""
    pairs = itertools.pairwise(sizes)
    return {
        key: value
        for i, (n, m) in enumerate(pairs)
        for key, value in ((f"w{i}", rng.normal(size=(n, m))), (f"b{i}", 0.1 * rng.normal(size=m)))
    }


def _lstm(rng, inputs, units):
    """The parameters of one LSTM cell."""
    return {
        "input": rng.normal(size=(4 * units, inputs)),
        "recurrent": rng.normal(size=(4 * units, units)),
        "bias": rng.normal(size=4 * units),
    }


PROGRAMS_OF_LEARNING: tuple[Program, ...] = (
    Program(
        "perceptron",
        perceptron_loss,
        lambda rng: (_layers(rng, (3, 5, 3)), rng.normal(size=(4, 3))),
        "a class over a dict of parameters",
    ),
    Program(
        "lstm-chain",
        lstm_chain,
        lambda rng: (_lstm(rng, 2, 3), rng.normal(size=(4, 2))),
        "state on an object, split, builtin sum of a generator",
    ),
    Program(
        "attention",
        attention,
        lambda rng: tuple(rng.normal(size=(2, 4, 3)) for _ in range(3)),
        "einsum, -inf in the masked scores, /= of an own array",
        scalar=False,
    ),
    Program(
        "adam",
        adam,
        lambda rng: ({"w": rng.normal(size=3), "b": np.array(0.1)}, rng.normal(size=(6, 4)), 0.1),
        "dicts updated in a loop",
    ),
    Program(
        "convolution-by-loops",
        convolution_by_loops,
        lambda rng: (rng.normal(size=(6, 6)), rng.normal(size=(2, 3, 3))),
        "four loops into a buffer, max over two axes",
    ),
    Program(
        "convolution-by-shifts",
        convolution_by_shifts,
        lambda rng: (rng.normal(size=(4, 5)), rng.normal(size=(3, 3))),
        "pad, += of shifted windows",
    ),
    Program(
        "normalized-layers",
        normalized_layers,
        lambda rng: (rng.normal(size=(5, 3)), rng.uniform(0.5, 1.5, 3), rng.normal(size=3)),
        "mean and var along both axes",
    ),
    Program(
        "bag-of-words",
        bag_of_words,
        lambda rng: (rng.normal(size=(4, 3)), rng.normal(size=(3, 2))),
        "rows gathered repeatedly, take",
    ),
    Program(
        "centroids",
        centroids,
        lambda rng: (
            np.array([[0.0, 0.0], [2.0, 2.0]])[[0, 1, 0, 1, 1]] + 0.3 * rng.normal(size=(5, 2)),
            np.array([[0.2, -0.1], [1.8, 2.1]]),
        ),
        "argmin, masks from a comparison of constants",
    ),
    Program(
        "scattered-histogram",
        scattered_histogram,
        lambda rng: (np.array([-2.2, -0.7, 0.4, 0.9, 2.6, -0.3]), rng.uniform(0.5, 1.5, 6)),
        "searchsorted, add.at",
    ),
    Program(
        "decision-by-confidence",
        decision_by_confidence,
        lambda rng: (np.array([0.9, -0.4, 0.6]), {"start": np.array(0.2), "grow": np.array(0.31)}),
        "while and if on values, a list stacked at the end",
    ),
)
