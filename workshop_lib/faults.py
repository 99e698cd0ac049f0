"""Steps of notebook 05: break something in the local cloud for a while.

A fault ends with its `with` block, even if that is interrupted. It also ends when its time is over, with `end_faults`,
and with the local cloud. On AWS there are no faults, so the drill inverts the health check there.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from workshop_lib.control import ask_control
from workshop_lib.episodes import cause, start
from workshop_lib.errors import STEPS, CloudNotReachable, FaultRefused

if TYPE_CHECKING:
    from workshop_lib.cloud import Cloud

KINDS = {
    "s3-unavailable": "S3 in a region answers 503 to every request",
    "s3-slow": "S3 in a region delays each answer",
    "s3-refuses-connections": "S3 in a region refuses connections",
    "replication-paused": "S3 replicates nothing from one region, or from all",
    "dns-silent": "the name servers don't answer",
    "dns-junk": "the name servers answer with bytes that are no DNS message",
    "function-throttled": "the edge runs no function, because too many run at once",
}
"""The kinds of faults, and what each does."""

WITH_REGION = ("s3-unavailable", "s3-slow", "s3-refuses-connections", "replication-paused")
"""The kinds that happen in a region. Only replication works without a region: it is then paused everywhere."""

ENDED = "Faults ended: {}. None is in force."

ON_AWS = (
    "Faults exist in the local cloud only, because a region of AWS can't be switched off. On AWS, invert the health "
    f"check instead: run {STEPS['inverted health check']}."
)


@dataclass(frozen=True)
class Fault:
    """One fault. As a context manager it ends with the block, even if that is interrupted."""

    id: str
    kind: str
    region: str | None
    seconds: float
    ends_in: float
    """Seconds left when the local cloud was asked."""
    cloud: Cloud = field(repr=False, compare=False)

    def end(self) -> None:
        """End it now. Safe to repeat, even if it has already ended.

        Raises:
            CloudNotReachable: The local cloud has ended, and the fault with it.
        """
        _ask(self.cloud, "DELETE", id=self.id)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(CloudNotReachable):  # the local cloud has ended, and the fault with it
            start(self.end).result()

    def __str__(self) -> str:
        where = f" ({self.region})" if self.region else ""
        return f"{self.kind}{where}: {KINDS.get(self.kind, 'a fault')}"


def cause_fault(
    cloud: Cloud, *, kind: str, region: str | None = None, seconds: float = 60.0, delay: float = 2.0
) -> Fault:
    """Cause a fault in the local cloud, which ends by itself. Running it again causes a second fault.

    If Ctrl-C comes before it returns, the fault is ended. The call log notes when it begins and ends. AWS's own service
    for this is the Fault Injection Service (FIS).

    Args:
        cloud: From `connect`.
        kind: One of `KINDS`.
        region: The region, for a kind that happens in one.
        seconds: The longest time that it lasts, up to 600. Real seconds, whatever the speed of the local cloud.
        delay: Seconds that each request waits, for `s3-slow`. Up to 30.

    Returns:
        The fault. `with cause_fault(…):` ends it with the block.

    Raises:
        FaultRefused: There is no such fault, or this is AWS, where there are no faults.
        CloudNotReachable: The local cloud has ended.
    """
    query = {"kind": kind, "region": region, "seconds": seconds, "delay": delay}
    return cause(lambda: _read(cloud, _ask(cloud, "POST", **query)), undo=Fault.end)


def fail_region(cloud: Cloud, *, region: str, health_check_id: str, seconds: float = 60.0) -> str:
    """Let S3 fail in a region of the local cloud. On AWS, invert the region's health check instead.

    `restore_region` ends it. Use both in an `Episode`, so that the region works again when the cell is stopped.

    Args:
        cloud: From `connect`.
        region: The region that fails.
        health_check_id: The health check of this region.
        seconds: In the local cloud it ends by itself after this time. On AWS it doesn't.

    Returns:
        What was done, in words.
    """
    if cloud.is_local:
        return f"{cause_fault(cloud, kind='s3-unavailable', region=region, seconds=seconds)}."
    cloud.route53.update_health_check(HealthCheckId=health_check_id, Inverted=True)
    return f"The health check of {region} is inverted. S3 there still works."


def restore_region(cloud: Cloud, *, health_check_id: str) -> None:
    """End what `fail_region` began. Safe to repeat.

    Args:
        cloud: From `connect`.
        health_check_id: The health check of the region.
    """
    if cloud.is_local:
        end_faults(cloud)
    else:
        cloud.route53.update_health_check(HealthCheckId=health_check_id, Inverted=False)


def list_faults(cloud: Cloud) -> list[Fault]:
    """List the faults in force, oldest first.

    Raises:
        FaultRefused: This is AWS, where there are no faults.
    """
    return [_read(cloud, fault) for fault in _ask(cloud, "GET")]


def end_faults(cloud: Cloud) -> int:
    """End all faults now. Safe to repeat.

    Returns:
        How many were in force.

    Raises:
        FaultRefused: This is AWS, where there are no faults.
    """
    return len(_ask(cloud, "DELETE"))


def _ask(cloud: Cloud, method: str, **query: object) -> Any:
    if cloud.control_url is None:
        raise FaultRefused(ON_AWS)
    return ask_control(cloud.control_url, method, "faults", keys=cloud.environment, **query)


def _read(cloud: Cloud, fault: dict[str, Any]) -> Fault:
    return Fault(**{name: fault[name] for name in ("id", "kind", "region", "seconds", "ends_in")}, cloud=cloud)
