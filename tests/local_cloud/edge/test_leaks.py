"""After thousands of misses and functions at the edge the process is as large as before."""

from __future__ import annotations

import gc
import os
import sys
import threading
from pathlib import Path

import pytest

from tests.kits.edge import DISABLED, EdgeKit, running_edge, unchanged

LAPS = int(os.environ.get("FUZZ_LAPS", "2"))
A_LAP = 300
MOST_GROWTH = 8 * 1024 * 1024
"""Bytes; a leak of a request with its event keeps some 10 kB of each of thousands."""

POOL = 8
"""Threads that the edge starts one by one, when several requests wait for an origin at once; they stay."""


def lap(edge: EdgeKit) -> tuple[int, int, int]:
    """Misses, each with a function, and refusals; then resident bytes, open files and threads."""
    for number in range(A_LAP):
        assert edge.get(f"/page?{number}").status == 200
        edge.get("/nothing", method="PURGE" if number % 2 else "GET", Range="bytes=x")
    edge.functions.events.clear()
    edge.functions.log_groups.clear()
    edge.buckets.asked.clear()
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    files = len(list(Path("/proc/self/fd").iterdir()))
    return pages * os.sysconf("SC_PAGE_SIZE"), files, threading.active_count()


@pytest.mark.skipif(sys.platform != "linux", reason="reads what Linux says of a process")
def test_misses_and_functions_leave_nothing_behind() -> None:
    with running_edge() as edge:
        edge.buckets.put("/page", "x" * 2000)
        edge.create_with_function(unchanged, policy=DISABLED)
        lap(edge)
        size, files, threads = lap(edge)
        for _ in range(LAPS):
            after = lap(edge)

    assert after[0] - size < MOST_GROWTH
    assert after[1] <= files + POOL
    assert after[2] <= threads + POOL
