"""Steps run twice, in the wrong order, or on top of what was half deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from workshop_lib import checks, distribution, dns_records, health_checks, lambda_edge, observe, packaging, replication
from workshop_lib.errors import WorkshopError
from workshop_lib.waiting import wait_until_deployed, wait_until_function_active, wait_until_health

if TYPE_CHECKING:
    from workshop_lib.cloud import Cloud
    from workshop_lib.names import WorkshopNames

MISSING_VERSION = "arn:aws:lambda:us-east-1:123456789012:function:nothing:1"

TOO_EARLY: dict[str, Any] = {
    "enable_versioning": lambda cloud, names: replication.enable_versioning(
        cloud.s3("eu-west-1"), bucket=names.source_bucket
    ),
    "put_replication": lambda cloud, names: replication.put_replication(
        cloud.s3("eu-west-1"),
        source_bucket=names.source_bucket,
        destination_bucket=names.destination_bucket,
        role_arn="arn:aws:iam::123456789012:role/nothing",
    ),
    "publish_website": lambda cloud, names: replication.publish_website(
        cloud.s3("eu-west-1"), bucket=names.source_bucket, folder="notebooks/website"
    ),
    "put_region_marker": lambda cloud, names: replication.put_region_marker(
        cloud.s3("eu-west-1"), bucket=names.source_bucket, region="eu-west-1"
    ),
    "publish_version": lambda cloud, names: lambda_edge.publish_version(
        cloud.lambda_, function_name=names.function_name, package=packaging.package_edge_function()
    ),
    "invoke_edge_function": lambda cloud, names: lambda_edge.invoke_edge_function(
        cloud.lambda_, version_arn=MISSING_VERSION, event=lambda_edge.make_event()
    ),
    "find_version": lambda cloud, names: lambda_edge.find_version(cloud.lambda_, function_name=names.function_name),
    "find_replication_role": lambda cloud, names: replication.find_replication_role(
        cloud.iam, role_name=names.replication_role_name
    ),
    "find_hosted_zone": lambda cloud, names: dns_records.find_hosted_zone(cloud.route53, zone_name=names.zone_name),
    "find_origin_access_identity": lambda cloud, names: distribution.find_origin_access_identity(
        cloud.cloudfront, comment=names.distribution_comment, learner=names.learner
    ),
    "find_distribution": lambda cloud, names: distribution.find_distribution(
        cloud.cloudfront, comment=names.distribution_comment, learner=names.learner
    ),
    "get_etag": lambda cloud, names: distribution.get_etag(cloud.cloudfront, distribution_id="ENOTHING"),
    "create_invalidation": lambda cloud, names: distribution.create_invalidation(
        cloud.cloudfront, distribution_id="ENOTHING"
    ),
    "put_bucket_policy": lambda cloud, names: distribution.put_bucket_policy(
        cloud.s3("eu-west-1"), bucket=names.source_bucket, origin_access_identity_id="ENOTHING"
    ),
    "get_name_servers": lambda cloud, names: dns_records.get_name_servers(cloud.route53, zone_id="ZNOTHING"),
    "put_txt_record": lambda cloud, names: dns_records.put_txt_record(
        cloud.route53, zone_id="ZNOTHING", record_name=names.record_name, origin=names.source_origin
    ),
    "list_record_sets": lambda cloud, names: observe.list_record_sets(cloud.route53, zone_id="ZNOTHING"),
    "invert_health_check": lambda cloud, names: health_checks.invert_health_check(
        cloud.route53, health_check_id="00000000-0000-0000-0000-000000000000"
    ),
    "wait_until_deployed": lambda cloud, names: wait_until_deployed(cloud.cloudfront, distribution_id="ENOTHING"),
    "wait_until_function_active": lambda cloud, names: wait_until_function_active(
        cloud.lambda_, version_arn=MISSING_VERSION
    ),
    "wait_until_health": lambda cloud, names: wait_until_health(
        cloud.route53, health_check_id="00000000-0000-0000-0000-000000000000", healthy=True
    ),
    "versioning_enabled": lambda cloud, names: checks.versioning_enabled(
        cloud.s3("eu-west-1"), bucket=names.source_bucket
    ),
    "website_published": lambda cloud, names: checks.website_published(
        cloud.s3("eu-west-1"), bucket=names.source_bucket, keys=["index.html"]
    ),
    "replication_configured": lambda cloud, names: checks.replication_configured(
        cloud.s3("eu-west-1"), source_bucket=names.source_bucket, destination_bucket=names.destination_bucket
    ),
    "region_marker_right": lambda cloud, names: checks.region_marker_right(
        cloud.s3("eu-west-1"), bucket=names.source_bucket, region="eu-west-1"
    ),
    "object_deleted": lambda cloud, names: checks.object_deleted(
        cloud.s3("eu-west-1"), bucket=names.source_bucket, key="index.html"
    ),
    "bucket_policy_allows_identity": lambda cloud, names: checks.bucket_policy_allows_identity(
        cloud.s3("eu-west-1"), bucket=names.source_bucket, origin_access_identity_id="ENOTHING"
    ),
    "distribution_deployed": lambda cloud, names: checks.distribution_deployed(
        cloud.cloudfront, distribution_id="ENOTHING"
    ),
}


@pytest.mark.parametrize("step", TOO_EARLY.values(), ids=TOO_EARLY)
def test_a_step_that_comes_too_early_names_the_step_that_was_missed(
    step: Any, connected: Cloud, names: WorkshopNames
) -> None:
    with pytest.raises(WorkshopError, match=r"create_|publish_|put_"):
        step(connected, names)
