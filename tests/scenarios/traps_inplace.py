"""Writes into arrays the function made itself: stores, updates, `out=`, values saved for later."""

import numpy as np

from tests.scenarios.trap import Trap

PAIR = np.array([1.0, 2.0])
TRIPLE = np.array([1.0, 2.0, 3.0])
SQUARE = np.array([[1.0, 2.0], [3.0, 4.0]])
WEIGHTS = np.array([1.0, 2.0, 3.0])
SQUARE_WEIGHTS = np.array([[1.0, 10.0], [100.0, 1000.0]])


def store_entry(x):
    """y0 = x1², y1 = x1."""
    y = x * 1.0
    y[0] = x[1] ** 2
    return np.sum(y * y)


def saved_output(x):
    """exp keeps its output; the input changes afterwards."""
    y = x * 1.0
    z = np.exp(y)
    y *= 3.0
    return np.sum(z)


def changed_output(x):
    """exp keeps its output, and that is what changes."""
    z = np.exp(x)
    z *= 3.0
    return np.sum(z)


def changed_root(x):
    """sqrt keeps its output, which is then shifted and squared."""
    z = np.sqrt(x)
    z += 1.0
    return np.sum(z * z)


def saved_factor(x):
    """A product keeps its factors; one of them is then cleared."""
    y = x * 1.0
    product = y * x
    y *= 0.0
    return np.sum(product)


def buffered_add(x):
    """+= with a repeated index adds once: the last."""
    y = np.zeros_like(x)
    y[[0, 0]] += x
    return np.sum(y)


def accumulating_add(x):
    """np.add.at adds every time."""
    y = np.zeros_like(x)
    np.add.at(y, [0, 0], x)
    return np.sum(y)


def accumulating_product(x):
    """np.multiply.at multiplies every time: 9 x0."""
    y = x * 1.0
    np.multiply.at(y, [0, 0], 3.0)
    return np.sum(y)


def repeated_store(x):
    """A repeated index keeps the last value stored."""
    y = np.zeros_like(x)
    y[[0, 0]] = x
    return np.sum(y)


def masked_store(x):
    """y = 0 where x > 1.5."""
    y = x**2
    y[x > 1.5] = 0.0
    return np.sum(y)


def masked_update(x):
    """y = 3x where x > 1.5."""
    y = x * 1.0
    y[y > 1.5] *= 3.0
    return np.sum(y)


def broadcast_store(x):
    """x0 everywhere but in front."""
    y = x * 1.0
    y[1:] = x[0]
    return np.sum(y * WEIGHTS)


def broadcast_row_store(x):
    """Row 0 stored into both rows."""
    y = x * 1.0
    y[...] = x[0]
    return np.sum(y * SQUARE_WEIGHTS)


def repeated_square(x):
    """x⁸ by three squarings in place."""
    y = x.copy()
    for _ in range(3):
        y *= y
    return np.sum(y)


def forward_substitution(x):
    """y_i = x_i y_{i-1} in a loop: running products."""
    y = x * 1.0
    for i in range(1, len(y)):
        y[i] *= y[i - 1]
    return np.sum(y)


def bilinear(x):
    """x0² x1 + x1²."""
    y = x.copy()
    y *= y
    y[0] *= x[1]
    return np.sum(y)


def every_operator(x):
    """((x + 1) * x - x) / 2, then squared."""
    y = x.copy()
    y += 1.0
    y *= x
    y -= x
    y /= 2.0
    y **= 2
    return np.sum(y)


def out_argument(x):
    """exp(x) x into one buffer."""
    y = x * 1.0
    np.exp(y, out=y)
    np.multiply(y, x, out=y)
    return np.sum(y)


def out_into_view(x):
    """2 x0 into the end of the buffer."""
    y = x * 1.0
    np.multiply(x[:1], 2.0, out=y[-1:])
    return np.sum(y)


def copyto_where(x):
    """x² where the mask holds."""
    y = x * 1.0
    np.copyto(y, x**2, where=np.array([True, False, True]))
    return np.sum(y)


def diagonal_fill(x):
    """The diagonal cleared, then set by indices."""
    y = x * 1.0
    np.fill_diagonal(y, 0.0)
    y[np.arange(2), np.arange(2)] += x[0]
    return np.sum(y * SQUARE_WEIGHTS)


def sort_in_place(x):
    """ndarray.sort."""
    y = x * 1.0
    y.sort()
    return np.sum(y * WEIGHTS)


def fill_method(x):
    """ndarray.fill forgets everything."""
    y = x * 1.0
    y.fill(2.0)
    return np.sum(y * x)


def put_along(x):
    """The largest entry of each row replaced by row 0's first."""
    y = x * 1.0
    np.put_along_axis(y, np.argmax(y, axis=1)[:, None], x[0, 0], axis=1)
    return np.sum(y * SQUARE_WEIGHTS)


def heat_steps(x):
    """Two explicit steps on the inner point."""
    u = x * 1.0
    for _ in range(2):
        u[1:-1] += 0.25 * (u[2:] - 2.0 * u[1:-1] + u[:-2])
    return u[1]


INPLACE: tuple[Trap, ...] = (
    Trap("inplace-store-entry", store_entry, (np.array([5.0, 2.0]),), np.array([0.0, 36.0]), "x1⁴ + x1²"),
    Trap("inplace-saved-output", saved_output, (PAIR,), np.exp(PAIR), "exp x"),
    Trap("inplace-changed-output", changed_output, (PAIR,), 3 * np.exp(PAIR), "3 exp x"),
    Trap("inplace-changed-root", changed_root, (np.array([4.0]),), np.array([1.5]), "(1 + sqrt x)²: 1 + 1/sqrt x"),
    Trap("inplace-saved-factor", saved_factor, (PAIR,), 2 * PAIR, "x²"),
    Trap("inplace-buffered-add", buffered_add, (PAIR,), np.array([0.0, 1.0]), "the last counts"),
    Trap("inplace-accumulating-add", accumulating_add, (PAIR,), np.ones(2), "both count"),
    Trap("inplace-accumulating-product", accumulating_product, (PAIR,), np.array([9.0, 1.0]), "3·3 x0"),
    Trap("inplace-repeated-store", repeated_store, (PAIR,), np.array([0.0, 1.0]), "the last counts"),
    Trap("inplace-masked-store", masked_store, (TRIPLE,), np.array([2.0, 0.0, 0.0]), "2x or 0"),
    Trap("inplace-masked-update", masked_update, (TRIPLE,), np.array([1.0, 3.0, 3.0]), "1 or 3"),
    Trap("inplace-broadcast-store", broadcast_store, (TRIPLE,), np.array([6.0, 0.0, 0.0]), "1 + 2 + 3"),
    Trap(
        "inplace-broadcast-row-store",
        broadcast_row_store,
        (SQUARE,),
        np.array([[101.0, 1010.0], [0.0, 0.0]]),
        "column sums of w",
    ),
    Trap("inplace-repeated-square", repeated_square, (PAIR,), 8 * PAIR**7, "x⁸"),
    Trap("inplace-repeated-square-second", repeated_square, (PAIR,), np.diag(56 * PAIR**6), "x⁸", order=2),
    Trap(
        "inplace-forward-substitution",
        forward_substitution,
        (np.array([0.0, 0.0, 3.0]),),
        np.array([1.0, 0.0, 0.0]),
        "cumprod",
    ),
    Trap("inplace-bilinear-second", bilinear, (PAIR,), np.array([[4.0, 2.0], [2.0, 2.0]]), "x0² x1 + x1²", order=2),
    Trap("inplace-every-operator", every_operator, (PAIR,), PAIR**3, "(x²/2)²"),
    Trap("inplace-out", out_argument, (PAIR,), (1 + PAIR) * np.exp(PAIR), "x exp x"),
    Trap("inplace-out-into-view", out_into_view, (TRIPLE,), np.array([3.0, 1.0, 0.0]), "x0 + x1 + 2 x0"),
    Trap("inplace-copyto-where", copyto_where, (TRIPLE,), np.array([2.0, 1.0, 6.0]), "2x or 1"),
    Trap(
        "inplace-diagonal-fill",
        diagonal_fill,
        (SQUARE,),
        np.array([[1.0, 1010.0], [100.0, 0.0]]),
        "the diagonal is row 0",
    ),
    Trap(
        "inplace-sort",
        sort_in_place,
        (np.array([1.0, 1.0, 0.0]),),
        np.array([2.0, 3.0, 1.0]),
        "the stable permutation",
        convention=True,
    ),
    Trap("inplace-fill", fill_method, (PAIR,), np.full(2, 2.0), "2x"),
    Trap(
        "inplace-put-along-axis",
        put_along,
        (SQUARE,),
        np.array([[1011.0, 0.0], [100.0, 0.0]]),
        "x00 + 10 x00 + 100 x10 + 1000 x00",
    ),
    Trap(
        "inplace-heat-steps", heat_steps, (TRIPLE,), np.array([0.375, 0.25, 0.375]), "u1 -> u1/2 + (u0 + u2)/4, twice"
    ),
)
