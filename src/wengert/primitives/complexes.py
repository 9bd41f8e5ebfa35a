"""Complex numbers and their parts.

Conjugation and taking a part are linear over the reals. Cotangents pair with tangents as Re Σ ct·dz, without
conjugation; the transposes follow from that.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from wengert.ir import Array, Pointwise, Primitive, dtype_of, register
from wengert.primitives.elementwise import UFUNCS, align_batch
from wengert.primitives.linear import linear
from wengert.primitives.signs import sign


def _real_dtype(dtype: np.dtype[Any]) -> np.dtype[Any]:
    return np.empty(0, dtype).real.dtype


def _samples(rng: np.random.Generator) -> list[Any]:
    return [((rng.standard_normal(shape) + 1j * rng.standard_normal(shape),), {}) for shape in ((3,), (2, 2), ())]


# Re(ct·conj(dz)) = Re(conj(ct)·dz)
conjugate: Primitive = linear(
    "conjugate",
    np.conjugate,
    lambda z: z,
    lambda ct, z: np.conjugate(ct) if dtype_of(ct).kind == "c" else ct,
    batch=lambda size, args, batched: conjugate(args[0]),
    native=Pointwise("conjugate"),
    samples=_samples,
)
UFUNCS[np.conjugate] = conjugate

# ct·Re(dz) = Re(ct·dz) and ct·Im(dz) = Re(-i ct·dz), for the real ct of a real output
real: Primitive = linear(
    "real",
    lambda z: z.real,
    lambda z: Array(z.shape, _real_dtype(z.dtype)),
    lambda ct, z: ct,
    view=lambda base, value: to_complex(value, imag(base)),
    batch=lambda size, args, batched: real(args[0]),
    python="{0}.real",
    native=Pointwise("real", raw=True),
    samples=_samples,
)
imag: Primitive = linear(
    "imag",
    lambda z: z.imag,
    lambda z: Array(z.shape, _real_dtype(z.dtype)),
    lambda ct, z: -1j * ct,
    view=lambda base, value: to_complex(real(base), value),
    batch=lambda size, args, batched: imag(args[0]),
    python="{0}.imag",
    native=Pointwise("imag", raw=True),
    samples=_samples,
)


def _to_complex(x: Any, y: Any) -> Any:
    """x + iy, exactly, also for infinities and signed zeros."""
    shape = np.broadcast_shapes(np.shape(x), np.shape(y))
    out = np.empty(shape, np.result_type(x, y, np.complex64))
    out.real, out.imag = x, y
    return out[()]


# Re(ct·(dx + i dy)) = Re(ct) dx - Im(ct) dy
to_complex: Primitive = linear(
    "to_complex",
    _to_complex,
    lambda x, y: Array(np.broadcast_shapes(x.shape, y.shape), np.result_type(x.dtype, y.dtype, np.complex64)),
    lambda ct, x, y: np.real(ct),
    lambda ct, x, y: -np.imag(ct),
    batch=lambda size, args, batched: to_complex(*align_batch(args, batched)),
    native=Pointwise(lambda e, x, y: e.complex(e.real(x), e.real(y), x.code)),
    symbol="{0} + {1}i",
    samples=lambda rng: [((rng.standard_normal(3), rng.standard_normal(3)), {})],
)


def _direction_jvp(y: Any, zs: tuple[Any, ...], dzs: tuple[Any, ...]) -> Any:
    """y = z/|z| keeps the part of dz/|z| that is at right angles to y: dz - y Re(conj(y) dz), over |z|; 0 at 0."""
    length = np.absolute(zs[0])
    across = dzs[0] - y * np.real(np.conjugate(y) * dzs[0])
    return np.where(length == 0, 0.0, across / length)


# Not holomorphic, so a rule of the third kind: no complex partial says how it changes.
direction: Primitive = register(
    Primitive(
        name="direction",
        evaluate=np.sign,
        infer=lambda z: z,
        jvp=_direction_jvp,
        batch=lambda size, args, batched: direction(args[0]),
        samples=_samples,
    )
)


def sign_of(x: Any) -> Any:
    """`np.sign`: -1, 0 or 1, and z/|z| for complex z."""
    return direction(x) if dtype_of(x).kind == "c" else sign(x)


UFUNCS[np.sign] = sign_of
