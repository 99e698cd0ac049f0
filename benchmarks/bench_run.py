"""`make run` beside the same notebooks with empty cells under plain papermill, interleaved.

    python -m benchmarks run             about nine minutes; one round: python -m benchmarks.bench_run 1

A run in which what takes long on AWS takes no time tells the stated waits apart: `--speed 20000` instead of 200, and
TTLs of 0 for the drills. What the drills record by the clock, and say so in their outputs ("180 requests in 9 s"), is
set aside as well.
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
WITHOUT_WAITS = ("--speed", "20000", "-p", "switch_ttl=0", "-p", "drill_ttl=0")
PLAIN = """
import sys, papermill
for path in sys.argv[2:]:
    papermill.execute_notebook(path, f"{sys.argv[1]}/{path.rsplit('/', 1)[-1]}", progress_bar=False)
"""


def main(rounds: int = ROUNDS) -> None:
    seconds: dict[str, list[float]] = {"make run": [], "without stated waits": [], "empty cells, papermill": []}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        empty = [write_empty(path, folder) for path in sorted((ROOT / "notebooks").glob("[0-9]*.ipynb"))]
        for number in range(rounds):
            output = ("run", "--output", str(folder / f"ours-{number}"))
            seconds["make run"].append(take_time("-m", "workshop_cli.main", *output))
            busy = take_time("-m", "workshop_cli.main", *output, *WITHOUT_WAITS)
            seconds["without stated waits"].append(
                busy - sum(map(read_recorded, (folder / f"ours-{number}").glob("0*.ipynb")))
            )
            (folder / f"plain-{number}").mkdir()
            plain = take_time("-c", PLAIN, str(folder / f"plain-{number}"), *map(str, empty))
            seconds["empty cells, papermill"].append(plain)
    print(f"{platform.platform()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    for name, values in seconds.items():
        print(f"{name:28}{statistics.median(values):6.1f} s   (rounds: {' '.join(f'{v:.1f}' for v in values)})")
    run, busy, floor = (statistics.median(values) for values in seconds.values())
    print(f"{'ratio, stated waits aside':28}{busy / floor:6.2f} x   (aim: 2; with waits {run / floor:.2f})")


def take_time(*arguments: str) -> float:
    """Seconds that this Python takes for `arguments`."""
    began = time.perf_counter()
    subprocess.run([sys.executable, *arguments], cwd=ROOT, check=True, capture_output=True)
    return time.perf_counter() - began


def read_recorded(path: Path) -> float:
    """Seconds that an executed notebook says it recorded; of recordings side by side one counts, being as long."""
    outputs = [
        output["data"].get("text/plain", "")
        for cell in nbformat.read(path, as_version=4).cells
        for output in cell.get("outputs", ())
        if "data" in output
    ]
    return sum(map(float, set(re.findall(r"^\d+ requests in ([\d.]+) s:", "\n".join(outputs), re.MULTILINE))))


def write_empty(path: Path, folder: Path) -> Path:
    """Copy a notebook without its code; papermill runs no cell of it, but starts and ends its kernel."""
    document = nbformat.read(path, as_version=4)
    for cell in document.cells:
        if cell.cell_type == "code":
            cell.source = ""
    nbformat.write(document, folder / path.name)
    return folder / path.name


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
