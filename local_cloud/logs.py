"""CloudWatch Logs: moto's, fed with what functions write."""

from __future__ import annotations

import collections
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

from moto.backends import get_backend

from local_cloud.call import ACCOUNT_ID, Call
from local_cloud.services.service import Service


class _Output(NamedTuple):
    group: str
    region: str
    stream: str
    lines: tuple[str, ...]
    milliseconds: int


class LogsService(Service):
    """Keeps the output of functions, and brings it into moto's log groups before anyone looks.

    So `keep` never waits for the cloud's lock, which whoever invokes the function may hold.

    Args:
        now: Seconds since the epoch; a seam for tests.
        limit: Invocations whose output is kept at most until somebody looks; older ones are lost.
    """

    name = "logs"

    def __init__(self, *, now: Callable[[], float] = time.time, limit: int = 20_000) -> None:
        self._now = now
        self._waiting: collections.deque[_Output] = collections.deque(maxlen=limit)

    def keep(self, group: str, region: str, stream: str, lines: Sequence[str]) -> None:
        """Append what one invocation wrote, with the time of this call. From any thread.

        Args:
            group: Such as `/aws/lambda/us-east-1.site`; made when it is missing, like the stream.
            region: Where the function ran; an edge logs in its own region.
            stream: One for each function environment.
            lines: What the function wrote.
        """
        self._waiting.append(_Output(group, region, stream, tuple(lines), int(self._now() * 1000)))

    def refuse(self, call: Call) -> None:
        """Refuse nothing; every look at the logs comes through here first."""
        while self._waiting:
            _store(self._waiting.popleft())

    def reset(self) -> None:
        """Forget what nobody has looked at; the rest is moto's and forgotten with it."""
        self._waiting.clear()


def _store(output: _Output) -> None:
    logs = get_backend("logs")[ACCOUNT_ID][output.region]
    if output.group not in logs.groups:
        logs.create_log_group(output.group, {})
    if output.stream not in logs.groups[output.group].streams:
        logs.create_log_stream(output.group, output.stream)
    if output.lines:
        events = [{"timestamp": output.milliseconds, "message": line} for line in output.lines]
        logs.put_log_events(output.group, output.stream, events)
