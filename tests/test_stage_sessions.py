"""Sessions: several calls, between which the world changes, give what they give without compiling."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import wengert as wg
from tests.scenarios.staged_sessions import SESSIONS
from wengert.errors import MutationError, StagingError
from wengert.tree import flatten

# Arguments that are arrays are not written, and what draws, or tells the time, has no place in a recording.
REFUSED = {
    "mutate_argument": MutationError, "mutate_argument_loop": MutationError, "same_array_twice": MutationError,
    "overlapping_views": MutationError, "rng_outside": StagingError, "rng_arg": StagingError,
    "np_random_seed": StagingError, "time_used": StagingError, "effect_conditional": StagingError,
}  # fmt: skip


def same(found: Any, expected: Any) -> None:
    (a, first), (b, second) = flatten(found), flatten(expected)
    assert first == second
    for one, other in zip(a, b, strict=True):
        assert type(one) is type(other)
        assert np.asarray(one).dtype == np.asarray(other).dtype
        if np.asarray(other).dtype.kind in "fc":
            np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-13)
        else:
            np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("mode", ["native", "list"])
@pytest.mark.parametrize("session", SESSIONS, ids=lambda session: session.__name__)
def test_session(session: Any, mode: str) -> None:
    def comp(function: Any) -> Any:
        return wg.compile(function, mode=mode)

    if session.__name__ in REFUSED:
        with pytest.raises(REFUSED[session.__name__]):
            session(comp)
        return
    expected = session(lambda function: function)
    with np.errstate(all="ignore"):
        same(session(comp), expected)
