"""Recording whole programs: loops and choices stay what they are."""

from wengert.stage import branches, builtin, cases, containers, expressions, loops, operators, orders, policy, text
from wengert.stage.compiled import Compiled
from wengert.stage.program import Fixed, Recorded
from wengert.stage.quick import Containers, Execution
from wengert.stage.recording import current_recording
from wengert.stage.report import Entry, Report
from wengert.stage.templates import place_of

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
