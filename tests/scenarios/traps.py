"""Every tricky derivative that NumPy's protocols alone can follow, and what must be refused."""

import numpy as np

from tests.scenarios.trap import Refusal, Trap
from tests.scenarios.traps_complex import COMPLEX
from tests.scenarios.traps_extremes import EXTREMES
from tests.scenarios.traps_inplace import INPLACE
from tests.scenarios.traps_linalg import LINALG
from tests.scenarios.traps_nesting import NESTING
from tests.scenarios.traps_powers import POWERS
from tests.scenarios.traps_products import PRODUCTS
from tests.scenarios.traps_roots import ROOTS
from tests.scenarios.traps_rounding import ROUNDING
from tests.scenarios.traps_shapes import SHAPES
from tests.scenarios.traps_ties import TIES
from tests.scenarios.traps_views import VIEWS
from tests.scenarios.traps_where import WHERE

TRAPS: tuple[Trap, ...] = (
    *POWERS,
    *ROOTS,
    *TIES,
    *ROUNDING,
    *WHERE,
    *EXTREMES,
    *PRODUCTS,
    *SHAPES,
    *COMPLEX,
    *NESTING,
    *VIEWS,
    *INPLACE,
    *LINALG,
)

REFUSALS: tuple[Refusal, ...] = (
    Refusal(
        "integer-array",
        lambda x: np.sum(x * x),
        (np.arange(3),),
        TypeError,
        "argument x",
        "an integer has no derivative; the message names the argument",
    ),
    Refusal(
        "integer-array-second-argument",
        lambda x, y: np.sum(x * y),
        (np.ones(3), np.arange(3)),
        TypeError,
        "argument y",
        "the second argument by its name",
    ),
    Refusal("boolean-array", lambda x: np.sum(x), (np.array([True, False]),), TypeError, "argument x", "as an integer"),
    Refusal("vector-output", lambda x: x * x, (np.ones(3),), TypeError, "scalar", "a gradient needs one number"),
    Refusal(
        "complex-output",
        lambda z: z * z,
        (1.0 + 2.0j,),
        TypeError,
        "holomorphic",
        "a gradient needs a real number, or holomorphic=True",
    ),
)
