"""The handwritten digits that scikit-learn ships: 1,797 images of 8 x 8 pixels."""

from typing import NamedTuple

import numpy as np
from sklearn.datasets import load_digits


class Digits(NamedTuple):
    images: np.ndarray  # (n, 64), from 0 to 1
    labels: np.ndarray  # (n,), from 0 to 9


def split_digits(rng: np.random.Generator, held_out: float = 0.25) -> tuple[Digits, Digits]:
    """The digits to learn from, and those held out."""
    images, labels = load_digits(return_X_y=True)
    order = rng.permutation(len(labels))
    test, train = np.split(order, [round(held_out * len(labels))])
    return Digits(images[train] / 16, labels[train]), Digits(images[test] / 16, labels[test])
