"""Views and aliases of arrays the function made itself: what shares memory, and what copies."""

import numpy as np

from tests.scenarios.trap import Trap

PAIR = np.array([1.0, 2.0])
TRIPLE = np.array([1.0, 2.0, 3.0])
SQUARE = np.array([[1.0, 2.0], [3.0, 4.0]])
WEIGHTS = np.array([1.0, 2.0, 3.0])
DOUBLED = np.array([2.0, 2.0, 3.0])
SQUARE_WEIGHTS = np.array([[1.0, 10.0], [100.0, 1000.0]])


def slice_view(x):
    """A slice is a view: scaling it scales the array."""
    y = x * 1.0
    head = y[:1]
    head *= 5.0
    return np.sum(y * np.array([1.0, 10.0]))


def base_behind_view(x):
    """Scaling the array scales the view taken before."""
    y = x * 1.0
    head = y[:2]
    y *= 2.0
    return np.sum(head)


def view_outlives_name(x):
    """Rebinding the name leaves the view with the old array."""
    y = x * 1.0
    head = y[:2]
    y = y * 2.0
    return np.sum(head) + y[2]


def view_of_view(x):
    """The entry 2 through two slices."""
    y = x * 1.0
    y[1:][1:] *= 4.0
    return np.sum(y)


def two_names(x):
    """Two names for one array."""
    y = x * 1.0
    z = y
    z += x
    return np.sum(y)


def index_list_copies(x):
    """An index list copies, so the array stays."""
    y = x * 1.0
    copied = y[[0, 1]]
    copied *= 5.0
    return np.sum(y) + copied[0]


def mask_copies(x):
    """A mask copies, so the array stays."""
    y = x * 1.0
    copied = y[x > 1.5]
    copied *= 5.0
    return np.sum(y)


def entry_is_a_number(x):
    """y[0] is a number, not a view: it keeps the old value."""
    y = x * 1.0
    old = y[0]
    y[0] = 5.0 * old
    return old * y[0]


def sum_is_a_number(x):
    """+= on a number makes a new number."""
    s = np.sum(x)
    old = s
    s += 1.0
    return s * old


def swap_entries(x):
    """Numbers swap."""
    y = x * 1.0
    y[0], y[1] = y[1], y[0]
    return np.sum(y * WEIGHTS)


def swap_rows_through_views(x):
    """Rows do not: both end up as row 1."""
    y = x * 1.0
    y[0], y[1] = y[1], y[0]
    return np.sum(y * SQUARE_WEIGHTS)


def swap_rows_by_index(x):
    """With index lists they do."""
    y = x * 1.0
    y[[0, 1]] = y[[1, 0]]
    return np.sum(y * SQUARE_WEIGHTS)


def row_view(x):
    """A row is a view."""
    y = x * 1.0
    row = y[1]
    row -= 2.0 * y[0]
    return np.sum(y * SQUARE_WEIGHTS)


def rows_by_iteration(x):
    """So is each row of a loop."""
    y = x * 1.0
    for row in y:
        row *= row[0]
    return np.sum(y)


def transposed_view(x):
    """Writing row 0 of the transpose writes column 0."""
    y = x * 1.0
    y.T[0] = x[0] ** 2
    return np.sum(y * SQUARE_WEIGHTS)


def reshaped_view(x):
    """A contiguous reshape is a view."""
    y = x * 1.0
    flat = y.reshape(-1)
    flat[1:3] *= 5.0
    return np.sum(y * SQUARE_WEIGHTS)


def reshaped_copy(x):
    """A reshape of the transpose is a copy."""
    y = x * 1.0
    flat = y.T.reshape(-1)
    flat *= 5.0
    return np.sum(y * SQUARE_WEIGHTS)


def raveled_view_flattened_copy(x):
    """ravel is a view here, flatten never."""
    y = x * 1.0
    y.ravel()[0] = 0.0
    y.flatten()[1] = 0.0
    return np.sum(y * SQUARE_WEIGHTS)


def split_views(x):
    """split gives views."""
    y = x * 1.0
    top, bottom = np.split(y, 2)
    bottom += 2.0 * top
    return np.sum(y * SQUARE_WEIGHTS)


def new_axis_view(x):
    """newaxis, swapaxes and squeeze are views too."""
    y = x * 1.0
    np.squeeze(np.swapaxes(y[:, None, :], 0, 2))[0] *= 3.0
    return np.sum(y * SQUARE_WEIGHTS)


def overlapping_store(x):
    """y = (x0, x0, x1): the right side is read before anything is written."""
    y = x * 1.0
    y[1:] = y[:-1]
    return np.sum(y * WEIGHTS)


def overlapping_add(x):
    """y = (x0, x0 + x1, x1 + x2)."""
    y = x * 1.0
    y[1:] += y[:-1]
    return np.sum(y * WEIGHTS)


def reversed_add(x):
    """y_i = x_i + x_{n-1-i}, though y[::-1] shares y's memory."""
    y = x * 1.0
    y += y[::-1]
    return np.sum(y * WEIGHTS)


def add_own_transpose(x):
    """y = x + x'."""
    y = x * 1.0
    y += y.T
    return np.sum(y * SQUARE_WEIGHTS)


def scale_first(buffer, factor):
    """A helper that changes its argument."""
    buffer[0] *= factor


def through_helper(x):
    """y0 = x0 x1."""
    y = x * 1.0
    scale_first(y, x[1])
    return np.sum(y)


def raveled_column(x):
    """ravel copies what is not contiguous, though a reshape could view it."""
    y = x * 1.0
    column = y[:, :1].ravel()
    column *= 5.0
    return np.sum(y * SQUARE_WEIGHTS)


def fortran_reshaped_view(x):
    """Read column by column, the transpose is contiguous: a view."""
    y = x * 1.0
    flat = np.reshape(y.T, -1, order="F")
    flat[1] *= 5.0
    return np.sum(y * SQUARE_WEIGHTS)


def saved_transposed_view(x):
    """A product keeps a transposed view of a buffer that is written before and after."""
    y = x * 1.0
    y[0] = 2.0 * x[0]
    row = y[None]
    total = np.sum(row.T * np.sin(row))
    y[0] = 5.0
    return total


def real_part_view(x):
    """The real part of a complex array is a view that can be written."""
    y = np.real(np.exp(1j * x))
    y[1:] = y[:-1]
    return np.sum(y)


VIEWS: tuple[Trap, ...] = (
    Trap("inplace-slice-view", slice_view, (PAIR,), np.array([5.0, 10.0]), "5 x0 + 10 x1"),
    Trap("inplace-base-behind-view", base_behind_view, (TRIPLE,), np.array([2.0, 2.0, 0.0]), "2(x0 + x1)"),
    Trap("inplace-view-outlives-name", view_outlives_name, (TRIPLE,), np.array([1.0, 1.0, 2.0]), "x0 + x1 + 2 x2"),
    Trap("inplace-view-of-view", view_of_view, (TRIPLE,), np.array([1.0, 1.0, 4.0]), "4 x2"),
    Trap("inplace-two-names", two_names, (PAIR,), np.full(2, 2.0), "2x"),
    Trap("inplace-index-list-copies", index_list_copies, (TRIPLE,), np.array([6.0, 1.0, 1.0]), "x and 5 x0"),
    Trap("inplace-mask-copies", mask_copies, (TRIPLE,), np.ones(3), "x"),
    Trap("inplace-entry-is-a-number", entry_is_a_number, (PAIR,), np.array([10.0, 0.0]), "5 x0²"),
    Trap("inplace-sum-is-a-number", sum_is_a_number, (PAIR,), np.full(2, 7.0), "s² + s, s = 3"),
    Trap("inplace-swap-entries", swap_entries, (TRIPLE,), np.array([2.0, 1.0, 3.0]), "swapped"),
    Trap(
        "inplace-swap-rows-through-views",
        swap_rows_through_views,
        (SQUARE,),
        np.array([[0.0, 0.0], [101.0, 1010.0]]),
        "row 1 twice, as NumPy does",
    ),
    Trap(
        "inplace-swap-rows-by-index", swap_rows_by_index, (SQUARE,), np.array([[100.0, 1000.0], [1.0, 10.0]]), "swapped"
    ),
    Trap("inplace-row-view", row_view, (SQUARE,), np.array([[-199.0, -1990.0], [100.0, 1000.0]]), "w0 - 2 w1 and w1"),
    Trap(
        "inplace-rows-by-iteration",
        rows_by_iteration,
        (SQUARE,),
        np.array([[4.0, 1.0], [10.0, 3.0]]),
        "x0² + x0 x1 a row, whose first is read before",
    ),
    Trap(
        "inplace-transposed-view",
        transposed_view,
        (SQUARE,),
        np.array([[2.0, 410.0], [0.0, 1000.0]]),
        "column 0 is (x00², x01²)",
    ),
    Trap(
        "inplace-reshaped-view", reshaped_view, (SQUARE,), np.array([[1.0, 50.0], [500.0, 1000.0]]), "5 in the middle"
    ),
    Trap("inplace-reshaped-copy", reshaped_copy, (SQUARE,), SQUARE_WEIGHTS, "y stays"),
    Trap(
        "inplace-ravel-and-flatten",
        raveled_view_flattened_copy,
        (SQUARE,),
        np.array([[0.0, 10.0], [100.0, 1000.0]]),
        "only ravel writes",
    ),
    Trap("inplace-raveled-column", raveled_column, (SQUARE,), SQUARE_WEIGHTS, "y stays"),
    Trap(
        "inplace-fortran-reshaped-view",
        fortran_reshaped_view,
        (SQUARE,),
        np.array([[1.0, 50.0], [100.0, 1000.0]]),
        "the second entry in the order of memory",
    ),
    Trap(
        "inplace-saved-transposed-view",
        saved_transposed_view,
        (TRIPLE,),
        np.array([2.0, 1.0, 1.0]) * (np.sum(np.sin(DOUBLED)) + np.sum(DOUBLED) * np.cos(DOUBLED)),
        "Σy Σ sin y at y = (2 x0, x1, x2)",
    ),
    Trap(
        "inplace-real-part-view",
        real_part_view,
        (TRIPLE,),
        np.array([-2.0 * np.sin(1.0), -np.sin(2.0), 0.0]),
        "2 cos x0 + cos x1",
    ),
    Trap(
        "inplace-split-views", split_views, (SQUARE,), np.array([[201.0, 2010.0], [100.0, 1000.0]]), "w0 + 2 w1 and w1"
    ),
    Trap(
        "inplace-new-axis-view",
        new_axis_view,
        (SQUARE,),
        np.array([[3.0, 10.0], [300.0, 1000.0]]),
        "row 0 of the transpose is column 0",
    ),
    Trap("inplace-overlapping-store", overlapping_store, (TRIPLE,), np.array([3.0, 3.0, 0.0]), "1 + 2, 3"),
    Trap("inplace-overlapping-add", overlapping_add, (TRIPLE,), np.array([3.0, 5.0, 3.0]), "1 + 2, 2 + 3, 3"),
    Trap("inplace-reversed-add", reversed_add, (TRIPLE,), np.full(3, 4.0), "w + reversed w"),
    Trap("inplace-add-own-transpose", add_own_transpose, (SQUARE,), SQUARE_WEIGHTS + SQUARE_WEIGHTS.T, "w + w'"),
    Trap("inplace-through-helper", through_helper, (TRIPLE,), np.array([2.0, 2.0, 1.0]), "x0 x1 + x1 + x2"),
)
