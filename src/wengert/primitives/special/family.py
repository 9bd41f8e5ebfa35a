"""What the families share: arguments without a rule, and ufuncs with several outputs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.special as sp

from wengert.errors import UnsupportedError
from wengert.ir import Primitive, UfuncLoop, dtype_of
from wengert.primitives.elementwise import UFUNCS, elementwise


def refused(call: str, argument: str, role: str = "") -> Callable[..., Any]:
    """The partial in an argument that has no rule: it raises. `call` shows the arguments, as in "jv(v, z)".

    `role` says what the argument is, as in "the order ".
    """

    def partial(*values: Any) -> Any:
        raise UnsupportedError(
            f"scipy.special.{call} has no derivative rule in {role}{argument}: only the other arguments may be traced. "
            f"Pass wengert.stop_gradient({argument}), or give a rule of your own with wengert.primitive"
        )

    return partial


def real_only(call: str, partial: Callable[..., Any]) -> Callable[..., Any]:
    """A partial that holds for real arguments; of complex ones the function is not holomorphic."""

    def checked(y: Any, *xs: Any) -> Any:
        if any(dtype_of(x).kind == "c" for x in xs):
            raise UnsupportedError(
                f"scipy.special.{call} has a derivative rule for real arguments only: of complex ones it is not "
                "holomorphic. Use the function without the scaling and multiply by the exponential"
            )
        return partial(y, *xs)

    return checked


def several(ufunc: np.ufunc, *outputs: tuple[str, tuple[Any, ...]], **columns: Any) -> tuple[Primitive, ...]:
    """One row per output of a ufunc with several: `(name, partials)` each, where a partial may use the other rows."""
    rows = tuple(
        elementwise(name, lambda *xs, k=k: ufunc(*xs)[k], *partials, native=UfuncLoop(ufunc, k), **columns)
        for k, (name, partials) in enumerate(outputs)
    )
    UFUNCS[ufunc] = lambda *xs: tuple([row(*xs) for row in rows])
    return rows


def hidden(name: str, more: tuple[float, ...] = ()) -> UfuncLoop | None:
    """The loop of the ufunc that a function of SciPy calls, if it is there under this name."""
    ufunc = getattr(sp._ufuncs, name, None)
    return UfuncLoop(ufunc, more=more) if isinstance(ufunc, np.ufunc) else None


def orders(*values: Any, low: float = 0.5, high: float = 4.0) -> Callable[[np.random.Generator], Any]:
    """Samples of a function of (parameters, x): for each tuple of parameters x is drawn from an interval."""
    rows = [value if isinstance(value, tuple) else (value,) for value in values]
    return lambda rng: [((*row, rng.uniform(low, high, 4)), {}) for row in rows]
