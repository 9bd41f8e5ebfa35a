"""The rows of scipy.linalg that differ from those of np.linalg only in the routine that computes the value.

It is called as `scipy.linalg.name`: SciPy imports that part of itself when it is first asked for.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy

from wengert.ir import Array, Primitive, Routine, register
from wengert.primitives.determinants import check_square, cofactors, pairing, regular
from wengert.primitives.linear_algebra import cholesky_row
from wengert.primitives.orthogonal import lstsq_rows, qr_row
from wengert.primitives.singular import pinv_row, singular_rows
from wengert.primitives.spectral import eig_rows, hermitian_rows

eigh, eigvalsh = hermitian_rows(
    "scipy_",
    lambda a, lower: scipy.linalg.eigh(a, lower=lower),
    lambda a, lower: scipy.linalg.eigvalsh(a, lower=lower),
    stacks=False,
)
eig, eigvals = eig_rows("scipy_", lambda a: scipy.linalg.eig(a), lambda a: scipy.linalg.eigvals(a), stacks=False)
svd, svdvals = singular_rows(
    "scipy_",
    lambda a, full: scipy.linalg.svd(a, full_matrices=full),
    lambda a: scipy.linalg.svdvals(a),
    stacks=False,
)
cholesky = cholesky_row("scipy_", lambda a, upper: scipy.linalg.cholesky(a, lower=not upper), stacks=False)
qr = qr_row("scipy_", lambda a, full: scipy.linalg.qr(a, mode="full" if full else "economic"), stacks=False)
pinv = pinv_row("scipy_", lambda a, **options: scipy.linalg.pinv(a, **options), stacks=False)
lstsq, lstsq_values = lstsq_rows("scipy_", lambda a, b, rcond: _lstsq(a, b, rcond))


def _lstsq(a: Any, b: Any, rcond: float) -> Any:
    x, residuals, rank, values = scipy.linalg.lstsq(a, b, rcond)
    return x, np.asarray(residuals), rank, values


def _square_samples(rng: np.random.Generator) -> Any:
    return [((regular(rng, n, n),), {}) for n in (3, 1)]


def _inv_type(a: Array) -> Array:
    check_square("inv", a.shape)
    return a


def _det_type(a: Array) -> Array:
    check_square("det", a.shape)
    return Array(a.shape[:-2], np.result_type(a.dtype, np.float64))  # also of single precision


inv: Primitive = register(
    Primitive(
        "scipy_inv",
        lambda a: scipy.linalg.inv(a),
        _inv_type,
        jvp=lambda y, xs, dxs: -(y @ dxs[0] @ y),
        symbol="{0}⁻¹",
        order="any",
        samples=_square_samples,
        native=Routine("linalg", options=("inv",)),
    )
)

det: Primitive = register(
    Primitive(
        "scipy_det",
        lambda a: scipy.linalg.det(a),
        _det_type,
        jvp=lambda y, xs, dxs: pairing(cofactors(xs[0]), dxs[0]),
        symbol="det {0}",
        order="any",
        samples=_square_samples,
        native=Routine("linalg", options=("det", False)),
    )
)
