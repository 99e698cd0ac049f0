"""A run of notebooks: room for what it leaves, a cloud to run in, and the run itself."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

from workshop_cli.cloud_options import LEARNER_POLICY

if TYPE_CHECKING:
    from workshop_cli.runs.plan import Plan
    from workshop_cli.runs.report import RunResult

FindEnvironment = Callable[[], dict[str, str]]
"""Waits until a cloud is ready, and says what programs need in their environment to use it."""


def remove_old_results(output: Path) -> None:
    """Remove what an earlier run left, and nothing else: the folder may be anyone's."""
    output.mkdir(parents=True, exist_ok=True)
    left = ("[0-9][0-9]_*.ipynb", "junit.xml", "index.html", "calls.jsonl", LEARNER_POLICY, "local-cloud/*")
    for pattern in left:
        for path in output.glob(pattern):
            path.unlink()


def run_plan(
    plan: Plan, output: Path, cloud: AbstractContextManager[FindEnvironment], *, say: Callable[[str], None]
) -> RunResult:
    """Run notebooks in a cloud, which may still be starting.

    Args:
        plan: Which notebooks, with which parameters.
        output: Where the executed notebooks and the reports go.
        cloud: Where they run; left when they have ended, however that is.
        say: Told of each notebook.

    Raises:
        WorkshopError: The cloud did not start.
    """
    with cloud as find_environment:
        from workshop_cli.runs.runner import run_notebooks  # takes long; meanwhile the cloud starts

        return run_notebooks(plan, output=output, environment={**os.environ, **find_environment()}, say=say)


def spare_slow_imports() -> None:
    """Keep nbformat's validator from building its parsers for IRIs, 0.9 seconds of every start.

    No notebook schema uses them, and jsonschema does without when the module can't be had.
    """
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
