"""Eigenvalues and eigenvectors of stacks of matrices, Hermitian or any.

M. B. Giles, "Collected matrix derivative results for forward and reverse mode algorithmic differentiation", 2008.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from wengert.ir import Array, Primitive, Routine, dtype_of, register
from wengert.primitives.complexes import imag, real
from wengert.primitives.determinants import check_square
from wengert.primitives.discrete import discrete
from wengert.primitives.gaps import apart, over_differences
from wengert.primitives.hermitian import adjoint, half_hermitian
from wengert.primitives.linear_algebra import real_dtype, solve
from wengert.primitives.products import conjugate
from wengert.primitives.rearranging import diagonal
from wengert.primitives.shape import reduce_sum

Decompose = Callable[..., Any]
SHAPES = ((3, 3), (1, 1), (2, 2, 2), (0, 2, 2))  # of samples; the last ones are stacks
STEADY = 1e-5  # a smaller element says nothing about the phase of its vector


def real_part(x: Any) -> Any:
    """The real part; a real array as it is."""
    return real(x) if dtype_of(x).kind == "c" else x


def drift(element: Any, moved: Any) -> Any:
    """By what phase a vector turns of which an element that is real moves in this direction; LAPACK turns it back."""
    steady = np.abs(element) > STEADY
    return np.where(steady, imag(moved) / np.where(steady, real(element), 1.0), 0.0)


def _matrices(*shapes: tuple[int, ...], symmetric: bool) -> Any:
    def samples(rng: np.random.Generator) -> Any:
        for shape in shapes:
            a = rng.standard_normal(shape) + np.diag(4.0 * np.arange(shape[-1]))
            yield a + np.swapaxes(a, -1, -2) if symmetric else a

    return samples


# -- Hermitian ---------------------------------------------------------------------------------------------------------


def _eigh_type(a: Array, lower: bool) -> tuple[Array, Array]:
    check_square("eigh", a.shape)
    return Array(a.shape[:-1], real_dtype(a.dtype)), a


def _eigh_jvp(y: Any, xs: Any, dxs: Any, lower: bool) -> Any:
    """Of `A V = V diag(w)`: with `H = Vᴴ dA V`, `dw_i = H_ii` and `(Vᴴ dV)_ij = H_ij / (w_j - w_i)`.

    `dA` counts as Hermitian. Where V is complex its first row is real; its last, where the upper triangle was read.
    """
    w, v = y
    h = adjoint(v) @ half_hermitian(dxs[0]) @ v
    dv = v @ over_differences(h, w)
    if dtype_of(v).kind == "c":
        row = 0 if lower else -1
        dv = dv - 1j * (v * drift(v[..., row, :], dv[..., row, :])[..., None, :])
    return real_part(diagonal(h, offset=0)), dv


def hermitian_rows(prefix: str, eigh: Decompose, eigvalsh: Decompose, stacks: bool) -> tuple[Primitive, Primitive]:
    """The rows of a library's `eigh(a, lower)` and `eigvalsh(a, lower)`, which take `stacks` of matrices or not."""

    def samples(rng: np.random.Generator) -> Any:
        matrices = _matrices(*SHAPES[: 4 if stacks else 2], symmetric=True)(rng)
        return [((a,), {"lower": i % 2 == 0}) for i, a in enumerate(matrices)]

    def eigvalsh_jvp(y: Any, xs: Any, dxs: Any, lower: bool) -> Any:
        """`dw_i = vᴴ dA v` of the i-th eigenvector."""
        v = vectors(xs[0], lower=lower)[1]
        return real_part(reduce_sum(conjugate(v) * (half_hermitian(dxs[0]) @ v), axis=(-2,)))

    vectors: Primitive = register(
        Primitive(
            f"{prefix}eigh",
            lambda a, lower: tuple(eigh(a, lower)),
            _eigh_type,
            jvp=_eigh_jvp,
            batch=(lambda size, args, batched, lower: vectors(args[0], lower=lower)) if stacks else None,
            split=apart(0),
            order="any",
            samples=samples,
            native=Routine("decomposition", options=("eigh",)) if stacks else None,  # SciPy's driver is another
        )
    )
    values: Primitive = register(
        Primitive(
            f"{prefix}eigvalsh",
            eigvalsh,
            lambda a, lower: _eigh_type(a, lower)[0],
            jvp=eigvalsh_jvp,
            batch=(lambda size, args, batched, lower: values(args[0], lower=lower)) if stacks else None,
            split=apart(0),
            order="any",
            samples=samples,
            native=Routine("decomposition", options=("eigvalsh",)),
        )
    )
    return vectors, values


def _triangle(lower: bool) -> Any:
    return "L" if lower else "U"


eigh, eigvalsh = hermitian_rows(
    "",
    lambda a, lower: np.linalg.eigh(a, _triangle(lower)),
    lambda a, lower: np.linalg.eigvalsh(a, _triangle(lower)),
    stacks=True,
)


# -- any square matrix -------------------------------------------------------------------------------------------------


def _complex_dtype(dtype: np.dtype[Any]) -> np.dtype[Any]:
    return np.result_type(dtype, np.complex64)


def _eig_type(a: Array) -> tuple[Array, Array]:
    check_square("eig", a.shape)
    dtype = _complex_dtype(a.dtype)
    return Array(a.shape[:-1], dtype), Array(a.shape, dtype)


def _eig_jvp(y: Any, xs: Any, dxs: Any) -> Any:
    """Of `A V = V diag(w)`: with `H = V⁻¹ dA V`, `dw_i = H_ii` and `(V⁻¹ dV)_ij = H_ij / (w_j - w_i)`.

    Each vector is of length 1, and its largest element real: what would change that is taken out.
    """
    w, v = y
    h = solve(v, dxs[0] @ v)
    dv = v @ over_differences(h, w)
    longer = real(reduce_sum(conjugate(v) * dv, axis=(-2,)))[..., None, :]
    largest = np.argmax(np.abs(v), axis=-2, keepdims=True)
    turned = drift(*(np.take_along_axis(x, largest, axis=-2) for x in (v, dv)))
    return diagonal(h, offset=0), dv - v * (longer + 1j * turned)


def _partners(w: Any, others: Any) -> Any:
    flat, pool = (np.reshape(x, (-1, w.shape[-1])) for x in (w, others))
    out = np.empty(flat.shape, np.intp)
    for i, (row, rest) in enumerate(zip(flat, pool, strict=True)):
        distance = np.abs(row[:, None] - rest)
        for _ in row:
            j, k = np.unravel_index(np.argmin(distance), distance.shape)
            out[i, j] = k
            distance[j], distance[:, k] = np.inf, np.inf
    return out.reshape(w.shape)


# Where each eigenvalue stands in the same list in another order: eigvals and eig may order them differently.
partners = discrete(
    "partners",
    _partners,
    lambda w, others: Array(w.shape, np.dtype(np.intp)),
    inputs=2,
    batch=lambda size, args, batched: partners(
        *(x if flag else np.broadcast_to(x, (size, *x.shape)) for x, flag in zip(args, batched, strict=True))
    ),
    samples=lambda rng: [((np.array([1j, 2.0, 3.0]), np.array([3.0, 1j, 2.0])), {})],
)


def eig_rows(prefix: str, eig: Decompose, eigvals: Decompose, stacks: bool) -> tuple[Primitive, Primitive]:
    """The rows of a library's `eig(a)` and `eigvals(a)`; their results are always complex."""

    def samples(rng: np.random.Generator) -> Any:
        turn = np.array([[0.5, -2.0, 0.0], [1.0, 0.2, 0.3], [0.1, 0.0, 4.0]])
        return [((a,), {}) for a in (turn, *_matrices(*SHAPES[: 4 if stacks else 2], symmetric=False)(rng))]

    def evaluate(a: Any) -> Any:
        dtype = _complex_dtype(a.dtype)
        return tuple(x.astype(dtype) for x in eig(a))

    def eigvals_jvp(y: Any, xs: Any, dxs: Any) -> Any:
        w, v = vectors(xs[0])
        moved = diagonal(solve(v, dxs[0] @ v), offset=0)
        return np.take_along_axis(moved, partners(y, w), axis=-1)

    vectors: Primitive = register(
        Primitive(
            f"{prefix}eig",
            evaluate,
            _eig_type,
            jvp=_eig_jvp,
            batch=(lambda size, args, batched: vectors(args[0])) if stacks else None,
            split=apart(0),
            order="any",
            samples=samples,
            native=Routine("decomposition", options=("eig",)),
        )
    )
    values: Primitive = register(
        Primitive(
            f"{prefix}eigvals",
            lambda a: eigvals(a).astype(_complex_dtype(a.dtype)),
            lambda a: _eig_type(a)[0],
            jvp=eigvals_jvp,
            batch=(lambda size, args, batched: values(args[0])) if stacks else None,
            split=apart(0),
            order="any",
            samples=samples,
            native=Routine("decomposition", options=("eigvals",)),
        )
    )
    return vectors, values


eig, eigvals = eig_rows("", np.linalg.eig, np.linalg.eigvals, stacks=True)
