"""Steps of notebooks 03 and 04: a hosted zone, and the TXT record sets that name the website's bucket."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from workshop_lib.errors import (
    STEPS,
    InvalidName,
    InvalidNumber,
    StepOutOfOrder,
    describe_missing,
    get_error_code,
    name_missed_step,
)
from workshop_lib.names import S3Origin
from workshop_lib.observe import list_record_sets
from workshop_lib.ownership import make_description, make_reference, names_only
from workshop_lib.zones import find_hosted_zones

if TYPE_CHECKING:
    from mypy_boto3_route53 import Route53Client


def create_hosted_zone(route53: Route53Client, *, zone_name: str, learner: str) -> str:
    """Create a public hosted zone.

    Running it again returns the existing zone. A zone of this name that you had before is used without changes.
    On AWS a zone costs 0.50 USD a month. It is free if it is deleted within 12 hours.

    Args:
        route53: Client.
        zone_name: The domain, without a dot at the end. It needs no delegation: the edge function can ask the zone's
            own name servers.
        learner: `names.learner`, whom the caller reference of a new zone names. Clean-up finds the zone by it.

    Returns:
        The zone's id, such as `"Z0123456789ABC"`.

    Raises:
        InvalidName: Route 53 refuses the name.
    """
    if found := _find_zone_id(route53, zone_name):
        return found
    try:
        made = route53.create_hosted_zone(
            Name=zone_name,
            CallerReference=make_reference(learner),
            HostedZoneConfig={"Comment": make_description(learner), "PrivateZone": False},
        )
    except ClientError as error:
        if get_error_code(error) != "InvalidDomainName":
            raise
        raise InvalidName(
            f"Route 53 refuses the zone name {zone_name!r}: {error}. Choose another and run {STEPS['names']} again."
        ) from error
    return made["HostedZone"]["Id"].removeprefix("/hostedzone/")


def find_hosted_zone(route53: Route53Client, *, zone_name: str) -> str:
    """Find the public hosted zone that `create_hosted_zone` created or used. Changes nothing.

    Args:
        route53: Client.
        zone_name: The domain, without a dot at the end.

    Returns:
        The zone's id.

    Raises:
        StepOutOfOrder: There is no such zone.
    """
    found = _find_zone_id(route53, zone_name)
    if found is None:
        raise StepOutOfOrder(describe_missing("hosted zone", zone_name))
    return found


def _find_zone_id(route53: Route53Client, zone_name: str) -> str | None:
    found = find_hosted_zones(route53, zone_name=zone_name)
    return found[0]["Id"].removeprefix("/hostedzone/") if found else None


def get_name_servers(route53: Route53Client, *, zone_id: str) -> list[str]:
    """Return the host names of the four name servers that answer for a zone.

    Args:
        route53: Client.
        zone_id: From `create_hosted_zone`.
    """
    with name_missed_step("NoSuchHostedZone"):
        return sorted(route53.get_hosted_zone(Id=zone_id)["DelegationSet"]["NameServers"])


def put_txt_record(
    route53: Route53Client,
    *,
    zone_id: str,
    record_name: str,
    origin: S3Origin,
    ttl: int = 60,
    replaces: Iterable[S3Origin] = (),
) -> str:
    """Name the website's bucket in one simple TXT record set.

    Replaces the TXT record sets at this name that name your buckets, weighted ones too, in one atomic change. Safe to
    repeat.

    Args:
        route53: Client.
        zone_id: From `create_hosted_zone`.
        record_name: The value of `X-DNS-ORIGIN`.
        origin: The bucket to read from.
        ttl: Seconds for which resolvers, and the edge function, may keep the answer.
        replaces: Your other buckets. A record that names one of them is replaced too.

    Returns:
        The change's id, for `wait_until_in_sync`.

    Raises:
        InvalidName: A TXT record at this name says something else, so it isn't the workshop's.
        StepOutOfOrder: There is no such zone.
    """
    record_set = _describe_record_set(record_name, origin, ttl)
    return _replace_record_sets(
        route53, zone_id=zone_id, record_name=record_name, record_sets=[record_set], origins={origin, *replaces}
    )


def put_weighted_records(
    route53: Route53Client,
    *,
    zone_id: str,
    record_name: str,
    weights: Mapping[S3Origin, int],
    ttl: int = 60,
    health_checks: Mapping[S3Origin, str] | None = None,
    replaces: Iterable[S3Origin] = (),
) -> str:
    """Name the website's buckets in weighted TXT record sets, one for each origin.

    Replaces the TXT record sets at this name that name your buckets, simple or weighted, in one atomic change, so DNS
    always has an answer. Safe to repeat. The set identifier of each record set is its region.

    Args:
        route53: Client.
        zone_id: From `create_hosted_zone`.
        record_name: The value of `X-DNS-ORIGIN`.
        weights: Origin → 0 to 255. Route 53 chooses an answer with probability weight ÷ sum. It never chooses 0,
            unless all weights are 0.
        ttl: Seconds, the same for all.
        health_checks: Origin → health check id. An origin without a health check always counts as healthy.
        replaces: Your other buckets. A record that names one of them is replaced too.

    Returns:
        The change's id, for `wait_until_in_sync`.

    Raises:
        InvalidNumber: A weight is not a whole number from 0 to 255.
        InvalidName: Two origins are in one region, or a TXT record at this name isn't the workshop's.
        StepOutOfOrder: There is no such zone.
    """
    for origin, weight in weights.items():
        if not isinstance(weight, int) or not 0 <= weight <= 255:
            raise InvalidNumber(
                f"The weight of {origin.region} is {weight!r}. A weight is a whole number from 0 to 255, such as 70."
            )
    if len({origin.region for origin in weights}) < len(weights):
        raise InvalidName(
            "Two origins are in the same region, but the region is the set identifier, which must be unique. "
            "Use origins in two regions."
        )
    record_sets = []
    for origin, weight in weights.items():
        record_set = _describe_record_set(record_name, origin, ttl)
        record_set |= {"SetIdentifier": origin.region, "Weight": weight}
        if health_checks and origin in health_checks:
            record_set["HealthCheckId"] = health_checks[origin]
        record_sets.append(record_set)
    return _replace_record_sets(
        route53, zone_id=zone_id, record_name=record_name, record_sets=record_sets, origins={*weights, *replaces}
    )


def _describe_record_set(record_name: str, origin: S3Origin, ttl: int) -> dict[str, Any]:
    # The value of a TXT record includes its double quotes (BC:route53#ResourceRecord).
    return {
        "Name": record_name,
        "Type": "TXT",
        "TTL": ttl,
        "ResourceRecords": [{"Value": f'"{origin.domain_name}"'}],
    }


def _replace_record_sets(
    route53: Route53Client,
    *,
    zone_id: str,
    record_name: str,
    record_sets: list[dict[str, Any]],
    origins: Iterable[S3Origin],
) -> str:
    """Put record sets at a name and remove the other TXT record sets there, in one change."""
    kept = {record_set.get("SetIdentifier") for record_set in record_sets}
    origins = set(origins)
    with name_missed_step("NoSuchHostedZone"):
        there = list_record_sets(route53, zone_id=zone_id, record_name=record_name)
        there = [stored for stored in there if stored["Type"] == "TXT"]
        if any(not names_only(stored, origins) for stored in there):
            raise InvalidName(
                f"A TXT record {record_name!r} is there already, and names something else than your buckets. Delete "
                f"it if it is yours, or choose another learner name: run {STEPS['learner name']}, then steps 4 to 6."
            )
        changes: list[Any] = [
            # A deletion must repeat all stored values.
            {"Action": "DELETE", "ResourceRecordSet": stored}
            for stored in there
            if stored.get("SetIdentifier") not in kept
        ]
        changes += [{"Action": "UPSERT", "ResourceRecordSet": record_set} for record_set in record_sets]
        changed = route53.change_resource_record_sets(HostedZoneId=zone_id, ChangeBatch={"Changes": changes})
    return changed["ChangeInfo"]["Id"].removeprefix("/change/")
