"""compile: a function recorded once, loops and choices included, and run from its list."""

from __future__ import annotations

import functools
import inspect
import re
from collections.abc import Callable, Sequence
from typing import Any

from wengert.api.arguments import parameter_name
from wengert.boundary import boundary
from wengert.ir import WengertList
from wengert.show import Fates
from wengert.stage import Compiled, Containers, Execution

Function = Callable[..., Any]


def compile(
    fun: Function | None = None,
    *,
    static_argnums: int | Sequence[int] = (),
    static_argnames: str | Sequence[str] = (),
    donate: int | Sequence[int] = (),
    mode: str = "native",
) -> Any:
    """A function that is recorded once for each kind of arguments, and then runs as machine code.

    Loops stay loops and choices stay choices: `for`, `while`, `if`, `break`, `return` and so on are recorded for all
    values. Also as a decorator. Any transform can be inside (`wg.compile(wg.grad(f))`) or outside.

    Parameters
    ----------
    fun
        A function of numbers, arrays, and containers of them; other arguments (texts, truths, functions, objects) are
        taken as they are.
    static_argnums, static_argnames
        Arguments to be taken as they are though they are numbers: for each value there is a recording of its own.
    donate
        Positional arguments whose arrays may be written over: with `mode="list"` their buffers are reused. Machine code
        takes them, but has buffers of its own.
    mode
        `"native"` for machine code, `"list"` to run its list with NumPy, or `"eager"` to run the function as it is,
        where it cannot be recorded.

    Returns
    -------
    A function of the same arguments. `.list(*args)` gives its Wengert list, `.report(*args)` what has become of its
    loops and choices, `.source(language, *args)` the program as text: in `"python"`, `"c"`, `"llvm"` or `"asm"`;
    without arguments, that of the last recording.

    Raises
    ------
    StagingError
        By a call, where the program asks for a number that is not known while recording; it names the line.

    Notes
    -----
    A recording is used again for arguments of the same structure, shapes and dtypes. What the function reads from
    outside is never stale: arrays are read anew at each call, numbers, texts and functions are tested, and if they have
    changed, the function is recorded again. What it prints is printed at each call; what it writes into objects from
    outside is written at each call. A Python integer whose number decides a shape becomes static by itself.

    Examples
    --------
    >>> import numpy as np, wengert as wg
    >>> @wg.compile
    ... def root(x):
    ...     y = x
    ...     while abs(y * y - x) > 1e-12:
    ...         y = 0.5 * (y + x / y)
    ...     return y
    >>> root(2.0), wg.grad(root)(2.0)
    (1.414213562373095, 0.353553390593273...)
    """
    if mode not in ("native", "list", "eager"):
        raise ValueError(f'compile: mode={mode!r}: choose "native", "list" or "eager"')
    if fun is None:
        return functools.partial(
            compile, static_argnums=static_argnums, static_argnames=static_argnames, donate=donate, mode=mode
        )
    if mode == "eager":
        return functools.wraps(fun, updated=())(lambda *args, **kwargs: fun(*args, **kwargs))
    numbers, names = _static(fun, _several(static_argnums), _several(static_argnames))
    donated, named = frozenset(_several(donate)), functools.partial(parameter_name, fun)
    recordings = Compiled(fun, numbers, names, donated, named, _native if mode == "native" else None)
    out = _wrapped(fun, recordings)
    out.list = boundary(recordings.as_list)
    out.report = boundary(functools.partial(_report, recordings))
    out.recordings = recordings
    out.source = boundary(functools.partial(_source, recordings))
    return out


def _native(wl: WengertList, containers: Containers | None) -> Execution:
    """A list as machine code."""
    from wengert.native import Front, compile_list  # LLVM is not imported before something is compiled

    if containers is None:
        program = compile_list(wl, quickly=True)
        return Execution(program.call, None, program.ran)
    outputs = tuple([wl.outputs[number] for number in containers.order])
    front = Front(containers.arguments, containers.result, containers.otherwise)
    program = compile_list(WengertList(wl.inputs, wl.lines, outputs, wl.names), front=front, quickly=True)

    def call(*values: Any) -> list[Any]:
        found = list(wl.outputs)  # those that are left are constants, and known
        for number, value in zip(containers.order, program.call(*values), strict=True):
            found[number] = value
        return found

    return Execution(call, program.quick, program.ran)


def _report(recordings: Compiled, *args: Any, **kwargs: Any) -> Fates:
    """What has become of each loop and choice, for arguments like these."""
    name = getattr(recordings.fun, "__name__", type(recordings.fun).__name__)
    code = getattr(inspect.unwrap(recordings.fun), "__code__", None)
    return Fates(name, recordings.report(*args, **kwargs).entries, "" if code is None else code.co_filename)


def _source(recordings: Compiled, language: str = "python", *args: Any, name: str = "", **kwargs: Any) -> str:
    """The program for arguments like these, or the last one that was recorded, as text."""
    from wengert.native import compile_list

    recorded = recordings.recorded(*args, **kwargs) if args or kwargs else recordings.last
    if recorded is None:
        raise ValueError("source: nothing is recorded yet: call the function, or give arguments: source('c', *args)")
    found = re.sub(r"\W+", "_", name or getattr(recordings.fun, "__name__", ""))
    program = compile_list(recorded.list, single=recorded.is_single, warn=False)
    return program.source(language, found if found.isidentifier() else "program")


def _several(value: Any) -> tuple[Any, ...]:
    return (value,) if isinstance(value, (int, str)) else tuple(value)


def _wrapped(fun: Function, recordings: Compiled) -> Any:
    """A function that looks like another one."""
    general = recordings.general = boundary(recordings.__call__)
    quick = recordings.quick

    @functools.wraps(fun, updated=())
    def compiled(*args: Any, **kwargs: Any) -> Any:
        if kwargs:
            found = quick.get(tuple(kwargs))
            return general(*args, **kwargs) if found is None else found(*args, *kwargs.values())
        return quick.get((), general)(*args)

    return compiled


def _static(fun: Function, numbers: tuple[int, ...], names: tuple[str, ...]) -> tuple[frozenset[int], frozenset[str]]:
    """The positions and names of static arguments: each may be given either way."""
    try:
        parameters = list(inspect.signature(fun).parameters.values())
    except (TypeError, ValueError):
        return frozenset(numbers), frozenset(names)
    positional = [p.name for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    unknown = [name for name in names if name not in {p.name for p in parameters}]
    if unknown:
        raise ValueError(f"compile: static_argnames names {unknown[0]!r}, which is no argument of the function")
    found = {number % len(positional) if positional else number for number in numbers}
    found |= {positional.index(name) for name in names if name in positional}
    return frozenset(found), frozenset(names) | {positional[i] for i in found if i < len(positional)}
