"""Inverse and determinants of stacks of matrices, the determinant also where a matrix is singular.

M. B. Giles, "Collected matrix derivative results for forward and reverse mode algorithmic differentiation", 2008.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from wengert.ir import Array, Primitive, Routine, dtype_of, register, shape_of
from wengert.primitives import minors
from wengert.primitives.products import batch_cores, flip_matrix
from wengert.primitives.shape import reduce_sum, sum_to


def check_square(name: str, shape: tuple[int, ...]) -> None:
    """Raise what NumPy raises where these are not square matrices."""
    if len(shape) < 2 or shape[-1] != shape[-2]:
        raise np.linalg.LinAlgError(f"np.linalg.{name}: the shape {shape} is not that of square matrices")


def regular(rng: np.random.Generator, *shape: int) -> Any:
    """Random matrices far from singular ones."""
    return rng.standard_normal(shape) + 3 * np.eye(shape[-1])


def _regular_samples(rng: np.random.Generator) -> Any:
    return [((regular(rng, *shape),), {}) for shape in ((3, 3), (2, 3, 3), (1, 1), (4, 4), (0, 2, 2))]


def pairing(x: Any, y: Any) -> Any:
    """`Σ x_ij y_ij` of each pair of matrices, which is `tr(xᵀ y)`."""
    return reduce_sum(x * y, axis=(-2, -1))


def _inv(a: Any, strict: bool) -> Any:
    """The inverses; where a matrix is singular, infinities instead of LinAlgError unless `strict`."""
    try:
        return np.linalg.inv(a)
    except np.linalg.LinAlgError:
        if strict:
            raise
    value = np.linalg.det(a)[..., None, None]
    rest = np.where(value == 0, np.eye(a.shape[-1], dtype=a.dtype), a)
    with np.errstate(all="ignore"):
        return np.where(value == 0, flip_matrix(_cofactors(a)) / value, np.linalg.inv(rest))


def _inv_type(a: Array, strict: bool) -> Array:
    check_square("inv", a.shape)
    return a


inv: Primitive = register(
    Primitive(
        "inv",
        _inv,
        _inv_type,
        jvp=lambda y, xs, dxs, strict: -(y @ dxs[0] @ y),
        batch=lambda size, args, batched, strict: inv(args[0], strict=strict),
        symbol="{0}⁻¹",
        samples=lambda rng: [(xs, {"strict": True}) for xs, _ in _regular_samples(rng)],
        python="np.linalg.inv({0})",
        native=Routine("linalg", options=("inv",)),
    )
)


# -- cofactors ---------------------------------------------------------------------------------------------------------


def _phase_svd(a: Any) -> tuple[Any, Any, Any, Any]:
    """`det(u) det(vh)`, a number of absolute value 1, and `u, s, vh` of `a = u diag(s) vh`."""
    u, s, vh = np.linalg.svd(a)
    return (np.linalg.det(u) * np.linalg.det(vh))[..., None, None], u, s, vh


def _products_of_others(s: Any) -> Any:
    """For each element along the last axis the product of the others, without a division."""
    ones = np.ones_like(s[..., :1])
    before = np.cumprod(np.concatenate([ones, s[..., :-1]], axis=-1), axis=-1)
    after = np.cumprod(np.concatenate([ones, s[..., :0:-1]], axis=-1), axis=-1)[..., ::-1]
    return before * after


def _cofactors(a: Any) -> Any:
    """The gradient of the determinant, `adj(a)ᵀ = det(u) det(vh) conj(u diag(Π other s) vh)`, at any rank."""
    phase, u, s, vh = _phase_svd(a)
    return phase * np.conjugate((u * _products_of_others(s)[..., None, :]) @ vh)


def _cofactors_along(a: Any, da: Any) -> Any:
    """The derivative of the cofactors in the direction `da`, at any rank.

    With `h = uᴴ da v`, the second derivative of det is that of `det(diag(s) + h)`: products `p_ij` of the singular
    values but i and j, times 2x2 minors, `Σ_{i≠j} p_ij (h_ii k_jj - h_ij k_ji)` in the directions h and k.
    """
    phase, u, s, vh = _phase_svd(a)
    h = np.conjugate(np.swapaxes(u, -1, -2)) @ da @ np.conjugate(np.swapaxes(vh, -1, -2))
    eye = np.eye(s.shape[-1], dtype=bool)
    p = np.where(eye, 0, _products_of_others(np.where(eye, 1, s[..., None, :])))
    diagonal = p @ np.diagonal(h, axis1=-2, axis2=-1)[..., None]
    k = diagonal * eye - np.swapaxes(p * h, -1, -2)
    return phase * np.conjugate(u) @ k @ np.conjugate(vh)


def _cofactors_along_jvp(y: Any, xs: Any, dxs: Any) -> Any:
    """The third derivative of det, along h and k, by the product rule.

    From `cof' = tr(a⁻¹ h) cof - (h a⁻¹)ᵀ cof` and `(a⁻¹)' = -a⁻¹ k a⁻¹`, which divide: at a singular matrix the inverse
    raises LinAlgError.
    """
    (a, h), (k, dh) = xs, dxs
    if k is None:
        return cofactors_along(a, dh)
    g, cof, slope = inv(a, strict=True), cofactors(a), cofactors_along(a, k)
    gkg = g @ k @ g
    scale, dscale = pairing(g, flip_matrix(h))[..., None, None], pairing(gkg, flip_matrix(h))[..., None, None]
    out = scale * slope - dscale * cof + flip_matrix(h @ gkg) @ cof - flip_matrix(h @ g) @ slope
    return out if dh is None else out + cofactors_along(a, dh)


cofactors_along: Primitive = register(
    Primitive(
        "cofactors_along",
        _cofactors_along,
        lambda a, da: Array(np.broadcast_shapes(a.shape, da.shape), np.result_type(a.dtype, da.dtype)),
        jvp=_cofactors_along_jvp,
        # Second derivatives are symmetric.
        transposes=(None, lambda ct, a, da: sum_to(cofactors_along(a, ct), shape_of(da))),
        batch=batch_cores(lambda a, da: cofactors_along(a, da), 2, 2),
        samples=lambda rng: [((*xs, rng.standard_normal(xs[0].shape)), {}) for xs, _ in _regular_samples(rng)],
        native=Routine("cofactors", small=minors.cofactors_along),
    )
)

cofactors: Primitive = register(
    Primitive(
        "cofactors",
        _cofactors,
        lambda a: a,
        jvp=lambda y, xs, dxs: cofactors_along(xs[0], dxs[0]),
        batch=lambda size, args, batched: cofactors(args[0]),
        samples=lambda rng: [*_regular_samples(rng), ((regular(rng, 2, 6, 6),), {})],
        native=Routine("cofactors", small=minors.cofactors),
    )
)


# -- determinants ------------------------------------------------------------------------------------------------------


def _det_type(a: Array) -> Array:
    check_square("det", a.shape)
    return Array(a.shape[:-2], a.dtype)


def _slogdet_type(a: Array) -> tuple[Array, Array]:
    sign = _det_type(a)
    return sign, Array(sign.shape, np.zeros(0, a.dtype).real.dtype)


def _slogdet_jvp(y: Any, xs: Any, dxs: Any) -> Any:
    """Of `log det a = log |det a| + i arg`: `tr(a⁻¹ da)`; infinite at a singular matrix."""
    (a,), (da,) = xs, dxs
    moved = pairing(flip_matrix(inv(a, strict=False)), da)
    if dtype_of(a).kind != "c":
        return None, moved
    return y[0] * (1j * np.imag(moved)), np.real(moved)


det: Primitive = register(
    Primitive(
        "det",
        np.linalg.det,
        _det_type,
        jvp=lambda y, xs, dxs: pairing(cofactors(xs[0]), dxs[0]),
        batch=lambda size, args, batched: det(args[0]),
        symbol="det {0}",
        samples=_regular_samples,
        python="np.linalg.det({0})",
        native=Routine("linalg", options=("det", False)),
    )
)

slogdet: Primitive = register(
    Primitive(
        "slogdet",
        lambda a: tuple(np.linalg.slogdet(a)),
        _slogdet_type,
        jvp=_slogdet_jvp,
        batch=lambda size, args, batched: slogdet(args[0]),
        samples=_regular_samples,
        native=Routine("linalg", options=("slogdet", False)),
    )
)
