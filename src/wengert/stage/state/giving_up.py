"""Giving up a trial, or a whole recording: the loop runs in Python then."""

from __future__ import annotations


class Unroll(BaseException):
    """The recording begins again, with a loop in straight lines: what it has left in several places is written."""


class GiveUp(BaseException):
    """A loop cannot stay a loop. Not an Exception, so that no `except` of the program takes it."""
