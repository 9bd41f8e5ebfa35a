"""Values of expressions: at once, or again and again by a compiled function."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from wengert.ir import Line, Var, WengertList, shape_of
from wengert.primitives import complexes, where
from wengert.run import run
from wengert.symbolic.form import operator_form

PYTHONS = frozenset({bool, int, float, complex})


def evaluated(wl: WengertList, values: Mapping[str, Any]) -> list[Any]:
    """The outputs of a list for values of its inputs by name; Python numbers give Python numbers."""
    missing = [name for name in wl.names if name not in values]
    if missing:
        given = ", ".join(f"{name}=..." for name in wl.names)
        raise TypeError(f"no value for {', '.join(missing)}: this expression needs evaluate({given})")
    args = [as_value(values[name], var) for name, var in zip(wl.names, wl.inputs, strict=True)]
    check_shapes(wl, args)
    results = run(wl, *args)
    return list(map(pythonic, results)) if all(type(x) in PYTHONS for x in args) else results


def by_name(values: Mapping[Any, Any] | None, named: Mapping[str, Any]) -> dict[str, Any]:
    """Values by the names of their symbols, from a dictionary by name or symbol, and from keywords."""
    found = {}
    for key, value in (values or {}).items():
        name = key if isinstance(key, str) else getattr(key, "name", None)
        if name is None:
            raise TypeError(f"evaluate: {key!r} is no symbol and no name of one")
        found[name] = value
    return {**found, **named}


def as_value(value: Any, symbol: Var) -> Any:
    """A value of a symbol: an int means the float it equals; lists become arrays; anything else stays as it is."""
    if isinstance(value, (list, tuple)):
        value = np.asarray(value)
    if symbol.type.dtype.kind in "fc":
        if isinstance(value, (bool, int)):
            return float(value)
        if isinstance(value, (np.ndarray, np.generic)) and value.dtype.kind in "iub":
            value = value.astype(float)
    return value


def pythonic(value: Any) -> Any:
    """A NumPy number as Python's."""
    return value.item() if isinstance(value, np.generic) else value


def check_shapes(wl: WengertList, args: Sequence[Any]) -> None:
    """A symbol of a shape takes arrays of that shape; a number also arrays, if all lines are elementwise."""
    for name, var, value in zip(wl.names, wl.inputs, args, strict=True):
        shape = np.shape(value) if type(value) in PYTHONS else shape_of(value)
        if shape == var.type.shape:
            continue
        if var.type.shape:
            raise TypeError(f"{name} is a symbol of shape {var.type.shape}, its value has shape {shape}")
        for line in wl.lines:
            if not is_elementwise(line):
                raise TypeError(
                    f"{name} is a number in this expression, and {line.primitive.name} of it means something else for "
                    f"an array of shape {shape}: make it with wengert.symbols({name!r}, shape={shape})"
                )


def is_elementwise(line: Line) -> bool:
    """Whether a line does the same to every element."""
    return line.primitive.partials is not None or line.primitive in _ELEMENTWISE


_ELEMENTWISE = frozenset({where, complexes.real, complexes.imag, complexes.conjugate, complexes.to_complex})


# -- compiled ----------------------------------------------------------------------------------------------------------


def executable(wl: WengertList, shape: Callable[[list[Any]], Any]) -> Callable[..., Any]:
    """A function of the inputs' values that computes the outputs: one line of Python for each line of the list.

    Its result is what `shape` makes of the outputs.
    """
    source, constants = python_source(wl)
    namespace = dict(constants)
    exec(compile(source, f"<expression of {', '.join(wl.names) or 'nothing'}>", "exec"), namespace)
    function = namespace["expression"]

    def values(*args: Any) -> Any:
        found = function(*args)
        return shape(list(map(pythonic, found)) if PYTHONS.issuperset(map(type, args)) else found)

    values.__doc__ = source
    return values


def python_source(wl: WengertList) -> tuple[str, dict[str, Any]]:
    """The list as the source of a Python function, and the objects that it refers to by name."""
    names: dict[Var, str] = {var: f"x{i}" for i, var in enumerate(wl.inputs)}
    constants: dict[str, Any] = {"number": number}

    def name(value: Any) -> str:
        if type(value) is Var:
            return names[value]
        if (type(value) is float and np.isfinite(value)) or type(value) is int:
            return f"({value!r})" if value < 0 else repr(value)
        constants[f"c{len(constants)}"] = value
        return f"c{len(constants) - 1}"

    rows = [f"def expression({', '.join(names.values())}):"]
    rows += [f"    {x} = number({x})" for x, var in zip(names.values(), wl.inputs, strict=True) if not var.type.shape]
    for line in wl.lines:
        left = []
        for var in line.outputs:
            names[var] = f"v{len(names)}"
            left.append(names[var])
        rows.append(f"    {', '.join(left)} = {_call(line, list(map(name, line.inputs)), constants)}")
    rows.append(f"    return [{', '.join(map(name, wl.outputs))}]")
    return "\n".join(rows), constants


def _call(line: Line, inputs: list[str], constants: dict[str, Any]) -> str:
    """The right side of a line: an operator where the row has one, else a call of the row's own function."""
    form = operator_form(line.primitive)
    if form is not None and isinstance(line.primitive.evaluate, np.ufunc):
        return "".join(inputs[piece] if type(piece) is int else piece for piece in form.pieces)  # type: ignore[misc]
    function = line.primitive.name if line.primitive.name.isidentifier() else f"f{len(constants)}"
    evaluate = line.primitive.evaluate
    if constants.setdefault(function, evaluate) is not evaluate:
        function = f"f{len(constants)}"
        constants[function] = evaluate
    params = []
    for key, value in line.params.items():
        constants[f"c{len(constants)}"] = value
        params.append(f"{key}=c{len(constants) - 1}")
    return f"{function}({', '.join(inputs + params)})"


def number(value: Any) -> Any:
    """A Python number as NumPy's double, which divides by zero and overflows as arrays do."""
    return (
        np.float64(value) if type(value) in (int, float) else np.complex128(value) if type(value) is complex else value
    )
