"""Lists to look at: the textbook tables, the computation graph."""

from wengert.show.drawing import Drawing
from wengert.show.explanation import Explanation, Step
from wengert.show.regions import Fates, Region, entries_of, regions_of
from wengert.show.summary import summary
from wengert.show.worked import Worked, work_through

__all__ = [
    "Drawing",
    "Explanation",
    "Fates",
    "Region",
    "Step",
    "Worked",
    "entries_of",
    "regions_of",
    "summary",
    "work_through",
]
