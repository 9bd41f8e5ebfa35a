"""Broadcasting, gathering with repeats, einsum, padding: where cotangents add up."""

import numpy as np

from tests.scenarios.trap import Trap

PAIR = np.array([5.0, 7.0])
TRIPLE = np.array([1.0, 2.0, 4.0])
SQUARE = np.array([[1.0, 2.0], [3.0, 4.0]])
WEIGHTS = np.array([1.0, 2.0, 3.0])
GRID = np.arange(6.0).reshape(2, 3)
GRID_WEIGHTS = np.array([[1.0, 2.0, 4.0], [8.0, 16.0, 32.0]])


def fortran_order(x):
    """The entries column by column, weighted."""
    return np.sum(x.reshape(-1, order="F") * np.arange(6.0))


def along_axis(x):
    """Entries of each row picked by a table with repeats."""
    table = np.array([[0, 0], [2, 1]])
    return np.sum(np.take_along_axis(x, table, axis=1) * np.array([[1.0, 2.0], [3.0, 4.0]]))


def of_itself(x):
    """The same array three times in a row, weighted by its place."""
    return np.sum(np.concatenate([x, x, x]) * np.arange(6.0))


SHAPES: tuple[Trap, ...] = (
    Trap(
        "broadcast-column",
        lambda x: np.sum(x + np.ones((1, 4))),
        (np.ones((3, 1)),),
        np.full((3, 1), 4.0),
        "each entry serves 4",
    ),
    Trap(
        "broadcast-column-and-row",
        lambda x, y: np.sum(x * y),
        (np.array([[1.0], [2.0], [3.0]]), np.array([[1.0, 2.0, 3.0, 4.0]])),
        (np.full((3, 1), 10.0), np.full((1, 4), 6.0)),
        "the sum of the other",
        argnums=(0, 1),
    ),
    Trap(
        "broadcast-one-and-many",
        lambda x, y: np.sum(x * y),
        (np.array([2.0]), TRIPLE),
        (np.array([7.0]), np.full(3, 2.0)),
        "shape (1,) is kept",
        argnums=(0, 1),
    ),
    Trap(
        "broadcast-scalar",
        lambda x, y: np.sum(x * y),
        (2.0, GRID),
        (15.0, np.full((2, 3), 2.0)),
        "shape () is kept",
        argnums=(0, 1),
    ),
    Trap(
        "broadcast-0d",
        lambda x, y: np.sum(y - x),
        (np.array(2.0), np.ones((1, 1, 3))),
        (np.array(-3.0), np.ones((1, 1, 3))),
        "shape () is kept",
        argnums=(0, 1),
    ),
    Trap(
        "broadcast-missing-axes",
        lambda x: np.sum(x * GRID_WEIGHTS),
        (TRIPLE,),
        np.array([9.0, 18.0, 36.0]),
        "column sums",
    ),
    Trap(
        "broadcast-ones-everywhere",
        lambda x: np.sum(x * np.ones((2, 3, 4))),
        (np.ones((1, 1, 1)),),
        np.full((1, 1, 1), 24.0),
        "shape (1, 1, 1) is kept",
    ),
    Trap(
        "broadcast-empty",
        lambda x: np.sum(x + np.ones(0)),
        (np.ones(1),),
        np.zeros(1),
        "shape (1,) against (0,): nothing is used",
    ),
    Trap(
        "broadcast-against-itself", lambda x: np.sum(x[:, None] * x[None, :]), (TRIPLE,), np.full(3, 14.0), "2 sum(x)"
    ),
    Trap(
        "broadcast-against-itself-second",
        lambda x: np.sum(x[:, None] * x),
        (PAIR,),
        np.full((2, 2), 2.0),
        "(sum x)²",
        order=2,
    ),
    Trap(
        "broadcast-power",
        lambda x, y: np.sum(x**y),
        (np.array([[1.0], [2.0]]), WEIGHTS),
        (np.array([[6.0], [17.0]]), np.array([2.0, 4.0, 8.0]) * np.log(2.0)),
        "sum y x**(y-1) and sum x**y log x",
        argnums=(0, 1),
    ),
    Trap(
        "broadcast-maximum",
        lambda x, y: np.sum(np.maximum(x, y)),
        (np.array([[0.0], [3.0]]), TRIPLE),
        (np.array([[0.0], [2.0]]), np.array([1.0, 1.0, 2.0])),
        "counts of who is larger",
        argnums=(0, 1),
    ),
    Trap(
        "broadcast-to",
        lambda x: np.sum(np.broadcast_to(x, (2, 3)) * GRID_WEIGHTS),
        (TRIPLE,),
        np.array([9.0, 18.0, 36.0]),
        "column sums",
    ),
    Trap(
        "broadcast-0d-array-grows",
        lambda x: np.sum(x[None]) + np.sum(np.stack([x, x**2])),
        (np.array(2.0),),
        np.array(6.0),
        "x + x + x²; the cotangent of a 0-d array is a number",
    ),
    Trap("broadcast-jacobian", lambda x: x - np.mean(x), (TRIPLE,), np.eye(3) - 1 / 3, "I - 1/n"),
    Trap(
        "gather-repeated",
        lambda x: np.sum(x[[0, 0, 1]] * WEIGHTS),
        (PAIR,),
        np.array([3.0, 3.0]),
        "scatter adds: 1 + 2, 3",
    ),
    Trap(
        "gather-repeated-second",
        lambda x: np.sum(x[[0, 0, 1]] ** 2),
        (PAIR,),
        np.diag([4.0, 2.0]),
        "twice and once 2",
        order=2,
    ),
    Trap("gather-negative", lambda x: np.sum(x[[-1, 0, 1]] * WEIGHTS), (PAIR,), np.array([2.0, 4.0]), "-1 is 1"),
    Trap(
        "gather-table",
        lambda x: np.sum(x[np.array([[0, 0], [1, 0]])] * SQUARE),
        (PAIR,),
        np.array([7.0, 3.0]),
        "1 + 2 + 4, 3",
    ),
    Trap(
        "gather-take",
        lambda x: np.sum(np.take(x, [0, 0, 1]) * WEIGHTS),
        (PAIR,),
        np.array([3.0, 3.0]),
        "as x[[0, 0, 1]]",
    ),
    Trap(
        "gather-take-axis",
        lambda x: np.sum(np.take(x, [1, 1], axis=0) * GRID_WEIGHTS),
        (GRID,),
        np.array([[0.0, 0.0, 0.0], [9.0, 18.0, 36.0]]),
        "row 1 twice",
    ),
    Trap(
        "gather-repeated-pair",
        lambda x: np.sum(x[[0, 0, 1], [1, 1, 0]] * WEIGHTS),
        (SQUARE,),
        np.array([[0.0, 3.0], [3.0, 0.0]]),
        "(0,1) twice",
    ),
    Trap(
        "gather-columns",
        lambda x: np.sum(x[:, [0, 0, 2]] * GRID_WEIGHTS),
        (GRID,),
        np.array([[3.0, 0.0, 4.0], [24.0, 0.0, 32.0]]),
        "column 0 twice",
    ),
    Trap(
        "gather-rows-and-slice",
        lambda x: np.sum(x[[0, 0], 1:] * SQUARE),
        (GRID,),
        np.array([[0.0, 4.0, 6.0], [0.0, 0.0, 0.0]]),
        "1 + 3, 2 + 4",
    ),
    Trap(
        "gather-outer",
        lambda x: np.sum(x[np.ix_([1, 1], [0, 2])] * SQUARE),
        (GRID,),
        np.array([[0.0, 0.0, 0.0], [4.0, 0.0, 6.0]]),
        "1 + 3, 2 + 4",
    ),
    Trap(
        "gather-separated",
        lambda x: np.sum(x[[0, 1], :, [0, 0]] * np.ones((2, 2))),
        (np.ones((2, 2, 2)),),
        np.stack([np.array([[1.0, 0.0], [1.0, 0.0]])] * 2),
        "index lists around a slice go first",
    ),
    Trap(
        "gather-mask",
        lambda x: np.sum(x[np.array([True, False, True])] * PAIR),
        (TRIPLE,),
        np.array([5.0, 0.0, 7.0]),
        "scatter by mask",
    ),
    Trap(
        "gather-newaxis-ellipsis",
        lambda x: np.sum(x[None, ..., -1] * PAIR),
        (GRID,),
        np.array([[0.0, 0.0, 5.0], [0.0, 0.0, 7.0]]),
        "the last column",
    ),
    Trap(
        "gather-along-axis",
        along_axis,
        (GRID,),
        np.array([[3.0, 0.0, 0.0], [0.0, 4.0, 3.0]]),
        "1 + 2 at (0,0); 3 at (1,2); 4 at (1,1)",
    ),
    Trap(
        "slice-negative-step", lambda x: np.sum(x[::-2] * PAIR), (TRIPLE,), np.array([7.0, 0.0, 5.0]), "entries 2 and 0"
    ),
    Trap("slice-empty", lambda x: np.sum(x[2:2]), (TRIPLE,), np.zeros(3), "nothing is used"),
    Trap(
        "repeat",
        lambda x: np.sum(np.repeat(x, [2, 0, 1]) * WEIGHTS),
        (TRIPLE,),
        np.array([3.0, 0.0, 3.0]),
        "1 + 2, none, 3",
    ),
    Trap("tile", lambda x: np.sum(np.tile(x, 2) * np.arange(4.0)), (PAIR,), np.array([2.0, 4.0]), "0 + 2, 1 + 3"),
    Trap("concatenate-with-itself", of_itself, (PAIR,), np.array([6.0, 9.0]), "0 + 2 + 4, 1 + 3 + 5"),
    Trap(
        "pad-edge",
        lambda x: np.sum(np.pad(x, 1, mode="edge") * np.arange(1.0, 5.0)),
        (PAIR,),
        np.array([3.0, 7.0]),
        "1 + 2, 3 + 4",
    ),
    Trap(
        "pad-reflect", lambda x: np.sum(np.pad(x, 1, mode="reflect")), (TRIPLE,), np.array([1.0, 3.0, 1.0]), "b a b c b"
    ),
    Trap(
        "pad-wrap",
        lambda x: np.sum(np.pad(x, (1, 0), mode="wrap") * np.arange(1.0, 5.0)),
        (TRIPLE,),
        np.array([2.0, 3.0, 5.0]),
        "c a b c",
    ),
    Trap("fortran-order", fortran_order, (GRID,), np.array([[0.0, 2.0, 4.0], [1.0, 3.0, 5.0]]), "place i + 2j"),
    Trap("einsum-trace", lambda x: np.einsum("ii->", x), (SQUARE,), np.eye(2), "the diagonal"),
    Trap("einsum-trace-implicit", lambda x: np.einsum("ii", x), (SQUARE,), np.eye(2), "as ii->"),
    Trap(
        "einsum-diagonal",
        lambda x: np.sum(np.einsum("ii->i", x) * PAIR),
        (SQUARE,),
        np.diag(PAIR),
        "the diagonal, weighted",
    ),
    Trap(
        "einsum-summed-index",
        lambda x: np.sum(np.einsum("ij->j", x) * WEIGHTS),
        (GRID,),
        np.stack([WEIGHTS, WEIGHTS]),
        "rows are added",
    ),
    Trap("einsum-dot-itself", lambda x: np.einsum("i,i->", x, x), (TRIPLE,), 2 * TRIPLE, "x²"),
    Trap("einsum-product-of-sums", lambda x: np.einsum("i,j->", x, x), (TRIPLE,), np.full(3, 14.0), "(sum x)²"),
    Trap(
        "einsum-product-of-sums-second",
        lambda x: np.einsum("i,j->", x, x),
        (PAIR,),
        np.full((2, 2), 2.0),
        "(sum x)²",
        order=2,
    ),
    Trap(
        "einsum-matrix-squared",
        lambda x: np.sum(np.einsum("ij,jk->ik", x, x)),
        (SQUARE,),
        np.array([[7.0, 11.0], [9.0, 13.0]]),
        "row sum of j plus column sum of i: at (i, j)",
    ),
    Trap("einsum-trace-of-square", lambda x: np.einsum("ij,ji->", x, x), (SQUARE,), 2 * SQUARE.T, "2 X'"),
    Trap(
        "einsum-diagonal-and-summed",
        lambda x: np.sum(np.einsum("iij->j", x) * PAIR),
        (np.ones((2, 2, 2)),),
        np.einsum("ij,k->ijk", np.eye(2), PAIR),
        "on the diagonal pages",
    ),
    Trap(
        "einsum-diagonals-product",
        lambda x: np.einsum("ii,ii->", x, x),
        (SQUARE,),
        np.diag([2.0, 8.0]),
        "2x on the diagonal",
    ),
    Trap(
        "einsum-ellipsis",
        lambda x, y: np.sum(np.einsum("...i,i->...", x, y)),
        (GRID, WEIGHTS),
        (np.stack([WEIGHTS, WEIGHTS]), np.array([3.0, 5.0, 7.0])),
        "y and column sums",
        argnums=(0, 1),
    ),
    Trap(
        "einsum-scalar-operand",
        lambda x, y: np.sum(np.einsum(",i->i", x, y)),
        (2.0, TRIPLE),
        (7.0, np.full(3, 2.0)),
        "sum y and x",
        argnums=(0, 1),
    ),
    Trap(
        "einsum-stretched-operand",
        lambda x, y: np.einsum("ij,ij->", x, y),
        (np.ones((1, 3)), GRID),
        (np.array([[3.0, 5.0, 7.0]]), np.ones((2, 3))),
        "a length 1 is stretched",
        argnums=(0, 1),
    ),
    Trap(
        "einsum-three-operands",
        lambda x: np.einsum("i,ij,j->", x, SQUARE, x),
        (PAIR,),
        (SQUARE + SQUARE.T) @ PAIR,
        "(A + A')x",
    ),
    Trap("einsum-index-lists", lambda x: np.einsum(x, [0, 0]), (SQUARE,), np.eye(2), "as ii"),
    Trap(
        "trace-offset",
        lambda x: np.trace(x, offset=1),
        (GRID,),
        np.array([[0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]),
        "the diagonal above",
    ),
    Trap("matmul-vector-itself", lambda x: x @ x, (TRIPLE,), 2 * TRIPLE, "x²"),
    Trap(
        "matmul-batch-broadcast",
        lambda x, y: np.sum(x @ y),
        (np.ones((3, 1, 2)), SQUARE),
        (np.tile(np.array([3.0, 7.0]), (3, 1, 1)), np.full((2, 2), 3.0)),
        "row sums of y; y serves 3 pages",
        argnums=(0, 1),
    ),
    Trap(
        "cumsum", lambda x: np.sum(np.cumsum(x)), (TRIPLE,), np.array([3.0, 2.0, 1.0]), "how many partial sums hold it"
    ),
    Trap(
        "diff-second-difference",
        lambda x: np.sum(np.diff(x, n=2) ** 2),
        (TRIPLE,),
        np.array([2.0, -4.0, 2.0]),
        "2(c - 2b + a)(1, -2, 1)",
    ),
    Trap(
        "interp-outside",
        lambda x: np.sum(np.interp(x, WEIGHTS, TRIPLE)),
        (np.array([0.0, 1.5, 2.5, 9.0]),),
        np.array([0.0, 1.0, 2.0, 0.0]),
        "slopes inside, constant outside",
    ),
    Trap("interp-values", lambda f: np.interp(2.25, WEIGHTS, f), (TRIPLE,), np.array([0.0, 0.75, 0.25]), "the weights"),
    Trap(
        "searchsorted",
        lambda x: np.sum(np.searchsorted(WEIGHTS, x) * x),
        (np.array([0.5, 1.5, 9.0]),),
        np.array([0.0, 1.0, 3.0]),
        "places are constants",
    ),
)
