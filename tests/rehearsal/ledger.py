"""What the learner's programs asked at the door, what the door objects to, and what the machine refused."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from pathlib import Path
from typing import NamedTuple


class Asked(NamedTuple):
    """One HTTP request at the door."""

    time: float
    """Seconds since the epoch."""
    host: str
    method: str
    target: str
    status: int


class Refused(NamedTuple):
    """A look-up or a connection that the learner's machine refused, and the program that wanted it."""

    event: str
    what: str
    program: str


class Ledger:
    """The books of one rehearsal. Threads and processes write them.

    Args:
        machine_file: The file to which the learner's machine adds lines.
    """

    def __init__(self, machine_file: Path) -> None:
        self.machine_file = machine_file
        self.asked: list[Asked] = []
        self.objections: Counter[str] = Counter()
        """What AWS would have refused, or what the kit must never do, and how often."""
        self._lock = threading.Lock()

    def add(self, host: str, method: str, target: str, status: int) -> None:
        """Note a request that was answered."""
        with self._lock:
            self.asked.append(Asked(time.time(), host, method, target, status))

    def object(self, objection: str) -> None:
        """Note an objection."""
        with self._lock:
            self.objections[objection] += 1

    @property
    def programs(self) -> int:
        """How many of the learner's programs imported the machine's `sitecustomize`."""
        return sum(line["event"] == "began" for line in self._read())

    @property
    def refused(self) -> list[Refused]:
        """What the learner's machine refused, oldest first."""
        lines = (line for line in self._read() if line["event"] != "began")
        return [Refused(line["event"], line["what"], " ".join(line["program"])) for line in lines]

    def _read(self) -> list[dict[str, object]]:
        text = self.machine_file.read_text(encoding="utf-8") if self.machine_file.exists() else ""
        return [json.loads(line) for line in text.splitlines()]
