"""Functions of matrices, such as the matrix exponential, by one identity; and the Sylvester equation.

For every matrix function, `f([[A, E], [0, A]]) = [[f(A), L(A, E)], [0, f(A)]]` with its derivative L(A, E) along E
(R. Mathias, "A chain rule for matrix functions and applications", SIAM J. Matrix Anal. Appl. 17, 1996). The derivative
of L is found by the same identity with blocks of blocks, and `L(A, ·)` transposed is `L(Aᵀ, ·)`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import scipy

from wengert.errors import StagingError
from wengert.ir import Array, Primitive, dtype_of, register, shape_of
from wengert.primitives.determinants import check_square
from wengert.primitives.products import flip_matrix
from wengert.primitives.shape import concatenate, convert


def blocks(a: Any, e: Any) -> Any:
    """`[[a, e], [0, a]]`."""
    zeros = np.zeros(shape_of(a), dtype_of(a))
    return concatenate(concatenate(a, e, axis=-1), concatenate(zeros, a, axis=-1), axis=-2)


def corner(x: Any) -> Any:
    """The upper right block."""
    n = shape_of(x)[-1] // 2
    return x[..., :n, n:]


def matrix_function(
    name: str, evaluate: Callable[..., Any], of_blocks: Callable[..., Any] | None = None, keeps_real: bool = True
) -> Primitive:
    """The row of a function of a square matrix, and that of its derivative along another one.

    `of_blocks` evaluates it for blocks, where it has a branch cut; `keeps_real` says that it is real for every real
    matrix.
    """

    def infer(a: Array, **params: Any) -> Array:
        check_square(name, a.shape)
        return a if keeps_real else _kept_complex(name, a)

    def evaluate_along(a: Any, e: Any, **params: Any) -> Any:
        """The derivative is linear in `e`: brought to the size of `a`, it does not disturb the computation of f(a)."""
        size, length = (np.max(np.abs(x), initial=0) for x in (a, e))
        if length == 0:
            return np.zeros(np.shape(a), np.result_type(a, e))
        scale = (size if size > 0 else 1) / length
        both = blocks(a, e * scale)
        out = corner((of_blocks or evaluate)(both.astype(np.result_type(both, np.float64)), **params)) / scale
        real = a.dtype.kind != "c" and e.dtype.kind != "c"
        return (out.real if real else out).astype(np.result_type(a, e))

    def jvp(y: Any, xs: Any, dxs: Any, **params: Any) -> Any:
        a, da = xs[0], dxs[0]
        if dtype_of(y).kind == "c" and dtype_of(a).kind != "c":
            a, da = (convert(x, dtype=dtype_of(y)) for x in (a, da))
        return along(a, da, **params)

    def along_jvp(y: Any, xs: Any, dxs: Any, **params: Any) -> Any:
        (a, e), (da, de) = xs, dxs
        first = None if de is None else along(a, de, **params)
        if da is None:
            return first
        second = corner(along(blocks(a, e), blocks(da, np.zeros(shape_of(e), dtype_of(e))), **params))
        return second if first is None else first + second

    def samples(rng: np.random.Generator) -> list[Any]:
        shapes = ((3, 3), (1, 1)) if keeps_real else ()
        return [((_positive(rng, *shape),), {}) for shape in shapes] + (
            [] if keeps_real else [((_positive(rng, 2, 2) + 0.2j,), {})]
        )

    row: Primitive = register(Primitive(name, evaluate, infer, jvp=jvp, order="any", samples=samples))
    along: Primitive = register(
        Primitive(
            f"{name}_along",
            evaluate_along,
            lambda a, e, **params: Array(a.shape, np.result_type(a.dtype, e.dtype)),
            jvp=along_jvp,
            transposes=(None, lambda ct, a, e, **params: along(flip_matrix(a), ct, **params)),
            order="any",
            samples=lambda rng: [((_positive(rng, 2, 2), rng.standard_normal((2, 2))), {})],
        )
    )
    return row


def _positive(rng: np.random.Generator, *shape: int) -> Any:
    """Matrices whose eigenvalues are far from the negative axis."""
    return rng.standard_normal(shape) / 5 + np.eye(shape[-1])


def _kept_complex(name: str, a: Array) -> Array:
    if a.dtype.kind != "c":
        raise StagingError(f"{name}: whether the result is real depends on the values")
    return a


NEAR = 1e-3  # blocks of blocks have multiple eigenvalues, which rounding scatters


def _logm_off_the_cut(a: Any) -> Any:
    """The logarithm where equal eigenvalues on the negative axis must all be taken to lie on its upper side.

    `log(A) = log(A exp(-iθ)) + iθ`, with θ half of what the lowest eigenvalue leaves free below the axis.
    """
    angles = np.angle(np.linalg.eigvals(a))
    if not np.any(np.abs(angles) > np.pi - NEAR):
        return scipy.linalg.logm(a)
    turn = (np.min(angles, initial=np.pi, where=angles > NEAR - np.pi) + np.pi) / 2
    return scipy.linalg.logm(a * np.exp(-1j * turn)) + 1j * turn * np.eye(len(a))


MATRIX_FUNCTIONS = {
    "expm": matrix_function("expm", lambda a: scipy.linalg.expm(a)),
    "cosm": matrix_function("cosm", lambda a: scipy.linalg.cosm(a)),
    "sinm": matrix_function("sinm", lambda a: scipy.linalg.sinm(a)),
    "tanm": matrix_function("tanm", lambda a: scipy.linalg.tanm(a)),
    "coshm": matrix_function("coshm", lambda a: scipy.linalg.coshm(a)),
    "sinhm": matrix_function("sinhm", lambda a: scipy.linalg.sinhm(a)),
    "tanhm": matrix_function("tanhm", lambda a: scipy.linalg.tanhm(a)),
    "logm": matrix_function("logm", lambda a: scipy.linalg.logm(a), _logm_off_the_cut, keeps_real=False),
}


# -- A x + x B = Q, and the root ---------------------------------------------------------------------------------------


def _sylvester_jvp(y: Any, xs: Any, dxs: Any) -> Any:
    (a, b, _), (da, db, moved) = xs, dxs
    for change in (None if da is None else da @ y, None if db is None else y @ db):
        if change is not None:
            moved = -change if moved is None else moved - change
    return sylvester(a, b, moved)


sylvester: Primitive = register(
    Primitive(
        "sylvester",
        lambda a, b, q: scipy.linalg.solve_sylvester(a, b, q),
        lambda a, b, q: Array(q.shape, np.result_type(a.dtype, b.dtype, q.dtype)),
        jvp=_sylvester_jvp,
        transposes=(None, None, lambda ct, a, b, q: sylvester(flip_matrix(a), flip_matrix(b), ct)),
        undoes=(2, lambda y, a, b, q: a @ y + y @ b),
        order="any",
        samples=lambda rng: [((_positive(rng, 3, 3), _positive(rng, 2, 2), rng.standard_normal((3, 2))), {})],
    )
)


def _sqrtm_jvp(y: Any, xs: Any, dxs: Any) -> Any:
    """From `y y = a` follows `y dy + dy y = da`."""
    return sylvester(y, y, convert(dxs[0], dtype=dtype_of(y)))


def _sqrtm_infer(a: Array) -> Array:
    check_square("sqrtm", a.shape)
    return _kept_complex("sqrtm", a)


MATRIX_FUNCTIONS["sqrtm"] = register(
    Primitive(
        "sqrtm",
        lambda a: scipy.linalg.sqrtm(a),
        _sqrtm_infer,
        jvp=_sqrtm_jvp,
        order="any",
        samples=lambda rng: [((_positive(rng, 2, 2) + 0.2j,), {})],
    )
)
