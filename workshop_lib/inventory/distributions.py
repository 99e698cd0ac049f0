"""Distributions, and the origin access identity with which they read buckets."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from workshop_lib.cloud import Cloud
from workshop_lib.errors import TookTooLong
from workshop_lib.inventory.kind import Kind, Resource
from workshop_lib.names import WorkshopNames
from workshop_lib.waiting import wait_until_deployed


def take_out_of_service(cloud: Cloud, names: WorkshopNames) -> None:
    """Disable the workshop's distributions and remove the function from them. AWS needs longest for this."""
    for distribution in find_distributions(cloud, names):
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


def find_distributions(cloud: Cloud, names: WorkshopNames) -> Iterator[Resource]:
    """Find the workshop's distributions by their comments."""
    for page in cloud.cloudfront.get_paginator("list_distributions").paginate():
        for item in page["DistributionList"].get("Items", []):
            if item["Comment"] in names.distribution_comments:
                state = f"{item['Status']}, {'enabled' if item['Enabled'] else 'disabled'}"
                yield Resource("distribution", item["Id"], state=state)


def _delete_distribution(cloud: Cloud, distribution: Resource) -> str | None:
    try:
        wait_until_deployed(cloud.cloudfront, distribution_id=distribution.name, what="Disabling")
    except TookTooLong:
        return "still deploying"
    etag = cloud.cloudfront.get_distribution_config(Id=distribution.name)["ETag"]
    cloud.cloudfront.delete_distribution(Id=distribution.name, IfMatch=etag)
    return None


def _find_identities(cloud: Cloud, names: WorkshopNames) -> Iterator[Resource]:
    for page in cloud.cloudfront.get_paginator("list_cloud_front_origin_access_identities").paginate():
        for item in page["CloudFrontOriginAccessIdentityList"].get("Items", []):
            if item["Comment"] == names.distribution_comment:
                yield Resource("origin access identity", item["Id"])


def _delete_identity(cloud: Cloud, identity: Resource) -> None:
    etag = cloud.cloudfront.get_cloud_front_origin_access_identity(Id=identity.name)["ETag"]
    cloud.cloudfront.delete_cloud_front_origin_access_identity(Id=identity.name, IfMatch=etag)


DISTRIBUTIONS = Kind(
    "distribution",
    lambda names: [f"CloudFront: distributions {', '.join(map(repr, names.distribution_comments))}"],
    find_distributions,
    _delete_distribution,
)
IDENTITIES = Kind(
    "origin access identity",
    lambda names: [f"CloudFront: origin access identity {names.distribution_comment!r}"],
    _find_identities,
    _delete_identity,
    after="distribution",
)
