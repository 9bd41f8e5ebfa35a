"""Python's own: containers need no wrapping."""

from builtins import dict, isinstance, list, tuple, type  # noqa: UP029  # a module of these names is what is stood for

__all__ = ["dict", "isinstance", "list", "tuple", "type"]
