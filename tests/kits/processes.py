"""Starts the command `workshop` as a person would, and finds every process that it started."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Event

import psutil

MARK = "WORKSHOP_TEST_RUN"
"""An environment variable that every process of one run inherits, so all can be found."""

_started: list[tuple[str, subprocess.Popen[str]]] = []


def start_workshop(
    *arguments: str | Path, mark: str, cwd: Path | None = None, **environment: str
) -> subprocess.Popen[str]:
    """Start the command `workshop` without this terminal, and without inherited WORKSHOP_ and AWS_ variables.

    It ends with the test at the latest.
    """
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("WORKSHOP_", "AWS_"))}
    program = subprocess.Popen(
        [sys.executable, "-m", "workshop_cli.main", *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        env={**inherited, **environment, MARK: mark, "PYTHONIOENCODING": "utf-8"},
        cwd=cwd,
        start_new_session=True,
    )
    _started.append((mark, program))
    return program


def end_what_was_started() -> None:
    """End processes that a failed test left behind. Their `ResourceWarning` would fail a later test."""
    while _started:
        mark, program = _started.pop()
        if program.poll() is None:
            program.kill()
            for process in find_processes(mark):
                process.kill()
        with program:
            pass  # closes the pipe and waits


def find_processes(mark: str) -> list[psutil.Process]:
    """All running processes of the run with this mark."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get(MARK) == mark and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except psutil.Error:
            continue  # not readable for this user, or ended meanwhile
    return found


def wait_for(what: str, is_done: Callable[[], bool], *, timeout: float = 60) -> None:
    """Call `is_done` until it returns true."""
    pause = Event()
    for _ in range(int(timeout / 0.05)):
        if is_done():
            return
        pause.wait(0.05)
    raise AssertionError(f"{what}: not within {timeout:g} seconds")
