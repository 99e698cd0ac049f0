"""Waits for the name servers, and for health checks."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from workshop_lib.observe import get_health, look_up_region
from workshop_lib.polling import Sleep, wait_until

if TYPE_CHECKING:
    from mypy_boto3_route53 import Route53Client

    from workshop_lib.cloud import Cloud


def wait_until_in_sync(
    route53: Route53Client, *, change_id: str, timeout: float = 600, sleep: Sleep = time.sleep
) -> str:
    """Wait until all name servers of Route 53 know a change. On AWS it takes up to a minute.

    Resolvers still keep old answers until the TTL expires.

    Args:
        route53: Client.
        change_id: From `put_txt_record` or `put_weighted_records`.
        timeout: Seconds.
        sleep: Seam for tests.

    Returns:
        `"INSYNC"`.

    Raises:
        TookTooLong: Still `PENDING`.
    """
    return wait_until(
        lambda: route53.get_change(Id=change_id)["ChangeInfo"]["Status"],
        lambda status: status == "INSYNC",
        what="Updating the name servers",
        timeout=timeout,
        sleep=sleep,
    )


def wait_until_dns_names(
    cloud: Cloud,
    *,
    record_name: str,
    region: str,
    name_servers: Sequence[str] = (),
    in_a_row: int = 10,
    timeout: float = 300,
    sleep: Sleep = time.sleep,
) -> str:
    """Wait until DNS names a bucket in one region, many times in a row.

    Use it only where all other regions have the weight 0 or are unhealthy. With shared weights it hardly ever ends. It
    asks the name servers. Route 53's API knows a change, or an inverted health check, before they do.

    Args:
        cloud: The cloud.
        record_name: Without a dot at the end.
        region: The region that DNS should name.
        name_servers: As for `observe.look_up_txt`.
        in_a_row: How many answers must agree.
        timeout: Seconds.
        sleep: Seam for tests.

    Returns:
        `region`.

    Raises:
        TookTooLong: DNS still names another region.
    """

    def look() -> str | None:
        for _ in range(in_a_row):
            seen = look_up_region(cloud, record_name=record_name, name_servers=name_servers)
            if seen != region:
                break
        return seen

    seen = wait_until(
        look, lambda seen: seen == region, what=f"Waiting until DNS names {region}", timeout=timeout, sleep=sleep
    )
    return str(seen)


def wait_until_health(
    route53: Route53Client, *, health_check_id: str, healthy: bool, timeout: float = 600, sleep: Sleep = time.sleep
) -> bool:
    """Wait until Route 53 reports a health check as healthy, or as unhealthy. On AWS: about interval × threshold.

    DNS may follow later: up to a minute on AWS. For that, use `wait_until_dns_names`.

    Args:
        route53: Client.
        health_check_id: The health check.
        healthy: What to wait for.
        timeout: Seconds.
        sleep: Seam for tests.

    Returns:
        `healthy`.

    Raises:
        TookTooLong: Route 53 still reports the opposite.
    """
    return wait_until(
        lambda: get_health(route53, health_check_id=health_check_id),
        lambda seen: seen == healthy,
        what=f"Waiting until {'healthy' if healthy else 'unhealthy'}",
        timeout=timeout,
        sleep=sleep,
    )
