"""Plain NumPy programs of physics: integrators, fields, particles, quadrature."""

import numpy as np

from tests.scenarios.program import Program


def lotka_volterra(state, t, rates):
    """Predators and prey."""
    prey, predators = state
    return np.stack([rates[0] * prey - rates[1] * prey * predators, rates[2] * prey * predators - rates[3] * predators])


def rk4_step(derivative, state, t, h, *parameters):
    """One classical Runge-Kutta step."""
    k1 = derivative(state, t, *parameters)
    k2 = derivative(state + h / 2 * k1, t + h / 2, *parameters)
    k3 = derivative(state + h / 2 * k2, t + h / 2, *parameters)
    k4 = derivative(state + h * k3, t + h, *parameters)
    return state + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)


def predator_prey(state, rates):
    """The populations after 20 steps."""
    for step in range(20):
        state = rk4_step(lotka_volterra, state, 0.1 * step, 0.1, rates)
    return np.sum(np.log(state) ** 2)


def adaptive_oscillator(position, damping):
    """A damped oscillator by Heun steps whose size follows the error estimate."""
    t, h = 0.0, 0.2
    y = np.stack([position, 0.0 * position])

    def slope(y):
        return np.stack([y[1], -y[0] - damping * y[1] * y[0] ** 2])

    while t < 2.0:
        euler = slope(y)
        heun = 0.5 * (euler + slope(y + h * euler))
        error = np.max(np.abs(h * (heun - euler)))
        if error > 0.04:
            h = h / 2
            continue
        t += h
        y = y + h * heun
        if error < 0.004:
            h = 2 * h
    return y @ y


def heat_equation(u0, diffusivity):
    """Explicit steps on the inner points, in place."""
    u = u0.copy()
    for _ in range(15):
        u[1:-1] += diffusivity * (u[2:] - 2.0 * u[1:-1] + u[:-2])
        u[0] = u[1]
    return np.sum(u**2)


def plate_relaxation(boundary):
    """Laplace's equation on a plate by red-black sweeps in place."""
    n = len(boundary)
    u = np.zeros_like(boundary, shape=(n, n))
    u[0, :] = boundary
    u[:, -1] = boundary[::-1]
    for _ in range(4):
        for start in (1, 2):
            for i in range(1, n - 1):
                row = u[i, start:-1:2]
                row[...] = 0.25 * (
                    u[i - 1, start:-1:2] + u[i + 1, start:-1:2] + u[i, start - 1 : -2 : 2] + u[i, start + 1 :: 2]
                )
    return np.sum(np.sin(u[1:-1, 1:-1]))


def wave_equation(displacement, speed):
    """A periodic string by leapfrog, with roll."""
    before = displacement
    now = displacement.copy()
    for _ in range(10):
        bend = np.roll(now, 1) - 2 * now + np.roll(now, -1)
        before, now = now, 2 * now - before + (0.3 * speed) ** 2 * bend
    return np.sum(now**4)


def accelerations(positions, masses):
    """Softened gravity of every body on every other."""
    result = np.zeros_like(positions)
    for i in range(len(masses)):
        for j in range(len(masses)):
            if i != j:
                separation = positions[j] - positions[i]
                distance = np.sqrt(separation @ separation + 0.05)
                result[i] += masses[j] * separation / distance**3
    return result


def n_body_energy(positions, velocities, masses):
    """Kinetic energy after a few leapfrog steps, in place."""
    x, v = positions.copy(), velocities.copy()
    h = 0.05
    for _ in range(4):
        v += 0.5 * h * accelerations(x, masses)
        x += h * v
        v += 0.5 * h * accelerations(x, masses)
    return 0.5 * np.sum(masses * np.sum(v**2, axis=1))


def lennard_jones(positions):
    """The energy of all pairs, once each."""
    rows, columns = np.triu_indices(len(positions), 1)
    separations = positions[rows] - positions[columns]
    inverse6 = np.sum(separations**2, axis=1) ** -3
    return np.sum(4.0 * (inverse6**2 - inverse6))


def pendulum_trajectory(angle, length):
    """All positions of a pendulum, kept in a buffer."""
    steps = 12
    path = np.zeros_like(angle, shape=(steps, 2))
    velocity = 0.0 * angle
    for i in range(steps):
        velocity = velocity - 0.1 * 9.81 / length * np.sin(angle)
        angle = angle + 0.1 * velocity
        path[i, 0] = length * np.sin(angle)
        path[i, 1] = -length * np.cos(angle)
    return path


def projectile_range(speed, angle, drag):
    """How far a ball flies before it falls below the ground, interpolated in the last step."""
    x, y = 0.0, 0.0
    vx, vy = speed * np.cos(angle), speed * np.sin(angle)
    h = 0.05
    while True:
        friction = 1.0 - h * drag * np.hypot(vx, vy)
        vx, vy = vx * friction, vy * friction - h * 9.81
        if y + h * vy < 0.0:
            return x + h * vx * y / (-h * vy)
        x, y = x + h * vx, y + h * vy


def mean_field_magnetization(field, coupling):
    """A fixed point m = tanh(J m + h), iterated until it stands."""
    m = np.tanh(field)
    change = 1.0
    while change > 1e-14:
        updated = np.tanh(coupling @ m + field)
        change = np.max(np.abs(updated - m))
        m = updated
    return np.sum(m * field)


def logistic_map(x, r):
    """A population that is culled when it grows too large."""
    total = 0.0
    for _ in range(12):
        x = r * x * (1.0 - x)
        if x > 0.66:
            x = 0.9 * x
        total += x
    return total


def simpson(f, a, b, n):
    """Simpson's rule on n intervals."""
    t = a + (b - a) * np.linspace(0.0, 1.0, n + 1)
    values = f(t)
    weights = np.ones(n + 1)
    weights[1:-1:2] = 4.0
    weights[2:-1:2] = 2.0
    return (b - a) / (3 * n) * np.sum(weights * values)


def period_integral(a, b, amplitude):
    """A period by quadrature with moving limits."""
    return simpson(lambda t: 1.0 / np.sqrt(1.0 - (0.3 * np.sin(amplitude) * np.sin(t)) ** 2), a, b, 20)


def plane_integral(widths, centre):
    """A Gaussian over a grid, by the trapezoidal rule in both directions."""
    x, y = np.meshgrid(np.linspace(-1, 1, 9), np.linspace(-2, 2, 7), indexing="ij")
    values = np.exp(-(((x - centre[0]) / widths[0]) ** 2) - ((y - centre[1]) / widths[1]) ** 2)
    return np.trapezoid(np.trapezoid(values, dx=4 / 6, axis=1), dx=0.25)


def shaded_spheres(centres, light):
    """Rays against spheres: the depth and the brightness of the nearest hit."""
    u, v = np.meshgrid(np.linspace(-0.4, 0.4, 4), np.linspace(-0.4, 0.4, 3))
    rays = np.stack([u, v, np.ones_like(u)], axis=-1)
    rays = rays / np.sqrt(np.sum(rays**2, axis=-1, keepdims=True))
    image = np.zeros_like(light, shape=u.shape)
    for centre in centres:
        along = rays @ centre
        gap = 1.0 - (centre @ centre - along**2)
        hit = gap > 0
        depth = along - np.sqrt(np.where(hit, gap, 1.0))
        normals = rays * depth[..., None] - centre
        brightness = np.clip(normals @ light, 0.1, None)
        image += np.where(hit, brightness / depth, 0.0)
    return np.sum(image**2)


PROGRAMS_OF_PHYSICS: tuple[Program, ...] = (
    Program(
        "predator-prey",
        predator_prey,
        lambda rng: (np.array([1.5, 0.8]), rng.uniform(0.5, 1.2, 4)),
        "unpacking an array, stack, a function as argument",
    ),
    Program(
        "adaptive-oscillator",
        adaptive_oscillator,
        lambda rng: (1.3, 0.4),
        "while, if and continue on values, a closure",
    ),
    Program(
        "heat-equation",
        heat_equation,
        lambda rng: (rng.normal(size=9), 0.2),
        "in-place steps on overlapping slices",
    ),
    Program(
        "plate-relaxation",
        plate_relaxation,
        lambda rng: (rng.normal(size=6),),
        "a two-dimensional buffer, strided views written through [...]",
    ),
    Program("wave-equation", wave_equation, lambda rng: (rng.normal(size=7), 1.1), "roll, swapped names"),
    Program(
        "n-body-energy",
        n_body_energy,
        lambda rng: (rng.normal(size=(3, 2)), rng.normal(size=(3, 2)), rng.uniform(0.5, 1.5, 3)),
        "nested loops, rows updated in place",
    ),
    Program(
        "lennard-jones",
        lennard_jones,
        lambda rng: (np.array([[0.0, 0.0], [1.1, 0.1], [0.2, 1.2], [1.4, 1.3]]) + 0.03 * rng.normal(size=(4, 2)),),
        "repeated gathers, a negative power",
    ),
    Program(
        "pendulum-trajectory",
        pendulum_trajectory,
        lambda rng: (np.array(0.8), np.array(1.2)),
        "single entries of a buffer written in a loop",
        scalar=False,
    ),
    Program("projectile-range", projectile_range, lambda rng: (11.0, 0.8, 0.02), "while True with a return on a value"),
    Program(
        "mean-field-magnetization",
        mean_field_magnetization,
        lambda rng: (rng.uniform(0.2, 0.6, 3), 0.2 * rng.normal(size=(3, 3))),
        "a fixed point by while",
    ),
    Program("logistic-map", logistic_map, lambda rng: (0.3, 2.8), "if on a value"),
    Program("period-integral", period_integral, lambda rng: (0.1, 1.4, 0.9), "quadrature of a lambda, moving limits"),
    Program(
        "plane-integral",
        plane_integral,
        lambda rng: (np.array([0.7, 0.9]), 0.2 * rng.normal(size=2)),
        "meshgrid, trapezoid",
    ),
    Program(
        "shaded-spheres",
        shaded_spheres,
        lambda rng: (np.array([[0.1, 0.05, 3.0], [-0.6, 0.4, 4.0]]), np.array([0.3, -0.5, -0.8])),
        "where around sqrt, clip, iteration over rows",
    ),
)
