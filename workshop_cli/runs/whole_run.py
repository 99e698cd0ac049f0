"""A run of notebooks: its output folder, its cloud, and the run itself."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

from workshop_lib.policies import LEARNER_POLICIES

if TYPE_CHECKING:
    from workshop_cli.runs.plan import Plan
    from workshop_cli.runs.report import RunResult

FindEnvironment = Callable[[], dict[str, str]]
"""Waits until a cloud is ready, and returns the environment variables with which programs use it."""


def remove_old_results(output: Path) -> None:
    """Delete the results of an earlier run, and nothing else, because the folder may hold other files."""
    output.mkdir(parents=True, exist_ok=True)
    granted = [f"{name}.json" for name in (*LEARNER_POLICIES, "two-regions-*-boundary")]
    for pattern in ("[0-9][0-9]_*.ipynb", "junit.xml", "index.html", "calls.jsonl", *granted, "local-cloud/*"):
        for path in output.glob(pattern):
            path.unlink()


def run_plan(
    plan: Plan, output: Path, cloud: AbstractContextManager[FindEnvironment], *, say: Callable[[str], None]
) -> RunResult:
    """Run notebooks in a cloud, which may still be starting.

    Args:
        plan: The notebooks and their parameters.
        output: Folder for the executed notebooks and the reports.
        cloud: Their cloud. It ends with the run.
        say: Prints one line for each notebook.

    Raises:
        WorkshopError: The cloud did not start.
    """
    with cloud as find_environment:
        from workshop_cli.runs.runner import run_notebooks  # slow to import, and the cloud starts meanwhile

        return run_notebooks(plan, output=output, environment={**os.environ, **find_environment()}, say=say)


def spare_slow_imports() -> None:
    """Save 0.9 seconds of every start: nbformat's validator would build parsers for IRIs.

    No notebook schema uses them, and jsonschema works without this module.
    """
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
