"""Selections whose other arm is log, sqrt, a division or a power that is not defined there.

The arm that was not selected takes no part: not in the value, so not in any derivative.
"""

import numpy as np

from tests.scenarios.trap import Trap

SIGNS = np.array([-1.0, 0.0, 2.0])
HUGE = np.array([-1000.0, 0.5, 1000.0])
SIGMOID_HALF = 1 / (1 + np.exp(-0.5))
HOLES = np.array([1.0, np.nan, 4.0])


def stable_softplus(x):
    """log(1 + exp x) in two arms, each of which overflows in the other's half."""
    return np.sum(np.where(x > 0, x + np.log1p(np.exp(-x)), np.log1p(np.exp(x))))


def stable_sigmoid(x):
    """1/(1 + exp(-x)) in two arms."""
    return np.sum(np.where(x > 0, 1 / (1 + np.exp(-x)), np.exp(x) / (1 + np.exp(x))))


def unit_vector(x):
    """x/|x|, and 0 for x = 0."""
    length = np.sqrt(np.sum(x * x))
    return np.sum(np.where(length > 0, x / length, 0.0))


def masked_log(x):
    """log where it exists, by a mask on both sides of an assignment."""
    y = np.zeros_like(x)
    positive = x > 0
    y[positive] = np.log(x[positive])
    return np.sum(y)


def nested(x):
    """log(x - 1) behind two conditions."""
    return np.sum(np.where(x > 0, np.where(x > 1, np.log(x - 1), 0.0), 0.0))


def three_ways(x):
    """x² left of 0, sqrt right of it, 0 at it."""
    return np.sum(np.select([x < 0, x > 0], [x * x, np.sqrt(x)], 0.0))


def by_ufunc_where(x):
    """log into a buffer of zeros, only where it exists."""
    return np.sum(np.log(x, out=np.zeros_like(x), where=x > 0))


def squared_error_with_holes(x):
    """The squared distance to data with nan for the missing entries."""
    return np.sum(np.where(np.isnan(HOLES), 0.0, (x - HOLES) ** 2))


def fill_nan_then_square(x):
    """nan replaced by 0 before squaring."""
    return np.sum(np.where(np.isnan(x), 0.0, x) ** 2)


def scale_left_and_right(x):
    """x times 2 or 3 by sign, through index lists."""
    return 2.0 * np.sum(x[np.where(x < 0)[0]]) + 3.0 * np.sum(x[np.nonzero(x > 0)[0]])


def _sum_where(arm, other=0.0):
    """The sum of arm(x) where x > 0 and of `other` elsewhere."""
    return lambda x: np.sum(np.where(x > 0, arm(x), other))


WHERE: tuple[Trap, ...] = (
    Trap("where-log-at-0", lambda x: np.where(x > 0, np.log(x), 0.0), (0.0,), 0.0, "the arm 0"),
    Trap("where-log-at-0-second", lambda x: np.where(x > 0, np.log(x), 0.0), (0.0,), 0.0, "the arm 0", order=2),
    Trap("where-log", _sum_where(np.log), (SIGNS,), np.array([0.0, 0.0, 0.5]), "1/x or 0"),
    Trap("where-log-second", _sum_where(np.log), (SIGNS,), np.diag([0.0, 0.0, -0.25]), "-1/x² or 0", order=2),
    Trap("where-sqrt-at-0", lambda x: np.where(x > 0, np.sqrt(x), 0.0), (0.0,), 0.0, "the arm 0"),
    Trap(
        "where-sqrt-second",
        _sum_where(np.sqrt),
        (np.array([-1.0, 0.0, 4.0]),),
        np.diag([0.0, 0.0, -1 / 32]),
        "-x**-1.5/4 or 0",
        order=2,
    ),
    Trap("where-sine-over-x", lambda x: np.where(x == 0, 1.0, np.sin(x) / x), (0.0,), 0.0, "the arm 1"),
    Trap("where-ratio", lambda x: np.sum(np.where(x == 0, 1.0, x / x)), (SIGNS,), np.zeros(3), "x/x is 1"),
    Trap(
        "where-reciprocal",
        lambda x: np.sum(np.where(x != 0, 1 / x, 0.0)),
        (SIGNS,),
        np.array([-1.0, 0.0, -0.25]),
        "-1/x² or 0",
    ),
    Trap(
        "where-reciprocal-second",
        lambda x: np.sum(np.where(x != 0, 1 / x, 0.0)),
        (SIGNS,),
        np.diag([-2.0, 0.0, 0.25]),
        "2/x³ or 0",
        order=2,
    ),
    Trap(
        "where-quotient",
        lambda n, d: np.sum(np.where(d == 0, 0.0, n / d)),
        (np.array([1.0, 2.0]), np.array([0.0, 4.0])),
        (np.array([0.0, 0.25]), np.array([0.0, -0.125])),
        "1/d and -n/d², or 0",
        argnums=(0, 1),
    ),
    Trap(
        "where-fractional-power",
        _sum_where(lambda x: x**0.3),
        (np.array([-1.0, 0.0, 1.0]),),
        np.array([0.0, 0.0, 0.3]),
        "0.3 x**-0.7 or 0",
    ),
    Trap(
        "where-fractional-power-second",
        _sum_where(lambda x: x**0.5),
        (np.array([-1.0, 0.0, 1.0]),),
        np.diag([0.0, 0.0, -0.25]),
        "-x**-1.5/4 or 0",
        order=2,
    ),
    Trap(
        "where-power-of-negative",
        lambda x, y: np.where(x > 0, x**y, 0.0),
        (-2.0, 1.5),
        (0.0, 0.0),
        "nan in both partials of the other arm",
        argnums=(0, 1),
    ),
    Trap(
        "where-entropy",
        _sum_where(lambda x: x * np.log(x)),
        (np.array([0.0, 1.0]),),
        np.array([0.0, 1.0]),
        "1 + log x or 0",
    ),
    Trap(
        "where-arcsin",
        lambda x: np.sum(np.where(np.abs(x) < 1, np.arcsin(x), 0.0)),
        (np.array([0.0, 1.0, 2.0]),),
        np.array([1.0, 0.0, 0.0]),
        "1/sqrt(1-x²) or 0",
    ),
    Trap(
        "where-exp-overflow",
        lambda x: np.where(x < 700, np.exp(x), 0.0),
        (1000.0,),
        0.0,
        "exp(1000) is inf, not selected",
    ),
    Trap(
        "where-infinite-other-arm",
        _sum_where(lambda x: x, np.inf),
        (np.array([1.0, 2.0]),),
        np.ones(2),
        "the constant inf is not selected",
    ),
    Trap("where-softplus-extremes", stable_softplus, (HUGE,), np.array([0.0, SIGMOID_HALF, 1.0]), "the sigmoid"),
    Trap(
        "where-softplus-extremes-second",
        stable_softplus,
        (HUGE,),
        np.diag([0.0, SIGMOID_HALF * (1 - SIGMOID_HALF), 0.0]),
        "s(1 - s)",
        order=2,
    ),
    Trap(
        "where-sigmoid-extremes",
        stable_sigmoid,
        (HUGE,),
        np.array([0.0, SIGMOID_HALF * (1 - SIGMOID_HALF), 0.0]),
        "s(1 - s)",
    ),
    Trap("where-unit-vector-at-0", unit_vector, (np.zeros(3),), np.zeros(3), "the arm 0"),
    Trap(
        "where-unit-vector",
        unit_vector,
        (np.array([3.0, 4.0]),),
        np.array([0.032, -0.024]),
        "(1 - x sum(x)/25)/5: (1 - 21/25)/5, (1 - 28/25)/5",
    ),
    Trap("where-nested", nested, (np.array([-1.0, 0.5, 3.0]),), np.array([0.0, 0.0, 0.5]), "1/(x - 1) or 0"),
    Trap(
        "where-nested-second",
        nested,
        (np.array([-1.0, 0.5, 3.0]),),
        np.diag([0.0, 0.0, -0.25]),
        "-1/(x - 1)² or 0",
        order=2,
    ),
    Trap(
        "where-then-scaled",
        lambda x, p: np.where(x > 0, np.log(x), 0.0) * p,
        (0.0, 3.0),
        (0.0, 0.0),
        "0*p",
        argnums=(0, 1),
    ),
    Trap(
        "where-inner-guard",
        lambda x: np.sum(np.log(np.where(x > 0, x, 1.0))),
        (SIGNS,),
        np.array([0.0, 0.0, 0.5]),
        "1/x or 0",
    ),
    Trap("where-missing-data", squared_error_with_holes, (np.zeros(3),), np.array([-2.0, 0.0, -8.0]), "2(x - d) or 0"),
    Trap(
        "where-missing-data-second",
        squared_error_with_holes,
        (np.zeros(3),),
        np.diag([2.0, 0.0, 2.0]),
        "2 or 0",
        order=2,
    ),
    Trap("where-nan-argument", fill_nan_then_square, (HOLES,), np.array([2.0, 0.0, 8.0]), "2x or 0"),
    Trap(
        "nan-to-num-argument", lambda x: np.sum(np.nan_to_num(x) ** 2), (HOLES,), np.array([2.0, 0.0, 8.0]), "2x or 0"
    ),
    Trap(
        "nan-to-num-of-log",
        lambda x: np.sum(np.nan_to_num(np.log(x))),
        (SIGNS,),
        np.array([0.0, 0.0, 0.5]),
        "nan and -inf became constants",
    ),
    Trap(
        "nansum-of-sqrt",
        lambda x: np.nansum(np.sqrt(x)),
        (np.array([-1.0, 4.0]),),
        np.array([0.0, 0.25]),
        "nan takes no part",
    ),
    Trap("nanmean", lambda x: np.nanmean(x**2), (HOLES,), np.array([1.0, 0.0, 4.0]), "2x/2"),
    Trap(
        "nanprod",
        lambda x: np.nanprod(x),
        (np.array([np.nan, 2.0, 3.0]),),
        np.array([0.0, 3.0, 2.0]),
        "nan counts as the constant 1",
    ),
    Trap(
        "where-equality-excluded",
        lambda x: np.where(x > 0, x, 0.0),
        (0.0,),
        0.0,
        "as written: 0 takes the second arm",
        convention=True,
    ),
    Trap(
        "where-equality-included",
        lambda x: np.where(x >= 0, x, 0.0),
        (0.0,),
        1.0,
        "as written: 0 takes the first arm",
        convention=True,
    ),
    Trap(
        "select-three-ways",
        three_ways,
        (np.array([-2.0, 0.0, 4.0]),),
        np.array([-4.0, 0.0, 0.25]),
        "2x, 0, 0.5/sqrt(x)",
    ),
    Trap(
        "select-three-ways-second",
        three_ways,
        (np.array([-2.0, 0.0, 4.0]),),
        np.diag([2.0, 0.0, -1 / 32]),
        "2, 0, -x**-1.5/4",
        order=2,
    ),
    Trap("mask-assignment-log", masked_log, (SIGNS,), np.array([0.0, 0.0, 0.5]), "1/x or 0"),
    Trap("mask-assignment-log-second", masked_log, (SIGNS,), np.diag([0.0, 0.0, -0.25]), "-1/x² or 0", order=2),
    Trap("ufunc-where-log", by_ufunc_where, (SIGNS,), np.array([0.0, 0.0, 0.5]), "1/x or 0"),
    Trap("sum-where-log", lambda x: np.sum(np.log(x), where=x > 0), (SIGNS,), np.array([0.0, 0.0, 0.5]), "1/x or 0"),
    Trap(
        "mean-where",
        lambda x: np.mean(np.sqrt(x), where=x > 0),
        (np.array([-1.0, 1.0, 4.0]),),
        np.array([0.0, 0.25, 0.125]),
        "half of 0.5/sqrt(x), or 0",
    ),
    Trap(
        "prod-where",
        lambda x: np.prod(x, where=np.array([True, False, True])),
        (np.array([0.0, 5.0, 3.0]),),
        np.array([3.0, 0.0, 0.0]),
        "x0 x2",
    ),
    Trap(
        "max-where",
        lambda x: np.max(x, where=x < 3, initial=-np.inf),
        (np.array([1.0, 2.0, 9.0]),),
        np.array([0.0, 1.0, 0.0]),
        "the largest below 3",
    ),
    Trap("index-lists", scale_left_and_right, (SIGNS,), np.array([2.0, 0.0, 3.0]), "2, 0, 3"),
    Trap(
        "where-broadcast",
        lambda x, y: np.sum(np.where(np.array([[True], [False]]), x, y)),
        (2.0, np.ones(3)),
        (3.0, np.ones(3)),
        "one row of x, one of y",
        argnums=(0, 1),
    ),
)
