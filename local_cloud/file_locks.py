"""Lock files. The system releases a lock when the process that holds it ends, however it ends."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from local_cloud.private_files import open_private

_BEHIND_THE_TEXT = 1 << 30
"""Windows locks bytes, which others then can't read. This one is behind what a lock file contains."""


class LockTimeoutError(Exception):
    """Another process held a lock for too long."""


@contextlib.contextmanager
def exclusively(path: Path, seconds: float) -> Iterator[IO[bytes]]:
    """Hold a lock file while the block runs, and give the file.

    Args:
        path: The file; it is made if it doesn't exist.
        seconds: How long to wait for another process that holds it.

    Raises:
        LockTimeoutError: It still holds it.
        OSError: The file can't be opened for writing.
    """
    deadline = time.monotonic() + seconds
    with open_private(path, "a+b") as file:
        while not _try_lock(file, exclusive=True):
            if time.monotonic() > deadline:
                raise LockTimeoutError(f"Another process has held {path} for {seconds:g} s.")
            time.sleep(0.02)
        yield file  # closing the file releases the lock


def is_held(path: Path) -> bool:
    """Whether a process holds a lock file. Asking doesn't hinder others who ask."""
    try:
        with open_private(path, "rb") as file:
            return not _try_lock(file, exclusive=False)
    except FileNotFoundError:
        return False


def _try_lock(file: IO[bytes], *, exclusive: bool) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            file.seek(_BEHIND_THE_TEXT)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
            if not exclusive:
                msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, (fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH) | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
