"""Notebooks of a few cells, for the command to run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from tests.kits.processes import end_what_was_started

METADATA = {
    "kernelspec": {"name": "python3", "display_name": "Python 3"},
    "language_info": {"file_extension": ".py", "name": "python"},
}


@pytest.fixture(autouse=True)
def _end_what_was_started() -> Iterator[None]:
    """A test that fails leaves no process to the tests after it."""
    yield
    end_what_was_started()


@pytest.fixture
def write_notebook(tmp_path: Path) -> Callable[..., Path]:
    """Writes a notebook with one step for each source: `write_notebook("00_first", "x = 1", parameters="ttl = 60")`."""
    folder = tmp_path / "notebooks"
    folder.mkdir()

    def write(name: str, *sources: str, parameters: str = "") -> Path:
        cells: list[Any] = [new_code_cell(parameters, metadata={"tags": ["parameters"]})]
        for number, source in enumerate(sources, start=1):
            cells += [new_markdown_cell(f"## Step {number} · Do it"), new_code_cell(source)]
        nbformat.write(new_notebook(cells=cells, metadata=METADATA), folder / f"{name}.ipynb")
        return folder

    return write
