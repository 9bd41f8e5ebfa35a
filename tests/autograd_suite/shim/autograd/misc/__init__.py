"""Helpers."""

from autograd.misc.flatten import flatten

__all__ = ["const_graph", "flatten"]


def const_graph(fun, *args, **kwargs):
    """A cache of autograd's own graphs: there is none here."""
    raise NotImplementedError("const_graph is one of autograd's internals")
