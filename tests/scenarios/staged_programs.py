"""Programs with long loops and with choices in them, as scientists write them, for compiling."""

import math

import numpy as np
from scipy import linalg, special

from tests.scenarios.program import Program


def rodrigues(r, point):
    """A point turned by a rotation vector; near zero by the first terms of the series."""
    squared = np.sum(r * r)
    if squared > 1e-12:
        theta = np.sqrt(squared)
        axis = r / theta
        c, s = np.cos(theta), np.sin(theta)
        return c * point + s * np.cross(axis, point) + (1 - c) * np.dot(axis, point) * axis
    return point + np.cross(r, point)


def bundle_adjustment(cameras, points, observed):
    """Reprojection errors with radial distortion."""
    pairs = [(i, j) for i in range(3) for j in range(5)]
    errors = np.zeros((len(pairs), 2))
    for k, (i, j) in enumerate(pairs):
        camera = cameras[i]
        p = rodrigues(camera[:3], points[j]) + camera[3:6]
        u = -p[:2] / p[2]
        n = u @ u
        distortion = 1.0 + camera[7] * n + camera[8] * n * n
        errors[k] = camera[6] * distortion * u - observed[k]
    return np.sum(errors**2)


def bundle_by_arrays(cameras, points, observed):
    """The same over index arrays, one observation a pass."""
    which = np.repeat(np.arange(3), 5)
    what = np.tile(np.arange(5), 3)
    total = 0.0
    for k in range(len(which)):
        camera = cameras[which[k]]
        p = rodrigues(camera[:3], points[what[k]]) + camera[3:6]
        total += np.sum((camera[6] * -p[:2] / p[2] - observed[k]) ** 2)
    return total


def lstm_steps(weights, inputs):
    """An LSTM cell over a sequence; gates cut out of one product."""
    n = weights["h"].shape[0]
    h, c = np.zeros(n), np.zeros(n)
    outputs = []
    for x in inputs:
        z = weights["x"] @ x + weights["h"].T @ h + weights["b"]
        i, f, o = (1 / (1 + np.exp(-z[k * n : (k + 1) * n])) for k in range(3))
        c = f * c + i * np.tanh(z[3 * n :])
        h = o * np.tanh(c)
        outputs.append(h)
    return np.sum(np.array(outputs) ** 2) + outputs[-1][0]


def rk4_pendulum(state, length):
    """A thousand steps of Runge-Kutta."""

    def slope(t, y):
        return np.array([y[1], -9.81 / length * math.sin(y[0]) - 0.1 * y[1] + 0.3 * math.cos(t)])

    t, h, y = 0.0, 0.01, np.array(state)
    for _ in range(1000):
        k1 = slope(t, y)
        k2 = slope(t + h / 2, y + h / 2 * k1)
        k3 = slope(t + h / 2, y + h / 2 * k2)
        k4 = slope(t + h, y + h * k3)
        y = y + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
        t += h
    return y[0] ** 2 + y[1]


def adaptive_steps(y, rate):
    """Heun's method with a step that follows the error."""
    t, h, steps = 0.0, 0.1, 0
    while t < 2.0:
        if t + h > 2.0:
            h = 2.0 - t
        k1 = -rate * y + math.sin(t)
        k2 = -rate * (y + h * k1) + math.sin(t + h)
        error = abs(h * (k2 - k1) / 2)
        if error < 1e-3:
            t, y = t + h, y + h * (k1 + k2) / 2
            steps += 1
        h = h * min(2.0, max(0.3, 0.9 * math.sqrt(1e-3 / (error + 1e-12))))
    return y * y


def newton_root(a, b):
    """Newton with a limit, a break and a return in the middle."""
    x = a
    for k in range(60):
        f = x**3 + b * x - a
        if abs(f) < 1e-13:
            return x * (1 + 0 * k)
        slope = 3 * x * x + b
        if abs(slope) < 1e-9:
            break
        x = x - f / slope
    return x


def heat_in_place(u0, alpha):
    """Steps in place through named views."""
    u = u0.copy()
    left, middle, right = u[:-2], u[1:-1], u[2:]
    for _ in range(200):
        middle += alpha * (left - 2 * middle + right)
    return np.sum(u**2)


def cholesky_rows(a):
    """Cholesky-Banachiewicz by single numbers."""
    n = len(a)
    factor = np.zeros((n, n))
    for i in range(n):
        for j in range(i + 1):
            s = a[i, j]
            for k in range(j):
                s = s - factor[i, k] * factor[j, k]
            if i == j:
                factor[i, j] = np.sqrt(s)
            else:
                factor[i, j] = s / factor[j, j]
    return np.sum(np.log(np.diag(factor))) + factor[-1, 0]


def positive(rng, n=5):
    """A positive definite matrix."""
    a = rng.normal(size=(n, n))
    return a @ a.T + n * np.eye(n)


def gauss_seidel(a, b):
    """Sweeps until the change is small."""
    n = len(b)
    x = np.zeros(n)
    for sweep in range(100):
        change = 0.0
        for i in range(n):
            s = b[i]
            for j in range(n):
                if j != i:
                    s -= a[i, j] * x[j]
            new = s / a[i, i]
            change = max(change, abs(new - x[i]))
            x[i] = new
        if change < 1e-12:
            break
    return np.sum(x**2)


def adam(data, start):
    """Adam over a dict of parameters."""
    params = {"w": start.copy(), "b": 0.1}
    m = {k: np.zeros_like(v) for k, v in params.items()}
    v = {k: np.zeros_like(p) for k, p in params.items()}
    for t in range(1, 41):
        residual = data[:, :2] @ params["w"] + params["b"] - data[:, 2]
        grads = {"w": data[:, :2].T @ residual / len(data), "b": np.mean(residual)}
        for k in params:
            m[k] = 0.9 * m[k] + 0.1 * grads[k]
            v[k] = 0.999 * v[k] + 0.001 * grads[k] ** 2
            params[k] = params[k] - 0.05 * (m[k] / (1 - 0.9**t)) / (np.sqrt(v[k] / (1 - 0.999**t)) + 1e-8)
    return np.sum(params["w"] ** 2) + params["b"]


def time_warping(a, b):
    """Dynamic time warping, a table filled from an infinite rim."""
    n, m = len(a), len(b)
    cost = np.full((n + 1, m + 1), np.inf)
    cost[0, 0] = 0
    for i in range(1, n + 1):
        for j in range(1, m + 1):
            cost[i, j] = abs(a[i - 1] - b[j - 1]) + min(cost[i - 1, j], cost[i, j - 1], cost[i - 1, j - 1])
    return cost[n, m]


def lu_pivoting(a, b):
    """Gaussian elimination with partial pivoting, and back substitution."""
    u, y = a.copy(), b.copy()
    n = len(y)
    order = np.arange(n)
    for k in range(n - 1):
        p = k + np.argmax(np.abs(u[k:, k])) if k < 0 else k + np.argmax(np.abs(u[:, k]) * (np.arange(n) >= k)) - k
        if p != k:
            u[[k, p]] = u[[p, k]]
            y[[k, p]] = y[[p, k]]
            order[[k, p]] = order[[p, k]]
        for i in range(n):
            if i > k:
                factor = u[i, k] / u[k, k]
                u[i] = u[i] - factor * u[k]
                y[i] -= factor * y[k]
    x = np.zeros(n)
    for i in range(n - 1, -1, -1):
        x[i] = (y[i] - u[i] @ x + u[i, i] * x[i]) / u[i, i]
    return np.sum(x**2) + order[0]


def kalman(observations, noise):
    """A filter for position and speed, and its likelihood."""
    F = np.array([[1.0, 0.1], [0.0, 1.0]])
    H = np.array([[1.0, 0.0]])
    Q, R = noise * np.eye(2), np.array([[0.5]])
    x, P = np.zeros(2), np.eye(2)
    likelihood = 0.0
    for z in observations:
        x, P = F @ x, F @ P @ F.T + Q
        S = H @ P @ H.T + R
        innovation = z - H @ x
        K = P @ H.T @ np.linalg.inv(S)
        x = x + K @ innovation
        P = (np.eye(2) - K @ H) @ P
        likelihood += -0.5 * (innovation @ np.linalg.solve(S, innovation) + np.log(2 * np.pi * np.linalg.det(S)))
    return likelihood


def viterbi_score(log_a, log_b):
    """The best path through a trellis, followed back."""
    n, k = log_b.shape
    score = np.zeros((n, k))
    back = np.zeros((n, k), dtype=int)
    score[0] = log_b[0]
    for t in range(1, n):
        for j in range(k):
            ways = score[t - 1] + log_a[:, j]
            back[t, j] = np.argmax(ways)
            score[t, j] = ways[back[t, j]] + log_b[t, j]
    path = np.zeros(n, dtype=int)
    path[-1] = np.argmax(score[-1])
    for t in range(n - 2, -1, -1):
        path[t] = back[t + 1, path[t + 1]]
    return np.sum(log_b[np.arange(n), path]) + score[-1].max()


def conjugate_gradients(a, b):
    """Until the residual is small."""
    x = np.zeros_like(b)
    r = b - a @ x
    p, rs = r.copy(), r @ r
    for _ in range(len(b) * 2):
        ap = a @ p
        alpha = rs / (p @ ap)
        x += alpha * p
        r -= alpha * ap
        new = r @ r
        if np.sqrt(new) < 1e-12:
            break
        p = r + new / rs * p
        rs = new
    return x @ x


def bisection(a, target):
    """Halving until the bracket is small; the last step by Newton, so that it depends on a."""
    low, high = 0.0, 4.0
    while high - low > 1e-8:
        middle = (low + high) / 2
        if middle**3 + a * middle < target:
            low = middle
        else:
            high = middle
    x = (low + high) / 2
    return x - (x**3 + a * x - target) / (3 * x * x + a)


def mandelbrot_escape(re, im):
    """How far a point escapes in a bounded number of steps."""
    zr, zi, n = 0.0, 0.0, 0
    while zr * zr + zi * zi < 4.0 and n < 30:
        zr, zi = zr * zr - zi * zi + re, 2 * zr * zi + im
        n += 1
    return math.log(1 + zr * zr + zi * zi) * n


def simulated_queue(arrivals, service):
    """Waiting times in a queue with two servers."""
    free = np.zeros(2)
    waits = []
    for k in range(len(arrivals)):
        server = 0 if free[0] <= free[1] else 1
        start = max(arrivals[k], free[server])
        free[server] = start + service[k]
        waits.append(start - arrivals[k])
    return np.mean(waits) + np.max(free)


def molecular_dynamics(position, velocity):
    """Lennard-Jones with a cutoff, velocity Verlet."""
    n = len(position)

    def forces(x):
        f = np.zeros_like(x)
        for i in range(n):
            for j in range(n):
                if i == j:
                    continue
                d = x[i] - x[j]
                r2 = d @ d
                if r2 < 9.0:
                    s6 = (1 / r2) ** 3
                    f[i] += 24 * (2 * s6 * s6 - s6) / r2 * d
        return f

    x, v, dt = position.copy(), velocity.copy(), 0.002
    f = forces(x)
    for _ in range(8):
        v += 0.5 * dt * f
        x += dt * v
        f = forces(x)
        v += 0.5 * dt * f
    return np.sum(v**2) + x[0, 0]


def mixture_em(data, means):
    """Expectation and maximization with scipy's logsumexp."""
    mu, log_w = means.copy(), np.log(np.ones(3) / 3)
    for _ in range(12):
        log_p = log_w - 0.5 * (data[:, None] - mu) ** 2
        r = np.exp(log_p - special.logsumexp(log_p, axis=1, keepdims=True))
        nk = r.sum(axis=0)
        mu = (r * data[:, None]).sum(axis=0) / nk
        log_w = np.log(nk / len(data))
    return np.sum(mu**2) + log_w[0]


def solver_in_loop(a, b):
    """A small system solved anew in each pass, by scipy."""
    x = np.ones(len(b))
    for k in range(5):
        m = a + np.diag(np.abs(x))
        x = linalg.solve(m, b + 0.1 * k * x)
    return np.sum(x)


def exponential_series(x, terms):
    """A series with factorials in Python's integers."""
    total, factorial = 0.0, 1
    for n in range(1, 26):
        factorial *= n
        total += terms[n % 3] * x**n / factorial
    return total


def cellular_growth(u0, rate):
    """A field that grows where it is large and decays elsewhere, by masks."""
    u = u0.copy()
    for _ in range(15):
        grown = u > 0.5
        u[grown] *= 1 + rate
        u[~grown] -= 0.1 * u[~grown]
        u = np.where(u > 3.0, 3.0 - 0.1 * u, u)
    return u[u > 0.1].sum() + u.mean()


class Spring:
    """A chain of masses as an object."""

    def __init__(self, n, stiffness):
        self.x = np.linspace(0.0, 1.0, n)
        self.v = np.zeros(n)
        self.k = stiffness
        self.energy = []

    def step(self, dt):
        """Explicit Euler with fixed ends."""
        f = np.zeros_like(self.x)
        f[1:-1] = self.k * (self.x[2:] - 2 * self.x[1:-1] + self.x[:-2])
        self.v += dt * f
        self.x = self.x + dt * self.v
        self.energy.append(0.5 * np.sum(self.v**2))


def spring_chain(stiffness, pull):
    """Steps of the chain; the energy is kept at each."""
    spring = Spring(6, stiffness)
    spring.x[2] += pull
    for _ in range(30):
        spring.step(0.05)
    return spring.energy[-1] + np.mean(spring.energy) + spring.x[3]


def hmc_trajectory(q, p, scale):
    """Leapfrog with a gradient by hand, accepted or not."""

    def potential(q):
        return 0.5 * np.sum(q**2) / scale + 0.1 * np.sum(q**4)

    def gradient(q):
        return q / scale + 0.4 * q**3

    start = potential(q) + 0.5 * np.sum(p**2)
    x, m, step = q.copy(), p.copy(), 0.1
    m = m - 0.5 * step * gradient(x)
    for i in range(10):
        x = x + step * m
        if i != 9:
            m = m - step * gradient(x)
    m = m - 0.5 * step * gradient(x)
    change = start - potential(x) - 0.5 * np.sum(m**2)
    return np.sum(x**2) if change > -0.5 else np.sum(q**2)


def shooting(slope, stiffness):
    """A boundary value problem: secant around Euler."""

    def end(s):
        y, v = 0.0, s
        for _ in range(50):
            y, v = y + 0.02 * v, v - 0.02 * stiffness * math.sin(y)
        return y - 1.0

    a, b = slope, slope + 0.1
    fa, fb = end(a), end(b)
    for _ in range(12):
        if abs(fb - fa) < 1e-13:
            break
        a, b, fa = b, b - fb * (b - a) / (fb - fa), fb
        fb = end(b)
    return b


def binned_spectrum(signal, width):
    """A windowed transform, frame by frame with an overlap."""
    n, hop = 16, 8
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(n) / n)
    frames = []
    for k in range((len(signal) - n) // hop + 1):
        frame = signal[k * hop : k * hop + n] * window
        frames.append(np.abs(np.fft.rfft(frame)) ** 2)
    power = np.array(frames).mean(axis=0)
    return np.sum(np.log1p(power * width))


STAGED: tuple[Program, ...] = (
    Program(
        "bundle-adjustment",
        bundle_adjustment,
        lambda rng: (_cameras(rng), rng.normal(size=(5, 3)) + [0, 0, 5], rng.normal(size=(15, 2))),
        "Rodrigues: a choice in a loop over pairs",
    ),
    Program(
        "bundle-by-arrays",
        bundle_by_arrays,
        lambda rng: (_cameras(rng), rng.normal(size=(5, 3)) + [0, 0, 5], rng.normal(size=(15, 2))),
        "rows picked by index arrays",
    ),
    Program(
        "lstm-steps",
        lstm_steps,
        lambda rng: (
            {"x": rng.normal(size=(12, 2)), "h": rng.normal(size=(3, 12)) * 0.5, "b": rng.normal(size=12)},
            rng.normal(size=(9, 2)),
        ),
        "a loop over rows, outputs collected",
    ),
    Program("rk4-pendulum", rk4_pendulum, lambda rng: (rng.uniform(0.1, 1.0, 2), 0.7), "a thousand steps, math"),
    Program("adaptive-steps", adaptive_steps, lambda rng: (1.3, 2.0), "while, if, min and max"),
    Program("newton-root", newton_root, lambda rng: (rng.uniform(1.5, 2.5), 1.2), "return and break in a for"),
    Program("heat-in-place", heat_in_place, lambda rng: (rng.normal(size=9), 0.2), "named views written in place"),
    Program("cholesky-rows", cholesky_rows, lambda rng: (positive(rng),), "three nested loops, inner bounds"),
    Program("gauss-seidel-sweeps", gauss_seidel, lambda rng: (positive(rng), rng.normal(size=5)), "break by a maximum"),
    Program("adam-dict", adam, lambda rng: (rng.normal(size=(8, 3)), rng.normal(size=2)), "dicts of parameters"),
    Program("time-warping", time_warping, lambda rng: (rng.normal(size=5), rng.normal(size=6)), "min of three, inf"),
    Program("lu-pivoting", lu_pivoting, lambda rng: (rng.normal(size=(4, 4)), rng.normal(size=4)), "rows swapped"),
    Program("kalman-likelihood", kalman, lambda rng: (rng.normal(size=(12, 1)), 0.1), "inv, solve, det in a loop"),
    Program(
        "viterbi-path",
        viterbi_score,
        lambda rng: (rng.normal(size=(3, 3)), rng.normal(size=(6, 3))),
        "integer tables written by argmax",
    ),
    Program("conjugate-gradients-break", conjugate_gradients, lambda rng: (positive(rng), rng.normal(size=5)), "+="),
    Program("bisection", bisection, lambda rng: (1.1, 5.0), "a bracket halved by a choice"),
    Program("escape-time", mandelbrot_escape, lambda rng: (0.31, 0.52), "while with and, a counter in the result"),
    Program(
        "queue",
        simulated_queue,
        lambda rng: (np.cumsum(rng.uniform(size=9)), rng.uniform(0.5, 1.5, 9)),
        "an index chosen",
    ),
    Program(
        "molecular-dynamics",
        molecular_dynamics,
        lambda rng: (np.array([[0, 0.0], [1.1, 0.1], [0.2, 1.2], [1.3, 1.4]]), rng.normal(size=(4, 2)) * 0.1),
        "a cutoff and continue in nested loops in a function",
    ),
    Program("mixture-em", mixture_em, lambda rng: (rng.normal(size=20), np.array([-1.0, 0.1, 1.2])), "logsumexp"),
    Program("solver-in-loop", solver_in_loop, lambda rng: (positive(rng, 3), rng.normal(size=3)), "scipy.linalg"),
    Program(
        "exponential-series", exponential_series, lambda rng: (3.7, rng.normal(size=3)), "factorials beyond 64 bits"
    ),
    Program(
        "cellular-growth", cellular_growth, lambda rng: (rng.uniform(0.2, 1.0, 12), 0.3), "masks written in a loop"
    ),
    Program("spring-chain", spring_chain, lambda rng: (3.0, 0.2), "attributes and a list on an object"),
    Program(
        "hmc", hmc_trajectory, lambda rng: (rng.normal(size=3), rng.normal(size=3), 1.4), "i != 9, nested functions"
    ),
    Program("shooting", shooting, lambda rng: (1.3, 0.8), "a loop in a function in a loop"),
    Program("binned-spectrum", binned_spectrum, lambda rng: (rng.normal(size=64), 0.7), "windows of a signal, rfft"),
    Program(
        "bessel-sum",
        lambda x, a: sum(a[k] * special.jv(k, x) for k in range(5)) if x > 0 else 0.0 * x,
        lambda rng: (1.7, rng.normal(size=5)),
        "a generator with a special function of the index",
    ),
)


def _cameras(rng):
    """Rotation, translation, focal length and distortion."""
    return np.concatenate(
        [0.2 * rng.normal(size=(3, 6)), rng.uniform(0.8, 1.2, (3, 1)), 0.01 * rng.normal(size=(3, 2))], 1
    )
