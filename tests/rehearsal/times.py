"""How long the notebooks of a rehearsal took, and where they waited."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import nbformat

from workshop_cli.runs.report import Step, read_steps
from workshop_lib.tables import align_columns

SHOWN = 3
"""How many of a notebook's steps are shown, the longest first."""
SHORT = 1.0
"""Steps that took fewer seconds aren't shown."""


def describe_times(run: Path) -> str:
    """Say for each notebook of a run how long it took, and its longest steps.

    Args:
        run: The folder with the executed notebooks.
    """
    return align_columns([("seconds", "notebook", "longest steps"), *_describe(sorted(run.glob("[0-9][0-9]_*.ipynb")))])


def _describe(notebooks: Iterable[Path]) -> Iterator[tuple[str, str, str]]:
    for path in notebooks:
        steps = read_steps(nbformat.read(path, as_version=4), path.stem)
        longest = sorted(steps, key=lambda step: -step.seconds)[:SHOWN]
        told = "; ".join(_describe_step(step) for step in longest if step.seconds >= SHORT)
        yield f"{sum(step.seconds for step in steps):7.1f}", path.stem, told


def _describe_step(step: Step) -> str:
    """`Step 3 19.2 s`. What comes after the middle dot isn't needed to find it."""
    return f"{step.title.partition(' · ')[0]} {step.seconds:.1f} s"
