"""From vectors of components to numbers and arrays as the user has them."""

from __future__ import annotations

from typing import Any

import numpy as np

from wengert.numeric.estimate import Estimate
from wengert.numeric.ladder import Array
from wengert.numeric.program import Program

Found = tuple[Array, Array]  # derivatives of the components, and bounds of their errors


def assemble(program: Program, found: Found, given: Any) -> Estimate:
    """The derivative by one number, in the container of the result."""
    value, error = outputs_of(program, found)
    values = [like(x, output, given) for x, output in zip(value, program.outputs, strict=True)]
    errors = [like(x, None, given) for x in error]
    return Estimate(program.rebuild(values), program.rebuild(errors), program.evaluations)


def outputs_of(program: Program, found: Found) -> tuple[list[Array], list[Array]]:
    """For each output, derivatives and the bounds of their errors; complex ones for a complex output."""
    with np.errstate(invalid="ignore"):
        return program.parts(found[0]), [abs(error) for error in program.parts(found[1])]


def like(x: Array, output: Array | None, given: Any) -> Any:
    """A derivative in the precision of the output and of what it was taken by; an error, without an output, as it is.

    A Python number for a Python number, if it is one number.
    """
    if output is not None:
        dtype = np.asarray(given).dtype
        dtype = np.result_type(output.dtype, dtype) if output.dtype.kind in "fc" else dtype
        if x.dtype.kind == "c":
            dtype = np.result_type(dtype, np.complex64)
        elif dtype.kind == "c":
            dtype = np.zeros(0, dtype).real.dtype
        x = x.astype(dtype)
    if x.ndim or isinstance(given, np.ndarray):
        return x
    return x.item() if type(given) in (float, complex) else x[()]


def check_holomorphic(program: Program, found: Found, other: Found, order: int) -> None:
    """ValueError if the derivatives by the real and the imaginary part of a number are not those of one function."""
    (one, error), (two, error2) = outputs_of(program, found), outputs_of(program, other)
    for a, ea, b, eb in zip(one, error, two, error2, strict=True):
        with np.errstate(invalid="ignore"):
            apart = abs(a - b / 1j**order) > ea + eb
        if apart.any():
            raise ValueError(
                f"{program.what}: the function is not holomorphic: along the real and the imaginary axis it has the "
                f"derivatives {a[apart][0]} and {(b / 1j**order)[apart][0]}"
            )
