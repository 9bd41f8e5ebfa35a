"""Memory against compute: parts of a program of which nothing is kept, and which run again in the reverse sweep."""

from wengert.checkpoint.segment import call

__all__ = ["call"]
