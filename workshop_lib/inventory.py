"""What the workshop may have made: how each kind of thing is found by the learner's names, and how it is deleted.

`KINDS` is the order in which AWS lets go. A thing that the workshop didn't make is found, but not ours to delete.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from workshop_lib.cloud import GLOBAL_REGION, Cloud
from workshop_lib.dns_records import ZONE_COMMENT
from workshop_lib.errors import TookTooLong, get_error_code
from workshop_lib.names import S3Origin, WorkshopNames
from workshop_lib.observe import is_made_by_us, list_record_sets
from workshop_lib.waiting import wait_until_deployed

if TYPE_CHECKING:
    from mypy_boto3_s3control.literals import JobStatusType

EDGE_REGIONS = (
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
    "eu-central-1",
    "eu-west-1",
    "eu-west-2",
    "ap-south-1",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-southeast-1",
    "ap-southeast-2",
    "sa-east-1",
)
"""Regions with regional edge caches, where origin-request functions run and log."""

RUNNING_JOBS: list[JobStatusType] = ["Active", "New", "Paused", "Pausing", "Preparing", "Ready", "Suspended"]


@dataclass(frozen=True)
class Resource:
    """One thing in the cloud that was found by the learner's names."""

    kind: str
    """AWS's word, such as `"bucket"`."""
    name: str
    region: str = "global"
    state: str = ""
    """What is worth knowing, such as `"12 versions"`, or why it isn't gone yet."""
    ours: bool = True
    """Whether the workshop made it. What it didn't make is never deleted."""
    handle: Any = field(default=None, repr=False, compare=False)
    """What AWS wants in order to delete it: an id, or the thing itself."""

    def __str__(self) -> str:
        return f"{self.kind} {self.name}" + (f" ({self.state})" if self.state else "")


Find = Callable[[Cloud, WorkshopNames], Iterator[Resource]]


@dataclass(frozen=True)
class Kind:
    """One kind of thing: where to look, how to find, how to delete."""

    word: str
    look: Callable[[WorkshopNames], list[str]]
    """Says where `find` looks, for the receipt."""
    find: Find
    delete: Callable[[Cloud, Resource], str]
    """Deletes it; returns why not yet, or nothing."""
    after: str = ""
    """The kind that must be gone first."""


def take_out_of_service(cloud: Cloud, names: WorkshopNames) -> None:
    """Disable our distributions and take the function off them: what takes AWS longest begins first."""
    for resource in _find_distributions(cloud, names):
        stored = cloud.cloudfront.get_distribution_config(Id=resource.handle)
        config: Any = stored["DistributionConfig"]
        behaviors = [config["DefaultCacheBehavior"], *config.get("CacheBehaviors", {}).get("Items", [])]
        in_service = [b for b in behaviors if b.get("LambdaFunctionAssociations", {}).get("Quantity")]
        if config["Enabled"] or in_service:
            config["Enabled"] = False
            for behavior in in_service:
                behavior["LambdaFunctionAssociations"] = {"Quantity": 0}
            cloud.cloudfront.update_distribution(Id=resource.handle, IfMatch=stored["ETag"], DistributionConfig=config)


def _find_distributions(cloud: Cloud, names: WorkshopNames) -> Iterator[Resource]:
    for page in cloud.cloudfront.get_paginator("list_distributions").paginate():
        for item in page["DistributionList"].get("Items", []):
            if item["Comment"] in (names.distribution_comment, names.preview_comment):
                state = f"{item['Status']}, {'enabled' if item['Enabled'] else 'disabled'}"
                yield Resource("distribution", item["Id"], state=state, handle=item["Id"])


def _delete_distribution(cloud: Cloud, resource: Resource) -> str:
    try:
        wait_until_deployed(cloud.cloudfront, distribution_id=resource.handle)
    except TookTooLong:
        return "still deploying"
    etag = cloud.cloudfront.get_distribution_config(Id=resource.handle)["ETag"]
    cloud.cloudfront.delete_distribution(Id=resource.handle, IfMatch=etag)
    return ""


def _find_validation_logs(cloud: Cloud, names: WorkshopNames) -> Iterator[Resource]:
    groups = [f"/aws/cloudfront/LambdaEdge/{distribution.name}" for distribution in _find_distributions(cloud, names)]
    return _find_log_groups(cloud, groups, EDGE_REGIONS) if groups else iter(())


def _find_identities(cloud: Cloud, names: WorkshopNames) -> Iterator[Resource]:
    for page in cloud.cloudfront.get_paginator("list_cloud_front_origin_access_identities").paginate():
        for item in page["CloudFrontOriginAccessIdentityList"].get("Items", []):
            if item["Comment"] == names.distribution_comment:
                yield Resource("origin access identity", item["Id"], handle=item["Id"])


def _delete_identity(cloud: Cloud, resource: Resource) -> str:
    etag = cloud.cloudfront.get_cloud_front_origin_access_identity(Id=resource.handle)["ETag"]
    cloud.cloudfront.delete_cloud_front_origin_access_identity(Id=resource.handle, IfMatch=etag)
    return ""


def _find_zones(cloud: Cloud, names: WorkshopNames) -> Iterator[Resource]:
    for zone in cloud.route53.list_hosted_zones_by_name(DNSName=names.zone_name, MaxItems="10")["HostedZones"]:
        if zone["Name"] == f"{names.zone_name}." and not zone.get("Config", {}).get("PrivateZone"):
            ours = zone.get("Config", {}).get("Comment") == ZONE_COMMENT
            zone_id = zone["Id"].removeprefix("/hostedzone/")
            state = _count(zone["ResourceRecordSetCount"], "record set") if ours else "you had it before"
            yield Resource("hosted zone", names.zone_name, state=state, ours=ours, handle=zone_id)


def _delete_zone(cloud: Cloud, resource: Resource) -> str:
    cloud.route53.delete_hosted_zone(Id=resource.handle)
    return ""


def _find_record_sets(cloud: Cloud, names: WorkshopNames) -> Iterator[Resource]:
    """In a zone of ours, all that can be deleted; in a zone that was there before, our two names alone."""
    for zone in _find_zones(cloud, names):
        for item in list_record_sets(cloud.route53, zone_id=zone.handle):
            name, is_apex = item["Name"].rstrip("."), item["Type"] in ("NS", "SOA")
            ours = item["Type"] == "TXT" and name in (names.record_name, names.preview_record_name)
            if ours or (zone.ours and not (is_apex and name == names.zone_name)):
                state = f"{item['SetIdentifier']}, weight {item.get('Weight')}" if "SetIdentifier" in item else ""
                yield Resource("record set", f"{name} {item['Type']}", state=state, handle=(zone.handle, item))


def _delete_record_set(cloud: Cloud, resource: Resource) -> str:
    zone_id, record_set = resource.handle
    change: Any = {"Action": "DELETE", "ResourceRecordSet": record_set}
    cloud.route53.change_resource_record_sets(HostedZoneId=zone_id, ChangeBatch={"Changes": [change]})
    return ""


def _find_health_checks(cloud: Cloud, names: WorkshopNames) -> Iterator[Resource]:
    for page in cloud.route53.get_paginator("list_health_checks").paginate():
        for check in page["HealthChecks"]:
            if check["CallerReference"].startswith(f"{names.health_check_name}/"):
                checked = check["HealthCheckConfig"].get("FullyQualifiedDomainName", "")
                yield Resource("health check", check["Id"], state=checked, handle=check["Id"])


def _delete_health_check(cloud: Cloud, resource: Resource) -> str:
    cloud.route53.delete_health_check(HealthCheckId=resource.handle)
    return ""


def _find_jobs(cloud: Cloud, names: WorkshopNames) -> Iterator[Resource]:
    s3control = cloud.s3control(names.source_region)
    jobs = s3control.list_jobs(AccountId=cloud.account_id, JobStatuses=RUNNING_JOBS, MaxResults=1000)["Jobs"]
    for job in jobs:
        if job.get("Description", "").endswith(f" {names.source_bucket}"):
            yield Resource("batch job", job["JobId"], names.source_region, job["Status"], handle=job["JobId"])


def _cancel_job(cloud: Cloud, resource: Resource) -> str:
    cloud.s3control(resource.region).update_job_status(
        AccountId=cloud.account_id, JobId=resource.handle, RequestedJobStatus="Cancelled"
    )
    return ""


def _find_replications(cloud: Cloud, names: WorkshopNames) -> Iterator[Resource]:
    for origin in _list_origins(names):
        try:
            stored = cloud.s3(origin.region).get_bucket_replication(Bucket=origin.bucket)["ReplicationConfiguration"]
        except ClientError:  # no bucket, somebody else's bucket, or no configuration
            continue
        if stored["Role"].endswith(f"/{names.replication_role_name}"):
            yield Resource(
                "replication configuration", origin.bucket, origin.region, _count(len(stored["Rules"]), "rule")
            )


def _delete_replication(cloud: Cloud, resource: Resource) -> str:
    cloud.s3(resource.region).delete_bucket_replication(Bucket=resource.name)
    return ""


def _find_buckets(cloud: Cloud, names: WorkshopNames) -> Iterator[Resource]:
    for origin in _list_origins(names):
        s3 = cloud.s3(origin.region)
        try:
            s3.head_bucket(Bucket=origin.bucket)
        except ClientError as error:
            if get_error_code(error) != "404":
                yield Resource("bucket", origin.bucket, origin.region, "of another account", ours=False)
            continue
        if is_made_by_us(s3, bucket=origin.bucket):
            count = sum(len(batch) for batch in _list_versions(cloud, origin))
            yield Resource("bucket", origin.bucket, origin.region, _count(count, "version"), handle=origin)
        else:
            yield Resource("bucket", origin.bucket, origin.region, "without the workshop's tag", ours=False)


def _delete_bucket(cloud: Cloud, resource: Resource) -> str:
    """Empty a bucket of all versions, delete markers and unfinished uploads, then delete it."""
    s3, bucket = cloud.s3(resource.region), resource.name
    for batch in _list_versions(cloud, resource.handle):
        s3.delete_objects(Bucket=bucket, Delete={"Objects": batch, "Quiet": True})  # type: ignore[typeddict-item]
    for upload in s3.list_multipart_uploads(Bucket=bucket).get("Uploads", []):
        s3.abort_multipart_upload(Bucket=bucket, Key=upload["Key"], UploadId=upload["UploadId"])
    try:
        s3.delete_bucket(Bucket=bucket)
    except ClientError as error:
        if get_error_code(error) != "BucketNotEmpty":
            raise
        return "replicas still arrive"
    return ""


def _list_versions(cloud: Cloud, origin: S3Origin) -> Iterator[list[dict[str, str]]]:
    """All versions and delete markers of a bucket, a thousand at a time, which is as many as one deletion takes."""
    for page in cloud.s3(origin.region).get_paginator("list_object_versions").paginate(Bucket=origin.bucket):
        found = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
        if found:
            yield [{"Key": version["Key"], "VersionId": version["VersionId"]} for version in found]


def _find_role(
    name_of: Callable[[WorkshopNames], str], kind: str
) -> Callable[[Cloud, WorkshopNames], Iterator[Resource]]:
    def find(cloud: Cloud, names: WorkshopNames) -> Iterator[Resource]:
        try:
            cloud.iam.get_role(RoleName=name_of(names))
        except cloud.iam.exceptions.NoSuchEntityException:
            return
        yield Resource(kind, name_of(names))

    return find


def _delete_role(cloud: Cloud, resource: Resource) -> str:
    for policy in cloud.iam.list_role_policies(RoleName=resource.name)["PolicyNames"]:
        cloud.iam.delete_role_policy(RoleName=resource.name, PolicyName=policy)
    for attached in cloud.iam.list_attached_role_policies(RoleName=resource.name)["AttachedPolicies"]:
        cloud.iam.detach_role_policy(RoleName=resource.name, PolicyArn=attached["PolicyArn"])
    cloud.iam.delete_role(RoleName=resource.name)
    return ""


def _find_function(cloud: Cloud, names: WorkshopNames) -> Iterator[Resource]:
    try:
        cloud.lambda_.get_function_configuration(FunctionName=names.function_name)
    except cloud.lambda_.exceptions.ResourceNotFoundException:
        return
    versions = cloud.lambda_.list_versions_by_function(FunctionName=names.function_name)["Versions"]
    numbered = [version for version in versions if version["Version"] != "$LATEST"]
    yield Resource("edge function", names.function_name, GLOBAL_REGION, _count(len(numbered), "version"))


def _delete_function(cloud: Cloud, resource: Resource) -> str:
    try:
        cloud.lambda_.delete_function(FunctionName=resource.name)
    except ClientError as error:
        if "because it is a replicated function" not in str(error):
            raise
        return "still replicated at the edge; AWS removes the replicas within some hours"
    return ""


def _find_function_logs(cloud: Cloud, names: WorkshopNames) -> Iterator[Resource]:
    yield from _find_log_groups(cloud, [f"/aws/lambda/us-east-1.{names.function_name}"], EDGE_REGIONS)
    yield from _find_log_groups(cloud, [f"/aws/lambda/{names.function_name}"], (GLOBAL_REGION,))


def _find_log_groups(cloud: Cloud, groups: list[str], regions: tuple[str, ...]) -> Iterator[Resource]:
    for region in regions:
        for group in groups:
            found = cloud.logs(region).describe_log_groups(logGroupNamePrefix=group)["logGroups"]
            if any(item.get("logGroupName") == group for item in found):
                yield Resource("log group", group, region)


def _delete_log_group(cloud: Cloud, resource: Resource) -> str:
    cloud.logs(resource.region).delete_log_group(logGroupName=resource.name)
    return ""


def _count(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def _list_origins(names: WorkshopNames) -> tuple[S3Origin, S3Origin]:
    return names.source_origin, names.destination_origin


KINDS = (
    Kind(
        "record set",
        lambda names: [f"Route 53: {names.record_name}, {names.preview_record_name}"],
        _find_record_sets,
        _delete_record_set,
    ),
    Kind(
        "health check",
        lambda names: [f"Route 53: health checks {names.health_check_name}/…"],
        _find_health_checks,
        _delete_health_check,
    ),
    Kind(
        "hosted zone",
        lambda names: [f"Route 53: hosted zone {names.zone_name}"],
        _find_zones,
        _delete_zone,
        after="record set",
    ),
    Kind(
        "batch job",
        lambda names: [f"S3 Batch Operations in {names.source_region}"],
        _find_jobs,
        _cancel_job,
    ),
    Kind(
        "replication configuration",
        lambda names: [f"S3 in {origin.region}: replication of {origin.bucket}" for origin in _list_origins(names)],
        _find_replications,
        _delete_replication,
    ),
    Kind(
        "distribution",
        lambda names: [f"CloudFront: distributions {names.distribution_comment!r}, {names.preview_comment!r}"],
        _find_distributions,
        _delete_distribution,
    ),
    Kind(
        "log group",
        lambda names: [f"CloudWatch Logs in {len(EDGE_REGIONS)} regions: validation errors"],
        _find_validation_logs,
        _delete_log_group,
        after="distribution",
    ),
    Kind(
        "origin access identity",
        lambda names: [f"CloudFront: origin access identity {names.distribution_comment!r}"],
        _find_identities,
        _delete_identity,
        after="distribution",
    ),
    Kind(
        "bucket",
        lambda names: [f"S3 in {origin.region}: bucket {origin.bucket}" for origin in _list_origins(names)],
        _find_buckets,
        _delete_bucket,
    ),
    Kind(
        "replication role",
        lambda names: [f"IAM: role {names.replication_role_name}"],
        _find_role(lambda names: names.replication_role_name, "replication role"),
        _delete_role,
    ),
    Kind(
        "batch role",
        lambda names: [f"IAM: role {names.batch_role_name}"],
        _find_role(lambda names: names.batch_role_name, "batch role"),
        _delete_role,
    ),
    Kind(
        "edge function",
        lambda names: [f"Lambda in {GLOBAL_REGION}: {names.function_name}"],
        _find_function,
        _delete_function,
        after="distribution",
    ),
    Kind(
        "edge role",
        lambda names: [f"IAM: role {names.edge_role_name}"],
        _find_role(lambda names: names.edge_role_name, "edge role"),
        _delete_role,
        after="edge function",
    ),
    Kind(
        "log group",
        lambda names: [f"CloudWatch Logs in {len(EDGE_REGIONS)} regions: {names.function_name}"],
        _find_function_logs,
        _delete_log_group,
        after="edge function",
    ),
)
