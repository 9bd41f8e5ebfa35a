"""The prices of a million options by Black and Scholes; their derivatives are the Greeks."""

import numpy

from rows.row import Row

N = 1_000_000


def prices(log, exp, sqrt, erf):
    def normal(z):
        return 0.5 * (1 + erf(z / 2**0.5))

    def f(spot, strike, time, rate, volatility):
        spread = volatility * sqrt(time)
        d1 = (log(spot / strike) + (rate + 0.5 * volatility * volatility) * time) / spread
        return (spot * normal(d1) - strike * exp(-rate * time) * normal(d1 - spread)).sum()

    return f


def program(np):
    from scipy.special import erf

    return prices(np.log, np.exp, np.sqrt, erf)


def jax_program():
    import jax.numpy as np
    from jax.scipy.special import erf

    return prices(np.log, np.exp, np.sqrt, erf)


def torch_program():
    import torch

    return prices(torch.log, torch.exp, torch.sqrt, torch.erf)


def autograd_program():
    import autograd.numpy as np
    from autograd.scipy.special import erf

    f = prices(np.log, np.exp, np.sqrt, erf)
    return f


def arguments():
    rng = numpy.random.default_rng(0)
    ends = ((80.0, 120.0), (80.0, 120.0), (0.2, 2.0), (0.01, 0.05), (0.1, 0.4))
    return tuple(rng.uniform(low, high, N) for low, high in ends)


ROW = Row(
    "options",
    "Black–Scholes, 1e6 options",
    arguments,
    (0, 1, 2, 3, 4),
    program,
    {"jax": jax_program, "torch": torch_program, "autograd": autograd_program},
)
