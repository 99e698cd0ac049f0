"""The one way to draw a table: as HTML for a notebook or a report, as text for a terminal.

No colours: the theme of JupyterLab, light or dark, gives its own.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

WHOLE = "white-space:nowrap"
"""For names: JupyterLab would break `eu-west-1` at its hyphens."""
LONG = "overflow-wrap:anywhere"
"""For what may be longer than a line and has no spaces."""
NUMBER = "text-align:right"


@dataclass(frozen=True)
class Column:
    """A column of a table.

    Attributes:
        title: What is at its head.
        style: `WHOLE`, `LONG` or `NUMBER`; without it, text wraps between words.
        is_code: Whether its texts are set as code.
    """

    title: str
    style: str = ""
    is_code: bool = False


class Html(str):
    """The text of a cell that is HTML already, and so isn't escaped."""

    __slots__ = ()


def render_table(columns: Sequence[Column], rows: Iterable[Sequence[str]]) -> str:
    """Draw a table as HTML. Texts are escaped.

    Args:
        columns: Its columns, left to right.
        rows: A text for each column. A row of one text is a title across the whole table.
    """
    head = "".join(_render_cell("th", Column(column.title, column.style), column.title) for column in columns)
    body = "".join(f"<tr>{_render_row(columns, row)}</tr>" for row in rows)
    return f"<table><tr>{head}</tr>{body}</table>"


def _render_row(columns: Sequence[Column], row: Sequence[str]) -> str:
    if len(row) == 1:
        return f"<th colspan='{len(columns)}' style='text-align:left'>{html.escape(row[0])}</th>"
    return "".join(_render_cell("td", column, text) for column, text in zip(columns, row, strict=True))


def _render_cell(element: str, column: Column, text: str) -> str:
    """A cell, flush left unless it is a number: JupyterLab would set all cells flush right."""
    shown = text if isinstance(text, Html) else html.escape(text)
    if column.is_code and shown:  # an empty one would be a grey box
        shown = f"<code style='{column.style}'>{shown}</code>"
    return f"<{element} style='text-align:left;vertical-align:top;{column.style}'>{shown}</{element}>"


def align_columns(rows: Iterable[Sequence[str]], *, indent: str = "") -> str:
    """Draw a table as text: each column as wide as its longest text, the last one as it is."""
    drawn = list(rows)
    widths = [max(map(len, column)) for column in list(zip(*drawn, strict=True))[:-1]]
    lines = ("  ".join([*map(str.ljust, row, widths), row[-1]]) for row in drawn)
    return "\n".join(f"{indent}{line}".rstrip() for line in lines)
