"""Lists to look at: the textbook tables, the computation graph."""

from wengert.show.drawing import Drawing
from wengert.show.explanation import Explanation, Region, Step
from wengert.show.summary import summary
from wengert.show.worked import Worked, work_through

__all__ = ["Drawing", "Explanation", "Region", "Step", "Worked", "summary", "work_through"]
