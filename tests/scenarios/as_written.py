"""Plain programs exactly as scientists write them, with no regard for any limits."""

from tests.scenarios.as_written_language import LANGUAGE
from tests.scenarios.as_written_linear_algebra import LINEAR_ALGEBRA
from tests.scenarios.as_written_objects import OBJECTS
from tests.scenarios.as_written_simulation import SIMULATIONS
from tests.scenarios.as_written_statistics import STATISTICS
from tests.scenarios.program import Program

AS_WRITTEN: tuple[Program, ...] = (*SIMULATIONS, *LINEAR_ALGEBRA, *STATISTICS, *OBJECTS, *LANGUAGE)

# The second derivative of what these compute is not that of what they mean: the bracket does not move with a.
FIRST_ORDER_ONLY = frozenset({"golden-section"})
