"""Where the project's files are, and what is in its notebooks."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import nbformat

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
EXPECTED_NOTEBOOKS = [
    "00_start_here",
    "01_replicate_the_website",
    "02_build_the_edge_function",
    "03_route_through_cloudfront",
    "04_shift_the_traffic",
    "05_survive_a_region",
    "06_clean_up",
]
LESSONS = ("workshop_lib", "traffic_lab", "workshop_cli")


@cache
def read(path: Path) -> Any:
    """A notebook."""
    return nbformat.read(path, as_version=4)


def sources_of(kind: str, cells: list[Any]) -> list[str]:
    """The sources of the cells of one kind, `"code"` or `"markdown"`."""
    return [cell.source for cell in cells if cell.cell_type == kind]


def python_files(*folders: str) -> list[Path]:
    """All Python files in these folders of the project."""
    return [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]


def pyproject() -> dict[str, Any]:
    """What pyproject.toml says."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
