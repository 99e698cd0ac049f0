"""After thousands of requests of all kinds the process is as large as before, and has as many threads and files."""

from __future__ import annotations

import gc
import os
import sys
import threading
import tracemalloc
from pathlib import Path

import pytest

from local_cloud.cloud import LocalCloud
from tests.local_cloud.front.junk import Fuzz, operations, request_of
from tests.local_cloud.front.wire import JUNK, Converse

LAPS = int(os.environ.get("FUZZ_LAPS", "2"))
A_LAP = 300
PER_REQUEST = 150
"""Bytes that may stay per refused request; a leak of a request keeps thousands."""


def lap(cloud: LocalCloud, fuzz: Fuzz) -> None:
    for number in range(A_LAP):
        service = ("s3", "iam", "lambda", "cloudfront", "route53")[number % 5]
        reads = [name for name in operations(service) if name.startswith(("Get", "List", "Head"))]
        cloud.gateway.respond(fuzz.request(service, fuzz.random.choice(reads), wrong=0.2))
        cloud.gateway.respond(request_of("PUT", "/site/page", body=b"x" * 2000, signed="iam"))
    cloud.call_log.clear()
    gc.collect()


def test_refused_requests_leave_nothing_in_memory(cloud: LocalCloud) -> None:
    cloud.reset()
    fuzz = Fuzz(1, {})
    lap(cloud, fuzz)
    lap(cloud, Fuzz(2, {}))
    tracemalloc.start()
    try:
        lap(cloud, Fuzz(1, {}))
        before = tracemalloc.get_traced_memory()[0]
        for _ in range(LAPS):
            lap(cloud, Fuzz(1, {}))
        grown = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert grown < PER_REQUEST * 2 * A_LAP * LAPS


@pytest.mark.skipif(sys.platform != "linux", reason="counts open files as Linux lists them")
@pytest.mark.parametrize("to", ["gateway", "edge"])
def test_junk_leaves_no_file_and_no_thread_behind(cloud: LocalCloud, converse: Converse, to: str) -> None:
    good = b"GET /_local_cloud/health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"

    def send_all() -> tuple[int, int]:
        for junk in JUNK.values():
            converse(junk, to=to, patience=0.02)
        for _ in range(3):
            converse(good, to=to)
        return len(list(Path("/proc/self/fd").iterdir())), threading.active_count()

    send_all()
    files, threads = send_all()
    for _ in range(LAPS):
        after = send_all()
    assert after[0] <= files + 8
    assert after[1] <= threads
