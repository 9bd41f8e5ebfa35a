"""Products with zeros, running products, and variances of constants."""

import numpy as np

from tests.scenarios.trap import Trap

CENTERING = np.eye(3) - 1 / 3  # subtracts the mean of three


def product_partials(x, order):
    """All partial derivatives of prod(x): over distinct indices the product of the others."""
    partials = np.zeros((len(x),) * order)
    for index in np.ndindex(partials.shape):
        if len(set(index)) == order:
            partials[index] = np.prod(np.delete(x, index))
    return partials


def looped_product(x):
    """The product by a loop."""
    result = 1.0
    for i in range(len(x)):
        result = result * x[i]
    return result


def standard_deviation(x):
    """The standard deviation, written out."""
    return np.sqrt(np.mean((x - np.mean(x)) ** 2))


def _prod(name, entries, note, order=1):
    """The product of all entries."""
    x = np.array(entries)
    return Trap(name, lambda x: np.prod(x), (x,), product_partials(x, order), note, order=order)


PRODUCTS: tuple[Trap, ...] = (
    _prod("prod-one-zero", [0.0, 2.0, 3.0], "(6, 0, 0): never prod/x"),
    _prod("prod-two-zeros", [0.0, 0.0, 3.0], "every partial still has a zero"),
    _prod("prod-three-zeros", [0.0, 0.0, 0.0, 4.0], "every partial still has a zero"),
    _prod("prod-negative", [-1.0, 2.0, -3.0], "the product of the others"),
    _prod("prod-single", [0.0], "the identity"),
    _prod("prod-one-zero-second", [0.0, 2.0, 3.0], "row 0: (0, 3, 2); no pair without 0", order=2),
    _prod("prod-two-zeros-second", [0.0, 0.0, 3.0], "only the pair of zeros: 3", order=2),
    _prod("prod-three-zeros-second", [0.0, 0.0, 0.0, 4.0], "any pair leaves a zero", order=2),
    _prod("prod-three-zeros-third", [0.0, 0.0, 0.0, 4.0], "only the triple of zeros: 4", order=3),
    _prod("prod-no-zero-second", [1.0, 2.0, 3.0], "the product of the others", order=2),
    Trap("prod-empty", lambda x: np.prod(x), (np.zeros(0),), np.zeros(0), "nothing to vary"),
    Trap(
        "prod-infinite",
        lambda x: np.prod(x),
        (np.array([np.inf, 2.0]),),
        np.array([2.0, np.inf]),
        "the product of the others",
    ),
    Trap(
        "prod-underflow",
        lambda x: np.prod(x),
        (np.array([1e-200, 1e-200, 1e200]),),
        np.array([1.0, 1.0, 0.0]),
        "the value underflows to 0, the partials do not",
    ),
    Trap(
        "prod-axis",
        lambda x: np.sum(np.prod(x, axis=1)),
        (np.array([[0.0, 2.0], [3.0, 0.0], [0.0, 0.0]]),),
        np.array([[2.0, 0.0], [0.0, 3.0], [0.0, 0.0]]),
        "the other one of the row",
    ),
    Trap(
        "prod-keepdims-two-axes",
        lambda x: np.sum(x.prod(axis=(0, 2), keepdims=True)),
        (np.array([[[0.0, 2.0], [1.0, 5.0]], [[3.0, 4.0], [0.0, 0.0]]]),),
        np.array([[[24.0, 0.0], [0.0, 0.0]], [[0.0, 0.0], [0.0, 0.0]]]),
        "2*3*4 for the only zero of group 0; group 1 has two",
    ),
    Trap(
        "prod-multiply-reduce",
        lambda x: np.multiply.reduce(x),
        (np.array([0.0, 2.0, 3.0]),),
        np.array([6.0, 0.0, 0.0]),
        "as prod",
    ),
    Trap("prod-loop", looped_product, (np.array([0.0, 2.0, 3.0]),), np.array([6.0, 0.0, 0.0]), "as prod"),
    Trap(
        "prod-loop-second",
        looped_product,
        (np.array([0.0, 0.0, 3.0]),),
        product_partials(np.array([0.0, 0.0, 3.0]), 2),
        "as prod",
        order=2,
    ),
    Trap(
        "cumprod-two-zeros",
        lambda x: np.sum(np.cumprod(x)),
        (np.array([0.0, 0.0, 3.0]),),
        np.array([1.0, 0.0, 0.0]),
        "x0 + x0x1 + x0x1x2",
    ),
    Trap(
        "cumprod-first-zero",
        lambda x: np.sum(np.cumprod(x)),
        (np.array([0.0, 2.0, 3.0]),),
        np.array([9.0, 0.0, 0.0]),
        "1 + x1 + x1x2",
    ),
    Trap(
        "cumprod-middle-zero",
        lambda x: np.sum(np.cumprod(x)),
        (np.array([2.0, 0.0, 3.0]),),
        np.array([1.0, 8.0, 0.0]),
        "1 + x1 + x1x2; x0 + x0x2; x0x1",
    ),
    Trap(
        "cumprod-all-zero", lambda x: np.sum(np.cumprod(x)), (np.zeros(3),), np.array([1.0, 0.0, 0.0]), "1 + x1 + x1x2"
    ),
    Trap(
        "cumprod-jacobian",
        lambda x: np.cumprod(x),
        (np.array([2.0, 0.0, 3.0]),),
        np.array([[1.0, 0.0, 0.0], [0.0, 2.0, 0.0], [0.0, 6.0, 0.0]]),
        "row k: the product of the others among the first k+1",
    ),
    Trap(
        "cumprod-second",
        lambda x: np.sum(np.cumprod(x)),
        (np.array([0.0, 0.0, 3.0]),),
        np.array([[0.0, 4.0, 0.0], [4.0, 0.0, 0.0], [0.0, 0.0, 0.0]]),
        "d²/dx0dx1 = 1 + x2; d²/dx0dx2 = x1; d²/dx1dx2 = x0",
        order=2,
    ),
    Trap(
        "cumprod-last-third",
        lambda x: np.cumprod(x)[-1],
        (np.zeros(3),),
        product_partials(np.zeros(3), 3),
        "x0x1x2",
        order=3,
    ),
    Trap(
        "cumprod-axis-0",
        lambda x: np.sum(np.cumprod(x, axis=0)),
        (np.array([[0.0, 1.0], [2.0, 0.0]]),),
        np.array([[3.0, 1.0], [0.0, 1.0]]),
        "1 + x1 and x0 in each column",
    ),
    Trap(
        "cumprod-accumulate",
        lambda x: np.sum(np.multiply.accumulate(x)),
        (np.array([0.0, 0.0, 3.0]),),
        np.array([1.0, 0.0, 0.0]),
        "as cumprod",
    ),
    Trap("std-constant", lambda x: np.std(x), (np.ones(3),), np.zeros(3), "as the norm at 0", convention=True),
    Trap("std-constant-ddof", lambda x: x.std(ddof=1), (np.ones(3),), np.zeros(3), "as the norm at 0", convention=True),
    Trap("std-single", lambda x: np.std(x), (np.array([5.0]),), np.zeros(1), "std of one entry is identically 0"),
    Trap("std-two", lambda x: np.std(x), (np.array([1.0, 3.0]),), np.array([-0.5, 0.5]), "|x1 - x0|/2"),
    Trap("std-two-second", lambda x: np.std(x), (np.array([1.0, 3.0]),), np.zeros((2, 2)), "|x1 - x0|/2", order=2),
    Trap(
        "std-one-constant-row",
        lambda x: np.sum(np.std(x, axis=1)),
        (np.array([[1.0, 1.0], [0.0, 2.0]]),),
        np.array([[0.0, 0.0], [-0.5, 0.5]]),
        "the constant row leaves the other alone",
        convention=True,
    ),
    Trap("std-squared-constant", lambda x: np.std(x) ** 2, (np.ones(3),), np.zeros(3), "the variance"),
    Trap(
        "std-written-out-constant",
        standard_deviation,
        (np.ones(3),),
        np.zeros(3),
        "as the norm at 0",
        convention=True,
        alternatives=(np.nan,),
    ),
    Trap(
        "std-standardize-constant",
        lambda x: (x - np.mean(x)) / (np.std(x) + 1.0),
        (np.ones(3),),
        CENTERING,
        "std's own derivative is multiplied by x - mean = 0",
    ),
    Trap("var-constant", lambda x: np.var(x), (np.ones(3),), np.zeros(3), "2(x - mean)/n"),
    Trap("var-constant-second", lambda x: np.var(x), (np.ones(3),), 2 / 3 * CENTERING, "2/n (I - 1/n)", order=2),
    Trap("var-ddof", lambda x: np.var(x, ddof=1), (np.array([1.0, 3.0]),), np.array([-2.0, 2.0]), "(x1 - x0)²/2"),
    Trap(
        "average-weights",
        lambda x, w: np.average(x, weights=w),
        (np.array([1.0, 3.0]), np.ones(2)),
        (np.array([0.5, 0.5]), np.array([-0.5, 0.5])),
        "w/sum(w) and (x - average)/sum(w)",
        argnums=(0, 1),
    ),
)
