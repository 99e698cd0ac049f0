"""What a function's process writes: to a file, read after each event.

With a pipe the event loop would be woken for every line, and what was written before the answer might be read after
it. A file costs one read an event, and all that was written before the answer is in it.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

LARGEST_OUTPUT = 1_048_576
"""Bytes that are kept of what a function writes during one event, so that one that never stops writing does no harm."""

_CUT = b"\n(more than 1 MB; the rest is not kept)\n"


class Output:
    """Lines for the log: those of the process, and those that Lambda itself writes.

    Args:
        path: The file. It is removed at the end.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        # Two files: each has a position of its own, and the process, which gets the first, always writes at the end.
        self.file = self._path.open("ab", buffering=0)
        self._reader = self._path.open("rb", buffering=0)
        self._lines: list[str] = []

    def read(self) -> None:
        """Take over what the process has written so far; an unfinished line counts as a line."""
        if self._reader.closed:
            return
        data = self._reader.read(LARGEST_OUTPUT + 1)
        if not data:
            return
        if len(data) > LARGEST_OUTPUT:
            data = data[:LARGEST_OUTPUT] + _CUT
        self._lines.extend(line.decode("utf-8", "replace") for line in data.removesuffix(b"\n").split(b"\n"))
        if self._reader.tell() > LARGEST_OUTPUT:
            self._forget()

    def add(self, line: str) -> None:
        """A line that Lambda itself writes."""
        self._lines.append(line)

    def take(self) -> list[str]:
        """The lines since the last time."""
        lines, self._lines = self._lines, []
        return [line.replace("\r", "\n") for line in lines]  # AWS's runtime separates the lines of one message so

    def bound(self) -> None:
        """Drop what is beyond the largest output; for a process that goes on writing, every second."""
        with suppress(OSError):  # Windows may refuse while the process writes
            if os.fstat(self.file.fileno()).st_size > self._reader.tell() + 2 * LARGEST_OUTPUT:
                self.file.truncate(self._reader.tell() + LARGEST_OUTPUT + 1)

    def close(self) -> None:
        """Read the rest and remove the file, once the process is gone. May be repeated."""
        self.read()
        self.file.close()
        self._reader.close()
        self._path.unlink(missing_ok=True)

    def _forget(self) -> None:
        """Empty the file, so that it stays small however long the process lives."""
        with suppress(OSError):
            self.file.truncate(0)
            self._reader.seek(0)
