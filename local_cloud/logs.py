"""Where the output of functions goes: log groups and streams in moto's CloudWatch Logs, which any client can read."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence

from moto.backends import get_backend

from local_cloud.call import ACCOUNT_ID


class FunctionLogs:
    """Keeps log lines, making groups and streams as they are needed.

    Args:
        lock: The cloud's lock; moto is not safe for threads.
        now: Seconds since the epoch; a seam for tests.
    """

    def __init__(self, *, lock: threading.RLock, now: Callable[[], float] = time.time) -> None:
        self._lock = lock
        self._now = now

    def keep(self, group: str, region: str, stream: str, lines: Sequence[str]) -> None:
        """Append lines to a stream, all with the time of this call.

        Args:
            group: Such as `/aws/lambda/us-east-1.site`.
            region: Where the function ran; an edge logs in its own region.
            stream: One for each function environment.
            lines: What the function wrote; none adds nothing, but the stream is made.
        """
        logs = get_backend("logs")[ACCOUNT_ID][region]
        events = [{"timestamp": int(self._now() * 1000), "message": line} for line in lines]
        with self._lock:
            if group not in logs.groups:
                logs.create_log_group(group, {})
            if stream not in logs.groups[group].streams:
                logs.create_log_stream(group, stream)
            if events:
                logs.put_log_events(group, stream, events)
