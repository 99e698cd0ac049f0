"""A local cloud for one run only: it has its own state and ports, and it ends when the run ends, however that is.

The local cloud is another program, reached by its command line and the environment it prints; nothing of it is
imported here.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, Queue
from typing import IO

from workshop_lib.errors import CloudNotReachable

EXPORT = re.compile(r"\s*(?:export |\$env:)(\w+) ?= ?(.*)")
"""A line by which the local cloud says what belongs into the environment, for a POSIX shell or PowerShell."""

NEEDED = {
    "AWS_ENDPOINT_URL",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_DEFAULT_REGION",
    "WORKSHOP_EDGE_URL",
    "WORKSHOP_EDGE_LOCATIONS",
    "WORKSHOP_NAMESERVER",
    "WORKSHOP_CONTROL_URL",
}
LAST_WORDS = 8
START_TIMEOUT = 30.0


@contextmanager
def own_cloud(folder: Path, options: Mapping[str, object]) -> Iterator[dict[str, str]]:
    """Run a local cloud while the block runs; gives the variables which lead to it. See `starting_cloud`."""
    with starting_cloud(folder, options) as find_environment:
        yield find_environment()


@contextmanager
def starting_cloud(folder: Path, options: Mapping[str, object]) -> Iterator[Callable[[], dict[str, str]]]:
    """Run a local cloud while the block runs; gives what waits for it and returns the variables which lead to it.

    It ends when its standard input closes. The operating system sees to that even if this process is killed.

    Args:
        folder: Where it keeps its state, its log, and the names file of the run.
        options: Options of `python -m local_cloud serve`, such as `{"edge_port": 8081}`; None is left out.

    Raises (what is given):
        CloudNotReachable: It did not start; the error carries what it said last.
    """
    folder.mkdir(parents=True, exist_ok=True)
    given = [f"--{name.replace('_', '-')}={value}" for name, value in options.items() if value is not None]
    detached = (
        {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}  # type: ignore[attr-defined,unused-ignore]
        if sys.platform == "win32"
        else {"start_new_session": True}
    )  # Ctrl-C is for us; the cloud has to live until the last kernel is gone
    with (folder / "local-cloud.log").open("w", encoding="utf-8") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "local_cloud", "serve", "--until-stdin-closes", *given],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            env={**os.environ, "WORKSHOP_STATE_DIR": str(folder), "PYTHONUNBUFFERED": "1"},
            **detached,  # type: ignore[arg-type]
        )
        environment = {"WORKSHOP_STATE_DIR": str(folder), "WORKSHOP_NAMES": str(folder / "workshop-names.json")}

        def find_environment() -> dict[str, str]:
            environment.update(_read_environment(process, log))
            return environment

        try:
            yield find_environment
        finally:
            if not environment.keys() >= NEEDED:
                process.terminate()  # a cloud that only just starts does not listen yet to what ends it
            _end(process)


def _read_environment(process: subprocess.Popen[str], log: IO[str]) -> dict[str, str]:
    assert process.stdout
    lines: Queue[str] = Queue()
    threading.Thread(target=_pump, args=(process.stdout, log, lines), daemon=True).start()
    environment: dict[str, str] = {}
    said: list[str] = []
    while not environment.keys() >= NEEDED:
        try:
            line = lines.get(timeout=START_TIMEOUT)
        except Empty:
            line = ""
        if not line:
            raise CloudNotReachable("The local cloud did not start. It said:\n" + "".join(said[-LAST_WORDS:]))
        said.append(line)
        if match := EXPORT.match(line):
            environment[match[1]] = "".join(shlex.split(match[2]))
    return environment


def _pump(source: IO[str], log: IO[str], lines: Queue[str]) -> None:
    """Keep reading, so that the cloud never blocks on a full pipe."""
    for line in source:
        lines.put(line)
        if not log.closed:
            log.write(line)
            log.flush()
    source.close()
    lines.put("")


def _end(process: subprocess.Popen[str]) -> None:
    assert process.stdin
    process.stdin.close()
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
