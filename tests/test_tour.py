"""The tour: it runs from top to bottom, and gives the numbers that stand in it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

ROOT = Path(__file__).resolve().parents[1]
TOUR = ROOT / "docs" / "tour.ipynb"
NUMBER = re.compile(r"-?\d+\.?\d*(?:e[+-]?\d+)?")
VARIES = "varies"  # the tag of cells that measure time or memory, or show as much as the terminal is wide

GIVEN = nbformat.read(TOUR, 4)
CELLS = [i for i, cell in enumerate(GIVEN.cells) if cell.cell_type == "code"]


@pytest.fixture(scope="module")
def executed(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The notebook, run anew; an error in a cell fails every test."""
    notebook = nbformat.read(TOUR, 4)
    place = {"metadata": {"path": str(tmp_path_factory.mktemp("tour"))}}
    return NotebookClient(notebook, timeout=300, kernel_name="python3", resources=place).execute()


def texts(cell: Any) -> list[str]:
    """What a cell shows, as text."""
    return [one.get("text") or one.get("data", {}).get("text/plain", "") for one in cell.outputs]


def compared(found: str, given: str) -> None:
    """The same words, and the same numbers up to rounding."""
    assert NUMBER.sub("#", found).split() == NUMBER.sub("#", given).split()
    assert [float(x) for x in NUMBER.findall(found)] == pytest.approx(
        [float(x) for x in NUMBER.findall(given)], rel=1e-9, abs=1e-15
    )


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::RuntimeWarning")
@pytest.mark.parametrize("number", CELLS)
def test_cell(executed: Any, number: int) -> None:
    given, found = GIVEN.cells[number], executed.cells[number]
    kinds = [[sorted(one.get("data", ["text"])) for one in cell.outputs] for cell in (given, found)]
    assert kinds[0] == kinds[1]
    if VARIES not in given.metadata.get("tags", []):
        for one, other in zip(texts(found), texts(given), strict=True):
            compared(one, other)


def test_the_numbers_of_the_story() -> None:
    """Each step of the story shows what it is told for."""
    shown = "\n".join(text for i in CELLS for text in texts(GIVEN.cells[i]))
    for number in (
        "24.000400000048216", "-1.4210854715202004e-06", "42", "[[8.0, 6.0], [6.0, 0.0]]", "15.0 + 41.0ε",
        "42.0 + 24.0ε₁ + 10.0ε₂", "[24.0, 10.0, None]",
    ):  # fmt: skip
        assert number in shown


def test_examples_hold_the_same() -> None:
    assert (ROOT / "examples" / "tour.ipynb").read_bytes() == TOUR.read_bytes()
