"""Files and folders that other users of this machine can neither read nor replace.

Windows keeps a user's folders from other users by itself. There, modes and owners mean nothing and are not checked.
"""

from __future__ import annotations

import os
import secrets
import stat
from pathlib import Path
from typing import IO, Any

_NO_LINKS = getattr(os, "O_NOFOLLOW", 0)
_MINE = 0o700
_FLAGS = {
    "r": os.O_RDONLY,
    "rb": os.O_RDONLY,
    "a": os.O_WRONLY | os.O_CREAT | os.O_APPEND,
    "x": os.O_WRONLY | os.O_CREAT | os.O_EXCL,
    "wb": os.O_WRONLY | os.O_CREAT | os.O_TRUNC,
    "a+b": os.O_RDWR | os.O_CREAT | os.O_APPEND,
}


def make_private_folder(folder: Path) -> Path:
    """Make a folder that only its owner may enter, or take that right from others. Safe to repeat.

    Args:
        folder: The folder. Missing parents are made too.

    Raises:
        PermissionError: It is a link, belongs to another user, or is a place for everyone, such as `/tmp`.
    """
    if not folder.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=_MINE, exist_ok=True)
    if not hasattr(os, "getuid"):
        return folder
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode):
        raise PermissionError(f"{folder} is a link or a file, and no folder.")
    if found.st_uid != os.getuid() or found.st_mode & stat.S_ISVTX:
        raise PermissionError(f"{folder} belongs to others too.")
    if stat.S_IMODE(found.st_mode) != _MINE:
        folder.chmod(_MINE)
    return folder


def open_private(file: Path, mode: str) -> IO[Any]:
    """Open a file, make it if it is to be written, and keep it from other users. A link is not followed.

    Args:
        file: The file.
        mode: `"r"`, `"rb"`, `"a"`, `"x"`, `"wb"` or `"a+b"`, as for `open`.

    Raises:
        OSError: It can't be opened, is a link, or belongs to another user.
    """
    handle = os.open(file, _FLAGS[mode] | _NO_LINKS | getattr(os, "O_BINARY", 0), 0o600)
    opened = os.fdopen(handle, mode, encoding=None if "b" in mode else "utf-8")
    if hasattr(os, "getuid"):
        found = os.fstat(opened.fileno())
        if found.st_uid != os.getuid() or not stat.S_ISREG(found.st_mode):
            opened.close()
            raise PermissionError(f"{file} is not a file of your own. Remove it.")
        if stat.S_IMODE(found.st_mode) & 0o077:
            os.fchmod(opened.fileno(), 0o600)
    return opened


def write_private(file: Path, text: str) -> None:
    """Replace a file in one step, so that a reader finds the old text or the new one."""
    draft = file.with_name(f".{file.name}.{secrets.token_hex(8)}")
    with open_private(draft, "x") as opened:
        opened.write(text)
    draft.replace(file)
