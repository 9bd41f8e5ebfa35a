"""QR factorizations of stacks of matrices, and least squares."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from wengert.errors import StagingError
from wengert.ir import Array, Primitive, Routine, dtype_of, register, shape_of
from wengert.primitives.complexes import imag
from wengert.primitives.discrete import discrete, one_by_one
from wengert.primitives.gaps import apart, undetermined
from wengert.primitives.hermitian import adjoint
from wengert.primitives.linear_algebra import real_dtype, solve
from wengert.primitives.products import conjugate, flip_matrix
from wengert.primitives.shape import reduce_sum
from wengert.primitives.singular import padded, pinv
from wengert.primitives.spectral import real_part

Decompose = Callable[..., Any]


def lower_part(x: Any) -> Any:
    """The elements below the diagonal, zeros elsewhere."""
    return np.where(np.tri(*shape_of(x)[-2:], -1, dtype=bool), x, 0.0)


def upper_part(x: Any) -> Any:
    """The elements on the diagonal and above, zeros elsewhere."""
    return np.where(np.tri(*shape_of(x)[-2:], -1, dtype=bool), 0.0, x)


# -- QR ----------------------------------------------------------------------------------------------------------------


def _over(x: Any, r: Any) -> Any:
    """`x r⁻¹`."""
    return flip_matrix(solve(flip_matrix(r), flip_matrix(x)))


def _qr_type(a: Array, full: bool) -> tuple[Array, Array, Array]:
    if a.ndim < 2:
        raise np.linalg.LinAlgError(f"{a.ndim}-dimensional array given. Array must be at least two-dimensional")
    m, n = a.shape[-2:]
    k = m if full else min(m, n)
    free = Array((*a.shape[:-2], max(0, k - n)), real_dtype(a.dtype))
    return Array((*a.shape[:-2], m, k), a.dtype), Array((*a.shape[:-2], k, n), a.dtype), free


def _with_free(q: Any, r: Any) -> Any:
    """The results, and with them a zero for each column of Q that the matrix does not determine."""
    return q, r, np.zeros((*q.shape[:-2], max(0, r.shape[-2] - r.shape[-1])), real_dtype(q.dtype))


def _qr_jvp(y: Any, xs: Any, dxs: Any, full: bool) -> Any:
    """Of `A = Q R`, where the diagonal of R is real: what `C = Qᴴ dA₁ R₁⁻¹` has below the diagonal determines the
    anti-Hermitian `Ω = Qᴴ dQ`; what dA₁ has at right angles to Q goes into dQ. `A₁`, `R₁` are the leading columns.

    The columns of a full Q beyond the number of those of A may turn among each other in any way.
    """
    (q, r, free), da = y, dxs[0]
    m, size, n = *shape_of(q)[-2:], shape_of(r)[-1]
    k = min(m, n)
    moved = adjoint(q) @ da
    c = _over(moved[..., :k], r[..., :k, :k])
    c = padded(c, size, -1)
    below = lower_part(c)
    omega = below - adjoint(below)
    if size > k + 1:
        omega = omega + undetermined(da, free, size)
    if dtype_of(c).kind == "c":
        omega = omega + 1j * imag(c) * np.eye(size, dtype=real_dtype(dtype_of(c)))
    dq = q @ omega
    if m > size:
        dq = dq + _over(da[..., :k] - q @ moved[..., :k], r[..., :k, :k])
    return dq, upper_part(moved - omega @ r), None


def qr_row(prefix: str, evaluate: Decompose, stacks: bool) -> Primitive:
    """The row of a library's `qr(a, full)`, with `_with_free`, which takes `stacks` of matrices or not."""
    shapes = (((3, 3), True), ((4, 2), False), ((2, 4), True), ((1, 1), False), ((2, 3, 2), True))
    row: Primitive = register(
        Primitive(
            f"{prefix}qr",
            lambda a, full: _with_free(*evaluate(a, full)),
            _qr_type,
            jvp=_qr_jvp,
            batch=(lambda size, args, batched, full: row(args[0], full=full)) if stacks else None,
            split=apart(2),
            order="any",
            samples=lambda rng: [
                ((rng.standard_normal(shape) + 2 * np.eye(*shape[-2:]),), {"full": full})
                for shape, full in shapes[: None if stacks else 4]
            ],
            native=Routine("decomposition", options=("qr",)),
        )
    )
    return row


qr = qr_row("", lambda a, full: np.linalg.qr(a, mode="complete" if full else "reduced"), stacks=True)


# -- least squares -----------------------------------------------------------------------------------------------------


def _lstsq_type(a: Array, b: Array, rcond: float) -> tuple[Array, Array]:
    if a.shape[0] > a.shape[1]:
        raise StagingError("lstsq: whether there are residuals depends on the values")
    return Array((a.shape[1], *b.shape[1:]), np.result_type(a.dtype, b.dtype)), Array((0,), real_dtype(b.dtype))


def _lstsq_jvp(y: Any, xs: Any, dxs: Any, rcond: float) -> Any:
    """Of `x = A⁺ b`, which leaves `r = b - A x`, at constant rank: `dx = A⁺ (db - dA x) + A⁺ A⁺ᴴ dAᴴ r +
    (1 - A⁺ A) dAᴴ A⁺ᴴ x`, and the sum of |r|² moves by `2 Re rᴴ (db - dA x)`.
    """
    (x, residuals), (a, b), (da, db) = y, xs, dxs
    inverse, rest = pinv(a, rcond=rcond), b - a @ x
    moved = None if da is None else -(da @ x)
    moved = db if moved is None else moved if db is None else moved + db
    dx = inverse @ moved
    if da is not None:
        turned, flipped = adjoint(inverse), adjoint(da)
        across = flipped @ (turned @ x)
        dx = dx + inverse @ (turned @ (flipped @ rest)) + (across - inverse @ (a @ across))
    if shape_of(residuals)[-1:] != (0,):
        change = 2 * real_part(conjugate(rest) * moved)
        change = reduce_sum(change, axis=(-len(shape_of(rest)),))
        return dx, np.reshape(change, shape_of(residuals))
    return dx, None


def lstsq_rows(prefix: str, evaluate: Decompose) -> tuple[Primitive, Primitive]:
    """The rows of a library's `lstsq(a, b, rcond)`: of the solution and the residuals, and of the singular values.

    The singular values are as that routine computes them, and carry no derivative.
    """
    shapes = (((4, 2), (4,)), ((4, 2), (4, 3)), ((3, 3), (3,)), ((2, 4), (2, 3)))

    def samples(rng: np.random.Generator) -> Any:
        return [((rng.standard_normal(a), rng.standard_normal(b)), {"rcond": 1e-15}) for a, b in shapes]

    solution = register(
        Primitive(
            f"{prefix}lstsq",
            lambda a, b, rcond: tuple(evaluate(a, b, rcond)[:2]),
            _lstsq_type,
            jvp=_lstsq_jvp,
            order="any",
            samples=samples,
        )
    )
    values = discrete(
        f"{prefix}lstsq_values",
        lambda a, b, rcond: evaluate(a, b, rcond)[3],
        lambda a, b, rcond: Array((min(a.shape),), real_dtype(a.dtype)),
        inputs=2,
        samples=samples,
        batch=one_by_one,
    )
    return solution, values


lstsq, lstsq_values = lstsq_rows("", np.linalg.lstsq)
