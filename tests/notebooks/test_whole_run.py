"""The workshop from start to end, once, as `make run` does it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4
from xml.etree import ElementTree

import psutil
import pytest
from processes import find_processes, start_workshop

TIMEOUT = 170


@dataclass(frozen=True)
class WholeRun:
    """What `workshop run` left: its exit status, what it said, its folder, and processes it should not have left."""

    status: int
    said: str
    output: Path
    left: list[psutil.Process]


@pytest.fixture(scope="module")
def whole_run(tmp_path_factory: pytest.TempPathFactory) -> WholeRun:
    """All notebooks, run in a local cloud of their own."""
    output, mark = tmp_path_factory.mktemp("run"), uuid4().hex
    runner = start_workshop("run", "--output", output, mark=mark)
    said, _ = runner.communicate(timeout=TIMEOUT)
    return WholeRun(runner.returncode, said, output, find_processes(mark))


def test_the_workshop_runs_from_start_to_end(whole_run: WholeRun) -> None:
    assert whole_run.status == 0, whole_run.said


def test_every_step_passed_and_there_are_at_least_forty(whole_run: WholeRun) -> None:
    cases = list(ElementTree.parse(whole_run.output / "junit.xml").iter("testcase"))

    assert [case.get("name") for case in cases if len(case)] == []
    assert sum(str(case.get("name")).startswith("Step ") for case in cases) >= 40


def test_the_slowest_notebook_is_named(whole_run: WholeRun) -> None:
    assert re.search(r"^Slowest: 0\d_\w+, [\d.]+ s\.$", whole_run.said, re.MULTILINE)


def test_the_report_can_be_read_without_a_network(whole_run: WholeRun) -> None:
    page = (whole_run.output / "index.html").read_text(encoding="utf-8")

    assert "06_clean_up" in page
    assert not re.findall(r"<(?:script|img|link|iframe)[^>]+(?:src|href)=[\"']?https?:", page)


def test_every_call_of_an_api_is_in_the_call_log(whole_run: WholeRun) -> None:
    lines = (whole_run.output / "calls.jsonl").read_text(encoding="utf-8").splitlines()
    calls = [json.loads(line) for line in lines]

    assert {"s3", "iam", "lambda", "cloudfront", "route53"} <= {call["service"] for call in calls}


def test_nothing_is_left_running(whole_run: WholeRun) -> None:
    assert whole_run.left == []
