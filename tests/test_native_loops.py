"""Loops in machine code: what is done to make them fast changes no result."""

import warnings

import numpy as np
import pytest

import wengert as wg


def agree(f, *args, wrt=0, rtol=1e-12):
    """Value and gradient of compiled code are those of the list run by NumPy, and of the function run eagerly."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # of NumPy, at special points
        found = wg.compile(wg.value_and_grad(f, wrt))(*args)
        listed = wg.compile(wg.value_and_grad(f, wrt), mode="list")(*args)
        eager = wg.value_and_grad(f, wrt)(*args)
    for a, b, c in zip(*map(leaves, (found, listed, eager)), strict=True):
        np.testing.assert_allclose(a, b, rtol=rtol, atol=1e-300)
        np.testing.assert_allclose(a, c, rtol=rtol, atol=1e-300)
    return found


def leaves(out):
    value, gradient = out
    return [value, *(gradient if isinstance(gradient, tuple) else (gradient,))]


# -- an exact zero wins ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("start", [0.0, 0.5, 4.0])
def test_zero_times_infinity_in_a_trip(start):
    def f(x, w):
        total = 0.0
        for i in range(5):
            y = np.sqrt(x * i) * (i - 2)
            total = total + np.where(y > 1, y * w, 0) + x
        return total

    value, (dx, dw) = agree(f, start, 0.3, wrt=(0, 1))
    assert np.isfinite([value, dx, dw]).all()


def test_zeros_win_only_where_they_are_exact():
    def f(x, w):
        y = x
        for _ in range(3):
            y = y * w + np.sqrt(y)
        return y

    _, (dx, dw) = agree(f, 0.0, 2.0, wrt=(0, 1))
    assert dx == np.inf
    assert dw == 0


def test_nan_in_the_data_stays_nan():
    def f(x, w):
        total = 0.0
        for i in range(4):
            total = total + x[i] * w * np.exp(w)
        return total

    _, (dx, dw) = agree(f, np.array([1.0, np.nan, 2.0, 0.0]), 0.5, wrt=(0, 1))
    assert np.isnan(dw)
    assert np.isfinite(dx).all()


def test_zeros_win_in_small_arrays_and_branches():
    def f(x, w):
        state = np.zeros(3)
        for i in range(6):
            step = np.sqrt(np.abs(state)) if i > 2 else state * state
            state = np.where(step > 0.1, step, state) + w * x
        return np.sum(state)

    agree(f, np.array([0.0, 0.3, -0.2]), 0.25, wrt=(0, 1))
    agree(f, np.array([0.0, 0.0, 0.0]), 0.25, wrt=(0, 1))


# -- writes into what is known to be zero ------------------------------------------------------------------------------


def lines_of(wl, name):
    """How many lines of a name there are, in the list and in the lists of its lines."""
    own = sum(line.primitive.name == name for line in wl.lines)
    return own + sum(lines_of(body, name) for line in wl.lines for body in line.bodies())


def test_the_cotangent_of_adding_in_place_is_not_touched():
    def f(x, w):
        total = np.zeros(20)
        for i in range(20):
            total[i] += x[i] * w
            total[i] += np.sin(x[i])
        return np.sum(total * total)

    x = np.linspace(-1, 1, 20)
    agree(f, x, 0.7, wrt=(0, 1))
    backward = wg.compile(wg.grad(f, (0, 1))).list(x, 0.7).lines[-1]
    assert lines_of(backward.params["body"], "setitem") == 0


def test_parts_of_a_cotangent_are_written():
    def f(w, x):
        h = np.zeros(20)
        for i in range(len(x)):
            z = w @ h + x[i]
            h = np.tanh(np.concatenate((z[10:30] * z[20:40], z[:3], z[30:])))
            h = h[:20]
        return np.sum(h)

    rng = np.random.default_rng(0)
    agree(f, rng.standard_normal((40, 20)) / 8, rng.standard_normal((6, 40)), wrt=(0, 1), rtol=1e-10)


def test_overwritten_edges_and_middles():
    def f(u, k):
        u = u.copy()
        for _ in range(7):
            u[1:-1] = u[1:-1] + k * (u[2:] - 2 * u[1:-1] + u[:-2])
            u[0] = u[1]
            u[-1] *= 0.5
            u[3:5] += u[0]
        return np.sum(u * u)

    agree(f, np.linspace(0, 1, 30) ** 2, 0.2, wrt=(0, 1), rtol=1e-11)


def test_overwritten_rows_and_columns():
    def f(u):
        u = u.copy()
        for i in range(3):
            u[i] = u[i] * u[:, 1]
            u[:, 2] += u[i]
            u[1:, 1:] = u[:-1, :-1] - u[1:, 1:]
        return np.sum(u * u)

    agree(f, np.arange(16.0).reshape(4, 4) / 10, rtol=1e-11)


# -- determinants ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("n", [1, 2, 3, 4, 5, 7])
@pytest.mark.parametrize("stack", [(), (20,)])
def test_cofactors_at_any_rank(n, stack):
    rng = np.random.default_rng(n)
    a = rng.standard_normal((*stack, n, n))
    low = a.copy()
    if n > 1:
        low[..., -1, :] = low[..., 0, :]

    def f(x):
        return np.sum(np.linalg.det(x) * 1.5)

    for matrix in (a, low, np.zeros_like(a)):
        np.testing.assert_allclose(wg.compile(wg.grad(f))(matrix), wg.grad(f)(matrix), rtol=1e-10, atol=1e-10)
        if n <= 4:
            h = wg.compile(wg.hessian(f))(matrix)
            np.testing.assert_allclose(h, wg.hessian(f)(matrix), rtol=1e-10, atol=1e-10)


def test_filter_with_a_determinant():
    def f(gain, ys):
        state, spread, total = np.zeros(2), np.eye(2), 0.0
        for y in ys:
            s = gain @ spread @ gain.T + np.eye(2)
            r = y - gain @ state
            k = np.linalg.solve(s, gain @ spread).T
            total = total - r @ np.linalg.solve(s, r) - np.log(np.linalg.det(s))
            state, spread = state + k @ r, spread - k @ gain @ spread + 0.1 * np.eye(2)
        return total

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        agree(f, np.array([[1.0, 0.2], [0.0, 1.0]]), np.arange(12.0).reshape(6, 2) / 5, wrt=(0, 1), rtol=1e-9)


# -- indices and sequences ---------------------------------------------------------------------------------------------


def test_indices_in_and_out_of_bounds():
    def f(x, start, stop):
        total = 0.0
        for i in range(5):
            for j in range(i + 1):
                total = total + x[i] * x[j - 1] * x[-j] * x[2 * i - j]
        for i in range(start, stop):
            total = total + x[i] * i
        return total

    x = np.arange(1.0, 11.0)
    compiled = wg.compile(f)
    for start, stop in ((0, 10), (-10, 3), (4, 2)):
        np.testing.assert_allclose(compiled(x, start, stop), f(x, start, stop), rtol=1e-12)
    for start, stop, wrong in ((0, 11, 10), (-11, 0, -11)):
        with pytest.raises(IndexError, match=f"index {wrong} is out of bounds"):
            compiled(x, start, stop)
    with pytest.raises(IndexError, match="index 8 is out of bounds for axis 0 with size 8"):
        compiled(x[:8], 0, 9)


def test_residuals_of_loops_in_loops():
    def f(x, w):
        total = 0.0
        for i in range(len(x)):
            for j in range(i):
                y = x[i] * w
                for k in range(j):
                    y = np.sin(y) + x[k] * y
                n = 0
                while y * y > 1e-2 and n < 5:
                    y = y * np.cos(x[j]) * 0.5
                    n += 1
                total = total + y * y
            if i > 2:
                for k in range(i - 1):
                    total = total * np.exp(-x[k] * x[k])
        return total

    agree(f, np.linspace(0.2, 1.3, 7), 0.8, wrt=(0, 1), rtol=1e-10)
    hessian = wg.compile(wg.hessian(f))
    x = np.linspace(0.2, 1.3, 5)
    np.testing.assert_allclose(hessian(x, 0.8), wg.hessian(f)(x, 0.8), rtol=1e-9, atol=1e-12)


def test_factors_by_loops():
    def f(a):
        n = len(a)
        low = np.zeros((n, n))
        for i in range(n):
            for j in range(i + 1):
                s = a[i, j]
                for k in range(j):
                    s = s - low[i, k] * low[j, k]
                low[i, j] = np.sqrt(s) if i == j else s / low[j, j]
        return np.sum(np.log(np.diag(low)))

    a = np.arange(25.0).reshape(5, 5) / 20
    agree(f, a @ a.T + 2 * np.eye(5), rtol=1e-10)


# -- sums of products --------------------------------------------------------------------------------------------------


def recurrent(w, b, xs):
    h = np.zeros(24)
    for t in range(len(xs)):
        h = np.tanh(w @ np.concatenate((h, xs[t])) + b)
    return np.sum(h * h)


def test_cotangents_of_weights_are_one_product_of_matrices():
    rng = np.random.default_rng(0)
    args = rng.standard_normal((24, 32)) / 6, rng.standard_normal(24), rng.standard_normal((30, 8))
    agree(recurrent, *args, wrt=(0, 1, 2), rtol=1e-10)
    wl = wg.compile(wg.grad(recurrent, (0, 1, 2))).list(*args)
    assert lines_of(wl, "sum_outer") == 1
    assert all(line.primitive.name != "sum_outer" for loop in wl.lines for body in loop.bodies() for line in body.lines)


def test_a_zero_wins_in_sums_of_products():
    def f(w, xs, mask):
        h = np.zeros(24)
        for t in range(len(xs)):
            h = np.where(mask[t], np.tanh(w @ xs[t] + h), h)
        return np.sum(h * h)

    rng = np.random.default_rng(1)
    xs, mask = rng.standard_normal((10, 20)), rng.random(10) < 0.5
    xs[~mask] = np.nan  # padding
    found = agree(f, rng.standard_normal((24, 20)), xs, mask, rtol=1e-10)
    assert np.isfinite(found[1]).all()


def test_sums_of_products_in_loops_in_loops():
    def f(w, v):
        h = np.linspace(0, 1, 20)
        for _ in range(4):
            for _ in range(3):
                h = np.sin(w @ h)
            g = np.cos(v @ np.stack((h, h * h), axis=-1))
            h = h + g[:, 0] * g[:, 1] + (w.T @ h) * 0.1
        return np.sum(h)

    rng = np.random.default_rng(2)
    agree(f, rng.standard_normal((20, 20)) / 4, rng.standard_normal((20, 20)) / 4, wrt=(0, 1), rtol=1e-9)
    w = rng.standard_normal((20, 20)) / 4
    wg.check(lambda w: f(w, w), w)


def test_sums_that_are_read_on_the_way_stay():
    def f(a, b):
        c = np.zeros((20, 20))
        norm = 0.0
        for t in range(6):
            c = c + np.outer(a[t], b[t])
            norm = norm + np.sum(c * c)
        return norm

    rng = np.random.default_rng(3)
    args = rng.standard_normal((6, 20)), rng.standard_normal((6, 20))
    agree(f, *args, wrt=(0, 1), rtol=1e-10)
    assert lines_of(wg.compile(f).list(*args), "sum_outer") == 0


@pytest.mark.parametrize("m", [1, 3, 8, 9, 13, 40])
@pytest.mark.parametrize("k", [1, 7, 8, 10, 23, 64])
def test_products_with_vectors(m, k):
    rng = np.random.default_rng(m * 100 + k)
    a, x = rng.standard_normal((m, k)), rng.standard_normal(k)
    far = a.copy()
    far[0, 0] = np.inf
    for matrix in (a, far):
        both = wg.compile(lambda a, x: (a @ x, x @ a.T, a[:, ::2] @ x[::2], (a.T * 2)[:, :1].T @ x))
        found = both(matrix, x)
        for one, other in zip(
            found, (matrix @ x, x @ matrix.T, matrix[:, ::2] @ x[::2], 2 * matrix[:1] @ x), strict=True
        ):
            np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-12)


def test_grids_are_written_once():
    def f(u, k):
        for _ in range(6):
            new = u.copy()
            new[1:-1, 1:-1] = u[1:-1, 1:-1] + k * (u[2:, 1:-1] + u[:-2, 1:-1] + u[1:-1, 2:] - 3 * u[1:-1, :-2])
            new[0, 2:-1] += new[1, 2:-1] * k
            u = new
            u[:, -1] = u[:, -3] - u[:, 1]
        return np.sum(u * u)

    def g(u, k):
        u = u.copy()
        for _ in range(4):
            u[1:-1] = u[1:-1] + k * (u[2:] - 2 * u[1:-1] + u[:-2])
            u[2:4] += k
            u[:30] = u[:30] * u[10:40]
        return np.sum(u * u)

    rng = np.random.default_rng(0)
    agree(f, rng.standard_normal((40, 45)), 0.1, wrt=(0, 1), rtol=1e-10)
    agree(g, rng.standard_normal(60), 0.1, wrt=(0, 1), rtol=1e-10)
    agree(g, rng.standard_normal((60, 3)), 0.1, wrt=(0, 1), rtol=1e-10)
