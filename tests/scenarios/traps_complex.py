"""Complex numbers: the gradient of a real function is its direction of steepest ascent.

For L = Re f(z) with f holomorphic that is conj(f'(z)); arguments that are real get real gradients.
"""

import numpy as np

from tests.scenarios.trap import Trap

Z = 1.0 + 2.0j
VECTOR = np.array([1.0, 1.0j])
HERMITIAN = np.array([[2.0, 1.0j], [-1.0j, 2.0]])
GENERAL = np.array([[1.0, 2.0 + 1.0j], [3.0j, 4.0]])


def quadratic_form(matrix):
    """Re(v* A v) as a function of v."""
    return lambda v: np.real(np.vdot(v, matrix @ v))


def scaled_in_place(z):
    """|z0|² |2i|² + |z1|² through an in-place product."""
    y = z.copy()
    y[0] *= 2.0j
    return np.sum(np.real(y * np.conj(y)))


def structure_factor(x):
    """|Σ exp(ix)|² = n + 2 Σ cos(x_i - x_j)."""
    return np.abs(np.sum(np.exp(1j * x))) ** 2


def _real_part(name, function, point, derivative, note):
    """The gradient of Re f(z), given f'(z)."""
    return Trap(name, lambda z: np.real(function(z)), (point,), np.conj(derivative), note, convention=True)


def _holomorphic(name, function, point, derivative, note, order=1):
    """The derivative of f itself."""
    return Trap(name, function, (point,), derivative, note, order=order, holomorphic=True)


COMPLEX: tuple[Trap, ...] = (
    _real_part("complex-square", lambda z: z**2, Z, 2 * Z, "2 - 4i"),
    _real_part("complex-times-itself", lambda z: z * z, Z, 2 * Z, "2 - 4i"),
    _real_part("complex-cube", lambda z: z**3, 1.0 + 1.0j, 6.0j, "3z² = 6i"),
    _real_part("complex-power-0-at-0", lambda z: z**0, 0.0j, 0.0, "constant"),
    _real_part("complex-power-2-at-0", lambda z: z**2, 0.0j, 0.0, "2z"),
    _real_part("complex-reciprocal", lambda z: 1 / z, 1.0j, 1.0, "-1/z²"),
    _real_part("complex-power-minus-2", lambda z: z**-2, 1.0j, -2.0j, "-2/z³ = -2/(-i)"),
    _real_part("complex-half-power", lambda z: z**0.5, 3.0 + 4.0j, 0.2 - 0.1j, "0.5/(2 + i)"),
    _real_part("complex-exponent", lambda z: z ** (1.0 + 1.0j), 1.0 + 0.0j, 1.0 + 1.0j, "w z**(w-1)"),
    _real_part("complex-of-the-exponent", lambda w: 2.0**w, 1.0j, 2.0**1.0j * np.log(2.0), "2**w log 2"),
    _real_part("complex-exp", np.exp, Z, np.exp(Z), "exp z"),
    _real_part("complex-log", np.log, Z, 1 / Z, "1/z"),
    _real_part("complex-sqrt", np.sqrt, -3.0 + 4.0j, 0.5 / (1.0 + 2.0j), "0.5/sqrt z"),
    _real_part("complex-sin", np.sin, Z, np.cos(Z), "cos z"),
    _real_part("complex-tanh", np.tanh, Z, 1 - np.tanh(Z) ** 2, "1 - tanh²"),
    _real_part("complex-times-constant", lambda z: (2.0 + 3.0j) * z, Z, 2.0 + 3.0j, "2 - 3i"),
    _real_part("complex-quotient", lambda z: (1.0 + 1.0j) / z, 1.0j, 1.0 + 1.0j, "-w/z² = w"),
    Trap("complex-imaginary-part", lambda z: np.imag(z**2), (Z,), 4.0 + 2.0j, "2xy: 2y + 2ix", convention=True),
    Trap(
        "complex-conjugate", lambda z: np.real(np.conj(z) * (2.0 + 3.0j)), (Z,), 2.0 + 3.0j, "2x + 3y", convention=True
    ),
    Trap("complex-attributes", lambda z: z.real**2 + z.imag**3, (Z,), 2.0 + 12.0j, "2x + 3iy²", convention=True),
    Trap("complex-conj-method", lambda z: (z * z.conj()).real, (np.complex128(Z),), 2 * Z, "|z|²: 2z", convention=True),
    Trap("complex-abs", lambda z: np.abs(z), (3.0 + 4.0j,), 0.6 + 0.8j, "z/|z|", convention=True),
    Trap("complex-abs-at-0", lambda z: np.abs(z), (0.0j,), 0.0j, "as |x|", convention=True),
    Trap(
        "complex-abs-vector",
        lambda z: np.sum(np.abs(z)),
        (np.array([0.0, 3.0 + 4.0j]),),
        np.array([0.0, 0.6 + 0.8j]),
        "z/|z| or 0",
        convention=True,
    ),
    Trap("complex-abs-squared-at-0", lambda z: np.abs(z) ** 2, (0.0j,), 0.0j, "2z", convention=True),
    Trap("complex-log-abs", lambda z: np.log(np.abs(z)), (Z,), Z / 5, "z/|z|²", convention=True),
    Trap("complex-angle", lambda z: np.angle(z), (1.0 + 1.0j,), -0.5 + 0.5j, "iz/|z|²", convention=True),
    Trap(
        "complex-angle-second-quadrant", lambda z: np.angle(z), (-1.0 + 1.0j,), -0.5 - 0.5j, "iz/|z|²", convention=True
    ),
    Trap(
        "complex-angle-by-arctan2",
        lambda z: np.arctan2(z.imag, z.real),
        (-1.0 + 1.0j,),
        -0.5 - 0.5j,
        "iz/|z|²",
        convention=True,
    ),
    Trap(
        "complex-hermitian-form",
        quadratic_form(HERMITIAN),
        (VECTOR,),
        np.array([2.0, 2.0j]),
        "2Av, Av = v",
        convention=True,
    ),
    Trap(
        "complex-general-form",
        quadratic_form(GENERAL),
        (VECTOR,),
        (GENERAL + GENERAL.conj().T) @ VECTOR,
        "(A + A*)v",
        convention=True,
    ),
    Trap(
        "complex-einsum-norm",
        lambda v: np.real(np.einsum("i,i->", v.conj(), v)),
        (VECTOR,),
        2 * VECTOR,
        "2v",
        convention=True,
    ),
    Trap(
        "complex-in-place",
        scaled_in_place,
        (np.array([1.0 + 1.0j, 2.0j]),),
        np.array([8.0 + 8.0j, 4.0j]),
        "4|z0|² + |z1|²",
        convention=True,
    ),
    Trap(
        "complex-where",
        lambda z: np.sum(np.where(z.real > 0, z, z.conj()).imag),
        (np.array([1.0 + 0.0j, -1.0 + 0.0j]),),
        np.array([1.0j, -1.0j]),
        "y or -y",
        convention=True,
    ),
    Trap(
        "complex64",
        lambda z: np.sum(np.real(z * z)),
        (np.array([1.0 + 2.0j], np.complex64),),
        np.array([2.0 - 4.0j], np.complex64),
        "in complex64",
        convention=True,
        rtol=1e-6,
    ),
    Trap("real-through-exp", lambda x: np.real(np.exp(1j * x)), (1.0,), -np.sin(1.0), "cos x, real gradient"),
    Trap(
        "real-through-exp-second",
        lambda x: np.real(np.exp(2j * x)),
        (1.0,),
        -4 * np.cos(2.0),
        "cos 2x, real gradient",
        order=2,
    ),
    Trap("real-on-the-circle", lambda x: np.abs(np.exp(1j * x)), (1.0,), 0.0, "|exp ix| = 1"),
    Trap("real-to-complex-and-back", lambda x: np.real(x * (1 + 2j) * np.conj(x * (1 + 2j))), (3.0,), 30.0, "5x²"),
    Trap("real-imaginary-unit-twice", lambda x: ((1j * x) ** 2).real, (3.0,), -6.0, "-x²"),
    Trap("real-through-sqrt-of-negative", lambda x: np.imag(np.sqrt(x + 0j)), (-4.0,), -0.25, "sqrt(-x)"),
    Trap(
        "real-vector-cast",
        lambda x: np.sum(np.abs(x.astype(complex)) ** 2),
        (np.array([1.0, -2.0]),),
        np.array([2.0, -4.0]),
        "x², real gradient",
    ),
    Trap(
        "real-structure-factor",
        structure_factor,
        (np.array([0.0, 1.0]),),
        2 * np.sin(1.0) * np.array([1.0, -1.0]),
        "2 + 2 cos(x0 - x1)",
    ),
    Trap(
        "real-structure-factor-second",
        structure_factor,
        (np.array([0.0, 1.0]),),
        2 * np.cos(1.0) * np.array([[-1.0, 1.0], [1.0, -1.0]]),
        "2 + 2 cos(x0 - x1)",
        order=2,
    ),
    Trap(
        "real-and-complex-arguments",
        lambda x, z: np.real(x * z),
        (2.0, Z),
        (1.0, 2.0 + 0.0j),
        "Re z, real; conj x",
        argnums=(0, 1),
        convention=True,
    ),
    Trap("real-two-parts", lambda x, y: np.abs(x + 1j * y), (3.0, 4.0), (0.6, 0.8), "hypot(x, y)", argnums=(0, 1)),
    _holomorphic("holomorphic-square", lambda z: z**2, Z, 2 * Z, "2z, not conjugated"),
    _holomorphic("holomorphic-cube-second", lambda z: z**3, Z, 6 * Z, "6z", order=2),
    _holomorphic("holomorphic-exp", lambda z: np.exp(1j * z), Z, 1j * np.exp(1j * Z), "i exp iz"),
    _holomorphic("holomorphic-log", lambda z: np.log(z), Z, 1 / Z, "1/z"),
    _holomorphic("holomorphic-power-0-at-0", lambda z: z**0, 0.0j, 0.0, "constant"),
    _holomorphic("holomorphic-quotient", lambda z: z / (1 + z), 1.0j, 1 / (1 + 1.0j) ** 2, "1/(1 + z)²"),
)
