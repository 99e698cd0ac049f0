"""The runner, with notebooks of a few cells: what it does when one fails, and that it leaves nothing behind."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4
from xml.etree import ElementTree

import nbformat
import pytest
from click.testing import CliRunner

from tests.kits.processes import MARK, find_processes, start_workshop, wait_for
from workshop_cli.main import main
from workshop_cli.runs.kernels import start_kernels
from workshop_cli.runs.plan import make_plan
from workshop_cli.runs.report import RunResult, render_failure
from workshop_cli.runs.runner import run_notebooks

SIGNALS = [signal.SIGINT, signal.SIGKILL] if sys.platform != "win32" else []
LONG = "import pathlib, threading; pathlib.Path('began').touch(); threading.Event().wait(600)"

WriteNotebook = Callable[..., Path]


def run(
    folder: Path,
    output: Path,
    *,
    mark: str = "",
    given: dict[str, str] | None = None,
    say: Callable[[str], None] = lambda _: None,
    cell_timeout: float = 60,
) -> RunResult:
    """Run notebooks without any cloud."""
    plan = make_plan(folder, given=given or {})
    environment = {**os.environ, "GREETING": "hello", MARK: mark}
    return run_notebooks(plan, output=output, environment=environment, say=say, cell_timeout=cell_timeout)


def read_last_value(notebook: Path) -> str:
    """What the last cell of an executed notebook shows."""
    return str(nbformat.read(notebook, as_version=4).cells[-1].outputs[0]["data"]["text/plain"])


def test_a_cell_runs_beside_its_notebook_with_the_parameters_and_environment_of_the_run(
    write_notebook: WriteNotebook, tmp_path: Path
) -> None:
    source = "import os, pathlib; [ttl, os.environ['GREETING'], pathlib.Path.cwd().name]"
    folder = write_notebook("00_first", source, parameters="ttl = 60")

    result = run(folder, tmp_path, given={"ttl": "5"})

    assert result.outcome == "passed"
    assert read_last_value(tmp_path / "00_first.ipynb") == "[5, 'hello', 'notebooks']"


def test_a_kernel_is_this_python_whatever_kernels_the_machine_has(
    write_notebook: WriteNotebook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    foreign = tmp_path / "kernels" / "python3" / "kernel.json"
    foreign.parent.mkdir(parents=True)
    foreign.write_text('{"argv": ["false"], "display_name": "Another", "language": "python"}', encoding="utf-8")
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))

    result = run(write_notebook("00_first", "import sys; sys.executable"), tmp_path)

    assert result.outcome == "passed"
    assert read_last_value(tmp_path / "00_first.ipynb") == repr(sys.executable)


def test_a_kernel_shares_no_history_and_logs_no_errors(write_notebook: WriteNotebook, tmp_path: Path) -> None:
    source = "shell = get_ipython(); [shell.history_manager.enabled, shell.config.IPKernelApp.log_level]"

    run(write_notebook("00_first", source), tmp_path)

    assert read_last_value(tmp_path / "00_first.ipynb") == "[False, 50]"


def test_the_next_kernel_starts_when_one_is_taken(tmp_path: Path) -> None:
    mark, notebooks = uuid4().hex, [tmp_path / name for name in ("00.ipynb", "01.ipynb", "02.ipynb")]
    with start_kernels(notebooks, {**os.environ, MARK: mark}) as kernels:
        started = [len(find_processes(mark)) for _ in kernels]

    assert started == [2, 3, 3]
    assert find_processes(mark) == []


def test_a_kernel_ends_with_its_notebook(write_notebook: WriteNotebook, tmp_path: Path) -> None:
    write_notebook("00_first", "import os, pathlib; pathlib.Path('pid').write_text(str(os.getpid()))")
    source = "import pathlib, psutil; psutil.pid_exists(int(pathlib.Path('pid').read_text()))"
    folder = write_notebook("01_second", source)

    run(folder, tmp_path)

    assert read_last_value(tmp_path / "01_second.ipynb") == "False"


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("1 / 0", "ZeroDivisionError: division by zero"),
        ("import os; os._exit(1)", "DeadKernelError: the kernel died"),
        ("import threading; threading.Event().wait(600)", "CellTimeoutError: took more than 2 s"),
    ],
)
def test_a_run_that_fails_leaves_no_kernel(
    write_notebook: WriteNotebook, tmp_path: Path, source: str, reason: str
) -> None:
    mark = uuid4().hex
    write_notebook("00_first", source)
    folder = write_notebook("01_second", "1 + 1")

    result = run(folder, tmp_path, mark=mark, cell_timeout=2)

    assert result.failure
    assert (result.failure.source, result.failure.reason) == (source, reason)
    assert find_processes(mark) == []


def test_a_failing_cell_is_quoted_and_kept_and_what_follows_is_skipped(
    write_notebook: WriteNotebook, tmp_path: Path
) -> None:
    write_notebook("00_first", "1 + 1")
    write_notebook("01_second", "2 + 2", "raise ValueError('the bucket is empty')", "3 + 3")
    folder = write_notebook("02_third", "4 + 4")

    said: list[str] = []
    result = run(folder, tmp_path, say=said.append)

    assert [line.rpartition(",")[0] for line in said] == ["✔ 00_first: 1 of 1 steps", "✘ 01_second: 1 of 3 steps"]
    assert result.failure
    assert "raise ValueError('the bucket is empty')" in render_failure(result.failure)
    assert result.failure.reason == "ValueError: the bucket is empty"
    assert "the bucket is empty" in (tmp_path / "01_second.ipynb").read_text(encoding="utf-8")
    assert "the bucket is empty" in (tmp_path / "index.html").read_text(encoding="utf-8")
    cases = ElementTree.parse(tmp_path / "junit.xml").iter("testcase")
    outcomes = [next((child.tag for child in case), "passed") for case in cases]
    assert outcomes == ["passed", "passed", "failure", "skipped", "skipped"]


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["-p", "tll=5"], "None of the notebooks that would run has a parameter 'tll'. Known parameters: ttl."),
        (["-p", "ttl"], "write -p NAME=VALUE"),
        (["-p", "ttl=soon"], "ttl=soon has another type than the notebook's default, 60."),
        (["--from", "7"], "There is no notebook '7'. Choose one of: 00_first."),
    ],
)
def test_a_wrong_request_is_refused_before_anything_starts(
    write_notebook: WriteNotebook, tmp_path: Path, arguments: list[str], complaint: str
) -> None:
    folder = write_notebook("00_first", "1 + 1", parameters="ttl = 60")
    output = tmp_path / "output"

    answer = CliRunner().invoke(main, ["run", "--notebooks", str(folder), "--output", str(output), *arguments])

    assert answer.exit_code == 2
    assert complaint in answer.output
    assert not output.exists()


UNDO = f"""
import contextlib, pathlib
with contextlib.ExitStack() as stack:
    stack.callback(pathlib.Path('undone').touch)
    {LONG}
"""


@pytest.mark.skipif(sys.platform == "win32", reason="sends signals to process groups")
def test_a_cell_undoes_what_it_caused_when_the_run_is_interrupted(
    write_notebook: WriteNotebook, tmp_path: Path
) -> None:
    folder = write_notebook("00_first", UNDO)
    runner = start_workshop("run", "--notebooks", folder, "--output", tmp_path / "output", mark=uuid4().hex)
    wait_for("the long cell", (folder / "began").exists)

    os.killpg(runner.pid, signal.SIGINT)
    said, _ = runner.communicate(timeout=30)

    assert (folder / "undone").exists()
    assert "Interrupted." in said
    assert "Traceback" not in said


def test_a_cell_undoes_what_it_caused_when_it_takes_too_long(write_notebook: WriteNotebook, tmp_path: Path) -> None:
    folder = write_notebook("00_first", UNDO)

    run(folder, tmp_path, cell_timeout=1)

    assert (folder / "undone").exists()


@pytest.mark.parametrize("signum", SIGNALS, ids=lambda signum: signum.name)
def test_a_run_that_is_ended_from_outside_leaves_nothing_behind(
    write_notebook: WriteNotebook, tmp_path: Path, signum: signal.Signals
) -> None:
    output, mark = tmp_path / "output", uuid4().hex
    write_notebook("00_first", "1 + 1", LONG, "2 + 2")
    folder = write_notebook("01_second", "3 + 3")
    runner = start_workshop("run", "--notebooks", folder, "--output", output, mark=mark)
    wait_for("the long cell", (folder / "began").exists)
    assert len(find_processes(mark)) >= 4, "the runner, two kernels and the local cloud"

    os.killpg(runner.pid, signum)  # as a terminal does
    said, _ = runner.communicate(timeout=30)

    wait_for("all processes to end", lambda: not find_processes(mark), timeout=15)
    assert (output / "00_first.ipynb").exists()
    if signum == signal.SIGINT:
        assert runner.returncode == 130
        assert "1/4" in said, "what was running or not reached has not passed"
        assert (output / "junit.xml").exists()
