"""The faults that a learner caused, and when they end.

The affected part acts on a fault: S3 in `services/s3/outages.py`, replication in the replicator, DNS in the
nameserver, throttling at the edge. Each part checks `Faults.in_force` first. It is nearly always empty, so the check
costs almost nothing. AWS's own tool for this is the Fault Injection Service.
"""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

S3_UNAVAILABLE, S3_SLOW, S3_REFUSES = "s3-unavailable", "s3-slow", "s3-refuses-connections"
REPLICATION_PAUSED = "replication-paused"
DNS_SILENT, DNS_JUNK = "dns-silent", "dns-junk"
FUNCTION_THROTTLED = "function-throttled"
OF_S3 = (S3_UNAVAILABLE, S3_SLOW, S3_REFUSES)
"""Kinds that need a region. `REPLICATION_PAUSED` may have one, the source bucket's; the others have none."""
KINDS = (*OF_S3, REPLICATION_PAUSED, DNS_SILENT, DNS_JUNK, FUNCTION_THROTTLED)

LONGEST = 600.0
"""Seconds that a fault lasts at most, in case a learner forgets to end it."""
LONGEST_DELAY = 30.0
"""Seconds that `s3-slow` lets a request wait at most."""
MOST = 100
"""Faults in force at a time."""


class ConnectionRefused(ConnectionRefusedError):  # noqa: N818 - an event, not an error
    """Raised for a request to S3 in a region that refuses connections."""


@dataclass(frozen=True)
class Fault:
    """One fault.

    Attributes:
        id: Its number, as a text.
        kind: One of `KINDS`.
        region: The region; None for all regions, or for a kind without a region.
        seconds: How long it lasts if it isn't ended earlier.
        delay: Seconds that each request waits, for `s3-slow`.
        ends_at: When it ends, by the clock of `Faults`.
        over: Set when it ends; delayed requests wait for it.
    """

    id: str
    kind: str
    region: str | None
    seconds: float
    delay: float
    ends_at: float
    over: threading.Event = field(default_factory=threading.Event, compare=False, repr=False)


class Timer(Protocol):
    """A call that runs later, unless it is cancelled."""

    def cancel(self) -> None:
        """Cancel the call."""


def start_timer(seconds: float, task: Callable[[], None]) -> Timer:
    """Call `task` later in a daemon thread."""
    timer = threading.Timer(seconds, task)
    timer.daemon = True
    timer.start()
    return timer


class Faults:
    """The faults in force. Safe for threads; reading takes no lock.

    Args:
        note: Called when a fault begins and ends; see `CallLog.note`.
        has_region: Whether AWS has a region of that name.
        now: Monotonic seconds; a seam for tests.
        start_timer: Makes a call later; a seam for tests.

    Attributes:
        in_force: The faults that were not ended, oldest first. A fault whose time is over may stay in it for a
            moment; `find` skips it.
    """

    def __init__(
        self,
        *,
        note: Callable[..., None] = lambda *_, **__: None,
        has_region: Callable[[str], bool] = lambda _: True,
        now: Callable[[], float] = time.monotonic,
        start_timer: Callable[[float, Callable[[], None]], Timer] = start_timer,
    ) -> None:
        self.in_force: tuple[Fault, ...] = ()
        self._note, self._has_region, self._now, self._start_timer = note, has_region, now, start_timer
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)
        self._timer: Timer | None = None
        self._when_ended: list[Callable[[], None]] = []

    def find(self, *kinds: str, regions: tuple[str, ...] | None = None) -> Fault | None:
        """The newest fault of these kinds. If `regions` is given, a fault with a region must be in one of them."""
        now = self._now()
        for fault in reversed(self.in_force):
            here = regions is None or fault.region is None or fault.region in regions
            if fault.kind in kinds and here and fault.ends_at > now:
                return fault
        return None

    def cause(self, kind: str, *, region: str | None = None, seconds: float = 60.0, delay: float = 2.0) -> Fault:
        """Cause a fault, which ends by itself. Repeating it causes a second one.

        Args:
            kind: One of `KINDS`.
            region: The region, for a kind that has one.
            seconds: How long it lasts, above 0 and up to `LONGEST`. The cloud's speed doesn't change it.
            delay: Seconds that each request waits, for `s3-slow`; from 0 to `LONGEST_DELAY`.

        Raises:
            ValueError: An argument is invalid; no fault was caused.
        """
        self._check(kind, region, seconds, delay)
        with self._lock:
            if len(self.in_force) >= MOST:
                raise ValueError(f"{MOST} faults are in force already; end them first.")
            fault = Fault(str(next(self._numbers)), kind, region, seconds, delay, self._now() + seconds)
            self._tell("CauseFault", fault)
            self.in_force = (*self.in_force, fault)
            self._arm()
        return fault

    def end(self, fault_id: str | None = None) -> list[Fault]:
        """End one fault, or all of them, now. May be repeated; returns the faults that it ended."""
        return self._end(lambda fault: fault_id in (None, fault.id))

    def when_ended(self, callback: Callable[[], None]) -> None:
        """Register a callback for the end of each fault. It runs in the thread that ends the fault."""
        self._when_ended.append(callback)

    def describe(self, fault: Fault) -> dict[str, Any]:
        """A fault as the control API shows it."""
        about = {"id": fault.id, "kind": fault.kind, "region": fault.region, "seconds": fault.seconds}
        return {**about, "delay": fault.delay, "ends_in": max(0.0, fault.ends_at - self._now())}

    def _check(self, kind: str, region: str | None, seconds: float, delay: float) -> None:
        if kind not in KINDS:
            raise ValueError(f"{kind!r} is not a kind of fault. The kinds are: {', '.join(KINDS)}.")
        if region is None and kind in OF_S3:
            raise ValueError(f"{kind} needs a region, such as eu-west-1.")
        if region is not None and kind not in (*OF_S3, REPLICATION_PAUSED):
            raise ValueError(f"{kind} has no region. Leave it out.")
        if region is not None and not self._has_region(region):
            raise ValueError(f"AWS has no region {region!r}. An example of a region is eu-west-1.")
        if not 0 < seconds <= LONGEST:  # rejects `nan` too
            raise ValueError(f"seconds must be above 0 and at most {LONGEST:g}, not {seconds:g}.")
        if not 0 <= delay <= LONGEST_DELAY:
            raise ValueError(f"delay must be from 0 to {LONGEST_DELAY:g} seconds, not {delay:g}.")

    def _end(self, is_meant: Callable[[Fault], bool]) -> list[Fault]:
        with self._lock:
            ended = [fault for fault in self.in_force if is_meant(fault)]
            self.in_force = tuple(fault for fault in self.in_force if fault not in ended)
            for fault in ended:
                fault.over.set()
                self._tell("EndFault", fault)
            self._arm()
        for callback in self._when_ended if ended else ():
            callback()
        return ended

    def _arm(self) -> None:
        """Wake up when the next fault ends."""
        if self._timer:
            self._timer.cancel()
        ends = [fault.ends_at for fault in self.in_force]
        self._timer = self._start_timer(max(0.0, min(ends) - self._now()), self._end_by_time) if ends else None

    def _end_by_time(self) -> None:
        now = self._now()
        self._end(lambda fault: fault.ends_at <= now)

    def _tell(self, operation: str, fault: Fault) -> None:
        about = {"Id": fault.id, "Kind": fault.kind, "Seconds": fault.seconds}
        if fault.kind == S3_SLOW:
            about["Delay"] = fault.delay
        region = fault.region or ""
        self._note(operation, service="local-cloud", region=region, principal="", error_code=None, **about)
