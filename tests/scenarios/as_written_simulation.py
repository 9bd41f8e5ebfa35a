"""Simulations exactly as scientists write them: buffers of zeros, loops, `math`, lists of states."""

import math

import numpy as np

from tests.scenarios.program import Program


def heat_rod(u0, alpha):
    """Explicit heat equation, one time level per row."""
    nx, nt = len(u0), 15
    dx, dt = 1.0 / (nx - 1), 0.002
    u = np.zeros((nt, nx))
    u[0, :] = u0
    for n in range(0, nt - 1):
        for i in range(1, nx - 1):
            u[n + 1, i] = u[n, i] + alpha * dt / dx**2 * (u[n, i + 1] - 2 * u[n, i] + u[n, i - 1])
        u[n + 1, 0] = u[n + 1, 1]
        u[n + 1, -1] = 0.0
    return np.sum(u[-1] ** 2) * dx


def wave_string(speed, pluck):
    """Leapfrog wave equation with three buffers that change places."""
    n = 21
    dx, dt = 1.0 / (n - 1), 0.02
    u = np.zeros(n)
    u_old = np.zeros(n)
    x = np.linspace(0.0, 1.0, n)
    u_old[:] = pluck * np.exp(-100 * (x - 0.5) ** 2)
    u[1:-1] = u_old[1:-1] + 0.5 * (speed * dt / dx) ** 2 * (u_old[2:] - 2 * u_old[1:-1] + u_old[:-2])
    for _ in range(12):
        u_new = np.zeros_like(u)
        u_new[1:-1] = 2 * u[1:-1] - u_old[1:-1] + (speed * dt / dx) ** 2 * (u[2:] - 2 * u[1:-1] + u[:-2])
        u_old, u = u, u_new
    return float(np.dot(u, u))


def burgers(u0, nu):
    """Viscous Burgers, updated in place from a copy."""
    u = u0.copy()
    dx, dt = 0.1, 0.01
    for n in range(10):
        un = u.copy()
        u[1:-1] = (
            un[1:-1] - un[1:-1] * dt / dx * (un[1:-1] - un[:-2]) + nu * dt / dx**2 * (un[2:] - 2 * un[1:-1] + un[:-2])
        )
        u[0] = un[0] - un[0] * dt / dx * (un[0] - un[-2]) + nu * dt / dx**2 * (un[1] - 2 * un[0] + un[-2])
        u[-1] = u[0]
    return np.sqrt(np.mean(u**2))


def laplace_roll(left, right):
    """Jacobi sweeps on a plate by np.roll, the boundary restored after each."""
    phi = np.zeros((7, 8))
    phi[:, 0] = left
    phi[:, -1] = right
    for _ in range(20):
        new = 0.25 * (np.roll(phi, 1, 0) + np.roll(phi, -1, 0) + np.roll(phi, 1, 1) + np.roll(phi, -1, 1))
        new[0, :] = new[1, :]
        new[-1, :] = new[-2, :]
        new[:, 0] = left
        new[:, -1] = right
        phi = new
    return phi[3, 3] * phi.sum()


def laplace_loops(source):
    """Gauss-Seidel by indices, until the change is small."""
    n = source.shape[0]
    phi = np.zeros((n + 2, n + 2))
    change = 1.0
    sweeps = 0
    while change > 1e-12 and sweeps < 200:
        change = 0.0
        for i in range(1, n + 1):
            for j in range(1, n + 1):
                old = phi[i, j]
                phi[i, j] = 0.25 * (
                    phi[i - 1, j] + phi[i + 1, j] + phi[i, j - 1] + phi[i, j + 1] + source[i - 1, j - 1]
                )
                change = max(change, abs(phi[i, j] - old))
        sweeps += 1
    return np.max(phi) + np.sum(phi**2)


def gray_scott(feed, kill):
    """Reaction and diffusion in place."""
    n = 6
    U = np.ones((n, n))
    V = np.zeros((n, n))
    U[2:4, 2:4] = 0.50
    V[2:4, 2:4] = 0.25

    def laplacian(Z):
        return np.roll(Z, 1, axis=0) + np.roll(Z, -1, axis=0) + np.roll(Z, 1, axis=1) + np.roll(Z, -1, axis=1) - 4 * Z

    for _ in range(10):
        Lu, Lv = laplacian(U), laplacian(V)
        uvv = U * V * V
        U += 0.16 * Lu - uvv + feed * (1 - U)
        V += 0.08 * Lv + uvv - (feed + kill) * V
    return np.sum(V) + np.var(U)


def n_body_arrays(pos, vel, mass):
    """All pairs in nested loops, Verlet steps."""
    G, dt = 1.0, 0.01
    n = len(mass)
    pos = np.array(pos, dtype=float)
    vel = np.array(vel, dtype=float)
    acc = np.zeros((n, 3))
    for step in range(5):
        acc[:] = 0
        for i in range(n):
            for j in range(n):
                if i == j:
                    continue
                r = pos[j] - pos[i]
                acc[i] += G * mass[j] * r / (np.linalg.norm(r) ** 3 + 1e-3)
        vel += acc * dt
        pos += vel * dt
    kinetic = 0.5 * sum(m * v.dot(v) for m, v in zip(mass, vel))
    potential = 0.0
    for i in range(n):
        for j in range(i):
            potential -= G * mass[i] * mass[j] / np.linalg.norm(pos[i] - pos[j])
    return kinetic + potential


def n_body_lists(state, masses):
    """The same with lists of lists and math."""
    bodies = [[state[i, 0], state[i, 1], state[i, 2], state[i, 3], masses[i]] for i in range(len(masses))]
    dt = 0.02
    for _ in range(6):
        for i, a in enumerate(bodies):
            for b in bodies[i + 1 :]:
                dx, dy = a[0] - b[0], a[1] - b[1]
                magnitude = dt / (math.sqrt(dx * dx + dy * dy) ** 3 + 0.01)
                a[2] -= dx * b[4] * magnitude
                a[3] -= dy * b[4] * magnitude
                b[2] += dx * a[4] * magnitude
                b[3] += dy * a[4] * magnitude
        for body in bodies:
            body[0] += dt * body[2]
            body[1] += dt * body[3]
    energy = 0.0
    for i, (x, y, vx, vy, m) in enumerate(bodies):
        energy += m * (vx**2 + vy**2) / 2
        for x2, y2, _, _, m2 in bodies[:i]:
            energy -= m * m2 / math.hypot(x - x2, y - y2)
    return energy


def runge_kutta(f, y0, t0, t1, n):
    """Classical Runge-Kutta; the states are collected in a list."""
    h = (t1 - t0) / n
    t, y = t0, np.array(y0)
    ys = [y]
    for _ in range(n):
        k1 = f(t, y)
        k2 = f(t + h / 2, y + h / 2 * k1)
        k3 = f(t + h / 2, y + h / 2 * k2)
        k4 = f(t + h, y + h * k3)
        y = y + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
        t += h
        ys.append(y)
    return np.array(ys)


def lotka_volterra(parameters):
    """A right-hand side that returns np.array of a list."""
    a, b, c, d = parameters

    def rhs(t, y):
        return np.array([a * y[0] - b * y[0] * y[1], -c * y[1] + d * y[0] * y[1]])

    trajectory = runge_kutta(rhs, [10.0, 5.0], 0.0, 0.5, 10)
    return np.mean((trajectory[:, 0] - 8.0) ** 2) + trajectory[-1, 1]


def lorenz(sigma, rho, beta):
    """Euler steps into a preallocated trajectory."""
    dt, steps = 0.01, 20
    xyzs = np.empty((steps + 1, 3))
    xyzs[0] = (0.0, 1.0, 1.05)
    for i in range(steps):
        x, y, z = xyzs[i]
        xyzs[i + 1] = xyzs[i] + np.array([sigma * (y - x), rho * x - y - x * z, x * y - beta * z]) * dt
    return xyzs[-1].sum() + np.abs(xyzs).max()


def double_pendulum(theta):
    """Mass matrix by np.array and np.linalg.solve at each step."""
    th1, th2, w1, w2 = theta[0], theta[1], 0.0, 0.0
    g, dt = 9.81, 0.02
    for _ in range(6):
        c, s = math.cos(th1 - th2), math.sin(th1 - th2)
        M = np.array([[2.0, c], [c, 1.0]])
        F = np.array([-s * w2**2 - 2 * g * math.sin(th1), s * w1**2 - g * math.sin(th2)])
        a1, a2 = np.linalg.solve(M, F)
        w1, w2 = w1 + dt * a1, w2 + dt * a2
        th1, th2 = th1 + dt * w1, th2 + dt * w2
    return w1**2 + w1 * w2 * np.cos(th1 - th2) + 0.5 * w2**2 - 2 * g * np.cos(th1) - g * np.cos(th2)


def sir_epidemic(beta, gamma, s0):
    """Compartments in three buffers."""
    days = 30
    S, I, R = np.zeros(days), np.zeros(days), np.zeros(days)
    S[0], I[0], R[0] = s0, 1.0 - s0, 0.0
    for day in range(1, days):
        new_infections = beta * S[day - 1] * I[day - 1]
        recoveries = gamma * I[day - 1]
        S[day] = S[day - 1] - new_infections
        I[day] = I[day - 1] + new_infections - recoveries
        R[day] = R[day - 1] + recoveries
    peak = np.argmax(I)
    return I[peak] * 10 + R[-1]


def crank_nicolson(u0, D):
    """Implicit diffusion: two matrices filled in loops, solved at each step."""
    n = len(u0)
    r = D * 0.1 / 2
    A = np.zeros((n, n))
    B = np.zeros((n, n))
    for i in range(n):
        A[i, i] = 1 + 2 * r
        B[i, i] = 1 - 2 * r
        if i > 0:
            A[i, i - 1] = -r
            B[i, i - 1] = r
        if i < n - 1:
            A[i, i + 1] = -r
            B[i, i + 1] = r
    u = u0
    for _ in range(4):
        u = np.linalg.solve(A, B.dot(u))
    return u @ u


def thomas(lower, diagonal, upper, rhs):
    """Tridiagonal elimination in work arrays."""
    n = len(diagonal)
    c_prime = np.zeros(n - 1)
    d_prime = np.zeros(n)
    c_prime[0] = upper[0] / diagonal[0]
    d_prime[0] = rhs[0] / diagonal[0]
    for i in range(1, n):
        m = diagonal[i] - lower[i - 1] * c_prime[i - 1]
        if i < n - 1:
            c_prime[i] = upper[i] / m
        d_prime[i] = (rhs[i] - lower[i - 1] * d_prime[i - 1]) / m
    x = np.zeros(n)
    x[-1] = d_prime[-1]
    for i in range(n - 2, -1, -1):
        x[i] = d_prime[i] - c_prime[i] * x[i + 1]
    return x


def thomas_energy(lower, diagonal, rhs):
    """The solution of a symmetric system, squared."""
    return np.sum(thomas(lower, diagonal, lower, rhs) ** 2)


def ising_like(J, spins0):
    """Deterministic sweeps over a lattice with periodic indices."""
    s = np.array(spins0)
    N = s.shape[0]
    for _ in range(2):
        for i in range(N):
            for j in range(N):
                nb = s[(i + 1) % N, j] + s[i, (j + 1) % N] + s[(i - 1) % N, j] + s[i, (j - 1) % N]
                s[i, j] = np.tanh(J * nb)
    return (s * np.roll(s, 1, axis=0)).sum()


def metropolis(mu, width):
    """A chain driven by fixed random numbers; which proposals are kept is piecewise constant."""
    rng = np.random.default_rng(0)
    x = 0.3
    samples = []
    for _ in range(30):
        proposal = x + width * rng.standard_normal()
        log_ratio = -0.5 * ((proposal - mu) ** 2 - (x - mu) ** 2)
        if math.log(rng.uniform()) < log_ratio:
            x = proposal
        samples.append(x)
    return np.mean(np.array(samples) ** 2) + np.std(samples)


def lattice_boltzmann_1d(rho0, omega):
    """Stream and collide with out= and in-place shifts."""
    n = len(rho0)
    f = np.zeros((3, n))
    w = np.array([2 / 3, 1 / 6, 1 / 6])
    f[:] = w[:, np.newaxis] * rho0[np.newaxis, :]
    feq = np.empty_like(f)
    for _ in range(6):
        rho = f.sum(axis=0)
        u = (f[1] - f[2]) / rho
        np.multiply(w[0] * rho, 1 - 1.5 * u**2, out=feq[0])
        np.multiply(w[1] * rho, 1 + 3 * u + 3 * u**2, out=feq[1])
        np.multiply(w[2] * rho, 1 - 3 * u + 3 * u**2, out=feq[2])
        f += omega * (feq - f)
        f[1] = np.roll(f[1], 1)
        f[2, :] = np.roll(f[2, :], -1)
    return np.sum(f[1] * f[2]) * 10 + f[0, 0]


def projectile(v0, drag):
    """A flight until it lands; the step is a Python float."""
    x, y = 0.0, 0.0
    vx, vy = v0 * math.cos(math.radians(40)), v0 * math.sin(math.radians(40))
    dt = 0.01
    path = [(x, y)]
    while y >= 0:
        v = math.sqrt(vx**2 + vy**2)
        vx -= drag * v * vx * dt
        vy -= (9.81 + drag * v * vy) * dt
        x += vx * dt
        y += vy * dt
        path.append((x, y))
    (x1, y1), (x2, y2) = path[-2:]
    return x1 + (x2 - x1) * y1 / (y1 - y2)


def cellular_membrane(conductance):
    """Hodgkin-Huxley-like rates from a dict of lambdas."""
    rates = {
        "alpha": lambda V: 0.1 * (V + 40) / (1 - math.exp(-(V + 40) / 10)),
        "beta": lambda V: 4 * math.exp(-(V + 65) / 18),
    }
    V, m = -62.0, 0.05
    trace = []
    for step in range(25):
        m += 0.02 * (rates["alpha"](V) * (1 - m) - rates["beta"](V) * m)
        V += 0.02 * (-conductance * m**3 * (V - 50) - 0.3 * (V + 54.4) + 5)
        trace.append(V)
    return max(trace) + sum(trace) / len(trace)


SIMULATIONS: tuple[Program, ...] = (
    Program("heat-rod", heat_rod, lambda rng: (rng.uniform(size=7), 0.8), "a table filled by two loops"),
    Program("wave-string", wave_string, lambda rng: (1.2, 0.9), "three buffers change places, float()"),
    Program("burgers", burgers, lambda rng: (rng.uniform(0.5, 1.5, 8), 0.07), "slices from a copy"),
    Program("laplace-roll", laplace_roll, lambda rng: (rng.normal(size=7), 0.7), "np.roll on a buffer"),
    Program("laplace-loops", laplace_loops, lambda rng: (rng.uniform(0.1, 1, (3, 3)),), "while, max, abs"),
    Program("gray-scott", gray_scott, lambda rng: (0.05, 0.06), "+= on buffers, a nested function"),
    Program(
        "n-body-arrays",
        n_body_arrays,
        lambda rng: (rng.normal(size=(3, 3)), rng.normal(size=(3, 3)), rng.uniform(0.5, 1.5, 3)),
        "np.array(copy), acc[i] +=, .dot, zip",
    ),
    Program(
        "n-body-lists",
        n_body_lists,
        lambda rng: (rng.normal(size=(3, 4)), rng.uniform(0.5, 1.5, 3)),
        "lists of lists, math.sqrt",
    ),
    Program(
        "lotka-volterra",
        lotka_volterra,
        lambda rng: (np.array([1.1, 0.4, 0.4, 0.1]),),
        "np.array of a list of arrays",
    ),
    Program("lorenz", lorenz, lambda rng: (10.0, 28.0, 8 / 3), "a tuple written into a row"),
    Program("double-pendulum", double_pendulum, lambda rng: (np.array([0.7, 1.1]),), "matrices of numbers, solve"),
    Program("sir-epidemic", sir_epidemic, lambda rng: (0.9, 0.3, 0.97), "tuple assignment to items, argmax"),
    Program("crank-nicolson", crank_nicolson, lambda rng: (rng.normal(size=5), 0.7), "matrices filled in a loop"),
    Program(
        "thomas",
        thomas_energy,
        lambda rng: (rng.uniform(-0.3, 0.3, 4), rng.uniform(1, 2, 5), rng.normal(size=5)),
        "work arrays, a loop backwards",
    ),
    Program("ising-like", ising_like, lambda rng: (0.4, rng.normal(size=(3, 3))), "indices modulo n"),
    Program("metropolis", metropolis, lambda rng: (0.4, 0.9), "np.random inside, math.log, np.std of a list"),
    Program("lattice-boltzmann", lattice_boltzmann_1d, lambda rng: (rng.uniform(0.8, 1.2, 6), 0.9), "out= rows"),
    Program("projectile", projectile, lambda rng: (9.0, 0.03), "while on a value, a list of tuples"),
    Program("membrane", cellular_membrane, lambda rng: (60.0,), "a dict of lambdas, max of a list"),
)
