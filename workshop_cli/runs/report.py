"""The results of a run: step by step, as a table, as JUnit XML.

A *step* here is a section of a notebook with code, from one `## ` heading to the next. `html_report` makes a page from
the same results.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

OPENING = "Before the first step"
"""Name of the section above the first `## ` heading: parameters, imports, clients."""

NOT_REACHED = "Not reached, because the run ended earlier."


@dataclass(frozen=True)
class Step:
    """One section of a notebook, and its result."""

    notebook: str
    title: str
    outcome: str
    """`passed`, `failed` or `skipped`."""
    seconds: float = 0.0
    source: str = ""
    """The cell that failed."""
    reason: str = ""
    """Why it failed."""

    @property
    def is_numbered(self) -> bool:
        """Whether this is a `## Step …`, and not the opening or an exercise."""
        return self.title.startswith("Step ")


@dataclass
class NotebookResult:
    """One notebook, and the results of its steps.

    `document` is the executed notebook, or None if it was not reached. `is_preparation` marks a notebook before the
    one that `--from` names.
    """

    name: str
    steps: list[Step]
    seconds: float = 0.0
    document: Any = None
    is_preparation: bool = False
    started: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def outcome(self) -> str:
        """`failed` if a step failed, else `skipped` if a step was skipped, else `passed`."""
        return _worst([step.outcome for step in self.steps])

    @property
    def verdict(self) -> str:
        """The outcome in words: `passed`, `failed`, `not finished`, or `not run`."""
        if self.outcome != "skipped":
            return self.outcome
        return "not run" if self.document is None else "not finished"

    @property
    def passed(self) -> tuple[int, int]:
        """How many numbered steps passed, and how many there are."""
        numbered = [step.outcome for step in self.steps if step.is_numbered]
        return numbered.count("passed"), len(numbered)


@dataclass
class RunResult:
    """A run of several notebooks."""

    notebooks: list[NotebookResult] = field(default_factory=list)
    seconds: float = 0.0
    started: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def steps(self) -> list[Step]:
        """All steps of all notebooks, in order."""
        return [step for notebook in self.notebooks for step in notebook.steps]

    @property
    def failure(self) -> Step | None:
        """The step that failed, or None."""
        return next((step for step in self.steps if step.outcome == "failed"), None)

    @property
    def outcome(self) -> str:
        """The worst outcome of any notebook."""
        return _worst([notebook.outcome for notebook in self.notebooks])


def read_steps(document: Any, notebook: str) -> list[Step]:
    """Read the results of the steps from a notebook. In one that never ran, all steps were skipped.

    Args:
        document: The notebook, as papermill saves it.
        notebook: Its name, without `.ipynb`.
    """
    return [_read_step(notebook, title, cells) for title, cells in _split_sections(document.cells)]


def _split_sections(cells: Sequence[Any]) -> Iterator[tuple[str, list[Any]]]:
    title = OPENING
    code: list[Any] = []
    for cell in cells:
        if cell.cell_type == "markdown" and cell.source.startswith("## "):
            if code:
                yield title, code
            title, code = cell.source.partition("\n")[0].removeprefix("## ").strip(), []
        elif cell.cell_type == "code" and cell.source.strip():
            code.append(cell)
    if code:
        yield title, code


def _read_step(notebook: str, title: str, cells: Sequence[Any]) -> Step:
    states = [cell.metadata.get("papermill", {}) for cell in cells]
    seconds = sum(state.get("duration") or 0.0 for state in states)
    failed = next((cell for cell, state in zip(cells, states, strict=True) if state.get("status") == "failed"), None)
    if failed is not None:
        return Step(notebook, title, "failed", seconds, failed.source, _read_reason(failed))
    finished = all(state.get("status") == "completed" and not state.get("interrupted") for state in states)
    return Step(notebook, title, "passed" if finished else "skipped", seconds)


def _read_reason(cell: Any) -> str:
    for output in cell.outputs:
        if output.output_type == "error":
            return f"{output.ename}: {output.evalue}" if output.evalue else str(output.ename)
    return "The cell has no error output."


def _worst(outcomes: Sequence[str]) -> str:
    return next((outcome for outcome in ("failed", "skipped") if outcome in outcomes), "passed")


def render_table(result: RunResult) -> str:
    """Draw the table at the end of a run: notebooks, steps and seconds. Below it, name the slowest notebook."""
    width = max(len(notebook.name) for notebook in result.notebooks)
    lines = [f"{'notebook':{width}}  {'steps':>8}  {'seconds':>7}"]
    for notebook in result.notebooks:
        passed, steps = notebook.passed
        remark = {"passed": "", "failed": "  FAILED"}.get(notebook.verdict, f"  {notebook.verdict}")
        remark += "  (needed first)" if notebook.is_preparation else ""
        lines.append(f"{notebook.name:{width}}  {f'{passed}/{steps}':>8}  {notebook.seconds:7.1f}{remark}")
    passed, steps = map(sum, zip(*(notebook.passed for notebook in result.notebooks), strict=True))
    lines.append(f"{'all':{width}}  {f'{passed}/{steps}':>8}  {result.seconds:7.1f}")
    slowest = max(result.notebooks, key=lambda notebook: notebook.seconds)
    lines.append(f"Slowest: {slowest.name}, {slowest.seconds:.1f} s.")
    return "\n".join(lines)


def render_failure(step: Step) -> str:
    """Quote the failed cell and its error, for the terminal."""
    quoted = "\n".join(f"    {line}" for line in step.source.splitlines())
    return f"{step.notebook}, {step.title}: this cell failed\n\n{quoted}\n\n{step.reason}"


def write_junit(result: RunResult, path: Path) -> None:
    """Write `result` as JUnit XML, with a suite for each notebook and a case for each step."""
    suites = ElementTree.Element("testsuites", name="workshop", time=f"{result.seconds:.3f}")
    for notebook in result.notebooks:
        count = {outcome: sum(step.outcome == outcome for step in notebook.steps) for outcome in ("failed", "skipped")}
        suite = ElementTree.SubElement(
            suites,
            "testsuite",
            name=notebook.name,
            tests=str(len(notebook.steps)),
            failures=str(count["failed"]),
            errors="0",
            skipped=str(count["skipped"]),
            time=f"{notebook.seconds:.3f}",
            timestamp=notebook.started.isoformat(timespec="seconds"),
        )
        for step in notebook.steps:
            _add_case(suite, step)
    ElementTree.indent(suites)
    ElementTree.ElementTree(suites).write(path, encoding="utf-8", xml_declaration=True)


def _add_case(suite: ElementTree.Element, step: Step) -> None:
    case = ElementTree.SubElement(
        suite, "testcase", classname=step.notebook, name=step.title, time=f"{step.seconds:.3f}"
    )
    if step.outcome == "failed":
        failure = ElementTree.SubElement(case, "failure", message=_printable(step.reason))
        failure.text = _printable(f"{step.source}\n\n{step.reason}")
    elif step.outcome == "skipped":
        ElementTree.SubElement(case, "skipped", message=NOT_REACHED)


def _printable(text: str) -> str:
    """Leave out characters that XML 1.0 can't hold, such as the colour codes of a traceback."""
    return "".join(character for character in text if character.isprintable() or character in "\n\t")
