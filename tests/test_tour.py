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
VARIES = "varies"  # the tag of cells that measure time or memory, or show bounds of rounding errors

GIVEN = nbformat.read(TOUR, 4)
CELLS = [i for i, cell in enumerate(GIVEN.cells) if cell.cell_type == "code"]


@pytest.fixture(scope="module")
def executed(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The notebook, run anew; an error in a cell fails every test."""
    notebook = nbformat.read(TOUR, 4)
    place = {"metadata": {"path": str(tmp_path_factory.mktemp("tour"))}}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COLUMNS", "100")  # tables are as wide as the terminal
        return NotebookClient(notebook, timeout=300, kernel_name="python3", resources=place).execute()


def shown(cell: Any) -> list[tuple[list[str], str]]:
    """What a cell shows: the kinds of each output and its text. What is printed may come in one piece or in several."""
    found: list[tuple[list[str], str]] = []
    for one in cell.outputs:
        if "text" in one and found and found[-1][0] == [one["name"]]:
            found[-1] = found[-1][0], found[-1][1] + one["text"]
        elif "text" in one:
            found.append(([one["name"]], one["text"]))
        else:
            found.append((sorted(one.get("data", {})), one.get("data", {}).get("text/plain", "")))
    return found


def compared(found: str, given: str) -> None:
    """The same words, and the same numbers up to rounding."""
    assert NUMBER.sub("#", found).split() == NUMBER.sub("#", given).split()
    assert [float(x) for x in NUMBER.findall(found)] == pytest.approx(
        [float(x) for x in NUMBER.findall(given)], rel=1e-9, abs=1e-15
    )


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::RuntimeWarning")
@pytest.mark.parametrize("number", CELLS)
def test_cell(executed: Any, number: int) -> None:
    given, found = shown(GIVEN.cells[number]), shown(executed.cells[number])
    assert [kinds for kinds, _ in found] == [kinds for kinds, _ in given]
    if VARIES not in GIVEN.cells[number].metadata.get("tags", []):
        for (_, one), (_, other) in zip(found, given, strict=True):
            compared(one, other)


def test_printing_in_several_pieces_is_the_same() -> None:
    def cell(*pieces: str) -> Any:
        return nbformat.v4.new_code_cell(
            outputs=[nbformat.v4.new_output("stream", name="stdout", text=piece) for piece in pieces]
        )

    assert shown(cell("a\n", "b\n")) == shown(cell("a\nb\n")) == [(["stdout"], "a\nb\n")]


def test_the_numbers_of_the_story() -> None:
    """Each step of the story shows what it is told for."""
    story = "\n".join(text for i in CELLS for _, text in shown(GIVEN.cells[i]))
    for number in (
        "24.000400000048216", "-1.4210854715202004e-06", "42", "[[8.0, 6.0], [6.0, 0.0]]", "15.0 + 41.0ε",
        "42.0 + 24.0ε₁ + 10.0ε₂", "[24.0, 10.0, None]",
    ):  # fmt: skip
        assert number in story


def test_examples_hold_the_same() -> None:
    assert (ROOT / "examples" / "tour.ipynb").read_bytes() == TOUR.read_bytes()
