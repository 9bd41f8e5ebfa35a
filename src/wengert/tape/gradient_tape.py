"""GradientTape: derivatives of what is computed inside a `with` block, as TensorFlow has it."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from operator import attrgetter
from types import TracebackType
from typing import Any, Self

import numpy as np

from wengert.ir import Var, dtype_of, shape_of
from wengert.ir.location import is_internal
from wengert.record import Box, plain
from wengert.run import by_columns, by_examples, by_rows
from wengert.tape.connections import Sources, Target, cotangents, find_sources, find_targets
from wengert.tape.level import Taped, Watched, recording
from wengert.tape.variable import Variable
from wengert.transform import linearize_lines, reverse_lines
from wengert.transform.ends import conjugate, cotangents_out, own, zeros_of
from wengert.tree import tree_map, unflatten

USED = "a GradientTape that is not persistent can compute one set of gradients; make it with persistent=True for more"
INSIDE = (
    "gradient is called inside the context of a persistent GradientTape, which therefore records how the gradient is "
    "computed as well, in time and memory. Call it after the with block, unless you want to differentiate the gradient"
)


class GradientTape:
    """Records what is computed from watched values inside a `with` block, and differentiates it by reverse mode.

    Parameters
    ----------
    persistent
        Whether `gradient` and `jacobian` may be called more than once.
    watch_accessed_variables
        Whether trainable Variables are followed as soon as they are read; otherwise only those given to `watch`.

    Notes
    -----
    A NumPy array cannot be followed where it is: `x = tape.watch(x)` gives the value that is. Code in the block itself
    is not read as functions are, so write `np.sin` there, not `math.sin`; functions that are called may be made
    `wengert.traceable`.

    Examples
    --------
    >>> import wengert as wg
    >>> x, y = wg.Variable(3.0), wg.Variable(4.0)
    >>> with wg.GradientTape() as tape:
    ...     z = x*x*y + y + 2
    >>> tape.gradient(z, [x, y])
    [24.0, 10.0]

    Tapes inside of tapes give higher derivatives:

    >>> with wg.GradientTape() as outer:
    ...     x = outer.watch(3.0)
    ...     with wg.GradientTape() as inner:
    ...         x = inner.watch(x)
    ...         y = x**3
    ...     slope = inner.gradient(y, x)
    >>> slope, outer.gradient(slope, x)
    (27.0, 18.0)
    """

    def __init__(self, persistent: bool = False, watch_accessed_variables: bool = True) -> None:
        self._persistent = persistent
        self._watches_variables = watch_accessed_variables
        self._level: Taped | None = None
        self._given: list[tuple[Any, Box]] = []  # arrays and numbers that were watched, and what watches them
        self._variables: tuple[Variable, ...] = ()
        self._used = self._warned = False

    # -- recording -----------------------------------------------------------------------------------------------------

    def __enter__(self) -> Self:
        if self._is_recording:
            raise ValueError("the GradientTape is recording already, and cannot be entered again")
        if self._level is None:
            self._level = Taped(self._watches_variables)
            self._used = False
        self._start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._is_recording:
            self._stop()

    @contextmanager
    def stop_recording(self) -> Iterator[None]:
        """Record nothing inside this context.

        Examples
        --------
        >>> import wengert as wg
        >>> x = wg.Variable(3.0)
        >>> with wg.GradientTape() as tape:
        ...     y = x * x
        ...     with tape.stop_recording():
        ...         shown = y + 1
        >>> tape.gradient(y, x)
        6.0
        """
        if not self._is_recording:
            raise RuntimeError("the GradientTape is not recording, so that it cannot stop")
        self._stop()
        try:
            yield
        finally:
            self._start()

    def reset(self) -> None:
        """Forget all that was recorded and watched, and go on recording.

        Examples
        --------
        >>> import wengert as wg
        >>> x = wg.Variable(3.0)
        >>> with wg.GradientTape(persistent=True) as tape:
        ...     y = x * x
        ...     tape.reset()
        ...     z = 2 * x
        >>> tape.gradient(z, x), tape.gradient(y, x)
        (2.0, None)
        """
        if not self._is_recording:
            raise ValueError("the GradientTape is not recording, so that it cannot be reset")
        self._stop()
        self._level, self._given = Taped(self._watches_variables), []
        self._start()

    @property
    def _is_recording(self) -> bool:
        return self._level is not None and self._level.is_recording

    def _start(self) -> None:
        assert self._level is not None
        recording.set(tuple(sorted((*recording.get(), self._level), key=lambda level: level.depth)))

    def _stop(self) -> None:
        recording.set(tuple([level for level in recording.get() if level is not self._level]))

    def __repr__(self) -> str:
        state = "recording" if self._is_recording else "used" if self._used else "not recording"
        count = 0 if self._level is None else len(self._level.lines)
        return f"<GradientTape{' persistent' * self._persistent}, {state}, {count} lines>"

    # -- what is followed ----------------------------------------------------------------------------------------------

    def watch(self, value: Any) -> Any:
        """Follow a value; what is returned is the value to go on with.

        Parameters
        ----------
        value
            A number, an array of floats or complex numbers, a Variable, or a container of them. Arrays are copied.

        Returns
        -------
        The watched value, or the container of them; a Variable itself. Integers are returned as they are, with a
        warning: they have no derivative.

        Raises
        ------
        ValueError
            For anything else.
        RuntimeError
            Before the `with` block.
        """
        if self._level is None:
            raise RuntimeError(USED if self._used else "watch belongs inside the `with` block of the GradientTape")
        return tree_map(self._watch, value)

    def watched_variables(self) -> tuple[Variable, ...]:
        """The Variables that the tape follows, in the order in which it met them."""
        if self._level is not None:
            self._variables = tuple(one.variable for one in self._level.readings.values())
        return self._variables

    def _watch(self, leaf: Any) -> Any:
        level = self._level
        assert level is not None
        if not isinstance(leaf, (Box, int, float, complex, np.ndarray, np.generic)):
            raise ValueError(f"watch takes numbers, arrays and Variables, not a {type(leaf).__name__}")
        if dtype_of(leaf).kind not in "fc":
            warnings.warn(
                f"watch: {leaf!r} is of dtype {dtype_of(leaf)}, which has no derivative, and is not watched. Convert "
                "it: float(x), or x.astype(float)",
                stacklevel=_users_level(),
            )
            return leaf
        if isinstance(leaf, Variable):
            level.watch(leaf)
            return leaf
        value = plain(leaf.snapshot()) if isinstance(leaf, Box) else leaf
        if isinstance(value, Box):
            if value.level is level:
                return leaf
            if value.level.depth > level.depth:
                raise ValueError(
                    f"watch: {value.level.says} was made after this GradientTape was entered, which cannot see into "
                    "it. Make it before the with block, or the tape inside of the derivative that it belongs to"
                )
        box = Watched(level, Var(value.copy(order="K") if isinstance(value, np.ndarray) else value))
        box.argument = "a watched value, whose derivatives are those of the value it has"
        self._given.append((leaf, box))
        return box

    # -- derivatives ---------------------------------------------------------------------------------------------------

    def gradient(
        self, target: Any, sources: Any, output_gradients: Any = None, unconnected_gradients: str = "none"
    ) -> Any:
        """The gradient of a target by the sources.

        Parameters
        ----------
        target
            What was computed: a number or an array, of which the sum is differentiated, or a container of them, of
            which the sum of all is.
        sources
            Watched values, values on the way, Variables, or a container of them.
        output_gradients
            The cotangent of each target, in place of ones.
        unconnected_gradients
            What a source gets that the target does not depend on: `"none"` for `None`, or `"zero"`.

        Returns
        -------
        The gradients, in the container of the sources. `None` for what the target does not depend on, what is not
        watched, and integers.

        Raises
        ------
        RuntimeError
            When a tape that is not persistent is used for the second time.
        TypeError
            For a target that is `None` or no number.
        ValueError
            For another `unconnected_gradients`.
        """
        level = self._opened(unconnected_gradients)
        targets, structure = find_targets(level, target)
        found = find_sources(level, self._given, sources, targets)
        outputs, cts = [one.var for one in targets], cotangents(targets, structure, output_gradients)
        inputs = found.inputs
        adjoints = reverse_lines(inputs, tuple(level.lines), outputs, cts, self._value)
        gradients = found.gather(dict(zip(inputs, adjoints, strict=True)))
        self._close()
        return unflatten(found.structure, cotangents_out(gradients, found.values, unconnected_gradients == "none"))

    def jacobian(self, target: Any, sources: Any, unconnected_gradients: str = "none") -> Any:
        """The derivative of every element of a target by every element of the sources.

        Returns
        -------
        For a target of shape `t` and a source of shape `s` an array of shape `t + s`, in the container of the sources.

        Examples
        --------
        >>> import numpy as np, wengert as wg
        >>> x = wg.Variable([1.0, 2.0])
        >>> with wg.GradientTape() as tape:
        ...     y = x**2 * x[0]
        >>> tape.jacobian(y, x)
        array([[3., 0.],
               [4., 4.]])
        """
        level, one, found = self._matrix("jacobian", target, sources, unconnected_gradients)
        inputs = found.connected(level, one)
        blocks: list[Any] = []
        if inputs:
            wl = linearize_lines(inputs, tuple(level.lines), [one.var], self._value)
            wide = sum(var.type.size for var in inputs) > int(np.prod(shape_of(one.value)))
            wide = wide or any(var.type.dtype.kind == "c" for var in inputs)
            (blocks,) = (by_rows if wide else by_columns)(wl, [var.value for var in inputs], [one.value])
        shapes = [shape_of(one.value) + shape_of(value) for value in found.values]
        return self._delivered(found, dict(zip(inputs, blocks, strict=True)), shapes, unconnected_gradients)

    def batch_jacobian(self, target: Any, source: Any, unconnected_gradients: str = "none") -> Any:
        """The Jacobian of each example in a batch, where an example's target depends on that example only.

        Parameters
        ----------
        target
            Of shape `(n, ...)`.
        source
            Of shape `(n, ...)`, where `target[i]` depends on `source[i]` only; this is not checked.

        Returns
        -------
        An array of shape `(n, *target.shape[1:], *source.shape[1:])`.

        Examples
        --------
        >>> import numpy as np, wengert as wg
        >>> x = wg.Variable([[1.0, 2.0], [3.0, 4.0]])
        >>> with wg.GradientTape() as tape:
        ...     y = x * x
        >>> tape.batch_jacobian(y, x)
        array([[[2., 0.],
                [0., 4.]],
               [[6., 0.],
                [0., 8.]]])
        """
        level, one, found = self._matrix("batch_jacobian", target, source, unconnected_gradients)
        if found.structure.kind is not None:
            raise TypeError("batch_jacobian takes one source, not a container")
        left, right = shape_of(one.value), shape_of(found.values[0])
        if not left or not right or left[0] != right[0]:
            raise ValueError(
                f"batch_jacobian: target and source need a leading axis of the same length; they are {left} and {right}"
            )
        inputs = found.connected(level, one)
        blocks: list[Any] = []
        if inputs:
            wl = linearize_lines(inputs, tuple(level.lines), [one.var], self._value)
            blocks = by_examples(wl, [var.value for var in inputs], one.value)
        found_blocks = dict(zip(inputs, blocks, strict=True))
        return self._delivered(found, found_blocks, [left + right[1:]], unconnected_gradients)

    def _opened(self, unconnected: str) -> Taped:
        """The recording, to be differentiated."""
        if unconnected not in ("none", "zero"):
            raise ValueError(f'unconnected_gradients={unconnected!r}: choose "none" or "zero"')
        if self._level is None:
            raise RuntimeError(USED if self._used else "the GradientTape has recorded nothing: it needs a with block")
        if self._is_recording and not self._persistent:
            self._stop()
        elif self._is_recording and not self._warned:
            self._warned = True
            warnings.warn(INSIDE, stacklevel=_users_level())
        return self._level

    def _matrix(self, what: str, target: Any, sources: Any, unconnected: str) -> tuple[Taped, Target, Sources]:
        level = self._opened(unconnected)
        targets, structure = find_targets(level, target)
        if structure.kind is not None:
            raise TypeError(f"{what} takes one target, not a {structure.kind.__name__}")
        if dtype_of(target).kind == "c":
            raise TypeError(f"{what} takes a real target: take its real and its imaginary part")
        return level, targets[0], find_sources(level, self._given, sources, targets)

    def _delivered(
        self, found: Sources, blocks: dict[Var, Any], shapes: Sequence[tuple[int, ...]], unconnected: str
    ) -> Any:
        """The blocks of a matrix as the caller gets them."""
        out = []
        for block, value, shape in zip(found.gather(blocks), found.values, shapes, strict=True):
            if block is None and unconnected == "zero":
                block = np.zeros(shape, dtype_of(zeros_of(value)))
            out.append(None if block is None else own(conjugate(block), None if shape else value))
        self._close()
        return unflatten(found.structure, out)

    @property
    def _value(self) -> Callable[[Var], Any]:
        """What a Var holds; while the tape records, what is computed from it is recorded, too."""
        level = self._level
        return (lambda var: Watched(level, var)) if self._is_recording else attrgetter("value")

    def _close(self) -> None:
        """A tape that is not persistent has done its work."""
        if not self._persistent:
            self.watched_variables()
            assert self._level is not None
            self._level.lines = []
            if not self._level.referred:
                self._level.readings = {}
            self._level, self._given, self._used = None, [], True


def _users_level() -> int:
    """The `stacklevel` of the caller outside of this package."""
    frame, count = sys._getframe(1), 1
    while frame.f_back is not None and is_internal(frame.f_code.co_filename):
        frame, count = frame.f_back, count + 1
    return count
