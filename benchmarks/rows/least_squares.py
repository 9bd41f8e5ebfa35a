"""Linear least squares."""

import numpy

from rows.row import Row


def program(np):
    def f(w, a, b):
        r = a @ w - b
        return np.sum(r * r)

    return f


def torch_program():
    def f(w, a, b):
        r = a @ w - b
        return (r * r).sum()

    return f


def arguments():
    rng = numpy.random.default_rng(0)
    return rng.standard_normal(500), rng.standard_normal((2000, 500)), rng.standard_normal(2000)


ROW = Row("llsq", "least squares, 2000 × 500", arguments, (0,), program, {"torch": torch_program})
