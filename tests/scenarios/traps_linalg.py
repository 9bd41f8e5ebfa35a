"""Linear algebra and Fourier transforms at degenerate points.

`LINALG` needs only `solve` and `cholesky`; `LATER_LINALG` waits for the rest of `numpy.linalg`,
`numpy.fft` and `scipy.special`, and until then may be refused but never be wrong.
"""

import numpy as np
import scipy.special

from tests.scenarios.trap import Trap

ROOT2 = np.sqrt(2.0)
SPD = np.array([[4.0, 2.0], [2.0, 3.0]])
ORDER = np.array([[1.0, 2.0], [3.0, 4.0]])
SIGNS = np.array([1.0, 2.0, 3.0, 4.0])
# L = [[√a, 0], [b/√a, √(c - b²/a)]], a = 4, b = 2, c = 3, differentiated by hand.
CHOLESKY_DIAGONAL = np.diag([1 / 8 + 1 / (8 * ROOT2), 1 / (2 * ROOT2)])
CHOLESKY_OFF_DIAGONAL = 0.5 - 0.5 / ROOT2


def weighted_square(a):
    """Σ A²∘M through the eigenvectors."""
    values, vectors = np.linalg.eigh(a)
    return np.sum((vectors * values**2) @ vectors.T * ORDER)


def half_spectrum(x):
    """A weighted sum of the inverse real transform."""
    return np.sum(np.fft.irfft(x + 0j, n=4) * SIGNS)


def solve_twice(a):
    """b'A⁻²b with the same matrix in both solves."""
    once = np.linalg.solve(a, np.ones(2))
    return np.sum(np.linalg.solve(a, once))


LINALG: tuple[Trap, ...] = (
    Trap(
        "cholesky-sum",
        lambda a: np.sum(np.linalg.cholesky(a)),
        (SPD,),
        CHOLESKY_DIAGONAL + CHOLESKY_OFF_DIAGONAL / 2 * (1 - np.eye(2)),
        "symmetrized: half of d/db on each side",
        convention=True,
        alternatives=(CHOLESKY_DIAGONAL + CHOLESKY_OFF_DIAGONAL * np.array([[0.0, 0.0], [1.0, 0.0]]),),
    ),
    Trap(
        "cholesky-of-gram-at-a-diagonal",
        lambda x: np.sum(np.linalg.cholesky(x @ x.T)),
        (np.diag([2.0, 3.0]),),
        np.array([[1.0, 1.5], [1.0, 1.0]]),
        "a lower triangular X is its own factor; x01 moves L10 by 3/2",
    ),
    Trap(
        "solve-of-the-matrix",
        lambda a: np.sum(np.linalg.solve(a, np.array([2.0, 4.0]))),
        (np.diag([1.0, 2.0]),),
        np.array([[-2.0, -2.0], [-1.0, -1.0]]),
        "-A⁻ᵀ1 x', x = (2, 2)",
    ),
    Trap(
        "solve-twice",
        solve_twice,
        (np.diag([1.0, 2.0]),),
        np.array([[-2.0, -0.75], [-0.75, -0.25]]),
        "Σ -u v' over both: u, v in A⁻ᵏ1",
    ),
)

LATER_LINALG: tuple[Trap, ...] = (
    Trap("det-zero-matrix", np.linalg.det, (np.zeros((2, 2)),), np.zeros((2, 2)), "the cofactors"),
    Trap(
        "det-rank-1",
        np.linalg.det,
        (np.array([[1.0, 2.0], [2.0, 4.0]]),),
        np.array([[4.0, -2.0], [-2.0, 1.0]]),
        "the cofactors",
    ),
    Trap(
        "det-second-at-zero",
        np.linalg.det,
        (np.zeros((2, 2)),),
        np.array([[[[0, 0], [0, 1]], [[0, 0], [-1, 0]]], [[[0, -1], [0, 0]], [[1, 0], [0, 0]]]], float),
        "ad - bc",
        order=2,
    ),
    Trap(
        "slogdet-singular",
        lambda a: np.linalg.slogdet(a)[1],
        (np.array([[1.0, 2.0], [2.0, 4.0]]),),
        np.array([[np.inf, -np.inf], [-np.inf, np.inf]]),
        "A⁻ᵀ with determinant 0",
        convention=True,
        alternatives=(np.nan, np.inf, -np.inf),
    ),
    Trap("eigvalsh-degenerate", lambda a: np.sum(np.linalg.eigvalsh(a) ** 2), (np.eye(2),), 2 * np.eye(2), "Σ A²: 2A"),
    Trap(
        "eigh-degenerate",
        weighted_square,
        (np.eye(2),),
        ORDER + ORDER.T,
        "M + M'",
        alternatives=(2 * ORDER, 2 * ORDER.T),
    ),
    Trap(
        "svd-nuclear-norm-singular",
        lambda a: np.sum(np.linalg.svd(a, compute_uv=False)),
        (np.diag([1.0, 0.0]),),
        np.eye(2),
        "UV', a subgradient",
        convention=True,
        alternatives=(np.diag([1.0, 0.0]),),
    ),
    Trap("linalg-norm-at-0", np.linalg.norm, (np.zeros(3),), np.zeros(3), "the least subgradient", convention=True),
    Trap("linalg-norm-squared-at-0", lambda x: np.linalg.norm(x) ** 2, (np.zeros(3),), np.zeros(3), "2x"),
    Trap(
        "linalg-norm-1",
        lambda x: np.linalg.norm(x, 1),
        (np.array([0.0, -2.0]),),
        np.array([0.0, -1.0]),
        "signs",
        convention=True,
    ),
    Trap(
        "linalg-norm-max-tie",
        lambda x: np.linalg.norm(x, np.inf),
        (np.array([2.0, -2.0]),),
        np.array([0.5, -0.5]),
        "split",
        convention=True,
    ),
    Trap(
        "irfft-half-spectrum",
        half_spectrum,
        (np.ones(3),),
        np.array([2.5, -1.0, -0.5]),
        "the inner bin counts twice; real gradient",
    ),
    Trap(
        "xlogy-at-0",
        lambda x: scipy.special.xlogy(x, 0.0),
        (0.0,),
        -np.inf,
        "log 0",
        convention=True,
        alternatives=(0.0,),
    ),
)
