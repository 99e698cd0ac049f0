"""Starts the local cloud as a process, and gives the variables that lead to it.

Everything that needs a local cloud starts it here: `start_shared_cloud` starts the one that outlives this program,
`own_cloud` one that ends with a block. The local cloud is another program, reached by its command line and the JSON
that it prints; nothing of it is imported here.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from queue import Empty, Queue
from typing import IO

from workshop_lib.errors import CloudNotReachable

PROGRAM = (sys.executable, "-m", "local_cloud")
START = (*PROGRAM, "start")
START_TIMEOUT = 60.0
MOST_TOLD = 1000
"""Characters of what it said last, in an error."""


def as_flags(options: Mapping[str, object]) -> list[str]:
    """Options as the command line wants them: `{"edge_port": 8081}` is `--edge-port=8081`; None is left out."""
    return [f"--{name.replace('_', '-')}={value}" for name, value in options.items() if value is not None]


def start_shared_cloud(
    options: Mapping[str, object] | None = None, *, command: Sequence[str] = START
) -> dict[str, str]:
    """Start the local cloud that all programs of a user share, or find the one that runs. It outlives this program.

    Args:
        options: Options of `python -m local_cloud start`; of no effect if one runs.
        command: What starts it; a seam for tests.

    Returns:
        Its variables.

    Raises:
        CloudNotReachable: It did not start, with what it said.
    """
    with subprocess.Popen(
        [*command, *as_flags(options or {})],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    ) as starter:
        try:
            said, complaints = starter.communicate(timeout=START_TIMEOUT)
        except (
            KeyboardInterrupt
        ):  # it hears the terminal too, and ends what it began; killing it would leave that behind
            with suppress(subprocess.TimeoutExpired):
                starter.wait(timeout=5)
            starter.terminate()
            raise
        except subprocess.TimeoutExpired as error:
            starter.kill()
            raise CloudNotReachable(f"The local cloud did not start ({error}). Run `workshop doctor`.") from error
    if starter.returncode:
        raise CloudNotReachable(f"The local cloud did not start:\n{complaints.strip()[-MOST_TOLD:]}")
    return _parse(said)


@contextmanager
def own_cloud(folder: Path, options: Mapping[str, object]) -> Iterator[dict[str, str]]:
    """Run a local cloud while the block runs; gives the variables that lead to it. See `starting_cloud`."""
    with starting_cloud(folder, options) as find_environment:
        yield find_environment()


@contextmanager
def starting_cloud(folder: Path, options: Mapping[str, object]) -> Iterator[Callable[[], dict[str, str]]]:
    """Run a local cloud while the block runs; gives what waits for it and returns the variables that lead to it.

    It has its own state and ports. It ends when its standard input closes, and the operating system sees to that even
    if this process is killed.

    Args:
        folder: Where it keeps its state, its log, and the names file of the run.
        options: Options of `python -m local_cloud serve`, such as `{"edge_port": 8081}`; None is left out.

    Raises (what is given):
        CloudNotReachable: It did not start; the error carries what it said last.
    """
    folder.mkdir(parents=True, exist_ok=True)
    log_file = folder / "local-cloud.log"
    detached = (
        {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}  # type: ignore[attr-defined,unused-ignore]
        if sys.platform == "win32"
        else {"start_new_session": True}
    )  # Ctrl-C is for us; the cloud has to live until the last kernel is gone
    with log_file.open("w", encoding="utf-8") as log:
        process = subprocess.Popen(
            [*PROGRAM, "serve", "--json", "--until-stdin-closes", *as_flags(options)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            encoding="utf-8",
            env={**os.environ, "WORKSHOP_STATE_DIR": str(folder)},
            **detached,  # type: ignore[arg-type]
        )
    environment: dict[str, str] = {}

    def find_environment() -> dict[str, str]:
        if not environment:
            environment.update(_read_environment(process, log_file))
            environment.update(WORKSHOP_STATE_DIR=str(folder), WORKSHOP_NAMES=str(folder / "workshop-names.json"))
        return environment

    try:
        yield find_environment
    finally:
        if not environment:
            process.terminate()  # a cloud that only just starts does not listen yet to what ends it
        _end(process)


def _read_environment(process: subprocess.Popen[str], log_file: Path) -> dict[str, str]:
    """Wait for the line that says what belongs into the environment."""
    assert process.stdout
    lines: Queue[str] = Queue()
    threading.Thread(target=_read_first_line, args=(process.stdout, lines), daemon=True).start()
    try:
        line = lines.get(timeout=START_TIMEOUT)
    except Empty:
        line = ""
    if not line:
        said = log_file.read_text(encoding="utf-8", errors="replace").strip()
        raise CloudNotReachable(f"The local cloud did not start. It said:\n{said[-MOST_TOLD:]}")
    return _parse(line)


def _read_first_line(source: IO[str], lines: Queue[str]) -> None:
    """Keep reading after it, so that the cloud never blocks on a full pipe."""
    lines.put(source.readline())
    for _ in source:
        pass
    source.close()


def _parse(said: str) -> dict[str, str]:
    try:
        return dict(json.loads(said))
    except ValueError as error:
        raise CloudNotReachable(f"The local cloud did not start ({error}). Run `workshop doctor`.") from error


def _end(process: subprocess.Popen[str]) -> None:
    assert process.stdin
    process.stdin.close()
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
