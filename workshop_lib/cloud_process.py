"""Starts the local cloud as a process, and gives the variables that lead to it.

All local clouds are started here. `start_shared_cloud` starts one that outlives this program, `own_cloud` one that ends
with a block. The local cloud is another program. It is reached by its command line and the JSON that it prints, and
nothing of it is imported here.
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
BUSY = 3
"""Exit status of `python -m local_cloud` for a cloud that lives but doesn't answer. The output says what to do."""
MOST_TOLD = 1000
"""How many of the last characters of the local cloud's output an error quotes."""


def as_flags(options: Mapping[str, object]) -> list[str]:
    """Write options for the command line: `{"edge_port": 8081}` becomes `--edge-port=8081`.

    None is left out. An option with a tuple is repeated.
    """
    return [
        f"--{name.replace('_', '-')}={value}"
        for name, given in options.items()
        for value in (given if isinstance(given, tuple) else (given,))
        if value is not None
    ]


def start_shared_cloud(
    options: Mapping[str, object] | None = None, *, command: Sequence[str] = START
) -> dict[str, str]:
    """Start the local cloud that all programs of a user share, or find the running one. It outlives this program.

    Args:
        options: Options of `python -m local_cloud start`. They have no effect if a local cloud runs.
        command: The command that starts it. A seam for tests.

    Returns:
        Its variables.

    Raises:
        CloudNotReachable: It did not start, or the running one doesn't answer. The error quotes its output.
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
        except KeyboardInterrupt:
            # Ctrl-C reaches the starter too, which then ends the cloud. Killing the starter would leave the cloud.
            with suppress(subprocess.TimeoutExpired):
                starter.wait(timeout=5)
            starter.terminate()
            raise
        except subprocess.TimeoutExpired as error:
            starter.kill()
            raise CloudNotReachable(
                f"The local cloud did not start ({error}). Run `workshop doctor` in a terminal."
            ) from error
    if starter.returncode == BUSY:
        raise CloudNotReachable(complaints.strip().removeprefix("Error: "))
    if starter.returncode:
        raise CloudNotReachable(f"The local cloud did not start. Its output:\n{complaints.strip()[-MOST_TOLD:]}")
    return _parse(said)


def find_shared_cloud() -> dict[str, str]:
    """The variables of the running local cloud that all programs of a user share. Empty if none runs.

    Raises:
        CloudNotReachable: It lives, but doesn't answer.
    """
    found = subprocess.run(
        [*PROGRAM, "status", "--json"], check=False, capture_output=True, text=True, encoding="utf-8"
    )
    if found.returncode == BUSY:
        raise CloudNotReachable(found.stderr.strip().removeprefix("Error: "))
    return {} if found.returncode else _parse(found.stdout)


@contextmanager
def own_cloud(folder: Path, options: Mapping[str, object]) -> Iterator[dict[str, str]]:
    """Run a local cloud while the block runs, and give its variables. See `starting_cloud`."""
    with starting_cloud(folder, options) as find_environment:
        yield find_environment()


@contextmanager
def starting_cloud(folder: Path, options: Mapping[str, object]) -> Iterator[Callable[[], dict[str, str]]]:
    """Run a local cloud while the block runs. Gives a function that waits for it and returns its variables.

    It has its own state and ports. It ends when its standard input closes. The operating system closes it even if this
    process is killed.

    Args:
        folder: For its state, its log, and the names file of the run.
        options: Options of `python -m local_cloud serve`, such as `{"edge_port": 8081}`. None is left out.

    Raises (the function):
        CloudNotReachable: It did not start. The error quotes its last output.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    log_file = folder / "local-cloud.log"
    detached = (
        {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}  # type: ignore[attr-defined,unused-ignore]
        if sys.platform == "win32"
        else {"start_new_session": True}
    )  # Ctrl-C must not reach the cloud, which has to live until the last kernel has ended
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
            process.terminate()  # a cloud that is still starting doesn't notice that its standard input closes
        _end(process)


def _read_environment(process: subprocess.Popen[str], log_file: Path) -> dict[str, str]:
    """Wait for the line with the cloud's variables."""
    assert process.stdout
    lines: Queue[str] = Queue()
    threading.Thread(target=_read_first_line, args=(process.stdout, lines), daemon=True).start()
    try:
        line = lines.get(timeout=START_TIMEOUT)
    except Empty:
        line = ""
    if not line:
        said = log_file.read_text(encoding="utf-8", errors="replace").strip()
        raise CloudNotReachable(f"The local cloud did not start. Its output:\n{said[-MOST_TOLD:]}")
    return _parse(line)


def _read_first_line(source: IO[str], lines: Queue[str]) -> None:
    """Put the first line in the queue, and keep reading, so that the cloud never blocks on a full pipe."""
    lines.put(source.readline())
    for _ in source:
        pass
    source.close()


def _parse(said: str) -> dict[str, str]:
    try:
        return dict(json.loads(said))
    except ValueError as error:
        raise CloudNotReachable(
            f"The local cloud did not start ({error}). Run `workshop doctor` in a terminal."
        ) from error


def _end(process: subprocess.Popen[str]) -> None:
    assert process.stdin
    process.stdin.close()
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
