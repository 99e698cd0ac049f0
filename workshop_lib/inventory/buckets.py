"""Buckets, their replication configurations, and running Batch Replication jobs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from workshop_lib.cloud import Cloud
from workshop_lib.errors import STEPS, get_error_code
from workshop_lib.inventory.emptying import describe_versions, empty_bucket
from workshop_lib.inventory.kind import Found, Kind, Resource, count, look_at
from workshop_lib.names import S3Origin, WorkshopNames
from workshop_lib.ownership import EARLIER_TAG, MADE_EARLIER, describe_stranger, list_bucket_tags, read_tags

if TYPE_CHECKING:
    from mypy_boto3_s3control.literals import JobStatusType

RUNNING_JOBS: list[JobStatusType] = ["Active", "New", "Paused", "Pausing", "Preparing", "Ready", "Suspended"]

NOT_REPLICATING = {"NoSuchBucket", "ReplicationConfigurationNotFoundError", "PermanentRedirect"}
"""Codes for no bucket, no configuration, or a bucket in another region. Any other code is a real error."""


def _list_origins(names: WorkshopNames) -> tuple[S3Origin, S3Origin]:
    return names.source_origin, names.destination_origin


def _find_jobs(cloud: Cloud, names: WorkshopNames) -> Iterator[Resource]:
    """Find running jobs with the learner's batch role. A description would not prove whose job it is."""
    s3control = cloud.s3control(names.source_region)
    position: Any = {}
    while True:  # botocore has no paginator for ListJobs
        page = s3control.list_jobs(AccountId=cloud.account_id, JobStatuses=RUNNING_JOBS, **position)
        for job in page["Jobs"]:
            described = s3control.describe_job(AccountId=cloud.account_id, JobId=job["JobId"])["Job"]
            if described.get("RoleArn", "").endswith(f"/{names.batch_role_name}"):
                learner = _find_batch_learner(cloud, names)
                is_ours = learner == names.learner
                state = job["Status"] if is_ours else f"with a role {describe_stranger(learner)}"
                since = described.get("CreationTime")
                yield Resource(
                    "batch job", job["JobId"], names.source_region, state, made_by_workshop=is_ours, since=since
                )
        if "NextToken" not in page:
            return
        position = {"NextToken": page["NextToken"]}


def _find_batch_learner(cloud: Cloud, names: WorkshopNames) -> str | None:
    """Return the learner whom the tags of the batch role name. A job whose role is gone is the learner's."""
    try:
        role: Any = cloud.iam.get_role(RoleName=names.batch_role_name)["Role"]
    except cloud.iam.exceptions.NoSuchEntityException:
        return names.learner
    return read_tags(role.get("Tags", []))


def _cancel_job(cloud: Cloud, job: Resource) -> None:
    cloud.s3control(job.region).update_job_status(
        AccountId=cloud.account_id, JobId=job.name, RequestedJobStatus="Cancelled"
    )


def _find_replications(cloud: Cloud, names: WorkshopNames) -> Found:
    for origin in _list_origins(names):
        yield from look_at(_place_replication(origin), _find_replication(cloud, names, origin))


def _find_replication(cloud: Cloud, names: WorkshopNames, origin: S3Origin) -> Iterator[Resource]:
    s3 = cloud.s3(origin.region)
    try:
        s3.head_bucket(Bucket=origin.bucket)
        stored = s3.get_bucket_replication(Bucket=origin.bucket)["ReplicationConfiguration"]
    except ClientError as error:
        # A HEAD for a bucket that isn't there, isn't yours or is in another region has a status, not a code.
        if get_error_code(error) in NOT_REPLICATING | {"301", "403", "404"}:
            return
        raise
    if stored["Role"].endswith(f"/{names.replication_role_name}"):
        learner = read_tags(list_bucket_tags(s3, bucket=origin.bucket))
        is_ours = learner == names.learner
        state = count(len(stored["Rules"]), "rule") if is_ours else f"of a bucket {describe_stranger(learner)}"
        yield Resource("replication configuration", origin.bucket, origin.region, state=state, made_by_workshop=is_ours)


def _delete_replication(cloud: Cloud, replication: Resource) -> None:
    cloud.s3(replication.region).delete_bucket_replication(Bucket=replication.name)


def _find_buckets(cloud: Cloud, names: WorkshopNames) -> Found:
    for origin in _list_origins(names):
        yield from look_at(_place_bucket(origin), _find_bucket(cloud, names, origin))


def _find_bucket(cloud: Cloud, names: WorkshopNames, origin: S3Origin) -> Iterator[Resource]:
    s3 = cloud.s3(origin.region)
    try:
        s3.head_bucket(Bucket=origin.bucket)
    except ClientError as error:
        if get_error_code(error) in ("301", "403"):
            state = "of another account, in another region, or you may not look at it"
            yield Resource("bucket", origin.bucket, origin.region, state, made_by_workshop=False)
        elif get_error_code(error) != "404":
            raise
        return
    tags = list_bucket_tags(s3, bucket=origin.bucket)
    learner = read_tags(tags)
    if learner == names.learner:
        # Only ListBuckets tells when a bucket was made, and a change of its policy changes that (S3API/Bucket).
        written = [version["LastModified"] for version in describe_versions(s3, origin.bucket)]
        state = count(len(written), "version")
        yield Resource("bucket", origin.bucket, origin.region, state, since=min(written, default=None))
        return
    earlier = learner is None and EARLIER_TAG in tags
    state = f"{MADE_EARLIER}: run {STEPS['bucket']}, then clean up again" if earlier else describe_stranger(learner)
    yield Resource("bucket", origin.bucket, origin.region, state, made_by_workshop=False, made_earlier=earlier)


def _delete_bucket(cloud: Cloud, bucket: Resource) -> str | None:
    """Empty a bucket, then delete it."""
    s3 = cloud.s3(bucket.region)
    empty_bucket(s3, bucket.name)
    try:
        s3.delete_bucket(Bucket=bucket.name)
    except ClientError as error:
        if get_error_code(error) != "BucketNotEmpty":
            raise
        return "replicas are still arriving"
    return None


def _place_bucket(origin: S3Origin) -> str:
    return f"S3 in {origin.region}: bucket {origin.bucket}"


def _place_replication(origin: S3Origin) -> str:
    return f"S3 in {origin.region}: replication of {origin.bucket}"


BATCH_JOBS = Kind("batch job", lambda names: [f"S3 Batch Operations in {names.source_region}"], _find_jobs, _cancel_job)
REPLICATION_CONFIGURATIONS = Kind(
    "replication configuration",
    lambda names: list(map(_place_replication, _list_origins(names))),
    _find_replications,
    _delete_replication,
    costs=False,
)
BUCKETS = Kind("bucket", lambda names: list(map(_place_bucket, _list_origins(names))), _find_buckets, _delete_bucket)
