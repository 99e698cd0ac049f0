"""Buckets with all that is in them, their replication configurations, and running Batch Replication jobs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from workshop_lib.calls import REFUSALS, AccessRefused
from workshop_lib.cloud import Cloud
from workshop_lib.errors import get_error_code
from workshop_lib.inventory.kind import Kind, Resource, count
from workshop_lib.names import S3Origin, WorkshopNames
from workshop_lib.ownership import is_made_by_us

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3control.literals import JobStatusType

RUNNING_JOBS: list[JobStatusType] = ["Active", "New", "Paused", "Pausing", "Preparing", "Ready", "Suspended"]

NOT_REPLICATING = {"NoSuchBucket", "ReplicationConfigurationNotFoundError", "AccessDenied", "PermanentRedirect"}
"""No bucket, no configuration, or somebody else's bucket. Anything else is an error, not an answer."""


def _list_origins(names: WorkshopNames) -> tuple[S3Origin, S3Origin]:
    return names.source_origin, names.destination_origin


def _find_jobs(cloud: Cloud, names: WorkshopNames) -> Iterator[Resource]:
    s3control = cloud.s3control(names.source_region)
    position: Any = {}
    while True:  # botocore has no paginator for it
        page = s3control.list_jobs(AccountId=cloud.account_id, JobStatuses=RUNNING_JOBS, **position)
        for job in page["Jobs"]:
            if job.get("Description", "").endswith(f" {names.source_bucket}"):
                yield Resource("batch job", job["JobId"], names.source_region, job["Status"])
        if "NextToken" not in page:
            return
        position = {"NextToken": page["NextToken"]}


def _cancel_job(cloud: Cloud, job: Resource) -> None:
    cloud.s3control(job.region).update_job_status(
        AccountId=cloud.account_id, JobId=job.name, RequestedJobStatus="Cancelled"
    )


def _find_replications(cloud: Cloud, names: WorkshopNames) -> Iterator[Resource]:
    for origin in _list_origins(names):
        try:
            stored = cloud.s3(origin.region).get_bucket_replication(Bucket=origin.bucket)["ReplicationConfiguration"]
        except ClientError as error:
            if get_error_code(error) not in NOT_REPLICATING:
                raise
            continue
        if stored["Role"].endswith(f"/{names.replication_role_name}"):
            rules = count(len(stored["Rules"]), "rule")
            yield Resource("replication configuration", origin.bucket, origin.region, rules)


def _delete_replication(cloud: Cloud, replication: Resource) -> None:
    cloud.s3(replication.region).delete_bucket_replication(Bucket=replication.name)


def _find_buckets(cloud: Cloud, names: WorkshopNames) -> Iterator[Resource]:
    for origin in _list_origins(names):
        s3 = cloud.s3(origin.region)
        try:
            s3.head_bucket(Bucket=origin.bucket)
        except ClientError as error:
            if get_error_code(error) != "404":
                yield Resource("bucket", origin.bucket, origin.region, "of another account", made_by_workshop=False)
            continue
        if is_made_by_us(s3, bucket=origin.bucket):
            versions = sum(len(batch) for batch in _list_versions(cloud, origin))
            yield Resource("bucket", origin.bucket, origin.region, count(versions, "version"))
        else:
            yield Resource("bucket", origin.bucket, origin.region, "without the workshop's tag", made_by_workshop=False)


def _delete_bucket(cloud: Cloud, bucket: Resource) -> str | None:
    """Empty a bucket of all versions, delete markers and unfinished uploads, then delete it."""
    s3 = cloud.s3(bucket.region)
    for batch in _list_versions(cloud, S3Origin(bucket.name, bucket.region)):
        _delete_versions(s3, bucket.name, batch)
    for page in s3.get_paginator("list_multipart_uploads").paginate(Bucket=bucket.name):
        for upload in page.get("Uploads", []):
            s3.abort_multipart_upload(Bucket=bucket.name, Key=upload["Key"], UploadId=upload["UploadId"])
    try:
        s3.delete_bucket(Bucket=bucket.name)
    except ClientError as error:
        if get_error_code(error) != "BucketNotEmpty":
            raise
        return "replicas still arrive"
    return None


def _delete_versions(s3: S3Client, bucket: str, batch: list[dict[str, str]]) -> None:
    """Delete a batch of versions.

    Raises:
        AccessRefused: You may not delete some of them, which AWS says inside an answer that looks like a success.
        ClientError: Some were not deleted for another reason.
    """
    answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": batch, "Quiet": True})  # type: ignore[typeddict-item]
    for error in answer.get("Errors", []):
        kind = AccessRefused if error.get("Code") in REFUSALS else ClientError
        raise kind({"Error": error, "ResponseMetadata": answer["ResponseMetadata"]}, "DeleteObjects")  # type: ignore[typeddict-item]


def _list_versions(cloud: Cloud, origin: S3Origin) -> Iterator[list[dict[str, str]]]:
    """All versions and delete markers of a bucket, a thousand at a time, which is as many as one deletion takes."""
    for page in cloud.s3(origin.region).get_paginator("list_object_versions").paginate(Bucket=origin.bucket):
        found = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
        if found:
            yield [{"Key": version["Key"], "VersionId": version["VersionId"]} for version in found]


BATCH_JOBS = Kind("batch job", lambda names: [f"S3 Batch Operations in {names.source_region}"], _find_jobs, _cancel_job)
REPLICATION_CONFIGURATIONS = Kind(
    "replication configuration",
    lambda names: [f"S3 in {origin.region}: replication of {origin.bucket}" for origin in _list_origins(names)],
    _find_replications,
    _delete_replication,
)
BUCKETS = Kind(
    "bucket",
    lambda names: [f"S3 in {origin.region}: bucket {origin.bucket}" for origin in _list_origins(names)],
    _find_buckets,
    _delete_bucket,
)
