"""Items of dicts, past all that the hooks make of them. An `OrderedDict` keeps an order of its own."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any


def plain_kind(owner: Any) -> Any:
    """The class whose methods know all of a dict."""
    return OrderedDict if isinstance(owner, OrderedDict) else dict


def put_item(owner: Any, key: Any, value: Any) -> None:
    """`owner[key] = value` of a dict, past all that a class makes of it."""
    plain_kind(owner).__setitem__(owner, key, value)


def take_item(owner: Any, key: Any) -> None:
    """`del owner[key]` of a dict, if it is there."""
    if key in owner:
        plain_kind(owner).__delitem__(owner, key)
