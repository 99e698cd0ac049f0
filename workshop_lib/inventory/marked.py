"""Everything in the account with the workshop's mark, whoever the learner is and whatever its name is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from botocore.exceptions import ClientError

from workshop_lib.cloud import GLOBAL_REGION, Cloud
from workshop_lib.errors import get_error_code
from workshop_lib.inventory.kind import Unseen, describe_failure
from workshop_lib.names import WorkshopNames
from workshop_lib.ownership import (
    TAG,
    find_distribution_learner,
    find_identity_learner,
    list_bucket_tags,
    read_description,
    read_reference,
    read_tags,
)
from workshop_lib.refusals import REFUSALS
from workshop_lib.regions import FAILURES, ask_regions

GONE = {"NoSuchBucket", "NoSuchResource", "404"}


class Marked(NamedTuple):
    """One resource with a mark."""

    learner: str
    kind: str
    name: str


def find_marked(cloud: Cloud, names: WorkshopNames) -> Iterator[Marked | Unseen]:
    """Find everything in the account that has the mark of any learner. Changes nothing.

    Tags are found by the Resource Groups Tagging API, which may list a resource for a while after it is deleted
    (RGTAPI/GetResources: "tagged or previously tagged"). What the learner's own tag is on is looked at once more.

    Args:
        cloud: The cloud.
        names: The learner's names.
    """
    for place, find in _PLACES.items():
        yield from _look(f"{place} of all learners", lambda find=find: find(cloud))  # type: ignore[misc]
    for region, answer in ask_regions(cloud.regions, lambda region: list(_find_tagged(cloud, names, region))).items():
        if isinstance(answer, Exception):
            yield Unseen(f"tags of all learners in {region}", describe_failure(answer))
        else:
            yield from (Marked(learner, kind, name) for learner, kind, name in answer if learner is not None)


def _look(place: str, find: Callable[[], Iterator[tuple[str | None, str, str]]]) -> Iterator[Marked | Unseen]:
    try:
        for learner, kind, name in find():
            if learner is not None:
                yield Marked(learner, kind, name)
    except FAILURES as error:
        yield Unseen(place, describe_failure(error))


def _find_tagged(cloud: Cloud, names: WorkshopNames, region: str) -> Iterator[tuple[str | None, str, str]]:
    pages = cloud.client("resourcegroupstaggingapi", region).get_paginator("get_resources")
    for page in pages.paginate(TagFilters=[{"Key": TAG}], ResourceTypeFilters=["s3", "cloudfront:distribution"]):
        for found in page["ResourceTagMappingList"]:
            arn, learner = found["ResourceARN"], read_tags(found["Tags"])
            if learner == names.learner:
                learner = _look_again(cloud, arn, region, learner)
            if arn.startswith("arn:aws:s3:::"):
                yield learner, "bucket", arn.removeprefix("arn:aws:s3:::")
            else:
                yield learner, "distribution", arn.rpartition("/")[2]


def _look_again(cloud: Cloud, arn: str, region: str, learner: str) -> str | None:
    """Return the learner whom the tag names now, or None if the resource is gone.

    A refusal doesn't show that it is gone. So what the list said holds.
    """
    try:
        if arn.startswith("arn:aws:s3:::"):
            return read_tags(list_bucket_tags(cloud.s3(region), bucket=arn.removeprefix("arn:aws:s3:::")))
        return find_distribution_learner(cloud.cloudfront, arn=arn)
    except ClientError as error:
        if get_error_code(error) in REFUSALS:
            return learner
        if get_error_code(error) not in GONE:
            raise
        return None


def _find_zones(cloud: Cloud) -> Iterator[tuple[str | None, str, str]]:
    position: Any = {}
    while position is not None:  # boto3 has no paginator for it
        page = cloud.route53.list_hosted_zones_by_name(**position)
        for zone in page["HostedZones"]:
            yield read_reference(zone["CallerReference"]), "hosted zone", zone["Name"].rstrip(".")
        more = page["IsTruncated"]
        position = {"DNSName": page["NextDNSName"], "HostedZoneId": page["NextHostedZoneId"]} if more else None


def _find_health_checks(cloud: Cloud) -> Iterator[tuple[str | None, str, str]]:
    for page in cloud.route53.get_paginator("list_health_checks").paginate():
        for check in page["HealthChecks"]:
            yield read_reference(check["CallerReference"]), "health check", check["Id"]


def _find_identities(cloud: Cloud) -> Iterator[tuple[str | None, str, str]]:
    for page in cloud.cloudfront.get_paginator("list_cloud_front_origin_access_identities").paginate():
        for item in page["CloudFrontOriginAccessIdentityList"].get("Items", []):
            learner = find_identity_learner(cloud.cloudfront, identity_id=item["Id"])
            yield learner, "origin access identity", item["Id"]


def _find_functions(cloud: Cloud) -> Iterator[tuple[str | None, str, str]]:
    for page in cloud.lambda_.get_paginator("list_functions").paginate():
        for function in page["Functions"]:
            yield read_description(function.get("Description")), "edge function", function["FunctionName"]


def _find_roles(cloud: Cloud) -> Iterator[tuple[str | None, str, str]]:
    for page in cloud.iam.get_paginator("list_roles").paginate():
        for role in page["Roles"]:  # without their tags (IAM API Reference, ListRoles)
            yield read_description(role.get("Description")), "role", role["RoleName"]


_PLACES: dict[str, Callable[[Cloud], Iterator[tuple[str | None, str, str]]]] = {
    "hosted zones": _find_zones,
    "health checks": _find_health_checks,
    "origin access identities": _find_identities,
    f"functions in {GLOBAL_REGION}": _find_functions,
    "roles": _find_roles,
}
