"""Plain NumPy programs of statistics: likelihoods, filters, losses, finance."""

import numpy as np

from tests.scenarios.program import Program

CLASSES = np.array([0, 2, 1, 1, 0, 2, 2, 0])
OUTCOMES = np.array([0.0, 1.0, 1.0, 0.0, 1.0, 1.0, 0.0, 1.0])
OBSERVED = np.array([[True, False, True], [True, True, False], [True, True, True], [False, True, True]])


def logsumexp(a, axis):
    largest = np.max(a, axis=axis, keepdims=True)
    return np.squeeze(largest, axis) + np.log(np.sum(np.exp(a - largest), axis=axis))


def gaussian_mixture(log_weights, means, log_scales, data):
    """Log-likelihood of a mixture of diagonal Gaussians."""
    scales = np.exp(log_scales)
    standardized = (data[:, None, :] - means) / scales
    log_density = -0.5 * np.sum(standardized**2, axis=2) - np.sum(log_scales, axis=1)
    log_density = log_density - 0.5 * data.shape[1] * np.log(2 * np.pi)
    log_prior = log_weights - logsumexp(log_weights, 0)
    return np.sum(logsumexp(log_density + log_prior, 1))


def logistic_regression(weights, bias, features):
    """Negative log-likelihood with a ridge penalty."""
    margins = features @ weights + bias
    losses = np.logaddexp(0.0, margins) - OUTCOMES * margins
    return np.mean(losses) + 0.01 * weights @ weights


def softmax_regression(weights, features):
    """Cross-entropy of three classes, the targets as a one-hot comparison."""
    scores = features @ weights
    log_probabilities = scores - logsumexp(scores, 1)[:, None]
    onehot = CLASSES[:, None] == np.arange(weights.shape[1])
    picked = log_probabilities[np.arange(len(CLASSES)), CLASSES]
    return -np.mean(picked) + 0.1 * np.sum(onehot * np.exp(log_probabilities))


def huber_regression(slope, intercept, x, y):
    """A robust line fit with the loss in two arms."""
    residuals = y - (slope * x + intercept)
    size = np.abs(residuals)
    return np.sum(np.where(size < 0.5, 0.5 * residuals**2, 0.5 * (size - 0.25)))


def pinball_loss(coefficients, x, y):
    """Quantile losses at three levels around a quadratic fit."""
    fit = coefficients[0] + coefficients[1] * x + coefficients[2] * x**2
    total = 0.0
    for level in (0.1, 0.5, 0.9):
        gap = y - fit + level
        total = total + np.mean(np.maximum(level * gap, (level - 1.0) * gap))
    return total


def median_absolute_deviation(x):
    """A robust spread, and the interquartile range beside it."""
    deviation = np.abs(x - np.median(x))
    low, high = np.quantile(x, [0.25, 0.75])
    return 1.4826 * np.median(deviation) + 0.1 * (high - low)


def wasserstein_distance(x, y):
    """The squared transport distance of two samples through their order statistics."""
    return np.mean((np.sort(x) - np.sort(y)) ** 2)


def gini_coefficient(incomes):
    """Inequality from the sorted incomes."""
    n = len(incomes)
    ordered = np.sort(incomes**2)
    ranks = np.arange(1, n + 1)
    return np.sum((2 * ranks - n - 1) * ordered) / (n * np.sum(ordered))


def trimmed_mean(x):
    """The mean without the two smallest and largest, squared for curvature."""
    order = np.argsort(x)
    kept = x[order[2:-2]]
    return np.mean(kept) ** 2 + np.var(kept)


def masked_column_means(table):
    """Column means over what was observed, and the spread around them."""
    counts = OBSERVED.sum(axis=0)
    means = np.where(OBSERVED, table, 0.0).sum(axis=0) / counts
    spread = np.where(OBSERVED, (table - means) ** 2, 0.0)
    return np.sum(np.sqrt(spread.sum(axis=0) / counts))


def normal_cdf(x):
    """Abramowitz and Stegun 26.2.17."""
    t = 1.0 / (1.0 + 0.2316419 * np.abs(x))
    poly = t * (0.319381530 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))))
    tail = np.exp(-0.5 * x**2) / np.sqrt(2 * np.pi) * poly
    return np.where(x >= 0, 1.0 - tail, tail)


def black_scholes(spot, strike, rate, volatility, maturity):
    """The price of a portfolio of calls."""
    deviation = volatility * np.sqrt(maturity)
    d1 = (np.log(spot / strike) + (rate + 0.5 * volatility**2) * maturity) / deviation
    d2 = d1 - deviation
    return np.sum(spot * normal_cdf(d1) - strike * np.exp(-rate * maturity) * normal_cdf(d2))


def bond_price(rates, coupon):
    """Cash flows discounted by running products of one-year factors."""
    factors = np.cumprod(1.0 / (1.0 + rates))
    flows = coupon * np.ones(len(factors))
    flows[-1] += 100.0
    return np.sum(flows * factors)


def kalman_filter(transition, noise, measurement_noise, measurements):
    """Negative log-likelihood of a linear state-space model with a scalar measurement."""
    n = len(noise)
    state = np.zeros_like(noise)
    covariance = np.eye(n) + 0.0 * transition
    observe = np.ones(n) / n
    loss = 0.0
    for z in measurements:
        state = transition @ state
        covariance = transition @ covariance @ transition.T + np.diag(noise**2)
        innovation = z - observe @ state
        variance = observe @ covariance @ observe + measurement_noise**2
        gain = covariance @ observe / variance
        state = state + gain * innovation
        covariance = covariance - np.outer(gain, observe @ covariance)
        loss = loss + 0.5 * (np.log(variance) + innovation**2 / variance)
    return loss


def gaussian_process_evidence(log_length, log_noise, x, y):
    """Log marginal likelihood through a Cholesky factor."""
    distance = x[:, None] - x[None, :]
    kernel = np.exp(-0.5 * (distance / np.exp(log_length)) ** 2)
    kernel = kernel + np.exp(2 * log_noise) * np.eye(len(x))
    factor = np.linalg.cholesky(kernel)
    whitened = np.linalg.solve(factor, y)
    return -0.5 * whitened @ whitened - np.sum(np.log(np.diag(factor)))


def hidden_markov_model(log_start, log_transition, log_emission):
    """The forward algorithm in the log domain."""
    transition = log_transition - logsumexp(log_transition, 1)[:, None]
    alpha = log_start - logsumexp(log_start, 0) + log_emission[0]
    for t in range(1, len(log_emission)):
        alpha = logsumexp(alpha[:, None] + transition, 0) + log_emission[t]
    return logsumexp(alpha, 0)


def autocorrelation(x):
    """The lag at which a centred series decorrelates, softly."""
    centred = x - x.mean()
    lags = np.correlate(centred, centred, mode="full")[len(x) - 1 :]
    return np.sum((lags / lags[0])[1:4] ** 2)


def correlation_matrix(data):
    """Off-diagonal correlations, through standardized columns and a triangular mask."""
    standardized = (data - data.mean(axis=0)) / data.std(axis=0)
    correlation = standardized.T @ standardized / len(data)
    return np.sum(np.triu(correlation, 1) ** 2)


def ranking_loss(scores):
    """How softly each earlier item is ranked above each later one."""
    differences = scores[:, None] - scores[None, :]
    mask = np.tril(np.ones(differences.shape), -1)
    return np.sum(mask * np.log1p(np.exp(-differences))) / mask.sum()


PROGRAMS_OF_STATISTICS: tuple[Program, ...] = (
    Program(
        "gaussian-mixture",
        gaussian_mixture,
        lambda rng: (
            rng.normal(size=3),
            rng.normal(size=(3, 2)),
            0.3 * rng.normal(size=(3, 2)),
            rng.normal(size=(6, 2)),
        ),
        "broadcasting to three axes, logsumexp",
    ),
    Program(
        "logistic-regression",
        logistic_regression,
        lambda rng: (rng.normal(size=3), 0.2, rng.normal(size=(8, 3))),
        "logaddexp, a float argument",
    ),
    Program(
        "softmax-regression",
        softmax_regression,
        lambda rng: (rng.normal(size=(4, 3)), rng.normal(size=(8, 4))),
        "pairs of integer arrays as indices, a comparison of constants",
    ),
    Program(
        "huber-regression",
        huber_regression,
        lambda rng: (0.7, -0.1, np.linspace(-1, 1, 7), np.array([0.9, -0.8, -0.31, 0.1, 1.2, 0.4, -0.5])),
        "where with both arms used",
    ),
    Program(
        "pinball-loss",
        pinball_loss,
        lambda rng: (np.array([0.1, 0.5, -0.2]), rng.uniform(-1, 1, 9), 2.0 * rng.normal(size=9)),
        "maximum away from ties",
    ),
    Program(
        "median-absolute-deviation", median_absolute_deviation, lambda rng: (rng.normal(size=9),), "median, quantile"
    ),
    Program(
        "wasserstein-distance",
        wasserstein_distance,
        lambda rng: (rng.normal(size=6), 1.0 + rng.normal(size=6)),
        "sort",
    ),
    Program("gini-coefficient", gini_coefficient, lambda rng: (rng.uniform(0.5, 2.0, 7),), "sort with ranks"),
    Program("trimmed-mean", trimmed_mean, lambda rng: (rng.normal(size=9),), "argsort, a gather, var"),
    Program("masked-column-means", masked_column_means, lambda rng: (rng.normal(size=(4, 3)),), "where with a mask"),
    Program(
        "black-scholes",
        black_scholes,
        lambda rng: (
            rng.uniform(90.0, 110.0, 4),
            np.array([95.0, 100.0, 103.0, 120.0]),
            0.03,
            rng.uniform(0.1, 0.4, 4),
            rng.uniform(0.5, 2.0, 4),
        ),
        "a rational approximation, where",
    ),
    Program(
        "bond-price", bond_price, lambda rng: (rng.uniform(0.01, 0.06, 6), np.array(4.0)), "cumprod, += on one entry"
    ),
    Program(
        "kalman-filter",
        kalman_filter,
        lambda rng: (
            np.array([[0.9, 0.3], [-0.2, 0.8]]),
            rng.uniform(0.2, 0.5, 2),
            np.array(0.4),
            rng.normal(size=5),
        ),
        "a loop over an array, outer, diag of a vector",
    ),
    Program(
        "gaussian-process-evidence",
        gaussian_process_evidence,
        lambda rng: (
            np.array(-0.3),
            np.array(-1.0),
            np.linspace(0, 2, 6) + 0.05 * rng.normal(size=6),
            rng.normal(size=6),
        ),
        "cholesky, solve, the diagonal",
    ),
    Program(
        "hidden-markov-model",
        hidden_markov_model,
        lambda rng: (rng.normal(size=3), rng.normal(size=(3, 3)), rng.normal(size=(5, 3))),
        "a recurrence of logsumexp",
    ),
    Program("autocorrelation", autocorrelation, lambda rng: (rng.normal(size=8),), "correlate, an open slice"),
    Program("correlation-matrix", correlation_matrix, lambda rng: (rng.normal(size=(6, 3)),), "std, triu"),
    Program("ranking-loss", ranking_loss, lambda rng: (rng.normal(size=5),), "a triangular mask"),
)
