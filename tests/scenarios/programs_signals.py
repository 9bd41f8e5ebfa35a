"""Plain NumPy programs of signals, images and sequences."""

import numpy as np

from tests.scenarios.program import Program


def dynamic_time_warping(x, y):
    """The cost of the best alignment, by a table filled in place."""
    costs = np.abs(x[:, None] - y[None, :])
    table = np.zeros_like(costs)
    for i in range(len(x)):
        for j in range(len(y)):
            best = 0.0
            if i > 0 and j > 0:
                best = np.minimum(np.minimum(table[i - 1, j], table[i, j - 1]), table[i - 1, j - 1])
            elif i > 0:
                best = table[i - 1, j]
            elif j > 0:
                best = table[i, j - 1]
            table[i, j] = costs[i, j] + best
    return table[-1, -1]


def spectral_power(signal, phase):
    """Power in a few bins of a Fourier sum written with complex exponentials."""
    n = len(signal)
    frequencies = np.arange(1, 4)
    waves = np.exp(-2j * np.pi * frequencies[:, None] * np.arange(n) / n + 1j * phase)
    spectrum = waves @ (signal * np.hanning(n + 2)[1:-1])
    return np.sum(np.abs(spectrum) ** 2) + np.sum(np.real(spectrum) * np.imag(spectrum))


def demodulated_phase(signal, carrier):
    """The unwrapped drift of a signal against its carrier."""
    t = np.arange(len(signal))
    baseband = signal * np.exp(1j * carrier * t)
    smooth = np.convolve(baseband, np.ones(3) / 3, mode="valid")
    turns = np.angle(smooth[1:] * np.conj(smooth[:-1]))
    return np.sum(turns**2)


def fir_filter(signal, taps):
    """A filter and its matched filter by np.convolve."""
    once = np.convolve(signal, taps, mode="same")
    return np.convolve(once, taps[::-1])


def iir_filter(signal, feedback, gain):
    """A recursive filter, in place on a copy."""
    y = gain * signal
    for t in range(2, len(y)):
        y[t] += feedback[0] * y[t - 1] + feedback[1] * y[t - 2]
    return np.sum(y**2)


def moving_averages(x, width_weights):
    """Weighted windows through shifted views, and the largest of each."""
    width = len(width_weights)
    windows = np.stack([x[i : len(x) - width + 1 + i] for i in range(width)], axis=1)
    means = windows @ width_weights
    return np.sum(means**2) + np.sum(windows.max(axis=1))


def calibrated_reading(readings, table):
    """Readings through a calibration table by np.interp."""
    grid = np.linspace(0.0, 4.0, 5)
    values = np.interp(readings, grid, table)
    return np.sum(np.exp(-values) * values)


def bilinear_samples(image, points):
    """An image between its pixels; which pixels is found by a cast to int."""
    corner = np.floor(points).astype(int)
    fraction = points - corner
    rows, columns = corner[:, 0], corner[:, 1]
    u, v = fraction[:, 0], fraction[:, 1]
    top = image[rows, columns] * (1 - v) + image[rows, columns + 1] * v
    bottom = image[rows + 1, columns] * (1 - v) + image[rows + 1, columns + 1] * v
    return np.sum((top * (1 - u) + bottom * u) ** 2)


def total_variation(image, smoothing):
    """Smoothed total variation, and the mirror asymmetry of an image."""
    down, right = np.diff(image, axis=0)[:, :-1], np.diff(image, axis=1)[:-1]
    variation = np.sum(np.sqrt(down**2 + right**2 + smoothing**2))
    return variation + np.sum((image - image[:, ::-1]) ** 2) + np.sum(np.rot90(image) * np.flip(image, 0).T)


def haar_wavelet(signal):
    """All levels of a Haar transform, in place in one buffer."""
    out = signal.copy()
    n = len(out)
    while n > 1:
        even, odd = out[:n:2].copy(), out[1:n:2].copy()
        out[: n // 2] = (even + odd) / np.sqrt(2.0)
        out[n // 2 : n] = (even - odd) / np.sqrt(2.0)
        n //= 2
    return np.sum(np.log1p(out**2))


def kaleidoscope(x):
    """Tiles, repeats, pads and reshapes of one small array."""
    tiled = np.tile(x, (2, 2))
    blocks = np.kron(x, x[:1, :2])
    stacked = np.vstack([tiled[: len(blocks), : blocks.shape[1]], blocks])
    swapped = np.moveaxis(stacked.reshape(2, -1, blocks.shape[1]), 0, -1)
    return np.sum(np.cumsum(swapped, axis=1) * np.repeat(np.pad(x[0], (0, 1))[:1], 2)) + np.sum(np.triu(x) @ np.tril(x))


def edit_alignment(scores, gap):
    """A soft best path over a grid of scores, diagonal by diagonal."""
    n, m = scores.shape
    table = [[np.zeros(()) for _ in range(m + 1)] for _ in range(n + 1)]
    for i in range(1, n + 1):
        table[i][0] = table[i - 1][0] - gap
    for j in range(1, m + 1):
        table[0][j] = table[0][j - 1] - gap
    for i in range(1, n + 1):
        for j in range(1, m + 1):
            match = table[i - 1][j - 1] + scores[i - 1, j - 1]
            skip = np.logaddexp(table[i - 1][j], table[i][j - 1]) - gap
            table[i][j] = np.logaddexp(match, skip)
    return table[n][m]


def make_envelope(attack, decay):
    """A closure over its parameters."""

    def envelope(t):
        return (1.0 - np.exp(-t / attack)) * np.exp(-t / decay)

    return envelope


def synthesizer(attack, decay, harmonics):
    """The energy of a note built of closures."""
    t = np.linspace(0.01, 1.0, 25)
    envelope = make_envelope(attack, decay)
    voices = [lambda t, k=k: np.sin(2 * np.pi * (k + 1) * t) for k in range(len(harmonics))]
    wave = sum(amplitude * voice(t) for amplitude, voice in zip(harmonics, voices, strict=True))
    return np.trapezoid((envelope(t) * wave) ** 2, t)


PROGRAMS_OF_SIGNALS: tuple[Program, ...] = (
    Program(
        "dynamic-time-warping",
        dynamic_time_warping,
        lambda rng: (rng.normal(size=5), rng.normal(size=4)),
        "a table by nested loops, minimum off ties",
    ),
    Program(
        "spectral-power",
        spectral_power,
        lambda rng: (rng.normal(size=8), np.array(0.3)),
        "real arguments through complex numbers",
    ),
    Program(
        "demodulated-phase",
        demodulated_phase,
        lambda rng: (1.5 + 0.3 * rng.normal(size=7), 0.4),
        "angle, convolve of complex arrays",
    ),
    Program(
        "fir-filter",
        fir_filter,
        lambda rng: (rng.normal(size=7), rng.normal(size=3)),
        "convolve in two modes, a reversed view",
        scalar=False,
    ),
    Program(
        "iir-filter",
        iir_filter,
        lambda rng: (rng.normal(size=9), np.array([0.5, -0.3]), 0.8),
        "an entry updated from earlier ones",
    ),
    Program(
        "moving-averages",
        moving_averages,
        lambda rng: (rng.normal(size=8), rng.uniform(0.1, 0.5, 3)),
        "a stack of shifted views",
    ),
    Program(
        "calibrated-reading",
        calibrated_reading,
        lambda rng: (np.array([0.4, 1.7, 2.2, 3.6]), np.cumsum(rng.uniform(0.2, 1.0, 5))),
        "interp in the points and in the values",
    ),
    Program(
        "bilinear-samples",
        bilinear_samples,
        lambda rng: (rng.normal(size=(4, 4)), np.array([[0.3, 1.6], [2.2, 0.7], [1.5, 1.4]])),
        "floor, a cast to int, computed indices",
    ),
    Program(
        "total-variation",
        total_variation,
        lambda rng: (rng.normal(size=(4, 4)), 0.3),
        "diff along both axes, rot90, flip",
    ),
    Program("haar-wavelet", haar_wavelet, lambda rng: (rng.normal(size=8),), "slices of a shrinking prefix"),
    Program("kaleidoscope", kaleidoscope, lambda rng: (rng.normal(size=(3, 3)),), "tile, kron, moveaxis, triu"),
    Program(
        "edit-alignment",
        edit_alignment,
        lambda rng: (rng.normal(size=(3, 4)), np.array(0.6)),
        "lists of lists of numbers",
    ),
    Program(
        "synthesizer",
        synthesizer,
        lambda rng: (np.array(0.05), np.array(0.6), rng.uniform(0.2, 1.0, 3)),
        "closures, lambdas in a list, builtin sum",
    ),
)
