"""A small neural network in plain NumPy. Nothing in this file knows about derivatives."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np


@dataclass
class Network:
    """Layers with weights `W0, W1, ...` and biases `b0, b1, ...`, and tanh between them."""

    params: dict[str, np.ndarray]

    @classmethod
    def random(cls, sizes: Sequence[int], rng: np.random.Generator) -> "Network":
        params = {}
        for i, (n_in, n_out) in enumerate(pairwise(sizes)):
            params[f"W{i}"] = rng.normal(0, 1 / np.sqrt(n_in), size=(n_in, n_out))
            params[f"b{i}"] = np.zeros(n_out)
        return cls(params)

    def to_vector(self) -> np.ndarray:
        return np.concatenate([array.ravel() for array in self.params.values()])

    def with_vector(self, vector: np.ndarray) -> "Network":
        """The network of the same layers whose parameters stand in `vector`, in the order of `to_vector`."""
        params = {}
        start = 0
        for name, array in self.params.items():
            params[name] = vector[start : start + array.size].reshape(array.shape)
            start += array.size
        return Network(params)

    def scores(self, images: np.ndarray) -> np.ndarray:
        """One score per image and class: (n, pixels) -> (n, classes)."""
        x = images
        last = len(self.params) // 2 - 1
        for i in range(last + 1):
            x = x @ self.params[f"W{i}"] + self.params[f"b{i}"]
            if i < last:
                x = np.tanh(x)
        return x

    def loss(self, images: np.ndarray, labels: np.ndarray, decay: float = 1e-4) -> float:
        """The mean cross-entropy, plus a small price on large parameters."""
        scores = self.scores(images)
        scores = scores - scores.max(axis=1, keepdims=True)
        log_probabilities = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
        cross_entropy = -log_probabilities[np.arange(len(labels)), labels].mean()
        return cross_entropy + decay * sum((array**2).sum() for array in self.params.values())

    def predict(self, images: np.ndarray) -> np.ndarray:
        return self.scores(images).argmax(axis=1)
