"""The library's own exceptions: each message names the user's line and the way out."""

from __future__ import annotations


class UnsupportedError(TypeError):
    """A NumPy function, a keyword or an argument has no derivative rule here."""


class LeakedTracerError(RuntimeError):
    """A traced value was used after the call that recorded it had ended."""


class TraceConversionError(TypeError):
    """A traced value was about to become a plain number or array, which would lose its derivative."""


class StagingError(TypeError):
    """Python asked an abstract value, which has a type but no number yet, for its number.

    `box` is the value, where it is known.
    """

    box: object = None


class MutationError(ValueError):
    """The program wrote into an array that it must not change, such as an argument of the function."""


class UnrolledLoopWarning(UserWarning):
    """A loop could not be kept as a loop and was unrolled into straight lines."""
