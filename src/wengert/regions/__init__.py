"""Lines that hold lists: loops, choices, and what is recomputed in the reverse sweep."""

from wengert.regions.build import index_type, record
from wengert.regions.residuals import Kept, bytes_kept, bytes_passed, residuals
from wengert.regions.rows import cond, for_, remat, while_

__all__ = ["Kept", "bytes_kept", "bytes_passed", "cond", "for_", "index_type", "record", "remat", "residuals", "while_"]
