"""Distributions, and the origin access identity with which they read buckets."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from workshop_lib.cloud import Cloud
from workshop_lib.errors import TookTooLong
from workshop_lib.inventory.kind import Found, Kind, Resource, look_at
from workshop_lib.names import WorkshopNames
from workshop_lib.ownership import (
    MADE_EARLIER,
    TAG,
    describe_stranger,
    find_distribution_learner,
    get_identity_reference,
    read_reference,
    read_stamp,
)
from workshop_lib.polling import retry_while
from workshop_lib.waiting import wait_until_deployed

T = TypeVar("T")

CHANGED_MEANWHILE = {"PreconditionFailed": "", "InvalidIfMatchVersion": ""}
"""Codes when another program changed the configuration between our look and our change, so its ETag is another."""


def take_out_of_service(cloud: Cloud, distribution: Resource) -> None:
    """Disable a distribution and remove the function from it. AWS needs longest for this. Safe to repeat."""

    def change() -> None:
        stored = cloud.cloudfront.get_distribution_config(Id=distribution.name)
        config: Any = stored["DistributionConfig"]
        behaviors = [config["DefaultCacheBehavior"], *config.get("CacheBehaviors", {}).get("Items", [])]
        in_service = [b for b in behaviors if b.get("LambdaFunctionAssociations", {}).get("Quantity")]
        if config["Enabled"] or in_service:
            config["Enabled"] = False
            for behavior in in_service:
                behavior["LambdaFunctionAssociations"] = {"Quantity": 0}
            cloud.cloudfront.update_distribution(
                Id=distribution.name, IfMatch=stored["ETag"], DistributionConfig=config
            )

    _repeat(change)


def _repeat(change: Callable[[], T]) -> T:
    """Look and change again if the ETag changed in between."""
    return retry_while(change, CHANGED_MEANWHILE, what="Another program changes the configuration", timeout=10)


def find_distributions(cloud: Cloud, names: WorkshopNames) -> Found:
    """Find distributions by their comments. Only those with the learner's tag are the learner's."""
    for page in cloud.cloudfront.get_paginator("list_distributions").paginate():
        for item in page["DistributionList"].get("Items", []):
            if item["Comment"] in names.distribution_comments:
                place = f"CloudFront: tags of the distribution {item['Id']}"
                yield from look_at(place, _describe_distribution(cloud, names, item))


def _describe_distribution(cloud: Cloud, names: WorkshopNames, item: Any) -> Iterator[Resource]:
    learner = find_distribution_learner(cloud.cloudfront, arn=item["ARN"])
    if learner == names.learner:
        state = f"{item['Status']}, {'enabled' if item['Enabled'] else 'disabled'}"
        yield Resource("distribution", item["Id"], state=state, since=item["LastModifiedTime"])
        return
    state = describe_stranger(learner)
    buckets = {names.source_origin.domain_name, names.destination_origin.domain_name}
    earlier = learner is None and {origin["DomainName"] for origin in item["Origins"]["Items"]} <= buckets
    if earlier:  # only this learner's distributions read the buckets
        state = f"{MADE_EARLIER}: tag it with {TAG}={names.learner}, then clean up again"
    yield Resource("distribution", item["Id"], state=state, made_by_workshop=False, made_earlier=earlier)


def _delete_distribution(cloud: Cloud, distribution: Resource) -> str | None:
    try:
        wait_until_deployed(cloud.cloudfront, distribution_id=distribution.name, what="Disabling")
    except TookTooLong:
        return "still deploying"

    def delete() -> None:
        etag = cloud.cloudfront.get_distribution_config(Id=distribution.name)["ETag"]
        cloud.cloudfront.delete_distribution(Id=distribution.name, IfMatch=etag)

    _repeat(delete)
    return None


def _find_identities(cloud: Cloud, names: WorkshopNames) -> Found:
    for page in cloud.cloudfront.get_paginator("list_cloud_front_origin_access_identities").paginate():
        for item in page["CloudFrontOriginAccessIdentityList"].get("Items", []):
            if item["Comment"] == names.distribution_comment:
                place = f"CloudFront: origin access identity {item['Id']}"
                yield from look_at(place, _describe_identity(cloud, names, item["Id"]))


def _describe_identity(cloud: Cloud, names: WorkshopNames, identity_id: str) -> Iterator[Resource]:
    reference = get_identity_reference(cloud.cloudfront, identity_id=identity_id)
    learner = read_reference(reference)
    is_ours = learner == names.learner
    state = "" if is_ours else describe_stranger(learner)
    yield Resource(
        "origin access identity", identity_id, state=state, made_by_workshop=is_ours, since=read_stamp(reference)
    )


def _delete_identity(cloud: Cloud, identity: Resource) -> None:
    def delete() -> None:
        etag = cloud.cloudfront.get_cloud_front_origin_access_identity(Id=identity.name)["ETag"]
        cloud.cloudfront.delete_cloud_front_origin_access_identity(Id=identity.name, IfMatch=etag)

    _repeat(delete)


DISTRIBUTIONS = Kind(
    "distribution",
    lambda names: [f"CloudFront: distributions {', '.join(map(repr, names.distribution_comments))}"],
    find_distributions,
    _delete_distribution,
    after="validation log",
)
IDENTITIES = Kind(
    "origin access identity",
    lambda names: [f"CloudFront: origin access identity {names.distribution_comment!r}"],
    _find_identities,
    _delete_identity,
    after="distribution",
    costs=False,
)
