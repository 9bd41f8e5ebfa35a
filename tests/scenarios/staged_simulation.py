"""Simulations as they are written by hand, for compiling: time steps, events, states in objects and dicts."""

import math
from dataclasses import dataclass, field

import numpy as np

from tests.scenarios.case import Case, collector

CASES: list[Case] = []
case = collector(CASES)
RNG = np.random.default_rng(11)

# -- ordinary differential equations -----------------------------------------------------------------------------------

A = [
    [],
    [1 / 4],
    [3 / 32, 9 / 32],
    [1932 / 2197, -7200 / 2197, 7296 / 2197],
    [439 / 216, -8, 3680 / 513, -845 / 4104],
    [-8 / 27, 2, -3544 / 2565, 1859 / 4104, -11 / 40],
]
C = [0, 1 / 4, 3 / 8, 12 / 13, 1, 1 / 2]
B4 = [25 / 216, 0, 1408 / 2565, 2197 / 4104, -1 / 5, 0]
B5 = [16 / 135, 0, 6656 / 12825, 28561 / 56430, -9 / 50, 2 / 55]


@case((np.array([1.0, 0.3]), 1.2), (np.array([0.2, -0.4]), 3.5), (np.array([0.1, 0.2, 0.3]), 0.4))
def fehlberg(y0, mu):
    """Runge-Kutta-Fehlberg 4(5) with step control; the stages are kept in a list."""

    def rhs(t, y):
        d = np.empty_like(y)
        d[0] = y[1]
        d[1] = mu * (1 - y[0] ** 2) * y[1] - y[0]
        if len(y) > 2:
            d[2:] = -y[2:] * math.sin(t)
        return d

    t, t_end, h, tol = 0.0, 2.0, 0.1, 1e-4
    y = y0.copy()
    rejected = 0
    while t < t_end:
        h = min(h, t_end - t)
        k = []
        for a, c in zip(A, C, strict=True):
            yi = y.copy()
            for aj, kj in zip(a, k, strict=True):
                yi += h * aj * kj
            k.append(rhs(t + c * h, yi))
        y4 = y + h * sum(b * ki for b, ki in zip(B4, k, strict=True))
        y5 = y + h * sum(b * ki for b, ki in zip(B5, k, strict=True))
        err = np.max(np.abs(y5 - y4))
        if err <= tol:
            t += h
            y = y5
        else:
            rejected += 1
        if err == 0:
            h *= 2
        else:
            h *= min(4.0, max(0.1, 0.84 * (tol / err) ** 0.25))
    return y, rejected


@case((np.array([10.0, 5.0]), np.array([1.1, 0.4, 0.1, 0.4])), (np.array([3.0, 8.0]), np.array([0.7, 0.2, 0.1, 0.3])),
      second=True, batch=True)  # fmt: skip
def lotka_volterra(start, params):
    """Predators and prey by Runge-Kutta; the whole path is kept."""
    a, b, c, d = params
    n = 60
    path = np.zeros((n + 1, 2))
    path[0] = start

    def f(state):
        x, y = state
        return np.array([a * x - b * x * y, c * x * y - d * y])

    dt = 0.05
    for i in range(n):
        s = path[i]
        k1 = f(s)
        k2 = f(s + 0.5 * dt * k1)
        k3 = f(s + 0.5 * dt * k2)
        k4 = f(s + dt * k3)
        path[i + 1] = s + dt / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
    return path[:, 0].max(), path[-1], path.mean(axis=0)


@case((1.0, 0.9, 0.3), (2.0, 0.6, 0.0), (0.02, 0.8, -0.1))
def bouncing_ball(height, restitution, v0):
    """Events: the time of an impact by bisection, then the velocity turns."""
    g, t, dt = 9.81, 0.0, 0.01
    y, v = height, v0
    bounces = 0
    while t < 1.5:
        y_new = y + v * dt - 0.5 * g * dt**2
        v_new = v - g * dt
        if y_new < 0:
            lo, hi = 0.0, dt
            for _ in range(40):
                mid = 0.5 * (lo + hi)
                if y + v * mid - 0.5 * g * mid * mid > 0:
                    lo = mid
                else:
                    hi = mid
            tau = (v + math.sqrt(v * v + 2 * g * y)) / g
            v = -(v - g * tau) * restitution
            y = 0.0
            t += tau
            bounces += 1
            if bounces > 5:
                break
            continue
        y, v = y_new, v_new
        t += dt
    return y + v, t, bounces


@case((np.array([0.3, -0.1]), 0.1), (np.array([2.0, 1.0]), 0.02), (np.zeros(4) + 0.5, 0.05), batch=True)
def predictor_corrector(y, h):
    """Adams-Bashforth-Moulton with a history of slopes that is shifted."""
    history = [None] * 3

    def slope(t, y):
        return -2 * y + np.sin(t) * y[::-1]

    t = 0.0
    for step in range(3):
        history[step] = slope(t, y)
        y = y + h * history[step]
        t += h
    for _ in range(30):
        predicted = y + h / 12 * (23 * history[2] - 16 * history[1] + 5 * history[0])
        new = slope(t + h, predicted)
        y = y + h / 12 * (5 * new + 8 * history[2] - history[1])
        history[0], history[1] = history[1], history[2]
        history[2] = new
        t += h
    return y


@case((np.array([1.0, 0.5, 0.0]), 30), (np.array([0.1, 0.2, 0.3]), 12), (np.array([2.0, -1.0, 0.4]), 0))
def backward_euler(y, steps):
    """Robertson-like stiff kinetics: Newton in each step, with its Jacobian by hand."""
    h = 0.05
    for n in range(steps):
        z = y.copy()
        for it in range(8):
            r = z - y - h * np.array([-z[0] + 4 * z[1] * z[2], z[0] - 4 * z[1] * z[2] - 3 * z[1] ** 2, 3 * z[1] ** 2])
            if np.linalg.norm(r) < 1e-10:
                break
            jac = np.eye(3) - h * np.array(
                [[-1, 4 * z[2], 4 * z[1]], [1, -4 * z[2] - 6 * z[1], -4 * z[1]], [0, 6 * z[1], 0]]
            )
            z -= np.linalg.solve(jac, r)
        y = z
    return y


# -- partial differential equations ------------------------------------------------------------------------------------


@case((np.sin(np.linspace(0, 3, 24)), 0.4), (np.cos(np.linspace(0, 9, 24)) * 2, 0.2), (np.linspace(-1, 1, 11), 0.3))
def finite_volume(u, cfl):
    """Burgers' equation with a minmod limiter, cell by cell."""

    def minmod(a, b):
        if a * b <= 0:
            return 0.0
        return a if abs(a) < abs(b) else b

    n = len(u)
    u = u.copy()
    for step in range(6):
        flux = np.zeros(n + 1)
        for i in range(1, n):
            left = u[i - 1]
            if i >= 2:
                left += 0.5 * minmod(u[i - 1] - u[i - 2], u[i] - u[i - 1])
            right = u[i]
            if i < n - 1:
                right -= 0.5 * minmod(u[i] - u[i - 1], u[i + 1] - u[i])
            s = 0.5 * (left + right)
            flux[i] = 0.5 * left**2 if s > 0 else 0.5 * right**2
        u[1:-1] -= cfl * (flux[2:-1] - flux[1:-2])
    return u


@case((np.sin(np.linspace(0, 3, 16)), 0.2), (np.ones(9) * np.arange(9.0), 0.4))
def heat_ten_thousand(u0, alpha):
    """Ten thousand steps in place, through three named views, and a fourth that nobody writes."""
    u = np.array(u0)
    left, centre, right = u[:-2], u[1:-1], u[2:]
    ends = u[[0, -1]]
    for _ in range(10_000):
        lap = left - 2.0 * centre + right
        centre += alpha * lap
    return u.sum() + ends[0] * ends[1]


@case((RNG.standard_normal((6, 7)), 0.25), (RNG.standard_normal((4, 4)), 0.2), second=False)
def wave_equation(u0, c):
    """Leapfrog in two dimensions: three arrays whose names go round."""
    previous, now = u0.copy(), u0.copy()
    now[0, :] = now[-1, :] = 0
    now[:, 0] = now[:, -1] = 0
    nxt = np.zeros_like(now)
    for t in range(15):
        nxt[1:-1, 1:-1] = (
            2 * now[1:-1, 1:-1]
            - previous[1:-1, 1:-1]
            + c**2 * (now[2:, 1:-1] + now[:-2, 1:-1] + now[1:-1, 2:] + now[1:-1, :-2] - 4 * now[1:-1, 1:-1])
        )
        if t % 5 == 0:
            nxt[1, 1] += 0.1 * t
        previous, now, nxt = now, nxt, previous
    return np.sum(now**2)


@case((RNG.uniform(0, 1, (6, 6)), 1.6), (RNG.uniform(0, 1, (5, 7)), 1.2))
def relaxation(p, omega):
    """Successive over-relaxation until the change is small, point by point, red points first."""
    p = p.copy()
    ny, nx = p.shape
    it = 0
    while True:
        biggest = 0.0
        for colour in (0, 1):
            for i in range(1, ny - 1):
                for j in range(1 + (i + colour) % 2, nx - 1, 2):
                    new = 0.25 * (p[i - 1, j] + p[i + 1, j] + p[i, j - 1] + p[i, j + 1])
                    change = omega * (new - p[i, j])
                    p[i, j] += change
                    if abs(change) > biggest:
                        biggest = abs(change)
        it += 1
        if biggest < 1e-3 or it >= 25:
            break
    return p, it


@case((RNG.uniform(0, 1, 12), np.array([0.2, 0.3])), (RNG.uniform(0, 1, 7), np.array([0.1, 0.5])))
def crank_nicolson(u, coefficients):
    """A tridiagonal system in each step, by Thomas' algorithm written in place."""

    def thomas(a, b, c, d):
        n = len(d)
        cp, dp = np.zeros(n), np.zeros(n)
        cp[0] = c[0] / b[0]
        dp[0] = d[0] / b[0]
        for i in range(1, n):
            m = b[i] - a[i] * cp[i - 1]
            cp[i] = c[i] / m
            dp[i] = (d[i] - a[i] * dp[i - 1]) / m
        x = np.zeros(n)
        x[-1] = dp[-1]
        for i in range(n - 2, -1, -1):
            x[i] = dp[i] - cp[i] * x[i + 1]
        return x

    n = len(u)
    r, q = coefficients
    low, diag, up = np.full(n, -r / 2), np.full(n, 1 + r + q), np.full(n, -r / 2)
    for _ in range(10):
        rhs = (1 - r) * u
        rhs[1:] += r / 2 * u[:-1]
        rhs[:-1] += r / 2 * u[1:]
        u = thomas(low, diag, up, rhs)
    return u


# -- particles and fields ----------------------------------------------------------------------------------------------


@case((RNG.standard_normal((4, 3)), RNG.standard_normal((4, 3)), np.array([1.0, 2.0, 0.5, 1.5])),
      (RNG.standard_normal((3, 2)), RNG.standard_normal((3, 2)), np.array([1.0, 1.0, 2.0])))  # fmt: skip
def n_body(x, v, mass):
    """Leapfrog; forces of each pair, by Newton's third law, into two rows."""
    n = len(mass)

    def forces(x):
        f = np.zeros_like(x)
        for i in range(n):
            for j in range(i + 1, n):
                r = x[j] - x[i]
                d2 = r @ r + 0.01
                g = mass[i] * mass[j] / d2**1.5 * r
                f[i] += g
                f[j] -= g
        return f

    x, v = x.copy(), v.copy()
    f = forces(x)
    dt = 0.02
    for _ in range(12):
        v += 0.5 * dt * f / mass[:, None]
        x += dt * v
        f = forces(x)
        v += 0.5 * dt * f / mass[:, None]
    kinetic = 0.5 * sum(m * (w @ w) for m, w in zip(mass, v, strict=True))
    return kinetic, x


@case((RNG.uniform(0, 1, (5, 2)), 0.6), (RNG.uniform(0, 1, (8, 2)), 0.35))
def neighbour_pressure(x, h):
    """Smoothed particles: a list of neighbours is built, then gone through."""
    n = x.shape[0]
    rho = np.zeros(n)
    for i in range(n):
        for j in range(n):
            r = x[i] - x[j]
            q = np.sqrt(np.sum(r**2) + 1e-12) / h
            if q < 1:
                w = 1 - 1.5 * q**2 + 0.75 * q**3
            elif q < 2:
                w = 0.25 * (2 - q) ** 3
            else:
                continue
            rho[i] += w
    p = np.where(rho > 1.5, (rho - 1.5) ** 2, 0.0)
    return p.sum() + rho.min()


@case((RNG.standard_normal(12), RNG.uniform(0.05, 0.95, 12), 0.7), (RNG.standard_normal(5), RNG.uniform(0, 1, 5), 1.9))
def metropolis(proposals, uniforms, scale):
    """Metropolis with given draws; accepted states are counted."""
    x, accepted, trace = 0.5, 0, []
    log_p = -0.5 * (x / scale) ** 2
    for dx, u in zip(proposals, uniforms, strict=True):
        y = x + 0.8 * dx
        log_q = -0.5 * (y / scale) ** 2
        if math.log(u) < log_q - log_p:
            x, log_p = y, log_q
            accepted += 1
        trace.append(x)
    return np.mean(trace), accepted / len(proposals), log_p


@case((RNG.uniform(-0.2, 0.2, (5, 5)), 0.8), (RNG.uniform(-0.2, 0.2, (4, 4)), 0.3))
def ising_mean_field(coupling, beta):
    """Mean-field magnetization, site by site with the newest values, until nothing moves."""
    n = coupling.shape[0]
    m = 0.1 * np.ones(n)
    j = coupling + coupling.T
    for sweep in range(200):
        before = m.copy()
        for i in range(n):
            field = 0.3
            for k in range(n):
                if k == i:
                    continue
                field += j[i, k] * m[k]
            m[i] = np.tanh(beta * field)
        if np.max(np.abs(m - before)) < 1e-9:
            break
    else:
        raise RuntimeError("did not converge")
    return m, sweep


@case((RNG.uniform(0, 1, (6, 6)), 0.5), (RNG.uniform(0, 1, (5, 8)), 0.2))
def growth_by_masks(density, rate):
    """A game of life with amounts: masks made of neighbours' sums decide who grows."""
    d = density.copy()
    for _ in range(5):
        total = np.zeros_like(d)
        for dy in (-1, 0, 1):
            for dx in (-1, 0, 1):
                if dy == 0 and dx == 0:
                    continue
                total += np.roll(np.roll(d, dy, axis=0), dx, axis=1)
        grows = (total > 3.2) & (total < 4.8)
        dies = ~grows & (d < 0.9)
        d[grows] = d[grows] + rate * (1 - d[grows])
        d[dies] *= 0.7
    return d


# -- control and objects -----------------------------------------------------------------------------------------------


@dataclass
class Controller:
    kp: float
    ki: float
    kd: float
    integral: float = 0.0
    last: float | None = None
    log: list = field(default_factory=list)

    def step(self, error, dt):
        self.integral += error * dt
        slope = 0.0 if self.last is None else (error - self.last) / dt
        self.last = error
        u = self.kp * error + self.ki * self.integral + self.kd * slope
        if u > 2.0:
            u = 2.0
            self.integral -= error * dt  # no wind-up
        elif u < -2.0:
            u = -2.0
            self.integral -= error * dt
        self.log.append(u)
        return u


@case((2.0, 0.5, 0.1), (8.0, 0.1, 0.05), (0.3, 2.0, 0.0))
def pid(kp, ki, kd):
    """A controller with limits on a second-order plant; state in attributes."""
    controller = Controller(kp, ki, kd)
    x, v, dt = 0.0, 0.0, 0.05
    cost = 0.0
    for k in range(80):
        target = 1.0 if k < 40 else -0.5
        u = controller.step(target - x, dt)
        v += dt * (u - 0.8 * v - x)
        x += dt * v
        cost += (target - x) ** 2 * dt + 1e-3 * u**2
    return cost, np.max(controller.log), controller.integral


class Tank:
    """Tanks that flow into each other."""

    count = 0

    def __init__(self, level, area, outlet=None):
        self.level, self.area, self.outlet = level, area, outlet
        self.overflowed = False

    def flow(self):
        return 0.3 * math.sqrt(self.level) if self.level > 0.01 else 0.0

    def update(self, inflow, dt):
        out = self.flow()
        self.level += dt * (inflow - out) / self.area
        if self.level > 1.5:
            self.level = 1.5
            self.overflowed = True
        if self.outlet is not None:
            self.outlet.update(out, dt)

    def __repr__(self):
        return f"Tank({self.level})"


@case((1.0, 0.5, 0.2), (1.45, 1.49, 0.9), (0.005, 0.0, 0.0))
def tanks(first, second, inflow):
    """Linked objects that write into each other, by recursion."""
    chain = Tank(first, 1.0, Tank(second, 0.5, Tank(0.2, 2.0)))
    for k in range(50):
        chain.update(inflow if k % 10 < 5 else 0.0, 0.1)
    return chain.level, chain.outlet.level, chain.outlet.outlet.level, float(chain.overflowed)


@case((np.array([0.4, 0.9, 0.1]), 0.3), (np.array([2.0, 2.5]), 1.4))
def epidemic(rates, start):
    """A state in a dict, a history of dicts, and its columns afterwards."""
    state = {"s": 1.0 - start / 10, "i": start / 10, "r": 0.0}
    history = [dict(state)]
    for day in range(30):
        beta = rates[min(day // 10, len(rates) - 1)]
        new = beta * state["s"] * state["i"]
        gone = 0.2 * state["i"]
        state["s"] -= new
        state["i"] += new - gone
        state["r"] += gone
        history.append({k: v for k, v in state.items()})
    peak = max(h["i"] for h in history)
    return peak, np.array([h["s"] for h in history])[::5]


@case((0.2, 0.05, 100.0, 95.0), (0.4, 0.01, 50.0, 80.0))
def american_put(sigma, rate, spot, strike):
    """A binomial tree, backward; exercise by np.maximum and in place on a shrinking slice."""
    n, years = 24, 1.0
    dt = years / n
    up = math.exp(sigma * math.sqrt(dt))
    down = 1 / up
    p = (math.exp(rate * dt) - down) / (up - down)
    prices = np.array([spot * up**j * down ** (n - j) for j in range(n + 1)])
    values = np.maximum(strike - prices, 0.0)
    for i in range(n - 1, -1, -1):
        for j in range(i + 1):
            hold = math.exp(-rate * dt) * (p * values[j + 1] + (1 - p) * values[j])
            exercise = strike - spot * up**j * down ** (i - j)
            values[j] = max(hold, exercise)
    return values[0]


@case((RNG.standard_normal((40, 3)), 0.3, 100.0), (RNG.standard_normal((11, 5)), 0.2, 110.0))
def asian_option(draws, sigma, spot):
    """Monte Carlo with given draws: paths in a loop over time, all at once."""
    n, m = draws.shape
    s = np.full(n, spot)
    running = np.zeros(n)
    knocked = np.zeros(n, dtype=bool)
    for t in range(m):
        s = s * np.exp(-0.5 * sigma**2 / m + sigma * np.sqrt(1 / m) * draws[:, t])
        running += s
        knocked |= s > 1.6 * spot
    payoff = np.where(knocked, 0.0, np.maximum(running / m - 100, 0))
    return payoff.mean(), payoff.std() / math.sqrt(n), int(knocked.sum())
