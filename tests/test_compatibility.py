"""The compatibility page says what the tables say."""

import runpy
from pathlib import Path

PAGE = Path(__file__).parents[1] / "docs" / "compatibility.md"


def test_page_is_up_to_date():
    made = runpy.run_path(str(PAGE.with_suffix(".py")))["page"]()
    assert made == PAGE.read_text(), "run: python docs/compatibility.py"
