"""Containers as vectors."""

import numpy as np

from wengert.tree import flatten as to_leaves
from wengert.tree import unflatten as from_leaves


def flatten(value):
    """All numbers of a container as one vector, and the way back."""
    leaves, structure = to_leaves(value)
    shapes = [np.shape(leaf) for leaf in leaves]
    vector = np.concatenate([np.ravel(leaf) for leaf in leaves]) if leaves else np.array([])

    def unflatten(vector):
        out, start = [], 0
        for shape in shapes:
            stop = start + int(np.prod(shape))
            out.append(np.reshape(vector[start:stop], shape) if shape else vector[start])
            start = stop
        return from_leaves(structure, out)

    return vector, unflatten
