"""Record sets, health checks, and the hosted zone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from botocore.exceptions import ClientError

from workshop_lib.cloud import Cloud
from workshop_lib.errors import get_error_code
from workshop_lib.inventory.kind import Found, Kind, Resource, count, look_at
from workshop_lib.names import WorkshopNames
from workshop_lib.observe import list_record_sets
from workshop_lib.ownership import (
    EARLIER_SENTENCE,
    MADE_EARLIER,
    describe_stranger,
    names_only,
    read_reference,
    read_stamp,
)
from workshop_lib.zones import find_hosted_zones


def _find_zones(cloud: Cloud, names: WorkshopNames) -> Iterator[Resource]:
    for zone in find_hosted_zones(cloud.route53, zone_name=names.zone_name):
        learner, zone_id = read_reference(zone["CallerReference"]), zone["Id"].removeprefix("/hostedzone/")
        is_ours = learner == names.learner
        earlier = learner is None and zone.get("Config", {}).get("Comment") == EARLIER_SENTENCE
        if is_ours:
            state = count(zone["ResourceRecordSetCount"], "record set")
        elif earlier:
            state = f"{MADE_EARLIER}: aws route53 delete-hosted-zone --id {zone_id}"
        else:
            state = describe_stranger(learner) if learner else "you had it before"
        yield Resource(
            "hosted zone",
            names.zone_name,
            state=state,
            made_by_workshop=is_ours,
            made_earlier=earlier,
            handle=zone_id,
            since=read_stamp(zone["CallerReference"]),
        )


def _delete_zone(cloud: Cloud, zone: Resource) -> str | None:
    try:
        cloud.route53.delete_hosted_zone(Id=zone.handle)
    except ClientError as error:
        if get_error_code(error) != "HostedZoneNotEmpty":
            raise
        others = {
            f"{item['Name'].rstrip('.')} {item['Type']}"
            for item in list_record_sets(cloud.route53, zone_id=zone.handle)
            if item["Name"] != f"{zone.name}." or item["Type"] not in ("NS", "SOA")
        }
        return f"contains records that are not from these names: {', '.join(sorted(others))}"
    return None


def _find_record_sets(cloud: Cloud, names: WorkshopNames) -> Found:
    """Find the TXT record sets at the learner's two names. A zone may be shared, or older than the workshop.

    A record set is the learner's if it names only the learner's buckets.
    """
    for zone in _find_zones(cloud, names):
        yield from look_at(f"Route 53: records of the zone {zone.handle}", _find_records_in(cloud, names, zone.handle))


def _find_records_in(cloud: Cloud, names: WorkshopNames, zone_id: str) -> Iterator[Resource]:
    origins = names.source_origin, names.destination_origin
    for item in list_record_sets(cloud.route53, zone_id=zone_id):
        name = item["Name"].rstrip(".")
        if item["Type"] == "TXT" and name in (names.record_name, names.preview_record_name):
            is_ours = names_only(item, origins)
            state = f"{item['SetIdentifier']}, weight {item.get('Weight')}" if "SetIdentifier" in item else ""
            yield Resource(
                "record set",
                f"{name} TXT",
                state=state if is_ours else "names something else than your buckets",
                made_by_workshop=is_ours,
                handle=(zone_id, item),
            )


def _delete_record_set(cloud: Cloud, resource: Resource) -> str | None:
    zone_id, record_set = resource.handle
    change: Any = {"Action": "DELETE", "ResourceRecordSet": record_set}
    try:
        cloud.route53.change_resource_record_sets(HostedZoneId=zone_id, ChangeBatch={"Changes": [change]})
    except ClientError as error:
        if get_error_code(error) != "InvalidChangeBatch":
            raise
        # AWS's own words (captured from AWS) if it is gone. Otherwise its values differ from those that we saw.
        return None if "but it was not found" in str(error) else "somebody changed it meanwhile"
    return None


def _find_health_checks(cloud: Cloud, names: WorkshopNames) -> Iterator[Resource]:
    for page in cloud.route53.get_paginator("list_health_checks").paginate():
        for check in page["HealthChecks"]:
            if check["CallerReference"].startswith(f"{names.health_check_name}/"):
                checked = check["HealthCheckConfig"].get("FullyQualifiedDomainName", "")
                yield Resource("health check", check["Id"], state=checked, since=read_stamp(check["CallerReference"]))


def _delete_health_check(cloud: Cloud, check: Resource) -> None:
    cloud.route53.delete_health_check(HealthCheckId=check.name)


RECORD_SETS = Kind(
    "record set",
    lambda names: [f"Route 53: {names.record_name}, {names.preview_record_name}"],
    _find_record_sets,
    _delete_record_set,
    costs=False,
)
HEALTH_CHECKS = Kind(
    "health check",
    lambda names: [f"Route 53: health checks {names.health_check_name}/…"],
    _find_health_checks,
    _delete_health_check,
)
HOSTED_ZONES = Kind(
    "hosted zone",
    lambda names: [f"Route 53: hosted zone {names.zone_name}"],
    _find_zones,
    _delete_zone,
    after="record set",
)
