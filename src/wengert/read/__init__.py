"""Reading the user's functions: what NumPy's protocols never see is found in the source."""

from wengert.read import builtin, creation
from wengert.read.entry import as_read
from wengert.read.tables import TABLE, stands_for

__all__ = ["TABLE", "as_read", "builtin", "creation", "stands_for"]
