"""Tables as HTML for notebooks, readable on a light and on a dark page."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from wengert.show.section import Column, Gap, Row, Section

STYLE = """
.wengert-explain { font-size: 13px; line-height: 1.45; }
.wengert-explain h3 { font-size: 15px; margin: 4px 0 2px; }
.wengert-explain h4 { font-size: 13px; margin: 14px 0 4px; }
.wengert-explain h4 span { font-weight: normal; opacity: .65; margin-left: .8em; }
.wengert-explain table { border-collapse: collapse; border: 0; margin: 0; }
.wengert-explain th, .wengert-explain td { text-align: left; vertical-align: top; padding: 3px 14px 3px 0; border: 0;
  font-family: Menlo, Consolas, "DejaVu Sans Mono", monospace; white-space: pre; background: none; }
.wengert-explain th { font-weight: 600; border-bottom: 1px solid currentColor; }
.wengert-explain td { border-bottom: 1px solid rgba(127, 127, 127, .25); }
.wengert-explain .number { text-align: right; }
.wengert-explain .faint { opacity: .65; max-width: 30em; overflow: hidden; text-overflow: ellipsis; }
"""


def to_html(title: str, sections: Iterable[Section]) -> str:
    """All tables in one element."""
    body = "".join(map(_section, sections))
    return f'<div class="wengert-explain"><style>{STYLE}</style><h3>{escape(title)}</h3>{body}</div>'


def _section(section: Section) -> str:
    note = f"<span>{escape(section.note)}</span>" if section.note else ""
    head = "".join(f"<th{_classes(column)}>{escape(column.title)}</th>" for column in section.columns)
    rows = "".join(_row(row, section.columns) for row in section.rows)
    return f"<h4>{escape(section.title)}{note}</h4><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def _row(row: Row, columns: tuple[Column, ...]) -> str:
    if isinstance(row, Gap):
        return f'<tr><td class="faint" colspan="{len(columns)}">⋮ {escape(row)}</td></tr>'
    cells = "".join(f"<td{_classes(column)}>{escape(cell)}</td>" for cell, column in zip(row, columns, strict=True))
    return f"<tr>{cells}</tr>"


def _classes(column: Column) -> str:
    names = ["number"] * column.numeric + ["faint"] * column.filling
    return f' class="{" ".join(names)}"' if names else ""
