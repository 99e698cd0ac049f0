"""The folder of one cloud for its functions: their code, their output and their temporary files.

A cloud that is killed leaves it behind. It holds a lock file in it as long as it lives, so the next cloud can tell and
removes it.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from local_cloud.file_locks import exclusively, is_held

PREFIX = "local-cloud-functions-"
LOCK = "lock"
YOUNG = 60.0
"""Seconds; a younger folder may belong to a cloud that hasn't made its lock yet."""


class Workspace:
    """Makes folders inside the cloud's own one, which is made when it is first needed."""

    def __init__(self) -> None:
        self._folder: Path | None = None
        self._lifetime = ExitStack()

    def make_folder(self, kind: str) -> Path:
        """Make a new folder. Only this user can enter it."""
        if self._folder is None:
            folder = Path(tempfile.mkdtemp(prefix=PREFIX)).resolve()
            self._lifetime.callback(shutil.rmtree, folder, ignore_errors=True)
            self._lifetime.enter_context(exclusively(folder / LOCK, 1))
            self._folder = folder
        return Path(tempfile.mkdtemp(prefix=f"{kind}-", dir=self._folder))

    def close(self) -> None:
        """Remove everything. May be repeated, and the workspace may be used again."""
        self._folder = None
        self._lifetime.close()


def sweep(where: Path | None = None, *, least_age: float = YOUNG) -> None:
    """Remove the folders of this user's clouds that were killed. What other users or programs made stays.

    Args:
        where: The folder to look in, by default this machine's for temporary files.
        least_age: Seconds; younger folders stay.
    """
    for folder in (where or Path(tempfile.gettempdir())).glob(f"{PREFIX}*"):
        try:
            about = folder.lstat()
            is_old = time.time() - about.st_mtime > least_age
            is_ours = not folder.is_symlink() and (not hasattr(os, "getuid") or about.st_uid == os.getuid())
            if is_ours and is_old and (folder / LOCK).is_file() and not is_held(folder / LOCK):
                shutil.rmtree(folder, ignore_errors=True)
        except OSError:  # another cloud is removing it
            continue
