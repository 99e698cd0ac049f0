"""S3 Batch Replication: a job that replicates existing objects, and objects whose replication failed.

New ─► Preparing ─► (Suspended until confirmed) ─► Ready ─► Active ─► Complete
             └─ missing bucket, configuration or permission ─► Failed
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from moto.s3.models import FakeKey

from local_cloud.access.identities import Permissions
from local_cloud.constants import ACCOUNT_ID
from local_cloud.engines.replicator.replicator import Replicator
from local_cloud.engines.replicator.transfer import Failure
from local_cloud.object_store import Bucket, find_bucket, replication_status

PREPARING, READY, ACTIVE, COMPLETE = 5.0, 30.0, 15.0, 10.0
"""AWS seconds from each status of a job to the next: about a minute in total."""

_CHUNK = 100


@dataclass
class Job:
    """One job, and its progress.

    Attributes:
        job_id: Its id.
        bucket_name: The source bucket.
        expected_owner: The account that must own the source bucket. Otherwise the job fails.
        role: ARN of the job's own role, which is not the replication role.
        filter: Which versions, in botocore's shape (`JobManifestGeneratorFilter`).
        needs_confirmation: Whether it is suspended before it runs, until someone confirms it.
        request: The CreateJob request, for DescribeJob.
        priority: On AWS, a higher one runs earlier. Here, jobs don't wait for each other.
    """

    job_id: str
    bucket_name: str
    expected_owner: str
    role: str
    filter: Mapping[str, Any]
    needs_confirmation: bool
    request: Mapping[str, Any]
    priority: int
    status: str = "New"
    created: datetime = field(default_factory=lambda: datetime.now(UTC))
    ended: datetime | None = None
    failure: tuple[str, str] | None = None
    total: int = 0
    succeeded: int = 0
    failed: int = 0

    @property
    def is_over(self) -> bool:
        """Whether the job has ended."""
        return self.status in ("Complete", "Failed", "Cancelled")


class BatchReplication:
    """Runs jobs through their statuses, with the replicator's worker."""

    def __init__(self, replicator: Replicator) -> None:
        self._replicator = replicator
        self._versions: dict[str, list[FakeKey]] = {}

    def start(self, job: Job) -> None:
        """Start a new job."""
        self._later(job, PREPARING, self._prepare)

    def confirm(self, job: Job) -> None:
        """Continue a job that is Suspended."""
        self._become_ready(job)

    def cancel(self, job: Job) -> None:
        """End a job. Objects that it has replicated stay."""
        _end(job, "Cancelled")

    def _later(self, job: Job, aws_seconds: float, step: Any) -> None:
        def go_on() -> None:
            if not job.is_over:
                step(job)

        self._replicator.after(aws_seconds, go_on)

    def _prepare(self, job: Job) -> None:
        job.status = "Preparing"
        self._later(job, READY, self._generate_manifest)

    def _generate_manifest(self, job: Job) -> None:
        bucket = find_bucket(job.bucket_name)
        if problem := _find_problem(job, bucket):
            job.failure = problem
            _end(job, "Failed")
            return
        assert bucket is not None
        found = list(self._select(job, bucket))
        self._versions[job.job_id], job.total = found, len(found)
        if job.needs_confirmation:
            job.status = "Suspended"
        else:
            self._become_ready(job)

    def _become_ready(self, job: Job) -> None:
        job.status = "Ready"
        self._later(job, ACTIVE, self._run)

    def _select(self, job: Job, bucket: Bucket) -> Iterator[FakeKey]:
        for _, versions in bucket.keys.iterlists():
            for version in versions:
                if (
                    isinstance(version, FakeKey)
                    and matches(job.filter, version)
                    and self._is_eligible(job, bucket, version)
                ):
                    yield version

    def _is_eligible(self, job: Job, bucket: Bucket, version: FakeKey) -> bool:
        return not job.filter.get("EligibleForReplication") or bool(self._replicator.covering_rules(bucket, version))

    def _run(self, job: Job) -> None:
        """Replicate some versions at a time, so other calls get the lock in between."""
        bucket = find_bucket(job.bucket_name)
        if bucket and self._replicator.hold(bucket, lambda: self._later(job, 0, self._run)):
            return
        job.status = "Active"
        versions, self._versions[job.job_id] = self._versions[job.job_id][:_CHUNK], self._versions[job.job_id][_CHUNK:]
        done = self._replicate(job, versions)
        job.succeeded += done
        job.failed += len(versions) - done
        if self._versions[job.job_id]:
            self._later(job, 0, self._run)
        else:
            self._later(job, COMPLETE, self._complete)

    def _replicate(self, job: Job, versions: list[FakeKey]) -> int:
        """Replicate the versions that the job's role may. Returns how many have succeeded."""
        bucket, role = find_bucket(job.bucket_name), Permissions(job.role)
        if bucket is None:
            return 0
        permitted = [version for version in versions if self._may_initiate(role, bucket, version)]
        return self._replicator.replicate(bucket, permitted).count("COMPLETED")

    def _may_initiate(self, role: Permissions, bucket: Bucket, version: FakeKey) -> bool:
        action, resource = "s3:InitiateReplication", f"{bucket.arn}/{version.name}"
        if role.may(action, resource, policy=bucket.policy):
            return True
        about = (bucket.name, version.name, version.version_id, "")
        failure = Failure(*about, "InitiateReplicationNotPermitted", role.role_arn, action, resource)
        self._replicator.remember(failure)
        return False

    def _complete(self, job: Job) -> None:
        del self._versions[job.job_id]
        _end(job, "Complete")


def matches(wanted: Mapping[str, Any], version: FakeKey) -> bool:
    """Whether a version matches a manifest generator's filter, without `EligibleForReplication`."""
    statuses = wanted.get("ObjectReplicationStatuses")
    names = wanted.get("KeyNameConstraint") or {}
    created = version.last_modified.replace(tzinfo=UTC)
    return (
        (not statuses or (replication_status(version) or "NONE") in statuses)
        and _any(names.get("MatchAnyPrefix"), version.name.startswith)
        and _any(names.get("MatchAnySuffix"), version.name.endswith)
        and _any(names.get("MatchAnySubstring"), version.name.__contains__)
        and _any(wanted.get("MatchAnyStorageClass"), lambda name: name == version.storage_class)
        and ("CreatedAfter" not in wanted or created > _utc(wanted["CreatedAfter"]))
        and ("CreatedBefore" not in wanted or created < _utc(wanted["CreatedBefore"]))
        and version.size > wanted.get("ObjectSizeGreaterThanBytes", -1)
        and version.size < wanted.get("ObjectSizeLessThanBytes", float("inf"))
    )


def _any(alternatives: list[str] | None, test: Any) -> bool:
    return not alternatives or any(map(test, alternatives))


def _utc(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _find_problem(job: Job, bucket: Bucket | None) -> tuple[str, str] | None:
    """A code and a reason why the job can't begin. AWS's texts are not known."""
    role = Permissions(job.role)
    if not role.may_be_used_by("batchoperations.s3.amazonaws.com"):
        return "AccessDenied", f"{job.role} cannot be assumed by batchoperations.s3.amazonaws.com"
    if bucket is None:
        return "SrcBucketNotFound", f"The bucket {job.bucket_name} does not exist"
    if job.expected_owner != ACCOUNT_ID:
        return "AccessDenied", f"The bucket {bucket.name} is not {job.expected_owner}'s"
    for action in ("s3:GetReplicationConfiguration", "s3:PutInventoryConfiguration"):
        if not role.may(action, bucket.arn, policy=bucket.policy):
            return "AccessDenied", f"{job.role} may not {action} on {bucket.arn}"
    if bucket.replication_configuration is None:
        return "SrcBucketReplicationConfigMissing", f"The bucket {bucket.name} has no replication configuration"
    return None


def _end(job: Job, status: str) -> None:
    job.status = status
    job.ended = datetime.now(UTC)
