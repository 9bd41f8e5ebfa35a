"""One check for functions written with NumPy: `differences.check`, and batches of values and gradients."""

import numpy as np

import wengert as wg
from tests.differences import check, draw, parts


def assert_same(found, expected):
    """Equal bit for bit, in shape, dtype and kind (array or scalar); tuples part by part."""
    if isinstance(expected, (tuple, list)):
        assert len(found) == len(expected)
        for a, b in zip(found, expected, strict=True):
            assert_same(a, b)
        return
    assert np.shape(found) == np.shape(expected)
    assert np.asarray(found).dtype == np.asarray(expected).dtype
    assert isinstance(found, np.ndarray) == isinstance(expected, np.ndarray)
    np.testing.assert_array_equal(found, expected)


def assert_agreement(f, *args, batch=True):
    """Every mode of a function of float arrays gives its derivative, and its values are NumPy's own."""
    args = tuple(np.asarray(x) for x in args)
    single = any(x.dtype in (np.float32, np.complex64) for x in args)
    assert_same(wg.vjp(f, *args)[0], f(*args))
    check(f, *args, second=not single)
    if not batch:
        return
    rng = np.random.default_rng(0)
    stacks = [np.stack([x, x + draw(rng, x) * np.asarray(1e-3, x.dtype)]) for x in args]
    value = f(*args)
    cts = tuple(np.ones_like(x) for x in parts(value))

    def gradient(*xs):
        return wg.vjp(f, *xs)[1](cts if isinstance(value, tuple) else cts[0])

    tolerance = 1e-4 if single else 1e-11
    for g in (f, gradient):
        items = [parts(g(*(stack[i] for stack in stacks))) for i in range(2)]
        for found, *expected in zip(parts(wg.vmap(g)(*stacks)), *items, strict=True):
            np.testing.assert_allclose(found, np.stack(expected), rtol=tolerance, atol=tolerance)
