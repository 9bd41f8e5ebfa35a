"""scipy.linalg in the rows of `primitives.scipy_linalg`, `triangular`, `banded` and `matrix_functions`.

Keywords that only permit SciPy to reuse memory or to skip a check of its arguments change no result.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from wengert.errors import UnsupportedError
from wengert.functions import special_matrices
from wengert.functions.assemble import floats
from wengert.functions.decompositions import as_real
from wengert.functions.linear_algebra import norm as np_norm
from wengert.functions.matrices import kron
from wengert.ir import dtype_of, shape_of
from wengert.primitives import banded, orthogonal, singular, triangular
from wengert.primitives import scipy_linalg as rows
from wengert.primitives.hermitian import adjoint, mirrored
from wengert.primitives.matrix_functions import MATRIX_FUNCTIONS, sylvester
from wengert.primitives.roots import following

SCIPY_LINALG: dict[str, Callable[..., Any]] = {  # what stands for the functions of scipy.linalg, by name
    "toeplitz": special_matrices.toeplitz,
    "hankel": special_matrices.hankel,
    "circulant": special_matrices.circulant,
    "block_diag": special_matrices.block_diag,
    "kron": kron,
}


def enter(function: Callable[..., Any]) -> Callable[..., Any]:
    """Enter an implementation under its own name; its signature lists exactly the arguments it honours."""
    SCIPY_LINALG[function.__name__] = function
    return function


def _matrix(a: Any, name: str) -> Any:
    """One matrix of floats."""
    a = floats(a)
    if len(shape_of(a)) > 2:
        raise UnsupportedError(f"scipy.linalg.{name} of stacks of matrices is not supported on traced values: use "
                               "the function of np.linalg, or wengert.vmap")  # fmt: skip
    return a


def _refuse(name: str, **given: Any) -> None:
    """Raise for an option that is not at its default, given as `option=(value, default)`."""
    for key, (value, default) in given.items():
        if value is not default and (shape_of(value) or value != default):
            shown = repr(value) if shape_of(value) == () else "array"
            raise UnsupportedError(f"scipy.linalg.{name}(..., {key}={shown}) is not supported on traced values")


def hermitian(a: Any, lower: Any) -> Any:
    """The Hermitian matrix that a triangle stands for."""
    return mirrored(a, lower=bool(lower), conjugated=True)


# -- linear systems ----------------------------------------------------------------------------------------------------


def _banded_part(a: Any, below: int, above: int) -> Any:
    n = shape_of(a)[-1]
    kept = np.tri(n, n, above, dtype=bool) & ~np.tri(n, n, -below - 1, dtype=bool)
    return np.where(kept, a, 0.0)


# What a solver sees of the matrix: the other elements may be anything.
STRUCTURES: dict[Any, Callable[[Any, bool], Any]] = {
    None: lambda a, lower: a,
    "general": lambda a, lower: a,
    "banded": lambda a, lower: a,
    "symmetric": lambda a, lower: mirrored(a, lower=lower, conjugated=False),
    "hermitian": hermitian,
    "positive definite": hermitian,
    "diagonal": lambda a, lower: _banded_part(a, 0, 0),
    "tridiagonal": lambda a, lower: _banded_part(a, 1, 1),
    "lower triangular": lambda a, lower: _banded_part(a, shape_of(a)[-1], 0),
    "upper triangular": lambda a, lower: _banded_part(a, 0, shape_of(a)[-1]),
}
SHORT = {"gen": "general", "sym": "symmetric", "her": "hermitian", "pos": "positive definite"}


@enter
def solve(
    a: Any, b: Any, lower: bool = False, overwrite_a: bool = False, overwrite_b: bool = False,
    check_finite: bool = True, assume_a: Any = None, transposed: bool = False,
) -> Any:  # fmt: skip
    """The solution of `a x = b`, or `aᵀ x = b`, for a matrix of known structure."""
    a, b = _matrix(a, "solve"), floats(b)
    structure = STRUCTURES.get(SHORT.get(assume_a, assume_a))
    if structure is None:
        raise ValueError(f"{assume_a} is not a recognized matrix structure")
    options = {"lower": True} if lower else {}
    if assume_a is not None:
        options["assume_a"] = assume_a
    return triangular.structured_solve(structure(a, bool(lower)), b, transposed=bool(transposed), **options)


@enter
def solve_triangular(
    a: Any, b: Any, trans: Any = 0, lower: bool = False, unit_diagonal: bool = False, overwrite_b: bool = False,
    check_finite: bool = True,
) -> Any:  # fmt: skip
    """The solution of a system of which only one triangle is read."""
    a, b = _matrix(a, "solve_triangular"), floats(b)
    trans = {0: "N", 1: "T", 2: "C"}.get(trans, trans)
    return triangular.solve_triangular(
        a, b, trans=trans, lower=bool(lower), unit=bool(unit_diagonal), check_finite=bool(check_finite)
    )


@enter
def solve_banded(
    l_and_u: Any, ab: Any, b: Any, overwrite_ab: bool = False, overwrite_b: bool = False, check_finite: bool = True
) -> Any:
    """The solution of a banded system."""
    low, up = map(int, l_and_u)
    return banded.solve_banded(_matrix(ab, "solve_banded"), floats(b), low=low, up=up)


@enter
def solveh_banded(
    ab: Any, b: Any, overwrite_ab: bool = False, overwrite_b: bool = False, lower: bool = False,
    check_finite: bool = True,
) -> Any:  # fmt: skip
    """The solution of a Hermitian positive definite banded system, of which one triangle is stored."""
    ab = _matrix(ab, "solveh_banded")
    width = shape_of(ab)[0] - 1
    return banded.solve_banded(banded.hermitian_band(ab, bool(lower)), floats(b), low=width, up=width)


@enter
def solve_sylvester(a: Any, b: Any, q: Any) -> Any:
    """The x with `a x + x b = q`."""
    return sylvester(*(_matrix(x, "solve_sylvester") for x in (a, b, q)))


@enter
def solve_continuous_lyapunov(a: Any, q: Any) -> Any:
    """The x with `a x + x aᴴ = q`."""
    a = _matrix(a, "solve_continuous_lyapunov")
    return sylvester(a, adjoint(a), floats(q))


@enter
def inv(a: Any, overwrite_a: bool = False, check_finite: bool = True) -> Any:
    """The inverse."""
    return rows.inv(floats(a))


@enter
def det(a: Any, overwrite_a: bool = False, check_finite: bool = True) -> Any:
    """The determinant."""
    return rows.det(floats(a))


# -- Cholesky and LU ---------------------------------------------------------------------------------------------------


@enter
def cholesky(a: Any, lower: bool = False, overwrite_a: bool = False, check_finite: bool = True) -> Any:
    """The triangular factor of a Hermitian positive definite matrix."""
    return rows.cholesky(hermitian(_matrix(a, "cholesky"), lower), upper=not lower)


@enter
def cho_factor(a: Any, lower: bool = False, overwrite_a: bool = False, check_finite: bool = True) -> Any:
    """The same for `cho_solve`; the other triangle is that of the matrix."""
    a = _matrix(a, "cho_factor")
    factor = np.tri(shape_of(a)[-1], dtype=bool)
    return np.where(factor if lower else factor.T, cholesky(a, lower), a), lower


@enter
def cho_solve(c_and_lower: Any, b: Any, overwrite_b: bool = False, check_finite: bool = True) -> Any:
    """The solution of `a x = b`, given the Cholesky factor of a."""
    c, lower = c_and_lower
    half = solve_triangular(c, b, trans=0 if lower else 2, lower=lower, check_finite=check_finite)
    return solve_triangular(c, half, trans=2 if lower else 0, lower=lower, check_finite=check_finite)


def _packed(a: Any, name: str) -> tuple[Any, Any, Any]:
    """Both factors in one matrix, the pivots, and the order of the rows that they make."""
    a = _matrix(a, name)
    pivots = triangular.lu_pivots(a)
    order = triangular.pivot_order(pivots, rows=shape_of(a)[0])
    return triangular.lu_packed(a[order]), pivots, order


@enter
def lu_factor(a: Any, overwrite_a: bool = False, check_finite: bool = True) -> Any:
    """The LU factorization for `lu_solve`."""
    return _packed(a, "lu_factor")[:2]


@enter
def lu_solve(lu_and_piv: Any, b: Any, trans: int = 0, overwrite_b: bool = False, check_finite: bool = True) -> Any:
    """The solution of `a x = b`, of `aᵀ x = b` or `aᴴ x = b`, given the LU factorization of a."""
    packed, pivots = lu_and_piv
    packed, b = _matrix(packed, "lu_solve"), floats(b)
    order = triangular.pivot_order(pivots, rows=shape_of(packed)[0])
    options = {"check_finite": check_finite}
    if trans == 0:
        half = solve_triangular(packed, b[order], lower=True, unit_diagonal=True, **options)
        return solve_triangular(packed, half, **options)
    half = solve_triangular(packed, b, trans, **options)
    return solve_triangular(packed, half, trans, lower=True, unit_diagonal=True, **options)[np.argsort(order)]


@enter
def lu(
    a: Any, permute_l: bool = False, overwrite_a: bool = False, check_finite: bool = True, p_indices: bool = False
) -> Any:
    """The LU factorization: the permutation, the lower and the upper factor."""
    packed, _, order = _packed(a, "lu")
    m, n = shape_of(packed)
    k = min(m, n)
    low = orthogonal.lower_part(packed)[:, :k] + np.eye(m, k, dtype=dtype_of(packed))
    up = orthogonal.upper_part(packed)[:k]
    places = np.argsort(order)
    if permute_l:
        return low[places], up
    if p_indices:
        return places, low, up
    return np.take(np.eye(m, dtype=np.zeros(0, dtype_of(packed)).real.dtype), order, axis=1), low, up


# -- eigenvalues and singular values -----------------------------------------------------------------------------------


@enter
def eigh(
    a: Any, b: Any = None, *, lower: bool = True, eigvals_only: bool = False, overwrite_a: bool = False,
    overwrite_b: bool = False, type: int = 1, check_finite: bool = True,
) -> Any:  # fmt: skip
    """Eigenvalues and eigenvectors of a Hermitian matrix."""
    _refuse("eigh", b=(b, None), type=(type, 1))
    if eigvals_only:
        return eigvalsh(a, lower=lower)
    return rows.eigh(hermitian(floats(a), lower), lower=bool(lower))


@enter
def eigvalsh(
    a: Any, b: Any = None, *, lower: bool = True, overwrite_a: bool = False, overwrite_b: bool = False, type: int = 1,
    check_finite: bool = True,
) -> Any:  # fmt: skip
    """Eigenvalues of a Hermitian matrix."""
    _refuse("eigvalsh", b=(b, None), type=(type, 1))
    return rows.eigvalsh(hermitian(floats(a), lower), lower=bool(lower))


@enter
def eig(
    a: Any, b: Any = None, left: bool = False, right: bool = True, overwrite_a: bool = False,
    overwrite_b: bool = False, check_finite: bool = True,
) -> Any:  # fmt: skip
    """Eigenvalues, which are complex numbers here, and eigenvectors."""
    _refuse("eig", b=(b, None), left=(left, False))
    a = floats(a)
    if not right:
        return rows.eigvals(a)
    w, v = rows.eig(a)
    return w, (as_real(a, w, v)[1] if dtype_of(a).kind != "c" else v)


@enter
def eigvals(a: Any, b: Any = None, overwrite_a: bool = False, check_finite: bool = True) -> Any:
    """Eigenvalues, which are complex numbers here."""
    _refuse("eigvals", b=(b, None))
    return rows.eigvals(floats(a))


@enter
def svd(
    a: Any, full_matrices: bool = True, compute_uv: bool = True, overwrite_a: bool = False, check_finite: bool = True,
    lapack_driver: str = "gesdd",
) -> Any:  # fmt: skip
    """The singular value decomposition, or only the singular values."""
    _refuse("svd", lapack_driver=(lapack_driver, "gesdd"))
    a = floats(a)
    return rows.svd(a, full=bool(full_matrices))[:3] if compute_uv else rows.svdvals(a)


@enter
def svdvals(a: Any, overwrite_a: bool = False, check_finite: bool = True) -> Any:
    """The singular values, the largest first."""
    return rows.svdvals(floats(a))


@enter
def qr(
    a: Any, overwrite_a: bool = False, lwork: Any = None, mode: str = "full", pivoting: bool = False,
    check_finite: bool = True,
) -> Any:  # fmt: skip
    """The QR factorization."""
    _refuse("qr", pivoting=(pivoting, False))
    if mode not in ("full", "r", "economic"):
        raise UnsupportedError(f"scipy.linalg.qr(..., mode={mode!r}) is not supported on traced values")
    q, r, _ = rows.qr(floats(a), full=mode != "economic")
    return (r,) if mode == "r" else (q, r)


@enter
def pinv(a: Any, *, atol: Any = None, rtol: Any = None, return_rank: bool = False, check_finite: bool = True) -> Any:
    """The pseudoinverse; its derivative is that at constant rank."""
    _refuse("pinv", return_rank=(return_rank, False))
    options = {"atol": atol, "rtol": rtol}
    return rows.pinv(floats(a), **{key: value for key, value in options.items() if value is not None})


@enter
def lstsq(
    a: Any, b: Any, cond: Any = None, overwrite_a: bool = False, overwrite_b: bool = False, check_finite: bool = True
) -> Any:
    """The least squares solution, the sums of squared residuals, the rank and the singular values."""
    a, b = _matrix(a, "lstsq"), floats(b)
    rcond = float(np.finfo(np.result_type(dtype_of(a), dtype_of(b))).eps) if cond is None else cond
    x, residuals = rows.lstsq(a, b, rcond=rcond)
    values = rows.lstsq_values(a, b, rcond=rcond)
    return x, residuals, np.sum(values > rcond * values[..., :1]), following(singular.svdvals(a), values)


@enter
def norm(a: Any, ord: Any = None, axis: Any = None, keepdims: bool = False, check_finite: bool = True) -> Any:
    """A norm of vectors or matrices."""
    return np_norm(floats(a), ord, axis, keepdims)


# -- functions of matrices ---------------------------------------------------------------------------------------------


def _enter_matrix_function(name: str) -> None:
    row = MATRIX_FUNCTIONS[name]

    def function(A: Any) -> Any:
        return row(floats(A))

    SCIPY_LINALG[name] = function


for _name in MATRIX_FUNCTIONS:
    _enter_matrix_function(_name)

