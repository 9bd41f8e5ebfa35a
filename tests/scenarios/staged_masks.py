"""Where masks hold: positions found by NumPy, read, written and gone through."""

import math
import numpy as np
from tests.scenarios.case import Case, collector

CASES: list[Case] = []
case = collector(CASES)
V = ((np.array([0.5, -1.5, 2.0, 0.3]),), (np.array([-0.5, -2.5, -2.0, -0.3]),), (np.array([1.0, 2.0, 3.0]),))
M = ((np.array([[2.0, -1.0, 0.5], [0.3, 3.0, -1.0], [0.2, -0.1, 1.5]]),), (np.array([[2.0, -1.0], [4.0, 3.0]]),))


@case(*V)
def first_above(x):
    idx = np.where(x > 0.4)[0]
    if len(idx) == 0:
        return -1.0
    return x[idx[0]] * 2 + idx[-1]


@case(*V)
def first_crossing(x):
    s = np.sign(x)
    k = np.nonzero(s[:-1] * s[1:] < 0)[0]
    if k.size > 0:
        i = k[0]
        return i + x[i] / (x[i] - x[i + 1])
    return 0.0 * x[0]


@case(*V)
def crossings_loop(x):
    out = 0.0
    for i in np.flatnonzero(x[:-1] * x[1:] < 0):
        out += i - x[i] / (x[i + 1] - x[i])
    return out


@case(*V)
def loop_break(x):
    for i in np.nonzero(x > 0)[0]:
        if x[i] > 1.5:
            break
    else:
        return x.sum()
    return x[i] * i


@case(*V)
def loop_return(x):
    for n, i in enumerate(np.where(x < 1)[0]):
        if n == 1:
            return x[i]
    return -9.0


@case(*V)
def write_at(x):
    y = np.zeros_like(x)
    i = np.flatnonzero(x > 0)
    y[i] = x[i] ** 2
    y[i] += 1.0
    y[np.where(x < 0)] = -5.0
    return y


@case(*V)
def stats_at(x):
    i = np.nonzero(x > 0)[0]
    return x[i].sum(), x[i].size, i.sum(), len(i), (x[i] * i).sum(), np.sum(np.exp(x[i]))


@case(*V)
def out_of_bounds(x):
    return x[np.nonzero(x > 0.4)[0][2]]


@case(*M)
def two_axes(a):
    r, c = np.nonzero(a > 0)
    return a[r, c].sum(), (r * c).sum()


@case(*M)
def two_axes_loop(a):
    s = 0.0
    for i, j in zip(*np.where(a < 0)):
        s += a[i, j] * (i + 2 * j)
    return s


@case(*M)
def rows_chosen(a):
    k = np.flatnonzero(a[:, 0] > 0.25)
    return a[k].sum(axis=0), a[k].sum(axis=1).sum(), a[k, 1].sum()


@case(*V)
def loop_masked_values(x):
    s = 0.0
    for v in x[x > 0]:
        s = s * 0.5 + math.log(v)
    return s


@case(*V)
def enumerate_masked_values(x):
    s = 0.0
    for k, v in enumerate(x[x > -1.6]):
        s += k * v
    return s, x[x > 0][0] if (x > 0).any() else 0.0


@case(*V)
def not_there(x):
    i = np.where(np.isnan(x))[0]
    return x.sum() + len(i)
