"""Derivatives of the Python you already wrote: exact, in every mode.

>>> import numpy as np, wengert as wg
>>> def f(x, y):
...     return x*x*y + y + 2
>>> wg.grad(f)(3.0, 4.0)
24.0
"""

from wengert import errors, symbolic
from wengert.api import *  # noqa: F403  # the public names are listed once, in api
from wengert.api import __all__ as _public

__all__ = [*_public, "errors", "symbolic"]

__version__ = "0.1.0"
