"""Tricky derivatives of code that only a reader of the function's source can follow.

Plain buffers, `np.array` of computed numbers, `math`, builtins and SciPy's Python functions never
reach NumPy's protocols.
"""

import math

import numpy as np
import scipy.special

from tests.scenarios.trap import Trap

PAIR = np.array([1.0, 2.0])
TRIPLE = np.array([1.0, 2.0, 3.0])


def two_squares(x):
    """An array built of computed numbers."""
    return np.sum(np.array([x[0] ** 2, x[1] ** 2]))


def matrix_of_numbers(x):
    """A nested list of computed numbers: rotation by x times (1, 2)."""
    rotation = np.array([[np.cos(x), -np.sin(x)], [np.sin(x), np.cos(x)]])
    return (rotation @ PAIR)[0]


def filled_buffer(x):
    """A plain buffer filled in a loop."""
    out = np.zeros(len(x))
    for i in range(len(x)):
        out[i] = x[i] ** 2
    return np.sum(out * TRIPLE)


def running_product(x):
    """A plain buffer read and written: cumprod with zeros."""
    out = np.empty(len(x))
    out[0] = x[0]
    for i in range(1, len(x)):
        out[i] = out[i - 1] * x[i]
    return np.sum(out)


def accumulated_buffer(x):
    """+= of a computed array into a plain one."""
    total = np.zeros(2)
    for i in range(3):
        total += x**i
    return np.sum(total)


def filled_matrix(x):
    """Rows and a diagonal of a plain matrix."""
    matrix = np.eye(2)
    matrix[0] *= x
    matrix[1, :] += x[::-1]
    return np.sum(matrix @ matrix)


def masked_buffer(x):
    """log where it exists, in a plain buffer."""
    out = np.zeros(3)
    out[x > 0] = np.log(x[x > 0])
    return np.sum(out)


def newton_root(x):
    """sqrt by Newton steps, tested with float()."""
    y = x
    while abs(float(y * y - x)) > 1e-13:
        y = 0.5 * (y + x / y)
    return y


def float_times_x(x):
    """float() keeps the derivative."""
    return float(x) * x


def int_times_x(x):
    """int() is a step."""
    return int(x) * x


def largest_by_builtin(x):
    """max() of a list of numbers, and min of two."""
    return max([x[0], x[1], x[2]]) * min(x[0], x[1])


def norm_by_math(x):
    """math.sqrt of the builtin sum of squares, squared: 2x at 0."""
    return math.sqrt(sum(value * value for value in x)) ** 2


def safe_log(x):
    """A condition in Python around math.log."""
    return math.log(x) if x > 0 else 0.0


def list_then_array(x):
    """A list grown in a loop and turned into an array."""
    values = []
    for i in range(3):
        values.append(x**i)
    return np.sum(np.asarray(values) * TRIPLE)


def stacked_lists(x):
    """Lists of numbers handed to array functions."""
    return np.sum(np.concatenate([[x[0] * x[1]], [x[1]]]) ** 2) + np.trace(np.diag([x[0], x[1]]))


def view_of_buffer(x):
    """A view of a plain buffer, scaled after its base was written."""
    out = np.ones(3)
    head = out[:2]
    out[0] = x[0]
    head *= x[1]
    return np.sum(out)


READER_TRAPS: tuple[Trap, ...] = (
    Trap("reader-array-of-numbers", two_squares, (PAIR,), 2 * PAIR, "2x"),
    Trap("reader-matrix-of-numbers", matrix_of_numbers, (0.0,), -2.0, "-sin x - 2 cos x"),
    Trap("reader-filled-buffer", filled_buffer, (TRIPLE,), 2 * TRIPLE**2, "2 w x, w = x"),
    Trap("reader-filled-buffer-second", filled_buffer, (TRIPLE,), np.diag(2 * TRIPLE), "2w", order=2),
    Trap(
        "reader-running-product",
        running_product,
        (np.array([0.0, 0.0, 3.0]),),
        np.array([1.0, 0.0, 0.0]),
        "1 + x1 + x1x2",
    ),
    Trap(
        "reader-accumulated-buffer",
        accumulated_buffer,
        (np.array([0.0, 3.0]),),
        np.array([1.0, 7.0]),
        "1 + 2x, and x**0 is constant",
    ),
    Trap(
        "reader-filled-matrix",
        filled_matrix,
        (PAIR,),
        np.array([10.0, 3.0]),
        "[[a, 0], [b, 1 + a]]: the square sums to a² + ab + (1 + a)b + (1 + a)²",
    ),
    Trap("reader-masked-buffer", masked_buffer, (np.array([-1.0, 0.0, 2.0]),), np.array([0.0, 0.0, 0.5]), "1/x or 0"),
    Trap("reader-newton-root", newton_root, (2.0,), 0.5 / math.sqrt(2.0), "sqrt"),
    Trap("reader-float", float_times_x, (3.0,), 6.0, "x²; 3 when float() drops it"),
    Trap("reader-int", int_times_x, (2.5,), 2.0, "2x near 2.5"),
    Trap("reader-max-min", largest_by_builtin, (np.array([3.0, 2.0, 1.0]),), np.array([2.0, 3.0, 0.0]), "x0 x1"),
    Trap("reader-max-tie", lambda x: max(x, 1.0), (1.0,), 0.5, "as np.maximum", convention=True, alternatives=(1.0,)),
    Trap("reader-abs-at-0", lambda x: math.fabs(x), (0.0,), 0.0, "as np.abs", convention=True),
    Trap("reader-norm-squared-at-0", norm_by_math, (np.zeros(2),), np.zeros(2), "2x"),
    Trap("reader-math-pow-at-0", lambda x: math.pow(x, 2), (0.0,), 0.0, "as x**2", order=3),
    Trap("reader-builtin-pow-at-0", lambda x: pow(x, 0), (0.0,), 0.0, "as x**0"),
    Trap(
        "reader-math-hypot-at-0",
        lambda x, y: math.hypot(x, y),
        (0.0, 0.0),
        (0.0, 0.0),
        "as np.hypot",
        argnums=(0, 1),
        convention=True,
    ),
    Trap(
        "reader-math-prod",
        lambda x: math.prod(x),
        (np.array([0.0, 2.0, 3.0]),),
        np.array([6.0, 0.0, 0.0]),
        "as np.prod",
    ),
    Trap(
        "reader-math-chain", lambda x: math.exp(math.sin(x)) + math.log1p(x), (0.0,), 2.0, "cos x exp sin x + 1/(1+x)"
    ),
    Trap("reader-math-floor", lambda x: math.floor(x) * x, (2.5,), 2.0, "2x near 2.5"),
    Trap("reader-builtin-round", lambda x: round(x, 1) * x, (0.26,), 0.3, "0.3 x"),
    Trap("reader-conditional-log", safe_log, (0.0,), 0.0, "the arm 0"),
    Trap(
        "reader-sorted",
        lambda x: sorted([x[0], x[1], x[2]])[1] ** 2,
        (np.array([9.0, 4.0, 1.0]),),
        np.array([0.0, 8.0, 0.0]),
        "2x of the middle one",
    ),
    Trap("reader-list-then-array", list_then_array, (0.0,), 2.0, "1 + 2x + 3x²"),
    Trap("reader-list-then-array-second", list_then_array, (0.0,), 6.0, "1 + 2x + 3x²", order=2),
    Trap("reader-lists-in-array-functions", stacked_lists, (PAIR,), np.array([9.0, 9.0]), "x0²x1² + x1² + x0 + x1"),
    Trap("reader-view-of-buffer", view_of_buffer, (PAIR,), np.array([2.0, 2.0]), "x0 x1 + x1 + 1"),
    Trap("reader-full", lambda x: np.sum(np.full((2, 3), x) * 2.0), (1.0,), 12.0, "6 times 2x"),
    Trap("reader-arange", lambda x: np.sum(np.arange(3) * x), (1.0,), 3.0, "0 + 1 + 2"),
    Trap(
        "reader-logsumexp-far",
        lambda x: scipy.special.logsumexp(x),
        (np.array([1000.0, 0.0]),),
        np.array([1.0, 0.0]),
        "softmax",
    ),
    Trap(
        "reader-logsumexp-all-masked",
        lambda x: scipy.special.logsumexp(x),
        (np.full(2, -np.inf),),
        np.full(2, 0.5),
        "the limit along the diagonal",
        convention=True,
        alternatives=(0.0, np.nan),
    ),
    Trap(
        "reader-softmax-far",
        lambda x: scipy.special.softmax(x),
        (np.array([1000.0, 0.0]),),
        np.zeros((2, 2)),
        "diag p - pp'",
    ),
)
