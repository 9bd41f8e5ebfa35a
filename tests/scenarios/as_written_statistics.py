"""Statistics, finance, sequences and learning exactly as scientists write them."""

import math
from collections import defaultdict

import numpy as np

from tests.scenarios.program import Program


def kalman_filter(q, r, observations):
    """A filter with matrices built from lists; the log likelihood is accumulated."""
    F = np.array([[1.0, 1.0], [0.0, 1.0]])
    H = np.array([[1.0, 0.0]])
    Q = q * np.array([[0.25, 0.5], [0.5, 1.0]])
    R = np.array([[r]])
    x = np.zeros((2, 1))
    P = np.eye(2) * 10.0
    loglik = 0.0
    for z in observations:
        x = F @ x
        P = F @ P @ F.T + Q
        y = z - H @ x
        S = H @ P @ H.T + R
        K = P @ H.T @ np.linalg.inv(S)
        x = x + K @ y
        P = (np.eye(2) - K @ H) @ P
        loglik += -0.5 * (math.log(2 * math.pi) + math.log(np.linalg.det(S)) + (y.T @ np.linalg.inv(S) @ y).item())
    return loglik


def dynamic_time_warping(s, t):
    """A table of infinities with a zero in the corner."""
    n, m = len(s), len(t)
    dtw = np.full((n + 1, m + 1), np.inf)
    dtw[0, 0] = 0
    for i in range(1, n + 1):
        for j in range(1, m + 1):
            cost = abs(s[i - 1] - t[j - 1])
            dtw[i, j] = cost + min(dtw[i - 1, j], dtw[i, j - 1], dtw[i - 1, j - 1])
    return dtw[n, m]


def black_scholes(S, K, T, r, sigma):
    """A call and a put with math.erf."""

    def N(x):
        return 0.5 * (1.0 + math.erf(x / math.sqrt(2.0)))

    d1 = (math.log(S / K) + (r + 0.5 * sigma**2) * T) / (sigma * math.sqrt(T))
    d2 = d1 - sigma * math.sqrt(T)
    call = S * N(d1) - K * math.exp(-r * T) * N(d2)
    put = K * math.exp(-r * T) * N(-d2) - S * N(-d1)
    return call + 0.5 * put


def binomial_tree(S, sigma, r):
    """An American put on a list of lists."""
    n, T, K = 6, 1.0, 100.0
    dt = T / n
    u = math.exp(sigma * math.sqrt(dt))
    d = 1 / u
    p = (math.exp(r * dt) - d) / (u - d)
    tree = [[0.0 for _ in range(i + 1)] for i in range(n + 1)]
    for j in range(n + 1):
        tree[n][j] = max(K - S * u**j * d ** (n - j), 0.0)
    for i in range(n - 1, -1, -1):
        for j in range(i + 1):
            hold = math.exp(-r * dt) * (p * tree[i + 1][j + 1] + (1 - p) * tree[i + 1][j])
            exercise = K - S * u**j * d ** (i - j)
            tree[i][j] = hold if hold > exercise else exercise
    return tree[0][0]


def monte_carlo_option(S0, vol):
    """Paths from fixed random numbers, the payoff through np.maximum."""
    rng = np.random.RandomState(42)
    z = rng.randn(50, 4)
    paths = np.zeros((50, 5))
    paths[:, 0] = S0
    for t in range(1, 5):
        paths[:, t] = paths[:, t - 1] * np.exp(-0.5 * vol**2 * 0.25 + vol * np.sqrt(0.25) * z[:, t - 1])
    return np.mean(np.maximum(paths.mean(axis=1) - 100.0, 0))


def hmm_forward(log_A, log_B, log_pi):
    """The forward algorithm in log space, a table filled in place."""
    obs = [0, 1, 1, 0, 2]
    n = len(log_pi)
    alpha = np.zeros((len(obs), n))
    A, B, pi = np.exp(log_A), np.exp(log_B), np.exp(log_pi)
    A /= A.sum(axis=1, keepdims=True)
    B /= B.sum(axis=1)[:, None]
    pi = pi / pi.sum()
    alpha[0] = pi * B[:, obs[0]]
    loglik = 0.0
    for t, o in enumerate(obs):
        if t > 0:
            alpha[t] = (alpha[t - 1] @ A) * B[:, o]
        scale = alpha[t].sum()
        alpha[t] /= scale
        loglik += np.log(scale)
    return loglik


def viterbi(scores, transitions):
    """The score of the best path, back-pointers in an array of ints."""
    T, n = scores.shape
    delta = np.zeros((T, n))
    back = np.zeros((T, n), dtype=int)
    delta[0] = scores[0]
    for t in range(1, T):
        for j in range(n):
            options = delta[t - 1] + transitions[:, j]
            back[t, j] = np.argmax(options)
            delta[t, j] = options[back[t, j]] + scores[t, j]
    path = [int(np.argmax(delta[-1]))]
    for t in range(T - 1, 0, -1):
        path.insert(0, back[t, path[0]])
    return delta[-1, path[-1]] + 0.1 * sum(scores[t, s] for t, s in enumerate(path))


def soft_levenshtein(costs, gap):
    """An edit distance with a soft minimum, rows swapped."""
    n, m = costs.shape
    previous = [j * gap for j in range(m + 1)]
    for i in range(1, n + 1):
        current = [i * gap]
        for j in range(1, m + 1):
            options = np.array([previous[j] + gap, current[j - 1] + gap, previous[j - 1] + costs[i - 1, j - 1]])
            current.append(-np.log(np.sum(np.exp(-options))))
        previous, current = current, previous
    return previous[-1]


def em_mixture(data, mu0):
    """Expectation and maximization for a few steps, responsibilities in a table."""
    mu, sigma, w = mu0.copy(), np.ones(2), np.full(2, 0.5)
    for _ in range(4):
        resp = np.zeros((len(data), 2))
        for k in range(2):
            resp[:, k] = w[k] * np.exp(-0.5 * ((data - mu[k]) / sigma[k]) ** 2) / sigma[k]
        resp /= resp.sum(axis=1, keepdims=True)
        Nk = resp.sum(axis=0)
        for k in range(2):
            mu[k] = (resp[:, k] * data).sum() / Nk[k]
            sigma[k] = math.sqrt((resp[:, k] * (data - mu[k]) ** 2).sum() / Nk[k] + 0.1)
        w = Nk / len(data)
    return mu[0] * sigma[1] + w[0]


def arma_residuals(phi, theta, y):
    """Residuals by recursion, sum of squares."""
    e = np.zeros(len(y))
    for t in range(len(y)):
        ar = phi * y[t - 1] if t >= 1 else 0.0
        ma = theta * e[t - 1] if t >= 1 else 0.0
        e[t] = y[t] - ar - ma
    return np.sum(e**2)


def garch(omega, alpha, beta, returns):
    """Conditional variances in a buffer like the data."""
    sigma2 = np.empty_like(returns)
    sigma2[0] = np.var(returns)
    for t in range(1, len(returns)):
        sigma2[t] = omega + alpha * returns[t - 1] ** 2 + beta * sigma2[t - 1]
    return 0.5 * np.sum(np.log(2 * np.pi * sigma2) + returns**2 / sigma2)


def kmeans_cost(points, centers):
    """Distances in loops, the nearest by argmin, groups in a defaultdict."""
    clusters = defaultdict(list)
    for p in points:
        d = [np.sqrt(np.sum((p - c) ** 2)) for c in centers]
        clusters[int(np.argmin(d))].append(p)
    cost = 0.0
    for members in clusters.values():
        center = np.mean(members, axis=0)
        cost += sum(np.sum((m - center) ** 2) for m in members)
    return cost


def page_rank(weights, damping):
    """Power iterations on a matrix whose columns are normalized in place."""
    M = np.exp(weights)
    for j in range(M.shape[1]):
        M[:, j] /= M[:, j].sum()
    n = len(M)
    v = np.ones(n) / n
    for _ in range(30):
        v = damping * M.dot(v) + (1 - damping) / n
    return np.dot(v, np.arange(n))


def logistic_regression(w, b):
    """Stochastic gradient steps inside the function, over batches."""
    rng = np.random.default_rng(1)
    X = rng.normal(size=(12, 3))
    y = (X[:, 0] > 0).astype(float)
    w = np.array(w)
    for start in range(0, 12, 4):
        xb, yb = X[start : start + 4], y[start : start + 4]
        p = 1 / (1 + np.exp(-(xb @ w + b)))
        w -= 0.5 * xb.T @ (p - yb) / len(yb)
        b = b - 0.5 * np.mean(p - yb)
    z = X @ w + b
    return -np.mean(y * np.log(1 / (1 + np.exp(-z))) + (1 - y) * np.log(1 - 1 / (1 + np.exp(-z))))


def lstm_cell(params, h, c, x):
    """One step of an LSTM from a dict of parameters."""
    z = np.concatenate([h, x])
    gates = {}
    for name in ("i", "f", "o", "g"):
        pre = params["W" + name] @ z + params["b" + name]
        gates[name] = np.tanh(pre) if name == "g" else 1 / (1 + np.exp(-pre))
    c = gates["f"] * c + gates["i"] * gates["g"]
    return gates["o"] * np.tanh(c), c


def lstm(params):
    """A sequence through an LSTM."""
    rng = np.random.default_rng(0)
    h, c = np.zeros(2), np.zeros(2)
    outputs = []
    for x in rng.normal(size=(4, 3)):
        h, c = lstm_cell(params, h, c, x)
        outputs.append(h)
    return np.sum(np.stack(outputs) ** 2)


def lstm_parameters(rng):
    """A dict of parameters."""
    made = {}
    for name in "ifog":
        made["W" + name] = rng.normal(size=(2, 5))
        made["b" + name] = rng.normal(size=2)
    return (made,)


def convolutional_net(image, kernel, dense):
    """Convolution, pooling and a dense layer, each by loops."""
    kh, kw = kernel.shape
    H, W = image.shape
    out = np.zeros((H - kh + 1, W - kw + 1))
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            out[i, j] = np.sum(image[i : i + kh, j : j + kw] * kernel)
    out[out < 0] *= 0.1
    pooled = np.zeros((out.shape[0] // 2, out.shape[1] // 2))
    for i in range(pooled.shape[0]):
        for j in range(pooled.shape[1]):
            pooled[i, j] = out[2 * i : 2 * i + 2, 2 * j : 2 * j + 2].max()
    logits = dense @ pooled.flatten()
    return -(logits[1] - np.log(np.sum(np.exp(logits))))


def survival(beta):
    """Cox partial likelihood with a masked risk set."""
    times = np.array([5.0, 3.0, 8.0, 1.0, 4.0])
    events = np.array([1, 0, 1, 1, 1])
    X = np.array([[0.5, 1.0], [-0.2, 0.3], [1.1, -0.7], [0.0, 0.9], [-1.0, 0.1]])
    eta = X.dot(beta)
    ll = 0
    for i in range(len(times)):
        if events[i] == 1:
            at_risk = times >= times[i]
            ll += eta[i] - np.log(np.sum(np.exp(eta[at_risk])))
    return ll


def bootstrap_mean(x):
    """Resampled means by fixed indices, collected and averaged."""
    rng = np.random.default_rng(3)
    means = []
    for _ in range(10):
        idx = rng.integers(0, len(x), len(x))
        means.append(np.median(x[idx]) * x[idx].mean())
    return np.array(means).std(ddof=1)


def huber_regression(w):
    """np.where with nested conditions."""
    rng = np.random.default_rng(5)
    X, y = rng.normal(size=(10, 2)), rng.normal(size=10)
    r = y - X @ w
    a = np.abs(r)
    loss = np.where(a < 0.5, 0.5 * r**2, np.where(a < 2.0, 0.5 * (a - 0.25), np.sqrt(a)))
    return np.sum(loss)


def histogram_soft(x, edges):
    """np.add.at into a buffer, with weights that depend on x."""
    counts = np.zeros(len(edges) - 1)
    idx = np.clip(np.searchsorted(edges, x) - 1, 0, len(edges) - 2)
    np.add.at(counts, idx, x**2)
    return np.sum(counts**2)


STATISTICS: tuple[Program, ...] = (
    Program("kalman-filter", kalman_filter, lambda rng: (0.3, 0.5, rng.normal(size=5)), "np.array([[r]]), .item()"),
    Program(
        "dynamic-time-warping",
        dynamic_time_warping,
        lambda rng: (rng.normal(size=4), rng.normal(size=5)),
        "np.full of inf, min of three",
    ),
    Program("black-scholes", black_scholes, lambda rng: (100.0, 95.0, 0.7, 0.03, 0.25), "math.erf"),
    Program("binomial-tree", binomial_tree, lambda rng: (98.3, 0.3, 0.05), "a list of lists, max"),
    Program("monte-carlo-option", monte_carlo_option, lambda rng: (101.0, 0.3), "RandomState inside, columns"),
    Program(
        "hmm-forward",
        hmm_forward,
        lambda rng: (rng.normal(size=(2, 2)), rng.normal(size=(2, 3)), rng.normal(size=2)),
        "rows scaled in place",
    ),
    Program(
        "viterbi",
        viterbi,
        lambda rng: (rng.normal(size=(4, 3)), rng.normal(size=(3, 3))),
        "back-pointers of ints, list.insert",
    ),
    Program("soft-levenshtein", soft_levenshtein, lambda rng: (rng.normal(size=(3, 4)), 0.7), "rows of lists swapped"),
    Program(
        "em-mixture", em_mixture, lambda rng: (rng.normal(size=6), np.array([-0.5, 0.8])), "columns, math.sqrt of sums"
    ),
    Program("arma", arma_residuals, lambda rng: (0.4, 0.3, rng.normal(size=6)), "residuals in a buffer"),
    Program("garch", garch, lambda rng: (0.1, 0.2, 0.7, rng.normal(size=6)), "np.empty_like"),
    Program("kmeans", kmeans_cost, lambda rng: (rng.normal(size=(5, 2)), 2 * rng.normal(size=(2, 2))), "a defaultdict"),
    Program("page-rank", page_rank, lambda rng: (rng.normal(size=(3, 3)), 0.85), "columns normalized in place"),
    Program("logistic-regression", logistic_regression, lambda rng: (rng.normal(size=3), 0.1), "w -= in a loop"),
    Program("lstm", lstm, lstm_parameters, "a dict of parameters and one of gates"),
    Program(
        "convolutional-net",
        convolutional_net,
        lambda rng: (rng.normal(size=(6, 6)), rng.normal(size=(3, 3)), rng.normal(size=(3, 4))),
        "loops, a masked *=, max of blocks",
    ),
    Program("survival", survival, lambda rng: (rng.normal(size=2),), "plain data inside, boolean risk sets"),
    Program("bootstrap", bootstrap_mean, lambda rng: (rng.uniform(1, 2, 7),), "np.median, std with ddof"),
    Program("huber-regression", huber_regression, lambda rng: (rng.normal(size=2),), "nested where"),
    Program(
        "histogram-soft",
        histogram_soft,
        lambda rng: (rng.uniform(0, 3, 8), np.linspace(0.0, 3.0, 4)),
        "np.add.at into a buffer",
    ),
)
