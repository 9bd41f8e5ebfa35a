"""Plain NumPy programs, as scientists write them, that NumPy's protocols alone can follow."""

from tests.scenarios.program import Program
from tests.scenarios.programs_learning import PROGRAMS_OF_LEARNING
from tests.scenarios.programs_linear_algebra import PROGRAMS_OF_LINEAR_ALGEBRA
from tests.scenarios.programs_physics import PROGRAMS_OF_PHYSICS
from tests.scenarios.programs_signals import PROGRAMS_OF_SIGNALS
from tests.scenarios.programs_statistics import PROGRAMS_OF_STATISTICS

PROGRAMS: tuple[Program, ...] = (
    *PROGRAMS_OF_STATISTICS,
    *PROGRAMS_OF_PHYSICS,
    *PROGRAMS_OF_LINEAR_ALGEBRA,
    *PROGRAMS_OF_LEARNING,
    *PROGRAMS_OF_SIGNALS,
)
