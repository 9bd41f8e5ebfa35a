"""Rounding, remainders, casts and comparisons: flat almost everywhere, and the parts that are not."""

import numpy as np

from tests.scenarios.trap import Trap

HALVES = np.array([-2.5, 0.3, 2.0])


def fraction(x):
    """The fractional part by modf."""
    return np.modf(x)[0]


def quotient_and_remainder(x, y):
    """10 times the quotient and the remainder, by the builtin."""
    quotient, remainder = divmod(x, y)
    return 10.0 * quotient + remainder


def _flat(name, function):
    """A step function: zero derivative, also on the steps."""
    return Trap(name, lambda x: np.sum(function(x)), (HALVES,), np.zeros(3), "flat", convention=True)


ROUNDING: tuple[Trap, ...] = (
    _flat("floor", np.floor),
    _flat("ceil", np.ceil),
    _flat("trunc", np.trunc),
    _flat("rint", np.rint),
    _flat("round", np.round),
    _flat("fix", np.fix),
    _flat("floor-divide", lambda x: x // 0.7),
    _flat("heaviside", lambda x: np.heaviside(x, 0.5)),
    Trap("floor-at-an-integer", lambda x: np.floor(x), (2.0,), 0.0, "flat", convention=True),
    Trap("floor-second", lambda x: np.floor(x) * x**2, (2.5,), 4.0, "2x² between steps", order=2),
    Trap("fraction-by-floor", lambda x: x - np.floor(x), (2.5,), 1.0, "slope 1"),
    Trap("fraction-by-modf", fraction, (2.5,), 1.0, "slope 1"),
    Trap("fraction-by-mod-1-at-0", lambda x: x % 1.0, (0.0,), 1.0, "from the right", convention=True),
    Trap("round-to-decimals-times-x", lambda x: np.round(x, 1) * x, (0.26,), 0.3, "0.3 x"),
    Trap("cast-to-int-times-x", lambda x: x.astype(int) * x, (np.array(2.5),), 2.0, "the cast is flat: 2x near 2.5"),
    Trap(
        "cast-to-float32-and-back",
        lambda x: np.sum(x.astype(np.float32) * 2),
        (np.ones(2),),
        np.array([2.0, 2.0]),
        "the gradient has the argument's float64",
    ),
    Trap(
        "comparison-times-x",
        lambda x: np.sum((x > 0.0) * x),
        (HALVES,),
        np.array([0.0, 1.0, 1.0]),
        "the comparison is a constant",
    ),
    Trap("mod-at-a-multiple", lambda x: x % 3.0, (3.0,), 1.0, "the right derivative", convention=True),
    Trap("mod-both", lambda x, y: x % y, (7.5, 2.0), (1.0, -3.0), "x - y floor(x/y)", argnums=(0, 1)),
    Trap("mod-negative", lambda x, y: np.mod(x, y), (-7.5, 2.0), (1.0, 4.0), "floor(-3.75) = -4", argnums=(0, 1)),
    Trap(
        "mod-negative-divisor",
        lambda x, y: np.remainder(x, y),
        (7.5, -2.0),
        (1.0, 4.0),
        "floor(-3.75) = -4",
        argnums=(0, 1),
    ),
    Trap("mod-second", lambda x: (x % 2.0) ** 2, (3.5,), 2.0, "(x - 2)²", order=2),
    Trap(
        "fmod-both",
        lambda x, y: np.fmod(x, y),
        (-7.5, 2.0),
        (1.0, 3.0),
        "x - y trunc(x/y), trunc(-3.75) = -3",
        argnums=(0, 1),
    ),
    Trap("divmod-builtin", quotient_and_remainder, (7.5, 2.0), (1.0, -3.0), "the quotient is flat", argnums=(0, 1)),
    Trap("divmod-ufunc", lambda x: np.divmod(x, 2.0)[1] * np.divmod(x, 2.0)[0], (7.5,), 3.0, "3 (x - 6)"),
    Trap("floor-divide-times-x", lambda x: (x // 2.0) * x, (5.0,), 2.0, "2x"),
    Trap("heaviside-value-at-0", lambda x, h: np.heaviside(x, h), (0.0, 0.5), 1.0, "the value at 0 is h", argnums=1),
    Trap("ldexp", lambda x: np.ldexp(x, 3), (1.5,), 8.0, "8x"),
    Trap(
        "isfinite-selects",
        lambda x: np.sum(x[np.isfinite(x)] ** 2),
        (np.array([1.0, np.inf, 3.0]),),
        np.array([2.0, 0.0, 6.0]),
        "2x of the finite ones",
    ),
)
