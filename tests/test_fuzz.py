"""Random programs: forward, reverse and differences agree.

`WENGERT_FUZZ_PROGRAMS` says how many in all; `python -m tests.fuzz N` runs many more.
"""

import os
import random

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings

from tests.fuzz import disagreement
from tests.scenarios.random_programs import RandomProgram, random_program, random_programs

PROGRAMS = int(os.environ.get("WENGERT_FUZZ_PROGRAMS", "2000"))
CHUNKS = 20


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_modes_agree(chunk: int) -> None:
    @seed(chunk)
    @settings(
        max_examples=max(1, PROGRAMS // CHUNKS),
        deadline=None,
        database=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    @given(random_programs())
    def agree(program: RandomProgram) -> None:
        wrong = disagreement(program)
        assert wrong is None, f"{wrong}\n\n{program}"

    agree()


def test_programs_are_reproducible() -> None:
    first, second = (random_program(random.Random(7)) for _ in range(2))
    assert first.source == second.source
    assert first.function(*first.arguments) == second.function(*second.arguments)
