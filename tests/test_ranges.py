"""linspace and its kin, and polynomials."""

import numpy as np
import pytest

from tests.differences import check

X = np.array([0.3, 1.2, -0.7, 2.0])
P = np.array([1.0, -0.5, 2.0])

FUNCTIONS = [
    lambda a: np.linspace(a[0], a[1], 5),
    lambda a: np.linspace(a[0], a[1], 4, endpoint=False, retstep=True)[1],
    lambda a: np.linspace(a[:2], a[2:], 3, axis=-1),
    lambda a: np.linspace(a[0], a[1], 1),
    lambda a: np.logspace(a[0], a[1], 4),
    lambda a: np.geomspace(a[0], a[1], 4),
    lambda a: np.geomspace(-a[0], -a[1], 3, endpoint=False),
    lambda a: np.polyval(a, 1.5),
    lambda a: np.polyval(P, a),
    lambda a: np.polyadd(a, P) * np.polyadd(P, a),
    lambda a: np.polysub(a, P),
    lambda a: np.polymul(a, P),
    lambda a: np.polyder(a, 2),
    lambda a: np.polyint(a, 2, k=[1.0, 2.0]),
    lambda a: np.polyfit(a, np.sin(a), 2),
    lambda a: np.polyfit(X, a, 1, w=[1.0, 2.0, 3.0, 1.0]),
    lambda a: np.poly(a),
    lambda a: np.sort(np.real(np.roots(np.poly(a)))),
]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_derivatives(function):
    """Value as NumPy's, forward and reverse mode as differences."""
    check(function, X)
