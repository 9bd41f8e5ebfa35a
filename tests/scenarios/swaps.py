"""Buffers that change places; p holds two numbers."""
# ruff: noqa: B007, F841

import numpy as np

SWAPS = []


def program(function):
    SWAPS.append(function)
    return function


@program
def swap_buffers(p):
    a = np.linspace(0, 1, 8) * p[0]
    b = np.zeros(8)
    for _ in range(300):
        b[1:-1] = a[1:-1] + 0.1 * (a[2:] - 2 * a[1:-1] + a[:-2])
        b[0] = p[1]
        b[-1] = 0
        a, b = b, a
    return a.sum()


@program
def view_of_first(p):
    a = np.linspace(0, 1, 4) * p[0]
    b, c = np.ones(4), np.zeros(4)
    v = c[1:3]
    for _ in range(6):
        b, c = c, b
        a[0] += 1
    v[0] = 7.0
    return a.sum() + 2 * b.sum() + 3 * c.sum()


@program
def written_in_one_case(p):
    b, c = np.ones(4) * p[0], np.zeros(4)
    rows = [b, c]
    if p[0] > 0.1:
        rows[0][2] = p[1]
    else:
        rows = [c, c]
    return rows[0].sum() + 2 * b.sum()


@program
def swap_shared(p):
    a = np.linspace(0, 1, 8) * p[0]
    b = np.zeros(8)
    c = a
    for i in range(31):
        b[1:-1] = a[1:-1] + 0.1 * (a[2:] - 2 * a[1:-1] + a[:-2])
        b[0] = p[1]
        a, b = b, a
    return a.sum() + 2 * c.sum() + 3 * b.sum()


@program
def swap_inside_use(p):
    a = np.linspace(0, 1, 8) * p[0]
    b = np.zeros(8)
    c = a
    t = 0.0
    for i in range(31):
        b[1:-1] = a[1:-1] + 0.1 * (a[2:] - 2 * a[1:-1] + a[:-2])
        b[0] = p[1]
        a, b = b, a
        t += c[2]
    return a.sum() + t


@program
def rotate3(p):
    u = np.zeros(8)
    v = np.zeros(8)
    v[3] = p[0]
    w = np.zeros(8)
    for i in range(100):
        w[1:-1] = 2 * v[1:-1] - u[1:-1] + 0.1 * p[1] * (v[2:] - 2 * v[1:-1] + v[:-2])
        u, v, w = v, w, u
    return (v**2).sum() + u[2]


@program
def swap_attr(p):
    class G:
        def __init__(s):
            s.a = np.linspace(0, 1, 8) * p[0]
            s.b = np.zeros(8)

        def step(s):
            s.b[1:-1] = s.a[1:-1] * 0.9 + 0.05 * s.a[2:]
            s.b[0] = p[1]
            s.a, s.b = s.b, s.a

    g = G()
    for i in range(101):
        g.step()
    return g.a.sum() + g.b[1]


@program
def swap_list(p):
    bufs = [np.linspace(0, 1, 8) * p[0], np.zeros(8)]
    for i in range(101):
        bufs[1][1:-1] = bufs[0][1:-1] * 0.9 + 0.05 * bufs[0][2:]
        bufs[1][0] = p[1]
        bufs[0], bufs[1] = bufs[1], bufs[0]
    return bufs[0].sum() + bufs[1][1]


@program
def swap_index(p):
    bufs = [np.linspace(0, 1, 8) * p[0], np.zeros(8)]
    for i in range(100):
        src = bufs[i % 2]
        dst = bufs[(i + 1) % 2]
        dst[1:-1] = src[1:-1] * 0.9 + 0.05 * src[2:]
        dst[0] = p[1]
    return bufs[0].sum() + bufs[1][1]


@program
def swap_view(p):
    a = np.linspace(0, 1, 8) * p[0]
    b = np.zeros(8)
    mid = a[2:4]
    t = 0.0
    for i in range(20):
        b[1:-1] = a[1:-1] * 0.9 + 0.05 * a[2:]
        b[0] = p[1]
        a, b = b, a
    return a.sum() + mid.sum() * 10


@program
def swap_while(p):
    a = np.linspace(0, 1, 8) * p[0]
    b = np.zeros(8)
    err = 1.0
    n = 0
    while err > 1e-8:
        b[1:-1] = 0.5 * (a[2:] + a[:-2])
        b[0] = p[1]
        b[-1] = p[0]
        err = np.abs(a - b).max()
        a, b = b, a
        n += 1
    return a.sum() * n


@program
def swap_cond(p):
    a = np.linspace(0, 1, 8) * p[0]
    b = np.zeros(8)
    for i in range(40):
        b[1:-1] = a[1:-1] * 0.9 + 0.05 * a[2:]
        b[0] = p[1] * np.sin(i)
        if b.sum() > a.sum():
            a, b = b, a
    return a.sum() + b[1]
