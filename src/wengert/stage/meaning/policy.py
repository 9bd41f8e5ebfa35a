"""What a program does beside computing: printed texts are lines, random numbers come from generators made inside.

Time, files, and random numbers from outside would be frozen at what they were when the function was recorded: an error.
"""

from __future__ import annotations

import builtins
import random
import sys
import warnings
from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np

from wengert.errors import StagingError
from wengert.ir import users_line
from wengert.primitives import tell
from wengert.stage.recording import Recording
from wengert.stage.tables import BEFORE, FUNCTIONS, Proceed, means
from wengert.stage.values.templates import Collector

# -- what is said ------------------------------------------------------------------------------------------------------


def _say(recording: Recording, function: Callable[..., Any], args: Any, kwargs: Any) -> None:
    """A line that calls a function with values which are known then."""
    collector = Collector()
    params = {"function": function, "args": collector.template(args), "kwargs": collector.template(kwargs)}
    recording.emit(tell, tuple(collector.values), params)


@means(print)
def _print(recording: Recording, proceed: Proceed, *values: Any, **kwargs: Any) -> None:
    file = kwargs.get("file")
    if file is not None and file not in (sys.stdout, sys.stderr):
        raise _refused("print(file=...)", "writes into a file", "Return the values, and write them afterwards")
    _say(recording, print, tuple(map(recording.inside, values)), kwargs)


@means(warnings.warn)
def _warn(recording: Recording, proceed: Proceed, *args: Any, **kwargs: Any) -> None:
    _say(recording, warnings.warn, args, kwargs)


# -- what is drawn -----------------------------------------------------------------------------------------------------

_GENERATORS = (np.random.Generator, np.random.RandomState, random.Random, np.random.BitGenerator)


@means(
    np.random.default_rng, np.random.RandomState, random.Random, np.random.PCG64, np.random.MT19937, np.random.Philox
)
@means(np.random.SFC64, np.random.SeedSequence)
def _generator(recording: Recording, proceed: Proceed, seed: Any = None, *args: Any, **kwargs: Any) -> Any:
    """A generator from a fixed seed draws the same numbers at each call, so they are constants."""
    if seed is None and "seed" not in kwargs:
        raise _refused(f"{proceed.name}()", "has no seed", "Give it a fixed one, or pass the numbers as an argument")
    made = proceed(seed, *args, **kwargs)
    recording.generators[id(made)] = made
    return made


@means(np.random.Generator)
def _of_bits(recording: Recording, proceed: Proceed, bits: Any) -> Any:
    made = proceed(bits)
    if id(bits) in recording.generators:
        recording.generators[id(made)] = made
    return made


@means(np.random.seed, random.seed)
def _seed(recording: Recording, proceed: Proceed, *args: Any, **kwargs: Any) -> None:
    """The numbers of NumPy's own generator are the same at each call from here on; it is seeded at each call."""
    if not recording.happens():
        raise recording.refusal("it seeds a random number generator")
    proceed(*args, **kwargs)
    _say(recording, getattr(sys.modules[_module(proceed)], "seed"), args, kwargs)  # noqa: B009
    recording.generators[id(proceed.owner)] = proceed.owner


def _module(proceed: Proceed) -> str:
    return "random" if isinstance(proceed.owner, random.Random) else "numpy.random"


def draws(recording: Recording, function: Any) -> None:
    """Raise for a method of a random number generator, where its numbers would be frozen."""
    owner, name = getattr(function, "__self__", None), getattr(function, "__name__", "")
    if not isinstance(owner, _GENERATORS) or name in ("seed", "__init__", "getstate", "get_state"):
        return
    if id(owner) not in recording.generators:
        raise _refused(
            f"{name}()",
            "draws random numbers from a generator that was made outside",
            "Pass the numbers as an argument, or make the generator in the function, from a fixed seed: "
            "rng = np.random.default_rng(0)",
        )
    if not recording.happens():
        raise recording.refusal("it draws random numbers")


# -- what is frozen ----------------------------------------------------------------------------------------------------

_MODULES = {
    "time": "tells the time", "datetime": "tells the time", "os": "asks the operating system",
    "secrets": "draws random numbers", "uuid": "draws random numbers", "subprocess": "runs a program",
    "shutil": "works on files", "tempfile": "works on files", "socket": "talks to the network",
    "logging": "writes into a log",
}  # fmt: skip
_PURE = {"datetime": ("datetime", "date", "timedelta", "time", "timezone"), "os": ("fspath",)}
_FROZEN: dict[Any, str] = {
    builtins.open: "works on a file", builtins.input: "asks for a line", np.load: "reads a file",
    np.loadtxt: "reads a file", np.genfromtxt: "reads a file", np.fromfile: "reads a file", np.save: "writes a file",
    np.savez: "writes a file", np.savetxt: "writes a file",
}  # fmt: skip


def _refused(what: str, does: str, instead: str) -> StagingError:
    return StagingError(
        f"{what} {does}, which would happen once, when the function is recorded, and not at each call. "
        f"{instead}{users_line()}"
    )


def refuse_frozen(recording: Recording, function: Any) -> None:
    """Raise StagingError for what would be frozen in the recording."""
    module = getattr(function, "__module__", None)
    name = getattr(function, "__name__", type(function).__name__)
    if type(module) is not str:
        owner = getattr(function, "__self__", None)
        kind = owner if isinstance(owner, type) else type(owner)
        module = owner.__name__ if isinstance(owner, ModuleType) else kind.__module__
    root = module.partition(".")[0]
    if root in ("posix", "nt", "_io", "io", "posixpath", "pathlib"):
        root = "os" if root in ("posix", "nt") else root
    if root in ("_io",) or (root in _MODULES and name not in _PURE.get(root, ())):
        does = _MODULES.get(root, "works on a file")
        raise _refused(f"{root.lstrip('_')}.{name}", does, "Do it outside, and pass what comes of it as an argument")


def _frozen(does: str) -> Callable[..., Any]:
    def refuse(recording: Recording, proceed: Proceed, *args: Any, **kwargs: Any) -> Any:
        raise _refused(proceed.name, does, "Do it outside, and pass what comes of it as an argument")

    return refuse


for _function, _does in _FROZEN.items():
    FUNCTIONS[_function] = _frozen(_does)
BEFORE += [draws, refuse_frozen]
