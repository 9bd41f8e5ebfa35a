"""Bundle adjustment: the BA of ADBench. Of each observation, the 2 × 15 block of the Jacobian."""

import numpy

from rows.row import Row

OBSERVATIONS = 10_000


def program(np):
    def rotate(r, x):
        """The rotation about r by |r|: the formula of Rodrigues."""
        angle2 = np.sum(r * r)
        angle = np.sqrt(angle2)
        cosine, sine = np.cos(angle), np.sin(angle)
        axis = r / angle
        across = np.stack(
            [axis[1] * x[2] - axis[2] * x[1], axis[2] * x[0] - axis[0] * x[2], axis[0] * x[1] - axis[1] * x[0]]
        )
        return x * cosine + across * sine + axis * (np.sum(axis * x) * (1 - cosine))

    def f(camera, point, weight, feature):
        y = rotate(camera[:3], point - camera[3:6])
        p = y[:2] / y[2]
        r2 = np.sum(p * p)
        distorted = p * (1 + camera[9] * r2 + camera[10] * r2 * r2)
        return weight * (distorted * camera[6] + camera[7:9] - feature)

    return f


def torch_program():
    import torch

    return program(Like(torch))


def jax_program():
    import jax.numpy

    return program(jax.numpy)


class Like:
    """The names of NumPy that are used here, of torch."""

    def __init__(self, torch):
        self.sum, self.sqrt, self.cos, self.sin, self.stack = torch.sum, torch.sqrt, torch.cos, torch.sin, torch.stack


def arguments():
    rng = numpy.random.default_rng(0)
    n = OBSERVATIONS
    camera = rng.uniform(0.1, 0.5, (n, 11))
    camera[:, 6] = 500.0
    camera[:, 9:] *= 0.01
    point = rng.uniform(-1, 1, (n, 3)) + numpy.array([0.0, 0.0, 5.0])
    return camera, point, rng.uniform(0.5, 1.5, n), rng.uniform(-100, 100, (n, 2))


ROW = Row(
    "ba",
    "bundle adjustment, 1e4 blocks",
    arguments,
    (0, 1, 2),
    program,
    {"jax": jax_program, "torch": torch_program},
    each=True,
)
