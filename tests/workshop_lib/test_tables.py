"""Tables, as HTML and as text."""

from __future__ import annotations

import re

from workshop_lib.tables import LONG, NUMBER, WHOLE, Column, Html, align_columns, render_table


def test_what_stands_in_a_table_is_escaped() -> None:
    table = render_table([Column("<name>"), Column("result", is_code=True)], [("<title>",), ("<b>", "&")])

    assert "&lt;name&gt;" in table
    assert "&lt;title&gt;" in table
    assert "&lt;b&gt;" in table
    assert "&amp;</code>" in table


def test_html_that_is_marked_as_such_stays() -> None:
    table = render_table([Column("notebook"), Column("steps")], [(Html('<a href="#1">01</a>'), "<4>")])

    assert '<a href="#1">01</a>' in table
    assert "&lt;4&gt;" in table


def test_a_row_of_one_text_is_a_title_across_the_table() -> None:
    table = render_table([Column("kind"), Column("name")], [("deleted",), ("bucket", "ada")])

    assert "<th colspan='2' style='text-align:left'>deleted</th>" in table


def test_a_table_takes_its_colours_from_the_theme() -> None:
    columns = [Column("a", WHOLE, is_code=True), Column("b", LONG), Column("c", NUMBER)]

    styles = re.findall(r"style='([^']*)'", render_table(columns, [("x", "y", "z")]))

    assert styles
    assert not [style for style in styles if "color" in style or "background" in style]


def test_in_a_terminal_the_columns_are_below_each_other() -> None:
    assert align_columns([("bucket", "ada", ""), ("role", "b", "new")], indent="  ") == (
        "  bucket  ada\n  role    b    new"
    )
    assert align_columns([]) == ""
