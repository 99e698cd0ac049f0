"""Steps of notebooks 03 and 04: a hosted zone, and the TXT record sets that say where the website is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from workshop_lib.names import S3Origin

if TYPE_CHECKING:
    from mypy_boto3_route53 import Route53Client

ZONE_COMMENT = "Made by the two-region workshop."
"""Comment of the hosted zones that we made, and may delete."""


def create_hosted_zone(route53: Route53Client, *, zone_name: str) -> str:
    """Create a public hosted zone.

    Running it again returns the zone that is there. A zone of this name that you had before is used as it is.
    On AWS a zone costs 0.50 USD a month, and nothing if it is deleted within 12 hours.

    Args:
        route53: Client.
        zone_name: The domain, without a dot at the end. Nobody needs to delegate to it: the edge function can ask
            the zone's own name servers.

    Returns:
        The zone's id, such as `"Z0123456789ABC"`.
    """
    raise NotImplementedError


def get_name_servers(route53: Route53Client, *, zone_id: str) -> list[str]:
    """The host names of the four name servers that answer for a zone.

    Args:
        route53: Client.
        zone_id: From `create_hosted_zone`.
    """
    raise NotImplementedError


def put_txt_record(route53: Route53Client, *, zone_id: str, record_name: str, origin: S3Origin, ttl: int = 60) -> str:
    """Say in one simple TXT record set where the website is.

    Replaces what is at this name, weighted record sets too, in one atomic change. Safe to repeat.

    Args:
        route53: Client.
        zone_id: From `create_hosted_zone`.
        record_name: The value of `X-DNS-ORIGIN`.
        origin: The bucket to read from.
        ttl: Seconds for which resolvers, and the edge function, may keep the answer.

    Returns:
        The change's id, for `wait_until_in_sync`.

    Raises:
        StepOutOfOrder: There is no such zone.
    """
    raise NotImplementedError


def put_weighted_records(
    route53: Route53Client,
    *,
    zone_id: str,
    record_name: str,
    weights: Mapping[S3Origin, int],
    ttl: int = 60,
    health_checks: Mapping[S3Origin, str] | None = None,
) -> str:
    """Say in weighted TXT record sets, one an origin, where the website is, and how often.

    Replaces what is at this name, simple or weighted, in one atomic change: at no moment is there no answer. Safe to
    repeat. The set identifier of each is its region.

    Args:
        route53: Client.
        zone_id: From `create_hosted_zone`.
        record_name: The value of `X-DNS-ORIGIN`.
        weights: Origin → 0 to 255. An answer is chosen with probability weight ÷ sum; 0 is never chosen unless all
            are 0.
        ttl: Seconds, the same for all.
        health_checks: Origin → health check id. An origin without one always counts as healthy.

    Returns:
        The change's id, for `wait_until_in_sync`.

    Raises:
        InvalidName: A weight that isn't 0 to 255, or two origins in one region.
        StepOutOfOrder: There is no such zone.
    """
    raise NotImplementedError
