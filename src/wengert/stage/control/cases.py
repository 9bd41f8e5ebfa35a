"""What is done to a value that may be several things: it is done to each, in a case of its own."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from wengert.functions.demands import demand
from wengert.stage.control.branches import either_value
from wengert.stage.tables import BY_CASES
from wengert.stage.values.one_of import Missing, OneOf

Apply = Callable[[Any], Any]


def by_cases(value: OneOf, apply: Apply | None) -> Any:
    """The result of `apply` to whatever `value` is; without it, the value as it is when it has been read."""
    options = _bound(value)
    if len(options) == 1:
        (option,) = options.values()
        return option if apply is None else apply(option)
    if apply is None:
        return OneOf(value.code, options)
    return _of(value.code, list(options.items()), apply)


BY_CASES[OneOf] = by_cases


def _bound(value: OneOf) -> dict[int, Any]:
    """What there may be, given that it is there."""
    found = {}
    for number, option in value.options.items():
        if type(option) is Missing:
            demand(value.code != number, option.error())
        else:
            found[number] = option
    return found


def _of(code: Any, options: list[tuple[int, Any]], apply: Apply) -> Any:
    (number, option), *rest = options
    one = functools.partial(apply, option)
    return either_value(code == number, one, lambda: _of(code, rest, apply), "case") if rest else one()
