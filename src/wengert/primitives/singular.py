"""Singular values and vectors of stacks of matrices, and the pseudoinverse.

M. B. Giles, "Collected matrix derivative results for forward and reverse mode algorithmic differentiation", 2008.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from wengert.ir import Array, Composite, Primitive, Routine, dtype_of, register, shape_of
from wengert.primitives.gaps import apart, off_diagonal, over_differences, over_sums, ratio, undetermined
from wengert.primitives.hermitian import adjoint
from wengert.primitives.linear_algebra import real_dtype
from wengert.primitives.products import conjugate
from wengert.primitives.rearranging import diagonal
from wengert.primitives.shape import concatenate, reduce_sum
from wengert.primitives.spectral import drift, real_part

Decompose = Callable[..., Any]
SHAPES = ((3, 3), (3, 2), (2, 4), (1, 1), (2, 3, 2), (0, 2, 3))  # of samples; the last ones are stacks


def _svd_type(a: Array, full: bool) -> tuple[Array, Array, Array, Array]:
    if a.ndim < 2:
        raise np.linalg.LinAlgError(f"{a.ndim}-dimensional array given. Array must be at least two-dimensional")
    m, n = a.shape[-2:]
    k = min(m, n)
    stack = a.shape[:-2]
    return (
        Array((*stack, m, m if full else k), a.dtype),
        Array((*stack, k), real_dtype(a.dtype)),
        Array((*stack, n if full else k, n), a.dtype),
        Array((*stack, max(m, n) if full else k), real_dtype(a.dtype)),
    )


def _with_values(u: Any, s: Any, vh: Any) -> Any:
    """The results, and with them the singular values of all vectors, those beyond the others being zero."""
    size = max(u.shape[-1], vh.shape[-2])
    return u, s, vh, np.concatenate([s, np.zeros((*s.shape[:-1], size - s.shape[-1]), s.dtype)], axis=-1)


def padded(x: Any, size: int, axis: int) -> Any:
    """An array with zeros after it along an axis, up to this length."""
    shape = list(shape_of(x))
    if shape[axis] == size:
        return x
    shape[axis] = size - shape[axis]
    return concatenate(x, np.zeros(shape, dtype_of(x)), axis=axis)


def _svd_jvp(y: Any, xs: Any, dxs: Any, full: bool) -> Any:
    """Of `A = U Σ Vᴴ`: with `P = Uᴴ dA V`, `ds_i = Re P_ii`, and `X = Uᴴ dU`, `Y = Vᴴ dV` anti-Hermitian solve
    `P = X Σ + dΣ - Σ Y`.

    So `X + Y = (P + Pᴴ)_ij / (s_j - s_i)` and `X - Y = (P - Pᴴ)_ij / (s_j + s_i)`. Vectors beyond the number of
    singular values have the singular value 0, and turn among each other in any way; where they are missing, the part
    of dU at right angles to U is `(1 - U Uᴴ) dA V / s`, and the same with V. Where the vectors are complex, the first
    row of V is real, or that of U if it is the shorter one.
    """
    (u, s, vh, values), (da,) = y, dxs
    m, k, n, size = shape_of(u)[-2], shape_of(s)[-1], shape_of(vh)[-1], shape_of(values)[-1]
    uh, v = adjoint(u), adjoint(vh)
    moved = da @ v
    p = uh @ moved
    ds = real_part(diagonal(p, offset=0))
    square = padded(padded(p, size, -1), size, -2)
    skew = square - adjoint(square)
    plus = over_differences(square + adjoint(square), values) / 2
    minus = over_sums(skew if dtype_of(p).kind == "c" else off_diagonal(skew), values) / 2
    if size > k + 1:
        plus = plus + undetermined(p, values[..., k:], size)
    rows, columns = shape_of(u)[-1], shape_of(vh)[-2]
    du, dvh = u @ (plus + minus)[..., :rows, :rows], (minus - plus)[..., :columns, :columns] @ vh
    if not full:
        if m > k:
            du = du + ratio(moved - u @ p, values[..., None, :])
        if n > k:
            dvh = dvh + ratio(uh @ da - p @ vh, values[..., :, None])
    if dtype_of(p).kind == "c":
        first, turned = (conjugate(vh[..., 0]), conjugate(dvh[..., 0])) if m >= n else (u[..., 0, :], du[..., 0, :])
        phase = padded(1j * drift(first[..., :k], turned[..., :k]), size, -1)
        du = du - u * phase[..., None, :rows]
        dvh = dvh + phase[..., :columns, None] * vh
    return du, ds, dvh, padded(ds, size, -1)


def singular_rows(prefix: str, svd: Decompose, svdvals: Decompose, stacks: bool) -> tuple[Primitive, Primitive]:
    """The rows of a library's `svd(a, full)` and `svdvals(a)`, which take `stacks` of matrices or not."""
    shapes = SHAPES[: None if stacks else 4]

    def svdvals_jvp(y: Any, xs: Any, dxs: Any) -> Any:
        """`ds_i = Re uᴴ dA v` of the i-th singular vectors."""
        u, _, vh, _ = vectors(xs[0], full=False)
        return real_part(reduce_sum(conjugate(u) * (dxs[0] @ adjoint(vh)), axis=(-2,)))

    vectors: Primitive = register(
        Primitive(
            f"{prefix}svd",
            lambda a, full: _with_values(*svd(a, full)),
            _svd_type,
            jvp=_svd_jvp,
            batch=(lambda size, args, batched, full: vectors(args[0], full=full)) if stacks else None,
            split=apart(1, 3, zero=True),
            order="any",
            samples=lambda rng: [
                ((rng.standard_normal(shape),), {"full": abs(shape[-2] - shape[-1]) == 1}) for shape in shapes
            ],
            native=Routine("decomposition", options=("svd",)),
        )
    )
    values: Primitive = register(
        Primitive(
            f"{prefix}svdvals",
            svdvals,
            lambda a: _svd_type(a, False)[1],
            jvp=svdvals_jvp,
            batch=(lambda size, args, batched: values(args[0])) if stacks else None,
            split=apart(0, zero=True),
            order="any",
            samples=lambda rng: [((rng.standard_normal(shape),), {}) for shape in shapes],
            native=Routine("decomposition", options=("svdvals",)),
        )
    )
    return vectors, values


svd, svdvals = singular_rows(
    "",
    lambda a, full: np.linalg.svd(a, full_matrices=full),
    lambda a: np.linalg.svd(a, compute_uv=False),
    stacks=True,
)


# -- the pseudoinverse -------------------------------------------------------------------------------------------------


def _pinv_jvp(y: Any, xs: Any, dxs: Any, **options: Any) -> Any:
    """At constant rank, `-A⁺ dA A⁺ + A⁺ A⁺ᴴ dAᴴ (1 - A A⁺) + (1 - A⁺ A) dAᴴ A⁺ᴴ A⁺`.

    G. H. Golub and V. Pereyra, "The differentiation of pseudo-inverses and nonlinear least squares problems whose
    variables separate", SIAM J. Numer. Anal. 10, 1973.
    """
    (a, *_), da = xs, dxs[0]
    yh, dah = adjoint(y), adjoint(da)
    left, right = y @ yh @ dah, dah @ yh @ y
    return -(y @ da @ y) + (left - left @ a @ y) + (right - y @ a @ right)


def _pinv(a: Any, rcond: Any = None, rtol: Any = None, atol: Any = 0.0, default: float = 0.0) -> Any:
    """Of `A = U Σ Vᴴ`: V Σ⁺ Uᴴ, where singular values that are small against the largest one count as zero."""
    u, s, vh, _ = svd(a, full=False)
    given = rcond if rcond is not None else rtol
    size = max(shape_of(a)[-2:]) * float(np.finfo(dtype_of(a)).eps)
    cutoff = atol + (given if given is not None else default or size) * np.max(s, axis=-1, keepdims=True)
    large = s > cutoff
    inverse = np.where(large, 1 / np.where(large, s, 1.0), 0.0)
    return adjoint(vh) @ (inverse[..., None] * adjoint(u))


def pinv_row(prefix: str, evaluate: Decompose, stacks: bool) -> Primitive:
    """The row of a library's `pinv(a, **options)`, which takes `stacks` of matrices or not."""
    row: Primitive = register(
        Primitive(
            f"{prefix}pinv",
            evaluate,
            lambda a, **options: Array((*a.shape[:-2], a.shape[-1], a.shape[-2]), a.dtype),
            jvp=_pinv_jvp,
            batch=(lambda size, args, batched, **options: row(args[0], **options)) if stacks else None,
            symbol="{0}⁺",
            order="any",
            samples=lambda rng: [((rng.standard_normal(shape),), {}) for shape in SHAPES[: None if stacks else 4]],
            native=Composite(functools.partial(_pinv, default=1e-15 if stacks else 0.0)),
        )
    )
    return row


pinv = pinv_row("", np.linalg.pinv, stacks=True)
