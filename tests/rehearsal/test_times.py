"""Which notebook waited how long."""

from __future__ import annotations

from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from tests.rehearsal.times import describe_times


def test_the_longest_steps_of_a_notebook_are_named_with_their_seconds(tmp_path: Path) -> None:
    cells = []
    for number, seconds in enumerate((0.4, 19.2, 3.0), start=1):
        cells.append(new_markdown_cell(f"## Step {number} · Wait"))
        cells.append(new_code_cell("wait()", metadata={"papermill": {"duration": seconds, "status": "completed"}}))
    nbformat.write(new_notebook(cells=cells), tmp_path / "04_shift_the_traffic.ipynb")

    line = describe_times(tmp_path).splitlines()[1]

    assert line.split(maxsplit=2) == ["22.6", "04_shift_the_traffic", "Step 2 19.2 s; Step 3 3.0 s"]
