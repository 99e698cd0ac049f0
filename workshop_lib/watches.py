"""What a recording can look at while it runs, at a rate that the cloud allows.

Route 53 answers five calls a second for a whole account (R53DG, Quotas), which a class shares. So a look at health uses
a client of its own that never retries, and comes seldom on AWS. Looks at DNS need the API only where port 53 is closed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from workshop_lib.observe import get_health, look_up_region

if TYPE_CHECKING:
    from workshop_lib.cloud import Cloud

LOCALLY = 0.1
"""Seconds between two looks at the local cloud."""

HEALTH_ON_AWS = 5.0
"""Seconds between two looks at a health check on AWS. Each takes two calls."""

DNS_ON_AWS = 2.0
"""Seconds between two looks at AWS's name servers, or a call where port 53 is closed."""


class Watch(NamedTuple):
    """Something to look at again and again."""

    look: Callable[[], object]
    """Looks once, and returns what it saw."""
    every: float = 1.0
    """Seconds from one look to the next."""


def watch_health(cloud: Cloud, *, health_check_id: str) -> Watch:
    """Watch whether Route 53 reports a health check as healthy.

    On AWS it looks every 5 seconds, so a change is seen that late.

    Args:
        cloud: The cloud.
        health_check_id: The health check.

    Returns:
        What `record_timeline(watch=…)` takes. Its look raises ClientError when Route 53 throttles it.
    """
    route53 = cloud.client("route53", patient=False)
    every = LOCALLY if cloud.is_local else HEALTH_ON_AWS
    return Watch(lambda: get_health(route53, health_check_id=health_check_id), every)


def watch_dns(cloud: Cloud, *, record_name: str, name_servers: Sequence[str] = ()) -> Watch:
    """Watch which region DNS names, without any cache.

    On AWS it looks every 2 seconds.

    Args:
        cloud: The cloud.
        record_name: Without a dot at the end.
        name_servers: As for `observe.look_up_txt`.

    Returns:
        What `record_timeline(watch=…)` takes. It looks at one answer, so weights that share the traffic are seen as
        many changes.
    """
    dns: dict[str, Any] = {"record_name": record_name, "name_servers": name_servers}
    return Watch(lambda: look_up_region(cloud, **dns, patient=False), LOCALLY if cloud.is_local else DNS_ON_AWS)
