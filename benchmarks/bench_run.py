"""`make run` beside the same notebooks with empty cells under plain papermill, interleaved.

    python -m benchmarks run

The waits that the notebooks state, in cells that call a `wait_…` function, sleep, or have patience, are told apart.
"""

from __future__ import annotations

import os
import platform
import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parent.parent
ROUNDS = 3
PLAIN = """
import sys, papermill
for path in sys.argv[2:]:
    papermill.execute_notebook(path, f"{sys.argv[1]}/{path.rsplit('/', 1)[-1]}", progress_bar=False)
"""
WAIT = re.compile(r"\bwait_(?:until|for)_\w+\(|\bpatience=patience|\bsleep\(")


def main() -> None:
    ours: list[float] = []
    waits: list[float] = []
    plain: list[float] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        empty = [write_empty(path, folder) for path in sorted((ROOT / "notebooks").glob("[0-9]*.ipynb"))]
        for number in range(ROUNDS):
            output = folder / f"ours-{number}"
            ours.append(take_time("-m", "workshop_lib.cli", "run", "--output", str(output)))
            waits.append(sum(stated_waits(path) for path in output.glob("[0-9]*.ipynb")))
            (folder / f"plain-{number}").mkdir()
            plain.append(take_time("-c", PLAIN, str(folder / f"plain-{number}"), *map(str, empty)))
    run, waited, floor = (statistics.median(values) for values in (ours, waits, plain))
    print(f"{platform.platform()}, {os.cpu_count()} cores, Python {platform.python_version()}, {ROUNDS} rounds")
    print(f"{'make run':28}{run:6.1f} s   (in cells that wait: {waited:.1f} s)")
    print(f"{'empty cells, papermill':28}{floor:6.1f} s")
    print(f"{'ratio, stated waits aside':28}{(run - waited) / floor:6.2f} x   (limit: 2; with waits {run / floor:.2f})")


def take_time(*arguments: str) -> float:
    """Seconds that this Python takes for `arguments`."""
    began = time.perf_counter()
    subprocess.run([sys.executable, *arguments], cwd=ROOT, check=True, capture_output=True)
    return time.perf_counter() - began


def write_empty(path: Path, folder: Path) -> Path:
    """Copy a notebook without its code; papermill runs no cell of it, but starts and ends its kernel."""
    document = nbformat.read(path, as_version=4)
    for cell in document.cells:
        if cell.cell_type == "code":
            cell.source = ""
    nbformat.write(document, folder / path.name)
    return folder / path.name


def stated_waits(path: Path) -> float:
    """Seconds that an executed notebook spent in cells that wait for the cloud."""
    cells = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    return sum(float(cell.metadata.papermill.duration or 0) for cell in cells if WAIT.search(cell.source))


if __name__ == "__main__":
    main()
