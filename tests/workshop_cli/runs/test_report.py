"""What a run came to: steps, table, JUnit, page."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from workshop_cli.runs.html_report import write_html
from workshop_cli.runs.report import (
    OPENING,
    NotebookResult,
    RunResult,
    read_steps,
    render_failure,
    render_table,
    write_junit,
)


def ran(source: str, status: str = "completed", outputs: tuple[Any, ...] = ()) -> Any:
    """A code cell as papermill leaves it."""
    return new_code_cell(source, outputs=list(outputs), metadata={"papermill": {"status": status, "duration": 0.5}})


def error() -> Any:
    """The output of a cell that failed."""
    return new_output("error", ename="CheckFailed", evalue="✘ the bucket has no versions", traceback=["\x1b[31mno"])


@pytest.fixture
def failed() -> Any:
    """A notebook of which the second step failed."""
    cells = [
        new_markdown_cell('# Title\n\n```mermaid\nflowchart LR\n  A["<you>"] --> B\n\n  B --> C\n```'),
        ran("ttl = 60"),
        new_markdown_cell("## Step 1 · Create the bucket"),
        ran("create()"),
        new_markdown_cell("And then:"),
        ran("look()"),
        new_markdown_cell("## Step 2 · Check the bucket"),
        ran("check()", "failed", (error(),)),
        new_markdown_cell("## Step 3 · Go on"),
        ran("go_on()", "pending"),
        new_markdown_cell("## What just happened?\n\nNothing to run here."),
    ]
    return new_notebook(cells=cells)


@pytest.fixture
def result(failed: Any) -> RunResult:
    """A run of two notebooks, that ended in the first."""
    unreached = new_notebook(cells=[new_markdown_cell("## Step 1 · Later"), new_code_cell("later()")])
    return RunResult(
        [
            NotebookResult("01_first", read_steps(failed, "01_first"), 2.0, failed),
            NotebookResult("02_second", read_steps(unreached, "02_second")),
        ],
        seconds=2.5,
    )


def test_a_section_with_code_is_a_step_and_one_without_is_not(failed: Any) -> None:
    steps = read_steps(failed, "01_first")

    assert [step.title for step in steps] == [
        OPENING,
        "Step 1 · Create the bucket",
        "Step 2 · Check the bucket",
        "Step 3 · Go on",
    ]


def test_a_step_passed_failed_or_was_skipped_and_took_as_long_as_its_cells(failed: Any) -> None:
    steps = read_steps(failed, "01_first")

    assert [step.outcome for step in steps] == ["passed", "passed", "failed", "skipped"]
    assert steps[1].seconds == pytest.approx(1.0)


def test_a_failure_quotes_the_cell_and_gives_the_reason(result: RunResult) -> None:
    assert result.failure

    text = render_failure(result.failure)

    assert "01_first, Step 2 · Check the bucket" in text
    assert "    check()" in text
    assert "CheckFailed: ✘ the bucket has no versions" in text


def test_the_table_counts_numbered_steps_and_names_the_slowest(result: RunResult) -> None:
    table = render_table(result)

    assert "1/3" in table
    assert "0/1" in table
    assert "FAILED" in table
    assert re.search(r"^02_second .* not run$", table, re.M)
    assert table.endswith("Slowest: 01_first, 2.0 s.")


def test_junit_has_a_case_for_each_step(result: RunResult, tmp_path: Path) -> None:
    write_junit(result, tmp_path / "junit.xml")

    suites = ElementTree.parse(tmp_path / "junit.xml").getroot()
    first, second = suites.findall("testsuite")
    assert [first.get(name) for name in ("tests", "failures", "skipped")] == ["4", "1", "1"]
    assert second.get("skipped") == "1"
    assert [case.get("name") for case in second.findall("testcase")] == ["Step 1 · Later"]


def test_each_suite_in_junit_says_when_its_notebook_began(result: RunResult, tmp_path: Path) -> None:
    result.notebooks[1].started = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)

    write_junit(result, tmp_path / "junit.xml")

    first, second = ElementTree.parse(tmp_path / "junit.xml").getroot()
    assert second.get("timestamp") == "2026-01-02T03:04:05+00:00"
    assert first.get("timestamp") != second.get("timestamp")


def test_a_notebook_that_was_interrupted_is_told_from_one_that_never_ran(result: RunResult, failed: Any) -> None:
    failed.cells[7].metadata.papermill["status"] = "pending"
    interrupted = NotebookResult("01_first", read_steps(failed, "01_first"), 2.0, failed)

    assert interrupted.verdict == "not finished"
    assert interrupted.passed == (1, 3)
    assert result.notebooks[1].verdict == "not run"


def test_a_failure_in_junit_holds_the_source_and_the_reason_without_colours(failed: Any, tmp_path: Path) -> None:
    failed.cells[7].outputs[0].evalue = "\x1b[31mred\x1b[0m"
    write_junit(RunResult([NotebookResult("01_first", read_steps(failed, "01_first"))]), tmp_path / "junit.xml")

    failure = ElementTree.parse(tmp_path / "junit.xml").find(".//failure")

    assert failure is not None
    assert "check()" in str(failure.text)
    assert "red" in str(failure.get("message"))


def test_the_page_shows_the_failure_and_the_source_of_the_diagram(result: RunResult, tmp_path: Path) -> None:
    write_html(result, tmp_path / "index.html")

    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert "The workshop stopped at a failure" in page
    assert "✘ the bucket has no versions" in page
    assert 'A["&lt;you&gt;"] --&gt; B' in page
    assert ">not run</span></td>" in page


def test_the_page_asks_nothing_of_the_network(result: RunResult, tmp_path: Path) -> None:
    widget = {"application/vnd.jupyter.widget-view+json": {"model_id": "x"}, "text/plain": "IntSlider(value=10)"}
    frame = {"text/html": '\n<iframe\n width="100%"\n src="http://127.0.0.1:1/"\n></iframe>'}
    shown = [new_output("display_data", data) for data in (widget, frame)]
    result.notebooks[0].document.cells[3].outputs = shown
    result.notebooks[0].document.metadata["widgets"] = {"application/vnd.jupyter.widget-state+json": {"state": {}}}

    write_html(result, tmp_path / "index.html")

    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert "IntSlider(value=10)" in page
    assert "shows <code>http://127.0.0.1:1/</code>" in page
    assert "<script" not in page
    assert "src=" not in page
    assert "@import" not in page


def test_a_link_to_another_notebook_stays_on_the_page(result: RunResult, tmp_path: Path) -> None:
    result.notebooks[0].document.cells[4].source = "Go on with [02](02_second.ipynb)."

    write_html(result, tmp_path / "index.html")

    assert '<a href="#02_second">02</a>' in (tmp_path / "index.html").read_text(encoding="utf-8")


def test_writing_the_page_leaves_the_executed_notebook_as_it_was(result: RunResult, tmp_path: Path) -> None:
    before = nbformat.writes(result.notebooks[0].document)

    write_html(result, tmp_path / "index.html")

    assert nbformat.writes(result.notebooks[0].document) == before
