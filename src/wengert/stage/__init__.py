"""Recording whole programs: loops and choices stay what they are."""

from wengert.stage.compiled import Compiled
from wengert.stage.control import branches, cases, loops
from wengert.stage.meaning import builtin, containers, expressions, operators, orders, policy, text
from wengert.stage.program import Fixed, Recorded
from wengert.stage.quick import Containers, Execution
from wengert.stage.recording import current_recording
from wengert.stage.state.report import Entry, Report
from wengert.stage.values.templates import place_of

__all__ = [
    "Compiled",
    "Containers",
    "Entry",
    "Execution",
    "Fixed",
    "Recorded",
    "Report",
    "branches",
    "builtin",
    "cases",
    "containers",
    "current_recording",
    "expressions",
    "loops",
    "operators",
    "orders",
    "place_of",
    "policy",
    "text",
]
