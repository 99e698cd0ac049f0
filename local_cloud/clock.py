"""Time in the local cloud: AWS's long waits, shortened by one factor."""

from __future__ import annotations

import time
from collections.abc import Callable


class Clock:
    """Tells the time and shortens waits.

    What takes minutes or hours on AWS (deploying a distribution, removing edge replicas, health-check
    intervals, replication) is divided by `speed`. TTLs, of DNS and of caches, are never shortened.

    Args:
        speed: How many times faster than AWS. 1 waits as long as AWS does.
        now: Seconds since the epoch; a seam for tests.
    """

    def __init__(self, speed: float = 200.0, *, now: Callable[[], float] = time.time) -> None:
        if speed <= 0:
            raise ValueError(f"speed must be above 0, not {speed}")
        self.speed = speed
        self.now = now

    def scaled(self, aws_seconds: float) -> float:
        """Seconds that something takes here which takes `aws_seconds` on AWS."""
        return aws_seconds / self.speed
