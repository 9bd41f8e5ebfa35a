"""The way in: the function a transform was handed, read."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from wengert.read.hooks import call


def as_read(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, called so that what it and the user's functions below it do is seen."""
    return functools.partial(call, function)
