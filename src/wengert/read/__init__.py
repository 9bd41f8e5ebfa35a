"""Reading the user's functions: what NumPy's protocols never see is found in the source."""

from wengert.read import builtin, creation, hooks, mathematics, scipy_fft, scipy_linalg, scipy_special
from wengert.read.entry import as_read
from wengert.read.source import is_users
from wengert.read.tables import TABLE, stands_for, stands_for_named
from wengert.read.users import known

__all__ = [
    "TABLE",
    "as_read",
    "builtin",
    "creation",
    "hooks",
    "is_users",
    "known",
    "mathematics",
    "scipy_fft",
    "scipy_linalg",
    "scipy_special",
    "stands_for",
    "stands_for_named",
]
