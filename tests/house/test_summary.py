"""The summary of a CI run."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.summary import summarize
from workshop_cli.runs.report import NotebookResult, RunResult, Step, write_junit

TESTS = """<testsuites><testsuite>
<testcase classname="tests.unit.test_names" name="test_a" time="0.1"/>
<testcase classname="tests.unit.test_names" name="test_b[x|y]" time="0.1"><failure message="no">no</failure></testcase>
<testcase classname="tests.unit.test_names" name="test_c" time="0.0"><skipped message="Windows"/></testcase>
</testsuite></testsuites>"""


@pytest.fixture
def build(tmp_path: Path) -> Path:
    """What a run left in which the second step failed, and a test."""
    steps = [
        Step("01_replicate", "Step 1 · Create *buckets*", "passed", 1.26),
        Step("01_replicate", "Step 2 · Check", "failed", 0.5, "check()", "No."),
        Step("01_replicate", "Step 3 · Go on", "skipped"),
    ]
    (tmp_path / "run").mkdir()
    write_junit(RunResult([NotebookResult("01_replicate", steps)]), tmp_path / "run" / "junit.xml")
    (tmp_path / "tests.xml").write_text(TESTS, encoding="utf-8")
    return tmp_path


def test_each_step_is_listed_with_its_result(build: Path) -> None:
    lines = summarize(build).splitlines()

    assert lines[0] == "## The workshop: 1 of 3 steps passed"
    assert lines[4:7] == [
        "| 01\\_replicate | Step 1 · Create \\*buckets\\* | ✔ passed | 1.3 |",
        "| 01\\_replicate | Step 2 · Check | ✘ failed | 0.5 |",
        "| 01\\_replicate | Step 3 · Go on | – skipped | 0.0 |",
    ]


def test_tests_are_counted_and_those_that_failed_are_named(build: Path) -> None:
    said = summarize(build)

    assert "## Tests: 1 passed, 1 failed, 1 skipped" in said
    assert said.endswith("- ✘ tests.unit.test\\_names::test\\_b\\[x\\|y\\]")


def test_a_run_that_came_to_nothing_says_so(tmp_path: Path) -> None:
    assert summarize(tmp_path) == "There is no build/run/junit.xml.\n\nThere is no build/tests.xml."
