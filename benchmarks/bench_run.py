"""`make run` beside the same notebooks with empty cells under plain papermill; `make cloud` until it answers."""

from __future__ import annotations

import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import nbformat

from benchmarks import show

ROOT = Path(__file__).resolve().parent.parent
ROUNDS = 3
PLAIN = """
import sys, papermill
for path in sys.argv[2:]:
    papermill.execute_notebook(path, f"{sys.argv[1]}/{path.rsplit('/', 1)[-1]}", progress_bar=False)
"""
WAIT = re.compile(r"\bwait_(?:until|for)_\w+\(")
CONTROL = re.compile(r"WORKSHOP_CONTROL_URL=(\S+)")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        _compare_runs(Path(folder))
        _time_cloud(Path(folder))


def _compare_runs(folder: Path) -> None:
    notebooks = sorted((ROOT / "notebooks").glob("[0-9]*.ipynb"))
    empty = [_empty(path, folder) for path in notebooks]
    ours: list[float] = []
    plain: list[float] = []
    waits: list[float] = []
    for number in range(ROUNDS):
        output = folder / f"run-{number}"
        began = time.perf_counter()
        subprocess.run(
            [sys.executable, "-m", "workshop_lib.cli", "run", "--output", output],
            check=True,
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
        )
        ours.append(time.perf_counter() - began)
        waits.append(sum(_stated_waits(path) for path in output.glob("[0-9]*.ipynb")))
        (folder / "plain").mkdir(exist_ok=True)
        began = time.perf_counter()
        subprocess.run([sys.executable, "-c", PLAIN, folder / "plain", *empty], check=True, stderr=subprocess.DEVNULL)
        plain.append(time.perf_counter() - began)
    run, floor, waited = (statistics.median(values) for values in (ours, plain, waits))
    show(
        "make run / empty cells under plain papermill",
        (run - waited) / floor,
        "at most 2, stated waits aside",
        f"make run {run:.1f} s, of which cells that wait {waited:.1f} s; empty cells {floor:.1f} s; {ROUNDS} rounds",
        f"with the waits: {run / floor:.2f}",
    )


def _empty(path: Path, folder: Path) -> Path:
    document = nbformat.read(path, as_version=4)
    for cell in document.cells:
        if cell.cell_type == "code":
            cell.source = ""
    nbformat.write(document, folder / path.name)
    return folder / path.name


def _stated_waits(path: Path) -> float:
    cells = nbformat.read(path, as_version=4).cells
    waiting = [cell for cell in cells if cell.cell_type == "code" and WAIT.search(cell.source)]
    return sum(float(cell.metadata.papermill.duration or 0) for cell in waiting)


def _time_cloud(folder: Path) -> None:
    """From typing the command to the first answer of the control API."""
    taken = [_start_cloud(folder / f"cloud-{number}") for number in range(2 * ROUNDS + 1)]
    seconds = statistics.median(taken)
    show(
        "make cloud, seconds until it answers", seconds, "at most 1.5", f"{len(taken)} starts, slowest {max(taken):.2f}"
    )


def _start_cloud(state: Path) -> float:
    command = [sys.executable, "-m", "workshop_lib.cli", "cloud"]
    environment = {**os.environ, "WORKSHOP_STATE_DIR": str(state), "PYTHONUNBUFFERED": "1"}
    began = time.perf_counter()
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment
    ) as cloud:
        assert cloud.stdout
        for line in cloud.stdout:
            if found := CONTROL.search(line):
                urllib.request.urlopen(f"{found[1]}/health", timeout=10).close()
                break
        taken = time.perf_counter() - began
        cloud.terminate()
    return taken


if __name__ == "__main__":
    main()
