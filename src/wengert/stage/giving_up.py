"""Giving up a trial: the loop runs in Python then."""

from __future__ import annotations


class GiveUp(BaseException):
    """A loop cannot stay a loop. Not an Exception, so that no `except` of the program takes it."""
