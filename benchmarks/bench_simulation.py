"""Ten million viewers' requests, simulated: a change of weights, an outage, and a site that caches nothing.

    python -m benchmarks simulation

Everything is followed: each request through its regional edge cache, each miss through a function environment, each
look-up to a draw by weight. The first round is thrown away. There is no peer; the seconds are of the machine named.
"""

from __future__ import annotations

import os
import platform
import statistics
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from traffic_lab.model.simulation import simulate_traffic

REQUESTS = 10_000_000
IRELAND, SINGAPORE = "eu-west-1", "ap-southeast-1"
SWITCH: dict[str, Any] = {
    "weights": {IRELAND: 255, SINGAPORE: 0},
    "new_weights": {IRELAND: 0, SINGAPORE: 255},
    "change_at": 100.0,
}
CASES: dict[str, dict[str, Any]] = {
    "weights change, both TTLs 60 s": {},
    "weights change, both TTLs 5 s": {"dns_ttl": 5.0, "edge_ttl": 5.0},
    "an outage, found after 30 s": {"failing": IRELAND, "fails_at": 70.0},
    "nothing cached, DNS TTL 60 s": {"edge_ttl": 0.0},
}


def main(rounds: int = 5) -> None:
    """Measure, and print seconds, of which at work, and requests in a second."""
    print(f"{platform.platform()}, {os.cpu_count()} cores, Python {platform.python_version()}, NumPy {np.__version__}")
    taken: dict[str, list[float]] = {name: [] for name in CASES}
    worked: dict[str, list[float]] = {name: [] for name in CASES}
    for _ in range(rounds + 1):
        for name, case in CASES.items():
            began, work = time.perf_counter(), time.process_time()
            simulate_traffic(**SWITCH, **case, requests=REQUESTS)
            taken[name].append(time.perf_counter() - began)
            worked[name].append(time.process_time() - work)
    for name, seconds in taken.items():
        median = statistics.median(seconds[1:])
        every = " ".join(f"{one:.2f}" for one in seconds[1:])
        cpu = statistics.median(worked[name][1:])
        rate = f"{REQUESTS / median / 1e6:5.1f} million requests/s"
        print(f"{name:32} {median:6.2f} s   {cpu:5.2f} s of CPU   {rate}   (rounds: {every})")
    print(f"{REQUESTS:,} requests: at most 5 s is the aim")


if __name__ == "__main__":
    main()
