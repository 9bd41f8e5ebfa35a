"""The Wengert list: types, lines, primitives, and the recorder that appends to a list."""

from wengert.ir.check import check_linear, check_list
from wengert.ir.flow import moved_outputs, moving_vars
from wengert.ir.line import Line, dependents
from wengert.ir.linearized import Linearized, Tangent
from wengert.ir.location import Location, located, user_location, users_line
from wengert.ir.native import Composite, Fold, Native, Pieces, Pointwise, Routine, UfuncLoop
from wengert.ir.primitive import (
    Primitive,
    Traced,
    bind,
    bind_update,
    gives_vague,
    infer_types,
    is_vague,
    known,
    no_rule,
    register,
)
from wengert.ir.recorder import Recorder, Step
from wengert.ir.sequence import Sequence
from wengert.ir.text import Names, expression
from wengert.ir.types import PYTHON_SCALARS, Array, Seq, Type, dtype_of, has_order, shape_of, type_of
from wengert.ir.var import ABSENT, Origin, Var
from wengert.ir.wengert_list import WengertList, remembered

__all__ = [
    "ABSENT",
    "PYTHON_SCALARS",
    "Array",
    "Composite",
    "Fold",
    "Line",
    "Linearized",
    "Location",
    "Names",
    "Native",
    "Origin",
    "Pieces",
    "Pointwise",
    "Primitive",
    "Recorder",
    "Routine",
    "Seq",
    "Sequence",
    "Step",
    "Tangent",
    "Traced",
    "Type",
    "UfuncLoop",
    "Var",
    "WengertList",
    "bind",
    "bind_update",
    "check_linear",
    "check_list",
    "dependents",
    "dtype_of",
    "expression",
    "gives_vague",
    "has_order",
    "infer_types",
    "is_vague",
    "known",
    "located",
    "moved_outputs",
    "moving_vars",
    "no_rule",
    "register",
    "remembered",
    "shape_of",
    "type_of",
    "user_location",
    "users_line",
]
