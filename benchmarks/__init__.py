"""What we claim about speed, as commands: `make bench`, or `python -m benchmarks run nameserver` for some of it.

Each `bench_<topic>.py` has a `main()` that prints what it measured. Only ratios from one interleaved run mean anything:
the same figure moves by a factor of two between two runs on a busy machine.
"""

from __future__ import annotations

import os
import platform
import statistics
import sys
import time
from collections.abc import Callable, Mapping


def describe_machine() -> str:
    """One line on what the figures were taken with."""
    return f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"


def measure(cases: Mapping[str, Callable[[], object]], *, rounds: int) -> dict[str, float]:
    """Run each case once a round, in turns; return the median seconds of each."""
    taken: dict[str, list[float]] = {name: [] for name in cases}
    for _ in range(rounds):
        for name, case in cases.items():
            began = time.perf_counter()
            case()
            taken[name].append(time.perf_counter() - began)
    return {name: statistics.median(seconds) for name, seconds in taken.items()}


def show(title: str, ratio: float, claim: str, *details: str) -> None:
    """Print one result: the ratio, what we claim, and the figures behind it."""
    print(f"{title}: {ratio:.2f}  (claim: {claim})")
    for detail in details:
        print(f"    {detail}")
    sys.stdout.flush()
