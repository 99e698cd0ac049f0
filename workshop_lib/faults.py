"""Steps of notebook 05: break something in the local cloud, for a while, and see who notices.

A fault always ends: with the `with` block that it was caused in, also when that is interrupted; when its time is over;
with `end_faults`; and with the local cloud. On AWS there are none: the drill inverts the health check there.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from workshop_lib.control import ask_control
from workshop_lib.errors import CloudNotReachable, FaultRefused

if TYPE_CHECKING:
    from workshop_lib.cloud import Cloud

KINDS = {
    "s3-unavailable": "S3 in a region answers 503 to everyone",
    "s3-slow": "S3 in a region lets each request wait",
    "s3-refuses-connections": "S3 in a region does not even take connections",
    "replication-paused": "S3 replicates nothing from a region, or from any",
    "dns-silent": "the name servers answer nobody",
    "dns-junk": "the name servers answer bytes that are no DNS message",
    "function-throttled": "the edge runs no function: too many run at once",
}
"""The kinds of faults, and what each does."""

WITH_REGION = ("s3-unavailable", "s3-slow", "s3-refuses-connections", "replication-paused")
"""The kinds that happen in a region; only replication can do without one, and is then paused everywhere."""

ENDED = "Faults ended: {}. None is in force."

ON_AWS = (
    "Faults exist in the local cloud only: nobody can switch off a region of AWS. There the drill inverts the health "
    "check, health_checks.invert_health_check(…), and all that follows is the same."
)


@dataclass(frozen=True)
class Fault:
    """One fault. As a context manager it ends with the block, also when that is interrupted."""

    id: str
    kind: str
    region: str | None
    seconds: float
    ends_in: float
    """Seconds that it had left when the local cloud was asked."""
    cloud: Cloud = field(repr=False, compare=False)

    def end(self) -> None:
        """End it now. Safe to repeat, and when it is over already.

        Raises:
            CloudNotReachable: The local cloud has ended, and the fault with it.
        """
        _ask(self.cloud, "DELETE", id=self.id)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(CloudNotReachable):  # then it is gone, too
            self.end()

    def __str__(self) -> str:
        where = f" ({self.region})" if self.region else ""
        return f"{self.kind}{where}: {KINDS.get(self.kind, 'a fault')}"


def cause_fault(
    cloud: Cloud, *, kind: str, region: str | None = None, seconds: float = 60.0, delay: float = 2.0
) -> Fault:
    """Cause a fault in the local cloud, which ends by itself. Run it again, and there are two.

    The call log notes when it begins and ends. What AWS sells for this is the Fault Injection Service (FIS).

    Args:
        cloud: From `connect`.
        kind: One of `KINDS`.
        region: Where, for a kind that happens in a region.
        seconds: How long it lasts at most, up to 600: seconds on the clock, whatever the speed of the local cloud.
        delay: Seconds that each request waits, for `s3-slow`; up to 30.

    Returns:
        The fault; `with cause_fault(…):` ends it with the block.

    Raises:
        FaultRefused: There is no such fault; or this is AWS, where there are none.
        CloudNotReachable: The local cloud has ended.
    """
    return _read(cloud, _ask(cloud, "POST", kind=kind, region=region, seconds=seconds, delay=delay))


def fail_region(cloud: Cloud, *, region: str, health_check_id: str, seconds: float = 60.0) -> str:
    """Let S3 fail in a region: really, in the local cloud; on AWS its health check is inverted.

    `restore_region` ends it.

    Args:
        cloud: From `connect`.
        region: The region that fails.
        health_check_id: The check that watches it.
        seconds: In the local cloud it ends by itself after so many seconds. On AWS it doesn't.

    Returns:
        What was done, in words.
    """
    if cloud.is_local:
        return f"{cause_fault(cloud, kind='s3-unavailable', region=region, seconds=seconds)}."
    cloud.route53.update_health_check(HealthCheckId=health_check_id, Inverted=True)
    return f"The health check of {region} is inverted; S3 there is as well as ever."


def restore_region(cloud: Cloud, *, health_check_id: str) -> None:
    """End what `fail_region` began. Safe to repeat.

    Args:
        cloud: From `connect`.
        health_check_id: The check that watches the region.
    """
    if cloud.is_local:
        end_faults(cloud)
    else:
        cloud.route53.update_health_check(HealthCheckId=health_check_id, Inverted=False)


def list_faults(cloud: Cloud) -> list[Fault]:
    """The faults in force, oldest first.

    Raises:
        FaultRefused: This is AWS, where there are none.
    """
    return [_read(cloud, fault) for fault in _ask(cloud, "GET")]


def end_faults(cloud: Cloud) -> int:
    """End all faults now. Safe to repeat.

    Returns:
        How many were in force.

    Raises:
        FaultRefused: This is AWS, where there are none.
    """
    return len(_ask(cloud, "DELETE"))


def _ask(cloud: Cloud, method: str, **query: object) -> Any:
    if cloud.control_url is None:
        raise FaultRefused(ON_AWS)
    return ask_control(cloud.control_url, method, "faults", **query)


def _read(cloud: Cloud, fault: dict[str, Any]) -> Fault:
    return Fault(**{name: fault[name] for name in ("id", "kind", "region", "seconds", "ends_in")}, cloud=cloud)
