"""Powers: zero, negative, fractional and integer-valued exponents, at zero and left of it."""

import numpy as np

from tests.scenarios.trap import Trap

LOG2 = np.log(2.0)
HAND = np.array([0.0, 2.0])  # base 0, exponent 2


def polynomial(x):
    """3 - 2x + 5x² + 7x³ by an array of integer exponents."""
    return np.sum(np.array([3.0, -2.0, 5.0, 7.0]) * x ** np.arange(4))


def base_and_exponent(v):
    """x**y of the two entries of one vector."""
    return v[0] ** v[1]


POWERS: tuple[Trap, ...] = (
    Trap("pow-exponent-0-at-0", lambda x: x**0, (0.0,), 0.0, "x**0 is identically 1"),
    Trap("pow-exponent-0-second", lambda x: x**0, (0.0,), 0.0, "x**0 is constant", order=2),
    Trap("pow-exponent-0.0-at-0", lambda x: x**0.0, (0.0,), 0.0, "as with the int 0"),
    Trap(
        "pow-array-exponent-0-at-0",
        lambda x, y: x**y,
        (np.zeros(2), np.zeros(2)),
        np.zeros((2, 2)),
        "x**0 is 1 for every x, whatever holds the 0",
    ),
    Trap("pow-exponent-1-at-0", lambda x: x**1, (0.0,), 1.0, "x**1 = x"),
    Trap("pow-exponent-1-second-at-0", lambda x: x**1, (0.0,), 0.0, "1*0*x**-1 is 0", order=2),
    Trap("pow-exponent-2-second-at-0", lambda x: x**2, (0.0,), 2.0, "2*1*x**0", order=2),
    Trap("pow-exponent-2-third-at-0", lambda x: x**2, (0.0,), 0.0, "not 0*x**-1", order=3),
    Trap("pow-exponent-2.0-third-at-0", lambda x: x**2.0, (0.0,), 0.0, "as with 2", order=3),
    Trap("pow-exponent-3-second-at-0", lambda x: x**3, (0.0,), 0.0, "6x", order=2),
    Trap("pow-exponent-3-third-at-0", lambda x: x**3, (0.0,), 6.0, "3!", order=3),
    Trap(
        "pow-exponent-3-in-array-third-at-0",
        lambda x: x ** np.array(3.0),
        (0.0,),
        6.0,
        "an integer-valued array exponent is as exact as an int",
        order=3,
    ),
    Trap(
        "pow-array-exponent-1-at-0",
        lambda x, y: x**y,
        (0.0, np.array(1.0)),
        1.0,
        "x**1 = x: 1*0**0",
    ),
    Trap(
        "pow-array-exponent-2-third-at-0",
        lambda x, y: x**y,
        (0.0, np.array(2.0)),
        0.0,
        "2*1*0*x**-1 is 0",
        order=3,
    ),
    Trap(
        "pow-exponent-derivative-base-0",
        lambda x, y: x**y,
        (0.0, 2.0),
        0.0,
        "0**y = 0 for every y > 0; the limit of x**y log x",
        argnums=1,
    ),
    Trap(
        "pow-both-derivatives-base-0",
        lambda x, y: np.sum(x**y),
        (np.zeros(3), np.array([1.0, 2.0, 3.0])),
        (np.array([1.0, 0.0, 0.0]), np.zeros(3)),
        "y x**(y-1) and x**y log x at x = 0",
        argnums=(0, 1),
    ),
    Trap(
        "pow-mixed-second-derivatives-base-0",
        base_and_exponent,
        (HAND,),
        np.array([[2.0, 0.0], [0.0, 0.0]]),
        "d²/dxdy = x**(y-1) (1 + y log x) -> 0 and d²/dy² = x**y log² x -> 0 at (0, 2)",
        order=2,
    ),
    Trap("pow-gradient-base-0", base_and_exponent, (HAND,), np.zeros(2), "2x and x**y log x"),
    Trap(
        "pow-exponent-derivative-negative-base",
        lambda x, y: x**y,
        (-2.0, 3.0),
        np.nan,
        "x**y is not real for y near 3: undefined, and 0 would hide it",
        argnums=1,
        convention=True,
    ),
    Trap(
        "pow-undefined-exponent-derivative-does-not-poison-the-base",
        lambda x, y: x**y,
        (-2.0, 3.0),
        (12.0, np.nan),
        "3 x² = 12 next to an undefined neighbour",
        argnums=(0, 1),
        convention=True,
    ),
    Trap("pow-negative-base", lambda x: x**2.0, (-3.0,), -6.0, "2x, x < 0, float exponent"),
    Trap(
        "pow-negative-base-array-exponent",
        lambda x, y: x**y,
        (np.array([-2.0, -1.0, 3.0]), np.array([3.0, -2.0, 0.0])),
        np.diag([12.0, 2.0, 0.0]),
        "3x² = 12; -2 x**-3 = 2; 0",
    ),
    Trap(
        "pow-negative-base-array-exponent-second",
        lambda x, y: x**y,
        (-2.0, np.array(3.0)),
        -12.0,
        "6x",
        order=2,
    ),
    Trap(
        "pow-x-to-x-at-0",
        lambda x: x**x,
        (0.0,),
        -np.inf,
        "x**x (1 + log x) -> -inf; 0 hides it",
        convention=True,
        alternatives=(np.nan,),
    ),
    Trap("pow-x-to-x-at-1", lambda x: x**x, (1.0,), 2.0, "x**x ((1 + log x)² + 1/x) at 1", order=2),
    Trap("pow-reciprocal", lambda x: x**-1, (-2.0,), -0.25, "-1/x²"),
    Trap("pow-reciprocal-second", lambda x: x**-1, (-2.0,), -0.25, "2/x³", order=2),
    Trap("pow-minus-2.0-second", lambda x: x**-2.0, (-1.0,), 6.0, "6/x⁴", order=2),
    Trap("pow-half-at-0", lambda x: x**0.5, (0.0,), np.inf, "as sqrt at 0", convention=True),
    Trap("pow-three-halves-at-0", lambda x: x**1.5, (0.0,), 0.0, "1.5 sqrt(x)"),
    Trap(
        "pow-three-halves-second-at-0",
        lambda x: x**1.5,
        (0.0,),
        np.inf,
        "0.75/sqrt(x) -> inf",
        order=2,
        convention=True,
    ),
    Trap("pow-five-halves-second-at-0", lambda x: x**2.5, (0.0,), 0.0, "3.75 sqrt(x)", order=2),
    Trap("pow-third", lambda x: x ** (1 / 3), (8.0,), 1 / 12, "(1/3) 8**(-2/3)"),
    Trap("pow-square-then-three-halves-at-0", lambda x: (x**2) ** 1.5, (0.0,), 0.0, "|x|³: 3x|x|"),
    Trap(
        "pow-square-then-three-halves-second-at-0",
        lambda x: (x**2) ** 1.5,
        (0.0,),
        0.0,
        "|x|³'' = 6|x|; inf (of u**-0.5) times the exact zero u'",
        order=2,
    ),
    Trap(
        "pow-square-then-half-at-0",
        lambda x: (x**2) ** 0.5,
        (0.0,),
        0.0,
        "|x| written out",
        convention=True,
        alternatives=(np.nan,),
    ),
    Trap("pow-base-2", lambda x: 2.0**x, (3.0,), 8 * LOG2, "2**x log 2"),
    Trap("pow-int-base-2-third-at-0", lambda x: 2**x, (0.0,), LOG2**3, "log³ 2", order=3),
    Trap("pow-base-0", lambda x: 0.0**x, (2.0,), 0.0, "0**x = 0 around x = 2"),
    Trap("pow-base-0-second", lambda x: 0.0**x, (2.0,), 0.0, "0 around x = 2", order=2),
    Trap("pow-base-1-second", lambda x: 1.0**x, (5.0,), 0.0, "1**x = 1", order=2),
    Trap(
        "pow-negative-constant-base",
        lambda x: (-2.0) ** x,
        (2.0,),
        np.nan,
        "not real for x near 2",
        convention=True,
    ),
    Trap(
        "pow-mixed-integer-exponents",
        lambda x: np.sum(x ** np.array([0, 1, 2, 3])),
        (0.0,),
        1.0,
        "0 + 1 + 2x + 3x² at 0",
    ),
    Trap("pow-polynomial-at-0", polynomial, (0.0,), -2.0, "the coefficient of x"),
    Trap("pow-polynomial-second-at-0", polynomial, (0.0,), 10.0, "2! times that of x²", order=2),
    Trap("pow-polynomial-third-at-0", polynomial, (0.0,), 42.0, "3! times that of x³", order=3),
    Trap(
        "pow-broadcast-exponents",
        lambda x: np.sum(x[:, None] ** np.array([0.0, 1.0, 2.0])),
        (np.array([0.0, -1.0, 2.0]),),
        np.array([1.0, -1.0, 5.0]),
        "0 + 1 + 2x",
    ),
    Trap("pow-np-power-third-at-0", lambda x: np.power(x, 2), (0.0,), 0.0, "as x**2", order=3),
    Trap(
        "pow-float-power-third-at-0",
        lambda x: np.float_power(x, 2.0),
        (0.0,),
        0.0,
        "as x**2",
        order=3,
    ),
    Trap("pow-square-third-at-0", lambda x: np.square(x), (0.0,), 0.0, "2x twice more", order=3),
    Trap("pow-inplace-square-at-0", lambda x: np.sum(_squared(x)), (np.zeros(2),), np.zeros(2), "y **= 2 is y**2"),
    Trap(
        "pow-float32",
        lambda x: np.sum(x**2),
        (np.array([0.0, 3.0], np.float32),),
        np.array([0.0, 6.0], np.float32),
        "2x, in float32",
        rtol=1e-6,
    ),
)


def _squared(x):
    """x² in place, in a copy."""
    y = x.copy()
    y **= 2
    return y
