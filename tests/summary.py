"""A summary of a CI run as Markdown, from the JUnit files that it left: `python -m tests.summary >> FILE`.

It lists each step of the workshop with its result, and counts the tests. It needs nothing but Python.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

BUILD = Path(__file__).resolve().parent.parent / "build"
SIGNS = {"passed": "✔", "failed": "✘", "skipped": "–"}


def read_result(case: ElementTree.Element) -> str:
    """`passed`, `failed` or `skipped`."""
    kinds = {child.tag for child in case}
    return "failed" if kinds & {"failure", "error"} else "skipped" if "skipped" in kinds else "passed"


def render_steps(junit: ElementTree.Element) -> str:
    """A table of the workshop's steps."""
    cases = list(junit.iter("testcase"))
    passed = sum(read_result(case) == "passed" for case in cases)
    lines = [f"## The workshop: {passed} of {len(cases)} steps passed", ""]
    lines += ["| notebook | step | result | seconds |", "|---|---|---|---:|"]
    for case in cases:
        result = read_result(case)
        place = f"| {escape(case.get('classname'))} | {escape(case.get('name'))} "
        lines.append(f"{place}| {SIGNS[result]} {result} | {float(case.get('time') or 0):.1f} |")
    return "\n".join(lines)


def render_tests(junit: ElementTree.Element) -> str:
    """How many tests there were, and the name of each that failed."""
    results = [(read_result(case), f"{case.get('classname')}::{case.get('name')}") for case in junit.iter("testcase")]
    count = Counter(result for result, _ in results)
    lines = [f"## Tests: {count['passed']} passed, {count['failed']} failed, {count['skipped']} skipped", ""]
    return "\n".join(lines + [f"- ✘ {escape(name)}" for result, name in results if result == "failed"])


def escape(text: str | None) -> str:
    """Text that Markdown shows as it is, also in a table."""
    return "".join(f"\\{character}" if character in "\\`*_[]<>|" else character for character in text or "")


def summarize(build: Path) -> str:
    """All that a run left; what it didn't come to is said, too."""
    parts = []
    for path, render in ((build / "run" / "junit.xml", render_steps), (build / "tests.xml", render_tests)):
        where = f"build/{path.relative_to(build).as_posix()}"
        parts.append(render(ElementTree.parse(path).getroot()) if path.is_file() else f"There is no {where}.")
    return "\n\n".join(parts)


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    print(summarize(BUILD))
