"""Lines that hold lists: loops, choices, and what is recomputed in the reverse sweep."""

from wengert.regions.build import index_type, record
from wengert.regions.residuals import Kept, residuals
from wengert.regions.rows import cond, for_, remat, while_

__all__ = ["Kept", "cond", "for_", "index_type", "record", "remat", "residuals", "while_"]
