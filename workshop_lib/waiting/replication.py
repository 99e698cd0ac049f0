"""Waits for copies: of one object, and of a batch job."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from workshop_lib.errors import STEPS, CheckFailed, StepOutOfOrder
from workshop_lib.observe import get_replication_status
from workshop_lib.polling import Sleep, wait_until

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3control import S3ControlClient


JOB_ENDED = {"Complete", "Failed", "Cancelled", "Suspended"}


def wait_until_replicated(
    s3: S3Client,
    *,
    bucket: str,
    key: str,
    version_id: str | None = None,
    timeout: float = 900,
    sleep: Sleep = time.sleep,
) -> dict[str, Any]:
    """Wait until the status of one object is final: `COMPLETED` or `FAILED` (source), `REPLICA` (destination).

    `FAILED` is final too, because S3 doesn't retry by itself. So look at the returned status.

    Args:
        s3: Client in the bucket's region.
        bucket: Source or destination bucket. In the destination the object may be missing at first.
        key: The object.
        version_id: Wait for this version. Without it, for the current version.
        timeout: Seconds. AWS copies most objects within 15 minutes, and promises no time.
        sleep: Seam for tests.

    Returns:
        `{"key", "version_id", "status"}`, as `get_replication_status` returns it.

    Raises:
        StepOutOfOrder: The object is there, but no rule applies to it.
        TookTooLong: The status is still `PENDING`, or the object is still missing.
    """

    def is_decided(seen: dict[str, Any]) -> bool:
        if seen["version_id"] is None or (version_id and seen["version_id"] != version_id):
            return False
        if seen["status"] is None:
            raise StepOutOfOrder(
                f"No replication rule applies to {key!r} in {bucket!r}. It is older than the rule, or its key doesn't "
                f"start with the rule's prefix. Run {STEPS['replication rule']}, then put the object again."
            )
        return bool(seen["status"] != "PENDING")

    return wait_until(
        lambda: get_replication_status(s3, bucket=bucket, key=key),
        is_decided,
        what=f"Replicating {key}",
        show=lambda seen: seen["status"] or "not there yet",
        timeout=timeout,
        sleep=sleep,
    )


def wait_until_job_complete(
    s3control: S3ControlClient, *, account_id: str, job_id: str, timeout: float = 1800, sleep: Sleep = time.sleep
) -> dict[str, Any]:
    """Wait until an S3 Batch Operations job has ended. On AWS it takes minutes, even for few objects.

    A job is complete even if some of its tasks failed. So look at the numbers, or at the replicas.

    Args:
        s3control: Client in the source bucket's region.
        account_id: The account's number.
        job_id: From `create_batch_replication_job`.
        timeout: Seconds.
        sleep: Seam for tests.

    Returns:
        AWS's progress summary: the numbers of all tasks, of succeeded and of failed ones.

    Raises:
        CheckFailed: The job failed or was cancelled. The error quotes AWS's reasons.
        TookTooLong: The job still runs.
    """

    def describe() -> Any:
        return s3control.describe_job(AccountId=account_id, JobId=job_id)["Job"]

    wait_until(
        lambda: describe()["Status"], JOB_ENDED.__contains__, what=f"Job {job_id[:8]}", timeout=timeout, sleep=sleep
    )
    job = describe()
    if job["Status"] != "Complete":
        reasons = "; ".join(reason.get("FailureReason", "") for reason in job.get("FailureReasons", [])) or "none given"
        raise CheckFailed(
            f"The job ended as {job['Status']}. AWS's reasons: {reasons}.",
            fix=f"run {STEPS['batch job']} again. The same cell restores the role's permissions.",
        )
    return dict(job.get("ProgressSummary", {}))
