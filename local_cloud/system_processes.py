"""Processes of the operating system: start one apart from this terminal, see whether it lives, ask it to end."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any


def spawn_apart(command: Sequence[str], log: IO[bytes]) -> subprocess.Popen[bytes]:
    """Start a program so that it outlives this process and doesn't get this terminal's Ctrl-C.

    Args:
        command: The program and its arguments. It gets no variable of AWS, because it calls no AWS.
        log: Where its errors go. Other output is dropped: it has the secret, which has no place in a log.
    """
    apart: dict[str, Any] = {"start_new_session": True}
    if sys.platform == "win32":
        # Not DETACHED_PROCESS: without a console, each function environment would open a window.
        apart = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW}
    return subprocess.Popen(
        command,
        env={name: value for name, value in os.environ.items() if not name.startswith("AWS_")},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=log,
        **apart,
    )


def is_alive(pid: int) -> bool:
    """Whether a process runs. On Windows, `os.kill` would end it, so don't ask there."""
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)  # if it is a child of this process, reap it
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return not _is_only_listed(pid)


def ask_to_end(pid: int) -> None:
    """Ask a process to end. One that is suspended is continued, so that it gets the request."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(pid, signal.SIGTERM)
        if sys.platform != "win32":
            os.kill(pid, signal.SIGCONT)


def _is_only_listed(pid: int) -> bool:
    """Whether a process has ended but wasn't reaped by its parent. In a container it may stay so."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] == "Z"
    except (OSError, IndexError):  # only Linux has such files
        return False
