"""np.linalg: eigenvalues, singular values, QR, and what is made of them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from wengert.errors import UnsupportedError
from wengert.functions.assemble import as_array, floats
from wengert.functions.linear_algebra import inv, norm, solve
from wengert.functions.table import implements
from wengert.ir import ABSENT, Array, Composite, dtype_of, shape_of
from wengert.primitives import orthogonal, reshape, singular, spectral
from wengert.primitives.discrete import discrete
from wengert.primitives.hermitian import mirrored
from wengert.primitives.roots import following

_EXAMPLE = np.eye(1)
EigResult, EighResult = type(np.linalg.eig(_EXAMPLE)), type(np.linalg.eigh(_EXAMPLE))
SVDResult, QRResult = type(np.linalg.svd(_EXAMPLE)), type(np.linalg.qr(_EXAMPLE))


def _hermitian(a: Any, lower: bool = True) -> Any:
    return mirrored(floats(a), lower=lower, conjugated=True)


def _is_lower(uplo: Any) -> bool:
    uplo = uplo.upper()
    if uplo not in ("L", "U"):
        raise ValueError("UPLO argument must be 'L' or 'U'")
    return bool(uplo == "L")


# -- eigenvalues -------------------------------------------------------------------------------------------------------


@implements(np.linalg.eigh)
def eigh(a: Any, UPLO: str = "L") -> Any:
    """Eigenvalues and eigenvectors of Hermitian matrices. Both triangles share the derivative where they agree."""
    lower = _is_lower(UPLO)
    return EighResult(*spectral.eigh(_hermitian(a, lower), lower=lower))


@implements(np.linalg.eigvalsh)
def eigvalsh(a: Any, UPLO: str = "L") -> Any:
    """Eigenvalues of Hermitian matrices."""
    lower = _is_lower(UPLO)
    return spectral.eigvalsh(_hermitian(a, lower), lower=lower)


def as_real(a: Any, w: Any, *others: Any) -> tuple[Any, ...]:
    """Results of a real matrix whose eigenvalues are all real: real numbers."""
    if dtype_of(a).kind != "c" and not np.any(np.imag(w) != 0):
        return tuple(map(np.real, (w, *others)))
    return w, *others


@implements(np.linalg.eig)
def eig(a: Any) -> Any:
    """Eigenvalues and eigenvectors of matrices that have a full set of them."""
    a = floats(a)
    return EigResult(*as_real(a, *spectral.eig(a)))


@implements(np.linalg.eigvals)
def eigvals(a: Any) -> Any:
    """Eigenvalues of matrices that have a full set of eigenvectors."""
    a = floats(a)
    return as_real(a, spectral.eigvals(a))[0]


# -- singular values ---------------------------------------------------------------------------------------------------


@implements(np.linalg.svd)
def svd(a: Any, full_matrices: bool = True, compute_uv: bool = True, hermitian: bool = False) -> Any:
    """The singular value decomposition, or only the singular values."""
    if hermitian:
        raise UnsupportedError("np.linalg.svd(..., hermitian=True) is not supported on traced values: leave it out")
    a = floats(a)
    return SVDResult(*singular.svd(a, full=bool(full_matrices))[:3]) if compute_uv else singular.svdvals(a)


@implements(np.linalg.svdvals)
def svdvals(x: Any, /) -> Any:
    """The singular values, the largest first."""
    return singular.svdvals(floats(x))


@implements(np.linalg.cond)
def cond(x: Any, p: Any = None) -> Any:
    """The condition number: a norm of the matrix times that of its inverse."""
    x = floats(x)
    if p in (None, 2, -2):
        values = singular.svdvals(x)
        largest, smallest = values[..., 0], values[..., -1]
        return smallest / largest if p == -2 else largest / smallest
    return norm(x, p, axis=(-2, -1)) * norm(inv(x), p, axis=(-2, -1))


@implements(np.linalg.pinv)
def pinv(a: Any, rcond: Any = None, hermitian: bool = False, *, rtol: Any = ABSENT) -> Any:
    """The pseudoinverse; its derivative is that at constant rank."""
    a = floats(a)
    options = {} if rtol is ABSENT else {"rtol": rtol}
    if rcond is not None:
        options["rcond"] = rcond
    if hermitian:
        return singular.pinv(_hermitian(a), hermitian=True, **options)
    return singular.pinv(a, **options)


def _rank_type(a: Array, **options: Any) -> Array:
    return Array(a.shape[:-2], np.dtype(np.intp))


def _rank(a: Any, tol: Any = None, hermitian: bool = False, rtol: Any = None) -> Any:
    if len(shape_of(a)) < 2 or hermitian:
        raise UnsupportedError("matrix_rank of vectors, and by eigenvalues")
    values = singular.svdvals(floats(a))
    if tol is None:
        relative = max(shape_of(a)[-2:]) * float(np.finfo(dtype_of(values)).eps) if rtol is None else rtol[..., None]
        tol = np.max(values, axis=-1, keepdims=True) * relative
    return np.count_nonzero(values > tol, axis=-1)


_matrix_rank = discrete(
    "matrix_rank",
    np.linalg.matrix_rank,
    _rank_type,
    samples=lambda rng: [((np.diag([1.0, 1.0, 0.0]),), {}), ((rng.standard_normal((2, 3, 3)),), {"tol": 0.1})],
    native=Composite(_rank),
)


@implements(np.linalg.matrix_rank)
def matrix_rank(A: Any, tol: Any = None, hermitian: bool = False, *, rtol: Any = None) -> Any:
    """The number of singular values that are not zero: no derivative."""
    options = {"tol": tol, "hermitian": hermitian, "rtol": rtol}
    return _matrix_rank(as_array(A), **{key: value for key, value in options.items() if value})


# -- QR and least squares ----------------------------------------------------------------------------------------------


@implements(np.linalg.qr)
def qr(a: Any, mode: str = "reduced") -> Any:
    """The QR factorization; with `mode="r"`, only the triangle."""
    a = floats(a)
    if mode not in ("reduced", "complete", "r"):
        raise UnsupportedError(f"np.linalg.qr(..., mode={mode!r}) is not supported on traced values: use 'reduced'")
    q, r, _ = orthogonal.qr(a, full=mode == "complete")
    return r if mode == "r" else QRResult(q, r)


@implements(np.linalg.lstsq)
def lstsq(a: Any, b: Any, rcond: Any = None) -> Any:
    """The least squares solution, the sums of squared residuals, the rank and the singular values."""
    a, b = floats(a), floats(b)
    eps = float(np.finfo(np.result_type(dtype_of(a), dtype_of(b))).eps)
    rcond = eps * max(shape_of(a)) if rcond is None else eps if rcond < 0 else rcond
    x, residuals = orthogonal.lstsq(a, b, rcond=rcond)
    values = orthogonal.lstsq_values(a, b, rcond=rcond)
    return x, residuals, np.sum(values > rcond * values[..., :1]), following(singular.svdvals(a), values)


# -- tensors as matrices -----------------------------------------------------------------------------------------------


@implements(np.linalg.tensorsolve)
def tensorsolve(a: Any, b: Any, axes: Any = None) -> Any:
    """The x with `tensordot(a, x, x.ndim) = b`."""
    a, b = floats(a), floats(b)
    ndim = len(shape_of(a))
    if axes is not None:
        moved = [axis % ndim for axis in np.atleast_1d(axes).tolist()]
        a = np.transpose(a, [axis for axis in range(ndim) if axis not in moved] + moved)
    kept = shape_of(a)[len(shape_of(b)) :]
    size = math.prod(kept)
    if math.prod(shape_of(a)) != size**2:
        raise np.linalg.LinAlgError("Input arrays must satisfy the requirement "
                                    "prod(a.shape[b.ndim:]) == prod(a.shape[:b.ndim])")  # fmt: skip
    return reshape(solve(reshape(a, shape=(size, size)), reshape(b, shape=(size,))), shape=kept)


@implements(np.linalg.tensorinv)
def tensorinv(a: Any, ind: int = 2) -> Any:
    """The inverse of a tensor as that of a matrix, its first `ind` axes laid together."""
    a = floats(a)
    if ind <= 0:
        raise ValueError("Invalid ind argument.")
    shape = shape_of(a)
    size = math.prod(shape[ind:])
    return reshape(inv(reshape(a, shape=(math.prod(shape[:ind]), size))), shape=shape[ind:] + shape[:ind])

