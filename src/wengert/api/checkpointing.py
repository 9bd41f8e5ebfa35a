"""Checkpointing by hand: what is kept for the reverse sweep, and what is computed again."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Sequence
from typing import Any

from wengert.api.arguments import parameter_name
from wengert.boundary import boundary
from wengert.checkpoint import call
from wengert.errors import MutationError
from wengert.read import as_read
from wengert.tree import Structure, flatten, unflatten

Function = Callable[..., Any]


def checkpoint(fun: Function) -> Function:
    """The same function, of which reverse mode keeps nothing but the arguments; also as a decorator.

    In the reverse sweep the function is run again, and its inner values live only as long as its own part of the sweep
    takes. It is evaluated once more for that, and the gradient is the same up to rounding. Checkpointed functions can
    be made of checkpointed functions, and differentiated any number of times. In forward and Taylor mode, which keep
    nothing anyway, and outside of a derivative this is a plain call.

    Parameters
    ----------
    fun
        Any function; its arguments and its result may be containers. It may close over arrays that are differentiated:
        they get their gradients. It must do the same when it is run again. Its random draws are replayed: those of
        `np.random`, of `random`, and of generators that it reaches through arguments, closures, globals or attributes.

    Raises
    ------
    MutationError
        When the function writes into its arguments or what it closes over; and in the reverse sweep, when it does
        something else than the first time.

    Examples
    --------
    >>> import numpy as np, wengert as wg
    >>> layer = wg.checkpoint(lambda x, w: np.sin(np.sin(x * w) * w))
    >>> float(wg.grad(lambda w: layer(2.0, w))(0.5))
    1.261267
    """

    @functools.wraps(fun)
    @boundary
    def checkpointed(*args: Any, **kwargs: Any) -> Any:
        leaves, structure = flatten((args, kwargs))
        inner: list[Structure] = []

        def of_leaves(values: list[Any]) -> list[Any]:
            given = unflatten(structure, values)
            out, found = flatten(as_read(fun)(*given[0], **given[1]))
            inner[:] = [found]
            _check_kept(values, structure, given)
            return out

        out = call(of_leaves, leaves, _names(fun, structure), (fun, args, kwargs))
        return unflatten(inner[0], out)

    return checkpointed


def checkpoint_chain(steps: Sequence[Function], every: int | None = None) -> Function:
    """The composition of a chain of steps, of which reverse mode keeps every k-th value and computes the others again.

    Parameters
    ----------
    steps
        Functions of one argument, the state, each applied to the result of the one before. The state may be a
        container.
    every
        How many steps lie between two values that are kept; by default the square root of their number, which keeps
        fewest in all: n/k between the pieces, and those of k steps while one of them is differentiated.

    Returns
    -------
    A function of the first state that returns the last. Each step is evaluated twice for a gradient.

    Examples
    --------
    >>> import numpy as np, wengert as wg
    >>> chain = wg.checkpoint_chain([np.sin] * 100, every=10)
    >>> wg.grad(chain)(0.5) == wg.grad(wg.checkpoint_chain([np.sin] * 100, every=1))(0.5)
    True
    """
    steps = list(steps)
    if every is None:
        every = max(1, math.isqrt(len(steps)))
    if isinstance(every, bool) or not isinstance(every, int) or every < 1:
        raise ValueError(f"checkpoint_chain: every must be an int of at least 1, not {every!r}")
    cuts = range(0, len(steps), every)
    pieces = [checkpoint(functools.partial(_in_turn, steps[start : start + every])) for start in cuts]

    @boundary
    def chain(state: Any) -> Any:
        return _in_turn(pieces, state)

    return chain


def _in_turn(steps: Sequence[Function], state: Any) -> Any:
    for step in steps:
        state = as_read(step)(state)
    return state


def _names(fun: Function, structure: Structure) -> list[str]:
    """What the leaves of the arguments are called in messages."""
    positional, named = structure.children
    names = [
        f"argument {parameter_name(fun, i)}{path}" for i, one in enumerate(positional.children) for path in one.paths()
    ]
    return names + [
        f"argument {key}{path}" for key, one in zip(named.keys, named.children, strict=True) for path in one.paths()
    ]


def _check_kept(values: Sequence[Any], structure: Structure, given: Any) -> None:
    """Raise MutationError if a container among the arguments has other contents now."""
    now, found = flatten(given)
    if found != structure or any(a is not b for a, b in zip(now, values, strict=True)):
        raise MutationError(
            "a checkpointed function changes a container that is its argument. It is run twice, and would change it "
            "twice. Return the new value instead"
        )
